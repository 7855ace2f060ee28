"""The report of `wontload build`: what would be run and why, what hinders it, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wontload.app.build import BuildAnswer
from wontload.app.build_source import Sought
from wontload.build.plan import BuildPlan
from wontload.build.settings import Setting
from wontload.build.studio import NoStudio, Studio
from wontload.build.toolchain import CudaToolchain, NoToolchain, PassedOver
from wontload.diagnosis.finding import Finding
from wontload.report.layout import Line, Span, draw, flow, labelled, span, words
from wontload.report.log import render_log
from wontload.report.screen import Terminal
from wontload.report.text import counted

MIB = 1 << 20


def render_build(answer: BuildAnswer, terminal: Terminal, *, quiet: bool = False, verbose: bool = False) -> str:
    """The whole report; its first line alone answers.

    Args:
        quiet: the answer, and the titles of what hinders. verbose: also what was passed over, and every variable.
    """
    lines = [*_header(answer, terminal)]
    for finding in answer.findings:
        lines += [[], *_finding(finding, terminal, quiet=quiet)]
    if not quiet and (answer.verdict in ("planned", "hindered") or verbose):
        source = _source(answer.sought, terminal) if answer.sought else ()
        lines += [[], *source, *_plan(answer.plan, terminal, verbose=verbose)]
    lines += _wheel(answer, terminal)
    if answer.built is not None:
        lines += _built(answer, terminal)
    text = draw(lines, terminal)
    if answer.built is not None and answer.built.diagnosis is not None:
        text += "\n" + render_log(answer.built.diagnosis, terminal, quiet=quiet, verbose=False)
        text += draw(_next_plans(answer.plan, terminal), terminal)
    return text


def _header(answer: BuildAnswer, terminal: Terminal) -> Iterator[Line]:
    plan = answer.plan
    called = f"{plan.package} {plan.version}".strip()
    if answer.verdict == "unfit":
        yield from flow(words(f"{called} was built, and is not what it should be", "error"), terminal.width)
    elif answer.wheel is not None:
        before = "was built before, from and for exactly this" if answer.again else "was built"
        yield from flow(words(f"{called} {before}", "good"), terminal.width)
    elif answer.built is not None:
        yield from flow(words(f"{called} could not be built", "error"), terminal.width)
    elif plan.hindered:
        yield from flow(words(f"{called} cannot be built here yet", "error"), terminal.width)
    else:
        open_ = ", if its source is offered" if answer.sought and answer.sought.unasked else ""
        yield from flow(words(f"{called} can be built here{open_}", "good"), terminal.width)


def _source(sought: Sought, terminal: Terminal) -> Iterator[Line]:
    text = f"{sought.file} from {sought.place}"
    if sought.unasked:
        text = f"not known whether there is one: {sought.unasked}"
    yield from labelled("source", words(text), terminal.width)


def _finding(finding: Finding, terminal: Terminal, *, quiet: bool) -> Iterator[Line]:
    severity = finding.severity.value
    start = [Span(f"{severity}[{finding.code}]", severity), Span(": ")]
    yield from flow(words(finding.title, "strong"), terminal.width, start, 2)
    if quiet:
        return
    if finding.explanation:
        yield from labelled("why", words(finding.explanation), terminal.width)
    steps = [one for one in finding.evidence if one.kind == "step"]
    for number, step in enumerate(steps):
        yield from labelled("" if number else "fix", words(step.text), terminal.width)
        if command := step.data.get("command"):
            yield from labelled("", [span(str(command), "strong")], terminal.width)


def _plan(plan: BuildPlan, terminal: Terminal, *, verbose: bool) -> Iterator[Line]:
    if plan.backend.name:
        yield from labelled("backend", words(f"{plan.backend.name}: {plan.backend.why}"), terminal.width)
        yield from _passed_over(plan.backend.passed_over, terminal, verbose)
    if isinstance(plan.cuda, CudaToolchain):
        host = f", with {plan.cuda.host.path} {plan.cuda.host.version}" if plan.cuda.host else ""
        yield from labelled(
            "CUDA", words(f"{plan.cuda.nvcc.version} in {plan.cuda.nvcc.directory}{host}"), terminal.width
        )
    if isinstance(plan.cuda, (CudaToolchain, NoToolchain)):
        yield from _passed_over(plan.cuda.passed_over, terminal, verbose)
    if isinstance(plan.studio, Studio):
        text = f"{plan.studio.name} in {plan.studio.instance.directory}: {plan.studio.why}"
        yield from labelled("compiler", words(text), terminal.width)
    if isinstance(plan.studio, (Studio, NoStudio)):
        yield from _passed_over(plan.studio.passed_over or (), terminal, True)
    yield from _settings("told to CMake", plan.defines, terminal)
    for name, value in plan.flags.kept.items():
        yield from labelled("", [span(f"{name}={value}"), *words("as asked", "dim")], terminal.width)
    yield from _settings("variables", plan.variables, terminal)
    yield from labelled("takes", words(takes(plan)), terminal.width)


def _settings(label: str, settings: Iterable[Setting], terminal: Terminal) -> Iterator[Line]:
    for number, one in enumerate(settings):
        atoms = [span(f"{one.name}={one.value}"), *words(one.why, "dim")]
        yield from labelled("" if number else label, atoms, terminal.width)


def _passed_over(passed: Iterable[PassedOver], terminal: Terminal, shown: bool) -> Iterator[Line]:
    for one in passed if shown else ():
        yield from labelled("not", words(f"{one.what}: {one.why}", "dim"), terminal.width)


def takes(plan: BuildPlan) -> str:
    """What it costs, in a sentence."""
    cost = plan.cost
    jobs = f"{cost.jobs} jobs ({cost.jobs_why})"
    if cost.minutes is None:
        return f"{jobs}; no build of it was measured, so how long it takes is not known"
    disk = f", {cost.disk_bytes / MIB:.0f} MiB of disk" if cost.disk_bytes else ""
    return f"about {max(cost.minutes, 1):.0f} min with {jobs}{disk}; from {cost.basis}"


def _wheel(answer: BuildAnswer, terminal: Terminal) -> Iterator[Line]:
    if answer.wheel is None:
        return
    yield from labelled("wheel", [span(answer.wheel, "strong")], terminal.width)
    judged = answer.judged
    if judged is None or not judged.files:
        return
    said = {
        "loads": "would load here",
        "undetermined": "of some only a trial tells whether they load",
        "fails": "fails",
    }
    code = f"; GPU code for {', '.join(judged.gpu_targets)}" if judged.gpu_targets else ""
    text = f"{counted(len(judged.files), 'native file')} judged on this machine: {said[judged.verdict]}{code}"
    yield from labelled("", words(text), terminal.width)


def _built(answer: BuildAnswer, terminal: Terminal) -> Iterator[Line]:
    built = answer.built
    assert built is not None
    memory = f", the largest process {built.job_bytes / MIB:.0f} MiB" if built.job_bytes else ""
    memory += f", {built.disk_bytes / MIB:.0f} MiB of disk" if built.disk_bytes >= MIB else ""
    yield from labelled(
        "took", words(f"{built.seconds:.0f} s with {answer.plan.cost.jobs} jobs{memory}"), terminal.width
    )
    yield from labelled("log", [span(built.log)], terminal.width)
    for name, why in built.environment.left_out:
        yield from labelled("left out", words(f"{name}: {why}", "dim"), terminal.width)


def _next_plans(plan: BuildPlan, terminal: Terminal) -> Iterator[Line]:
    """What else could be built here, when this failed."""
    for number, name in enumerate(plan.alternatives):
        command = f"wontload build {plan.package} --backend {name}{terminal.about}"
        yield from labelled("" if number else "else", [span(command, "strong")], terminal.width)
