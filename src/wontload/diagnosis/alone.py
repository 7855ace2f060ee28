"""One native file judged alone, as nothing had been loaded before it; and once more with what programs add for it.

A file alone says less than an import would: a package may add directories, or load libraries first. So a file that
fails is asked about again with directories that hold what it misses.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from wontload.binary import Format, Image, MalformedImage
from wontload.diagnosis.module_builds import TAGGED
from wontload.diagnosis.places import expand
from wontload.knowledge.packages import Loading, package
from wontload.loader import LoadResult, Verdict
from wontload.loader import load as simulate
from wontload.loader.modes import default_mode, flags_for
from wontload.loader.windows.candidates import FITTING
from wontload.machine import AddedDirectory, Kind, LoadRequest, Machine, NotKnown, Process, own_format

ET_EXEC, DF_1_PIE = 2, 0x08000000  # ELF: programs, at an address of their own or at any
MH_DSYM = 10  # Apple, mach-o/loader.h: "companion file with only debug sections"
ROUNDS = 4  # of finding directories for what is missing: each may bring libraries that need further ones

Holders = Callable[[str], Collection[str]]
Definers = Callable[[str], Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """A load with help.

    Attributes:
        result: what the loader does then. added: the directories that hold what was missing, in the order found; last
            those of libraries that have to be loaded first, with their symbols for all, for what nothing else defines.
    """

    result: LoadResult
    added: tuple[str, ...]


def mode_of(name: str, image: Image | None, machine: Machine) -> str | None:
    """How a file of that name is loaded (`import`, `ctypes`); `None`: an extension module of another Python."""
    suffixes = machine.python.extension_suffixes if machine.python else ()
    if TAGGED.search(name):
        tagged = [one for one in suffixes if one.lower() not in (".so", ".pyd")]
        return "import" if not suffixes or name.lower().endswith(tuple(map(str.lower, tagged))) else None
    if default_mode(name) == "import":
        return "import"
    exported = image and image.format is own_format(machine.system) and initialises(image, name)
    return "import" if exported else "ctypes"


def unfit(machine: Machine, path: str) -> str:
    """What a file is that this machine's loader cannot take, whatever else is there; empty where it could.

    glibc's own words tell little of that: `not found` of one for another processor, `invalid ELF header` of a text.
    """
    kind = machine.files.kind(path)
    if kind is Kind.ABSENT:
        return "it was installed, and is not there any more"
    try:
        image = machine.files.image(path) if kind is Kind.FILE else None
    except MalformedImage as malformed:
        return malformed.what
    except (NotKnown, KeyError):
        return ""
    own = machine.system.architecture
    fitting = FITTING.get(own, {own}) if machine.system.name == "windows" else {own}
    if image is None or not fitting.isdisjoint((image.architecture, *image.slices)):
        return ""
    return f"it is built for {image.architecture}, and this Python is for {own}"


def initialises(image: Image, name: str) -> bool:
    """Whether it exports the function that an import of a module of its name calls (PEP 489, PyInit_NAME)."""
    function = f"PyInit_{name.partition('.')[0]}"
    try:
        if image.format is Format.ELF:
            return bool(image.export_index.versions(function))
        return bool({function, f"_{function}"} & image.exports_by_name.keys())
    except MalformedImage:
        return False


def is_for(machine: Machine, image: Image, mode: str) -> bool:
    """Whether a file is meant for this machine. An extension module is whatever processor it is for: its name fits.

    What dsymutil leaves beside a file for debuggers has its name and its format, and is loaded by nobody.
    """
    system = machine.system
    if image.format is not own_format(system) or image.file_type == MH_DSYM:
        return False
    return mode == "import" or system.architecture in (image.architecture, *image.slices)


def request_for(machine: Machine, process: Process, path: str, mode: str) -> LoadRequest:
    """The load of a file by its path, in one of the ways that `loader.modes` has."""
    kind = "import" if mode == "import" else "ctypes"
    return LoadRequest(kind=kind, name=path, flags=flags_for(mode, own_format(machine.system), path), process=process)


def with_help(
    machine: Machine,
    request: LoadRequest,
    result: LoadResult,
    holders: Holders,
    near: Collection[str],
    definers: Definers,
) -> Helped:
    """The load once directories are searched that hold what is missing: the package's own, or else all that do.

    The file's own directory, where it holds what is missing all the same, is not among the answer's: nobody adds that.
    Symbols that nothing defines may be those of a library that the package loads first (usearch takes numkong's).

    Args:
        result: of the load without help. holders: directories that hold a file of a name.
        near: directories of the package itself, and of what it requires.
        definers: paths of libraries of the package, and of what it requires, that define a symbol.
    """
    helped = _with_directories(machine, request, result, holders, near)
    if helped.result.verdict is Verdict.FAILS and machine.system.name == "linux":
        return _with_what_defines(machine, request, helped, definers)
    return helped


def _with_directories(
    machine: Machine, request: LoadRequest, result: LoadResult, holders: Holders, near: Collection[str]
) -> Helped:
    added: dict[str, None] = {}
    path_module = machine.path_module
    for _ in range(ROUNDS):
        held = [tuple(holders(str(path_module.basename(one.name)))) for one in result.failed]
        nearest = (tuple(place for place in some if place in near) or some for some in held)
        new = [directory for some in nearest for directory in some if directory not in added]
        if not new or result.verdict is not Verdict.FAILS:
            break
        added |= dict.fromkeys(new)
        result = simulate(machine, replace(request, process=helped_process(machine, request.process, added)))
    own, failed = path_module.dirname(request.name), {one.name for one in result.failed}
    if own in added and any(own in holders(str(path_module.basename(name))) for name in failed):
        useful = [directory for directory in added if directory != own]
        without = simulate(machine, replace(request, process=helped_process(machine, request.process, useful)))
        if {one.name for one in without.failed} == failed:
            return Helped(result=without, added=tuple(useful))
    return Helped(result=result, added=tuple(added))


def _with_what_defines(machine: Machine, request: LoadRequest, helped: Helped, definers: Definers) -> Helped:
    """The load once something is there that defines what is undefined; as it was where that does not do.

    LD_PRELOAD stands for what Python code does with RTLD_GLOBAL: the scope that symbols are sought in is the same. A
    program that defines them loads the file itself, as PostgreSQL's does with its languages.
    """
    process, result = helped.result.request.process, helped.result
    first: dict[str, None] = {}
    for _ in range(ROUNDS):
        found = [path for one in undefined_symbols(machine, result) for path in definers(one) if path != request.name]
        for program in (path for path in found if is_program(machine, path)):
            theirs = simulate(machine, replace(request, process=replace(process, executable=program, modules=())))
            if theirs.verdict is Verdict.LOADS:
                return Helped(result=theirs, added=(*helped.added, str(machine.path_module.dirname(program))))
        new = next((path for path in found if path not in first and not is_program(machine, path)), None)
        if new is None or result.verdict is not Verdict.FAILS:
            break
        first[new] = None
        environment = {**process.environment, "LD_PRELOAD": ":".join(first)}
        result = simulate(machine, replace(request, process=replace(process, environment=environment)))
    if result.verdict is not Verdict.LOADS or not first:
        return helped
    directories = (*helped.added, *map(machine.path_module.dirname, first))
    return Helped(result=result, added=tuple(dict.fromkeys(directories)))


def brought_along(loading: Iterable[LoadResult]) -> dict[str, LoadResult]:
    """ELF: the files that loads which succeed bring with them, and the load.

    A library takes symbols of what its users bring as well, and may not load alone: cvxopt's GSL has those of the BLAS
    that its module names.
    """
    return {
        posixpath.normpath(module.path): result
        for result in loading
        for module in result.modules[1:]
        if module.path and module.path.startswith("/")
    }


def lacks_symbols_alone(result: LoadResult) -> bool:
    """Whether a load fails, and that for symbols and nothing else."""
    return result.verdict is Verdict.FAILS and bool(result.failed) and all(one.symbol for one in result.failed)


def is_program(machine: Machine, path: str) -> bool:
    """ELF: whether a file is started, and loaded by nobody."""
    image = _image(machine, path)
    return image is not None and (image.elf_type == ET_EXEC or bool(image.flags_1 & DF_1_PIE))


def undefined_symbols(machine: Machine, result: LoadResult) -> list[str]:
    """ELF: of each file the first symbol that nothing defines. A version that a library lacks is none."""
    return [
        one.symbol
        for one in result.modules
        if one.symbol and not ((image := _image(machine, one.path or "")) and _asks_for_version(image, one.symbol))
    ]


def _asks_for_version(image: Image, name: str) -> bool:
    return any(need.version == name for need in image.versions_needed)


def defines(machine: Machine, path: str, symbol: str) -> bool:
    """ELF: whether a library or program of this machine's kind defines a symbol."""
    image = _image(machine, path)
    try:
        return image is not None and is_for(machine, image, "ctypes") and bool(image.export_index.versions(symbol))
    except MalformedImage:
        return False


def _image(machine: Machine, path: str) -> Image | None:
    try:
        return machine.files.image(path)
    except (MalformedImage, NotKnown, KeyError):
        return None


def helped_process(machine: Machine, process: Process, directories: Iterable[str], *, on_path: bool = False) -> Process:
    """The process once those directories are searched, by the means that each system has."""
    system = machine.system.name
    if system == "windows" and not on_path:
        more = tuple(AddedDirectory(path=one) for one in directories)
        return replace(process, added_directories=(*process.added_directories, *more))
    name = {"windows": "PATH", "macos": "DYLD_LIBRARY_PATH"}.get(system, "LD_LIBRARY_PATH")
    name = next((one for one in process.environment if system == "windows" and one.upper() == name), name)
    separator = ";" if system == "windows" else ":"
    value = separator.join(filter(None, (*directories, process.environment.get(name, ""))))
    return replace(process, environment={**process.environment, name: value})


def loading_of(names: Iterable[str], version: str = "") -> Loading | None:
    """How a package loads its libraries, by any of the names that it goes by; `None` where that is not recorded."""
    known = [package(name) for name in names]
    return next((one.loading_of(version) for one in known if one and one.loading), None)


def known_directories(machine: Machine, loading: Loading | None, site: str) -> frozenset[str]:
    """What a package is known to add; for a load that ignores added directories, what it puts on PATH."""
    if loading is None:
        return frozenset()
    patterns = loading.add_dll_directory if loading.winmode is None else loading.path_prepends
    found = (path for pattern in patterns for path in expand(pattern, machine, (site,)))
    return frozenset(str(machine.path_module.normpath(path)) for path in found)


def winmode_of(machine: Machine, loading: Loading | None, path: str, site: str) -> int | None:
    """Windows: the flags that the package itself hands over for this file, where that is known."""
    if loading is None or machine.system.name != "windows":
        return None
    relative = path[len(site) :].replace("\\", "/").strip("/").lower()
    return loading.winmode if relative in loading.libraries["windows"] else None
