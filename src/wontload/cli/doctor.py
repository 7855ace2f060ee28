"""`wontload doctor`: the whole computer at a glance; every installed native file judged, none imported."""

from __future__ import annotations

import argparse

from wontload.cli.options import Options
from wontload.cli.status import STATUS_OF


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes the global options only."""


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
    if options.format == "json":
        from wontload.report.as_json import dump
        from wontload.report.doctor_json import doctor_to_json

        options.say(dump(doctor_to_json(answer)))
    else:
        from wontload.report.terminal import render_doctor

        options.say(render_doctor(answer, options.terminal(), quiet=options.quiet, verbose=options.verbose))
    return STATUS_OF[answer.verdict]
