"""What a target's word means: a file, or the name of a module or distribution."""

from __future__ import annotations

import os
import re

from wontload.binary import Format
from wontload.loader.modes import default_mode, flags_for

NATIVE_SUFFIX = re.compile(r"\.(dll|pyd|dylib|so)(\.\d+)*$", re.IGNORECASE)


def is_file_target(target: str) -> bool:
    """With a path separator or a native suffix it is a file."""
    separators = (os.sep, os.altsep, "/")
    return any(separator in target for separator in separators if separator) or bool(NATIVE_SUFFIX.search(target))


def own_format() -> Format:
    """The format of native files on this computer."""
    return Format.PE if os.name == "nt" else Format.MACHO if os.uname().sysname == "Darwin" else Format.ELF


def file_request(target: str, mode: str | None = None) -> tuple[str, int]:
    """The absolute path of a file to load here, and the flags that its mode gives."""
    path = os.path.abspath(target)
    mode = mode or default_mode(os.path.basename(path))
    return path, flags_for(mode, own_format(), path)
