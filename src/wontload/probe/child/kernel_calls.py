"""Calls of the Windows loader that Python code makes itself: `ctypes.windll.kernel32.LoadLibraryExW(…)`.

An ordinary call through a `ctypes` function object raises no audit event, so the object is replaced where `ctypes`
makes it: `CDLL.__getitem__` returns, for these names, an object of a subclass that reports the call.
"""

from __future__ import annotations

import ctypes
import sys

from . import directories, windows
from .watch import Recorder

assert sys.platform == "win32"  # so mypy reads what follows for Windows alone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def watch_kernel_calls(recorder: Recorder) -> None:
    """Replace the function objects of the loader's own functions as `ctypes` makes them."""
    calls = _Calls(recorder)
    handlers: dict[object, Callable[..., object]] = {
        "LoadLibraryW": calls.load,
        "LoadLibraryA": calls.load,
        "LoadLibraryExW": calls.load,
        "LoadLibraryExA": calls.load,
        "AddDllDirectory": calls.add_directory,
        "RemoveDllDirectory": calls.remove_directory,
        "SetDllDirectoryW": calls.set_directory,
        "SetDllDirectoryA": calls.set_directory,
        "SetDefaultDllDirectories": calls.set_defaults,
    }
    original = ctypes.CDLL.__getitem__

    def get_item(self: ctypes.CDLL, name: str) -> object:
        function = original(self, name)
        handler = handlers.get(name) if isinstance(name, str) else None
        if handler is None:
            return function
        try:
            return _reporting(type(function), handler)((name, self))
        except Exception:  # the target's own kind of CDLL, which makes other objects: its calls are not seen
            return function

    ctypes.CDLL.__getitem__ = get_item  # type: ignore[method-assign,assignment]


def _reporting(base: type, handler: Callable[..., object]) -> type:
    def call(self: object, *arguments: object) -> object:
        return handler(lambda: base.__call__(self, *arguments), *arguments)

    settings = {name: getattr(base, name) for name in ("_flags_", "_restype_")}  # not inherited (Modules/_ctypes)
    return type(base.__name__, (base,), dict(settings, __call__=call))


class _Calls:
    """What is reported of each. The caller's last error is put back: code reads it right after the call."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._cookies: dict[object, int] = {}

    def load(self, call: Callable[[], object], name: object, _file: object = None, flags: object = 0) -> object:
        flags = _plain(flags)
        number = self._recorder.begin("ctypes", _text(name), flags if isinstance(flags, int) else 0)
        handle = call()
        error = ctypes.GetLastError()
        if handle:
            self._recorder.succeed(number, self._recorder.path_of(handle))
        else:
            self._recorder.fail(number, _error(_text(name), ctypes.get_last_error() or error))
        windows.set_last_error(error)
        return handle

    def add_directory(self, call: Callable[[], object], path: object) -> object:
        number = self._recorder.next_number()
        fields = directories.directory_fields(number, _text(path))
        cookie = call()
        error = ctypes.GetLastError()
        code = 0 if cookie else ctypes.get_last_error() or error
        self._recorder.send("directory", number=code, text=ctypes.FormatError(code) if code else "", **fields)
        if cookie:
            self._cookies[_plain(cookie)] = number
        windows.set_last_error(error)
        return cookie

    def remove_directory(self, call: Callable[[], object], cookie: object) -> object:
        answer = call()
        if answer:
            self._recorder.send("directory removed", id=self._cookies.pop(_plain(cookie), 0))
        return answer

    def set_directory(self, call: Callable[[], object], path: object) -> object:
        answer = call()
        if answer and not _text(path):  # "" takes the current directory out, and cannot be told from "never called"
            self._recorder.settings["dll_directory"] = "" if _plain(path) is not None else None
        elif answer:
            self._recorder.settings.pop("dll_directory", None)
        return answer

    def set_defaults(self, call: Callable[[], object], flags: object) -> object:
        answer = call()
        if answer:
            self._recorder.settings["default_dll_directories"] = _plain(flags)
        return answer


def _error(name: str, number: int) -> dict[str, object]:
    text = ctypes.FormatError(number)
    return {"exception": "OSError", "text": text, "number": number, "raised_by": "load", "name": name}


def _plain(value: object) -> object:
    """The value inside a ctypes object, or the value itself."""
    return getattr(value, "value", value)


def _text(value: object) -> str:
    value = _plain(value)
    return value.decode("mbcs", "replace") if isinstance(value, bytes) else "" if value is None else str(value)
