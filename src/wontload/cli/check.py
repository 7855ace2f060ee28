"""`wontload check WHEEL…`: whether wheels would import on clean machines."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator

from wontload.cli.delivery import PAGES, add_output, deliver, written
from wontload.cli.options import Options
from wontload.cli.status import GRAVITY
from wontload.cli.wildcards import expanded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.app.check import Checking
    from wontload.wheels.checking import CheckedWheel

BAR = 24  # characters


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("subjects", nargs="+", metavar="WHEEL", help="wheels, directories of wheels, or NAME==VERSION")
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NAME",
        help="a clean machine to judge on, such as windows-10, ubuntu-20.04, windows-11+vc+nvidia, debian-12+v3; may "
        "be given again (default: the newest systems of each wheel's tags)",
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "note", "never"),
        default="error",
        help="which findings make the check fail (default: error)",
    )
    parser.add_argument("--baseline", metavar="FILE", help="findings in it are shown and do not fail the check")
    parser.add_argument("--write-baseline", metavar="FILE", help="write what is found now as a baseline")
    parser.add_argument(
        "--thorough", action="store_true", help="hash and list large files too, which reads all of them"
    )
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a wheel and line, as soon as it is known")
    parser.add_argument("--resume", metavar="FILE", help="write lines of JSON to FILE, and go on with what it lacks")
    add_output(parser)


def run(options: Options) -> int:
    """Check, and report."""
    from wontload.app.check import checking

    _refuse_what_lines_do_not_do(options)
    known: frozenset[str] = frozenset()
    if options.baseline:
        from wontload.app.baseline import read_baseline

        known = read_baseline(options.baseline)
    subjects = checking(
        list(expanded(options.subjects)),
        python=options.interpreter,
        profiles=options.profile,
        thorough=options.thorough,
        offline=options.offline,
    )
    with subjects as found:
        if options.jsonl or options.resume:
            return _stream(options, found, known)
        wheels = list(_checked(options, found, found.paths))
    if options.write_baseline:
        _write_baseline(options, wheels)
    deliver(options, _report(options, wheels, known))
    return _status(options, wheels, known)


def _refuse_what_lines_do_not_do(options: Options) -> None:
    """Lines are written wheel by wheel; a report, or a baseline, is of all of them."""
    from wontload.errors import UsageError

    asked = {
        "-o": options.output is not None,
        "--write-baseline": options.write_baseline is not None,
        f"--format {options.format}": options.format not in ("terminal", "json"),
    }
    lines = "--jsonl" if options.jsonl else "--resume" if options.resume else ""
    for other in (name for name, given in asked.items() if lines and given):
        raise UsageError(f"{lines} writes a line for each wheel, and {other} wants all at once.", "Leave one out.")


def _checked(options: Options, found: Checking, paths: tuple[str, ...]) -> Iterator[CheckedWheel]:
    """The answers in the order asked, from several processes where that pays."""
    from wontload.app.workers import processes_for_few, shared_out
    from wontload.cli.progress import waiting

    done = 0

    def state() -> str:
        full = BAR * done // max(len(paths), 1)
        return f"checking wheels [{'#' * full}{'.' * (BAR - full)}] {done} of {len(paths)}"

    processes = processes_for_few(len(paths))  # a copy of this process is made before it has a second thread
    with (
        shared_out(found.check, paths, processes, part=1) as answers,
        waiting(state, enabled=not options.quiet),
    ):
        for answer in answers:
            done += 1
            yield answer


def _stream(options: Options, found: Checking, known: frozenset[str]) -> int:
    from wontload.app.baseline import status_of
    from wontload.cli.resuming import Resumed
    from wontload.report.check_json import wheel_to_json
    from wontload.report.load_json import dump

    resumed = Resumed(options.resume) if options.resume else None
    paths = tuple(path for path in found.paths if resumed is None or not resumed.has(path))
    statuses = list(resumed.statuses(options.fail_on, known)) if resumed else []
    for wheel in _checked(options, found, paths):
        statuses.append(status_of(wheel, fail_on=options.fail_on, known=known))
        told = wheel_to_json(wheel, known)
        if resumed is not None:
            resumed.add(told)
        if options.jsonl and not options.say(dump(told, lines=True)):
            break
    return max(statuses, key=GRAVITY.index, default=0)


def _report(options: Options, wheels: list[CheckedWheel], known: frozenset[str]) -> str:
    from wontload.report.load_json import dump

    if options.format == "json":
        from wontload.report.check_json import check_to_json, wheel_to_json

        return dump(check_to_json(wheel_to_json(one, known) for one in wheels))
    if options.format == "sarif":
        from wontload.report.sarif import check_to_sarif

        return dump(check_to_sarif(wheels, known))
    if options.format in PAGES:
        from wontload.report.check_document import check_document

        return written(options, check_document(wheels, known))
    from wontload.report.check import render_check

    return render_check(
        wheels,
        options.terminal(),
        known=known,
        verbose=options.verbose,
        quiet=options.quiet,
        fail_on=options.fail_on,
    )


def _write_baseline(options: Options, wheels: list[CheckedWheel]) -> None:
    from wontload.app.baseline import baseline_of
    from wontload.cli.atomic import write_file

    write_file(options.write_baseline, baseline_of(wheels).encode(), replace=True)


def _status(options: Options, wheels: Iterable[CheckedWheel], known: frozenset[str]) -> int:
    from wontload.app.baseline import status_of

    statuses = [status_of(one, fail_on=options.fail_on, known=known) for one in wheels]
    return max(statuses, key=GRAVITY.index, default=0)
