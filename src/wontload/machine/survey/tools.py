"""Programs that build: CMake, Ninja, compilers, make, git, Cargo. Every copy on PATH, then those in usual places.

Asked with `--version`; for `cl`, which has no such option, the toolset's directory has the version in its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from wontload.machine.inventory import Tool
from wontload.machine.survey.search import matching, program_files, rooted
from wontload.machine.survey.sources import Sources
from wontload.machine.survey.toolkits import toolkits

# `gcc (Debian 12.2.0-14) 12.2.0`, `Apple clang version 15.0.0`, `git version 2.39.2`, `GNU Make 4.3`, `1.11.1`,
# `cargo 1.80.0 (376290515 2024-07-16)`; and nvcc's `Cuda compilation tools, release 12.4, V12.4.131`.
VERSION = re.compile(r"\bV(\d+\.\d+\.\d+)|(?:\) |version |Make |cargo |^)(\d+\.\d+(?:\.\d+)*)", re.MULTILINE)
NAMES = ("cmake", "ninja", "nvcc", "gcc", "g++", "clang", "make", "git", "cargo")
STUDIO = r"{program_files}\Microsoft Visual Studio\*\*"
# Directories besides those on PATH, of Windows.
PLACES = {
    "cmake": (r"{program_files}\CMake\bin", STUDIO + r"\Common7\IDE\CommonExtensions\Microsoft\CMake\CMake\bin"),
    "ninja": (STUDIO + r"\Common7\IDE\CommonExtensions\Microsoft\CMake\Ninja",),
    "clang": (r"{program_files}\LLVM\bin", STUDIO + r"\VC\Tools\Llvm\x64\bin"),
    "git": (r"{program_files}\Git\cmd",),
    "cl": (STUDIO + r"\VC\Tools\MSVC\*\bin\Hostx64\x64", STUDIO + r"\VC\Tools\MSVC\*\bin\Hostarm64\arm64"),
}
WORKERS = 4
TOOL_S = 1.0
MOST_COPIES = 3  # of one name
# Distributions install older and newer compilers beside their own: what nvcc refuses one of, it may take another of.
NUMBERED = re.compile(r"(gcc|g\+\+|clang)-\d{1,2}$")
MOST_NUMBERED = 12


def tools(sources: Sources) -> tuple[Tool, ...]:
    """Those found, by name; a copy that does not tell its version has an empty one."""
    pairs = [(name, path) for name in NAMES for path in _copies(sources, name)]
    pairs += _numbered(sources, {sources.real(path) for _, path in pairs})
    with ThreadPoolExecutor(WORKERS) as pool:
        versions = list(pool.map(lambda pair: _version(sources, pair[1]), pairs))
    found = [Tool(name=name, version=version, path=path) for (name, path), version in zip(pairs, versions, strict=True)]
    return (*found, *_compilers_of_visual_studio(sources))


def _copies(sources: Sources, name: str) -> list[str]:
    """Paths of different files of that name, those on PATH first."""
    separator = ";" if sources.system == "windows" else ":"
    directories = [entry.strip('"') for entry in sources.variable("PATH").split(separator) if entry.strip('"')]
    if name == "nvcc":
        directories += [sources.path.join(one.directory, "bin") for one in toolkits(sources) if one.kind == "cuda"]
    if sources.system == "windows":
        directories += _places(sources, name)
    file = f"{name}.exe" if sources.system == "windows" else name
    found: dict[str, str] = {}
    for directory in dict.fromkeys(directories):
        path = sources.path.join(directory, file)
        if sources.is_file(path) and not _is_alias(path):
            found.setdefault(sources.real(path), path)
    return list(found.values())[:MOST_COPIES]


def _numbered(sources: Sources, seen: set[str]) -> list[tuple[str, str]]:
    """Compilers called by their version, such as `g++-12`, that are none of those seen."""
    if sources.system == "windows":
        return []
    found: dict[str, tuple[str, str]] = {}
    for directory in dict.fromkeys(entry for entry in sources.variable("PATH").split(":") if entry):
        for file in sources.names(directory):
            name = NUMBERED.match(file)
            path = sources.path.join(directory, file)
            if name and (real := sources.real(path)) not in seen and sources.is_file(path):
                found.setdefault(real, (name[1], path))
    return list(found.values())[:MOST_NUMBERED]


def _is_alias(path: str) -> bool:
    """Windows' aliases of Store programs, and pyenv's shims: both start something else, slowly."""
    return re.search(r"(?i)[\\/](WindowsApps|\.pyenv[\\/]shims)[\\/]", path) is not None


def _places(sources: Sources, name: str) -> Iterator[str]:
    for pattern in PLACES.get(name, ()):
        for concrete in program_files(sources, pattern):
            yield from matching(sources, *rooted(sources, concrete))


def _version(sources: Sources, path: str) -> str:
    if _would_write(sources, path):
        return ""
    answer = sources.run([path, "--version"], timeout_s=TOOL_S)
    return parse_version(answer.output) if answer and answer.status == 0 else ""


def _would_write(sources: Sources, path: str) -> bool:
    """Whether asking would leave something behind: a `cargo` of rustup's makes its directory where there is none.

    Its programs are links to, or copies of, the `rustup` beside them. Seen with rustup 1.29; its book, "Proxies".
    """
    suffix = ".exe" if sources.system == "windows" else ""
    beside = sources.path.join(sources.path.dirname(path), f"rustup{suffix}")
    if sources.path.basename(path) != f"cargo{suffix}" or not sources.is_file(beside):
        return False
    if sources.size(beside) != sources.size(path):
        return False
    home = sources.variable("USERPROFILE" if sources.system == "windows" else "HOME")
    own = sources.variable("RUSTUP_HOME") or sources.path.join(home, ".rustup")
    return not sources.is_file(sources.path.join(own, "settings.toml"))


def parse_version(text: str) -> str:
    """The version in what a program says of itself; empty when it says none."""
    found = VERSION.search(text[:2000])
    return (found[1] or found[2]) if found else ""


def _compilers_of_visual_studio(sources: Sources) -> Iterator[Tool]:
    if sources.system != "windows":
        return
    for directory in _places(sources, "cl"):
        path = sources.path.join(directory, "cl.exe")
        toolset = re.search(r"\\MSVC\\(\d+(?:\.\d+)+)\\", path)
        if toolset and sources.is_file(path):
            yield Tool(name="cl", version=toolset[1], path=path)
