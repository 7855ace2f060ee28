"""The modules that a process has mapped: before the load, and those that the load adds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from wontload.loader.windows.names import base_name, fold
from wontload.machine import Files, Kind


class LoadedModules:
    """Finds a mapped module by base name, by full path, or because it is the same file under another name."""

    def __init__(self, files: Files, paths: Iterable[str]) -> None:
        self._files = files
        self._by_path: dict[str, str] = {}
        self._by_base: dict[str, list[str]] = {}
        self._by_identity: dict[Hashable, str] | None = None
        for path in paths:
            self.add(path)
        self._earlier = set(self._by_path)

    def add(self, path: str) -> None:
        """Take note of a module that became mapped."""
        self._by_path[fold(path)] = path
        self._by_base.setdefault(fold(base_name(path)), []).append(path)
        if self._by_identity is not None:
            self._by_identity.setdefault(self._files.identity(path), path)

    def remove(self, path: str) -> None:
        """Take note of a module that was unmapped again."""
        if (spelled := self._by_path.pop(fold(path), None)) is not None:
            self._by_base[fold(base_name(path))].remove(spelled)
            self._by_identity = None

    def is_earlier(self, path: str) -> bool:
        """Whether a module was there before the load began."""
        return fold(path) in self._earlier

    def by_base_name(self, name: str) -> str | None:
        """Path of the first module of that base name."""
        return next(iter(self._by_base.get(fold(name), ())), None)

    def by_path(self, path: str) -> str | None:
        """Path of the module that is this very file, also by a link of another name.

        Source: Wine, ntdll/loader.c, find_fullname_module and find_fileid_module; that Windows compares the mapped
        files as well is believed. Oracle: test_modules.py::test_already_loaded, "through a link of another name"
        """
        if (same := self._by_path.get(fold(path))) is not None:
            return same
        if self._files.kind(path) is not Kind.FILE:
            return None
        if self._by_identity is None:
            self._by_identity = {}
            for one in self._by_path.values():
                self._by_identity.setdefault(self._files.identity(one), one)
        return self._by_identity.get(self._files.identity(path))
