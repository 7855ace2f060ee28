"""WL401: the CPU lacks an instruction set that the code uses."""

from __future__ import annotations

from collections.abc import Iterator, Set

from wontload import knowledge
from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.started import under_way
from wontload.diagnosis.words import listed
from wontload.loader.glibc.levels import TOO_LOW
from wontload.machine import Outcome

ILLEGAL = frozenset({0xC000001D, -4})  # STATUS_ILLEGAL_INSTRUCTION; SIGILL
COMMON_LEVEL = 3  # what prebuilt wheels ask for at most, as a rule: AVX2, FMA, BMI


def instruction_set(case: Case) -> Iterator[Finding]:
    """Glibc refuses a file for its x86-64 level, or the process met an instruction that this CPU does not have.

    The second also comes of a deliberate trap (`ud2`). It is taken for the cause where the file is a variant for other
    processors, or where the CPU lacks what prebuilt code commonly uses; with all of that here WL605 stands alone.
    """
    for index, result in case.failed_results:
        for module in result.modules:
            if isinstance(module.error, str) and TOO_LOW in module.error and case.is_fatal(index):
                yield _refused(case, index, module.path or module.name, module.reason or "")
                return
    if found := _of_a_crash(case):
        yield found


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
    status = case.observation.exit_status if case.observation and case.outcome is Outcome.CRASHED else None
    cpu = case.machine.inventory.cpu
    if status not in ILLEGAL or cpu is None or cpu.features is None or cpu.architecture != "x86_64":
        return None
    path, lacks = _culprit(case, cpu.features)
    known = bool(path)
    lacks = lacks or knowledge.missing_for_level(COMMON_LEVEL, cpu.features)
    if not lacks:
        return None
    index = under_way(case)
    asked = case.loads[index].request.name if index is not None else case.target
    name = case.path_module.basename(path or asked)
    return Finding(
        code="WL401",
        severity=Severity.ERROR,
        title=f"the CPU lacks {listed(lacks)}, which {name} {'uses' if known else 'seems to use'}",
        subject=name,
        chain=tuple(dict.fromkeys((case.target, name))),
        evidence=(
            Evidence("observed", f"the child process ended: {case.describe_exit(status)}", {"exit_status": status}),
            *((evidence.of_request(case, index),) if index is not None else ()),
            *_cpu(case),
        ),
        explanation="It met an instruction that this CPU does not have"
        + (
            f": {name} is made for processors that have it."
            if known
            else ". Prebuilt code commonly uses what is missing here; the instruction itself was not looked at, and a "
            "deliberate trap ends a process the same way."
        ),
        explains_error=True,
        load=index,
    )


def _culprit(case: Case, features: Set[str]) -> tuple[str, tuple[str, ...]]:
    """A file that is mapped, or was being loaded, and is made for other processors; and what the CPU lacks for it."""
    index = under_way(case)
    asked = (case.loads[index].request.name,) if index is not None else ()
    for path in (*asked, *reversed(case.observation.modules if case.observation else ())):
        variant = knowledge.cpu_variant(path)
        if variant is not None and (lacks := tuple(sorted(variant.flags - features))):
            return path, lacks
    return "", ()


def _cpu(case: Case) -> Iterator[Evidence]:
    cpu = case.machine.inventory.cpu
    if cpu is not None and cpu.features is not None:
        level = knowledge.x86_64_level(cpu.features)
        yield Evidence("file", f"the CPU is {cpu.model or 'not named'}, of level x86-64-v{level}", {"level": level})
