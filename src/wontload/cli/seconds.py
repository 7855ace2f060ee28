"""How long something may take, as an argument."""

from __future__ import annotations

import argparse

LONGEST_TIMEOUT_S = 86_400.0


def seconds(text: str) -> float:
    """A number of seconds that is one."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= LONGEST_TIMEOUT_S:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds between 0 and {LONGEST_TIMEOUT_S:.0f}")
    return value


def add_timeout(parser: argparse.ArgumentParser, what: str = "the import") -> None:
    """Declare `--timeout S`; `what` may take that long."""
    parser.add_argument(
        "--timeout", type=seconds, default=60.0, metavar="S", help=f"seconds that {what} may take (default: 60)"
    )
