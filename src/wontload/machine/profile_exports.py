"""What the files of a clean Linux export, so that a symbol which nobody defines is one there as well."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache

from wontload.binary.entries import Symbol
from wontload.binary.export_index import ExportIndex, Versions
from wontload.knowledge.exports import ARCHITECTURES, exported_names, exports_listed
from wontload.knowledge.symbol_versions import PART_OF_GLIBC

# CPython's own names (Python/C API, "Naming"), and the one macro's worth of a name that 3.7's pythread has besides.
# Source: dynamic symbols of libpython3.7m, 3.11, 3.12 and 3.13, read on 2026-11-28.
OF_PYTHON = re.compile(r"_{0,2}Py[A-Z_]\w*|PY_TIMEOUT_MAX")
OF_GLIBC = re.compile(r"GLIBC_")


class SystemExports:
    """An `ExportIndex` of a library, or of Python's program, whose file nobody has.

    Which of a name's versions a library has is known by the versions alone (`Image.versions_defined`), and that it has
    these is asked elsewhere (`loader.glibc.versions`). So a reference with one of its versions is taken to be answered.

    Args:
        names: of the library; `None`: those of Python. versions: that it defines; none are known of glibc's parts.
        is_glibc: it is a part of glibc.
    """

    def __init__(self, names: Collection[str] | None, versions: Collection[str] = (), *, is_glibc: bool) -> None:
        self._names, self._versions, self._is_glibc = names, frozenset(versions), is_glibc

    def versions(self, name: str) -> Versions:
        """See `ExportIndex`."""
        return (None,) if self._has(name) else ()

    def answers(self, name: str, version: str | None) -> bool:
        """See `ExportIndex`."""
        if version in self._versions or (self._is_glibc and version is not None and OF_GLIBC.match(version)):
            return True
        return (version is None or not self._versions) and self._has(name)

    def defined(self, wanted: Mapping[int, Symbol]) -> list[int]:
        """See `ExportIndex`."""
        return [key for key, symbol in wanted.items() if self.answers(symbol.name or "", symbol.version)]

    def _has(self, name: str) -> bool:
        return OF_PYTHON.fullmatch(name) is not None if self._names is None else name in self._names


@cache
def exports_of(library: str, versions: tuple[str, ...], libc: str, architecture: str) -> ExportIndex | None:
    """What a library of a clean system exports; `None` where that is not known. `library`: empty for Python."""
    is_glibc = libc == "glibc" and bool(PART_OF_GLIBC.match(library))
    if not library and architecture in ARCHITECTURES:
        return SystemExports(None, versions, is_glibc=is_glibc)
    if library and exports_listed(library, libc, architecture):
        return SystemExports(exported_names(library, libc, architecture), versions, is_glibc=is_glibc)
    return None
