"""Where answers come from: files, texts, programs, the registry. The one thing here that reaches outside."""

from __future__ import annotations

import ntpath
import os
import posixpath
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from wontload.binary import Image, MalformedImage
from wontload.machine.files import Kind, NotKnown
from wontload.machine.machine import Machine
from wontload.machine.survey.cpuid import windows_features
from wontload.machine.survey.devices import present_displays
from wontload.machine.survey.programs import Answer, run
from wontload.machine.survey.registry import Registry, registry

if TYPE_CHECKING:
    from wontload.machine.inventory import Unasked

MOST_TEXT_BYTES = 4 << 20
PROGRAM_S = 1.0  # that a program of the system may take; a healthy nvidia-smi answers in a quarter of it


class Sources:
    """The live computer, asked. Tests put recorded answers in the place of `text`, `size`, `run` and `registry`.

    Args:
        machine: its system, interpreter, environment and files.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.unasked: list[Unasked] = []

    @cached_property
    def registry(self) -> Registry:
        """Windows' registry; elsewhere one without keys."""
        return registry()

    def text(self, path: str, most_bytes: int = MOST_TEXT_BYTES) -> str | None:
        """A text file, or its beginning; `None` where it cannot be read."""
        try:
            with open(path, "rb", buffering=0) as file:
                return (file.read(most_bytes) or b"").decode("utf-8", "replace")
        except (OSError, ValueError):
            return None

    def size(self, path: str) -> int | None:
        """A file's size in bytes; `None` where there is no file."""
        try:
            return os.stat(path).st_size
        except (OSError, ValueError):
            return None

    def rights(self, path: str) -> tuple[bool, int, int] | None:
        """Whether this user may read and write a file, its mode and its group's number; `None` when it is not there."""
        try:
            status = os.stat(path)
            return os.access(path, os.R_OK | os.W_OK), status.st_mode, status.st_gid
        except (OSError, ValueError):
            return None

    def group(self, number: int) -> str:
        """A group's name; its number where it has none."""
        try:
            import grp

            return grp.getgrgid(number).gr_name
        except (ImportError, KeyError, OSError):
            return str(number)

    def run(self, command: Sequence[str], *, timeout_s: float = PROGRAM_S) -> Answer | None:
        """What a program answers; `None`, with a note of why, where it gave no answer."""
        name = self.path.basename(command[0])
        try:
            answer = run(command, timeout_s=timeout_s, environment={**self.machine.environment, "LC_ALL": "C"})
        except (OSError, ValueError) as error:
            self.note(name, getattr(error, "strerror", None) or "cannot be started")
            return None
        if answer.status is None:
            self.note(name, f"no answer within {timeout_s:g} s")
            return None
        return answer

    def windows_features(self) -> frozenset[str] | None:
        """Windows: the processor's instruction sets; `None` where this process cannot ask."""
        return windows_features()

    def display_devices(self) -> tuple[str, ...] | None:
        """Windows: ids of the display adapters that are in the machine; `None` where it does not tell."""
        return present_displays()

    @property
    def own_python(self) -> str:
        """The interpreter that runs this tool, for questions that are put to a child for safety."""
        return sys.executable

    # What follows only combines the above.

    @property
    def system(self) -> str:
        """`windows`, `linux` or `macos`."""
        return self.machine.system.name

    @property
    def path(self) -> ModuleType:
        """`ntpath` or `posixpath`, as the machine has it."""
        return ntpath if self.system == "windows" else posixpath

    def note(self, source: str, why: str) -> None:
        """Remember that a source gave no answer."""
        from wontload.machine.inventory import Unasked

        if (one := Unasked(source=source, why=why)) not in self.unasked:
            self.unasked.append(one)

    def variable(self, name: str) -> str:
        """An environment variable of the process; empty when it is not set."""
        environment = self.machine.environment
        if self.system != "windows" or name in environment:
            return environment.get(name, "")
        return next((value for key, value in environment.items() if key.upper() == name.upper()), "")

    def is_file(self, path: str) -> bool:
        """Whether a file is there."""
        return self.machine.files.kind(path) is Kind.FILE

    def is_directory(self, path: str) -> bool:
        """Whether a directory is there."""
        return self.machine.files.kind(path) is Kind.DIRECTORY

    def names(self, directory: str) -> list[str]:
        """The names in a directory, sorted; none where it cannot be listed."""
        return sorted(self.machine.files.listing(directory) or ())

    def children(self, directory: str) -> Iterator[tuple[str, str]]:
        """Name and path of everything in a directory, by name."""
        for name in self.names(directory):
            yield name, self.path.join(directory, name)

    def real(self, path: str) -> str:
        """A path with its links resolved."""
        return self.machine.files.real(path)

    def image(self, path: str) -> Image | None:
        """A parsed native file; `None` where there is none that can be read."""
        if not self.is_file(path):
            return None
        try:
            return self.machine.files.image(path)
        except (MalformedImage, NotKnown):
            return None

    def file_version(self, path: str) -> str:
        """The version of a PE file's resource, such as `14.38.33135.0`; empty without one."""
        image = self.image(path)
        return ".".join(map(str, image.file_version)) if image and image.file_version else ""

    def program(self, name: str, *directories: str) -> str | None:
        """The path of a program on PATH, else in one of `directories`."""
        windows = self.system == "windows"
        names = (f"{name}.exe",) if windows else (name,)
        entries = self.variable("PATH").split(";" if windows else ":")
        for directory in (*(entry.strip('"') for entry in entries), *directories):
            for candidate in names:
                if directory and self.is_file(path := self.path.join(directory, candidate)):
                    return str(path)
        return None

    def library(self, name: str, *directories: str) -> str | None:
        """A system's library: on LD_LIBRARY_PATH, in `directories`, in `ld.so.cache`, where the loader looks anyway."""
        system = self.machine.system
        if self.system == "windows":
            directories = (*directories, self.path.join(system.windows_directory, "System32"))
        else:
            listed = self.variable("LD_LIBRARY_PATH").replace(";", ":").split(":")
            directories = (*(one for one in listed if one.startswith("/")), *directories)
        cached = [one.path for one in system.library_cache or () if one.name == name]
        candidates = (*(self.path.join(one, name) for one in directories), *cached)
        candidates += tuple(self.path.join(one, name) for one in system.default_directories)
        return next((path for path in candidates if self.is_file(path)), None)
