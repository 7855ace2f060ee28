"""`wontload.pick/1`: what is offered, what was judged, and what to run."""

from __future__ import annotations

from typing import Any

from wontload._version import __version__
from wontload.app.pick import Pick
from wontload.diagnosis import Finding
from wontload.report.as_json import finding_to_json, machine_to_json, python_to_json
from wontload.report.pick_words import passed_over, reasons
from wontload.wheels.appraisal import Appraisal
from wontload.wheels.candidates import Candidate
from wontload.wheels.index.gather import Asked
from wontload.wheels.index.link import shown_url
from wontload.wheels.ranking import Ranked

Object = dict[str, Any]


def pick_to_json(answer: Pick, *, every: bool = False) -> Object:
    """The object; with `every` all files of the project, else those that were judged."""
    machine, best = answer.machine, answer.recommended
    found: Object = {
        "schema": "wontload.pick/1",
        "tool": __version__,
        "python": python_to_json(machine.python) if machine.python else None,
        "machine": machine_to_json(machine),
        "offline": answer.offline,
        "project": answer.project,
        "installed": answer.installed or None,
        "verdict": answer.verdict,
        "recommended": _file(best.candidate) if best else None,
        "commands": dict(answer.commands),
        "findings": [finding_to_json(one) for one in answer.findings],
        "constraint": answer.constraint or None,
        "plain": _file(answer.plain) if answer.plain else None,
        "candidates": [_ranked(one, answer) for one in answer.ranked],
        "passed_over": [{"reason": reason, "files": count} for reason, count in passed_over(answer.candidates)],
        "changes": list(answer.changes),
        "places": [_place(one) for one in answer.asked],
        "fetched_bytes": answer.fetched_bytes,
    }
    if every:
        found["files"] = [{**_file(one), "objection": one.objection} for one in answer.candidates]
    return found


def _file(one: Candidate) -> Object:
    link = one.link
    return {
        "file": link.filename,
        "url": shown_url(link.url),
        "index": shown_url(one.place.url),
        "version": str(one.version),
        "kind": "wheel" if one.wheel else "sdist",
        "variant": one.variant or None,
        "variant_properties": list(one.properties),
        "sha256": link.sha256 or None,
        "size_bytes": link.size_bytes,
        "yanked": link.yanked,
        "requires_python": link.requires_python or None,
    }


def _ranked(one: Ranked, answer: Pick) -> Object:
    return {
        **_file(one.candidate),
        "works": one.works,
        "reasons": list(reasons(one, answer)),
        "problem": one.problem or None,
        "cpu_lacks": list(one.cpu_lacks),
        "appraisal": _appraisal(one.appraisal) if one.appraisal else None,
    }


def _appraisal(found: Appraisal) -> Object:
    use = found.gpu
    return {
        "standing": found.standing.name.lower(),
        "added": list(found.added),
        "needs": list(found.needs),
        "brought": list(found.brought),
        "extra": found.extra or None,
        "runtimes": list(found.runtimes),
        "replaces": [{"name": one.name, "versions": one.versions, "found": one.found} for one in found.replaces],
        "unoffered": list(found.unoffered),
        "undefined": list(found.undefined),
        "drivers": list(found.drivers),
        "missing": list(found.missing),
        "instead": {name: list(others) for name, others in found.instead.items()},
        "findings": [_finding(one) for one in found.findings],
        "files": [{"file": one.member, "mode": one.mode, "verdict": one.verdict.value} for one in found.files],
        "deciding": list(found.deciding),
        "gpu": {
            "accelerator": use.accelerator or None,
            "runs": use.runs,
            "how": use.how or None,
            "targets": list(use.targets),
            "complete": use.complete,
            "cuda": list(use.cuda),
            "driver_too_old": use.driver_too_old,
        },
        "fetched_bytes": found.fetched_bytes,
        "size_bytes": found.size_bytes,
        "unread": list(found.unread),
        "unread_bytes": found.unread_bytes,
    }


def _finding(one: Finding) -> Object:
    return {"code": one.code, "severity": one.severity.value, "subject": one.subject, "also": list(one.also)}


def _place(one: Asked) -> Object:
    return {
        "kind": one.place.kind,
        "url": shown_url(one.place.url),
        "configured": one.place.configured,
        "files": len(one.links),
        "absent": one.absent,
        "cached": one.cached,
        "problem": one.problem or None,
    }
