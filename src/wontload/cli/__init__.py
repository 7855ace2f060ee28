"""The command line: arguments in, a use case, a report out. One small module a command.

Nothing heavy is imported until a command runs: `--help` costs argparse and no more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from wontload.cli.options import Options, parse
from wontload.errors import WontloadError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, *, as_module: bool = False) -> int:
    """Run one command and return its exit status; see CONTRACT for what each means."""
    try:
        options = parse(sys.argv[1:] if arguments is None else list(arguments), as_module=as_module)
        return _run(options)
    except KeyboardInterrupt:
        sys.stderr.write("\nwontload: interrupted; nothing was changed.\n")
        return INTERRUPTED
    except BrokenPipeError:  # `wontload … | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(options: Options) -> int:
    try:
        status = options.run(options)
        sys.stdout.flush()
        return status
    except WontloadError as error:
        options.complain(str(error))
        return error.exit_status
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # the last resort: a person gets a sentence, and -v the traceback for a report
        if options.verbose:
            import traceback

            traceback.print_exc()
        where = f"{type(error).__name__}: {error}"
        options.complain(f"this is a defect of wontload ({where}). Run it again with -v and report what it prints.")
        return WontloadError.exit_status
