"""Delay-loaded libraries: listed, judged, and without a say in the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wontload.loader.result import Module, Status
from wontload.loader.windows.context import Load
from wontload.loader.windows.names import as_read, directory_of, fold, with_extension
from wontload.loader.windows.rules import with_flags
from wontload.loader.windows.search import Answer, resolve
from wontload.loader.windows.walk import Walk, row_of

WOULD_FAIL = "would fail when first called"


def judge_delayed(walk: Walk) -> Iterator[Module]:
    """A row for each delay-loaded library that the load does not map anyway, judged as if called right afterwards.

    The helper that linkers put into every such image calls `LoadLibraryEx(name, NULL, 0)` when a procedure is first
    called, so the load's own flags do not count. Source: Microsoft, "Understand the delay load helper function"
    (`delayhlp.cpp`).
    """
    later = with_flags(walk.load, 0, first_name="")
    seen: set[str] = set()
    for path, import_ in walk.delayed:
        key = fold(with_extension(as_read(import_.library)))
        answer = resolve(later, import_.library, walk.loaded, first=True)
        if key in seen or (answer.path is not None and not _is_news(walk, answer)):
            continue
        seen.add(key)
        yield replace(row_of(answer, path), status=Status.DELAYED, reason=_prospect(answer, later), error=None)


def _is_news(walk: Walk, answer: Answer) -> bool:
    """Whether a library has no row yet."""
    rows = {fold(module.path) for module in walk.modules if module.path}
    return answer.path is not None and fold(answer.path) not in rows


def _prospect(answer: Answer, later: Load) -> str:
    if answer.status is Status.VIRTUAL:
        return "an API set: found when first called"
    if answer.unsettled and answer.path is None:
        return f"sought when first called: {answer.reason}"
    if answer.error:
        first = directory_of(later.process.executable)
        return f"{WOULD_FAIL}: {answer.reason} (a delay load searches {first}, System32 and PATH)"
    return "would be found when first called"
