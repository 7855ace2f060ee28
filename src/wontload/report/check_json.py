"""`wontload.check/1`: one object for a run, or one for each wheel as a line."""

from __future__ import annotations

from collections.abc import Iterable

from wontload._version import __version__
from wontload.app.baseline import fingerprint
from wontload.report.as_json import finding_to_json
from wontload.report.load_json import Object
from wontload.wheels.checking import CheckedWheel, CheckFinding, OnTarget

GRAVITY = ("passes", "undetermined", "fails", "unreadable")


def check_to_json(wheels: Iterable[Object]) -> Object:
    """The whole answer, of the wheels' own objects."""
    listed = [{key: value for key, value in one.items() if key not in ("schema", "tool")} for one in wheels]
    verdict = max((str(one["verdict"]) for one in listed), key=GRAVITY.index, default="passes")
    return {"schema": "wontload.check/1", "tool": __version__, "verdict": verdict, "wheels": listed}


def wheel_to_json(wheel: CheckedWheel, known: frozenset[str] = frozenset()) -> Object:
    """One wheel; a line of `--jsonl`. `known`: the baseline."""
    return {
        "schema": "wontload.check/1",
        "tool": __version__,
        "path": wheel.path,
        "name": wheel.name,
        "version": wheel.version,
        "tags": list(wheel.tags),
        "verdict": wheel.verdict,
        "problem": wheel.problem or None,
        "findings": [_finding(wheel, one, known) for one in wheel.findings],
        "targets": [_target(one) for one in wheel.targets],
        "gpu_code": [
            {
                "file": one.member,
                "native": list(one.native),
                "portable": list(one.portable),
                "complete": one.complete,
            }
            for one in wheel.gpu
        ],
        "assumes": list(wheel.assumes),
        "skipped": [
            {"check": one.check, "files": list(one.files), "size_bytes": one.size_bytes, "text": one.what}
            for one in wheel.skipped
        ],
    }


def _finding(wheel: CheckedWheel, found: CheckFinding, known: frozenset[str]) -> Object:
    mark = fingerprint(wheel, found)
    told = finding_to_json(found.finding)
    return {**told, "targets": list(found.targets), "fingerprint": mark, "known": mark in known}


def _target(one: OnTarget) -> Object:
    return {
        "profile": one.target.profile,
        "architecture": one.target.architecture,
        "python": f"{one.target.python[0]}.{one.target.python[1]}{'t' * one.target.threaded}",
        "loads": list(one.loads),
        "fails": list(one.fails),
        "undetermined": list(one.undetermined),
        "helped": {name: list(directories) for name, directories in one.helped.items()},
    }
