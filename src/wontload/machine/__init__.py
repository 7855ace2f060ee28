"""What a machine has, and what was seen there.

`Machine` is a value: the live system (`live`), a snapshot's file (`snapshot`), or either with changes laid over it
(`overlay`) look the same to a loader. `LoadRequest` is one call to the loader with the process's state at that moment;
`Observation` is what a child process saw when it tried a target.

Not here: parsing native files (`binary`), facts that hold on every machine (`knowledge`), running anything of the
target (`probe`). Nothing is imported before it is asked for: an archive's bytes are read with none of it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.machine.files import Files as Files
    from wontload.machine.files import Kind as Kind
    from wontload.machine.files import NotKnown as NotKnown
    from wontload.machine.inventory import Inventory as Inventory
    from wontload.machine.machine import Machine as Machine
    from wontload.machine.machine import Python as Python
    from wontload.machine.machine import System as System
    from wontload.machine.machine import own_format as own_format
    from wontload.machine.observation import FailedDirectory as FailedDirectory
    from wontload.machine.observation import Observation as Observation
    from wontload.machine.observation import ObservedError as ObservedError
    from wontload.machine.observation import ObservedLoad as ObservedLoad
    from wontload.machine.observation import Outcome as Outcome
    from wontload.machine.observation import Record as Record
    from wontload.machine.observation import UnseenDirectory as UnseenDirectory
    from wontload.machine.process import FIND_LIBRARY as FIND_LIBRARY
    from wontload.machine.process import AddedDirectory as AddedDirectory
    from wontload.machine.process import Finder as Finder
    from wontload.machine.process import LoadRequest as LoadRequest
    from wontload.machine.process import Process as Process

_MODULES = {
    "AddedDirectory": "process",
    "FIND_LIBRARY": "process",
    "FailedDirectory": "observation",
    "Files": "files",
    "Finder": "process",
    "Inventory": "inventory",
    "Kind": "files",
    "LoadRequest": "process",
    "Machine": "machine",
    "NotKnown": "files",
    "Observation": "observation",
    "ObservedError": "observation",
    "ObservedLoad": "observation",
    "Outcome": "observation",
    "Process": "process",
    "Python": "machine",
    "Record": "observation",
    "System": "machine",
    "UnseenDirectory": "observation",
    "own_format": "machine",
}

__all__ = [
    "FIND_LIBRARY",
    "AddedDirectory",
    "FailedDirectory",
    "Files",
    "Finder",
    "Inventory",
    "Kind",
    "LoadRequest",
    "Machine",
    "NotKnown",
    "Observation",
    "ObservedError",
    "ObservedLoad",
    "Outcome",
    "Process",
    "Python",
    "Record",
    "System",
    "UnseenDirectory",
    "own_format",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'wontload.machine' has no attribute {name!r}")
    from importlib import import_module

    globals()[name] = found = getattr(import_module(f"wontload.machine.{_MODULES[name]}"), name)
    return found
