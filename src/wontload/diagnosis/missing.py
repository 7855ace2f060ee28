"""Every dependency that a failing load lacks, what of that name is on the machine, and which cause that makes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wontload.binary import MalformedImage
from wontload.diagnosis import gpu
from wontload.diagnosis.added import Way, how_added
from wontload.diagnosis.c_library import image_of, is_foreign
from wontload.diagnosis.case import Case, remembered
from wontload.diagnosis.catalogue import MISSING
from wontload.diagnosis.copies import Copy
from wontload.diagnosis.records import altered, gone_for, of_file
from wontload.knowledge.components import component_of
from wontload.knowledge.families import other_majors
from wontload.knowledge.vc_runtime import DEBUG_ASSEMBLY, DEBUG_RUNTIME
from wontload.loader import Module, Status
from wontload.loader.glibc.candidate import asks_for_newer_kernel, asks_kernel
from wontload.loader.windows.names import with_extension
from wontload.machine import FIND_LIBRARY, Kind, NotKnown, own_format
from wontload.machine.files import NATIVE_SUFFIX

PASSED_OVER = "passed over"  # `Tried.outcome` of a candidate for another machine
DENIED = "denied"  # that of one that may not be read
API_SET = "api_set"  # `Module.rule` of a contract name
SIDE_BY_SIDE = "side_by_side"  # `Module.rule` of an assembly that a manifest asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One dependency that is missing from one load.

    Attributes:
        load: index into `Case.loads`. module: as the simulation lists it. code: the finding that it belongs to.
        file: the file that the loader sought: on Windows a bare name without an extension gets `.dll`.
        fit: copies that would do. unfit: copies that would not. met: those of `unfit` that the loader met.
        majors: copies of the same library in another major version, of the right architecture.
        way: for WL203: how the program added the directory of a copy.
    """

    load: int
    module: Module
    file: str
    code: str
    fit: tuple[Copy, ...] = ()
    unfit: tuple[Copy, ...] = ()
    met: tuple[Copy, ...] = ()
    majors: tuple[Copy, ...] = ()
    way: Way | None = None


@remembered
def missing_of(case: Case) -> tuple[Missing, ...]:
    """What each failing load lacks, in load order; a name that several loads lack only once, fatal load first.

    What a driver would bring stands with the toolkit's files where those are nowhere either: one cause, WL201.
    """
    found = list(_each(case))
    suites = {(one.load, gpu.suite(one.file)) for one in found if one.code == "WL201"}
    with_others = [one.code == "WL402" and (one.load, gpu.suite(one.file)) in suites for one in found]
    return tuple(replace(one, code="WL201") if other else one for one, other in zip(found, with_others, strict=True))


def _each(case: Case) -> Iterator[Missing]:
    order = sorted(case.failed_results, key=lambda item: not case.is_fatal(item[0]))
    seen: set[str] = set()
    for index, result in order:
        for module in result.modules:
            name = _base_name(file_of(case, module))
            if not _is_lost(case, module) or case.fold(name) in seen:
                continue
            seen.add(case.fold(name))
            yield _judge(case, index, module)


def _is_lost(case: Case, module: Module) -> bool:
    """Whether no file was taken for a name: nothing was found, or only what is for another machine.

    The file asked for itself is another matter: by its path it is WL101, for another machine WL103. A module without
    an error is one of which it is not known whether it is missing.
    """
    if module.symbol or not module.error or module.status not in (Status.MISSING, Status.REFUSED):
        return False
    met = bool(_met(case, module))
    if asking_newer_kernel(case, module):
        return True
    if module.needed_by is None:
        return module.status is Status.MISSING and not is_path(module.name) and not met
    return met or (module.status is Status.MISSING and not denied(case, module))


def denied(case: Case, module: Module) -> str | None:
    """The candidate of this name that is there for certain and may not be read.

    Where a directory may not be looked into, the same refusal says nothing: then its listing is not known either. What
    an installed distribution's record lists is in it.
    """
    for tried in module.tried:
        if tried.outcome == DENIED:
            listing = case.machine.files.listing(case.path_module.dirname(tried.path)) or ()
            if case.path_module.basename(tried.path) in listing:
                return tried.path
            if recorded := of_file(case, tried.path):
                return recorded[0].file.path
    return None


