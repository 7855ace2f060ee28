"""`wontload pick NAME`: which wheel would load here and use the GPU, and the command that installs it."""

from __future__ import annotations

import argparse
import sys

from wontload.cli.options import Options
from wontload.cli.status import STATUS_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.wheels.index.link import Link


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("name", metavar="NAME", help="a distribution's name, perhaps with versions: 'torch>=2.4'")
    parser.add_argument("--index-url", metavar="URL", help="ask this index in place of PyPI, as pip's option")
    parser.add_argument(
        "--extra-index-url", metavar="URL", action="append", default=[], help="ask this index as well; repeatable"
    )
    parser.add_argument(
        "--find-links", metavar="PLACE", action="append", default=[], help="a page or directory of wheels; repeatable"
    )
    parser.add_argument("--no-known", action="store_true", help="ask only where pip and uv would, and here")
    parser.add_argument("--all", action="store_true", help="judge every wheel that fits this Python, not the best few")
    parser.add_argument(
        "--read-all", action="store_true", help="read on where a wheel's tables lie late, whatever it takes to fetch"
    )
    parser.add_argument("--yes", action="store_true", help="fetch whole wheels from servers that send no pieces")


def run(options: Options) -> int:
    """Look, judge, and report."""
    from wontload.app.pick import pick
    from wontload.app.pick_places import Options as How
    from wontload.cli.progress import waiting

    state = f"asking for {options.name}"

    def progress(text: str) -> None:
        nonlocal state
        state = text

    machine = options.saved_machine()
    how = How(
        index_url=options.index_url,
        extra_index_urls=tuple(options.extra_index_url),
        find_links=tuple(options.find_links),
        known=not options.no_known,
        read_all=options.read_all,
        every=options.all,
        offline=options.offline,
    )
    with waiting(lambda: state, enabled=not options.quiet):
        answer = pick(
            options.name,
            python=None if machine else options.interpreter(),
            machine=machine,
            options=how,
            consent=lambda link, size: options.yes or _agreed(link, size),
            progress=progress,
        )
    if options.format == "json":
        from wontload.report.as_json import dump
        from wontload.report.pick_json import pick_to_json

        options.say(dump(pick_to_json(answer, every=options.all)))
    else:
        from wontload.report.pick import render_pick

        options.say(render_pick(answer, options.terminal(), quiet=options.quiet, verbose=options.verbose))
    return STATUS_OF[answer.verdict]


def _agreed(link: Link, size: int | None) -> bool:
    """Ask on a terminal; without one nobody agrees."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    from wontload.report.screen import write
    from wontload.report.text import clean

    much = f"{size / 1e6:.0f} MB" if size else "of a size that it does not tell"
    name = clean(link.filename)
    write(sys.stderr, f"\r\nIts server sends {name} only as a whole ({much}). Fetch it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
