"""What a text hints at that holds no known message: it tells of a failure in words of its own.

The rows of `messages/hints.toml` are shapes, such as a processor that does not have some instruction. They never
decide, and are asked only where nothing else was recognised: one known sentence says more than all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from wontload.diagnosis.log.cause import Cause, Log, stated
from wontload.diagnosis.log.events import Event, search
from wontload.diagnosis.log.text import numbered
from wontload.knowledge.messages import messages_of

# Without one of these, nobody complains: what a build or a program prints that goes well holds the same words.
_COMPLAINT = re.compile(
    r"\b(?:errors?|issues?|problems?|exceptions?|fail(?:s|ed|ing|ure)?|crash(?:es|ed|ing)?|"
    r"traceback|fatal|broken|bugs?|conflicts?|workaround|no|not|cannot|unable|missing|"
    r"why|help|erro|fehlt|nicht|pas|introuvable|manquante?|falta|brakuje)\b|\?|n['’]t\b|[^\x00-\x7f]",
    re.IGNORECASE,
)
# On the line of a shape: it is over, or no trouble.
_DENIED = re.compile(
    r"\bno longer\b|\b(?:no|not|never) crash|n['’]t crash|\bnothing (?:is|was)\b"
    r"|(?:\b(?:not|no)|n['’]t) (?:be )?(?:an? )?(?:problem|issue|error)\b|\bcan (?:be )?(?:safely )?ignored?\b",
    re.IGNORECASE,
)


def hinted(text: str) -> tuple[Event, ...]:
    """Every shape in the cleaned text of somebody who complains."""
    if not _COMPLAINT.search(text):
        return ()
    return tuple(event for event in search(numbered(text), messages_of("hints")) if not _DENIED.search(event.text))


def hints(log: Log) -> Iterator[Cause]:
    """What the shapes in a text speak for."""
    events = hinted(log.text)
    yield from stated(replace(log, events=events), *{event.message.code for event in events})
