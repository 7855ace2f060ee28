"""`wontload explain WLnnn`: the page of a finding."""

from __future__ import annotations

import argparse

from wontload.cli.options import Options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("code", nargs="?", metavar="WLnnn", help="without it, the list of all findings")


def run(options: Options) -> int:
    """Show a page, or the list of them."""
    from wontload.app.explain import page, pages
    from wontload.report.terminal import render_page

    text = page(options.code) if options.code else pages()
    options.say(render_page(text, options.terminal()))
    return 0
