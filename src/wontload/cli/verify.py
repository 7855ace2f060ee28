"""`wontload verify TARGET`: does it really load, and what came from where."""

from __future__ import annotations

import argparse

from wontload.cli.options import Options
from wontload.cli.seconds import add_timeout
from wontload.cli.status import STATUS_OF


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("target", metavar="TARGET", help="an import name, a distribution's name or a library's path")
    add_timeout(parser)


def run(options: Options) -> int:
    """Import for real and report."""
    from wontload.app.verify import verify
    from wontload.cli.progress import waiting
    from wontload.errors import UsageError

    if options.machine_file is not None:
        raise UsageError("verify imports for real, which a saved machine cannot do.", "Leave --machine out.")
    with waiting(f"importing {options.target}", enabled=not options.quiet):
        answer = verify(options.target, python=options.interpreter(), timeout_s=options.timeout)
    if options.format == "json":
        from wontload.report.as_json import dump, verify_to_json

        options.say(dump(verify_to_json(answer)))
    else:
        from wontload.report.terminal import render_verify

        options.say(render_verify(answer, options.terminal(), quiet=options.quiet, verbose=options.verbose))
    return STATUS_OF[answer.diagnosis.verdict]
