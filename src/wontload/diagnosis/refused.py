"""Modules that the loader found and could not take, each with what is wrong with the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wontload.binary import Defect, Format, MalformedImage
from wontload.diagnosis import blame, evidence
from wontload.diagnosis.c_library import is_foreign
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.grouping import component
from wontload.diagnosis.missing import DENIED, PASSED_OVER, denied
from wontload.diagnosis.record_evidence import evidence_of
from wontload.loader import Module, Status
from wontload.machine import Kind, NotKnown, own_format

SYSTEM_OF = {Format.PE: "Windows", Format.ELF: "Linux", Format.MACHO: "macOS"}


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
    """Yield each file that a failing load could not take, once, fatal load first.

    That is what it refused, what it may not read, and of the file asked for also what it passed over. Where the model
    does not know what the loader makes of a damaged file, and the load was seen to fail, the damaged file is one too.
    """
    seen: set[str] = set()
    results = (*case.failed_results, *case.doubtful_results)
    for index, result in sorted(results, key=lambda item: not case.is_fatal(item[0])):
        for position, module in enumerate(result.modules):
            if module.status not in (Status.REFUSED, Status.MISSING) or module.symbol or is_foreign(case, module):
                continue
            path = module.path or _path_met(case, module, first=position == 0)
            if path is not None and path not in seen:
                seen.add(path)
                yield _examine(case, index, module, path, first=position == 0)


def _path_met(case: Case, module: Module, *, first: bool) -> str | None:
    """The file behind a module for which none was taken; `None` where there is none."""
    outcomes = (PASSED_OVER, DENIED) if first else ()
    if first and case.path_module.isabs(module.name):
        return module.name if case.machine.files.kind(module.name) in (Kind.FILE, Kind.DENIED) else None
    found = next((tried.path for tried in module.tried if tried.outcome in outcomes), None)
    return found or denied(case, module) or _damaged(case, module)


def _damaged(case: Case, module: Module) -> str | None:
    """A candidate of which the model does not know what the loader makes, because it is damaged."""
    for tried in module.tried:
        if tried.outcome == "unknown" and case.machine.files.kind(tried.path) is Kind.FILE:
            try:
                case.machine.files.image(tried.path)
            except MalformedImage:
                return tried.path
            except NotKnown:
                continue
    return None


def _examine(case: Case, load: int, module: Module, path: str, *, first: bool) -> Refused:
    one = Refused(load=load, module=module, name=case.path_module.basename(path), path=path, first=first)
    kind = case.machine.files.kind(path)
    if kind is Kind.DENIED:
        return replace(one, denied=True)
    if kind is Kind.DIRECTORY:
        return replace(one, defect=Defect.NOT_NATIVE, what="it is a directory", content="directory")
    try:
        image = case.machine.files.image(path)
    except MalformedImage as malformed:
        return replace(one, defect=malformed.defect, what=malformed.what, content=malformed.content)
    except (NotKnown, KeyError):
        return one
    system = case.machine.system
    if image.format is not own_format(system):
        return replace(one, foreign_format=SYSTEM_OF[image.format])
    if image.entry_defect and image.entry_defect == module.reason:
        return replace(one, defect=Defect.CORRUPT, what=image.entry_defect)
    return one if image.architecture == system.architecture else replace(one, foreign_architecture=image.architecture)


def finding_of(
    case: Case, one: Refused, *, code: str, title: str, explanation: str, says_what: bool = False
) -> Finding:
    """A finding about a refused file, with the evidence that all such findings share.

    Args:
        says_what: the title tells what is wrong with the file; the evidence need not say it again.
    """
    fatal = case.is_fatal(one.load)
    what = f": {one.what}" if one.what and not says_what else ""
    others = [copy for copy in case.copies.named(one.name) if copy.fits and copy.path != one.path]
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
            *evidence_of(case, one.path),
            *evidence.of_copies(case, others),
        ),
        explanation=explanation,
        explains_error=blame.explains(case, one.load, (one.module,)),
        load=one.load,
    )
