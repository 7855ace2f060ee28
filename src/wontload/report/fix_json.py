"""`wontload.fix/1`, and the fixes inside `wontload.why/1`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from wontload._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:  # most answers have no fixes, and what makes them takes longer to import than a wheel to judge
    from wontload.app.fix import Plan
    from wontload.app.trying import Attempt
    from wontload.loader import LoadResult
    from wontload.remedy.fix import Fix
    from wontload.remedy.journal import Journal
    from wontload.remedy.steps import Step

Object = dict[str, Any]
KINDS = {
    "WriteFile": "write-file",
    "ReplaceText": "replace-text",
    "MoveFile": "move-file",
    "InstallWheels": "install-wheels",
    "RemoveInstalled": "remove-installed",
    "SetVariable": "set-variable",
    "SetMode": "set-mode",
    "ByHand": "by-hand",
}


def fix_to_json(plan: Plan, attempts: Sequence[Attempt] = ()) -> Object:
    """`wontload.fix/1`: the plan, and what came of the fixes that were tried."""
    diagnosis = attempts[-1].diagnosis if attempts and attempts[-1].kept else plan.diagnosis
    return {
        "schema": "wontload.fix/1",
        "target": plan.diagnosis.target,
        "tool": __version__,
        "verdict": (diagnosis or plan.diagnosis).verdict,
        "fixes": fixes_to_json(plan.fixes),
        "attempts": [_attempt(one) for one in attempts],
    }


def fixes_to_json(fixes: Sequence[Fix]) -> list[Object]:
    """The `fixes` of CONTRACT.md, best first."""
    return [
        {
            "id": fix.id,
            "title": fix.title,
            "kind": fix.kind,
            "steps": [_step(step) for step in fix.steps],
            "proof": {
                "works": fix.proof.works,
                "before": [_load(one) for one in fix.proof.before],
                "after": [_load(one) for one in fix.proof.after],
            },
            "undo": "by hand" if fix.by_hand else "wontload undo",
            "download_bytes": fix.download_bytes,
            "minutes": fix.minutes,
            "rights": fix.rights,
            "reach": fix.reach.name.lower(),
            "caveat": fix.caveat,
        }
        for fix in fixes
    ]


def undo_to_json(journals: Sequence[tuple[Journal, Sequence[str]]]) -> Object:
    """`wontload.undo/1`: applications with their state, and what an undo left as it is."""
    return {
        "schema": "wontload.undo/1",
        "applications": [
            {
                "id": journal.identity,
                "target": journal.first["target"],
                "python": journal.first["python"],
                "fix": journal.first["fix"],
                "title": journal.first["title"],
                "state": journal.ended or "interrupted",
                "left": list(left),
            }
            for journal, left in journals
        ],
    }


def _step(step: Step) -> Object:
    return {"do": KINDS[type(step).__name__], **asdict(step)}


def _load(result: LoadResult) -> Object:
    return {
        "path": result.request.name,
        "verdict": result.verdict.value,
        "error": result.error,
        "missing": [one.name for one in result.modules if one.error],
    }


def _attempt(attempt: Attempt) -> Object:
    return {
        "fix": attempt.fix.id,
        "application": attempt.journal or None,
        "verdict": attempt.diagnosis.verdict if attempt.diagnosis else None,
        "kept": attempt.kept,
        "unforeseen": list(attempt.unforeseen),
        "problem": attempt.problem,
        "left": list(attempt.left),
    }
