"""WL513: what is in the wheel is for another Python than its tag, or asks for more than the stable ABI."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.binary import Format, Image, MalformedImage
from wontload.diagnosis.contents import Contents, Native, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.module_builds import python_needed
from wontload.diagnosis.words import listed
from wontload.knowledge.components import component_of
from wontload.knowledge.linux_releases import wheel_policy
from wontload.knowledge.stable_abi import is_python_symbol, stable_abi

PYTHON_DLL = re.compile(r"python(\d)(\d+)(t?)(_d)?\.dll$", re.IGNORECASE)
OF_ONE_PYTHON = re.compile(r"\.(?:cp|cpython-)(\d)(\d+)(t?)[-.]", re.IGNORECASE)
TAG = re.compile(r"cp(\d)(\d+)(t?)$")


def other_abi(contents: Contents) -> Iterator[Finding]:
    """Extension modules that a Python of the wheel's tag does not take, or takes and cannot bind.

    A file for another platform is WL512.
    """
    yield from _of_one_version(contents)
    yield from _of_some_versions(contents)
    yield from _beyond_stable_abi(contents)


def _of_one_version(contents: Contents) -> Iterator[Finding]:
    """By the names of modules, and on Windows by the Python DLL that they import."""
    wanted = {one.abi for one in contents.tags}
    stable = any(one.abi.startswith("abi3") for one in contents.tags)
    if not stable and not any(TAG.match(one) for one in wanted):
        return
    files: dict[str, str] = {}
    modules: dict[str, bool] = {}  # whether some file of a module fits
    builds: dict[str, set[str]] = {}
    for native, image in contents.images:
        made_for = _made_for(native.base, image)
        module = native.name.partition(".")[0]
        fits = made_for is None or made_for in wanted
        modules[module] = modules.get(module, False) or fits
        builds.setdefault(module, set()).add(made_for or "")
        if not fits and (native.is_extension or image.format is Format.PE):
            files[native.name] = f"is for CPython {_spelled(made_for or '')}"
    files = {name: what for name, what in files.items() if not modules[name.partition(".")[0]]}
    each = {name: what for name, what in files.items() if _covers(contents, builds[name.partition(".")[0]])}
    files = {name: what for name, what in files.items() if name not in each}
    if each:
        yield finding(
            "WL513",
            "modules are there for one Python each, and the wheel is tagged abi3",
            each,
            severity=Severity.WARNING,
            explanation="Each Python from the one that the tag names to the newest that has a module finds its own. "
            "The tag promises all later ones as well: installers take the wheel for these, and they find none.",
        )
    if files:
        tags = listed(sorted({f"{one.python}-{one.abi}" for one in contents.tags}))
        yield finding(
            "WL513",
            f"modules are for another Python than the tag of the wheel ({tags})",
            files,
            explanation="Python looks for extension modules under the names that it takes itself, and a module that "
            "imports the DLL of one version of Python loads in that version alone. A Python that the tag names will "
            "not "
            "find these, or not load them.",
        )


def _of_some_versions(contents: Contents) -> Iterator[Finding]:
    """Modules for one Python each, in a wheel for any Python 3: by the library of Python that they need.

    Not by their names: what Python finds under such a name alone, code is likely to do without elsewhere.
    """
    if not all(one.abi == "none" and one.python.startswith("py") for one in contents.tags):
        return
    nameless = ((native, image) for native, image in contents.images if not OF_ONE_PYTHON.search(native.base))
    needed = {native.name: version for native, image in nameless if (version := python_needed(image))}
    if needed:
        versions = [_dotted(one) for one in sorted(set(needed.values()))]
        tags = listed(sorted({f"{one.python}-{one.abi}" for one in contents.tags}))
        yield finding(
            "WL513",
            f"modules are for CPython {listed(versions, len(versions))}, and the wheel is tagged for any ({tags})",
            {name: f"needs the library of CPython {_dotted(version)}" for name, version in needed.items()},
            severity=Severity.WARNING,
            explanation="Installers take the wheel for every Python that the tag names. One for which it has no module "
            "finds none: a wheel for each Python, under the tag of that, is not taken by the others.",
        )


def _covers(contents: Contents, builds: set[str]) -> bool:
    """Whether a module has a build for every Python from the one that an abi3 tag names on, up to some newer one."""
    found = {_version(one) for one in builds if TAG.match(one) and not one.endswith("t")}
    oldest = min((_version(one.python) for one in contents.tags if one.abi.startswith("abi3")), default=None)
    if oldest is None or len(found) < 2 or oldest not in found:
        return False
    major, newest = max(found)
    return {(major, minor) for minor in range(oldest[1], newest + 1)} <= found


def _made_for(base: str, image: Image) -> str | None:
    """The ABI tag of the one Python that a file is for; `None` when it names none."""
    if match := OF_ONE_PYTHON.search(base):
        return f"cp{match[1]}{match[2]}{match[3]}"
    for one in image.needed:
        if match := PYTHON_DLL.match(one.library):
            return f"cp{match[1]}{match[2]}{match[3]}"
    return None


def _spelled(abi: str) -> str:
    match = TAG.match(abi)
    return f"{match[1]}.{match[2]}{' without the GIL' * bool(match[3])}" if match else abi


def _beyond_stable_abi(contents: Contents) -> Iterator[Finding]:
    oldest = min((_version(one.python) for one in contents.tags if one.abi == "abi3"), default=None)
    if oldest is None:
        return
    files: dict[str, str] = {}
    others: dict[str, str] = {}
    removed = False
    for native, image in contents.images:
        if not native.is_extension and not any(one.library.lower() == "python3.dll" for one in image.needed):
            continue
        asked = set(_python_symbols(image))
        outside = [name for name in sorted(asked - stable_abi().keys()) if not _is_own(contents, native, image, name)]
        newer = sorted(name for name in asked if stable_abi().get(name, (0, 0)) > oldest)
        if outside and (strangers := _strangers(contents, image)):
            others[native.name] = f"{listed(outside)} may be defined by {listed(strangers, word='or')}"
            outside = []
        removed = removed or bool(outside)
        if told := "; ".join(_beyond(outside, newer)):
            files[native.name] = told
    if files:
        yield finding(
            "WL513",
            f"modules tagged abi3 ask for more than the stable ABI of CPython {_dotted(oldest)}",
            files,
            severity=Severity.ERROR,
            explanation="The tag promises every CPython from that version on. "
            + ("What is no part of the stable ABI may be gone in a later Python. " if removed else "")
            + "What came later is not there in the oldest that the tag names, and the import fails with an undefined "
            "symbol.",
        )
    if others:
        yield finding(
            "WL513",
            "modules tagged abi3 ask for names like Python's that are no part of its stable ABI",
            others,
            severity=Severity.NOTE,
            explanation="An ELF file does not tell which library it wants a symbol of. These modules need one that is "
            "not in the wheel, and that may define such names itself, as Shiboken does.",
        )


def _beyond(outside: list[str], newer: list[str]) -> Iterator[str]:
    """That names are no part of the stable ABI, and that others became one after the Python that the tag names."""
    if outside:
        yield f"{listed(outside)} {'is' if len(outside) == 1 else 'are'} no part of it"
    if newer:
        yield f"{listed([f'{name} ({_dotted(stable_abi()[name])})' for name in newer])} came later"


def _is_own(contents: Contents, native: Native, image: Image, name: str) -> bool:
    """Whether another file of the wheel defines a symbol; of PE and Mach-O files the import names its library."""
    return image.format is Format.ELF and any(_defines(one, name) for other, one in contents.images if other != native)


def _defines(image: Image, name: str) -> bool:
    try:
        return image.format is Format.ELF and bool(image.export_index.versions(name))
    except MalformedImage:
        return False


def _strangers(contents: Contents, image: Image) -> list[str]:
    """ELF: libraries that a module needs, that are not in the wheel, and of which nothing is known."""
    if image.format is not Format.ELF:
        return []
    own = {native.base for native, _ in contents.images}
    promised = policy.libraries if (policy := wheel_policy("manylinux_2_28")) else frozenset()
    libraries = (one.library for one in image.needed)
    return [one for one in libraries if one not in own | promised and component_of(one) is None]


def _python_symbols(image: Image) -> Iterator[str]:
    """What is asked of Python, by name: of its library, or of whichever image has it (ELF, Mach-O's dynamic lookup)."""
    try:
        asked = [*image.undefined] if image.format is not Format.PE else []
        if image.format is not Format.ELF:
            asked += [symbol for one in image.imports if "python" in one.library.lower() for symbol in one.symbols]
    except MalformedImage:
        return
    underscore = "_" if image.format is Format.MACHO else ""  # which every C name has there
    names = ((one.name or "").removeprefix(underscore) for one in asked if not one.weak)
    yield from filter(is_python_symbol, names)


def _version(python: str) -> tuple[int, int]:
    match = re.match(r"(?:cp|py)(\d)(\d*)", python)
    return (int(match[1]), int(match[2] or 0)) if match else (3, 0)


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
