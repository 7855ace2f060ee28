"""What is to be built: a directory, or a source distribution that is unpacked into one."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import PurePosixPath
from typing import Any

from wontload.build.cmake_options import Options, options_of
from wontload.errors import WontloadError
from wontload.knowledge.packages import normalised

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CMAKE_FILE = re.compile(r"(?i)^CMakeLists\.txt$|\.cmake$")
LANGUAGES = {
    ".c": "C", ".cc": "C++", ".cpp": "C++", ".cxx": "C++", ".cu": "CUDA", ".m": "Objective-C", ".mm": "Objective-C++",
    ".f": "Fortran", ".f90": "Fortran", ".hip": "HIP", ".pyx": "Cython", ".rs": "Rust",
}  # fmt: skip
MOST_CMAKE_FILES = 3000
MOST_TEXT_BYTES = 1 << 20  # of one file; the largest of llama.cpp's has 20 kB
MOST_ENTRIES = 400_000
# Backends of PEP 517 by the module that pyproject.toml names. What is not here is called by that module.
BACKENDS = {
    "scikit_build_core": "scikit-build-core",
    "skbuild": "scikit-build",
    "mesonpy": "meson-python",
    "setuptools": "setuptools",
    "maturin": "maturin",
    "hatchling": "hatchling",
    "py_build_cmake": "py-build-cmake",
}


class NoSource(WontloadError):
    """There is nothing that can be built. Exit status 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One package's source.

    Attributes:
        directory: where it lies.
        name, version: as it says; empty where only its build would tell.
        backend: `scikit-build-core`, `scikit-build`, `meson-python`, `setuptools`, or the module that it names.
        requires: what its pyproject.toml wants in the build's environment.
        options: of its CMake files; empty for a project without CMake.
        empty_submodules: directories of Git submodules in which there is nothing.
        languages: compiled ones that it has files of, also such that a build leaves aside.
        size_bytes: of everything.
    """

    directory: str
    name: str = ""
    version: str = ""
    backend: str = "setuptools"
    requires: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    empty_submodules: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    size_bytes: int = 0


def refuse_no_project(directory: str) -> None:
    """Raises `NoSource` of a directory that holds no Python project."""
    if not any(os.path.isfile(os.path.join(directory, name)) for name in ("pyproject.toml", "setup.py")):
        raise NoSource(
            f"{directory} is no Python project: it has neither pyproject.toml nor setup.py.",
            "Give the directory that holds one of them, or a source distribution (.tar.gz).",
        )


def read_source(directory: str) -> Source:
    """What a source directory tells of itself.

    Raises:
        NoSource: it has neither a `pyproject.toml` nor a `setup.py`.
    """
    refuse_no_project(directory)
    project = _pyproject(directory)
    name, version = _named(directory, project)
    system = project.get("build-system")
    system = system if isinstance(system, dict) else {}
    module = str(system.get("build-backend") or "setuptools").split(".")[0].split(":")[0]
    requires = system.get("requires")
    files, languages, size = _walk(directory)
    return Source(
        directory=directory,
        name=name,
        version=version,
        backend=BACKENDS.get(module, module),
        requires=tuple(map(str, requires)) if isinstance(requires, list) else (),
        options=options_of(text for path in files if (text := _text(path)) is not None),
        empty_submodules=tuple(_empty_submodules(directory)),
        languages=languages,
        size_bytes=size,
    )


def required_name(requirement: str) -> str:
    """The normalised name in a requirement of `build-system`; empty for one with a marker.

    A marker is for other interpreters, mostly; the build itself will tell.
    """
    return "" if ";" in requirement else normalised(re.split(r"[\s\[(<>=!~@]", requirement.strip())[0])


def _walk(directory: str) -> tuple[list[str], frozenset[str], int]:
    """CMake files (those nearest to the top first), compiled languages, and bytes of all files."""
    cmake: list[str] = []
    suffixes: set[str] = set()
    size = entries = 0
    for root, directories, names in os.walk(directory):
        directories[:] = sorted(
            one for one in directories if one not in (".git", "__pycache__", ".venv", "node_modules")
        )
        for name in names:
            entries += 1
            path = os.path.join(root, name)
            if CMAKE_FILE.search(name) and len(cmake) < MOST_CMAKE_FILES:
                cmake.append(path)
            suffixes.add(os.path.splitext(name)[1].lower())
            try:
                size += os.lstat(path).st_size
            except OSError:
                continue
        if entries > MOST_ENTRIES:
            break
    languages = frozenset(LANGUAGES[one] for one in suffixes if one in LANGUAGES)
    return sorted(cmake, key=lambda path: (path.count(os.sep), path)), languages, size


def _text(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return file.read(MOST_TEXT_BYTES).decode("utf-8", "replace")
    except OSError:
        return None


def _pyproject(directory: str) -> dict[str, Any]:
    text = _text(os.path.join(directory, "pyproject.toml"))
    try:
        return tomllib.loads(text) if text is not None else {}
    except (ValueError, RecursionError) as error:
        raise NoSource(f"{directory} cannot be built: its pyproject.toml is not TOML ({error}).") from error


def _named(directory: str, project: dict[str, Any]) -> tuple[str, str]:
    """Name and version: of the metadata in a source distribution, else as far as pyproject.toml tells."""
    metadata = _text(os.path.join(directory, "PKG-INFO"))
    if metadata is not None:
        headers = HeaderParser().parsestr(metadata)
        return str(headers.get("Name") or "").strip(), str(headers.get("Version") or "").strip()
    table = project.get("project")
    table = table if isinstance(table, dict) else {}
    version = table.get("version")
    return str(table.get("name") or ""), version if isinstance(version, str) else _dynamic_version(directory, project)


def _dynamic_version(directory: str, project: dict[str, Any]) -> str:
    """The version where scikit-build-core is told to read it from a file (its `metadata.regex` provider)."""
    node: Any = project
    for key in ("tool", "scikit-build", "metadata", "version"):
        node = node.get(key) if isinstance(node, dict) else None
    if not isinstance(node, dict) or not isinstance(node.get("input"), str):
        return ""
    name = PurePosixPath(node["input"])
    if name.is_absolute() or ".." in name.parts:
        return ""
    text = _text(os.path.join(directory, *name.parts)) or ""
    found = re.search(
        r"""(?i)^(?:__version__|VERSION)(?: ?: ?str)? *= *['"]v?([\w.+!-]{1,60})['"]""", text, re.MULTILINE
    )
    return found[1] if found else ""


def _empty_submodules(directory: str) -> Iterator[str]:
    """Source: gitmodules(5). An archive that GitHub makes of a repository has such empty directories."""
    text = _text(os.path.join(directory, ".gitmodules")) or ""
    for name in re.findall(r"(?m)^\s*path\s*=\s*(\S.{0,200}?)\s*$", text):
        path = os.path.normpath(os.path.join(directory, *name.split("/")))
        if path.startswith(os.path.normpath(directory)) and not _has_entries(path):
            yield name


def _has_entries(path: str) -> bool:
    try:
        return any(True for _ in os.scandir(path))
    except OSError:
        return False
