"""The probe's story: report the interpreter, find the target, import or load it, report the error, leave."""

from __future__ import annotations

import os
import sys
from os import _exit, environ
from time import perf_counter

from . import errors, watch
from .channel import Channel
from .facts import python_facts
from .imports import Asked, watch_names
from .searches import watch_searches
from .traps import watch_traps
from .watch import Recorder

if sys.platform == "win32":
    from . import windows as system
else:
    from . import posix as system

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


def main(channel_path: str, kind: str, target: str, flags: str) -> None:
    """Run the whole of it; the process ends here.

    Args:
        channel_path: an existing file that nobody else writes to.
        kind: `import`, `file`, or `none` for the interpreter's facts alone.
        target: an import name, or the absolute path of a library.
        flags: for a file: of the load, in decimal.
    """
    channel = Channel(channel_path)
    system.prepare()
    recorder = Recorder(channel, system.Images())
    facts = dict(python_facts(system), **system.facts())
    recorder.send("python", facts=facts, variables=dict(environ), **recorder.changes())
    if kind != "none":
        watch_traps(channel_path)
        _install(recorder)
        _leave_no_trace_in_arguments()
        if kind == "file":
            _try_file(recorder, target, int(flags))
        else:
            _try_import(recorder, target)
    _end(recorder)


def _install(recorder: Recorder) -> None:
    watch.watch_imports(recorder)
    watch.watch_ctypes(recorder)
    watch_searches(recorder)
    if sys.platform == "win32":
        from .directories import watch_directories
        from .kernel_calls import watch_kernel_calls

        watch_directories(recorder)
        watch_kernel_calls(recorder)


def _leave_no_trace_in_arguments() -> None:
    """What a person's own `python -c "import target"` has."""
    sys.argv[:] = ["-c"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[:] = [sys.executable, "-c", "import target"]


def _try_import(recorder: Recorder, target: str) -> None:
    top = target.partition(".")[0]
    spec = _find(top)
    recorder.send("target", found=spec is not None or top in sys.modules, **_place(spec))
    if spec is None and top not in sys.modules:
        return
    asked = watch_names()
    recorder.send("begin")
    started = perf_counter()
    try:
        __import__(target)
    except BaseException as error:
        _failed(recorder, error, perf_counter() - started, **_of_names(asked))
    else:
        seconds = perf_counter() - started
        origin = getattr(sys.modules.get(target), "__file__", None)
        recorder.send("finished", seconds=seconds, origin=origin if isinstance(origin, str) else None)


def _of_names(asked: Asked) -> dict[str, object]:
    """What was imported on the way, for an import that failed; the target may have taken `sys` apart."""
    try:
        return {"missed": asked.missed(), "from_elsewhere": asked.from_elsewhere()}
    except Exception:
        return {}


def _failed(recorder: Recorder, error: BaseException, seconds: float, **more: object) -> None:
    code = None
    if isinstance(error, SystemExit):  # sys.exit: a number, nothing for 0, or a text for 1 (Lib docs, SystemExit)
        code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    recorder.send("finished", seconds=seconds, error=errors.describe(error), exit_code=code, **more)


def _find(name: str) -> ModuleSpec | None:
    """The top-level module's spec, from the same finders that the import will ask; nothing is executed."""
    for finder in list(sys.meta_path):
        try:
            spec = finder.find_spec(name, None)
        except Exception:  # an old or broken finder: the import will meet it too
            continue
        if spec is not None:
            return spec
    return None


def _place(spec: ModuleSpec | None) -> dict[str, object]:
    if spec is None:
        return {}
    places = spec.submodule_search_locations
    return {
        "origin": spec.origin if spec.has_location else None,
        "namespace": spec.loader is None or (spec.origin is None and places is not None),
        "locations": [place for place in places or () if isinstance(place, str)],
    }


def _try_file(recorder: Recorder, path: str, flags: int) -> None:
    recorder.send("target", found=os.path.exists(path), origin=path)
    recorder.send("begin")
    started = perf_counter()
    try:
        import _ctypes

        if sys.platform == "win32":
            _ctypes.LoadLibrary(path, flags)
        else:
            _ctypes.dlopen(path, flags)
    except BaseException as error:
        _failed(recorder, error, perf_counter() - started)
    else:
        recorder.send("finished", seconds=perf_counter() - started, origin=path)


def _end(recorder: Recorder) -> None:
    """Leave at once: exit functions and threads that the target left behind are no part of its loading."""
    recorder.send("end", **recorder.changes())
    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except BaseException:
            pass
    _exit(0)
