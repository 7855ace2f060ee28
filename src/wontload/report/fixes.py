"""The fixes of a target, and what came of those that were tried, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wontload.app.fix import Plan
from wontload.app.trying import Attempt
from wontload.diagnosis import Diagnosis
from wontload.diagnosis.commands import typed, typed_here
from wontload.diagnosis.delayed import would_fail
from wontload.diagnosis.gpu_backend import gpu_backend
from wontload.loader import LoadResult, Module, Status, Verdict
from wontload.remedy.fix import Fix
from wontload.remedy.steps import (
    ByHand,
    InstallWheels,
    MoveFile,
    RemoveInstalled,
    ReplaceText,
    SetMode,
    SetVariable,
    Step,
    WriteFile,
)
from wontload.report.gpu_backend import gpu_backend_said
from wontload.report.layout import Line, Span, beside, draw, flow, labelled, prose, span, to_type, words
from wontload.report.quoting import asked_again
from wontload.report.screen import SAVED, Terminal

HEADING = "fixes, judged on a model of this machine, best first"
MOST_DIFFERENCES = 6
CERTAINTY = {True: "proven", None: "to be proven on what is fetched", False: "not enough alone"}


def fix_section(fixes: Sequence[Fix], target: str, terminal: Terminal) -> Iterator[Line]:
    """The list of fixes at the end of a diagnosis; nothing where there is none."""
    if not fixes:
        return
    yield []
    yield from flow(words(HEADING, "strong"), terminal.width)
    for number, fix in enumerate(fixes, 1):
        yield from _headline(number, fix, terminal)
    if command := command_of(fixes, target, terminal.about):
        yield from flow(command, terminal.width)


def command_of(fixes: Sequence[Fix], target: str, about: str = "") -> list[Span]:
    """The command that applies the best of them, in a sentence; nothing where none would do.

    Args:
        about: what the command ends in, to be about the same Python.
    """
    if fixes[0].proof.works is False:
        return []
    target = typed_here(target)
    if about.startswith(SAVED):  # that machine is not changed from here
        return [span("Run"), to_type(f"wontload fix {target} --plan{about}"), *words("to see the steps of each.")]
    command = to_type(f"wontload fix {target}{about}")
    return [span("Run"), command, *words(_what_applying_does(fixes[0], 1))]


def _what_applying_does(fix: Fix, number: int) -> str:
    return f"to {'be led through' if fix.by_hand else 'apply'} {number} and check the import."


def render_plan(plan: Plan, terminal: Terminal, *, only: Sequence[Fix] | None = None) -> str:
    """The plan of `wontload fix`: each fix with its steps, what it costs, and the proof as a short difference.

    Args:
        only: these of the plan's fixes, under the numbers that they have there; `None`: all.
    """
    lines: list[Line] = []
    windows = plan.diagnosis.machine.system.name == "windows"
    for number, fix in enumerate(plan.fixes, 1):
        if only is not None and fix not in only:
            continue
        lines += [*_headline(number, fix, terminal), *_steps(fix, terminal, windows), *_proof(fix, terminal)]
        if fix.caveat:
            lines += labelled("mind", prose(asked_again(fix.caveat, terminal.about)), terminal.width)
    return draw(lines, terminal)


def render_next(plan: Plan, terminal: Terminal, *, use: str | None = None) -> str:
    """The command that comes after a plan was read, in a sentence. `use`: the fix that alone was asked for."""
    fixes = [fix for fix in plan.fixes if use in (None, fix.id)]
    target, about = typed_here(plan.diagnosis.target), terminal.about
    only = f" --use {use}" if use else ""
    if about.startswith(SAVED):
        command = to_type(f"wontload fix {target} --dry-run=script{only}{about}")
        sentence = [span("Run"), command, *words("to have it as a script for that machine.")]
    elif fixes[0].proof.works is False:
        command = to_type(f"wontload {target} --advice{about}")
        sentence = [*words("None of these is enough alone:"), command, *words("judges what else people advise.")]
    else:
        does = _what_applying_does(fixes[0], plan.fixes.index(fixes[0]) + 1)
        sentence = [span("Run"), to_type(f"wontload fix {target}{only}{about}"), *words(does)]
    return draw(list(flow(sentence, terminal.width)), terminal)


def render_attempt(attempt: Attempt, terminal: Terminal) -> str:
    """What came of one fix, in a line or two."""
    return draw(_attempt(attempt, terminal), terminal)


def _headline(number: int, fix: Fix, terminal: Terminal) -> Iterator[Line]:
    left = [Span(f"  {number}  "), span(fix.id.ljust(16), "strong", ""), *words(fix.title)]
    right = [span(costs(fix), "dim")]
    lines = flow(left[1:], terminal.width, left[:1], 5 + 17)
    if len(lines) == 1 and (both := beside(lines[0], right, terminal.width)):
        yield both
        return
    yield from lines
    yield from flow(words(costs(fix), "dim"), terminal.width, [Span(" " * (5 + 17))], 5 + 17)


def costs(fix: Fix) -> str:
    """`nothing to download · undoable`."""
    parts = [download_of(fix), *([f"about {fix.minutes:.0f} min"] if fix.minutes else [])]
    parts += ["minutes not measured"] if fix.kind == "build" and fix.minutes is None else []
    parts += ["needs an administrator"] if fix.rights == "administrator" else []
    parts += ["by hand"] if fix.by_hand else ["undoable"]
    if fix.proof.works is not True:
        proof = CERTAINTY[fix.proof.works] if fix.kind != "build" else "to be proven on what is built"
        untried = (
            fix.proof.works is None and fix.download_bytes == 0
        )  # nothing comes that the model could be asked about
        parts.append("the import is tried after it" if fix.by_hand or untried else proof)
    return " · ".join(parts)


def download_of(fix: Fix) -> str:
    """What has to be fetched, in decimal megabytes; in kilobytes where that rounds to none."""
    if fix.download_bytes is None:
        return "size not known"
    if fix.download_bytes >= 500_000:
        return f"{fix.download_bytes / 1e6:.0f} MB"
    return f"{max(1, fix.download_bytes // 1000)} kB" if fix.download_bytes else "nothing to download"


def _steps(fix: Fix, terminal: Terminal, windows: bool) -> Iterator[Line]:
    for number, row in enumerate([*(said(step, windows=windows) for step in fix.steps), *_fetched(fix)]):
        yield from labelled("" if number else "does", prose(row), terminal.width)


def _fetched(fix: Fix) -> Iterator[str]:
    """What is installed besides, where it is not fetched yet and the title's words are not all there is to it."""
    if fix.steps and fix.requirements and not any(isinstance(step, InstallWheels) for step in fix.steps):
        yield f"fetches and installs {', '.join(fix.requirements)}"


