"""WL505: no wheel fits this machine; pip falls back to source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wontload.diagnosis.log.cause import Cause, Log, cause_of, said, stated
from wontload.diagnosis.log.outcome import Reading
from wontload.knowledge.packages import normalised

RANK_OF_SOURCE = 20
RANK_IN_BUILD_SCRIPT = 52


def no_wheel(log: Log) -> Iterator[Cause]:
    """The installer found no wheel, or took the source and could not build it.

    What the build itself lacked is WL701 to WL707; this finding says why there was a build at all.
    """
    yield from stated(log, "WL505")
    failed = {
        normalised(event.values["requirement"]) for event in log.of("build-failed") if "requirement" in event.values
    }
    for event in log.of("source-distribution"):
        name = normalised(event.values["requirement"])
        if name in failed:
            yield Cause(
                code="WL505",
                decides=False,
                title=f"pip had no wheel of {name} that fits, took the source, and could not build it",
                why="A wheel for that Python and platform would need no compiler. Where the index has none, a Python "
                "that the package has wheels for is often the shortest way.",
                subject=name,
                place=event.place,
                rank=RANK_OF_SOURCE,
                suspects=("WL701", "WL702"),
                evidence=(said(event.line, event.text),),
            )
    yield from _in_build_script(log)


def _in_build_script(log: Log) -> Iterator[Cause]:
    """A library that a package's setup.py did not find: distutils prints errors as `error: …` without a traceback.

    Source: CPython, Lib/distutils/core.py, setup.
    """
    for event in log.of("could-not-find-module"):
        if "before" in event.values:
            reading = Reading(
                "WL505",
                False,
                ("WL701", "WL201"),
                f"a build script looked for {event.values['file']}, which the package's wheels bring",
                "`error:` before the text is how a setup.py ends: pip was building from source.",
            )
            yield replace(cause_of(event, reading), rank=RANK_IN_BUILD_SCRIPT)
