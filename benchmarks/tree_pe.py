"""The trees of PE files on Linux: `wontload tree`, delvewheel, mingw-ldd and win_depends, each as a person runs it.

    python -m benchmarks.tree_pe [DIRECTORY]

wontload takes all files in one process. The others' command lines take one file, and they need so long for it that
they get a sample; win_depends takes a directory as well, and gets that once. What is compared is wall time for each
file, in turns. Without a directory: Wine's own libraries.
The others are installed into an environment of their own below `.cache`, when they are not there yet.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

from benchmarks.parse_turns import files_beginning
from benchmarks.processes import Run, peak_bytes, run, with_bytecode

WINE = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
TOOLS = Path(__file__).resolve().parent.parent / ".cache" / "pe-tools"
PINNED = ("delvewheel==1.13.2", "mingw-ldd==0.2.1", "win-depends==1.0.3")
OTHERS_SEE = 12  # files
ROUNDS = 3  # of wontload over all files, one before each third of the others' files

Command = Callable[[Path], list[str]]


def contenders(directory: Path) -> dict[str, Command]:
    """Command lines by name, of those tools that are there or can be installed."""
    tools = TOOLS / "bin"
    if not (tools / "win_depends").exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([tools / "python", "-m", "pip", "install", "-q", *PINNED], check=False)
    commands: dict[str, Command] = {
        "delvewheel": lambda path: [str(tools / "delvewheel"), "needed", str(path)],
        "mingw-ldd": lambda path: [str(tools / "mingw-ldd"), str(path), "--dll-lookup-dirs", str(directory)],
        "win_depends": lambda path: [str(tools / "win_depends"), str(path)],
    }
    return {name: command for name, command in commands.items() if (tools / name).exists()}


def take_turns(paths: Sequence[Path], others: dict[str, Command]) -> dict[str, list[Run]]:
    """Runs by contender; wontload's are of all files, the others' of one file each."""
    sample = paths[:: max(1, len(paths) // OTHERS_SEE)][:OTHERS_SEE]
    ours = [sys.executable, "-m", "wontload", "tree", *map(str, paths)]
    runs: dict[str, list[Run]] = {"wontload": [], **{name: [] for name in others}}
    run(ours, with_bytecode())  # not counted: it fills the kernel's cache and writes the bytecode
    for start in range(ROUNDS):
        runs["wontload"].append(run(ours, with_bytecode()))
        for path in sample[start::ROUNDS]:
            for name, command in others.items():
                runs[name].append(run(command(path), with_bytecode()))
    return runs


def main(arguments: list[str]) -> dict[str, float]:
    """Print a table; give the ratios by contender, and wontload's peak memory in bytes."""
    directory = Path(arguments[0]) if arguments else WINE
    paths = files_beginning(b"MZ", [directory])
    if not paths:
        raise SystemExit(f"no PE file in {directory}")
    others = contenders(directory)
    runs = take_turns(paths, others)
    for name in [name for name, found in runs.items() if any(one.status for one in found)]:
        print(f"{name}: an exit status other than 0", file=sys.stderr)
    seconds = {name: mean(one.wall for one in found) for name, found in runs.items()}
    seconds["wontload"] /= len(paths)
    if "win_depends" in others:
        seconds["win_depends (directory)"] = run(others["win_depends"](directory), with_bytecode()).wall / len(paths)
    print(f"trees of PE files: {len(paths)} files, {sum(path.stat().st_size for path in paths) / 1e6:.0f} MB")
    for name, each in seconds.items():
        print(f"  {name:25}{each * 1e3:9.2f} ms a file{each / seconds['wontload']:9.1f}x")
    as_module = "import runpy; runpy.run_module('wontload', run_name='__main__')"
    peak = peak_bytes(as_module, ["tree", *map(str, paths)])
    print(f"  wontload's peak memory: {peak / 1e6:.0f} MB")
    return {**{name: each / seconds["wontload"] for name, each in seconds.items()}, "peak_bytes": peak}


if __name__ == "__main__":
    main(sys.argv[1:])
