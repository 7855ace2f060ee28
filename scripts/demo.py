"""`make demo`: diagnose the machine of the case, then an import that really fails on this computer.

The second one is a real wheel that names a library which most computers lack; nothing is removed to make it fail.
Should this computer have everything that one needs, the next of the list is tried.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / ".cache" / "demo"
# (requirement pinned by version, what to import). Each needs a library of the system that its wheel does not carry.
REAL = (
    ("mpi4py==4.1.2", "mpi4py.MPI"),  # 1 MB; MPICH or Open MPI
    ("skia-python==138.0", "skia"),  # 15 MB; libGL.so.1 and libEGL.so.1
)


def main() -> int:
    """Run both, and say what each shows."""
    headline("1. The machine of the case (examples/rtx4070super.json), answered here")
    status = wontload("llama_cpp", "--machine", str(ROOT / "examples" / "rtx4070super.json"))
    if status != 1:
        return 1
    for requirement, target in REAL:
        site = install(requirement)
        if site is None:
            continue
        headline(f"2. A real import on this computer: {requirement}")
        if wontload(target, environment={"PYTHONPATH": str(site)}) == 1:
            return 0
        print(f"This computer has all that {target} needs; trying another.")
    print("Nothing on the list fails on this computer: it has an MPI and an OpenGL.")
    return 0


def headline(text: str) -> None:
    """Print a heading."""
    print(f"\n\033[1m{text}\033[0m\n" if sys.stdout.isatty() else f"\n{text}\n", flush=True)


def wontload(*arguments: str, environment: dict[str, str] | None = None) -> int:
    """Run the command as a person would; its exit status."""
    import os

    command = [sys.executable, "-m", "wontload", *arguments]
    return subprocess.run(command, env={**os.environ, **(environment or {})}, check=False).returncode


def install(requirement: str) -> Path | None:
    """Install a wheel into a directory of its own; `None` where there is none for this Python."""
    site = HERE / requirement.partition("==")[0]
    if not site.is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--target", str(site), requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"{requirement} has no wheel for this computer, or cannot be downloaded.", file=sys.stderr)
            return None
    return site


if __name__ == "__main__":
    sys.exit(main())
