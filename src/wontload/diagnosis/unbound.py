"""Symbols and symbol versions that a module takes and that its library does not have, each with its cause.

On Windows a symbol is bound to the library that the import directory names with it, on macOS likewise; an ELF version
to the library that the file names with it; an ELF symbol to anything that is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wontload.binary import MalformedImage
from wontload.diagnosis.c_library import image_of, is_for_the_other
from wontload.diagnosis.case import Case, remembered
from wontload.diagnosis.catalogue import UNBOUND
from wontload.diagnosis.copies import Copy
from wontload.diagnosis.messages import SYMBOL_MISSING, said
from wontload.diagnosis.records import altered, contested, gone_for
from wontload.diagnosis.sites import Package, package_of
from wontload.knowledge.profiles import profile
from wontload.knowledge.symbol_versions import PART_OF_GCC, PART_OF_GLIBC, glibc_of, numbers
from wontload.knowledge.vc_runtime import PART_OF_VC_RUNTIME
from wontload.loader import LoadResult, Module, Status
from wontload.loader.windows.names import with_extension
from wontload.loader.windows.symbols import describe
from wontload.machine import NotKnown

# CPython's own names begin so (Python/C API, "Naming"); Mach-O puts one more underscore before all of C's.
OF_PYTHON = re.compile(r"_{0,2}Py[A-Z_]\w*$")
PYTHON_DLL = re.compile(r"python3\d*t?(_d)?\.dll$", re.IGNORECASE)
THREAD_LOCAL = "initial-exec TLS"  # of musl's message (loader.musl.symbols)
# macOS' own libraries lie there; what a package manager or a person installs does not (Apple, SIP).
OF_MACOS = ("/usr/lib/", "/System/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbound:
    """One symbol that one module of a failing load lacks.

    Attributes:
        load: index into `Case.loads`. module: the user of the symbol, as simulated. code: of the finding.
        symbol: its name, `ordinal N`, or a symbol version.
        is_version: it is a version, such as `GLIBC_2.38`.
        library: file name of the library that should have it; empty where anything loaded might.
        provider: the module that is that library; for an ELF symbol without one, the sister's that comes nearest.
        better: copies of that library which have it. winner: the one that the loader took in their place.
        seen: the real loader named it; the model did not.
        files: paths of the user and of what should have the symbol: one library, or of ELF all that the user names.
        stood_in: the module that was taken in place of a file that the user's own distribution has lost.
        package: of the user. sister: the package of the provider, where that is another one.
    """

    load: int
    module: Module
    code: str
    symbol: str
    is_version: bool = False
    library: str = ""
    provider: Module | None = None
    better: tuple[Copy, ...] = ()
    winner: Module | None = None
    seen: bool = False
    files: tuple[str, ...] = ()
    stood_in: Module | None = None
    package: Package | None = None
    sister: Package | None = None


@remembered
def unbound_of(case: Case) -> tuple[Unbound, ...]:
    """Every symbol that failing loads lack, those of the fatal loads first; of one user once."""
    return tuple(_each(case))


def _each(case: Case) -> Iterator[Unbound]:
    order = sorted(case.failed_results, key=lambda item: not case.is_fatal(item[0]))
    seen: set[tuple[str | None, str]] = set()
    for index, result in order:
        for module in result.modules:
            if module.symbol and (module.path, module.symbol) not in seen:
                seen.add((module.path, module.symbol))
                yield _judge(case, index, result, module, module.symbol)
    for index, load in enumerate(case.loads):
        told = _told(case, index) if load.simulated is not None else None
        if load.simulated is not None and told is not None and (told.path, told.symbol) not in seen:
            seen.add((told.path, told.symbol or ""))
            yield replace(_judge(case, index, load.simulated, told, told.symbol or ""), seen=True)


def _told(case: Case, index: int) -> Module | None:
    """The user of a symbol that the real loader named and the model does not miss: it does not know enough, or errs."""
    simulated, text = case.loads[index].simulated, said(case, index)
    if not case.load_failed(index) or simulated is None or any(one.symbol for one in simulated.modules):
        return None
    match = next(filter(None, (words.search(text) for words in SYMBOL_MISSING)), None)
    if match is None:
        return None
    user, symbol = match["user"], match["symbol"]
    known = next((one for one in simulated.modules if one.path == user), None)
    lost = Module(name=user, path=user, status=Status.REFUSED, needed_by=None, error=text, symbol=symbol)
    return replace(known, error=text, symbol=symbol) if known else lost


def _judge(case: Case, index: int, result: LoadResult, module: Module, symbol: str) -> Unbound:
    libraries, is_version = _libraries_of(case, module, symbol)
    providers = _providers(case, result, module, libraries)
    winner, better = _better_copies(case, providers, symbol)
    own = package_of(case, module.path)
    sister_module = _sister(case, result, module, providers if libraries else None, symbol)
    provider = providers[0] if libraries and providers else sister_module
    library = case.path_module.basename(next(iter(libraries), "")) if libraries else ""
    if provider is not None and not library:
        library = case.path_module.basename(provider.path or provider.name)
    concerned = (module, *(providers[:1] if libraries else _needed_by(case, result, module)))
    files = tuple(one.path for one in concerned if one.path)
    stood_in = next((one for one in concerned[1:] if gone_for(case, one, one.name, module.path)), None)
    applies = {
        "WL602": THREAD_LOCAL in str(module.error),
        "WL306": is_for_the_other(case, module.path),
        "WL302": case.machine.system.libc == "glibc" and _is_glibc_too_old(case, library, symbol),
        "WL206": bool(better),
        "WL502": any(contested(case, path) for path in files),
        "WL504": stood_in is not None or any(altered(case, path) for path in files),
        "WL501": bool(OF_PYTHON.match(symbol)) or bool(libraries and PYTHON_DLL.match(library)),
        "WL303": is_version and bool(PART_OF_GCC.match(library)),
        "WL305": case.windows and bool(PART_OF_VC_RUNTIME.match(library)),
        "WL307": provider is not None and bool(libraries) and is_part_of_system(case, provider),
        "WL304": sister_module is not None,
        "WL301": True,
    }
    code = next(code for code in UNBOUND if applies[code])
    return Unbound(
        load=index,
        module=module,
        code=code,
        symbol=symbol,
        is_version=is_version,
        library=library,
        provider=provider,
        better=better,
        winner=winner,
        files=files,
        stood_in=stood_in,
        package=own,
        sister=package_of(case, sister_module.path) if sister_module else None,
    )


def _libraries_of(case: Case, module: Module, symbol: str) -> tuple[tuple[str, ...], bool]:
    """The libraries that the user names for a symbol, and whether it is a version; none for a plain ELF symbol."""
    image = image_of(case, module.path)
    if image is None:
        return (), False
    versions = tuple(need.library for need in image.versions_needed if need.version == symbol)
    if versions:
        return versions, True
    if case.machine.system.name == "linux":
        return (), False
    try:
        imports = image.imports
    except MalformedImage:
        return (), False
    found = (one.library for one in imports if any(describe(taken) == symbol for taken in one.symbols))
    return tuple(map(with_extension, found) if case.windows else found), False


def _providers(case: Case, result: LoadResult, module: Module, libraries: tuple[str, ...]) -> list[Module]:
    """The modules that should have had the symbol."""
    others = [one for one in result.modules if one.path and one.path != module.path]
    if not libraries:
        return [] if case.windows else others
    wanted = {case.fold(case.path_module.basename(name)) for name in libraries}
    return [one for one in others if wanted & _names_of(case, one)] or _of_process(case, result, wanted)


def _of_process(case: Case, result: LoadResult, wanted: set[str]) -> list[Module]:
    """The same among what the process had mapped before, which a result lists only where it was asked for by name."""
    return [
        Module(name=case.path_module.basename(path), path=path, status=result.modules[0].status, needed_by=None)
        for path in result.request.process.modules
        if case.fold(case.path_module.basename(path)) in wanted
    ]


def _names_of(case: Case, module: Module) -> set[str]:
    names = {case.path_module.basename(module.name), case.path_module.basename(module.path or "")}
    return {case.fold(with_extension(name) if case.windows else name) for name in names if name}


def _better_copies(case: Case, providers: list[Module], symbol: str) -> tuple[Module | None, tuple[Copy, ...]]:
    """The first module that lacks the symbol while another file of its name has it, and those files."""
    for winner in providers:
        better = tuple(copy for copy in _others(case, winner) if has(case, copy.path, symbol))
        if better and not has(case, winner.path, symbol):
            return winner, better
    return None, ()


def _others(case: Case, winner: Module) -> list[Copy]:
    """Other files of that name that this process could map, by their own names: links to the same file are none."""
    name, own = case.path_module.basename(winner.path or winner.name), winner.path or ""
    identity = case.machine.files.identity
    return [copy for copy in case.copies.named(name) if copy.fits and identity(copy.path) != identity(own)]


def has(case: Case, path: str | None, symbol: str | None) -> bool:
    """Whether the file exports a symbol (`name`, or `ordinal N`) or defines a symbol version."""
    try:
        image = case.machine.files.image(path or "")
        if symbol in image.versions_defined or symbol in image.exports_by_name:
            return True
        return any(f"ordinal {export.ordinal}" == symbol for export in image.exports)
    except (MalformedImage, NotKnown, KeyError):
        return False


def _is_glibc_too_old(case: Case, library: str, symbol: str) -> bool:
    """A version of glibc that this one does not reach, or a symbol of it that came later."""
    if PART_OF_GLIBC.match(library) and symbol.startswith("GLIBC_"):
        return symbol != "GLIBC_PRIVATE"
    first, own = glibc_of(symbol), case.machine.system.libc_version
    return first is not None and not library and bool(own) and numbers(own)[:2] < numbers(first)


def is_part_of_system(case: Case, module: Module) -> bool:
    """Whether a module is the operating system's own and comes with no package of anybody's."""
    path = module.path or ""
    if not case.windows:
        return case.machine.system.name == "macos" and path.startswith(OF_MACOS)
    windows = case.fold(case.machine.system.windows_directory) + "\\"
    name = case.path_module.basename(path).lower()
    return case.fold(path).startswith(windows) and name in profile("windows-11").system32


def _sister(case: Case, result: LoadResult, user: Module, providers: list[Module] | None, symbol: str) -> Module | None:
    """The module of another package that should have had the symbol; of several ELF ones that which comes nearest.

    An ELF user names its libraries and no owner of a symbol, so the libraries that it needs itself are asked.
    """
    if providers is None:
        providers = _needed_by(case, result, user)
    own = package_of(case, user.path)
    others = [one for one in providers if (other := package_of(case, one.path)) and other.name != (own and own.name)]
    if len(others) < 2:
        return others[0] if others else None
    return max(others, key=lambda one: _likeness(case, one, symbol))


def _needed_by(case: Case, result: LoadResult, user: Module) -> list[Module]:
    """The modules that a file names itself."""
    image = image_of(case, user.path)
    needed = {case.fold(one.library.rpartition("/")[2]) for one in image.needed} if image else set()
    return [one for one in result.modules if one.path and one.path != user.path and needed & _names_of(case, one)]


def _likeness(case: Case, module: Module, symbol: str) -> int:
    """How many characters the export that comes nearest to a symbol shares with it, from the start."""
    return max((shared_start(name, symbol) for name in exports_of(case, module.path)), default=0)


def shared_start(one: str, other: str) -> int:
    """How many characters two names share from their start."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def exports_of(case: Case, path: str | None) -> Iterator[str]:
    """The names that a file exports, as far as they can be read."""
    image = image_of(case, path)
    try:
        yield from (export.name for export in (image.exports if image else ()) if export.name)
    except MalformedImage:
        return
