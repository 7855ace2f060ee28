"""Files of another system, judged on a clean machine of it, with this computer's files mounted there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from wontload.binary import Format, Image
from wontload.loader import LoadResult, Module
from wontload.machine import AddedDirectory, Files, Machine, Process
from wontload.machine.foreign import ForeignFiles, to_machine

SEARCH_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
PROFILE_OF = {Format.PE: "windows-11", Format.ELF: "debian-12", Format.MACHO: "macos-14"}


class CleanMachines:
    """A clean machine for each kind of file, made once for all the files that are judged on it.

    Args:
        host: this computer's files.
    """

    def __init__(self, host: Files) -> None:
        self._host = host
        self._made: dict[tuple[str, str, tuple[int, int]], tuple[Machine, Process, ForeignFiles]] = {}

    def for_file(self, image: Image, path: str) -> tuple[Machine, Process, ForeignFiles]:
        """A clean machine that takes this kind of file, a fresh Python of the version that it was built for, the disks.

        Args:
            image: the file, parsed. path: where it is on this computer.
        """
        kind = PROFILE_OF[image.format], image.architecture, python_of(image, path)
        if kind not in self._made:
            self._made[kind] = self._make(*kind, windows=image.format is Format.PE)
        return self._made[kind]

    def _make(
        self, profile: str, architecture: str, python: tuple[int, int], *, windows: bool
    ) -> tuple[Machine, Process, ForeignFiles]:
        from wontload.machine.profile import clean_machine  # all that is known of other systems: few files ask for it

        machine, process = clean_machine(profile, architecture=architecture, python=python)
        files = ForeignFiles(machine.files, windows=windows, host=self._host)
        here = to_machine(os.getcwd(), windows=windows)
        return replace(machine, files=files), replace(process, current_directory=here), files


def python_of(image: Image, path: str) -> tuple[int, int]:
    """The version of Python that a file names; that of this process when it names none."""
    for name in (os.path.basename(path), *(one.library for one in image.needed)):
        if found := re.search(r"(?:cp|cpython-|python)3\.?(\d{1,2})(?=[-.tu])", name, re.IGNORECASE):
            return 3, int(found[1])
    return sys.version_info[:2]


def with_caller(process: Process, added: Sequence[str], environment: Mapping[str, str], *, windows: bool) -> Process:
    """The process with the caller's `--add-dir` and `--env`: directories of this computer, where they exist here."""

    def there(path: str) -> str:
        return to_machine(os.path.abspath(path), windows=windows) if os.path.exists(path) else path

    directories = tuple(AddedDirectory(path=there(path)) for path in added)
    variables = {
        name: (";" if windows else ":").join(there(one) for one in value.split(os.pathsep) if one)
        if name.upper() in SEARCH_VARIABLES
        else value
        for name, value in environment.items()
    }
    return replace(process, added_directories=directories, environment={**process.environment, **variables})


def as_seen_here(result: LoadResult, files: ForeignFiles) -> LoadResult:
    """The answer with paths of this computer wherever they are its files."""
    places = tuple(replace(place, directory=files.here(place.directory)) for place in result.search_order)
    return replace(result, modules=tuple(_module(one, files) for one in result.modules), search_order=places)


def _module(module: Module, files: ForeignFiles) -> Module:
    return replace(
        module,
        name=files.here(module.name),
        path=files.here(module.path) if module.path else None,
        needed_by=files.here(module.needed_by) if module.needed_by else None,
        tried=tuple(replace(one, path=files.here(one.path)) for one in module.tried),
    )
