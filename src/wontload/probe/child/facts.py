"""The interpreter as it stands before the target is imported."""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES

if sys.platform == "darwin":
    import sysconfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def python_facts(system: ModuleType) -> dict[str, object]:
    """What the `python` event says of the interpreter; `system` is `windows` or `posix`."""
    return {
        "executable": sys.executable,
        "base_executable": getattr(sys, "_base_executable", None) or sys.executable,
        "image": system.main_image(),
        "version": "%d.%d.%d" % sys.version_info[:3] + _release_level(),
        "implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name),
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "exec_prefix": sys.exec_prefix,
        "platform": _platform(),
        "bits": 64 if sys.maxsize > 2**32 else 32,
        "layout": _layout(system),
        "conda": _is_conda(),
        "path": [entry for entry in sys.path if isinstance(entry, str)],
        "extension_suffixes": EXTENSION_SUFFIXES,
        "flags": {name: getattr(sys.flags, name) for name in _FLAGS if hasattr(sys.flags, name)},
        "debug_build": hasattr(sys, "gettotalrefcount"),
        "free_threaded": "t" in getattr(sys, "abiflags", ""),
    }


_FLAGS = ("isolated", "ignore_environment", "no_user_site", "no_site", "safe_path", "utf8_mode", "dev_mode")


def _release_level() -> str:
    level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(sys.version_info.releaselevel)
    return level + str(sys.version_info.serial) if level else ""


def _platform() -> str:
    """`sysconfig.get_platform()`, worked out without importing it where that is easy."""
    if sys.platform == "win32":  # Lib/sysconfig: the compiler's architecture stands in `sys.version`
        version = sys.version.lower()
        return "win-amd64" if "amd64" in version else "win-arm64" if "(arm64)" in version else "win32"
    if sys.platform == "darwin":  # the deployment target, out of the build's configuration
        return sysconfig.get_platform()
    return sys.platform + "-" + os.uname().machine


def _layout(system: ModuleType) -> str:
    """Which of the ways of installing Python this is."""
    if os.path.isdir(os.path.join(sys.prefix, "conda-meta")):
        return "conda"
    if sys.prefix != sys.base_prefix:
        return "venv"
    if sys.platform == "win32":
        if system.is_packaged() or "\\windowsapps\\pythonsoftwarefoundation" in sys.base_prefix.lower():
            return "store"
        directory = os.path.dirname(system.main_image())
        names = ("python%d%d._pth" % sys.version_info[:2], "python._pth")  # PC/layout; PC/getpath.c
        if any(os.path.isfile(os.path.join(directory, name)) for name in names):
            return "embeddable"
    return "plain"


def _is_conda() -> bool:
    return any(os.path.isdir(os.path.join(prefix, "conda-meta")) for prefix in (sys.prefix, sys.base_prefix))
