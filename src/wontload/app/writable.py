"""Whether files can be made in a directory, found out without making one; and who may read what."""

from __future__ import annotations

import os
import stat
import sys

from wontload.remedy.candidates import Rights

if sys.platform == "win32":

    def _may_add(directory: str) -> bool:
        """Opened for adding a file: Windows checks the directory's access list then, and `os.access` does not.

        Source: Microsoft, CreateFileW (a directory needs FILE_FLAG_BACKUP_SEMANTICS), "File Access Rights Constants".
        """
        import ctypes
        from ctypes import wintypes

        add_file, share_all, open_existing, backup_semantics = 0x2, 0x7, 3, 0x02000000
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateFileW.restype = wintypes.HANDLE
        handle = kernel.CreateFileW(directory, add_file, share_all, None, open_existing, backup_semantics, None)
        if handle in (None, wintypes.HANDLE(-1).value):
            return False
        kernel.CloseHandle(wintypes.HANDLE(handle))
        return True

else:

    def _may_add(directory: str) -> bool:
        return os.access(directory, os.W_OK | os.X_OK)


def rights_here(path: str) -> Rights | None:
    """Who may read a file or directory of this computer; `None` on Windows, and where it cannot be asked."""
    if sys.platform == "win32":
        return None
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    directory = stat.S_ISDIR(found.st_mode)
    return Rights(
        mode=stat.S_IMODE(found.st_mode),
        own=found.st_uid == os.geteuid(),
        directory=directory,
        allowed=os.access(path, os.R_OK | (os.X_OK if directory else 0)),
    )


def can_write(directory: str) -> bool:
    """Whether files can be made there; for a directory that does not exist yet, in the nearest one above."""
    while not os.path.isdir(directory):
        above = os.path.dirname(directory)
        if above == directory:
            return False
        directory = above
    return _may_add(directory)
