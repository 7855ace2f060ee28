"""`Files` over the host directories of a Wine prefix, asked with Windows paths."""

from __future__ import annotations

import ntpath
from collections.abc import Collection, Hashable
from pathlib import Path

from tests.support.windows import Windows
from wontload.binary import Image, MalformedImage, read_image
from wontload.machine import Kind


class PrefixFiles:
    """Images are parsed once for each state of a file; listings are read each time, since tests change them.

    What WINEDLLOVERRIDES switches off is absent: Wine loads no file of that name, whatever lies there.
    """

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        overrides = (one.partition("=") for one in windows.env["WINEDLLOVERRIDES"].split(";"))
        self._off = {f"{name}.dll" for name, _, order in overrides if not order}
        self._images: dict[Hashable, Image | MalformedImage] = {}

    def kind(self, path: str) -> Kind:
        if path[:2].upper() not in ("C:", "Z:"):  # the drives that the prefix has
            return Kind.ABSENT
        if ntpath.basename(path).lower() in self._off:
            return Kind.ABSENT
        host = self._windows.to_host(path)
        if host.is_dir():
            return Kind.DIRECTORY
        return Kind.FILE if host.exists() else Kind.ABSENT

    def listing(self, path: str) -> Collection[str] | None:
        host = self._windows.to_host(path)
        return [one.name for one in host.iterdir() if one.name not in self._off] if host.is_dir() else None

    def image(self, path: str) -> Image:
        host = self._windows.to_host(path)
        key = self._key(host)
        if key not in self._images:
            try:
                self._images[key] = read_image(str(host))
            except MalformedImage as malformed:
                self._images[key] = malformed
        found = self._images[key]
        if isinstance(found, MalformedImage):
            raise found
        return found

    def text(self, path: str) -> bytes | None:
        host = self._windows.to_host(path)
        return host.read_bytes() if host.is_file() else None

    def real(self, path: str) -> str:
        return path

    def identity(self, path: str) -> Hashable:
        try:
            status = self._windows.to_host(path).stat()
        except OSError:
            return path.lower()
        return (status.st_dev, status.st_ino)

    def _key(self, host: Path) -> Hashable:
        status = host.stat()
        return (str(host), status.st_ino, status.st_size, status.st_mtime_ns)
