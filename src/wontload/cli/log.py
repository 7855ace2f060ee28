"""`wontload log [FILE|-]`: diagnose a pasted message or a build log."""

from __future__ import annotations

import argparse
import os
import sys

from wontload.cli.options import Options
from wontload.cli.status import STATUS_OF

HOW_TO_END = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "file",
        nargs="?",
        default="-",
        metavar="FILE",
        help="a text file with the message, traceback or build output; - or nothing reads standard input",
    )


def run(options: Options) -> int:
    """Read, diagnose, report."""
    from wontload.app.log import log
    from wontload.cli.progress import waiting

    if options.file == "-" and sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write(f"Paste the text here, then press {HOW_TO_END} on a line of its own.\n")
        sys.stderr.flush()
    source = options.file if options.file != "-" else _standard_input()
    with waiting("reading", enabled=not options.quiet and options.file != "-"):
        answer = log(source)
    if options.format == "json":
        from wontload.report.as_json import dump, log_to_json

        options.say(dump(log_to_json(answer)))
    else:
        from wontload.report.log import render_log

        options.say(render_log(answer, options.terminal(), quiet=options.quiet, verbose=options.verbose))
    return STATUS_OF[answer.verdict]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        from wontload.errors import UsageError

        raise UsageError("standard input is closed.", "Give a file: wontload log FILE.")
    return sys.stdin.buffer
