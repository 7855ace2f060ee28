"""The arguments that every command takes, before or after its name, and what they stand for."""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False  # importing typing would cost every start 4 ms; type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, NoReturn

    from wontload.machine.snapshot import Snapshot
    from wontload.report.screen import Terminal

COMMANDS = {
    "why": "say why a package or library does not load (the default: `wontload TARGET`)",
    "tree": "show what files would load, without executing anything",
    "doctor": "show what this computer has, and which installed native files would not load",
    "fix": "find what helps, prove it, apply it, check the import, take it back if it did not help",
    "verify": "import it for real in a fresh process, and say what came from where",
    "undo": "take back what `wontload fix` did",
    "build": "build a package for this machine: plan, check what it needs, run, keep the wheel",
    "check": "say whether wheels would import on clean machines, on every Python that they claim",
    "snapshot": "save this machine as one file, for somebody else to diagnose",
    "log": "say what a pasted error message or build log comes of",
    "which": "say who provides a library, and where it is here",
    "pick": "say which wheel of a project would load here, before it is installed",
    "explain": "show the page of a finding, such as WL203",
}
FORMATS = ("terminal", "json")
# Of commands that have others besides: a page to keep or print, and text to paste into a bug report.
FURTHER_FORMATS = {
    "why": ("html", "markdown"),
    "tree": ("html", "markdown"),
    "doctor": ("html", "markdown"),
    "check": ("sarif", "html", "markdown"),
}
ENDING_OF = {"terminal": ".txt", "json": ".json", "html": ".html", "markdown": ".md", "sarif": ".sarif"}
WIDEST_HELP = 118  # columns
# Of every command: what follows them is no command's name.
TAKES_VALUE = (
    "--python",
    "--machine",
    "--format",
    "--timeout",
    "--load-as",
    "--add-dir",
    "--env",
    "--at",
    "--use",
    "--index-url",
    "--extra-index-url",
    "--find-links",
    "--dry-run",
    "--model",
    "--baseline",
    "-o",
    "--output",
    "--source",
    "--profile",
    "--fail-on",
    "--write-baseline",
    "--resume",
    "--script",
    "--backend",
    "--define",
    "-D",
    "--cuda",
    "--compiler",
    "--gpu-arch",
    "--jobs",
    "--generator",
)
# What these mean where nothing else stands, so that the word behind them is not taken for it.
MEANS_ALONE = {"--dry-run": "script"}


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
        """What standard output can show, or the file that the report is written to."""
        from wontload.report.screen import Terminal

        if vars(self).get("output") not in (None, "-"):
            return Terminal(about=self.about())
        return Terminal.of(sys.stdout, no_color=not self.color, about=self.about())

    def about(self) -> str:
        """What a next `wontload` command ends in, to be about the same Python or machine: empty, or ` --python X`."""
        given = (("--python", self.python), ("--machine", self.machine_file))
        if not any(value for _, value in given):
            return ""
        from wontload.diagnosis.commands import typed_here

        return "".join(f" {name} {typed_here(value)}" for name, value in given if value)

    def say(self, text: str) -> bool:
        """Write a report to standard output; `False` when nobody reads it any more."""
        from wontload.cli.streams import say

        return say(text if text.endswith("\n") else text + "\n")

    def complain(self, sentence: str) -> None:
        """Write an error of the tool to standard error."""
        _complain(sentence)

    def interpreter(self) -> str:
        """The interpreter that the question is about."""
        from wontload.machine.interpreters import chosen

        return chosen(self.python, as_module=self.as_module)[0]

    def saved_machine(self) -> Snapshot | None:
        """The machine of `--machine`, with what was seen there; `None` without that option."""
        if self.machine_file is None:
            return None
        from wontload.errors import UsageError
        from wontload.machine.root import is_root, machine_of_root
        from wontload.machine.snapshot import Snapshot, load

        if self.python is not None:
            raise UsageError(
                "--machine answers for another computer, so --python cannot be used with it.", "Leave one of them out."
            )
        if is_root(self.machine_file):
            return Snapshot(machine_of_root(self.machine_file), ())
        return load(self.machine_file)


