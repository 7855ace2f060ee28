"""The JSON objects of CONTRACT.md, from the values they show. Their shapes are written down in `schemas/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from wontload._version import __version__
from wontload.diagnosis import Diagnosis, Evidence, Finding, JudgedLoad
from wontload.loader import LoadResult, Module, Status, Verdict
from wontload.machine import LoadRequest, Machine, ObservedError, ObservedLoad, Python
from wontload.report.fix_json import fixes_to_json
from wontload.report.inventory import facts_of
from wontload.report.load_json import Object, dump, load_to_json, tree_to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.app.explain import Page
    from wontload.app.verify import Verification
    from wontload.diagnosis.log.judging import LogDiagnosis
    from wontload.remedy.advice import JudgedAdvice
    from wontload.remedy.fix import Fix

__all__ = [
    "Object",
    "dump",
    "load_to_json",
    "tree_to_json",
]


def why_to_json(diagnosis: Diagnosis, fixes: Sequence[Fix] = (), advice: Sequence[JudgedAdvice] = ()) -> Object:
    """`wontload.why/1`."""
    machine = diagnosis.machine
    return {
        "schema": "wontload.why/1",
        "target": diagnosis.target,
        "tool": __version__,
        "python": python_to_json(machine.python) if machine.python else None,
        "machine": machine_to_json(machine),
        "verdict": diagnosis.verdict,
        "error": _error(diagnosis.error) if diagnosis.error else None,
        "findings": [finding_to_json(one) for one in diagnosis.findings],
        "loads": [_judged(one, machine) for one in diagnosis.loads],
        "fixes": fixes_to_json(fixes),
        "advice": [_advice(one) for one in advice],
        "would_settle": list(diagnosis.would_settle),
        "notes": list(diagnosis.notes),
        "import_s": diagnosis.import_s,
    }


def verify_to_json(answer: Verification) -> Object:
    """`wontload.verify/1`."""
    diagnosis, backend = answer.diagnosis, answer.gpu_backend
    return {
        "schema": "wontload.verify/1",
        "target": diagnosis.target,
        "tool": __version__,
        "verdict": diagnosis.verdict,
        "findings": [finding_to_json(one) for one in diagnosis.findings],
        "modules": [{"path": one.path, "by": one.by} for one in answer.modules],
        "gpu_backend": {"files": list(backend.files), "mapped": list(backend.mapped)} if backend else None,
        "would_settle": list(diagnosis.would_settle),
        "import_s": diagnosis.import_s,
    }


def log_to_json(diagnosis: LogDiagnosis) -> Object:
    """`wontload.log/1`: what a text comes of, what it tells of the machine, and what was recognised in it."""
    facts = diagnosis.facts
    recognised = [
        {
            "id": one.message.id,
            "code": one.message.code,
            "line": one.line,
            "text": one.text,
            **_plain({"values": one.values}),
        }
        for one in diagnosis.events
    ]
    recognised += [
        {
            "id": "windows-error",
            "code": one.meaning.code,
            "line": one.line,
            "text": one.text,
            "values": {"number": one.meaning.number, "file": one.file, "module": one.module},
        }
        for one in diagnosis.numbers
    ]
    return {
        "schema": "wontload.log/1",
        "tool": __version__,
        "name": diagnosis.name,
        "encoding": diagnosis.encoding,
        "lines": diagnosis.lines,
        "left_out_bytes": diagnosis.left_out_bytes,
        "verdict": diagnosis.verdict,
        "findings": [finding_to_json(one) for one in diagnosis.findings],
        "facts": {
            "package": facts.package,
            "target": facts.target,
            "versions": [{"package": package, "version": version} for package, version in facts.versions],
            "python": facts.python,
            "system": facts.system,
            "layout": facts.layout,
            "cuda": list(facts.cuda),
            "paths": list(facts.paths),
        },
        "recognised": sorted(recognised, key=lambda one: one["line"]),
        "would_settle": list(diagnosis.would_settle),
        "next_step": diagnosis.next_step,
    }


def explain_to_json(pages: Iterable[Page]) -> Object:
    """`wontload.explain/1`: pages of findings, their text in Markdown."""
    return {
        "schema": "wontload.explain/1",
        "pages": [{"code": page.code, "title": page.title, "text": page.text} for page in pages],
    }


def _advice(one: JudgedAdvice) -> Object:
    return {"id": one.id, "title": one.title, "works_here": one.works_here, "why": one.why, "code": one.code}


def python_to_json(python: Python) -> Object:
    """The interpreter, as every object shows it."""
    return {
        "implementation": python.implementation,
        "version": python.version,
        "platform": python.platform,
        "executable": python.executable,
        "base_executable": python.base_executable,
        "prefix": python.prefix,
        "layout": python.layout,
    }


def machine_to_json(machine: Machine) -> Object:
    """The machine in a few words, as every object shows it."""
    system = machine.system
    return {
        "id": machine.id,
        "system": system.name,
        "version": system.version,
        "architecture": system.architecture,
        "libc": f"{system.libc} {system.libc_version}".strip(),
        "quirks": sorted(system.quirks),
        "facts": facts_of(machine),
    }


def _error(error: ObservedError) -> Object:
    return {
        "number": error.number,
        "text": error.text,
        "exception": error.exception,
        "file": error.file,
        "line": error.line,
        "raised_by": error.raised_by,
        "chain": list(error.chain),
    }


def finding_to_json(finding: Finding) -> Object:
    """One of the `findings` of CONTRACT.md."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": finding.title,
        "subject": finding.subject,
        "also": list(finding.also),
        "component": finding.component,
        "chain": list(finding.chain),
        "evidence": [_evidence(one) for one in finding.evidence],
        "explanation": finding.explanation,
        "explains_error": finding.explains_error,
        "load": finding.load,
    }


