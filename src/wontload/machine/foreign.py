"""Files of this computer as another system sees them: a DLL judged on Linux, a shared object on Windows.

A clean machine of the other system has its own disk; this computer's is mounted on it, whole and read-only:

| machine | this computer | mounted as |
|---|---|---|
| Windows | POSIX | `Z:\\` (as Wine does it), names compared without case |
| Linux, macOS | POSIX | `/host` |
| Linux, macOS | Windows | `/host/c` for `C:\\` |
"""

from __future__ import annotations

import ntpath
import os
from collections.abc import Collection, Hashable

from wontload.binary import Image
from wontload.machine.files import Files, Kind

DRIVE = "Z:\\"
MOUNT = "/host"


class ForeignFiles:
    """A clean machine's files, with this computer's mounted among them.

    Args:
        clean: the machine's own files. windows: it is a Windows machine. host: this computer's files.
    """

    def __init__(self, clean: Files, *, windows: bool, host: Files) -> None:
        self._clean = clean
        self._windows = windows
        self._host = host
        self._found: dict[str, str | None] = {}

    def kind(self, path: str) -> Kind:
        """See `Files.kind`."""
        if (host := self._on_host(path)) is None:
            return self._clean.kind(path)
        return self._host.kind(host) if host else Kind.ABSENT

    def listing(self, path: str) -> Collection[str] | None:
        """See `Files.listing`."""
        if (host := self._on_host(path)) is None:
            return self._clean.listing(path)
        return self._host.listing(host) if host else None

    def image(self, path: str) -> Image:
        """See `Files.image`."""
        host = self._on_host(path)
        return self._host.image(host) if host else self._clean.image(path)

    def text(self, path: str) -> bytes | None:
        """See `Files.text`."""
        host = self._on_host(path)
        return self._host.text(host) if host else self._clean.text(path)

    def real(self, path: str) -> str:
        """See `Files.real`."""
        host = self._on_host(path)
        return to_machine(self._host.real(host), windows=self._windows) if host else path

    def identity(self, path: str) -> Hashable:
        """See `Files.identity`."""
        host = self._on_host(path)
        return ("host", self._host.identity(host)) if host else self._clean.identity(path)

    def here(self, path: str) -> str:
        """The path on this computer as it is spelled here, of a file of this computer; any other path as it is."""
        return self._on_host(path) or to_host(path, windows=self._windows) or path

    def _on_host(self, path: str) -> str | None:
        """Where a path lies on this computer; empty when its place there does not exist; `None`: not mounted."""
        if path not in self._found:
            host = to_host(path, windows=self._windows)
            self._found[path] = self._in_right_case(host) if host and self._windows else host
        return self._found[path]

    def _in_right_case(self, path: str) -> str:
        """The spelling of `path` on this disk, each name compared without case as Windows does; empty without one."""
        if os.path.exists(path):
            return path
        parent, name = os.path.split(path)
        if parent == path:
            return path
        directory = self._in_right_case(parent)
        names = self._host.listing(directory) if directory else None
        found = next((one for one in names or () if one.lower() == name.lower()), None)
        return os.path.join(directory, found) if found else ""


def to_machine(path: str, *, windows: bool) -> str:
    """The path on the other machine of an absolute path of this computer."""
    if windows:
        return DRIVE + path.lstrip("/").replace("/", "\\")
    if os.name == "nt":
        drive, rest = ntpath.splitdrive(path)
        return f"{MOUNT}/{drive.rstrip(':').lower()}{rest.replace(chr(92), '/')}"
    return MOUNT + path


def to_host(path: str, *, windows: bool) -> str | None:
    """The path on this computer of a path of the other machine; `None` for what is not mounted there."""
    if windows:
        return "/" + path[len(DRIVE) :].replace("\\", "/") if path[:3].upper() == DRIVE else None
    if not path.startswith(MOUNT + "/"):
        return None
    rest = path[len(MOUNT) :]
    return f"{rest[1]}:{rest[2:].replace('/', chr(92)) or chr(92)}" if os.name == "nt" else rest
