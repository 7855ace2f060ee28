"""Where a report goes, and in which form: standard output, or the file of `-o`."""

from __future__ import annotations

import argparse
import os

from wontload.cli.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.report.document import Document

PAGES = ("html", "markdown")  # always UTF-8, whatever standard output takes
FORMAT_OF_SUFFIX = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".sarif": "sarif"}
PLAIN_TEXT = ("", ".txt", ".log")  # what a terminal would show


def add_output(parser: argparse.ArgumentParser) -> None:
    """Declare `-o`."""
    parser.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        action=_Output,
        help="write the report to FILE, in the format that its name ends in (.html, .md, .json, .txt) unless --format "
        "says otherwise; a file of that name is replaced",
    )


class _Output(argparse.Action):
    """The file, and the format where none was given; one that is given later holds."""

    def __call__(self, parser: argparse.ArgumentParser, options: argparse.Namespace, value: object, *_: object) -> None:
        options.output = str(value)
        suffix = os.path.splitext(options.output)[1].lower()
        options.unknown_ending = ""
        if "format" not in vars(options) and suffix in FORMAT_OF_SUFFIX:
            options.format = FORMAT_OF_SUFFIX[suffix]
        elif suffix not in PLAIN_TEXT:
            options.unknown_ending = suffix  # which --format, behind it, may still account for


def written(options: Options, document: Document) -> str:
    """A document in the one of `PAGES` that was asked for."""
    if options.format == "html":
        from wontload.report.html import render_html

        return render_html(document)
    from wontload.report.markdown import LONGEST_BODY, render_markdown

    report = render_markdown(document)
    if len(report) > LONGEST_BODY:
        options.complain(f"this is longer than the {LONGEST_BODY} characters of a GitHub issue: attach it as a file.")
    return report


def deliver(options: Options, report: str) -> None:
    """Write a finished report to where it was asked for.

    Raises:
        WontloadError: the file or the stream cannot be written.
    """
    from wontload.cli.streams import say_bytes

    if options.output in (None, "-"):
        if options.format in PAGES:
            say_bytes(_encoded(report))
        else:
            options.say(report)
        return
    from wontload.cli.atomic import write_file

    size = write_file(options.output, _encoded(report), replace=True)
    if not options.quiet:
        options.complain(f"{options.output} written, {max(1, size // 1000)} kB.")


def _encoded(report: str) -> bytes:
    """As UTF-8; half of a surrogate pair, as undecodable names have it, is written as its number."""
    return (report if report.endswith("\n") else report + "\n").encode("utf-8", "backslashreplace")
