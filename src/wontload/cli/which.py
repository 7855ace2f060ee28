"""`wontload which NAME`: who provides a library, and where it is on this machine."""

from __future__ import annotations

import argparse

from wontload.cli.options import Options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "name", metavar="NAME", help="file name of a library, for example cudart64_12.dll; or zmq, if one is meant"
    )
    parser.add_argument("--deep", action="store_true", help="look for copies on all disks, which can take minutes")


def run(options: Options) -> int:
    """Look the name up, look for the file, and report: 0 when a copy is here, else 1."""
    from wontload.app.which import which
    from wontload.cli.progress import waiting

    machine = options.saved_machine()
    with waiting(f"looking for {options.name}", enabled=not options.quiet):
        answer = which(
            options.name, python=None if machine else options.interpreter(), machine=machine, deep=options.deep
        )
    if options.format == "json":
        from wontload.report.as_json import dump
        from wontload.report.which import which_to_json

        options.say(dump(which_to_json(answer)))
    else:
        from wontload.report.which import render_which

        options.say(render_which(answer, options.terminal(), quiet=options.quiet, verbose=options.verbose))
    return 0 if answer.is_here else 1
