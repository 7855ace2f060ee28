"""GLIBC_TUNABLES, as the loader reads it when the process starts.

Source: glibc 2.36, elf/dl-tunables.c (`parse_tunables`, `tunable_initialize`), elf/dl-misc.c (`_dl_strtoul`, which
reads as far as there are digits: decimal, octal behind a 0, hexadecimal behind 0x).
Oracle: tests/oracles/glibc/test_tls.py::test_tunables
"""

from __future__ import annotations

import re

from wontload.machine import Process

NUMBER = re.compile(r"[ \t]*(?:0[xX]([0-9a-fA-F]*)|(0[0-7]*)|([0-9]*))")
MOST = (1 << 64) - 1


def tunable(process: Process, name: str, default: int, least: int = 0, most: int = MOST) -> int:
    """The value of a tunable: the last one given that lies within its bounds."""
    value = default
    for entry in ("" if process.secure else process.environment.get("GLIBC_TUNABLES", "")).split(":"):
        key, is_set, text = entry.partition("=")
        if key == name and is_set:
            number = _number(text)
            value = number if least <= number <= most else value
    return value


def _number(text: str) -> int:
    match = NUMBER.match(text)
    hexadecimal, octal, decimal = match.groups() if match else (None, None, None)
    if hexadecimal is not None:
        return int(hexadecimal or "0", 16)
    return int(octal, 8) if octal is not None else int(decimal or "0")
