"""`wontload explain WLnnn`: the page of a finding."""

from __future__ import annotations

import argparse

from wontload.cli.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.app.explain import Page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("code", nargs="?", metavar="WLnnn", help="without it, the list of all findings")


def run(options: Options) -> int:
    """Show a page, or the list of them."""
    from wontload.app.explain import page, pages

    asked = [page(options.code)] if options.code else pages()
    if options.format == "json":
        from wontload.report.as_json import dump, explain_to_json

        options.say(dump(explain_to_json(asked)))
        return 0
    from wontload.report.page import render_page

    text = asked[0].text if options.code else contents(asked)
    options.say(render_page(text, options.terminal()))
    return 0


def contents(pages: list[Page]) -> str:
    """A list of all findings with what each says, in Markdown."""
    return "# Findings\n\n" + "\n".join(f"- {page.code}: {page.title}" for page in pages) + "\n"
