"""WL901: the model and the real loader disagree."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.blame import names
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.judged import JudgedLoad
from wontload.diagnosis.messages import is_blocked, is_held
from wontload.diagnosis.rules.wl401_instruction_set import refused_for_its_level
from wontload.diagnosis.rules.wl602_no_static_tls import is_refused_for_tls
from wontload.diagnosis.rules.wl603_executable_stack import is_refused_for_its_stack
from wontload.diagnosis.words import call
from wontload.loader import LoadResult, Status, Verdict
from wontload.machine import FIND_LIBRARY, ObservedLoad
from wontload.probe.exit_status import exception_of

ERROR_DLL_INIT_FAILED = 1114


def disagreement(case: Case) -> Iterator[Finding]:
    """A load was seen to end otherwise than the model says, or took other files.

    What a model cannot know is no disagreement: an initialisation that fails (1114, an exception), a process that ends
    in the middle, room that earlier libraries took (WL602), what the kernel's policy forbids (WL603).
    """
    for index, load in enumerate(case.loads):
        differences = tuple(_differences(case, load))
        if differences:
            name = case.path_module.basename(load.request.name)
            yield Finding(
                code="WL901",
                severity=Severity.WARNING,
                title=f"the real loader did otherwise with {name} than the model of it says",
                subject=name,
                chain=(case.target, name),
                evidence=differences,
                explanation="What was observed is what happened; the findings that rest on the simulation of this load "
                "may be wrong. Please report it: this is a defect of wontload, or a rule that nobody has written down.",
                load=index,
            )


def _differences(case: Case, load: JudgedLoad) -> Iterator[Evidence]:
    observed, simulated = load.observed, load.simulated
    if observed is None or simulated is None or observed.succeeded is None:
        return
    if load.request.kind == FIND_LIBRARY:  # of searches only those in vain are judged
        if simulated.answer is not None:
            yield Evidence(
                "observed",
                f"{call(load.request.kind, load.request.name, 0, windows=case.windows)} found nothing",
                {"succeeded": False},
            )
            yield Evidence("simulated", f"it finds {simulated.answer}", {"answer": simulated.answer})
        return
    if simulated.verdict is Verdict.UNDETERMINED:
        return
    loads = simulated.verdict is Verdict.LOADS
    number = observed.error.number if observed.error else None
    if loads != observed.succeeded:
        started = number == ERROR_DLL_INIT_FAILED or (case.windows and exception_of(number) is not None)
        if loads and (started or _no_model_foresees(case, load)):
            return
        seen = "it loaded" if observed.succeeded else f"it failed: {observed.error.text if observed.error else ''}"
        says = "it loads" if loads else f"it fails with {simulated.error}"
        yield Evidence("observed", seen, {"succeeded": observed.succeeded, "number": number})
        yield Evidence("simulated", says, {"verdict": simulated.verdict.value, "error": simulated.error})
    elif not loads and case.windows and number not in (None, simulated.error):
        if is_held(case, case.loads.index(load)):
            return  # the model knows a file that cannot be read, and no other program
        yield Evidence("observed", f"it failed with error {number}", {"number": number})
        yield Evidence("simulated", f"it fails with error {simulated.error}", {"error": simulated.error})
    elif not loads and not case.windows and observed.error is not None:
        if not names(observed.error.text, simulated.error):
            yield Evidence("observed", f"it failed: {observed.error.text}", {"text": observed.error.text})
            yield Evidence("simulated", f"it fails with: {simulated.error}", {"error": simulated.error})
    elif loads:
        yield from _other_files(case, observed, simulated)


def _no_model_foresees(case: Case, load: JudgedLoad) -> bool:
    """Refusals that hang on what the process did before (WL602), the system's policy (WL603, WL105), or an emulator."""
    index = case.loads.index(load)
    if refused_for_its_level(case, index):
        return True
    return (
        is_refused_for_tls(case, index)
        or is_refused_for_its_stack(case, index)
        or is_blocked(case, index)
        or is_held(case, index)
    )


def _other_files(case: Case, observed: ObservedLoad, simulated: LoadResult) -> Iterator[Evidence]:
    """Modules that were mapped from another place than the model says.

    What was mapped and the model does not list, native code loaded by itself; no rule of a loader foresees that.
    """
    real = case.machine.files.real
    mapped: dict[str, dict[str, str]] = {}
    for path in observed.mapped:
        mapped.setdefault(_key(case, path), {})[case.fold(real(path))] = path
    for module in simulated.modules:
        if module.status is not Status.LOADED or module.path is None:
            continue
        places = mapped.get(_key(case, module.path), {})
        if places and case.fold(real(module.path)) not in places:
            there = next(iter(places.values()))
            yield Evidence("observed", f"{module.name} was mapped from {there}", {"path": there})
            yield Evidence("simulated", f"{module.name} is taken from {module.path}", {"path": module.path})


def _key(case: Case, path: str) -> str:
    return case.fold(case.path_module.basename(path))
