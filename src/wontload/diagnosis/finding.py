"""The values a diagnosis is made of: findings with their evidence, and the diagnosis itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from wontload.diagnosis.case import Case
from wontload.diagnosis.judged import JudgedLoad
from wontload.machine import Machine, ObservedError


class Severity(str, Enum):
    """How much a finding matters: `error` explains a failure, `warning` may cause one, `note` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was observed, or the result of a simulation that says so.

    Attributes:
        kind: what sort of fact, which decides how a report shows it:
            `observed` (the real import did this), `simulated` (the loader's model says this),
            `request` (the call to the loader: `file`, `line`, `expression`),
            `searched` (`places`: list of {`rule`, `directory`}, in order),
            `copy` (`path` of a copy that would do; `version`, `architecture` where known),
            `other_major` (`path` of the same library in another major version),
            `unfit` (`path` of a copy that would not do, and why in `text`),
            `added` (`directory`, `file`, `line`: a directory added in a way that does not count),
            `looked` (`directories`: where copies were sought in vain),
            `provider` (`package`, `where`: who provides it),
            `variable` (`name`, `value`), `file` (`path` and a fact about it), `record` (installation records),
            `requires` (`distribution`, `requires`, `versions`, `found`: a requirement that nothing installed meets).
        text: one sentence or clause a person can read alone, without a full stop at its end.
        data: the same for programs: JSON values only.
    """

    kind: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One root cause.

    Attributes:
        code: `WLnnn`, stable for ever.
        severity: see `Severity`.
        title: one line, what a person reads first.
        subject: the first file, symbol or variable that it took, in load order.
        also: the others of the same root cause, in load order.
        component: such as `cuda-runtime 12`; `None` when not known.
        chain: names from the target to the subject.
        evidence: what supports it.
        explanation: a few sentences: why this stops the load.
        explains_error: it alone accounts for the error that was observed (or simulated).
        load: index into `Diagnosis.loads` of the load that it is about; `None` for none.
    """

    code: str
    severity: Severity
    title: str
    subject: str
    also: tuple[str, ...] = ()
    component: str | None = None
    chain: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    explanation: str = ""
    explains_error: bool = False
    load: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The whole answer to `wontload TARGET`.

    Attributes:
        target: as asked. machine: where.
        verdict: `loads`, `degraded`, `fails` or `undetermined`.
        error: the exception that came out; `None` when there was none or nothing was run.
        findings: root causes, the one that explains the error first.
        loads: what was asked of the loader, in order: those that matter (the failing ones, or all when none fails).
        would_settle: sentences with commands, when undetermined.
        notes: about how the question was understood (`a distribution of that name exists too …`).
        import_s: seconds that the import itself took; `None` when nothing was run.
        case: all that the answer was drawn from, for what asks on: proofs of fixes, the judging of advice.
        own, imported: where more than one was asked: the target's cases, one a module of a distribution, and those of
            packages which it imports. `case` is the one that the answer is about.
    """

    target: str
    machine: Machine
    verdict: str
    error: ObservedError | None = None
    findings: tuple[Finding, ...] = ()
    loads: tuple[JudgedLoad, ...] = ()
    would_settle: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    import_s: float | None = None
    case: Case | None = field(default=None, repr=False, compare=False)
    own: tuple[Case, ...] = field(default=(), repr=False, compare=False)
    imported: tuple[Case, ...] = field(default=(), repr=False, compare=False)

    @property
    def asked(self) -> tuple[Case, ...]:
        """The cases of the target itself."""
        return self.own or ((self.case,) if self.case else ())

    @property
    def works(self) -> bool:
        """Whether the target loads, be it with a part that will not work."""
        return self.verdict in ("loads", "degraded")
