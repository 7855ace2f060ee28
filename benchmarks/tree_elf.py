"""The trees of shared objects: `wontload tree`, libtree, ldd and lddtree, each as a person runs it. Linux only.

    python -m benchmarks.tree_elf [DIRECTORY…]

wontload takes all files in one process, resolves every name and checks symbols. The others take one file a process,
check none but ldd's loader, and see only every so many-th file. What is compared is wall time for each file, in turns;
beside it stands processor time, which a busy machine does not stretch. wontload runs twice: as the first time, with
nothing kept of what it read before, and as every later time. Without directories: this Python's environment and the
system's libraries. The others take part where they are on PATH (Debian: libtree, libc-bin, pax-utils).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from benchmarks.parse_turns import files_beginning
from benchmarks.processes import Run, run, with_bytecode

PLACES = (
    sysconfig.get_path("platlib"),
    sysconfig.get_path("platstdlib"),
    f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}",
)
MOST_FILES = 1400
FIRST = "first time"
OTHERS_SEE = {"libtree": 120, "ldd": 60, "lddtree": 12}  # files, by how long they take for one
ROUNDS = 8  # of wontload over all files, one before each part of the others' files


def shared_objects(places: Sequence[str]) -> list[Path]:
    """The files that are named as shared objects and are 64-bit ELF files."""
    found = files_beginning(b"\x7fELF\x02", [Path(place) for place in places])
    return [path for path in found if path.name.endswith(".so") or ".so." in path.name][:MOST_FILES]


def take_turns(paths: Sequence[Path]) -> dict[str, list[Run]]:
    """Runs by contender; wontload's are of all files, the others' of one file each."""
    ours = [sys.executable, "-m", "wontload", "tree", "--jsonl", *map(str, paths)]
    samples = {
        name: paths[:: max(1, len(paths) // number)][:number]
        for name, number in OTHERS_SEE.items()
        if shutil.which(name)
    }
    runs: dict[str, list[Run]] = {"wontload": [], FIRST: [], **{name: [] for name in samples}}
    # Not counted: it fills the kernel's cache and writes the bytecode, and shows that there is an answer for each file.
    first = subprocess.run(ours, stdout=subprocess.PIPE, env=with_bytecode(), check=False)
    if first.stdout.count(b"\n") != len(paths):
        raise SystemExit(f"wontload answered for {first.stdout.count(10)} of {len(paths)} files")
    for start in range(ROUNDS):
        runs["wontload"].append(run(ours, with_bytecode()))
        runs[FIRST].append(run(ours, {**with_bytecode(), "WONTLOAD_CACHE_DIR": os.devnull}))
        for name, sample in samples.items():
            runs[name] += [run([name, str(path)]) for path in sample[start::ROUNDS]]
    return runs


def main(arguments: list[str]) -> dict[str, float]:
    """Print a table; give the ratios by contender, in wall and in processor time, and wontload's peak memory."""
    paths = shared_objects(arguments or PLACES)
    if sys.platform != "linux" or not paths:
        raise SystemExit("no shared object here")
    runs = take_turns(paths)
    ours = len(paths)
    files = {name: ours if name in ("wontload", FIRST) else 1 for name in runs}
    wall = {name: mean(one.wall for one in found) / files[name] for name, found in runs.items()}
    cpu = {name: mean(one.cpu for one in found) / files[name] for name, found in runs.items()}
    print(f"trees of shared objects: {ours} files, {sum(path.stat().st_size for path in paths) / 1e6:.0f} MB")
    for name in runs:
        times = f"{wall[name] * 1e3:9.2f} ms a file{wall[name] / wall['wontload']:9.1f}x"
        print(f"  {name:12}{times}    processor {cpu[name] * 1e3:8.2f} ms{cpu[name] / cpu['wontload']:9.1f}x")
    peak = max(one.peak_bytes for one in runs["wontload"])
    print(f"  wontload's peak memory: {peak / 1e6:.0f} MB")
    ratios = {name: wall[name] / wall["wontload"] for name in runs}
    return {**ratios, **{f"{name}, processor": cpu[name] / cpu["wontload"] for name in runs}, "peak_bytes": peak}


if __name__ == "__main__":
    main(sys.argv[1:])
