"""What the two files of a scoped path cost a Python's start: the line that `site` executes, timed in fresh processes.

python -m benchmarks.scoped_path
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from wontload.machine.own_places import scoped_path_module
from wontload.remedy.scoped_path import module_text, pth_text

ROUNDS = 40
PACKAGE = "llama_cpp"
DIRECTORIES = [rf"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin{number}" for number in range(4)]
# As `site.addpackage` does it, in a process in which `site` has run.
CODE = """
import sys, time
sys.path.insert(0, sys.argv[1])
line = open(sys.argv[1] + "/line").read()
begin = time.perf_counter_ns()
exec(line)
print(time.perf_counter_ns() - begin)
"""


def measure() -> dict[str, float]:
    """Milliseconds by name."""
    with TemporaryDirectory() as directory:
        text = module_text(PACKAGE, add=DIRECTORIES, preload=[f"{one}/cudart64_12.dll" for one in DIRECTORIES])
        Path(directory, f"{scoped_path_module(PACKAGE)}.py").write_text(text, encoding="utf-8")
        Path(directory, "line").write_text(pth_text(PACKAGE), encoding="utf-8")
        taken = sorted(_once(directory) for _ in range(ROUNDS + 1))
    return {"milliseconds of a scoped path at start-up": taken[len(taken) // 2] / 1e6}


def _once(directory: str) -> int:
    command = [sys.executable, "-c", CODE, directory]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print one line a figure."""
    for name, value in measure().items():
        print(f"{name:45} {value:.2f}")


if __name__ == "__main__":
    main()
