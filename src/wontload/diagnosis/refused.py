"""Modules that the loader found and could not take, each with what is wrong with the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wontload.binary import Defect, MalformedImage
from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.grouping import component
from wontload.loader import Module, Status
from wontload.machine import Kind, NotKnown, own_format


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One file that a failing load met.

    Attributes:
        load: index of the load. module: as simulated. name: base name. path: of the file.
        first: it was asked for itself.
        defect, what, content: of a file that is no image; see `MalformedImage`.
        foreign_format: its format when it is another system's. foreign_architecture: when it is another machine's.
        denied: it may not be read.
    """

    load: int
    module: Module
    name: str
    path: str
    first: bool
    defect: Defect | None = None
    what: str = ""
    content: str = ""
    foreign_format: str = ""
    foreign_architecture: str = ""
    denied: bool = False


def refused(case: Case) -> Iterator[Refused]:
    """Yield each file that a failing load refused, or passed over as the file asked for, once, fatal load first."""
    seen: set[str] = set()
    for index, result in sorted(case.failed_results, key=lambda item: not case.is_fatal(item[0])):
        for position, module in enumerate(result.modules):
            path = module.path or (_path_met(case, module) if position == 0 else None)
            if module.status not in (Status.REFUSED, Status.MISSING) or module.symbol or path is None or path in seen:
                continue
            seen.add(path)
            yield _examine(case, index, module, path, first=position == 0)


def _path_met(case: Case, module: Module) -> str | None:
    """The file behind a first module without a path: the name itself, or the first candidate passed over."""
    if case.machine.files.kind(module.name) in (Kind.FILE, Kind.DENIED) and case.path_module.isabs(module.name):
        return module.name
    return next((tried.path for tried in module.tried if tried.outcome in ("passed over", "denied")), None)


def _examine(case: Case, load: int, module: Module, path: str, *, first: bool) -> Refused:
    name = case.path_module.basename(path)
    denied = case.machine.files.kind(path) is Kind.DENIED
    try:
        image = case.machine.files.image(path)
    except MalformedImage as malformed:
        return Refused(
            load=load,
            module=module,
            name=name,
            path=path,
            first=first,
            defect=malformed.defect,
            what=malformed.what,
            content=malformed.content,
            denied=denied,
        )
    except (NotKnown, KeyError):
        return Refused(load=load, module=module, name=name, path=path, first=first, denied=denied)
    system = case.machine.system
    foreign = image.format is not own_format(system)
    other = not foreign and image.architecture != system.architecture
    return Refused(
        load=load,
        module=module,
        name=name,
        path=path,
        first=first,
        foreign_format={"pe": "Windows", "elf": "Linux", "macho": "macOS"}[image.format.value] if foreign else "",
        foreign_architecture=image.architecture if other else "",
        denied=denied,
    )


def finding_of(case: Case, one: Refused, *, code: str, title: str, explanation: str) -> Finding:
    """A finding about a refused file, with the evidence that all such findings share."""
    fatal = case.is_fatal(one.load)
    what = f": {one.what}" if one.what else ""
    others = [
        copy
        for copy in case.copies.named(one.name)
        if copy.architecture == case.machine.system.architecture and copy.path != one.path
    ]
    return Finding(
        code=code,
        severity=Severity.ERROR if fatal else Severity.WARNING,
        title=title,
        subject=one.name,
        component=component(one.name),
        chain=case.chain(one.load, one.module),
        evidence=(
            evidence.of_request(case, one.load),
            *evidence.of_observation(case, one.load),
            Evidence("file", f"{one.path}{what}", {"path": one.path, "what": one.what, "rule": one.module.rule}),
            *evidence.of_copies(case, others),
        ),
        explanation=explanation,
        explains_error=fatal,
        load=one.load,
    )
