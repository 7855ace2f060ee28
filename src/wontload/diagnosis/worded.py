"""An import that ends in Python code, in words that leave no doubt: what `wontload log` knows of them, it is told here.

"numpy.dtype size changed" is no load that failed, and says all the same which two packages do not fit each other.
"""

from __future__ import annotations

from wontload.diagnosis import unmet
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.machine import Outcome

# Who speaks: Python and what packages raise by themselves. What loaders and builds say has rules that look at files.
SPEAKERS = ("programs/python", "programs/packages", "programs/screens", "gpu/frameworks")


def worded(case: Case) -> Finding | None:
    """What the exception says for sure; `None` where its words are not known, or may come of several causes."""
    error = case.observation.error if case.observation else None
    if error is None or case.outcome is not Outcome.FAILS or case.fatal is not None:
        return None
    from wontload.diagnosis.log.cause import filled, subject_of
    from wontload.diagnosis.log.events import events_of
    from wontload.diagnosis.log.text import cleaned, numbered

    text = "\n".join((*error.chain, f"{error.exception}: {error.text}"))
    said = [
        event
        for event in events_of(numbered(cleaned(text)))
        if event.message.decides and event.message.kind == "stated" and event.message.speaker in SPEAKERS
    ]
    if not said:
        return None
    first = max(said, key=lambda event: (event.message.rank, event.place))
    at = f" at {error.file}:{error.line}" if error.file else ""
    subject = first.message.subject or subject_of(first)
    return Finding(
        code=first.message.code,
        severity=Severity.ERROR,
        title=filled(first.message.title, first.values),
        subject=subject,
        chain=tuple(dict.fromkeys((case.target, subject))),
        evidence=(
            Evidence("observed", f"{error.exception} was raised{at}", {"file": error.file, "line": error.line}),
            Evidence("observed", first.text, {"message": first.message.id}),
            *unmet.of_users(case, (None,)),
        ),
        explanation=filled(first.message.why, first.values),
        explains_error=True,
    )
