"""Every dependency that a failing load lacks, what of that name is on the machine, and which cause that makes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wontload import knowledge
from wontload.binary import MalformedImage
from wontload.diagnosis.catalogue import MISSING
from wontload.diagnosis.copies import Copy
from wontload.loader import Module, Status
from wontload.machine import NotKnown, own_format

if TYPE_CHECKING:
    from wontload.diagnosis.case import Case

PASSED_OVER = "passed over"  # `Tried.outcome` of a candidate for another machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One dependency that is missing from one load.

    Attributes:
        load: index into `Case.loads`. module: as the simulation lists it. code: the finding that it belongs to.
        fit: copies that would do. unfit: copies that would not. met: those of `unfit` that the loader passed over.
        majors: copies of the same library in another major version, of the right architecture.
    """

    load: int
    module: Module
    code: str
    fit: tuple[Copy, ...] = ()
    unfit: tuple[Copy, ...] = ()
    met: tuple[Copy, ...] = ()
    majors: tuple[Copy, ...] = ()


def classify(case: Case) -> Iterator[Missing]:
    """Yield what each failing load lacks, in load order; a name that several loads lack only once, fatal load first."""
    order = sorted(case.failed_results, key=lambda item: not case.is_fatal(item[0]))
    seen: set[str] = set()
    for index, result in order:
        for module in result.modules:
            name = _base_name(module.name)
            if not _is_lost(case, module) or case.copies.fold(name) in seen:
                continue
            seen.add(case.copies.fold(name))
            yield _judge(case, index, module)


def _is_lost(case: Case, module: Module) -> bool:
    """Whether no file was taken for a name: nothing was found, or only what is for another machine.

    The file asked for itself is another matter: by its path it is WL101, for another machine WL103.
    """
    if module.symbol or module.status not in (Status.MISSING, Status.REFUSED):
        return False
    met = bool(_met(case, module))
    if module.needed_by is None:
        return module.status is Status.MISSING and not _is_path(module.name) and not met
    return module.status is Status.MISSING or met


def _met(case: Case, module: Module) -> list[str]:
    """Paths (folded) of candidates for another machine that the loader met: passed over, or refused there and then."""
    met = [tried.path for tried in module.tried if tried.outcome == PASSED_OVER]
    if module.status is Status.REFUSED and module.path and _is_for_another_machine(case, module.path):
        met.append(module.path)
    return [case.copies.fold(path) for path in met]


def _is_for_another_machine(case: Case, path: str) -> bool:
    try:
        image = case.machine.files.image(path)
    except (MalformedImage, NotKnown):
        return False
    return image.format is own_format(case.machine.system) and image.architecture != case.machine.system.architecture


def _judge(case: Case, index: int, module: Module) -> Missing:
    name = _base_name(module.name)
    architecture = case.machine.system.architecture
    copies = case.copies.named(name)
    fit = tuple(copy for copy in copies if copy.architecture == architecture)
    fit = tuple(sorted(fit, key=lambda copy: not added_by_program(case, copy)))
    unfit = tuple(copy for copy in copies if copy not in fit)
    met = tuple(copy for copy in unfit if case.copies.fold(copy.path) in _met(case, module) and copy.architecture)
    others = knowledge.other_majors(name, case.copies.names()) if not fit else ()
    majors = tuple(copy for other in others for copy in case.copies.named(other) if copy.architecture == architecture)
    applies = {
        "WL205": bool(met),
        "WL203": any(added_by_program(case, copy) for copy in fit),
        "WL202": bool(fit),
        "WL204": bool(majors),
        "WL201": True,
    }
    code = next(code for code in MISSING if applies[code])
    return Missing(load=index, module=module, code=code, fit=fit, unfit=unfit, met=met, majors=majors)


def added_by_program(case: Case, copy: Copy) -> bool:
    """Whether the program itself added the copy's directory: by a call, or by changing the search variable."""
    if copy.added is not None:
        return True
    directory = case.copies.fold(case.path_module.dirname(copy.path))
    return directory in case.directories_added_to_variable


def _base_name(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name
