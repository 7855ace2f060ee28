"""A target that is the name of a distribution: what each of its top-level modules came to, as one answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wontload.diagnosis import Diagnosis, Finding

WORST_FIRST = ("fails", "undetermined", "degraded", "loads")


def of_distribution(target: str, answers: Sequence[Diagnosis]) -> Diagnosis:
    """The worst answer, with the others' findings after its own. Each was asked in a child of its own."""
    worst = min(answers, key=lambda answer: WORST_FIRST.index(answer.verdict))
    rest = [answer for answer in answers if answer is not worst]
    names = ", ".join(answer.target for answer in answers)
    what = "module" if any("." in answer.target for answer in answers) else "top-level module"
    note = f"{target} is a distribution; its {what}{' is' if len(answers) == 1 else 's are'} {names}"
    return replace(
        worst,
        target=target,
        findings=worst.findings + tuple(finding for one in rest for finding in _unindexed(one)),
        would_settle=tuple(sentence for answer in answers for sentence in answer.would_settle),
        notes=(note, *(note for answer in answers for note in answer.notes)),
        import_s=sum(answer.import_s or 0.0 for answer in answers),
        own=tuple(case for answer in answers for case in answer.asked),
        imported=tuple(case for answer in answers for case in answer.imported),
    )


def _unindexed(diagnosis: Diagnosis) -> Iterator[Finding]:
    """Findings of another module: they do not point into the answer's own list of loads."""
    for finding in diagnosis.findings:
        yield replace(finding, load=None, explains_error=False)
