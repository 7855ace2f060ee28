"""The arguments that every command takes, before or after its name, and what they stand for."""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False  # importing typing would cost every start 4 ms; type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from wontload.machine import Machine, Record
    from wontload.report.terminal import Terminal

COMMANDS = {
    "why": "say why a package or library does not load (the default: `wontload TARGET`)",
    "tree": "show what files would load, without executing anything",
    "explain": "show the page of a finding, such as WL203",
}
FORMATS = ("terminal", "json")
WIDEST_HELP = 118  # columns
TAKES_VALUE = ("--python", "--machine", "--format")


class Options(argparse.Namespace):
    """Parsed arguments.

    Attributes:
        run: the command's function. python, machine_file, format, offline, color, quiet, verbose: the global options.
        as_module: started as `python -m wontload`.
    """

    run: Callable[[Options], int]
    python: str | None = None
    machine_file: str | None = None
    format: str = "terminal"
    offline: bool = False
    color: bool = True
    quiet: bool = False
    verbose: bool = False
    as_module: bool = False

    def terminal(self) -> Terminal:
        """What standard output can show."""
        from wontload.report.terminal import Terminal

        return Terminal.of(sys.stdout, no_color=not self.color)

    def say(self, text: str) -> None:
        """Write a report to standard output, whatever its encoding can take."""
        from wontload.report.terminal import write

        write(sys.stdout, text if text.endswith("\n") else text + "\n")

    def complain(self, sentence: str) -> None:
        """Write an error of the tool to standard error."""
        from wontload.report.screen import write
        from wontload.report.text import clean

        write(sys.stderr, f"wontload: {clean(sentence)}\n")

    def interpreter(self) -> str:
        """The interpreter that the question is about."""
        from wontload.machine.interpreters import chosen

        return chosen(self.python, as_module=self.as_module)[0]

    def saved_machine(self) -> tuple[Machine, tuple[Record, ...]] | None:
        """The machine of `--machine`, with what was seen there; `None` without that option."""
        if self.machine_file is None:
            return None
        from wontload.errors import UsageError
        from wontload.machine.snapshot import load

        if self.python is not None:
            raise UsageError("--machine answers for another computer, so --python cannot be used with it.")
        return load(self.machine_file)


class _Formatter(argparse.HelpFormatter):
    """argparse's own, which imports shutil and four compressors to learn how wide the terminal is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(_columns() - 2, WIDEST_HELP))


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
    except (OSError, ValueError):
        return 80


class _Parser(argparse.ArgumentParser):
    """argparse, with errors in one sentence and the next step."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(formatter_class=_Formatter, **arguments)

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"wontload: {message}. Try `wontload --help`.\n")
        raise SystemExit(2)


def parse(arguments: list[str], *, as_module: bool = False) -> Options:
    """Arguments as options. Exits with status 2 and one sentence when they make no sense."""
    position = _first_word(arguments)
    if position is not None and arguments[position] not in COMMANDS:
        arguments = [*arguments[:position], "why", *arguments[position:]]
    parser = _parser(None if position is None else arguments[position])
    options = parser.parse_args(arguments, namespace=Options())
    options.as_module = as_module
    if not hasattr(options, "run"):
        parser.print_help()
        raise SystemExit(2)
    return options


def _first_word(arguments: list[str]) -> int | None:
    """Index of the first argument that is no option and no option's value."""
    index = 0
    while index < len(arguments):
        word = arguments[index]
        if word == "--":
            return index
        if not word.startswith("-") or word == "-":
            return index
        index += 2 if word in TAKES_VALUE else 1
    return None


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    common = _global_options()
    parser = _Parser(
        prog="wontload",
        description="Says why a Python package's native library will not load: which file is really missing, and why "
        "the loader did not find it.",
        epilog="Example: wontload llama_cpp. Exit status: 0 loads, 1 does not load, 2 wrong usage, 3 undetermined, "
        "4 the tool could not do its work.",
        parents=[common],
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    for name, summary in COMMANDS.items():
        description = summary[0].upper() + summary[1:] + "."
        one = commands.add_parser(name, help=summary, description=description, parents=[common])
        if name == chosen:  # the other commands' modules need not be imported for this one
            module = __import__(f"wontload.cli.{name}", fromlist=["run"])
            module.add_arguments(one)
            one.set_defaults(run=module.run)
    return parser


def _global_options() -> _Parser:
    """Options with no default of their own, so that one given before the command is not undone behind it."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = parser.add_argument_group("global options")
    group.add_argument("--python", metavar="EXE", help="the interpreter, or its environment's directory")
    group.add_argument("--machine", metavar="FILE", dest="machine_file", help="answer for a saved machine")
    group.add_argument("--format", choices=FORMATS, help="how to answer")
    group.add_argument("--json", action="store_const", const="json", dest="format", help="short for --format json")
    group.add_argument("--offline", action="store_true", help="never use the network (these commands never do)")
    group.add_argument("--no-color", action="store_false", dest="color", help="no colour, even on a terminal")
    group.add_argument("-q", "--quiet", action="store_true", help="only the answer, in as few lines as it takes")
    group.add_argument("-v", "--verbose", action="store_true", help="everything that was seen and tried")
    return parser


class _Version(argparse.Action):
    def __call__(self, *_: object) -> None:
        from wontload._version import __version__

        print(f"wontload {__version__}")
        raise SystemExit(0)