def said(step: Step, *, windows: bool) -> str:
    """One step in words; a variable is kept in the registry on Windows, elsewhere in `~/.profile`."""
    if isinstance(step, WriteFile):
        return f"writes {step.path}"
    if isinstance(step, ReplaceText):
        return f"in {step.path} exchanges `{step.before.strip()}` for `{step.after.strip()}`"
    if isinstance(step, MoveFile):
        return f"renames {step.path} to {step.to}"
    if isinstance(step, InstallWheels):
        return f"installs {', '.join(step.wheels)} with {step.installer}"
    if isinstance(step, RemoveInstalled):
        return f"removes {step.path}" + (" and all that its RECORD lists" if step.name else "")
    if isinstance(step, SetVariable):
        if not windows:
            line = (
                f"unset {step.name}" if step.value is None else f"export {step.name}={typed(step.value, windows=False)}"
            )
            return f"adds `{line}` to ~/.profile; it counts from your next login on, and this shell keeps the old value"
        if step.value is None:
            return f"takes your variable {step.name} away"
        return f"{'adds to' if step.extends else 'sets'} your variable {step.name}: {step.value}"
    if isinstance(step, SetMode):
        return f"changes the permissions of {step.path} from {step.was:04o} to {step.mode:04o}"
    return by_hand(step) if isinstance(step, ByHand) else ""


