"""`wontload TARGET`: say why it does not load."""

from __future__ import annotations

import argparse

from wontload.cli.delivery import PAGES, add_output, deliver, written
from wontload.cli.options import COMMANDS, Options
from wontload.cli.seconds import add_timeout
from wontload.cli.status import STATUS_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from wontload.diagnosis import Diagnosis
    from wontload.remedy.advice import JudgedAdvice
    from wontload.remedy.fix import Fix


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="an import name, a distribution's name, the path of a library, or the bare name of one, which the loader "
        "searches; what comes behind -- is no option and no command",
    )
    add_timeout(parser)
    parser.add_argument(
        "--advice", action="store_true", help="tell of each remedy that people give for this whether it would work here"
    )
    add_output(parser)
    parser.add_argument("--deep", action="store_true", help="look for copies on all disks, which can take minutes")


def run(options: Options) -> int:
    """Diagnose the target and report."""
    from wontload.errors import UnknownTarget

    try:
        return _diagnose(options)
    except UnknownTarget as unknown:
        if command := _command_like(options.target):
            raise UnknownTarget(unknown.message, f"Did you mean the command `wontload {command}`?") from None
        raise


def _command_like(target: str) -> str | None:
    """The command that somebody meant who mistyped its name."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(target, COMMANDS, n=1, cutoff=0.75)), None)


def _diagnose(options: Options) -> int:
    from wontload.app.diagnose import diagnose
    from wontload.cli.progress import waiting
    from wontload.cli.remark import remark

    machine = options.saved_machine()
    with waiting(f"trying {options.target}", enabled=not options.quiet):
        answer = diagnose(
            options.target,
            python=None if machine else options.interpreter(),
            machine=machine,
            timeout_s=options.timeout,
            deep=options.deep,
        )
        fixes, advice = _remedies(answer, plan=options.format != "terminal" or not options.advice)
        report = _report(options, answer, fixes, advice)
    deliver(options, report)
    if sentence := remark(answer, options.timeout):
        options.complain(sentence)
    return STATUS_OF[answer.verdict]


def _remedies(answer: Diagnosis, *, plan: bool) -> tuple[Sequence[Fix], Sequence[JudgedAdvice]]:
    """What would help, and what people say would; of what works neither, and nothing is loaded for it."""
    if answer.works:
        return (), ()
    from wontload.app.fix import plan_for
    from wontload.remedy.advice import judge_advice

    return plan_for(answer).fixes if plan else (), judge_advice(answer)


def _report(options: Options, answer: Diagnosis, fixes: Sequence[Fix], advice: Sequence[JudgedAdvice]) -> str:
    if options.format == "json":
        from wontload.report.as_json import dump, why_to_json

        return dump(why_to_json(answer, fixes, advice))
    if options.format in PAGES:
        from wontload.app.explain import pages_of
        from wontload.report.why_document import why_document

        # What is pasted somewhere stays short: it names the command that shows a finding's page.
        pages = pages_of(one.code for one in answer.findings) if options.format == "html" else {}
        return written(options, why_document(answer, fixes=fixes, advice=advice, pages=pages, about=options.about()))
    from wontload.report.advice import render_advice
    from wontload.report.why import render_why

    terminal, quiet = options.terminal(), options.quiet or options.advice
    report = render_why(answer, terminal, quiet=quiet, verbose=options.verbose, fixes=fixes, advice=advice)
    return report + (render_advice(advice, terminal) if options.advice else "")
