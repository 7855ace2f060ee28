"""`$ORIGIN`, `$LIB`, `$PLATFORM`, and lists of directories that contain them.

Source: glibc 2.36, elf/dl-load.c: `is_dst`, `_dl_dst_substitute`, `is_trusted_path_normalize`, `fillin_rpath`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from wontload.loader.glibc.objects import Mapped
from wontload.machine import System

# A name in braces, or one that no letter, digit or underscore follows. What is neither stays as it is.
TOKEN = re.compile(r"\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))")
ORIGIN_FIRST = re.compile(r"\$(?:ORIGIN|\{ORIGIN\})(?:/|$)")


class Secure(NamedTuple):
    """What a process with more rights than its user allows: `$ORIGIN` at the start alone, before a slash or nothing.

    Attributes:
        below: of the executable's own: directories below which it must lead; `None`: of a library's.
    """

    below: tuple[str, ...] | None = None


def expand(text: str, owner: Mapped, system: System, secure: Secure | None = None) -> str | None:
    """`text` with its tokens replaced; `None` when one of them stands for nothing, which drops the whole of it.

    Oracle: tests/oracles/glibc/test_rules.py::test_origin_is_the_directory_by_which_a_library_was_found, test_secure.py
    """
    return _expand(text, _values(owner, system), secure) if "$" in text else text


def directories(
    elements: Iterable[str], owner: Mapped, system: System, secure: Secure | None = None
) -> tuple[str, ...]:
    """The elements of a search path as the loader keeps them: expanded, each ending in `/`, none twice.

    An empty element stands for the current directory and stays empty: file names follow it without a slash.
    """
    return _directories(tuple(elements), _values(owner, system), secure)


def _values(owner: Mapped, system: System) -> tuple[str, str, str]:
    return owner.origin, system.lib, system.platform


def _expand(text: str, values: tuple[str, str, str], secure: Secure | None) -> str | None:
    if "$" not in text:
        return text
    by_name = dict(zip(("ORIGIN", "LIB", "PLATFORM"), values, strict=True))
    names = [braced or bare for braced, bare in TOKEN.findall(text)]
    if not all(by_name[name] for name in names):
        return None
    expanded = TOKEN.sub(lambda token: by_name[token[1] or token[2]], text)
    if secure is not None and "ORIGIN" in names:
        if names.count("ORIGIN") > 1 or not ORIGIN_FIRST.match(text):
            return None
        if secure.below is not None and not f"{posixpath.normpath(expanded)}/".startswith(secure.below):
            return None
    return expanded


@lru_cache(maxsize=1024)  # each name that a library needs is sought along the same list
def _directories(elements: tuple[str, ...], values: tuple[str, str, str], secure: Secure | None) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for element in elements:
        directory = _expand(element, values, secure)
        if directory is None or (element and not directory):
            continue
        kept[directory.rstrip("/") + "/" if directory else ""] = None
    return tuple(kept)
