"""CPython's stable ABI: which symbols an `abi3` module may ask for, and since which version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from wontload.knowledge.tables import lines


@cache
def stable_abi() -> Mapping[str, tuple[int, int]]:
    """The first version of Python that has each symbol of the stable ABI."""
    found = {}
    for line in lines("toolchains/stable_abi.txt"):
        name, version = line.split()
        major, _, minor = version.partition(".")
        found[name] = (int(major), int(minor))
    return found


def is_python_symbol(name: str) -> bool:
    """Whether a symbol belongs to CPython by its name; `PyInit_…` is the module's own."""
    return name.startswith(("Py", "_Py")) and not name.startswith(("PyInit_", "PyModExport_", "PyArray_"))
