"""`wontload snapshot [TARGET…]`: this machine as one file, for somebody else to diagnose."""

from __future__ import annotations

import argparse
import os
import re
import sys

from wontload.cli.options import Options
from wontload.cli.seconds import add_timeout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="what to try, as of `wontload TARGET` (default: nothing)"
    )
    parser.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        help="where to write it, packed when the name ends in .gz; - is standard output (default: "
        "wontload-TARGET.json, which must not be there yet; in a pipe, standard output)",
    )
    parser.add_argument(
        "--show", action="store_true", help="print exactly what would be shared; a file is written with -o alone"
    )
    parser.add_argument(
        "--no-redact",
        dest="redact",
        action="store_false",
        help="leave in the names of users and computers, addresses, tokens and all values of variables",
    )
    add_timeout(parser, "each import")


def run(options: Options) -> int:
    """Take the snapshot and write it: 0 once it is written."""
    from wontload.app.snapshot import snapshot
    from wontload.cli.atomic import write_file
    from wontload.cli.progress import waiting
    from wontload.errors import UsageError
    from wontload.machine.snapshot import packed

    if options.machine_file is not None:
        raise UsageError("snapshot saves this computer, and --machine names a saved one.", "Leave --machine out.")
    place = _place(options)
    with waiting(f"looking at {', '.join(options.targets) or 'this computer'}", enabled=not options.quiet):
        saved = snapshot(
            options.targets, python=options.interpreter(), timeout_s=options.timeout, redact=options.redact
        )
    if options.show:
        from wontload.report.as_json import dump

        options.say(dump(saved.value))
    elif place is None:
        from wontload.cli.streams import say_bytes

        data = packed(saved.value, "")
        say_bytes(data)
        if options.output is None and not options.quiet:
            size = max(1, len(data) // 1000)
            options.complain(f"{size} kB to standard output, which is no terminal. {_what_is_in_it(options)}")
    if place is not None:
        size = write_file(place, packed(saved.value, place), replace=options.output is not None)
        if not options.quiet:
            options.complain(f"{place} written, {max(1, size // 1000)} kB. {_what_is_in_it(options)}")
    for target in saved.differing:
        options.complain(
            f"what the file says of {target} is not all that this computer says. Send the report along with it."
        )
    return 0


def _what_is_in_it(options: Options) -> str:
    if not options.redact:
        return "Nothing is left out of it: names, addresses and variables are as they are here."
    return "Names of users and computers, addresses and tokens are replaced; --show prints all that is in it."


def _place(options: Options) -> str | None:
    """The file to write; `None` for standard output, or for none."""
    from wontload.errors import UsageError

    if options.output == "-" or (options.output is None and (options.show or not sys.stdout.isatty())):
        return None
    if options.output is not None:
        return str(options.output)
    subject = os.path.basename(options.targets[0].rstrip("\\/")) if options.targets else "machine"
    place = f"wontload-{re.sub(r'[^A-Za-z0-9._-]+', '_', subject)[:60]}.json"
    if os.path.lexists(place):
        raise UsageError(f"{place} is here already.", f"Say where to write with -o FILE; -o {place} replaces it.")
    return place
