"""WL505 before anything is installed: an installer here would take no wheel of a project, but nothing or its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from wontload.diagnosis import Evidence, Finding, Severity
from wontload.wheels.candidates import Candidate, kind_of_objection

SHOWN = 4


def no_wheel(project: str, candidates: Sequence[Candidate], plain: Candidate | None) -> Finding | None:
    """The finding; `None` where `pip install NAME` takes a wheel.

    Args:
        candidates: every file of the project. plain: what pip takes as it is set up here; `None`: nothing.
    """
    if plain is not None and plain.wheel:
        return None
    fitting = [one for one in candidates if one.wheel and one.takes]
    if plain is None and any(one.takes for one in candidates):
        title = f"pip would install nothing of {project}, as it is set up here"
    elif plain is None:
        title = f"no file of {project} fits this Python, and pip would install nothing"
    elif fitting:
        title = f"pip would take the source of {project}, and build it, though there are wheels that it would take"
    else:
        title = f"no wheel of {project} fits this Python, and pip would build it from source"
    return Finding(
        code="WL505",
        severity=Severity.WARNING if fitting else Severity.ERROR,
        title=title,
        subject=project,
        evidence=tuple(_evidence(candidates, fitting, plain)),
        explanation="A build takes a compiler and what the project asks for, and may take long. `wontload explain "
        "WL505` tells the whole story.",
    )


def _evidence(
    candidates: Sequence[Candidate], fitting: Sequence[Candidate], plain: Candidate | None
) -> Iterator[Evidence]:
    if plain is not None:
        name = plain.link.filename
        yield Evidence("file", f"{name} is what pip takes", {"path": name})
    if fitting:
        newest = max(fitting, key=lambda one: one.version)
        name, place = newest.link.filename, newest.place
        where = "" if place.configured else ", in a place that pip does not ask here"
        yield Evidence("file", f"{name} is the newest wheel that fits{where}", {"path": name})
    wheels = Counter(kind_of_objection(one.objection) for one in candidates if one.wheel and one.objection)
    for kind, count in wheels.most_common(SHOWN):
        yield Evidence("file", f"{count} {'wheel is' if count == 1 else 'wheels are'} passed over: {kind}")
