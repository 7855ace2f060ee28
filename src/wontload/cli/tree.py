"""`wontload tree FILE…`: what each file would load, nothing executed."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable

from wontload.cli.delivery import PAGES, add_output, deliver, written
from wontload.cli.options import Options
from wontload.cli.status import worst
from wontload.cli.wildcards import expanded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wontload.app.tree import TreeLoad
    from wontload.loader import LoadResult

MODES = ("import", "ctypes", "legacy", "dlopen")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="native files: .dll, .pyd, .so, .dylib; of a package: wontload NAME"
    )
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
    add_output(parser)
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line, as soon as it is known")


def run(options: Options) -> int:
    """Judge every file in the order asked, and report."""
    from wontload.app.tree import judge_of
    from wontload.app.workers import processes_for, shared_out
    from wontload.errors import UsageError

    if options.at is not None and options.machine_file is None:
        raise UsageError("--at says where on a saved machine a file is laid.", "Give the machine with --machine FILE.")
    if options.jsonl and (options.output is not None or options.format in PAGES):
        raise UsageError("--jsonl is one object a line, on standard output, as soon as it is known.", "Leave it out.")
    machine = options.saved_machine()
    files = options.files if machine else list(expanded(options.files))
    judge = judge_of(
        files,
        mode=options.load_as,
        added=options.add_dir,
        environment=dict(options.env),
        python=None if machine else options.interpreter(),
        machine=machine,
        at=options.at,
    )
    for name in filter(_is_no_file, files if machine is None else ()):
        options.complain(f"there is no file {name} here: tree takes files, and `wontload {name}` is for a package.")
    processes = processes_for(len(files))
    if options.jsonl:
        with shared_out(lambda path: _line(judge(path)), files, processes, after_part=judge.save) as lines:
            return _stream(options, lines)
    if options.format == "json":
        with shared_out(lambda path: _object(judge(path)), files, processes, after_part=judge.save) as objects:
            return _report_json(options, objects)
    with shared_out(judge, files, processes, after_part=judge.save) as answers:
        return _report(options, answers)


def _is_no_file(path: str) -> bool:
    """Whether somebody gave a package's name: a word without path and suffix, and no file has it."""
    from wontload.machine.files import NATIVE_SUFFIX

    return re.fullmatch(r"[\w.-]+", path) is not None and not (NATIVE_SUFFIX.search(path) or os.path.lexists(path))


def _stream(options: Options, lines: Iterable[tuple[str, str]]) -> int:
    verdicts = []
    for verdict, line in lines:
        verdicts.append(verdict)
        if not options.say(line):
            break
    return worst(verdicts)


def _report_json(options: Options, objects: Iterable[dict[str, Any]]) -> int:
    from wontload.cli.progress import waiting
    from wontload.report.load_json import dump, tree_to_json
    from wontload.report.text import counted

    with waiting(f"reading {counted(len(options.files), 'file')}", enabled=not options.quiet):
        answer = tree_to_json(objects)
    deliver(options, dump(answer))
    return worst(load["verdict"] for load in answer["loads"])


def _report(options: Options, answers: Iterable[TreeLoad]) -> int:
    from wontload.cli.progress import waiting
    from wontload.report.text import counted

    with waiting(f"reading {counted(len(options.files), 'file')}", enabled=not options.quiet):
        loads = list(answers)
    deliver(options, _drawn(options, loads))
    return worst(load.result.verdict.value for load in loads)


def _drawn(options: Options, loads: list[TreeLoad]) -> str:
    if options.format in PAGES:
        from wontload.report.tree_document import tree_document

        return written(options, tree_document(loads))
    from wontload.report.tree import render_tree

    shown = [(load.path, _itself(load.result) if options.quiet else load.result) for load in loads]
    clean = [load.machine if load.clean else "" for load in loads]
    return render_tree(shown, options.terminal(), machines=clean)


def _itself(result: LoadResult) -> LoadResult:
    """The answer without what the file would bring: its verdict stays."""
    from dataclasses import replace

    return replace(result, modules=result.modules[:1])


def _line(load: TreeLoad) -> tuple[str, str]:
    """The verdict, and the answer as one line of JSON."""
    from wontload.report.load_json import dump

    return load.result.verdict.value, dump(_object(load), lines=True)


def _object(load: TreeLoad) -> dict[str, Any]:
    from wontload.report.load_json import load_to_json

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
