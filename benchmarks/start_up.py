"""`wontload --help` against a bare interpreter, and what a diagnosis costs beyond the import that it watches.

    python -m benchmarks.start_up [TARGET]

Whole processes, in turns. The target is imported by the interpreter that runs this; it should be one with native code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping

ROUNDS = 15
DEFAULT_TARGET = "lief"  # a test dependency with one large extension


def seconds(command: list[str]) -> float:
    """Wall time of one run."""
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - begin


def medians(commands: Mapping[str, list[str]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median wall time of each command, taken in turns after one round that is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            once = seconds(command)
            if number:
                taken[name].append(once)
    return {name: sorted(values)[len(values) // 2] for name, values in taken.items()}


def measure(target: str = DEFAULT_TARGET) -> dict[str, float]:
    """Ratios and seconds by name."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed tool has its bytecode
    python = sys.executable
    found = medians(
        {
            "bare": [python, "-c", "pass"],
            "help": [python, "-m", "wontload", "--help"],
            "import": [python, "-c", f"import {target}"],
            "why": [python, "-m", "wontload", target],
        }
    )
    return {
        "--help / python -c pass": found["help"] / found["bare"],
        "seconds of a diagnosis beyond the import": found["why"] - found["import"],
    }


def main() -> None:
    """Print one line a figure."""
    for name, value in measure(*sys.argv[1:2]).items():
        print(f"{name:45} {value:.2f}")


if __name__ == "__main__":
    main()
