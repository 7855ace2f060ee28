"""`wontload undo`: which applications of fixes could be taken back, and taking one back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wontload.remedy import journal as journals
from wontload.remedy.alone import alone
from wontload.remedy.doing import take_back


def undo(identity: str | None = None) -> tuple[journals.Journal, tuple[str, ...]]:
    """Take back an application: the one named, else the newest that was not taken back.

    Returns:
        Its journal, and what had to be left as it is.

    Raises:
        NoSuchApplication: none is recorded. StepFailed: something may not be written; see `doing.take_back`.
    """
    _named(identity)  # where there is nothing to take back, nothing is written either
    with alone():
        journal = _named(identity)
        return journal, tuple(take_back(journal))


def _named(identity: str | None) -> journals.Journal:
    return journals.application(identity) if identity else _newest()


def _newest() -> journals.Journal:
    for journal in _standing():
        return journal
    raise journals.NoSuchApplication("nothing is recorded that could be taken back.")


def undoable() -> Sequence[journals.Journal]:
    """Applications that were not taken back, the newest first."""
    return list(_standing())


def _standing() -> Iterator[journals.Journal]:
    return (journal for journal in journals.applications() if journal.ended != "undone")


def interrupted() -> Sequence[journals.Journal]:
    """Applications that came to no end, and were not taken back; one that runs at this moment among them."""
    return [journal for journal in journals.applications() if not journal.ended]
