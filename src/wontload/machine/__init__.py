"""What a machine has, and what was seen there.

`Machine` is a value: the live system (`live`), a snapshot's file (`snapshot`), or either with changes laid over it
(`overlay`) look the same to a loader. `LoadRequest` is one call to the loader with the process's state at that moment;
`Observation` is what a child process saw when it tried a target.

Not here: parsing native files (`binary`), facts that hold on every machine (`knowledge`), running anything of the
target (`probe`).
"""

from wontload.machine.files import Files, Kind, NotKnown
from wontload.machine.inventory import Inventory
from wontload.machine.machine import Machine, Python, System, own_format
from wontload.machine.observation import (
    FailedDirectory,
    Observation,
    ObservedError,
    ObservedLoad,
    Outcome,
    Record,
    UnseenDirectory,
)
from wontload.machine.process import FIND_LIBRARY, AddedDirectory, Finder, LoadRequest, Process

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
