"""A small real package with a native library and the option handling of ggml, and what building it needs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.downloads import wheel

TOOLS = ("scikit-build-core", "packaging", "pathspec", "cmake", "ninja")
NAME, VERSION = "tinyggml", "0.4.2"

PYPROJECT = f"""
[build-system]
requires = ["scikit-build-core>=0.10"]
build-backend = "scikit_build_core.build"

[project]
name = "{NAME}"
version = "{VERSION}"

[tool.scikit-build]
wheel.packages = ["{NAME}"]
wheel.py-api = "py3"
"""

# The option handling is that of llama.cpp: a rename that warns, one that ends the build, and a backend in a file.
CMAKE = """
cmake_minimum_required(VERSION 3.18)
project(tinyggml LANGUAGES C)

function(tiny_option_depr TYPE OLD NEW)
    if (${OLD})
        message(${TYPE} "${OLD} is deprecated, use ${NEW} instead")
        set(${NEW} ON PARENT_SCOPE)
    endif()
endfunction()

option(GGML_CUDA   "tiny: use CUDA"                 OFF)
option(GGML_NATIVE "tiny: code for this processor"  ON)
option(TINY_FAST   "tiny: be fast"                  OFF)
tiny_option_depr(FATAL_ERROR LLAMA_CUBLAS GGML_CUDA)
tiny_option_depr(WARNING     LLAMA_QUICK  TINY_FAST)

add_library(tiny-base SHARED base.c)
add_library(tinyggml SHARED tiny.c)
target_link_libraries(tinyggml PRIVATE tiny-base)
if (TINY_FAST)
    target_compile_definitions(tinyggml PRIVATE TINY_FAST)
endif()
if (GGML_CUDA)
    enable_language(CUDA)
    add_library(ggml-cuda SHARED tiny.cu)
    target_link_libraries(tinyggml PRIVATE ggml-cuda)
    install(TARGETS ggml-cuda LIBRARY DESTINATION tinyggml/lib RUNTIME DESTINATION tinyggml/lib)
endif()
if (GGML_NATIVE AND NOT MSVC)
    target_compile_options(tinyggml PRIVATE -march=native)
endif()
foreach (target tiny-base tinyggml)
    if (WIN32)
        set_target_properties(${target} PROPERTIES PREFIX "")
    endif()
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN")
    install(TARGETS ${target} LIBRARY DESTINATION tinyggml/lib RUNTIME DESTINATION tinyggml/lib)
endforeach()
"""
# Building it takes minutes, in which it can be interrupted.
SLOW_CMAKE = f"""{CMAKE}
execute_process(COMMAND ${{CMAKE_COMMAND}} -E echo "now it sleeps")
execute_process(COMMAND sleep 300)
"""

PACKAGE = """
import ctypes, os
_lib = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
tiny = ctypes.CDLL(os.path.join(_lib, "tinyggml.dll" if os.name == "nt" else "libtinyggml.so"))
"""

EXPORT = "#ifdef _WIN32\n#define API __declspec(dllexport)\n#else\n#define API\n#endif\n"
FILES = {
    "pyproject.toml": PYPROJECT,
    "CMakeLists.txt": CMAKE,
    "base.c": EXPORT + "API int tiny_base(void) { return 40; }\n",
    "tiny.c": EXPORT
    + "extern int tiny_base(void);\n#ifdef TINY_FAST\n#define MORE 3\n#else\n#define MORE 2\n#endif\n"
    + "API int tiny_answer(void) { return tiny_base() + MORE; }\n",
    "tiny.cu": "__global__ void nothing() {}\nint tiny_cuda(void) { nothing<<<1, 1>>>(); return 1; }\n",
    f"{NAME}/__init__.py": PACKAGE,
}


def small_package(
    directory: Path, *, distribution: str = NAME, module: str = NAME, version: str = VERSION, **changed: str
) -> Path:
    """The package's source in a directory of its own, under its own names or others.

    Args:
        distribution, module: what pip calls it, and what Python does: its directory, and `lib<module>.so` in it.
        changed: replaces files, by name with `_` for the dot.
    """
    root = directory / distribution
    for name, text in FILES.items():
        path = root / name.replace(NAME, module)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = changed.get(name.replace(".", "_"), text)
        if name == "pyproject.toml":
            text = text.replace(f'name = "{NAME}"', f'name = "{distribution}"').replace(VERSION, version)
        path.write_text(text.replace(NAME, module))
    return root


def sdist_of(source: Path, distribution: str = NAME, version: str = VERSION) -> Path:
    """A source distribution of a directory, beside it."""
    name = f"{distribution.replace('-', '_')}-{version}"
    path = source.parent / f"{name}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(source, name)
    return path


def folder_index(root: Path, *files: Path) -> str:
    """An index of files on this disk, as PEP 503 lays it out; its URL."""
    for file in files:
        project = root / file.name.partition("-")[0].replace("_", "-").lower()
        project.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, project)
        names = sorted(one.name for one in project.iterdir() if one.name != "index.html")
        (project / "index.html").write_text("".join(f'<a href="{name}">{name}</a>' for name in names))
    return root.as_uri()


def build_tools(directory: Path, *left_out: str) -> Path:
    """A directory with the wheels that the build needs: for `--find-links`."""
    directory.mkdir(exist_ok=True)
    for name in TOOLS:
        if name not in left_out:
            path = wheel(f"build-{name}")
            target = directory / path.name
            if not target.exists():
                try:
                    os.link(path, target)
                except OSError:
                    shutil.copyfile(path, target)
    return directory


def interrupted_in_its_sleep(command: Sequence[str | Path], state: Path, how: signal.Signals) -> int:
    """Start a command that builds with `SLOW_CMAKE`, send it a signal once the build sleeps, and give its status."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 120
    try:
        while not any("now it sleeps" in log.read_text() for log in state.glob("builds/*.log")):
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        process.send_signal(how)
        return process.wait(60)
    finally:
        process.kill()
