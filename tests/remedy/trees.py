"""A directory as a value: every path in it with its content, to compare before and after."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path


def tree(root: Path) -> dict[str, str]:
    """Path to SHA-256 and permissions (directories: empty text), without `__pycache__`."""
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*")):
        if "__pycache__" in path.parts:
            continue
        name = path.relative_to(root).as_posix()
        mode = oct(stat.S_IMODE(path.stat().st_mode))
        found[name] = f"{hashlib.sha256(path.read_bytes()).hexdigest()} {mode}" if path.is_file() else mode
    return found
