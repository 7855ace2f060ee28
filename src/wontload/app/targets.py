"""What a target's word means: a file, a library for the loader to search, or the name of a module or distribution."""

from __future__ import annotations

import os

from wontload.binary import Format
from wontload.errors import UsageError
from wontload.loader.modes import default_mode, flags_for
from wontload.machine.files import NATIVE_SUFFIX

LONGEST_SHOWN = 120  # characters of a target in a message


def is_file_target(target: str, separators: str = os.sep + (os.altsep or "")) -> bool:
    """With a path separator or a native suffix it is a library; so are `.` and `..`, which name no module."""
    return any(one in target for one in separators) or target in (".", "..") or bool(NATIVE_SUFFIX.search(target))


def own_format() -> Format:
    """The format of native files on this computer."""
    return Format.PE if os.name == "nt" else Format.MACHO if os.uname().sysname == "Darwin" else Format.ELF


def file_request(target: str, mode: str | None = None) -> tuple[str, int]:
    """What is handed to the loader for a library here, and the flags that its mode gives.

    That is the file's absolute path. A bare name that is no file of the current directory stays as it is: the loader
    searches it, as it does for `ctypes.CDLL("libfoo.so.1")`.

    Raises:
        UsageError: a directory that has not even a library's name.
    """
    name = os.path.abspath(target) if os.path.dirname(target) or os.path.lexists(target) else target
    if os.path.isdir(name) and not NATIVE_SUFFIX.search(name):
        module = os.path.basename(name)
        package = f", or the import name {module}" if module.isidentifier() else ""
        raise UsageError(f"{shown(target)} is a directory.", f"Give the path of a library in it{package}.")
    mode = mode or default_mode(os.path.basename(name))
    return name, flags_for(mode, own_format(), name)


def shown(target: str) -> str:
    """A target as messages quote it: with escapes for what a terminal might obey, and not longer than a line."""
    if len(target) > LONGEST_SHOWN:
        target = f"{target[: LONGEST_SHOWN // 2]}…{target[-LONGEST_SHOWN // 2 :]}"
    return repr(target)
