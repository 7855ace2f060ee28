"""WL519: files of the wheel lie where they do harm, or no good."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from keyword import iskeyword
from typing import NamedTuple

from wontload.diagnosis.contents import Contents, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.module_builds import module_of

# Names at the top of site-packages that many projects leave there by mistake, each over the others' files.
COMMON = frozenset(
    "build cmake data dist doc docs example examples images include lib scripts src test testing tests tools".split()
)
BYTECODE = re.compile(r"\.py[co]$")
OF_PYTHON = re.compile(r"(\.py|\.pyi|\.pth|\.pyd|\.so|\.dll)$", re.IGNORECASE)
MODULE = re.compile(r"(\.py|\.pyd|\.(cpython-\d+|abi3)[\w.-]*\.so)$", re.IGNORECASE)
# The order in which a package loads its libraries, for old Pythons: named after the one distribution that it is of.
# Source: what delvewheel writes into `__init__.py` (pye3d 0.3.1, itk-ants 0.2.0), and pyvips-binary 8.18.7 on PyPI.
OF_DELVEWHEEL = re.compile(r"\.load-order-[\w.+!]+-[\w.+!]+$")
SMALLEST_DOUBLE_BYTES = 1  # an empty file is no copy of another


class Oddity(NamedTuple):
    """A way in which files lie strangely.

    Attributes:
        found: yields files with what is wrong with each; of a wheel, and its files by their places in site-packages.
    """

    found: Callable[[Contents, dict[str, str]], Iterator[tuple[str, str]]]
    title: str
    severity: Severity
    explanation: str


def strange_layout(contents: Contents) -> Iterator[Finding]:
    """Names at the top that other packages use too, byte code, modules that no import finds, copies, nothing at all."""
    top = dict(_in_site(contents))
    for one in ODDITIES:
        if files := dict(one.found(contents, top)):
            yield finding("WL519", one.title, files, severity=one.severity, explanation=one.explanation)


def _in_site(contents: Contents) -> Iterator[tuple[str, str]]:
    """Members that go to site-packages, each with its path there."""
    for name in contents.sizes:
        first, _, rest = name.partition("/")
        if first.endswith(".data"):
            scheme, _, inside = rest.partition("/")
            if scheme in ("purelib", "platlib"):
                yield name, inside
        elif not first.endswith(".dist-info"):
            yield name, name


def _one_of_two(contents: Contents, top: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Files and directories that only systems which tell upper from lower case tell apart; of Linux' wheels none."""
    if contents.platforms and all(platform.system == "linux" for _, platform in contents.platforms):
        return
    spelled: dict[str, str] = {}
    for name, where in top.items():
        parts = where.split("/")
        for path in ("/".join(parts[:count]) for count in range(1, len(parts) + 1)):
            first = spelled.setdefault(path.lower(), path)
            if first != path:
                yield name, f"is {first} where case does not count"
                break


def _grave(contents: Contents, top: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not top:
        yield contents.dist_info, "is all that the wheel holds" if _is_empty(contents) else "is all that is importable"
    for name, where in top.items():
        first, inside, _ = where.partition("/")
        if BYTECODE.search(where) and "__pycache__" not in where:
            yield name, "is byte code of one version of Python"
        elif BYTECODE.search(where):
            yield name, "is byte code, which installers make themselves"
        elif inside and first.lower() in COMMON:
            yield name, f"would be in a package {first}, as those of other projects"
        elif where == "__init__.py":
            yield name, "would make a package of site-packages itself"
        elif not inside and not OF_PYTHON.search(where) and not OF_DELVEWHEEL.match(where):
            yield name, "would lie at the top of site-packages, and is no module"


def _is_empty(contents: Contents) -> bool:
    return all(name.startswith(f"{contents.dist_info}/") for name in contents.sizes)


def _copies(contents: Contents, top: dict[str, str]) -> Iterator[tuple[str, str]]:
    seen: dict[tuple[int, int], str] = {}
    for name, size in contents.sizes.items():
        key = size, contents.checksums.get(name, 0)
        if size >= SMALLEST_DOUBLE_BYTES and key in seen and contents.checksums:
            yield name, f"has the bytes of {seen[key]}"
        seen.setdefault(key, name)


def _unimportable(contents: Contents, top: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, where in top.items():
        if not MODULE.search(where):
            continue
        *packages, base = where.split("/")
        parts = [*packages, base.partition(".")[0]]
        if not all(part.isidentifier() and not iskeyword(part) for part in parts):
            yield name, "has a name that no import statement can spell"


def _builds(contents: Contents, top: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, where in top.items():
        if (module := module_of(where)) is not None:
            yield name, f"is a build of {module.replace('/', '.')}, and no import statement can spell its name"


def _several(contents: Contents, top: dict[str, str]) -> Iterator[tuple[str, str]]:
    roots = dict.fromkeys(where.partition("/")[0] for where in top.values())
    roots.pop("__pycache__", None)
    if len(roots) > 1:
        yield contents.dist_info, f"belongs to {len(roots)} names at the top: {', '.join(sorted(roots)[:6])}"
    with_code = {where.partition("/")[0] for where in top.values() if MODULE.search(where)}
    for root in roots:
        if root not in with_code:
            yield root, "holds no Python module"


ODDITIES = (
    Oddity(
        _grave,
        "files lie where other packages have theirs, or where nobody looks",
        Severity.WARNING,
        "What stands at the top of a wheel goes to the top of site-packages, where every package shares one directory: "
        "`tests` of one project writes over that of another, and an `__init__.py` makes a package of all of them.",
    ),
    Oddity(
        _one_of_two,
        "names differ in upper and lower case alone",
        Severity.WARNING,
        "Windows and macOS take them for one file: what is unpacked last is what is there, under a name that may be "
        "the other's, and RECORD is right for one of them at most.",
    ),
    Oddity(_copies, "files are there twice", Severity.NOTE, "They do no harm and take up room."),
    Oddity(_unimportable, "no import finds some of the files", Severity.NOTE, "They do no harm and take up room."),
    Oddity(
        _builds,
        "only the package's own code finds some of its extension modules",
        Severity.NOTE,
        "They are builds of one module, for several libraries or processors: a finder of the package takes one of "
        "them. Where it does not run, or takes none, the module is not found.",
    ),
    Oddity(
        _several,
        "the wheel brings several names to the top of site-packages",
        Severity.NOTE,
        "Some projects bring two packages on purpose; others forgot to leave one out.",
    ),
)
