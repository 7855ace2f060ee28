"""Which findings about wheels are known already, and what a check's exit status comes to with them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from wontload.diagnosis.finding import Severity
from wontload.errors import UsageError
from wontload.knowledge.packages import normalised
from wontload.wheels.checking import CheckedWheel, CheckFinding

BASELINE = "wontload.baseline/1"
FAIL_ON = {
    "error": (Severity.ERROR,),
    "warning": (Severity.ERROR, Severity.WARNING),
    "note": tuple(Severity),
    "never": (),
}


def fingerprint(wheel: CheckedWheel, found: CheckFinding) -> str:
    """What a finding is known by from one version of a package to the next: code, package, subject."""
    return f"{found.finding.code} {normalised(wheel.name)} {found.finding.subject}"


def read_baseline(path: str) -> frozenset[str]:
    """The findings that are known already. Raises `UsageError` for a file that is no baseline."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the baseline {path} cannot be read: {_reason(error)}.", "--write-baseline FILE makes one."
        ) from error
    known = data.get("known") if isinstance(data, dict) and data.get("schema") == BASELINE else None
    if not isinstance(known, list) or not all(isinstance(one, str) for one in known):
        raise UsageError(f"{path} is no baseline of findings.", "--write-baseline FILE makes one.")
    return frozenset(known)


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


def baseline_of(wheels: Sequence[CheckedWheel]) -> str:
    """A baseline's text that knows all of these findings."""
    known = sorted({fingerprint(wheel, found) for wheel in wheels for found in wheel.findings})
    return json.dumps({"schema": BASELINE, "known": known}, indent=2) + "\n"


def fails(wheel: CheckedWheel, *, fail_on: str, known: frozenset[str]) -> bool:
    """Whether a finding of that gravity or a graver one is in it that is not known already."""
    return any(
        found.finding.severity in FAIL_ON[fail_on] and fingerprint(wheel, found) not in known
        for found in wheel.findings
    )


def status_of(wheel: CheckedWheel, *, fail_on: str, known: frozenset[str]) -> int:
    """The exit status for one wheel: 0, 1 (it fails), 3 (a file cannot be judged) or 4 (it cannot be read)."""
    if wheel.problem:
        return 4
    if fails(wheel, fail_on=fail_on, known=known):
        return 1
    return 3 if any(one.undetermined for one in wheel.targets) and fail_on != "never" else 0
