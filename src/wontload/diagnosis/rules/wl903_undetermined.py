"""WL903: undetermined, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, unmet
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.worded import worded
from wontload.diagnosis.words import listed
from wontload.knowledge.components import Component, files_of
from wontload.knowledge.sought import sought_component
from wontload.loader import Verdict
from wontload.machine import Outcome

SUFFIX = {"windows": ".dll", "linux": ".so", "macos": ".dylib"}
LONGEST_MESSAGE = 200  # characters of an exception's text in a title


def undetermined(case: Case) -> Iterator[Finding]:
    """The target fails, or may, and no other finding explains it; an exception's own words may."""
    error = case.observation.error if case.observation else None
    if case.fatal is not None:
        yield _of_a_load(case, case.fatal)
    elif (told := worded(case)) is not None:
        yield told
    elif error is not None and case.outcome is Outcome.FAILS:
        sought = sought_component(error.text)
        yield Finding(
            code="WL903",
            severity=Severity.ERROR,
            title="the import ends in Python code, not in the loader: "
            + (f"{error.exception}: {_first_of(error.text)}" if error.text else error.exception),
            subject=error.name or case.target,
            chain=(case.target,),
            evidence=(
                evidence.of_exception(error),
                *(_of_sought(case, sought) if sought else ()),
                *unmet.of_users(case, (None,)),
                *(unmet.never_installed(case) if not sought else ()),
            ),
            explanation=_looked_for_by_itself(sought) if sought else _before_the_exception(case),
            component=sought.name if sought else None,
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


def _looked_for_by_itself(component: Component) -> str:
    return f"The package looks for {component.title} by itself, and asks the loader for nothing before it has found it."


def _of_sought(case: Case, component: Component) -> Iterator[Evidence]:
    """A library that the package looks for by itself: which file it may mean, whether it is here, who provides it."""
    suffix = SUFFIX.get(case.machine.system.name)
    file = next((one for one in files_of(component) if suffix and suffix in one), None)
    if file is None:
        return
    here = [copy.path for copy in case.copies.named(file)]
    if here:
        yield Evidence("copy", f"{listed(here)} is here; the package did not find it", {"path": here[0]})
    else:
        yield evidence.of_absence(case, (file,))
    yield from evidence.of_providers(case, (file,))


def _first_of(text: str) -> str:
    """The first line of a message, cut where it is long: the report shows the whole further down."""
    line = text.strip().partition("\n")[0].rstrip()
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1].rstrip() + "…"


def _of_a_load(case: Case, index: int) -> Finding:
    """A load that ended the import, with what the model says of it where no finding has its subject."""
    request, result = case.loads[index].request, case.loads[index].simulated
    name = case.path_module.basename(request.name)
    failing = next((one for one in result.modules if one.error and one.reason), None) if result else None
    doubts = result.would_settle if result else ()
    title, explanation = f"{name} does not load, and nothing that was examined explains it", ""
    if failing is not None and result is not None and result.verdict is Verdict.FAILS:
        culprit = case.path_module.basename(failing.name)
        title = f"{name} does not load{'' if culprit == name else f' because of {culprit}'}: {failing.reason}"
        explanation = "That is what the model of the loader says; no finding of its own tells more of it yet."
    elif doubts:
        explanation = "The model of the loader does not decide, for want of what is named above."
    elif result is not None and result.verdict is Verdict.LOADS:
        explanation = "The file and all that it names were found and look sound."
    return Finding(
        code="WL903",
        severity=Severity.ERROR,
        title=title,
        subject=name,
        chain=(case.target, name),
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            *((Evidence("simulated", str(failing.error), {"error": failing.error}),) if failing is not None else ()),
            *(Evidence("simulated", sentence) for sentence in doubts[:12]),
        ),
        explanation=explanation,
        load=index,
    )


def _before_the_exception(case: Case) -> str:
    failed = [index for index in range(len(case.loads)) if case.load_failed(index)]
    if not failed:
        return (
            "No native library was refused before the exception: the reason is in the package's own code or in how it "
            "was installed."
        )
    names = tuple(dict.fromkeys(case.path_module.basename(case.loads[index].request.name) for index in failed))
    return (
        f"Before the exception {listed(names)} did not load, and the program went on; whether the exception came of "
        "that, only its code tells."
    )
