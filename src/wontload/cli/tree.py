"""`wontload tree FILE…`: what each file would load, nothing executed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from wontload.cli.options import Options
from wontload.cli.status import worst

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wontload.app.tree import TreeLoad
    from wontload.loader import LoadResult

MODES = ("import", "ctypes", "legacy", "dlopen")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="native files: .dll, .pyd, .so, .dylib")
    parser.add_argument(
        "--load-as",
        choices=MODES,
        help="how it is loaded: as an extension module, by ctypes, by ctypes with winmode=0 (legacy: Windows files), "
        "by dlopen (ELF and Mach-O files); default: import for names that an import could find, else ctypes",
    )
    parser.add_argument(
        "--add-dir",
        action="append",
        default=[],
        metavar="D",
        type=_nonempty,
        help="as if os.add_dll_directory(D) had been called; may be given again",
    )
    parser.add_argument(
        "--env",
        action="append",
        default=[],
        metavar="N=V",
        type=_assignment,
        help="set a variable of the process that loads; may be given again",
    )
    parser.add_argument(
        "--at",
        metavar="PATH",
        help="with --machine: where on it a file of this computer is laid (default: a directory with nothing else)",
    )
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line, as soon as it is known")


def run(options: Options) -> int:
    """Judge every file in the order asked, and report."""
    from wontload.app.tree import tree
    from wontload.cli.progress import waiting
    from wontload.errors import UsageError

    if options.at is not None and options.machine_file is None:
        raise UsageError("--at says where on a saved machine a file is laid.", "Give the machine with --machine FILE.")
    machine = options.saved_machine()
    answers = tree(
        options.files,
        mode=options.load_as,
        added=options.add_dir,
        environment=dict(options.env),
        python=None if machine else options.interpreter(),
        machine=machine,
        at=options.at,
    )
    if options.jsonl:
        return _stream(options, answers)
    with waiting(f"reading {len(options.files)} files", enabled=not options.quiet):
        loads = list(answers)
    if options.format == "json":
        from wontload.report.as_json import dump, tree_to_json

        options.say(dump(tree_to_json(_object(load) for load in loads)))
    else:
        from wontload.report.terminal import render_tree

        shown = [(load.path, _itself(load.result) if options.quiet else load.result) for load in loads]
        clean = [load.machine if load.clean else "" for load in loads]
        options.say(render_tree(shown, options.terminal(), machines=clean))
    return worst(load.result.verdict.value for load in loads)


def _stream(options: Options, answers: Iterable[TreeLoad]) -> int:
    from wontload.report.as_json import dump

    verdicts = []
    for load in answers:
        verdicts.append(load.result.verdict.value)
        if not options.say(dump(_object(load), lines=True)):
            break
    return worst(verdicts)


def _itself(result: LoadResult) -> LoadResult:
    """The answer without what the file would bring: its verdict stays."""
    from dataclasses import replace

    return replace(result, modules=result.modules[:1])


def _object(load: TreeLoad) -> dict[str, Any]:
    from wontload.report.as_json import load_to_json

    return load_to_json(load.result, path=load.path, machine=load.machine, mode=load.mode)


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _nonempty(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty")
    return text
