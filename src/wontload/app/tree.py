"""`wontload tree FILE…`: what each file would load, nothing executed."""

from __future__ import annotations

import ntpath
import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from wontload.app.live import machine_of
from wontload.binary import Image, MalformedImage, read_image
from wontload.errors import UsageError
from wontload.loader import LoadResult
from wontload.loader import load as simulate
from wontload.loader.modes import default_mode, fits, flags_for
from wontload.machine import AddedDirectory, Kind, LoadRequest, Machine, Process, Record, own_format
from wontload.machine.overlay import OverlayFiles
from wontload.probe import ask


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLoad:
    """One file's answer: `path` as asked, the machine assumed, the mode, and what the loader would do."""

    path: str
    machine: str
    mode: str
    result: LoadResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where files are judged: a machine, the process that loads, and where files of this computer lie on it."""

    machine: Machine
    process: Process
    at: str | None = None

    @property
    def path_module(self) -> ModuleType:
        """`ntpath` or `posixpath`, as the machine has it."""
        return ntpath if self.machine.system.name == "windows" else posixpath


def tree(
    files: Sequence[str],
    *,
    mode: str | None = None,
    added: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    python: str,
    saved: tuple[Machine, tuple[Record, ...]] | None = None,
    at: str | None = None,
) -> Iterator[TreeLoad]:
    """Yield an answer for each file, in the order asked, each as if alone in a fresh interpreter with ctypes imported.

    Args:
        files: paths; with `saved`, of that machine if it has them, else of this one.
        mode: `import`, `ctypes`, `legacy` or `dlopen`; by default as each name suggests.
        added: directories as if `os.add_dll_directory` had been called for them.
        environment: variables set over the caller's.
        python: the interpreter whose process is assumed. saved: a saved machine in place of this one.
        at: with `saved`: the directory of that machine in which files of this one are laid.

    Raises:
        UsageError: a mode that does not fit a file's format.
    """
    live = saved is None
    place = _this_computer(python) if saved is None else _saved(saved, at)
    process = _with(place, place.process, added, environment or {})
    for path in files:
        yield _judge(place if live else _with_file(place, path), path, process, mode, live=live)


def _judge(place: Place, path: str, process: Process, mode: str | None, *, live: bool) -> TreeLoad:
    target = os.path.abspath(path) if live else _there(place, path)
    image = _image(place, target)
    image_format = image.format if image else own_format(place.machine.system)
    chosen = mode or default_mode(place.path_module.basename(target))
    if not fits(chosen, image_format):
        raise UsageError(f"{path} is a {image_format.value.upper()} file, and --load-as {chosen} does not fit it.")
    if image is not None and image_format is not own_format(place.machine.system):
        image_format = own_format(place.machine.system)
        chosen = chosen if fits(chosen, image_format) else "ctypes"
    request = LoadRequest(
        kind="import" if chosen == "import" else "ctypes",
        name=target,
        flags=flags_for(chosen, image_format, target),
        process=process,
    )
    return TreeLoad(path=path, machine=place.machine.id, mode=chosen, result=simulate(place.machine, request))


def _image(place: Place, path: str) -> Image | None:
    if place.machine.files.kind(path) is not Kind.FILE:
        return None
    try:
        return place.machine.files.image(path)
    except (MalformedImage, LookupError):
        return None


def _this_computer(python: str) -> Place:
    report = ask(python)
    return Place(machine=machine_of(report), process=report.process)


def _saved(saved: tuple[Machine, tuple[Record, ...]], at: str | None) -> Place:
    machine, records = saved
    if records:
        return Place(machine=machine, process=records[0].start, at=at)
    executable = machine.python.base_executable if machine.python else ""
    root = "C:\\" if machine.system.name == "windows" else "/"
    process = Process(executable=executable, current_directory=root, environment=machine.environment)
    return Place(machine=machine, process=process, at=at)


def _there(place: Place, path: str) -> str:
    """The path on the saved machine: itself when it has it, else below `at` (by default a directory of its own)."""
    if place.machine.files.kind(path) in (Kind.FILE, Kind.DENIED):
        return path
    empty = r"C:\wontload" if place.machine.system.name == "windows" else "/wontload"
    return str(place.path_module.join(place.at or empty, os.path.basename(path)))


def _with_file(place: Place, path: str) -> Place:
    """The saved machine with a file of this computer laid over it, unless it has that path itself."""
    if place.machine.files.kind(path) in (Kind.FILE, Kind.DENIED) or not os.path.exists(path):
        return place
    try:
        content: Image | MalformedImage = read_image(path)
    except MalformedImage as malformed:
        content = malformed
    windows = place.machine.system.name == "windows"
    files = OverlayFiles(place.machine.files, {_there(place, path): content}, windows=windows)
    return replace(place, machine=replace(place.machine, files=files))


def _with(place: Place, process: Process, added: Sequence[str], environment: Mapping[str, str]) -> Process:
    """The process with directories added and variables set, their names as this system compares them."""
    path = place.path_module
    local = place.machine.id == "this"
    directories = [AddedDirectory(path=os.path.abspath(one) if local else path.normpath(one)) for one in added]
    variables = dict(process.environment)
    for name, value in environment.items():
        same = [known for known in variables if known.upper() == name.upper()] if path is ntpath else []
        variables[same[0] if same else name] = value
    return replace(process, added_directories=(*process.added_directories, *directories), environment=variables)
