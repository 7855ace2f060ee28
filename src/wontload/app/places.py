"""Where files are judged: a machine, the process that loads there, and how files of this computer get onto it."""

from __future__ import annotations

import ntpath
import os
import posixpath
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import TYPE_CHECKING

from wontload.app.live import machine_of
from wontload.binary import Image, MalformedImage, read_image
from wontload.loader import prepare
from wontload.machine import AddedDirectory, Kind, Machine, Process
from wontload.machine.files import NATIVE_SUFFIX
from wontload.machine.memory import Content
from wontload.machine.overlay import OverlayFiles
from wontload.probe import ask

if TYPE_CHECKING:
    from wontload.machine.readings import Readings
    from wontload.machine.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Place:
    """A machine and a process on it.

    Attributes:
        machine, process: where, and what its loader may know of the process.
        live: the machine is this computer.
        caller_added, caller_environment: directories and variables that the caller adds, as the caller spells them.
        laid: files of this computer, as asked for, that lie over a saved machine.
        at: on a saved machine: where a file of this one is laid, a directory or (with a native suffix) the file's path.
    """

    machine: Machine
    process: Process
    live: bool
    at: str | None = None
    caller_added: tuple[str, ...] = ()
    caller_environment: Mapping[str, str] = field(default_factory=dict)
    laid: frozenset[str] = frozenset()
    _read: dict[str, Content] = field(default_factory=dict, repr=False, compare=False)

    @property
    def path_module(self) -> ModuleType:
        """`ntpath` or `posixpath`, as the machine has it."""
        return ntpath if self.machine.system.name == "windows" else posixpath

    def has(self, path: str) -> bool:
        """Whether a file is known to be there."""
        return self.machine.files.kind(path) in (Kind.FILE, Kind.DENIED)

    def with_file(self, path: str) -> tuple[Place, str]:
        """The place with the file asked for on it, and its path there.

        On a saved machine that is the machine's own file of that path; else this computer's, laid over the machine.
        """
        if self.live:
            return self, _absolute(path)
        there = path if self.has(path) else self._there(path)
        if there == path or not os.path.lexists(path):
            return self, path if self.path_module.isabs(path) else there
        windows = self.machine.system.name == "windows"
        alone = () if self.at else (self.path_module.dirname(there),)
        files = OverlayFiles(self.machine.files, {there: self._content(path)}, windows=windows, complete=alone)
        return replace(self, machine=replace(self.machine, files=files), laid=self.laid | {path}), there

    def _there(self, path: str) -> str:
        if self.at and NATIVE_SUFFIX.search(self.at):
            return self.at
        empty = r"C:\wontload" if self.machine.system.name == "windows" else "/wontload"
        return str(self.path_module.join(self.at or empty, os.path.basename(path)))

    def _content(self, path: str) -> Content:
        """The file of this computer, parsed once however often it is asked for."""
        real = os.path.realpath(path)
        if real not in self._read:
            try:
                self._read[real] = read_image(path)
            except MalformedImage as malformed:
                self._read[real] = malformed
        return self._read[real]

    def image(self, path: str) -> Image | None:
        """The parsed file; `None` where there is none, or nothing that can be read."""
        if self.machine.files.kind(path) is not Kind.FILE:
            return None
        try:
            return self.machine.files.image(path)
        except (MalformedImage, LookupError):
            return None

    def with_process(self, added: Sequence[str], environment: Mapping[str, str]) -> Place:
        """The place with directories added and variables set, their names as this system compares them."""
        path = self.path_module
        start = os.getcwd() if self.live else self.process.current_directory
        directories = [AddedDirectory(path=path.normpath(path.join(start, one))) for one in added]
        variables = dict(self.process.environment)
        for name, value in environment.items():
            same = [known for known in variables if known.upper() == name.upper()] if path is ntpath else []
            variables[same[0] if same else name] = value
        added_directories = (*self.process.added_directories, *directories)
        process = replace(self.process, added_directories=added_directories, environment=variables)
        return replace(self, process=process, caller_added=tuple(added), caller_environment=environment)


def _absolute(path: str) -> str:
    """The path as this system's loader takes it: below `link/..` lies what is beside the link's target."""
    if os.name == "posix" and ".." in path.split("/"):
        return os.path.join(os.getcwd(), path)
    return os.path.abspath(path)


def earlier_readings() -> Readings | None:
    """What earlier runs read of this computer's files; of PE and Mach-O files nothing is kept."""
    if not sys.platform.startswith("linux"):
        return None
    from wontload.machine.readings import Readings

    return Readings()


def this_computer(python: str, readings: Readings | None = None) -> Place:
    """This computer, and a fresh process of `python`; `readings`: as in `machine_of`."""

    def meanwhile() -> None:
        prepare(sys.platform)
        _ = readings and readings.entries

    report = ask(python, meanwhile=meanwhile)
    return Place(machine=machine_of(report, readings), process=report.process, live=True)


def saved_machine(saved: Machine | Snapshot, at: str | None) -> Place:
    """A saved machine, and the process in which something was tried there; without a record the interpreter alone."""
    from wontload.machine.snapshot import Snapshot

    machine, records = saved if isinstance(saved, Snapshot) else Snapshot(saved, ())
    process = records[0].start if records else fresh_process(machine)
    return Place(machine=machine, process=process, live=False, at=at)


def fresh_process(machine: Machine) -> Process:
    """A process of which nothing was recorded: the interpreter, alone."""
    windows = machine.system.name == "windows"
    return Process(
        executable=machine.python.base_executable if machine.python else "",
        current_directory="C:\\" if windows else "/",
        environment=machine.environment,
    )