def by_hand(step: ByHand) -> str:
    """What a person must do, with the command for it between backticks."""
    return f"{step.text} `{step.command}`".strip() if step.command else step.text


def _proof(fix: Fix, terminal: Terminal) -> Iterator[Line]:
    rows = proof_of(fix)
    for number, row in enumerate(rows[:MOST_DIFFERENCES]):
        yield from labelled("" if number else "proof", words(row), terminal.width)
    if len(rows) > MOST_DIFFERENCES:
        yield from labelled("", words(f"and {len(rows) - MOST_DIFFERENCES} more"), terminal.width)


def proof_of(fix: Fix) -> list[str]:
    """The modules whose fate the change turns: what was missing, and where it would come from."""
    known = fix.proof.before or fix.proof.after  # what was not asked for before has nothing to be turned
    rows = [row for before, after in zip(known, fix.proof.after, strict=True) for row in _turned(before, after)]
    return rows or [f"{one.request.name} loads" for one in fix.proof.after if one.verdict is Verdict.LOADS]


def _turned(before: LoadResult, after: LoadResult) -> Iterator[str]:
    found = {module.name: module for module in after.modules}
    for module in before.modules:
        new = found.get(module.name)
        if new is not None and module.status in (Status.MISSING, Status.REFUSED) and new.status is not module.status:
            yield f"{module.name}: {module.status.value}, then {_fate(new)}"
        elif new is not None and would_fail(module) and not would_fail(new):
            yield f"{module.name}: missing when it is called, then found"
    if after.error:
        yield f"then {after.error}: " + ", ".join(one.name for one in after.modules if one.error)


def _fate(module: Module) -> str:
    where = f" from {module.path}" if module.path else ""
    return f"{module.status.value.replace('_', ' ')}{where}"


def _of(target: str, terminal: Terminal) -> str:
    """A target as the end of a command about the same Python."""
    return f"{typed_here(target)}{terminal.about}"


def _attempt(attempt: Attempt, terminal: Terminal) -> Iterator[Line]:
    fix = span(attempt.fix.id, "strong")
    if attempt.kept and attempt.diagnosis is not None:
        target = _of(attempt.diagnosis.target, terminal)
        yield from flow(
            [fix, *words(f"applied: {_verdict(attempt.diagnosis)}", "good"), *_undo(attempt)], terminal.width, hang=2
        )
        for title in attempt.unforeseen:
            yield from flow(words(f"It loads, but {title}: `wontload {target}` shows it.", "warning"), terminal.width)
        case = attempt.diagnosis.case
        if case is not None and (said_of_gpu := gpu_backend_said(gpu_backend(case), _of(case.target, terminal))):
            yield from flow(words(said_of_gpu), terminal.width)
        if attempt.fix.needs_new_console:
            windows = attempt.diagnosis.machine.system.name == "windows"
            text = "Consoles and programs that run already must be started anew."
            text = text if windows else "What runs already, this shell too, keeps the old value: log in anew."
            yield from flow(words(text), terminal.width)
        return
    why = attempt.problem or (_verdict(attempt.diagnosis) if attempt.diagnosis else "")
    came = "did not help, and was taken back:" if attempt.journal else "was not applied, and nothing was changed:"
    yield from flow([fix, *words(came, "warning"), *words(asked_again(why, terminal.about))], terminal.width, hang=2)
    for sentence in attempt.left:
        yield from flow(words(sentence), terminal.width, [Span("  ")], 2)


def _verdict(diagnosis: Diagnosis) -> str:
    if diagnosis.works:
        return f"{diagnosis.target} loads"
    first = diagnosis.findings[0].title if diagnosis.findings else diagnosis.verdict
    return f"{diagnosis.target} still does not load: {first}"


def _undo(attempt: Attempt) -> list[Span]:
    return [*words("(to take it back:"), span(f"wontload undo {attempt.journal})")]
