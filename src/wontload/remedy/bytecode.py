"""What Python made of a source file: its `.pyc` files, and those whose writer was killed before they had their name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

# `<module>.<tag>.pyc`, or that with a number behind: the name under which it is written until it is whole.
# Source: CPython, importlib/_bootstrap_external.py, `cache_from_source` and `_write_atomic`.
COMPILED = re.compile(r"\.[^.]+(\.opt-\w+)?\.pyc(\.\d+)?")


def compiled_of(source: str) -> Iterator[str]:
    """Paths of the bytecode that lies beside a source file, in order; none for what is no `.py` file."""
    directory, name = os.path.split(source)
    if not name.endswith(".py"):
        return
    stem, cache = name.removesuffix(".py"), os.path.join(directory, "__pycache__")
    try:
        names = sorted(os.listdir(cache))
    except OSError:
        return
    for one in names:
        if one.startswith(stem) and COMPILED.fullmatch(one, len(stem)):
            yield os.path.join(cache, one)
