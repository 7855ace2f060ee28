"""llama.cpp's CPU library, cross-built by mingw from llama-cpp-python's own source, in the official Windows CPython.

The package that loads it is the real one of that source. GCC's runtime, which mingw's code needs, lies beside it,
as a wheel made for others would have it; then some of it is taken away.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.remedy.trees import tree
from tests.support.cli import wontload
from tests.support.downloads import wheel
from tests.support.locks import CACHE
from tests.support.schemas import check
from tests.support.windows import WindowsPython, windows

GCC, GXX = "x86_64-w64-mingw32-gcc-posix", "x86_64-w64-mingw32-g++-posix"
pytestmark = [
    pytest.mark.sweep,
    pytest.mark.oracle("wine"),
    pytest.mark.skipif(shutil.which(GXX) is None, reason="no C++ of mingw here (scripts/install-oracles sweep)"),
    pytest.mark.xdist_group("llama-windows"),
    pytest.mark.timeout(9000),
]
REQUIREMENT = "llama-cpp-python==0.3.36"
# Source: CMake, cmake-toolchains(7), "Cross Compiling". Debian's mingw headers (10.0) are older than
# THREAD_POWER_THROTTLING_STATE, which ggml-cpu.c asks for from Windows 8 on.
CROSS = {
    "CMAKE_SYSTEM_NAME": "Windows",
    "CMAKE_SYSTEM_PROCESSOR": "AMD64",
    "CMAKE_C_COMPILER": GCC,
    "CMAKE_CXX_COMPILER": GXX,
    "CMAKE_RC_COMPILER": "x86_64-w64-mingw32-windres",
    "CMAKE_C_FLAGS": "-D_WIN32_WINNT=0x0601",
}
REQUIRES = ("numpy", "markupsafe", "jinja2", "typing_extensions", "diskcache")
OF_THE_TOOL = ("build-packaging", "platformdirs", "truststore", "urllib3")
RUNTIME = ("libstdc++-6.dll", "libgcc_s_seh-1.dll", "libgomp-1.dll", "libwinpthread-1.dll")
SOURCES = Path(__file__).parents[2] / "src"
STATE = r"C:\wontload llama state"
ELSEWHERE = r"C:\msys64\mingw64\bin"  # where MSYS2 has them: a place that is looked at, and that no load searches
BUILD_S = 3600.0  # llama.cpp on two cores, beside other tests
WORKS = "import llama_cpp; print(llama_cpp.llama_print_system_info().decode())"


@pytest.fixture(scope="module")
def cross_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel; one that was built from and for exactly this in an earlier run lies in the cache."""
    definitions = (word for name, value in CROSS.items() for word in ("-D", f"{name}={value}"))
    ran = wontload(
        "build", REQUIREMENT, "--backend", "cpu", "--portable", *definitions, "--json",
        "-o", str(CACHE / "sweep" / "windows-wheels"),
        timeout_s=BUILD_S, _PYTHON_HOST_PLATFORM="win-amd64", WONTLOAD_STATE_DIR=str(tmp_path_factory.mktemp("state")),
    )  # fmt: skip
    assert ran.status == 0, (ran.out, ran.err)
    made = Path(ran.json["wheel"])
    assert made.name.endswith("+cpu-py3-none-win_amd64.whl")
    return made


def runtime(name: str) -> Path:
    """A DLL of mingw's own, from where this compiler has it."""
    said = subprocess.run([GXX, f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
    return Path(said) if "/" in said else Path("/usr/x86_64-w64-mingw32/lib") / name


@pytest.fixture(scope="module")
def python(cross_built: Path) -> Iterator[WindowsPython]:
    """A whole Windows Python with the package, what it requires, and GCC's runtime in its `lib`."""
    with windows().python("llama") as made:
        made.install(cross_built, *(wheel(name) for name in (*REQUIRES, *OF_THE_TOOL)))
        shutil.rmtree(made.site_packages / "bin")  # second copies, which the package does not look at
        for name in RUNTIME:
            shutil.copy(runtime(name), made.site_packages / "llama_cpp" / "lib")
        yield made
    shutil.rmtree(windows().to_host(STATE), ignore_errors=True)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    place = windows().to_host(ELSEWHERE)
    place.mkdir(parents=True, exist_ok=True)  # a run that was killed may have left it
    yield place
    shutil.rmtree(windows().drive / "msys64")


def run(python: WindowsPython, *arguments: str, status: int) -> dict[str, Any]:
    environment = {"PYTHONPATH": python.windows.to_windows(SOURCES), "WONTLOAD_STATE_DIR": STATE}
    done = python.run("-m", "wontload", *arguments, "--json", env=environment, timeout=300)
    assert done.returncode == status, (done.returncode, done.stdout[-3000:], done.stderr[-3000:])
    answer: dict[str, Any] = check(json.loads(done.stdout))
    return answer


def test_it_is_imported_and_works(python: WindowsPython):
    done = python.run("-c", WORKS, timeout=120)
    assert (done.returncode, "OPENMP = 1" in done.stdout) == (0, True), (done.stdout, done.stderr)
    assert run(python, "llama_cpp", status=0)["verdict"] == "loads"


@pytest.mark.parametrize("taken", [("libstdc++-6.dll",), ("libgomp-1.dll",), RUNTIME])
def test_what_was_taken_away_is_named_found_and_taken_back(python: WindowsPython, elsewhere: Path, taken):
    lib = python.site_packages / "llama_cpp" / "lib"
    for name in taken:
        shutil.move(lib / name, elsewhere)
    try:
        assert python.run("-c", WORKS, timeout=120).returncode == 1
        findings = run(python, "llama_cpp", status=1)["findings"]
        named = {name for one in findings for name in (one["subject"], *one["also"])}
        assert ({one["code"] for one in findings}, named) == ({"WL202"}, set(taken))
        before = tree(python.root)
        applied = run(python, "fix", "llama_cpp", "--use", "scoped-path", "--yes", status=0)
        assert applied["attempts"][0]["kept"]
        assert python.run("-c", WORKS, timeout=120).returncode == 0
        run(python, "undo", status=0)
        assert (tree(python.root), python.run("-c", WORKS, timeout=120).returncode) == (before, 1)
    finally:
        for name in taken:
            shutil.move(elsewhere / name, lib)


def test_what_is_nowhere_is_named_with_who_provides_it(python: WindowsPython, tmp_path: Path):
    lib = python.site_packages / "llama_cpp" / "lib"
    shutil.move(lib / "libstdc++-6.dll", tmp_path)
    try:
        first = run(python, "llama_cpp", status=1)["findings"][0]
        assert (first["code"], first["subject"], first["component"]) == ("WL201", "libstdc++-6.dll", "mingw-runtime")
    finally:
        shutil.move(tmp_path / "libstdc++-6.dll", lib)
