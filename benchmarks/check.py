"""Checking large wheels: `wontload check`, delvewheel, auditwheel and plain unzip, each as a person runs it.

    python -m benchmarks.check [WHEEL…]

What they do is not the same: `delvewheel show` and `auditwheel show` unpack the wheel and look at what its libraries
need; unzip unpacks it and looks at nothing. They are what a check costs otherwise. They are installed into an
environment of their own below `.cache`, and the wheels (cuBLAS for Linux and Windows, 700 MB) fetched, when they are
not there yet.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from statistics import mean

from tests.support.downloads import download

from benchmarks.processes import Run, peak_bytes, run, with_bytecode

CACHE = Path(__file__).resolve().parent.parent / ".cache"
TOOLS, WHEELS = CACHE / "wheel-tools", CACHE / "downloads-bench"
PINNED = ("auditwheel==6.8.2", "delvewheel==1.13.2")
ROUNDS = 3
CUBLAS = {"name": "nvidia-cublas-cu12", "version": "12.4.5.8"}
PINS = {
    "manylinux2014_x86_64": "2fc8da60df463fdefa81e323eef2e36489e1c94335b5358bcb38360adf75ac9b",
    "win_amd64": "5a796786da89203a0657eda402bcdcec6180254a8ac22d72213abc42069522dc",
}


def wheels() -> list[Path]:
    """The wheels, fetched if they are not here yet."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    found = []
    for platform, sha256 in PINS.items():
        path = WHEELS / f"nvidia_cublas_cu12-{CUBLAS['version']}-py3-none-{platform}.whl"
        if not path.is_file():
            arguments = ["--only-binary=:all:", f"--platform={platform}", "--python-version=3.11"]
            download({**CUBLAS, "file": path.name, "sha256": sha256, "arguments": arguments}, path)
        found.append(path)
    return found


def tools() -> Path:
    """The directory of the other tools' commands; they are installed if they are not there yet."""
    if not (TOOLS / "bin" / "auditwheel").exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([TOOLS / "bin" / "python", "-m", "pip", "install", "-q", *PINNED], check=False)
    return TOOLS / "bin"


def contenders(path: Path, directory: str) -> dict[str, list[str]]:
    """Command lines by name, of those tools that are there and take this wheel."""
    ours = [sys.executable, "-m", "wontload", "check", str(path)]
    other = "delvewheel" if "-win" in path.name else "auditwheel"
    commands = {
        "wontload": ours,
        "wontload --thorough": [*ours, "--thorough"],
        f"{other} show": [str(tools() / other), "show", str(path)],
        "unzip": ["unzip", "-q", "-o", str(path), "-d", directory],
    }
    return {name: command for name, command in commands.items() if shutil.which(command[0])}


def measure(path: Path) -> dict[str, Run]:
    """Each contender, in turns; the means of their runs, the largest of their memory."""
    with tempfile.TemporaryDirectory() as directory:
        commands = contenders(path, directory)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        run(commands["wontload"], with_bytecode())  # not counted: it fills the kernel's cache and writes the bytecode
        for _ in range(ROUNDS):
            for name, command in commands.items():
                runs[name].append(run(command, with_bytecode()))
    return {
        name: Run(
            max(one.status for one in found),
            mean(one.wall for one in found),
            mean(one.cpu for one in found),
            max(one.peak_bytes for one in found),
        )
        for name, found in runs.items()
    }


def main(arguments: list[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Print a table for each wheel, with ratios against wontload."""
    figures = {}
    for path in map(Path, arguments) if arguments else wheels():
        print(f"checking {path.name}, {path.stat().st_size / 1e6:.0f} MB")
        found = measure(path)
        ours = found["wontload"]
        for name, one in found.items():
            if one.status not in (0, 1):  # 1: it found something
                print(f"  {name}: exit status {one.status}")
            print(f"  {name:22}{one.wall:7.2f} s{one.wall / ours.wall:7.1f}x{one.cpu:7.2f} s of processor")
        as_module = "import runpy; runpy.run_module('wontload', run_name='__main__')"
        peak = peak_bytes(as_module, ["check", str(path)])
        print(f"  wontload's peak memory: {peak / 1e6:.0f} MB")
        figures[path.name] = {
            name: {"wall_s": one.wall, "cpu_s": one.cpu, "ratio": one.wall / ours.wall} for name, one in found.items()
        }
        figures[path.name]["wontload"]["peak_bytes"] = peak
    return figures


if __name__ == "__main__":
    main(sys.argv[1:])
