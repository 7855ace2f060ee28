"""What could be done about a case: one module a kind of fix, each yielding fixes that the model has judged.

A candidate looks at the case and the environment only; nothing is changed, fetched or asked for here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from wontload.diagnosis import Case, Diagnosis
from wontload.remedy.fix import Environment


class Rights(NamedTuple):
    """Who may do what with a file or directory of a POSIX system.

    Attributes:
        mode: its permission bits. own: whether the person who asks owns it. directory: whether it is one.
        allowed: whether that person may read it (of a directory: also look for names in it).
    """

    mode: int
    own: bool
    directory: bool
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a candidate is asked about.

    Attributes:
        case, diagnosis: what is wrong. environment: where something may be done.
        source: the text of a Python file on that machine; `None` when it cannot be read.
        rights: of a path on that machine; `None` where there is nothing, or nobody can tell.
        asking_for: names of the installed distributions that require one, by its name; none where that is not known.
        versions_asked: which versions of it those ask for, all together, as in `==12.4.*`; empty for any, or not known.
    """

    case: Case
    diagnosis: Diagnosis
    environment: Environment
    source: Callable[[str], bytes | None] = lambda path: None
    rights: Callable[[str], Rights | None] = lambda path: None
    asking_for: Callable[[str], Iterable[str]] = lambda name: ()
    versions_asked: Callable[[str], str] = lambda name: ""

    @property
    def package(self) -> str | None:
        """Top-level import name of the target; `None` for a file."""
        return self.case.target.partition(".")[0] if self.case.kind == "import" else None
