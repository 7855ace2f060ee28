"""An import that ends in Python code, in words that leave no doubt: what `wontload log` knows of them, it is told here.

"numpy.dtype size changed" is no load that failed, and says all the same which two packages do not fit each other.
"""

from __future__ import annotations

import re

from wontload.diagnosis import unmet
from wontload.diagnosis.case import Case
from wontload.diagnosis.evidence import of_exception
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.knowledge.messages import Beside, Message, beside
from wontload.machine import Outcome
from wontload.machine.observation import ObservedError

# Who speaks: Python and what packages raise by themselves. What loaders and builds say has rules that look at files.
SPEAKERS = ("programs/python", "programs/packages", "programs/screens", "gpu/frameworks")

CYTHON = ".pyx"  # the source that a module of Cython's names as the place, wherever its file lies


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
        (message, event)
        for event in events_of(numbered(cleaned(text)))
        if event.message.kind == "stated" and event.message.speaker in SPEAKERS
        if (message := _decided(case, event.message, event.text)) is not None
    ]
    if not said:
        return _of_requirement(case, error)
    message, first = max(said, key=lambda one: (one[0].rank, one[1].place))
    subject = message.subject or subject_of(first)
    in_start = message is not first.message or str(error.file).endswith(CYTHON)
    started = _last_started(case) if in_start else None
    return Finding(
        code=message.code,
        severity=Severity.ERROR,
        title=filled(message.title, first.values),
        subject=subject,
        chain=tuple(dict.fromkeys((case.target, subject))),
        evidence=(
            of_exception(error),
            Evidence("observed", first.text, {"message": message.id}),
            *((Evidence("file", f"{started} was started last", {"path": started}),) if started else ()),
            *unmet.of_users(case, (started,)),
        ),
        explanation=filled(message.why, first.values),
        explains_error=True,
    )


def _of_requirement(case: Case, error: ObservedError) -> Finding | None:
    """A message about a package that is here in a version which the one that raised, by its own metadata, refuses."""
    owner, lacks = next(unmet.named_in(case, error.text, error.file), (None, None))
    if owner is None or lacks is None:
        return None
    return Finding(
        code="WL304",
        severity=Severity.ERROR,
        title=lacks.told(owner.name, owner.version),
        subject=lacks.name,
        chain=tuple(dict.fromkeys((case.target, lacks.name))),
        evidence=(
            of_exception(error, error.text),
            unmet.told(owner, lacks),
        ),
        explanation="The import ended in words about that package. Install the two in versions that go together: a "
        f"newer {owner.name} may take the {lacks.name} that is here.",
        explains_error=True,
    )


def _decided(case: Case, message: Message, text: str) -> Message | None:
    """What a message says for sure, be it beside what is installed; `None` where it leaves a doubt."""
    if message.decides:
        return message
    known = beside(message)
    if known is None or not re.search(known.pattern, text) or not _is_installed(case, known):
        return None
    return known.says


def _is_installed(case: Case, known: Beside) -> bool:
    from packaging.specifiers import SpecifierSet

    found = [one.version for one in case.machine.inventory.distributions or () if one.name == known.distribution]
    return any(SpecifierSet(known.versions).contains(version, prereleases=True) for version in found)


def _last_started(case: Case) -> str | None:
    """The extension module that was loaded last: it was being started as the exception came."""
    return next((one.request.name for one in reversed(case.loads) if one.request.kind == "import"), None)
