"""What a log tells of the machine that it comes from: package, Python, CUDA, system."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wontload.knowledge.packages import distribution_for, import_name_for, normalised

LOOKED_AT = 500_000  # characters of each end of a log in which facts are sought
MOST_KNOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What can be known from the text. Each is a guess of the most frequent, and empty when nothing tells.

    Attributes:
        target: what to ask about on that machine: an import name, else a library's path.
        package: the distribution.
        versions: (distribution, version) pairs that the text names.
        python: version, such as `3.11` or `3.11.4`.
        system: `windows`, `linux` or `macos`.
        cuda: CUDA versions that the text names, in order.
        paths: paths of native files, in order.
        layout: `conda`, `venv`, `store` or `embeddable`, where a path tells.
    """

    target: str = ""
    package: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    python: str = ""
    system: str = ""
    cuda: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    layout: str = ""


_SITE = re.compile(r"(?:site|dist)-packages[\\/]{1,4}([A-Za-z_]\w{0,60})(?=[\\/.]|-)")
_NATIVE = re.compile(
    r"(?:[A-Za-z]:[\\/]|/|~/)[^\s:*?\"'<>|(),;]{1,300}?\.(?:dll|pyd|so(?:\.\d+)*|dylib)\b", re.IGNORECASE
)
_NATIVE_WITH_BLANKS = re.compile(r"['\"]([A-Za-z]:[\\/][^\n*?\"'<>|]{1,300}?\.(?:dll|pyd))['\"]", re.IGNORECASE)
_BUILT = re.compile(
    r"(?:Failed building wheel for|Building wheels? for(?: collected packages:)?|Could not build wheels for|"
    r"No matching distribution found for|satisfies the requirement|Failed to build|Collecting) "
    r"(?!one or more)([A-Za-z][\w.-]{1,60})"
)
_OWN_LOG = re.compile(r"# wontload build ([A-Za-z][\w.-]{1,60})")  # what the log of a `wontload build` begins with
_PYTHON = re.compile(
    r"Python (\d\.\d{1,2}(?:\.\d{1,2})?)\b|[Pp]ython[\\/_-]?(3\.\d{1,2})\b|Python(3\d{1,2})[\\/]"
    r"|\bcp(3\d{1,2})-|cpython-(3\d{1,2})"
)
_CUDA = re.compile(
    r"CUDA[\\/]{1,2}v(\d{1,2}\.\d)|cuda-(\d{1,2}\.\d)|CUDA Version: ?(\d{1,2}\.\d)|\+cu(\d{3})\b|/cu(\d{3})\b|"
    r"release (\d{1,2}\.\d), V\d|CUDA (?:Toolkit )?(\d{1,2}\.\d)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"\b([A-Za-z][A-Za-z0-9_.-]{1,40}?)(?:==|-)(\d{1,4}(?:\.\d{1,4}){1,3}(?:[+.]?(?:post|rc|dev|cu|cpu)\w{0,8})?)"
    r"(?=-(?:cp|py)\d|\.tar\.gz|[\s,;)'\"]|$)"
)
_SYSTEMS = (
    (
        "windows",
        re.compile(r"[A-Za-z]:\\{1,2}\w|\.dll\b|\.pyd\b|WinError|win_amd64|win32|DLL load failed|MSVC", re.IGNORECASE),
    ),
    (
        "macos",
        re.compile(
            r"\.dylib\b|-darwin\.so|/Users/|macosx_|Mach-O|/opt/homebrew|dyld|Library not loaded|"
            r"dlopen\([^()\n]{1,400}, 0x",
            re.IGNORECASE,
        ),
    ),
    ("linux", re.compile(r"linux-gnu|linux_x86_64|manylinux|/usr/lib/|/home/|GLIBC|ELF|/root/", re.IGNORECASE)),
)
_SHARED_OBJECT = re.compile(r"\.so\b", re.IGNORECASE)
# What dyld alone writes (Apple open source: dyld, DyldAPIs.cpp and Loader.cpp), also of extension modules, whose names
# end in `.so` on macOS as on Linux.
_OF_DYLD = re.compile(r"dlopen\([^()\n]{1,400}, 0x[0-9A-Fa-f]{1,8}\)|Library not loaded: |mach-o file")
# Parts of paths, in lower case and with slashes: plain text, as a search for it is many times faster than a pattern's.
_LAYOUTS = (
    ("embeddable", ("python_embeded", "python_embedded")),
    ("store", ("pythonsoftwarefoundation",)),
    ("conda", ("anaconda", "miniconda", "miniforge", "mambaforge", "/envs/")),
    ("venv", tuple(f"/{dot}{name}/" for dot in ("", ".") for name in ("venv", "virtualenv", "virtualenvs"))),
)
# Packages that tell nothing of what does not load: they install, start or call.
_TOOLS = frozenset("pip setuptools wheel importlib ctypes torchrun uvicorn click typer pytest _pytest conda skbuild "
                   "scikit_build_core scikit_build cmake ninja pyproject_hooks build poetry uv".split())  # fmt: skip


