"""Runs every rule over one case, ranks what they say, and makes it an answer."""

from __future__ import annotations

from wontload.diagnosis.case import Case
from wontload.diagnosis.catalogue import YIELDS
from wontload.diagnosis.commands import typed
from wontload.diagnosis.finding import Diagnosis, Finding, Severity
from wontload.diagnosis.hollow import hollow
from wontload.diagnosis.rules import LAST, RULES
from wontload.loader import Verdict
from wontload.machine import Outcome

GRAVITY = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def diagnose(case: Case) -> Diagnosis:
    """The findings of a case, the one that explains the error first, and the verdict that they add up to."""
    findings = _without_effects([finding for rule in RULES for finding in rule(case)])
    if not any(finding.explains_error for finding in findings):
        findings += LAST(case)
    verdict = verdict_of(case, findings)
    observation = case.observation
    return Diagnosis(
        target=case.target,
        machine=case.machine,
        verdict=verdict,
        error=observation.error if observation else None,
        findings=tuple(sorted(findings, key=lambda finding: _rank(case, finding))),
        loads=case.loads,
        would_settle=tuple(would_settle(case)) if verdict == "undetermined" else (),
        import_s=observation.seconds if observation else None,
        case=case,
    )


def _without_effects(findings: list[Finding]) -> list[Finding]:
    """Without what only says how it ended, where another finding says why (`catalogue.YIELDS`)."""
    explaining = {finding.code for finding in findings if finding.explains_error}
    return [finding for finding in findings if explaining.isdisjoint(YIELDS.get(finding.code, ()))]


def _rank(case: Case, finding: Finding) -> tuple[bool, int, int, int]:
    """What alone explains the error, then the grave, then load order; of one load, in the order of its modules."""
    if finding.load is None:
        return (not finding.explains_error, GRAVITY.index(finding.severity), -1, 0)
    result = case.loads[finding.load].simulated
    names = [case.path_module.basename(module.name) for module in (result.modules if result else ())]
    # A symbol is no module: the one that lacks it stands before it in the chain.
    subjects = (finding.subject, *reversed(finding.chain))
    position = next((names.index(one) for one in subjects if one in names), len(names))
    return (not finding.explains_error, GRAVITY.index(finding.severity), finding.load, position)


def verdict_of(case: Case, findings: list[Finding]) -> str:
    """`loads`, `degraded`, `fails` or `undetermined`: what was seen decides; where nothing was, the model does."""
    if case.outcome is Outcome.TIMED_OUT:
        return "undetermined"
    if hollow(case):
        return "fails"
    if case.outcome is Outcome.LOADS:
        return "degraded" if any(_cripples(case, finding) for finding in findings) else "loads"
    if case.outcome is not None:
        return "fails"
    return _verdict_of_model(case)


def _verdict_of_model(case: Case) -> str:
    """Of a target that was not run. What its code loads by itself may be optional; an extension module rarely is."""
    verdicts = {load.simulated.verdict for load in case.loads if load.simulated}
    imports = {load.simulated.verdict for load in case.loads if load.simulated and load.request.kind == "import"}
    if verdicts == {Verdict.FAILS} or Verdict.FAILS in imports or (case.kind == "file" and Verdict.FAILS in verdicts):
        return "fails"
    return "loads" if verdicts == {Verdict.LOADS} else "undetermined"


def _cripples(case: Case, finding: Finding) -> bool:
    """Whether a failure that the import survived took a file of the package itself.

    A bare name that a package tries and does without says nothing: many look for optional libraries that way.
    """
    if finding.load is None or finding.severity is Severity.NOTE or finding.code.startswith("WL9"):
        return False
    name = case.fold(case.loads[finding.load].request.name)
    return any(name.startswith(case.fold(origin) + case.path_module.sep) for origin in case.package_directories)


def would_settle(case: Case) -> list[str]:
    """One sentence with a command for each thing that would turn `undetermined` into an answer."""
    sentences = [
        sentence for load in case.loads if load.simulated is not None for sentence in load.simulated.would_settle
    ]
    target = typed(case.target, windows=case.windows)
    if case.outcome is Outcome.TIMED_OUT:
        waited = case.observation.seconds if case.observation and case.observation.seconds else 0.0
        sentences.append(f"Give it longer: `wontload {target} --timeout {max(600, round(10 * waited))}`.")
    if case.observation is None:
        sentences.append(f"Run `wontload {target}` on that machine: a real import decides.")
    return list(dict.fromkeys(sentences))[:8]
