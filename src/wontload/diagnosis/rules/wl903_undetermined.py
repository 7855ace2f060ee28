"""WL903: undetermined, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.machine import Outcome


def undetermined(case: Case) -> Iterator[Finding]:
    """The target fails, or may, and no other finding explains it."""
    error = case.observation.error if case.observation else None
    if case.fatal is not None:
        request = case.loads[case.fatal].request
        name = case.path_module.basename(request.name)
        yield Finding(
            code="WL903",
            severity=Severity.ERROR,
            title=f"{name} does not load, and nothing that was examined explains it",
            subject=name,
            chain=(case.target, name),
            evidence=(evidence.of_request(case, case.fatal), *evidence.of_observation(case, case.fatal)),
            explanation="The file and all that it names were found and look sound.",
            load=case.fatal,
        )
    elif error is not None and case.outcome is Outcome.FAILS:
        at = f" at {error.file}:{error.line}" if error.file else ""
        yield Finding(
            code="WL903",
            severity=Severity.ERROR,
            title=f"the import ends in Python code, not in the loader: {error.exception}: {error.text}",
            subject=error.name or case.target,
            chain=(case.target,),
            evidence=(
                Evidence("observed", f"{error.exception} was raised{at}", {"file": error.file, "line": error.line}),
            ),
            explanation="No native library was refused before the exception: the reason is in the package's own code "
            "or in how it was installed.",
        )
    elif case.observation is None and any(load.simulated and load.simulated.would_settle for load in case.loads):
        yield Finding(
            code="WL903",
            severity=Severity.NOTE,
            title=f"what is known of this machine does not decide whether {case.target} loads",
            subject=case.target,
            chain=(case.target,),
            evidence=tuple(
                Evidence("simulated", sentence)
                for load in case.loads
                if load.simulated
                for sentence in load.simulated.would_settle
            )[:12],
            explanation="A saved machine holds what its maker looked at; the places named above are not among it.",
        )
