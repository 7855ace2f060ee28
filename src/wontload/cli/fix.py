"""`wontload fix TARGET`: plan, ask, apply, try the import, take back what did not help."""

from __future__ import annotations

import argparse
import os
import sys

from wontload.cli.options import Options
from wontload.cli.seconds import add_timeout
from wontload.cli.status import STATUS_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.app.fix import Plan
    from wontload.app.trying import Attempt
    from wontload.machine import Machine
    from wontload.remedy.fix import Fix

FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("target", metavar="TARGET", help="an import name, a distribution's name or a library's path")
    parser.add_argument("--plan", action="store_true", help="show what could be done, and change nothing")
    parser.add_argument("--use", metavar="ID", help="this fix and no other, such as scoped-path")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument(
        "--dry-run",
        choices=("script",),  # `cli.options` puts it in where nothing stands
        help="write a script that a person can read and run instead: PowerShell for Windows, sh elsewhere",
    )
    add_timeout(parser)


def run(options: Options) -> int:
    """Plan; unless only that was asked for, apply the fixes in turn until the import works."""
    from wontload.app.fix import plan as make_plan
    from wontload.cli.progress import waiting
    from wontload.errors import UsageError

    machine = options.saved_machine()
    if machine is not None and not (options.plan or options.dry_run):
        raise UsageError(
            "a saved machine cannot be changed from here.", "Give --plan to see what would help, or --dry-run=script."
        )
    with waiting(f"trying {options.target}", enabled=not options.quiet):
        plan = make_plan(
            options.target,
            python=None if machine else options.interpreter(),
            machine=machine,
            timeout_s=options.timeout,
        )
        plan = plan if options.offline else _with_sizes(plan)
    if machine is None:
        _remember_interrupted(options)
    fixes = _chosen(options, plan)
    if options.dry_run:
        return _script(options, plan, fixes)
    if options.plan or not fixes or plan.diagnosis.works:
        return _show(options, plan, fixes if options.use else None)
    if not options.yes and not _can_ask():
        raise UsageError(
            "nobody can be asked here: no terminal.", "Give --yes to apply the best fix, or --plan to see them."
        )
    return _apply(options, plan, fixes)


def _remember_interrupted(options: Options) -> None:
    """What was killed on its way is said on standard error, with what takes it back: the plan is made as things are."""
    from wontload.app.undoing import interrupted

    for journal in interrupted():
        options.complain(
            f"a fix of {journal.first['target']} was interrupted before its end, or runs still; "
            f"`wontload undo {journal.identity}` takes back what it did."
        )


def _with_sizes(plan: Plan) -> Plan:
    """With what each fix would fetch, in bytes; no index is asked where none would."""
    if not any(fix.requirements for fix in plan.fixes):
        return plan
    from wontload.app.sizing import sized

    return sized(plan)


def _chosen(options: Options, plan: Plan) -> list[Fix]:
    """The fixes to try, in order: those that the model does not refute, and that can be done here."""
    if options.use is not None:
        return _asked_for(options, plan)
    hopeful = [fix for fix in plan.fixes if fix.proof.works is not False]
    return [fix for fix in hopeful if options.dry_run or not _hindrance(options, fix)]


def _asked_for(options: Options, plan: Plan) -> list[Fix]:
    """The fix of `--use`. Raises `UsageError` where there is none of that name, or it cannot be done here."""
    from wontload.diagnosis.commands import typed_here
    from wontload.errors import UsageError

    found = [fix for fix in plan.fixes if fix.id == options.use]
    if not found and not plan.diagnosis.works:
        known = ", ".join(fix.id for fix in plan.fixes) or "none"
        raise UsageError(f"there is no fix {options.use!r} for {options.target}.", f"There is: {known}.")
    for fix in found:
        if not (options.plan or options.dry_run) and (hindrance := _hindrance(options, fix)):
            raise UsageError(
                f"{fix.id} cannot be applied: {hindrance}.",
                f"`wontload fix {typed_here(options.target)} --plan{options.about()}` tells more.",
            )
    return found


def _hindrance(options: Options, fix: Fix) -> str:
    """Why a fix cannot be done here and now; empty where it can."""
    if fix.by_hand and (options.yes or not _can_ask()):
        return "a person must do it by hand, and nobody can be asked here"
    if fix.requirements and options.offline:
        return f"it fetches {', '.join(fix.requirements)}, and --offline forbids the network"
    return ""


