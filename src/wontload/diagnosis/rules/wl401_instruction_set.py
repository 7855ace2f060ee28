"""WL401: the CPU lacks an instruction set that the code uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.illegal import Illegal, evidence_of, illegal
from wontload.diagnosis.started import under_way
from wontload.diagnosis.words import listed
from wontload.knowledge.cpu import cpu_variant, missing_for_level, x86_64_level
from wontload.loader.glibc.levels import TOO_LOW
from wontload.machine import Outcome
from wontload.probe.exit_status import exception_of, was_refused

COMMON_LEVEL = 3  # what prebuilt wheels ask for at most, as a rule: AVX2, FMA, BMI


def instruction_set(case: Case) -> Iterator[Finding]:
    """Glibc refuses a file for its x86-64 level, or the process met an instruction that this CPU does not have.

    The second also comes of a deliberate trap (`ud2`). Where the instruction was kept, its bytes decide. Where not, it
    is taken for the cause if the file is a variant for other processors, or if the CPU lacks what prebuilt code
    commonly uses; with all of that here WL605 stands alone.
    """
    for index, result in case.failed_results:
        for module in result.modules:
            if isinstance(module.error, str) and TOO_LOW in module.error and case.is_fatal(index):
                yield _refused(case, index, module.path or module.name, module.reason or "")
                return
    for index in case.fatal_loads:
        if path := refused_for_its_level(case, index):
            yield _refused(case, index, path, "it demands a CPU of a higher level than the process has")
            return
    if found := _of_a_crash(case):
        yield found


def refused_for_its_level(case: Case, index: int) -> str:
    """The file that glibc was seen to refuse for its level; empty for a load that ended otherwise.

    The model may not foresee it: an emulator gives the process another CPU than the machine has.
    """
    observed = case.loads[index].observed
    text = observed.error.text if observed is not None and observed.error is not None else ""
    path, found, _ = text.partition(f": {TOO_LOW}")
    return path if found else ""


def _refused(case: Case, index: int, path: str, reason: str) -> Finding:
    name = case.path_module.basename(path)
    return Finding(
        code="WL401",
        severity=Severity.ERROR,
        title=f"the CPU is of a lower level than {name} demands",
        subject=name,
        chain=tuple(dict.fromkeys((case.target, name))),
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            Evidence("simulated", f"{path}: {reason}", {"path": path}),
            *_cpu(case),
        ),
        explanation="The file says in a note which x86-64 level it was compiled for, and glibc refuses it on a CPU of "
        "a lower one.",
        explains_error=True,
        load=index,
    )


def _of_a_crash(case: Case) -> Finding | None:
    if case.observation is None or not was_refused(case.observation):
        return None
    found = illegal(case)
    if found is not None and found.of is not None:
        return _of_its_bytes(case, found, found.of.flags) if found.of.flags else None
    return _of_what_is_lacking(case, found)


def _of_its_bytes(case: Case, found: Illegal, flags: Set[str]) -> Finding:
    """The instruction itself tells of which set it is; the CPU, whether it says to have that."""
    index, cpu = _load(case), case.machine.inventory.cpu
    features = cpu.features if cpu is not None and cpu.architecture == "x86_64" else None
    lacks = sorted(flags - features) if features is not None else []
    asked = case.loads[index].request.name if index is not None else case.target
    name = case.path_module.basename(found.path or asked)
    if features is None:
        title = f"{name} uses {listed(sorted(flags))}, which the processor refused"
    elif lacks:
        title = f"the CPU lacks {listed(lacks)}, which {name} uses"
    else:
        title = f"{name} uses {listed(sorted(flags))}, which the CPU announces and the process was refused"
    explanation = f"It met an instruction of {listed(sorted(flags))}, and the processor refused it."
    if features is not None and not lacks:
        explanation += (
            " This CPU is said to have it: then an emulator, a virtual machine or the operating system keeps it from "
            "this process."
        )
    return _finding(case, index, title=title, name=name, shown=(evidence_of(case, found),), why=explanation)


def _of_what_is_lacking(case: Case, found: Illegal | None) -> Finding | None:
    """Without the instruction: a file that is made for other processors, or what prebuilt code commonly uses."""
    cpu = case.machine.inventory.cpu
    if cpu is None or cpu.features is None or cpu.architecture != "x86_64":
        return None
    path, lacks = _culprit(case, cpu.features)
    known = bool(path)
    lacks = lacks or missing_for_level(COMMON_LEVEL, cpu.features)
    if not lacks:
        return None
    index = _load(case)
    asked = case.loads[index].request.name if index is not None else case.target
    name = case.path_module.basename(path or asked)
    looked = "is none that is known here" if found else "itself was not looked at"
    return _finding(
        case,
        index,
        title=f"the CPU lacks {listed(lacks)}, which {name} {'uses' if known else 'seems to use'}",
        name=name,
        shown=(evidence_of(case, found),) if found else (),
        why="It met an instruction that this CPU does not have"
        + (
            f": {name} is made for processors that have it."
            if known
            else f". Prebuilt code commonly uses what is missing here; the instruction {looked}, and a deliberate trap "
            "ends a process the same way."
        ),
    )


def _finding(case: Case, index: int | None, *, title: str, name: str, shown: Iterable[Evidence], why: str) -> Finding:
    return Finding(
        code="WL401",
        severity=Severity.ERROR,
        title=title,
        subject=name,
        chain=tuple(dict.fromkeys((case.target, name))),
        evidence=(
            *_how_it_ended(case),
            *shown,
            *((evidence.of_request(case, index),) if index is not None else ()),
            *_cpu(case),
        ),
        explanation=why,
        explains_error=True,
        load=index,
    )


def _load(case: Case) -> int | None:
    """The load in which it happened; `None` where none was under way."""
    return under_way(case) if case.outcome is Outcome.CRASHED else case.fatal


def _how_it_ended(case: Case) -> Iterator[Evidence]:
    observation = case.observation
    if observation is None:
        return
    if case.outcome is Outcome.CRASHED and observation.exit_status is not None:
        text = f"the child process ended: {case.describe_exit(observation.exit_status)}"
        yield Evidence("observed", text, {"exit_status": observation.exit_status})
    elif observation.error is not None and (number := exception_of(observation.error.number)) is not None:
        text = f"{observation.error.exception} came of an exception of the processor: {case.describe_exit(number)}"
        yield Evidence("observed", text, {"number": observation.error.number, "text": observation.error.text})


def _culprit(case: Case, features: Set[str]) -> tuple[str, tuple[str, ...]]:
    """A file that is mapped, or was being loaded, and is made for other processors; and what the CPU lacks for it."""
    index = _load(case)
    asked = (case.loads[index].request.name,) if index is not None else ()
    for path in (*asked, *reversed(case.observation.modules if case.observation else ())):
        variant = cpu_variant(path)
        if variant is not None and (lacks := tuple(sorted(variant.flags - features))):
            return path, lacks
    return "", ()


def _cpu(case: Case) -> Iterator[Evidence]:
    cpu = case.machine.inventory.cpu
    if cpu is not None and cpu.features is not None:
        level = x86_64_level(cpu.features)
        yield Evidence("file", f"the CPU is {cpu.model or 'not named'}, of level x86-64-v{level}", {"level": level})
