"""A user's environment variables: the registry's `HKCU\\Environment` on Windows, a block in `~/.profile` elsewhere.

Programs that run already do not see a change; consoles must be opened anew.
Source: Microsoft, "Environment Variables" (WM_SETTINGCHANGE with "Environment" tells the shell to read them again).
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from wontload.remedy.journal import Journal
from wontload.remedy.refused import changed_since
from wontload.remedy.replacing import remove_leftover, replace_file
from wontload.remedy.steps import SetVariable

Undo = Mapping[str, Any]

if sys.platform == "win32":
    import winreg

    def prepare(step: SetVariable, journal: Journal) -> Undo:
        """The value that it has, with its type in the registry."""
        value, kind = _registered(step.name)
        return {"kind": "variable", "name": step.name, "is": _after(step, value), "was": value, "type": kind}

    def set_variable(step: SetVariable) -> None:
        """Set it, as text in which `%NAME%` stands for another variable if it did so before."""
        value, kind = _registered(step.name)
        _write(step.name, _after(step, value), kind or winreg.REG_SZ)

    def _after(step: SetVariable, standing: str | None) -> str | None:
        return f"{standing.rstrip(';')};{step.value}" if step.extends and standing else step.value

    def take_back(undo: Undo, journal: Journal) -> Iterator[str]:
        """Put the old value back if it is still ours."""
        value, _ = _registered(undo["name"])
        if value == undo["was"]:
            return
        if value != undo["is"]:
            yield changed_since(f"the variable {undo['name']}")
            return
        _write(undo["name"], undo["was"], undo["type"])

    def _registered(name: str) -> tuple[str | None, int | None]:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Environment") as key:
            try:
                value, kind = winreg.QueryValueEx(key, name)
            except FileNotFoundError:
                return None, None
        return str(value), kind

    def _write(name: str, value: str | None, kind: int) -> None:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Environment", 0, winreg.KEY_SET_VALUE) as key:
            if value is None:
                with suppress(FileNotFoundError):  # set for the machine or this process alone: not ours to take away
                    winreg.DeleteValue(key, name)
            else:
                winreg.SetValueEx(key, name, 0, kind, value)
        _tell_the_shell()

    def _tell_the_shell() -> None:
        import ctypes

        everybody, setting_change, abort_if_hung, patience_ms = 0xFFFF, 0x001A, 0x0002, 1000
        ctypes.windll.user32.SendMessageTimeoutW(
            everybody, setting_change, 0, "Environment", abort_if_hung, patience_ms, None
        )

else:

    def prepare(step: SetVariable, journal: Journal) -> Undo:
        """The block that is added, and whether the profile is made for it."""
        path = _profile()
        return {"kind": "variable", "path": path, "block": _block(step), "made": not os.path.exists(path)}

    def set_variable(step: SetVariable) -> None:
        """Add the block at the profile's end."""
        path = _profile()
        replace_file(path, _text(path) + _block(step).encode(), _mode(path))

    def take_back(undo: Undo, journal: Journal) -> Iterator[str]:
        """Cut the block out, whatever else was written into the profile since."""
        path, block = undo["path"], undo["block"].encode()
        remove_leftover(path)
        text = _text(path)
        if block not in text:
            if undo["block"].splitlines()[1].encode() in text:
                yield changed_since(path)
            return
        rest = text.replace(block, b"", 1)
        if undo["made"] and not rest:
            os.remove(path)
        else:
            replace_file(path, rest, _mode(path))

    def _profile() -> str:
        return os.path.realpath(os.path.join(os.path.expanduser("~"), ".profile"))

    def _block(step: SetVariable) -> str:
        line = f"unset {step.name}" if step.value is None else f"export {step.name}={shlex.quote(step.value)}"
        return f"\n# wontload: undone by `wontload undo`\n{line}\n"

    def _text(path: str) -> bytes:
        try:
            with open(path, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    def _mode(path: str) -> int | None:
        return os.stat(path).st_mode & 0o7777 if os.path.exists(path) else None
