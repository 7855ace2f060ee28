"""Stands where Python code looks for a library by name: `ctypes.util.find_library`, which no loader knows of.

`ctypes.util` brings eight modules with it, so it is not imported here: the import system sets it as an attribute of
`ctypes` before anybody sees it, and that is the moment.
"""

from __future__ import annotations

import sys

from .watch import Recorder, as_text

if sys.platform == "win32":
    from .windows import IMPORT_FLAGS as FLAGS
else:
    FLAGS = 2  # RTLD_NOW

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

CONDA = "@executable_path/../lib/lib%s.dylib"  # conda-forge/python-feedstock, "Fix find_library …", on macOS


def watch_searches(recorder: Recorder) -> None:
    """Report every call of `find_library`, from the import of `ctypes.util` on."""
    try:
        import ctypes
    except ImportError:
        return
    util = sys.modules.get("ctypes.util")
    if util is not None:
        _watch(recorder, util)
        return
    plain = type(ctypes)

    class Expecting(plain):  # type: ignore[misc,valid-type]
        """`ctypes` until `ctypes.util` comes."""

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "util":
                ctypes.__class__ = plain
                _watch(recorder, value)

    ctypes.__class__ = Expecting


def _watch(recorder: Recorder, util: object) -> None:
    original = getattr(util, "find_library", None)
    if original is None:
        return
    finder = _finder(util, original)

    def find_library(*names: object, **more: object) -> object:
        name = names[0] if names else more.get("name")
        number = recorder.begin("find_library", as_text(name), FLAGS, finder=finder)
        try:
            answer = original(*names, **more)
        except BaseException:
            recorder.fail(number, {})
            raise
        if answer is None:
            recorder.fail(number, {})
        else:
            recorder.succeed(number, as_text(answer))
        return answer

    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(find_library, name, getattr(original, name, None))
    setattr(util, "find_library", find_library)


def _finder(util: object, original: Callable[..., object]) -> dict[str, object]:
    """Which of the known ways this Python's goes: told by the helpers that it has."""
    if sys.platform == "win32":
        return {"way": "path"}
    if sys.platform == "darwin":
        dyld: ModuleType | None = sys.modules.get("ctypes.macholib.dyld")
        constants = getattr(getattr(original, "__code__", None), "co_consts", ())
        return {
            "way": "dyld",
            "prefix": sys.prefix if CONDA in constants else "",
            "fallbacks": list(getattr(dyld, "DEFAULT_LIBRARY_FALLBACK", ())),
            "framework_fallbacks": list(getattr(dyld, "DEFAULT_FRAMEWORK_FALLBACK", ())),
        }
    if hasattr(util, "_find_libfile"):  # Alpine's main/python3/musl-find_library.patch
        return {"way": "directories"}
    prefix = sys.prefix if hasattr(util, "_findLib_prefix") else ""
    return {"way": "ldconfig" if hasattr(util, "_findSoname_ldconfig") else "", "prefix": prefix}
