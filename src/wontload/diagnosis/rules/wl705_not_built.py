"""WL705: a cached or prebuilt wheel was used in place of a build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, said
from wontload.diagnosis.log.events import Event
from wontload.knowledge.packages import normalised

RANK = 46
_INSTALLED = re.compile(r"\bpip3? install ([^\n]{1,400})|\buv (?:pip install|add) ([^\n]{1,400})")


def not_built(log: Log) -> Iterator[Cause]:
    """A build with flags was asked for, and pip took a finished wheel or what was installed already.

    Flags that reached a build and were not understood are WL704.
    """
    asked = log.of("build-flags")
    if not asked:
        return
    wanted = _wanted(log)
    for event in log.of("cached-wheel", "already-satisfied"):
        name = normalised(event.values["requirement"])
        if name in wanted:
            yield _cause(event, asked[0], name)


def _wanted(log: Log) -> set[str]:
    """The packages of the install commands in the log."""
    words = " ".join(match[1] or match[2] for match in _INSTALLED.finditer(log.text)).split()
    return {normalised(re.split(r"[\[=<>!~@]", word)[0]) for word in words if not word.startswith("-")}


def _cause(event: Event, asked: Event, name: str) -> Cause:
    taken = "what was installed already" if event.message.id == "already-satisfied" else "a finished wheel"
    return Cause(
        code="WL705",
        decides=True,
        title=f"pip took {taken} of {name}: the flags had no build to act on",
        why="CMAKE_ARGS and its kin count when the package is compiled. Only --no-cache-dir, --force-reinstall and "
        f"--no-binary {name} together make pip compile it again.",
        subject=name,
        place=event.place,
        rank=RANK,
        evidence=(said(asked.line, asked.text), said(event.line, event.text)),
    )
