"""A Linux system's root directory as a machine: an unpacked container, a mounted disk, a chroot.

Nothing of it is executed. Its loader's file says where that searches; its `ld.so.cache` is read, or, where ldconfig has
not run there yet, worked out from its `ld.so.conf` as ldconfig would.
"""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Collection, Hashable
from typing import Any

from wontload.binary import Image, MalformedImage, read_image
from wontload.knowledge.providers import distribution_of
from wontload.machine.files import Kind
from wontload.machine.ld_so_cache import LARGEST_CACHE_BYTES, read_cache
from wontload.machine.ld_so_conf import cache_of
from wontload.machine.linux import LOADERS, glibc_facts
from wontload.machine.live import LiveFiles
from wontload.machine.machine import Machine, Python, System
from wontload.machine.musl import musl_facts, search_directories

MOST_LINKS = 40  # as Linux' own walk (ELOOP)
PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3", "/opt/conda/bin/python3")
MUSL_LOADER = re.compile(r"ld-musl-.+\.so\.1")
NEWEST = (9999,)  # a glibc whose version cannot be read is taken to be as the newest
GLIBC_VERSION = re.compile(r"GLIBC_(\d+)\.(\d+)")


class RootFiles:
    """The files below `root`, as a process whose root directory that is sees them: links lead nowhere else."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root)
        self._live = LiveFiles()

    def on_host(self, path: str) -> str:
        """Where a path really lies on this computer; a path with a circle of links leads to nothing."""
        return self._root + found if (found := self._resolved(path)) is not None else self._root + "/\0"

    def kind(self, path: str) -> Kind:
        """See `Files.kind`."""
        return self._live.kind(self.on_host(path))

    def listing(self, path: str) -> Collection[str] | None:
        """See `Files.listing`."""
        return self._live.listing(self.on_host(path))

    def image(self, path: str) -> Image:
        """See `Files.image`."""
        return self._live.image(self.on_host(path))

    def text(self, path: str) -> bytes | None:
        """See `Files.text`."""
        return self._live.text(self.on_host(path))

    def real(self, path: str) -> str:
        """See `Files.real`."""
        found = self._resolved(path)
        return path if found is None else found or "/"

    def identity(self, path: str) -> Hashable:
        """See `Files.identity`."""
        return self._live.identity(self.on_host(path))

    def _resolved(self, path: str) -> str | None:
        """The path without links, below the root; empty for the root itself.

        `None` where links lead in a circle, or back (`..`) from what is no directory.
        """
        done, waiting, links = "", path.split("/")[::-1], 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                if not os.path.isdir(self._root + done):
                    return None
                done = posixpath.dirname(done).rstrip("/")
            if part in ("", ".", ".."):
                continue
            try:
                target = os.readlink(f"{self._root}{done}/{part}")
            except (OSError, ValueError):
                done = f"{done}/{part}"
                continue
            links += 1
            if links > MOST_LINKS:
                return None
            if target.startswith("/"):
                done = ""
            waiting += target.split("/")[::-1]
        return done


def is_root(path: str) -> bool:
    """Whether a directory looks like a Linux system's root."""
    return os.path.isdir(os.path.join(path, "etc")) and any(
        os.path.isdir(os.path.join(path, name)) for name in ("usr", "lib")
    )


def machine_of_root(root: str) -> Machine:
    """The machine whose root directory is `root`. Its CPU is taken to be this one's."""
    files = RootFiles(root)
    loader = _loader(files)
    architecture = _architecture(files, loader)
    own = (
        _musl(files, loader) if loader and MUSL_LOADER.fullmatch(posixpath.basename(loader)) else _glibc(files, loader)
    )
    python = next((path for path in PYTHONS if files.kind(path) is Kind.FILE), None)
    return Machine(
        id=os.path.basename(os.path.realpath(root)) or "root",
        system=System(name="linux", version=_distribution(files), architecture=architecture, **own),
        files=files,
        python=None if python is None else _python(python),
    )


def _python(path: str) -> Python:
    return Python(executable=path, base_executable=path, version="", prefix="", base_prefix="")


def _loader(files: RootFiles) -> str | None:
    """The path of the C library's loader: glibc's where its ABI puts it, or musl's."""
    known = dict.fromkeys((*LOADERS.values(),))
    found = next((path for path in known if files.kind(path) is Kind.FILE), None)
    names = sorted(name for name in files.listing("/lib") or () if MUSL_LOADER.fullmatch(name))
    return found or (f"/lib/{names[0]}" if names else None)


def _architecture(files: RootFiles, loader: str | None) -> str:
    try:
        return files.image(loader).architecture if loader else "x86_64"
    except MalformedImage:
        return "x86_64"


def _glibc(files: RootFiles, loader: str | None) -> dict[str, Any]:
    version = _glibc_version(files, loader)
    own = glibc_facts(version, files.on_host(loader or "/nothing"))
    cache = _read(files.on_host("/etc/ld.so.cache"), LARGEST_CACHE_BYTES)
    entries = read_cache(cache) if cache else cache_of(files, own["default_directories"], _numbers(version))
    return {**own, "library_cache": entries}


def _glibc_version(files: RootFiles, loader: str | None) -> str:
    """The newest version of symbols that its loader defines; empty when it cannot be read."""
    try:
        defined = read_image(files.on_host(loader)).versions_defined if loader else ()
    except MalformedImage:
        return ""
    numbers = [(int(match[1]), int(match[2])) for one in defined if (match := GLIBC_VERSION.fullmatch(one))]
    return "{}.{}".format(*max(numbers)) if numbers else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if version else NEWEST


def _musl(files: RootFiles, loader: str) -> dict[str, Any]:
    own = musl_facts(files.on_host(loader))
    listed = files.on_host(f"/etc/{posixpath.basename(loader).removesuffix('.so.1')}.path")
    return {**own, "default_directories": search_directories(listed)}


def _distribution(files: RootFiles) -> str:
    """As `capture.distribution`, of the root's own /etc/os-release."""
    text = files.text("/etc/os-release") or files.text("/usr/lib/os-release") or b""
    try:
        pairs = [part.partition("=") for part in shlex.split(text.decode("utf-8", "replace"), comments=True)]
    except ValueError:
        return ""
    return distribution_of({name: value for name, _, value in pairs})


def _read(path: str, most_bytes: int) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(most_bytes)
    except (OSError, ValueError):
        return b""
