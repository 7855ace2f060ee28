"""`wontload doctor`: the whole computer at a glance; every installed native file judged, none imported."""

from __future__ import annotations

import argparse

from wontload.cli.delivery import PAGES, add_output, deliver, written
from wontload.cli.options import Options
from wontload.cli.status import STATUS_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.app.doctor import Checkup


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_output(parser)


def run(options: Options) -> int:
    """Look, and report."""
    from wontload.app.doctor import doctor
    from wontload.cli.progress import waiting

    state = "looking at this computer"

    def progress(done: int, total: int) -> None:
        nonlocal state
        state = f"judging packages: {done} of {total}"

    machine = options.saved_machine()
    with waiting(lambda: state, enabled=not options.quiet):
        answer = doctor(python=None if machine else options.interpreter(), machine=machine, progress=progress)
    deliver(options, _report(options, answer))
    return STATUS_OF[answer.verdict]


def _report(options: Options, answer: Checkup) -> str:
    if options.format == "json":
        from wontload.report.as_json import dump
        from wontload.report.doctor_json import doctor_to_json

        return dump(doctor_to_json(answer))
    if options.format in PAGES:
        from wontload.report.doctor_document import doctor_document

        return written(options, doctor_document(answer, asked=options.about()))
    from wontload.report.doctor import render_doctor

    return render_doctor(answer, options.terminal(), quiet=options.quiet, verbose=options.verbose)
