"""WL801: advice in circulation that does not help here, and why.

It stands among the advice of an answer, never among its findings: it says nothing about the machine that they do not.
What decides is in `remedy/advice/`, since a remedy is judged by what it would change.
"""

from __future__ import annotations

from dataclasses import dataclass

CODE = "WL801"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAdvice:
    """A remedy as it would fare on one machine.

    Attributes:
        id, title: of the row in `knowledge/advice.toml`.
        works_here: `None` where no overlay decides. why: one sentence, with what would settle it where it is `None`.
    """

    id: str
    title: str
    works_here: bool | None
    why: str

    @property
    def code(self) -> str | None:
        """WL801 for what would not help; `None` for what would, and for what is not decided."""
        return CODE if self.works_here is False else None
