"""Windows' registry, read only, in its 64-bit view; on other systems there is nothing in it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Protocol

Value = str | int | bytes | tuple[str, ...]
MOST_ENTRIES = 4096  # of one key


class Registry(Protocol):
    """Keys are spelled `HKLM\\SOFTWARE\\…` or `HKCU\\…`; what cannot be read is absent."""

    def values(self, key: str) -> Mapping[str, Value] | None:
        """The values of a key by name; `None` where there is no such key, or it may not be read."""

    def keys(self, key: str) -> tuple[str, ...]:
        """The names of its subkeys."""


class NoRegistry:
    """Of a system that has none."""

    def values(self, key: str) -> Mapping[str, Value] | None:
        """See `Registry.values`."""
        return None

    def keys(self, key: str) -> tuple[str, ...]:
        """See `Registry.keys`."""
        return ()


if sys.platform == "win32":
    import winreg
    from typing import Any

    ROOTS = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKCU": winreg.HKEY_CURRENT_USER}

    class WindowsRegistry:
        """The registry of this computer. A 32-bit process asks for the same view as a 64-bit one."""

        def values(self, key: str) -> Mapping[str, Value] | None:
            """See `Registry.values`."""
            try:
                with self._open(key) as handle:
                    many = min(winreg.QueryInfoKey(handle)[1], MOST_ENTRIES)
                    found = [winreg.EnumValue(handle, index) for index in range(many)]
            except OSError:
                return None
            return {name: value for name, raw, _ in found if (value := _plain(raw)) is not None}

        def keys(self, key: str) -> tuple[str, ...]:
            """See `Registry.keys`."""
            try:
                with self._open(key) as handle:
                    many = min(winreg.QueryInfoKey(handle)[0], MOST_ENTRIES)
                    return tuple(winreg.EnumKey(handle, index) for index in range(many))
            except OSError:
                return ()

        def _open(self, key: str) -> Any:
            root, _, path = key.partition("\\")
            return winreg.OpenKey(ROOTS[root], path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY)

    def _plain(value: object) -> Value | None:
        if isinstance(value, list):
            return tuple(str(one) for one in value)
        return value if isinstance(value, str | int | bytes) else None

    def registry() -> Registry:
        """The registry of this computer."""
        return WindowsRegistry()

else:

    def registry() -> Registry:
        """The registry of this computer."""
        return NoRegistry()
