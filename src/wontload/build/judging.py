"""A wheel that was built, held against the plan: whether it loads here, and has what it was built for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wontload.binary import MalformedImage
from wontload.build.backend import NAMES
from wontload.build.plan import BuildPlan
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.knowledge.gpu_targets import parse_target, runs_on
from wontload.loader import Verdict
from wontload.machine import Machine, Process
from wontload.wheels.archive import Archive
from wontload.wheels.judging import Judge, JudgedFile
from wontload.wheels.laying import laid_over, site_of
from wontload.wheels.wheel import Wheel, read_wheel

GPU_BACKENDS = ("cuda", "hip", "vulkan", "sycl", "metal")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedWheel:
    """What a wheel is worth on the machine that it was built for.

    Attributes:
        verdict: `loads`, `fails`, `undetermined`: the worst of its native files.
        files: each, as judged by the loader's model. gpu_targets: what there is GPU code for: `sm_89` ….
        findings: why something fails, or lacks what it was built for.
    """

    verdict: str
    files: tuple[JudgedFile, ...] = ()
    gpu_targets: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def judge_wheel(path: str, plan: BuildPlan, machine: Machine, process: Process) -> JudgedWheel:
    """Judge a wheel for a machine, as if it were installed there.

    Raises:
        BadArchive: it is no wheel.
    """
    with Archive(path) as archive:
        wheel = read_wheel(archive)
        judge = Judge(laid_over(machine, [wheel]), process, [wheel], site_of(machine))
        files = tuple(judge.judge(wheel))
        targets = tuple(_gpu_targets(wheel))
        names = [one.name for one in wheel.natives]
    lacking = tuple(_lacking(plan, names, targets))
    failing = tuple(finding for one in files if one.verdict is not Verdict.LOADS for finding in one.findings)
    return JudgedWheel(
        verdict="fails" if lacking else _worst(files),
        files=files,
        gpu_targets=targets,
        findings=(*lacking, *_unique(failing)),
    )


def _worst(files: Sequence[JudgedFile]) -> str:
    verdicts = {one.verdict for one in files}
    order = (Verdict.FAILS, Verdict.UNDETERMINED)
    return next((one.value for one in order if one in verdicts), Verdict.LOADS.value)


def _unique(findings: Sequence[Finding]) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for one in findings:
        if (key := (one.code, one.subject)) not in seen:
            seen.add(key)
            yield one


def _gpu_targets(wheel: Wheel) -> Iterator[str]:
    seen: set[str] = set()
    for member in wheel.natives:
        try:
            targets = wheel.archive.gpu_code(member).targets
        except MalformedImage:  # the loader's model has said so already
            continue
        for one in targets:
            if one not in seen:
                seen.add(one)
                yield one


def _lacking(plan: BuildPlan, names: Sequence[str], targets: Sequence[str]) -> Iterator[Finding]:
    """What the build was told to make and did not: flags that came to nothing look like success."""
    backend = plan.backend.name
    if backend not in GPU_BACKENDS:
        return
    if not targets and not any(backend in name.lower() for name in names):
        yield _finding(
            "WL405",
            f"the build succeeded without {NAMES[backend]}",
            plan.package,
            f"No file of the wheel has {backend} in its name, and none holds code for a GPU: the build has not done "
            f"what {plan.backend.switch.option if plan.backend.switch else 'its option'} says. Its log shows why.",
            [Evidence("file", f"native files: {', '.join(sorted(names)) or 'none'}")],
        )
        return
    for capability in _capabilities(plan):
        if targets and not any(runs_on(one, capability).runs is not False for one in targets):
            number = f"sm_{capability[0]}{capability[1]}"
            yield _finding(
                "WL404",
                f"the wheel has no code for {number}, which it was built for",
                number,
                f"It has code for: {', '.join(targets)}. Its own CMake files set CMAKE_CUDA_ARCHITECTURES again.",
                [],
            )


def _capabilities(plan: BuildPlan) -> Iterator[tuple[int, int]]:
    for one in plan.architectures:
        digits = one.partition("-")[0]
        if target := parse_target(f"sm_{digits}"):
            yield target.capability


def _finding(code: str, title: str, subject: str, why: str, evidence: Sequence[Evidence]) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        title=title,
        subject=subject,
        evidence=tuple(evidence),
        explanation=why,
        explains_error=True,
    )