def facts_of(text: str) -> Facts:
    """The facts of a cleaned log."""
    if len(text) > 2 * LOOKED_AT:
        text = text[:LOOKED_AT] + "\n" + text[-LOOKED_AT:]
    paths = tuple(dict.fromkeys(_paths(text)))[:MOST_KNOWN]
    package, target = _package(text)
    return Facts(
        target=target,
        package=package,
        versions=tuple(dict.fromkeys(_versions(text)))[:MOST_KNOWN],
        python=_most(_python_version(match) for match in _PYTHON.finditer(text)),
        system=_system(text),
        cuda=tuple(dict.fromkeys(_dotted(_first(match)) for match in _CUDA.finditer(text)))[:4],
        paths=paths,
        layout=_layout(text.lower().replace("\\", "/")),
    )


def _layout(folded: str) -> str:
    return next((name for name, parts in _LAYOUTS if any(part in folded for part in parts)), "")


def _paths(text: str) -> Iterator[str]:
    for match in _NATIVE_WITH_BLANKS.finditer(text):
        yield match[1].replace("\\\\", "\\")
    for match in _NATIVE.finditer(text):
        yield match[0].replace("\\\\", "\\")


def _package(text: str) -> tuple[str, str]:
    """(distribution, import name): the last package whose own file the text names; else what was to be built.

    The log of a `wontload build` says so itself, and names files of what the build needs.
    """
    if own := _OWN_LOG.match(text):
        return normalised(own[1]), import_name_for(own[1]) or ""
    names = [match[1] for match in _SITE.finditer(text) if match[1].lower() not in _TOOLS]
    if names:
        name = names[-1]
        return distribution_for(name) or normalised(name), name
    built = [match[1].rstrip(".") for match in _BUILT.finditer(text) if match[1].lower() not in _TOOLS]
    if built:
        return normalised(built[-1]), import_name_for(built[-1]) or ""
    for match in re.finditer(r"(?:import|from) ([A-Za-z_]\w{1,40})\b", text):
        if known := distribution_for(match[1]):
            return known, match[1]
    return "", ""


def _versions(text: str) -> Iterator[tuple[str, str]]:
    for match in _VERSION.finditer(text):
        if not match[1].lower().startswith(("python", "cp3", "py3", "lib")):
            yield normalised(match[1]), match[2]


def _python_version(match: re.Match[str]) -> str:
    found = _first(match)
    return found if "." in found else f"{found[0]}.{found[1:]}"


def _first(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group)


def _dotted(version: str) -> str:
    """`124`, as wheels write it, is 12.4."""
    return version if "." in version else f"{version[:-1]}.{version[-1]}"


def _most(values: Iterable[str]) -> str:
    counted = Counter(values)
    return max(counted, key=lambda value: (counted[value], len(value))) if counted else ""


def _system(text: str) -> str:
    """The system that most of the text speaks of."""
    counts = {name: _times(pattern, text) for name, pattern in _SYSTEMS}
    if not _OF_DYLD.search(text):
        counts["linux"] += _times(_SHARED_OBJECT, text)
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


def _times(pattern: re.Pattern[str], text: str) -> int:
    """How often it is found; 500 is often enough."""
    return sum(1 for _ in zip(pattern.finditer(text), range(500), strict=False))