def _complain(sentence: str) -> None:
    from wontload.report.screen import write
    from wontload.report.text import clean

    write(sys.stderr, f"wontload: {clean(sentence)}\n")


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
    """argparse, with errors in one sentence and the next step, and no guessing at shortened options."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(formatter_class=_Formatter, allow_abbrev=False, **arguments)

    def error(self, message: str) -> NoReturn:
        _complain(f"{message}. Try `{self.prog} --help`.")
        raise SystemExit(2)


def parse(arguments: list[str], *, as_module: bool = False) -> Options:
    """Arguments as options. Exits with status 2 and one sentence when they make no sense."""
    arguments = list(_with_what_is_meant(arguments))
    position, command = _first_word(arguments), None
    if position is not None:  # the command goes to the front: its parser takes the global options as well
        named = arguments[position] in COMMANDS
        command = arguments[position] if named else "why"
        arguments = [command, *arguments[:position], *arguments[position + named :]]
    parser = _parser(command)
    options = parser.parse_args(arguments, namespace=Options())
    options.as_module = as_module
    if command is None:
        parser.print_help(sys.stderr)
        raise SystemExit(2)
    if "format" not in vars(options) and (ending := vars(options).get("unknown_ending")):
        has = ", ".join(ENDING_OF[name] for name in _formats_of(command))
        _complain(f"no format has the ending {ending} (-o). There are {has}; or give --format, and any name will do.")
        raise SystemExit(2)
    if options.format not in (formats := _formats_of(command)):
        has = f"{', '.join(formats[:-1])} and {formats[-1]}"
        _complain(f"`wontload {command}` has no format {options.format}; it has {has}. Leave --format out, or choose.")
        raise SystemExit(2)
    return options


def _formats_of(command: str) -> tuple[str, ...]:
    return FORMATS + FURTHER_FORMATS.get(command, ())


def _with_what_is_meant(arguments: list[str]) -> Iterator[str]:
    """`--dry-run TARGET` as `--dry-run=script TARGET`; behind `--` no word is an option."""
    for index, word in enumerate(arguments):
        if word == "--":
            yield from arguments[index:]
            return
        meant = MEANS_ALONE.get(word)
        alone = meant and arguments[index + 1 : index + 2] != [meant]
        yield f"{word}={meant}" if alone else word


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


def _parser(command: str | None) -> argparse.ArgumentParser:
    common = _global_options(command)
    parser = _Parser(
        prog="wontload",
        usage="%(prog)s TARGET [OPTION]...\n       %(prog)s COMMAND [OPTION]... [ARGUMENT]...",
        description="Says why a Python package's native library will not load: which file is really missing, and why "
        "the loader did not find it.",
        epilog="Example: wontload llama_cpp. Exit status: 0 loads, 1 does not load, 2 wrong usage, 3 undetermined, "
        "4 the tool could not do its work.",
        parents=[common],
    )
    commands = parser.add_subparsers(
        title="commands (`wontload COMMAND --help` tells more)",
        metavar="COMMAND",
        prog="wontload",
        parser_class=_Parser,
    )
    for name, summary in COMMANDS.items():
        description = summary[0].upper() + summary[1:] + "."
        one = commands.add_parser(name, help=summary, description=description, parents=[common])
        if name == command:  # the other commands' modules need not be imported for this one
            module = __import__(f"wontload.cli.{name}", fromlist=["run"])
            module.add_arguments(one)
            one.set_defaults(run=module.run)
    return parser


def _global_options(command: str | None) -> _Parser:
    """Options with no default of their own, so that one given before the command is not undone behind it."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = parser.add_argument_group("global options")
    group.add_argument(
        "--python",
        metavar="EXE",
        help="the Python to ask about: its executable or its environment's directory "
        "(default: the active environment, else the Python that runs this)",
    )
    group.add_argument(
        "--machine",
        metavar="FILE",
        dest="machine_file",
        help="answer for a saved machine, or for a Linux system in a root directory; nothing is executed",
    )
    formats = _formats_of(command) if command else (*FORMATS, "of some commands html", "markdown")
    group.add_argument("--format", metavar="FORMAT", help=f"how to answer: {', '.join(formats)}")
    group.add_argument("--json", action="store_const", const="json", dest="format", help="short for --format json")
    group.add_argument("--offline", action="store_true", help="never use the network (pick, fix, build, check do)")
    group.add_argument("--no-color", action="store_false", dest="color", help="no colour, even on a terminal")
    group.add_argument("-q", "--quiet", action="store_true", help="only the answer, in as few lines as it takes")
    group.add_argument("-v", "--verbose", action="store_true", help="everything that was seen and tried")
    group.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    return parser


class _Version(argparse.Action):
    def __call__(self, *_: object) -> None:
        from wontload._version import __version__

        sys.stdout.write(f"wontload {__version__}\n")
        raise SystemExit(0)
