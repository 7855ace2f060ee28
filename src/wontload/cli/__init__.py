"""The command line: arguments in, a use case, a report out. One small module a command.

Nothing heavy is imported until a command runs: `--help` costs argparse and no more.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from wontload.cli.options import Options, parse
from wontload.cli.streams import abandon_stdout, complete_streams, finish
from wontload.errors import WontloadError

INTERRUPTED = 130
# Objects that the collector of cycles lets be made before it looks at them all. Every load makes a few thousand, which
# mostly go by themselves; the default of 700 costs an eighth of the time.
FEWEST_NEW_OBJECTS = 50_000
# What pip brings with wontload, by import name: a source tree that was only copied has none of it.
BROUGHT = frozenset({"packaging", "platformdirs", "tomli", "truststore", "urllib3"})


def main(arguments: Sequence[str] | None = None, *, as_module: bool = False) -> int:
    """Run one command and return its exit status; see CONTRACT for what each means."""
    gc.set_threshold(FEWEST_NEW_OBJECTS)
    try:
        complete_streams()
        status = _parse_and_run(sys.argv[1:] if arguments is None else list(arguments), as_module)
        finish()
    except KeyboardInterrupt:
        exec("")  # see `wontload.__main__`
        sys.stderr.write(f"\nwontload: interrupted; {_what_stands()}\n")
        return INTERRUPTED
    return status


def _what_stands() -> str:
    """A fix may have been done when Ctrl-C came, or be taken back in part."""
    journals = sys.modules.get("wontload.remedy.journal")
    journal = journals.standing_of_this_process() if journals else None
    if journal is None:
        return "nothing was changed."
    from wontload.report.text import clean

    target = clean(journal.first["target"])
    return f"what was done for {target} stands, whole or in part: `wontload undo {journal.identity}` takes it back."


def _parse_and_run(arguments: list[str], as_module: bool) -> int:
    try:
        options = parse(arguments, as_module=as_module)
    except SystemExit as stop:  # argparse's way of ending: --help, --version, wrong usage
        return stop.code if isinstance(stop.code, int) else 0
    except OSError:  # nobody reads the help
        abandon_stdout()
        return 0
    try:
        return options.run(options)
    except WontloadError as error:
        options.complain(str(error))
        return error.exit_status
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in BROUGHT:
            return _defect(error, options)
        options.complain(
            f"this Python has no {error.name}, which pip installs together with wontload. "
            "Run python -m pip install . in wontload's folder with this Python."
        )
        return WontloadError.exit_status
    except Exception as error:
        return _defect(error, options)


def _defect(error: Exception, options: Options) -> int:
    """The last resort: a person gets a sentence, and `-v` the traceback for a report."""
    if options.verbose:
        import traceback

        traceback.print_exception(error)
    where = f"{type(error).__name__}: {error}"[:500]
    again = "Report what is above." if options.verbose else "Run it again with -v and report what it prints."
    options.complain(f"this is a defect of wontload ({where}). {again}")
    return WontloadError.exit_status