def _evidence(evidence: Evidence) -> Object:
    """Kind and text, with the data beside them; the data cannot take their names."""
    return {**_plain(evidence.data), "kind": evidence.kind, "text": evidence.text}


def _plain(value: Any) -> Any:
    """JSON values only: tuples and sets become lists, an enumeration's member its value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _judged(load: JudgedLoad, machine: Machine) -> Object:
    """A `load/1` of what is known in all, the real loader's word before the model's, with each of them beside it."""
    request, observed, simulated = load.request, load.observed, load.simulated
    mode = mode_of(request, machine)
    told = load_to_json(_together(load), path=request.name, machine=machine.id, mode=mode)
    return {
        **told,
        "request": {
            "kind": request.kind,
            "name": request.name,
            "flags": request.flags,
            "file": request.file,
            "line": request.line,
        },
        "observed": _observed(observed) if observed else None,
        "simulated": load_to_json(simulated, path=request.name, machine=machine.id, mode=mode) if simulated else None,
    }


def mode_of(request: LoadRequest, machine: Machine) -> str:
    """The mode of `load/1` for a request that some program made."""
    if request.kind != "ctypes":
        return request.kind
    return "legacy" if machine.system.name == "windows" and request.flags == 0 else "ctypes"


def _observed(observed: ObservedLoad) -> Object:
    return {
        "succeeded": observed.succeeded,
        "error": _error(observed.error) if observed.error else None,
        "path": observed.path,
        "mapped": list(observed.mapped),
    }


def _together(load: JudgedLoad) -> LoadResult:
    """What was observed, with the modules that only the simulation can name; where one is missing, the other."""
    observed, simulated = load.observed, load.simulated
    if observed is None:
        return simulated or LoadResult(
            request=load.request, verdict=Verdict.UNDETERMINED, error=None, modules=(_itself(load),)
        )
    modules = simulated.modules if simulated else (_itself(load),)
    return LoadResult(
        request=load.request,
        verdict=Verdict.LOADS if observed.succeeded else Verdict.FAILS,
        error=0 if observed.succeeded else _error_of(observed, simulated),
        modules=modules,
    )


def _error_of(observed: ObservedLoad, simulated: LoadResult | None) -> int | str:
    """The number that was seen, else the text; for a call that never came back, that."""
    if observed.error is not None:
        return observed.error.number or observed.error.text or observed.error.exception
    if observed.succeeded is None:
        return "the process ended during this load"
    return (simulated.error if simulated else None) or "the load failed"


def _itself(load: JudgedLoad) -> Module:
    """The file asked for, when only the observation tells of it."""
    observed = load.observed
    if observed is not None and observed.succeeded:
        return Module(
            name=load.request.name, path=observed.path or load.request.name, status=Status.LOADED, needed_by=None
        )
    reason = observed.error.text if observed and observed.error else "not simulated"
    return Module(name=load.request.name, path=None, status=Status.REFUSED, needed_by=None, reason=reason)
