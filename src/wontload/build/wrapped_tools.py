"""CMake and Ninja that were installed as wheels: behind the script on PATH lies the program that a build can start.

Inside an isolated build the script fails with `No module named 'cmake'`: pip hides the site-packages that it imports
from. Seen with pip 24.0 and scikit-build-core 1.1.2, which then asks for a wheel of CMake, and offline there is none.

Source: scikit-build/cmake-python-distributions (`cmake.CMAKE_BIN_DIR`) and scikit-build/ninja-python-distributions
(`ninja.BIN_DIR`); pip, `_internal/build_env.py` (the sitecustomize of an isolated environment).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping

from wontload.build.asking import value_of

PROGRAMS = {"cmake": "CMAKE_BIN_DIR", "ninja": "BIN_DIR"}
LARGEST_SCRIPT = 1 << 20  # bytes; a real CMake has ten megabytes, and a launcher of a script a tenth of one
PYTHONS = ("python", "python3", "python.exe", os.path.join(os.pardir, "python.exe"))


def real_directories(environment: Mapping[str, str]) -> Iterator[str]:
    """Directories of the programs behind the scripts that PATH has first; none for programs that are no scripts."""
    path = next((value for name, value in environment.items() if name.upper() == "PATH"), "")
    for program, attribute in PROGRAMS.items():
        found = shutil.which(program, path=path)
        if found is None or not _is_script(found):
            continue
        directory = _asked(os.path.dirname(found), program, attribute, environment)
        if directory and os.path.isdir(directory) and not os.path.samefile(directory, os.path.dirname(found)):
            yield directory


def _is_script(path: str) -> bool:
    """Whether it starts Python: a text with `#!`, or a launcher for Windows with one at its end."""
    try:
        if os.path.getsize(path) > LARGEST_SCRIPT:
            return False
        with open(path, "rb") as file:
            data = file.read(LARGEST_SCRIPT)
    except OSError:
        return False
    at = data.rfind(b"#!")
    return at >= 0 and b"python" in data[at : at + 512].lower()


def _asked(directory: str, program: str, attribute: str, environment: Mapping[str, str]) -> str:
    """What the interpreter beside a script answers; empty where there is none, or it cannot tell."""
    for name in PYTHONS:
        python = os.path.join(directory, name)
        if os.path.isfile(python):
            found = value_of(python, program, f"{program}.{attribute}", environment)
            if isinstance(found, str):
                return found
    return ""
