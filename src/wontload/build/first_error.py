"""The first line of a build's log in which a program says that it failed, for logs that no known message decides."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_SHOWN = 300  # characters
# As the programs write them, whatever follows: the first of these is where the build went wrong, and what stands below
# mostly comes of it. Sources: GNU Coding Standards, "Formatting Error Messages" (GCC, Clang, gfortran, GNU as);
# Microsoft, "Compiler errors C1000 to C9999" and "Linker tools errors"; NVIDIA nvcc, `file(line): error`; GNU ld;
# CMake, message(FATAL_ERROR); Meson, `file:line:column: ERROR:`; rustc, `error[E0432]:`.
SAID = re.compile(
    r"""(?P<said>
      \S[^\n:]{0,300}:\d+:(?:\d+:)?\ (?:fatal\ )?(?i:error):\ .*
    | \S[^\n(]{0,300}\(\d+(?:,\d+)?\)\ ?:\ (?:fatal\ )?error\b.*
    | [^\n]{0,300}:\ (?:fatal\ )?error\ (?:LNK|CVTRES|RC)\d{4}:\ .*
    | [^\n]{0,300}undefined\ reference\ to\ .*
    | [^\n]{0,300}:\ cannot\ find\ -l.*
    | CMake\ Error(?:\ at\ |:).*
    | error\[E\d{4}\]:\ .*
    )""",
    re.VERBOSE,
)
# A compiler that is only asked whether something works: its errors are answers.
# Sources: Autoconf, conftest; distutils, _configtest; CMake, try_compile (CMakeScratch, CMakeTmp); Meson,
# meson-private; and setup.py files that try a source in a directory of Python's tempfile.
A_TRIAL = re.compile(
    r"\b_?conf(?:ig)?test\b|CMakeScratch|CMakeTmp|meson-private|[\\/]tmp\w{8}[\\/]\w{1,30}\.(?:c|cc|cpp)\b"
)
# What ends a log that has none of these: an exception of the build's Python, or a sentence of its backend.
LAST_WORDS = re.compile(r"(?P<said>(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Exit): .*|(?i:error): (?!subprocess-exited).*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstError:
    """`line` of the log, counted from 1, and what stands there; CMake's sentence stands in the lines below its own."""

    line: int
    text: str


def first_error(text: str) -> FirstError | None:
    """The first error of a log's text; `None` where nothing in it looks like one."""
    lines = text.splitlines()
    for pattern in (SAID, LAST_WORDS):
        for number, line in enumerate(lines):
            if (found := pattern.match(line.strip())) and not A_TRIAL.search(line):
                said = found["said"]
                if said.startswith("CMake Error"):
                    below = (one.strip() for one in lines[number + 1 : number + 4])
                    said = " ".join((said, *(one for one in below if one)))
                return FirstError(line=number + 1, text=said[:LONGEST_SHOWN])
    return None