def asking_newer_kernel(case: Case, module: Module) -> tuple[str, ...]:
    """Candidates of this name that glibc passed over because they ask for a later kernel than this one."""
    if not asks_kernel(case.machine.system):
        return ()
    paths = [tried.path for tried in module.tried if tried.outcome == PASSED_OVER]
    return tuple(path for path in paths if _asks_newer_kernel(case, path))


def _asks_newer_kernel(case: Case, path: str) -> bool:
    image = image_of(case, path)
    system = case.machine.system
    is_one = image is not None and image.architecture == system.architecture
    return image is not None and is_one and asks_for_newer_kernel(image, system)


def _met(case: Case, module: Module) -> list[str]:
    """Paths (folded) of candidates for another machine that the loader met: passed over, or refused there and then."""
    met = [tried.path for tried in module.tried if tried.outcome == PASSED_OVER]
    if module.status is Status.REFUSED and module.path and _is_for_another_machine(case, module.path):
        met.append(module.path)
    return [case.fold(path) for path in met]


def _is_for_another_machine(case: Case, path: str) -> bool:
    if case.machine.files.kind(path) is not Kind.FILE:
        return False
    try:
        image = case.machine.files.image(path)
    except (MalformedImage, NotKnown):
        return False
    return image.format is own_format(case.machine.system) and image.architecture != case.machine.system.architecture


def _judge(case: Case, index: int, module: Module) -> Missing:
    file = file_of(case, module)
    name = _base_name(file)
    if module.rule == API_SET:  # a part of Windows: no file of that name would be taken
        return Missing(load=index, module=module, file=file, code="WL307")
    if module.rule == SIDE_BY_SIDE:  # neither would one here
        return Missing(load=index, module=module, file=file, code="WL209" if DEBUG_ASSEMBLY.search(file) else "WL201")
    copies = _copies(case, index, name)
    ways = {copy: how_added(case, index, copy) for copy in copies if copy.fits}
    fit = tuple(sorted(ways, key=lambda copy: ways[copy] is None))
    unfit = tuple(copy for copy in copies if not copy.fits)
    met = tuple(copy for copy in unfit if case.fold(copy.path) in _met(case, module) and copy.architecture)
    others = other_majors(name, case.copies.names()) if not fit else ()
    majors = tuple(copy for other in others for copy in case.copies.named(other) if copy.fits)
    way = next((way for way in map(ways.get, fit) if way), None)
    applies = {
        "WL306": is_foreign(case, module),
        "WL307": bool(asking_newer_kernel(case, module)),
        "WL209": case.windows and bool(DEBUG_RUNTIME.match(name)),
        "WL205": bool(met),
        "WL203": way is not None,
        "WL202": bool(fit),
        "WL504": bool(gone_for(case, module, name, module.needed_by)) or _is_of_another_file(case, module, name),
        "WL204": bool(majors),
        "WL402": gpu.comes_with_a_driver(name),
        "WL201": True,
    }
    code = next(code for code in MISSING if applies[code])
    return Missing(
        load=index, module=module, file=file, code=code, fit=fit, unfit=unfit, met=met, majors=majors, way=way
    )


def _is_of_another_file(case: Case, module: Module, name: str) -> bool:
    """Whether a file that is not the one which was installed asks for a library that nobody knows.

    A known one may lack all the same: files are altered on purpose, too, as `patchelf` and `strip` do.
    """
    return component_of(name) is None and altered(case, module.needed_by)


def _copies(case: Case, index: int, name: str) -> tuple[Copy, ...]:
    """Files of that name; of a search by `find_library` on Linux and macOS all that it would take for the library."""
    request = case.loads[index].request
    if request.kind != FIND_LIBRARY or case.windows:
        return case.copies.named(name)
    begin, end = f"lib{request.name}.", ".dylib" if case.machine.system.name == "macos" else ""
    names = [
        one for one in case.copies.names() if one.startswith(begin) and one.endswith(end) and NATIVE_SUFFIX.search(one)
    ]
    return tuple(copy for one in names for copy in case.copies.named(one))


def file_of(case: Case, module: Module) -> str:
    """The name under which the loader looks for a module's file."""
    return with_extension(module.name) if case.windows else module.name


def _base_name(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def is_path(name: str) -> bool:
    """Whether a load was asked for by a path, and not by a bare name."""
    return "/" in name or "\\" in name
