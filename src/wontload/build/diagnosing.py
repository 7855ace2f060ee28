"""Why a build failed: what `wontload log` makes of its log, and what more its being the whole of one build tells."""

from __future__ import annotations

import os
from dataclasses import replace

from wontload.build.first_error import FirstError, first_error
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.log.judging import LogDiagnosis, diagnose_log

MOST_LOG_BYTES = 16 << 20  # that are diagnosed: the end of a log is where it failed
LINES_OF_CMAKE = 3  # in which the sentence of a `CMake Error at …` stands
# setuptools says so of an extension module that may be left out; what follows is another failure.
LEFT_OUT = "WARNING: building extension"


def diagnosed(log: str) -> LogDiagnosis:
    """What the end of a build's log says of why it failed; where that is nothing certain, where to read on.

    A message that in a stranger's text is no more than a suspicion is the cause where it is the first error of all: the
    log begins where the build did, and what stands below comes of it.
    """
    size = os.path.getsize(log)
    with open(log, "rb") as file:
        file.seek(max(0, size - MOST_LOG_BYTES))
        data = file.read(MOST_LOG_BYTES)
    whole = size <= MOST_LOG_BYTES
    found = diagnose_log(data, name=log, left_out_bytes=0 if whole else size - MOST_LOG_BYTES)
    text = data.decode("utf-8", "replace")
    error = first_error(text) if found.verdict != "fails" else None
    if error is None:
        return found
    cause = _that_says(found, error) if whole and LEFT_OUT not in text else None
    if cause is not None:
        sure = replace(cause, severity=Severity.ERROR, explains_error=True)
        return replace(found, verdict="fails", findings=(sure,), would_settle=())
    place = f"line {error.line} of {log}" if whole else log
    return replace(found, would_settle=(f"The first error is in {place}: {error.text}",))


def _that_says(found: LogDiagnosis, error: FirstError) -> Finding | None:
    """The finding that rests on the very line of the first error."""
    last = error.line + (LINES_OF_CMAKE if error.text.startswith("CMake Error") else 0)
    for finding in found.findings:
        lines = [one.data.get("line") for one in finding.evidence if one.kind == "said"]
        if any(isinstance(line, int) and error.line <= line <= last for line in lines):
            return finding
    return None
