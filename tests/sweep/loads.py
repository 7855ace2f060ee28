"""The model's answers and a real loader's, of a wheel's files, added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.sweep.records import Record

# What a load ends with, and the modules that it mapped.
Outcome = tuple[str | int, tuple[str, ...]]
MOST_SHOWN = 12  # modules of a list in a record of a difference


class Answer(Protocol):
    """What an oracle of an ELF loader says, or the model in its form."""

    @property
    def error(self) -> str | None: ...
    @property
    def loaded(self) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One load.

    Attributes:
        file: `<distribution>/<path in the wheel>`. mode: `import`, `ctypes` or `legacy`.
        predicted, observed: what it ends with (`"loads"`, else error number or text) and the modules in order.
        died: the real process ended in the load, from what an initialiser did or lacks; there is nothing to compare.
    """

    file: str
    mode: str
    predicted: Outcome
    observed: Outcome
    died: bool = False

    @property
    def same_verdict(self) -> bool:
        return self.predicted[0] == self.observed[0]

    @property
    def same_modules(self) -> bool:
        return self.predicted[1] == self.observed[1]


def added_up(asked: Iterable[Asked]) -> Record:
    """The record of a wheel."""
    asked = list(asked)
    alive = [one for one in asked if not one.died]
    loading = [one for one in alive if one.same_verdict and one.observed[0] == "loads"]
    return {
        "files": len({one.file for one in asked}),
        "loads": len(alive),
        "died": [f"{one.mode} {one.file}: {first_line(one.observed[0])}" for one in asked if one.died],
        "succeed": len(loading),
        "same_verdict": sum(one.same_verdict for one in alive),
        "modules": sum(len({*one.predicted[1], *one.observed[1]}) for one in loading),
        "same_modules": sum(len({*one.predicted[1]} & {*one.observed[1]}) for one in loading),
        "same_order": sum(one.same_modules for one in loading),
        "differences": [difference(one) for one in alive if one.predicted != one.observed],
    }


def first_line(said: object) -> str:
    """Of what a dying process wrote."""
    return str(said).partition("\n")[0][:150]


def difference(one: Asked) -> dict[str, Any]:
    """What a reader needs to see of a disagreement."""
    what = "modules" if one.same_verdict else "verdict"
    ours, theirs = one.predicted[1], one.observed[1]
    return {
        "file": one.file,
        "about": f"{one.mode} {what}",
        "predicted": one.predicted[0],
        "observed": one.observed[0],
        "only predicted": [path for path in ours if path not in theirs][:MOST_SHOWN],
        "only observed": [path for path in theirs if path not in ours][:MOST_SHOWN],
    }


def asked(file: str, mode: str, predicted: Answer, observed: Answer, directory: Path) -> Asked:
    """One load of a file of a wheel that was unpacked into `directory`, whose name another run does not have."""
    return Asked(
        file=file,
        mode=mode,
        predicted=_plain(predicted, directory),
        observed=_plain(observed, directory),
        died=(observed.error or "").startswith("exit "),
    )


def _plain(answer: Answer, directory: Path) -> Outcome:
    short = [path.replace(str(directory), "<wheel>") for path in (answer.error or "loads", *answer.loaded)]
    return short[0], tuple(short[1:])
