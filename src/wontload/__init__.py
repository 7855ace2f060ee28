"""Say why a native library will not load.

For programs: `diagnose`, `doctor`, `log`, `pick`, `tree`, `which` and `load_machine` ask; `Machine`, `Diagnosis`,
`Finding`, `TreeLoad`, `Checkup`, `Pick` are what they take and answer; `WontloadError` and its kinds are all that they
raise. Nothing is imported before it is asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload._version import __version__ as __version__
    from wontload.app.diagnose import diagnose as diagnose
    from wontload.app.doctor import Checkup as Checkup
    from wontload.app.doctor import doctor as doctor
    from wontload.app.log import log as log
    from wontload.app.pick import Pick as Pick
    from wontload.app.pick import pick as pick
    from wontload.app.tree import TreeLoad as TreeLoad
    from wontload.app.tree import tree as tree
    from wontload.app.which import which as which
    from wontload.diagnosis import Diagnosis as Diagnosis
    from wontload.diagnosis import Finding as Finding
    from wontload.errors import UnknownTarget as UnknownTarget
    from wontload.errors import UsageError as UsageError
    from wontload.errors import WontloadError as WontloadError
    from wontload.machine import Machine as Machine
    from wontload.machine.snapshot import Snapshot as Snapshot
    from wontload.machine.snapshot import load as load_machine

# The public names, each with the module and the name that it has there.
_PUBLIC = {
    "Checkup": ("wontload.app.doctor", "Checkup"),
    "Diagnosis": ("wontload.diagnosis", "Diagnosis"),
    "Finding": ("wontload.diagnosis", "Finding"),
    "Machine": ("wontload.machine", "Machine"),
    "Pick": ("wontload.app.pick", "Pick"),
    "Snapshot": ("wontload.machine.snapshot", "Snapshot"),
    "TreeLoad": ("wontload.app.tree", "TreeLoad"),
    "UnknownTarget": ("wontload.errors", "UnknownTarget"),
    "UsageError": ("wontload.errors", "UsageError"),
    "WontloadError": ("wontload.errors", "WontloadError"),
    "__version__": ("wontload._version", "__version__"),
    "diagnose": ("wontload.app.diagnose", "diagnose"),
    "doctor": ("wontload.app.doctor", "doctor"),
    "load_machine": ("wontload.machine.snapshot", "load"),
    "log": ("wontload.app.log", "log"),
    "pick": ("wontload.app.pick", "pick"),
    "tree": ("wontload.app.tree", "tree"),
    "which": ("wontload.app.which", "which"),
}

__all__ = [
    "Checkup",
    "Diagnosis",
    "Finding",
    "Machine",
    "Pick",
    "Snapshot",
    "TreeLoad",
    "UnknownTarget",
    "UsageError",
    "WontloadError",
    "__version__",
    "diagnose",
    "doctor",
    "load_machine",
    "log",
    "pick",
    "tree",
    "which",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'wontload' has no attribute {name!r}")
    from importlib import import_module

    module, own = _PUBLIC[name]
    globals()[name] = found = getattr(import_module(module), own)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
