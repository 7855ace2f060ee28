"""An exception as the probe reports it: what it says, where it was raised, and which load is behind it."""

from __future__ import annotations

from os.path import basename, dirname, isabs, join
from sys import _getframe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, TracebackType

MARK = "_wontload_source"  # set on an exception that a watched call raised: (by, name, number)
CHAIN_LIMIT = 32
_PLUMBING = ("ctypes", "importlib", "_frozen_importlib", "_frozen_importlib_external", "os")  # module names
_OURS = __name__.partition(".")[0]
_ENTRY = _OURS + ".run"  # frames from here outwards are not the target's


def _module(frame: FrameType) -> str:
    """The name of the module whose code a frame runs. Not its file's: in a zipped library that is relative."""
    name = frame.f_globals.get("__name__")
    return name if isinstance(name, str) else ""


def _is_the_targets(frame: FrameType) -> bool:
    """Whether it is neither the standard library's plumbing nor the probe."""
    name = _module(frame)
    family = name.partition(".")[0]
    return not (family in _PLUMBING or family == _OURS or frame.f_code.co_filename.startswith("<frozen "))


def _file(frame: FrameType) -> str:
    """The path of a frame's source, made absolute as its module's `__file__` is."""
    path, module_file = frame.f_code.co_filename, frame.f_globals.get("__file__")
    if isabs(path) or path.startswith("<") or not isinstance(module_file, str):
        return path
    return join(dirname(module_file), basename(path))


def asker() -> tuple[str | None, int | None]:
    """File and line of the innermost Python code outside the standard library's plumbing and the probe."""
    try:
        return _asker()
    except Exception:  # no room for more frames
        return None, None


def _asker() -> tuple[str | None, int | None]:
    frame: FrameType | None = _getframe(2)
    while frame is not None:
        if _module(frame) == _ENTRY:
            return None, None
        if _is_the_targets(frame):
            return _file(frame), frame.f_lineno
        frame = frame.f_back
    return None, None


def mark(error: BaseException, by: str, name: str, number: int | None) -> None:
    """Remember on the exception itself which call raised it: the target may wrap it in others."""
    try:
        setattr(error, MARK, (by, name, number))
    except Exception:  # an exception class without a __dict__
        pass


def describe(error: BaseException) -> dict[str, object]:
    """The exception as JSON values, whatever its class does to whoever looks at it."""
    try:
        return _describe(error)
    except BaseException as another:
        return {"exception": "BaseException", "text": "<it cannot be described: %s>" % type(another).__name__}


def _describe(error: BaseException) -> dict[str, object]:
    family = list(_chain(error))
    by, name, number = next((found for found in map(_marked, family) if found), ("python", None, None))
    if number is None:
        number = next((found for found in map(_number, family) if found is not None), None)
    file, line = _raised_at(error.__traceback__)
    if isinstance(error, SyntaxError) and isinstance(error.filename, str):
        file, line = error.filename, error.lineno
    return {
        "exception": type(error).__name__,
        "text": text_of(error),
        "number": number,
        "file": file,
        "line": line,
        "raised_by": by,
        "name": name or _subject(error),
        "chain": [type(one).__name__ + ": " + text_of(one) for one in reversed(family[1:])],
        "missing_module": _missing_module(family),
    }


def text_of(error: BaseException) -> str:
    """Its message as Python shows it."""
    try:
        return str(error)
    except BaseException as another:
        return "<its __str__ raised %s>" % type(another).__name__


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and those it came from, outermost first; also behind `raise … from None`."""
    family: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and len(family) < CHAIN_LIMIT and not any(one is seen for seen in family):
        family.append(one)
        one = one.__context__ if one.__cause__ is None else one.__cause__
    return family


def _marked(error: BaseException) -> tuple[str, str | None, int | None] | None:
    return getattr(error, "__dict__", {}).get(MARK)


def _number(error: BaseException) -> int | None:
    for name in ("winerror", "errno"):
        value = getattr(error, name, None) if isinstance(error, OSError) else None
        if isinstance(value, int):
            return value
    return None


def _subject(error: BaseException) -> str | None:
    for name in ("path", "name", "filename"):
        value = getattr(error, name, None) if isinstance(error, (ImportError, OSError)) else None
        if isinstance(value, str):
            return value
    return None


def _missing_module(family: list[BaseException]) -> str | None:
    """The module that was not found, unless a load failed after that (`except ImportError:` and another attempt)."""
    for error in family:
        if _marked(error):
            return None
        if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
            return error.name
    return None


def _raised_at(traceback: TracebackType | None) -> tuple[str | None, int | None]:
    """The innermost frame that is the target's."""
    found: tuple[str | None, int | None] = (None, None)
    while traceback is not None:
        if _is_the_targets(traceback.tb_frame):
            found = (_file(traceback.tb_frame), traceback.tb_lineno)
        traceback = traceback.tb_next
    return found
