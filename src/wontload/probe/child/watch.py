"""Stands where Python code asks the loader for something, and reports each request before and after.

Extension modules pass `_imp.create_dynamic`; `ctypes` passes `_ctypes.LoadLibrary` or `_ctypes.dlopen`. What compiled
code loads by itself is seen as images that became mapped.
"""

from __future__ import annotations

import _imp
import os
import sys
from os import fsdecode, fspath

from .errors import asker, describe, mark

if sys.platform == "win32":
    from . import windows as system
else:
    from . import posix as system

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from .channel import Channel

RTLD_NOW = 2  # what `_ctypes.dlopen` adds to every mode (Modules/_ctypes/callproc.c, py_dl_open)


class Recorder:
    """Writes requests and what changed between them: images, environment, current directory."""

    def __init__(self, channel: Channel, images: system.Images) -> None:
        self._channel = channel
        self._images = images
        self._mapped: dict[str, None] = {}
        self._state: dict[str, object] = {}
        self._count = 0
        self.settings: dict[str, object] = {}  # set through calls that Windows cannot be asked about afterwards

    def send(self, event: str, **fields: object) -> None:
        """Write one event. The probe's own trouble must never become the target's."""
        try:
            self._channel.send(event, **fields)
        except Exception:  # the disk is full, or the file is gone: the record ends here
            pass

    def changes(self) -> dict[str, object]:
        """What is different from the last time: newly mapped images, those that are gone, the state."""
        try:
            paths = dict.fromkeys(self._images.paths())
            state = dict(system.current_state(), **self.settings)
        except Exception as error:
            return {"trouble": type(error).__name__ + ": " + str(error)}
        answer: dict[str, object] = {
            "mapped": [path for path in paths if path not in self._mapped],
            "unmapped": [path for path in self._mapped if path not in paths],
            "state": {name: value for name, value in state.items() if self._state.get(name, ...) != value},
        }
        self._mapped, self._state = paths, state
        return {name: value for name, value in answer.items() if value}

    def next_number(self) -> int:
        """One number for each request or directory."""
        self._count += 1
        return self._count

    def begin(self, kind: str, name: str, flags: int, **more: object) -> int:
        """A request is about to be made."""
        number = self.next_number()
        file, line = asker()
        fields = {"id": number, "kind": kind, "name": name, "flags": flags, "file": file, "line": line}
        self.send("load", **fields, **more, **self.changes())
        return number

    def succeed(self, number: int, path: str | None) -> None:
        """The loader gave what was asked of it."""
        self.send("loaded", id=number, succeeded=True, path=path, **self.changes())

    def fail(self, number: int, error: dict[str, object]) -> None:
        """The loader refused."""
        self.send("loaded", id=number, succeeded=False, error=error, **self.changes())

    def path_of(self, handle: object) -> str | None:
        """The path of the image behind a handle, where that can be asked."""
        try:
            return self._images.path_of(handle) if isinstance(handle, int) else None
        except Exception:
            return None


def watch_imports(recorder: Recorder) -> None:
    """Extension modules. The import system looks `create_dynamic` up at each import (importlib._bootstrap_external)."""
    original = _imp.create_dynamic

    def create_dynamic(spec: object, *rest: object) -> ModuleType:
        path = as_text(getattr(spec, "origin", None))
        if os.sep not in path and sys.platform != "win32":
            path = "./" + path  # Python/dynload_shlib.c
        flags = sys.getdlopenflags() if hasattr(sys, "getdlopenflags") else system.IMPORT_FLAGS
        number = recorder.begin("import", path, flags)
        try:
            module = original(spec, *rest)  # type: ignore[arg-type]
        except BaseException as error:
            _import_failed(recorder, number, path, error)
            raise
        recorder.succeed(number, path)
        return module

    _imp.create_dynamic = create_dynamic


def _import_failed(recorder: Recorder, number: int, path: str, error: BaseException) -> None:
    """Tell a load that failed from a library that was loaded and whose initialisation function raised."""
    if not isinstance(error, ImportError):
        recorder.succeed(number, path)
    elif sys.platform == "win32":
        recorder.fail(number, describe(error))  # first: the repeated request may crash where the first one did not
        code = system.repeat(path)
        recorder.send("number", id=number, number=code, source="repeated")
        if code:
            mark(error, "load", path, code)
    elif system.is_mapped(path):
        recorder.succeed(number, path)
    else:
        mark(error, "load", path, None)
        recorder.fail(number, describe(error))


def watch_ctypes(recorder: Recorder) -> None:
    """`ctypes.CDLL` and its relatives, and direct calls of what `_ctypes` offers them."""
    try:
        import _ctypes
        import ctypes
    except ImportError:
        return
    name = "LoadLibrary" if sys.platform == "win32" else "dlopen"
    original = getattr(_ctypes, name)
    watched = _watched_load(recorder, original, as_text(getattr(_ctypes, "__file__", None)) or None)
    for module in (_ctypes, ctypes):  # `ctypes` keeps it as `_dlopen`, since 3.14 as `_LoadLibrary` too
        for key, value in list(vars(module).items()):
            if value is original:
                setattr(module, key, watched)


def _watched_load(recorder: Recorder, original: Callable[..., object], caller: str | None) -> Callable[..., object]:
    def load(name: object, *rest: int) -> object:
        if name is None:  # the process itself: nothing is loaded
            return original(name, *rest)
        mode = rest[0] if rest else 0
        text = as_text(name)
        number = recorder.begin("ctypes", text, mode if sys.platform == "win32" else mode | RTLD_NOW, caller=caller)
        try:
            handle = original(name, *rest)
        except BaseException as error:
            mark(error, "load", text, system.error_number(error))
            recorder.fail(number, describe(error))
            raise
        recorder.succeed(number, recorder.path_of(handle))
        return handle

    return load


def as_text(name: object) -> str:
    """A path, text or bytes as text."""
    try:
        return fsdecode(fspath(name))  # type: ignore[call-overload]
    except Exception:
        return "" if name is None else str(name)