def _show(options: Options, plan: Plan, only: list[Fix] | None = None) -> int:
    """The diagnosis in short and the plan; of its fixes `only` these, for a person."""
    from wontload.diagnosis.commands import typed_here
    from wontload.report.fixes import render_next, render_plan
    from wontload.report.why import render_why

    verdict = plan.diagnosis.verdict
    if options.format == "json":
        from wontload.report.as_json import dump
        from wontload.report.fix_json import fix_to_json

        options.say(dump(fix_to_json(plan)))
        return STATUS_OF[verdict]
    terminal = options.terminal()
    options.say(render_why(plan.diagnosis, terminal, quiet=True))
    if plan.diagnosis.works:
        options.say("Nothing needs to be fixed.")
    elif plan.fixes:
        options.say("\n" + render_plan(plan, terminal, only=only))
        options.say(render_next(plan, terminal, use=options.use))
    else:
        again = f"wontload {typed_here(options.target)}{options.about()}"
        options.say(f"No fix is known that helps here; `{again}` tells what is wrong.")
    return STATUS_OF[verdict]


def _can_ask() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _apply(options: Options, plan: Plan, fixes: list[Fix]) -> int:
    from wontload.report.fixes import render_plan

    quiet = options.format == "json"
    if not quiet and not options.yes:
        options.say(render_plan(plan, options.terminal(), only=fixes if options.use else None))
    attempts: list[Attempt] = []
    for fix in fixes:
        if not options.yes and not _agreed(fix):
            continue
        if not quiet and options.yes:  # who says yes beforehand is told of what is done, and of no more
            options.say(render_plan(plan, options.terminal(), only=[fix]))
        attempts.append(_try(options, plan, fix))
        if attempts[-1].kept:
            break
    if quiet:
        from wontload.report.as_json import dump
        from wontload.report.fix_json import fix_to_json

        options.say(dump(fix_to_json(plan, attempts)))
    elif not attempts:
        options.say("Nothing was changed.")
    return 0 if attempts and attempts[-1].kept else FAILED


def _try(options: Options, plan: Plan, fix: Fix) -> Attempt:
    from wontload.app.applying import apply
    from wontload.cli.building import Building
    from wontload.cli.ending import end_as_by_ctrl_c
    from wontload.cli.progress import waiting
    from wontload.report.fixes import render_attempt

    if fix.by_hand:
        _let_a_person_do(options, fix)
    state = Building(fix.id, "applying")
    end_as_by_ctrl_c()
    with waiting(state.told, enabled=not options.quiet):
        attempt = apply(fix, plan, building=state.seen, timeout_s=options.timeout)
    if options.format != "json":
        options.say(render_attempt(attempt, options.terminal()))
    return attempt


def _let_a_person_do(options: Options, fix: Fix) -> None:
    """Wait until somebody has done the steps that are not ours; `fix` offers them only where there is somebody."""
    from wontload.report.fixes import said

    for step in fix.steps:
        options.say(said(step, windows=os.name == "nt"))
    input("Press Enter when that is done, and the import is tried. ")


def _agreed(fix: Fix) -> bool:
    try:
        answer = input(f"Apply {fix.id}? [Y/n] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("", "y", "yes")


def _script(options: Options, plan: Plan, fixes: list[Fix]) -> int:
    from wontload.report.script import render_script

    if not fixes:
        return _show(options, plan)
    machine = plan.diagnosis.machine
    windows, python = machine.system.name == "windows", machine.python.executable if machine.python else "python"
    if fixes[0].kind == "build":
        options.say(_script_of_a_build(fixes[0].requirements[0], machine))
    else:
        fix = _with_its_wheel(options, fixes[0], machine)
        options.say(render_script(fix, plan.diagnosis.target, windows=windows, python=python))
    return STATUS_OF[plan.diagnosis.verdict]


def _with_its_wheel(options: Options, fix: Fix, machine: Machine) -> Fix:
    """With the very file that `pick` finds, where that is what the fix installs: pip alone would take another."""
    if fix.kind != "matching-wheel":
        return fix
    from dataclasses import replace

    from wontload.app.matching import matching_requirement
    from wontload.cli.progress import waiting

    with waiting(f"asking for {fix.requirements[0]}", enabled=not options.quiet):
        wheel = matching_requirement(fix.requirements[0], machine, offline=options.offline, about=options.about())
    return replace(fix, requirements=(wheel,))


def _script_of_a_build(requirement: str, machine: Machine) -> str:
    """The one that `wontload build --script` writes for that machine."""
    from wontload.app.build import plan_only
    from wontload.app.build_order import Order, ordered
    from wontload.report.build_script import render_build_script

    name, version = ordered(requirement)
    shell = "ps1" if machine.system.name == "windows" else "sh"
    return render_build_script(plan_only(Order(name=name, version=version), machine), shell)
