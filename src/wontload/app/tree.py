"""`wontload tree FILE…`: what each file would load, nothing executed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wontload.app import foreign
from wontload.app.places import Place, earlier_readings, saved_machine, this_computer
from wontload.binary import Format, Image
from wontload.errors import UsageError
from wontload.loader import LoadResult, Verdict
from wontload.loader import load as simulate
from wontload.loader.modes import MODES, default_mode, fits, flags_for
from wontload.machine import LoadRequest, Machine, own_format
from wontload.machine.foreign import to_machine
from wontload.machine.interpreters import chosen

if TYPE_CHECKING:
    from wontload.machine.readings import Readings
    from wontload.machine.snapshot import Snapshot

NAMES = {Format.PE: "a Windows", Format.ELF: "an ELF", Format.MACHO: "a Mach-O"}
MANY = 16  # files, for which what was kept of earlier readings is worth its own reading
FORMAT_OF_SUFFIX = {".dll": Format.PE, ".pyd": Format.PE, ".so": Format.ELF, ".dylib": Format.MACHO}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLoad:
    """One file's answer: `path` as asked, the machine, the mode, and what the loader would do.

    `clean` says that the machine is a clean one of the file's own system, assumed because this one is of another.
    """

    path: str
    machine: str
    mode: str
    result: LoadResult
    clean: bool = False


def tree(
    files: Sequence[str],
    *,
    mode: str | None = None,
    added: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    python: str | None = None,
    machine: Machine | Snapshot | None = None,
    at: str | None = None,
) -> Iterator[TreeLoad]:
    """Yield an answer for each file, in the order asked, each as if alone in a fresh interpreter with ctypes imported.

    A file that is absent or cannot be read is an answer. All files share one reading of each image.

    Args:
        files: paths; with `machine`, of that machine if it has them, else of this one.
        mode: `import`, `ctypes`, `legacy` or `dlopen`; by default as each name suggests.
        added: directories as if `os.add_dll_directory` had been called for them.
        environment: variables set over the caller's.
        python: the interpreter whose process is assumed; by default the active environment's, else the running one.
        machine: a saved machine in place of this one.
        at: with `machine`: where on it a file of this one is laid; a directory, or the path of the file.

    Raises:
        UsageError: a mode that does not fit a file's format; nothing has been answered then.
    """
    judge = judge_of(files, mode=mode, added=added, environment=environment, python=python, machine=machine, at=at)
    return judge.each(files)


def judge_of(
    files: Sequence[str],
    *,
    mode: str | None,
    added: Sequence[str],
    environment: Mapping[str, str] | None,
    python: str | None,
    machine: Machine | Snapshot | None,
    at: str | None,
) -> Judge:
    """What gives the answer for each of the files. Arguments and exceptions are those of `tree`."""
    if mode is not None and mode not in MODES:
        raise UsageError(f"there is no mode {mode!r}.", f"There are {', '.join(MODES)}.")
    readings = earlier_readings() if machine is None and len(files) >= MANY else None
    if machine is None:
        place = this_computer(python or chosen(as_module=True)[0], readings)
    else:
        place = saved_machine(machine, at)
    place = place.with_process(added, environment or {})
    if "" in files:
        raise UsageError("there is no file without a name.", "Give the path of a library.")
    for path in files:
        _check(place, path, mode)
    return Judge(place, mode, readings)


class Judge:
    """Gives the answer for a file; to be called for one after the other.

    Args:
        place: the machine and the process. mode: of every file; by default as each name suggests.
        readings: what earlier runs read, where it is this computer.
    """

    def __init__(self, place: Place, mode: str | None, readings: Readings | None) -> None:
        self._place, self._mode, self._readings = place, mode, readings
        self._clean = foreign.CleanMachines(place.machine.files)

    def __call__(self, path: str) -> TreeLoad:
        """The answer for one."""
        return _judge(self._place, path, self._mode, self._clean)

    def each(self, files: Sequence[str]) -> Iterator[TreeLoad]:
        """The answers for some, after which what was read for them is kept."""
        yield from map(self, files)
        self.save()

    def save(self) -> None:
        """Keep what was read for the next run."""
        if self._readings is not None:
            self._readings.save()


def _check(place: Place, path: str, mode: str | None) -> None:
    """Refuse a mode that does not fit a file. `import` and `ctypes` fit all, so that nothing need be read for them."""
    if mode is None or all(fits(mode, one) for one in Format):
        return
    place, there = place.with_file(path)
    image = place.image(there)
    found = image.format if image else _format_by_name(place, there)
    if not fits(mode, found):
        fitting = " and ".join(f"{NAMES[one].split(' ')[1]} files" for one in Format if fits(mode, one))
        what = ("is" if image else "has the name of") + f" {NAMES[found]} file"
        raise UsageError(f"{path} {what}, and --load-as {mode} is for {fitting}.", "Leave --load-as out.")


def _format_by_name(place: Place, path: str) -> Format:
    """What a file that cannot be read was meant to be."""
    return FORMAT_OF_SUFFIX.get(place.path_module.splitext(path)[1].lower(), own_format(place.machine.system))


def _judge(place: Place, path: str, mode: str | None, machines: foreign.CleanMachines) -> TreeLoad:
    place, there = place.with_file(path)
    own = own_format(place.machine.system)
    image = place.image(there) if place.live else None
    if image is not None and image.format is not own:
        return _judge_foreign(place, path, image, mode, machines)
    meant = mode or default_mode(place.path_module.basename(there))
    if not fits(meant, own):  # another system's file on a saved machine, whose loader refuses it in any mode
        meant = "ctypes"
    # glibc's and musl's messages begin with the path as it was handed over.
    is_relative = place.live and own is Format.ELF and meant != "import" and "/" in path
    request = LoadRequest(
        kind="import" if meant == "import" else "ctypes",
        name=path if is_relative else there,
        flags=flags_for(meant, own, there),
        process=place.process,
    )
    result = simulate(place.machine, request)
    if place.machine.exports_cut and path in place.laid and _hangs_on_a_symbol(result):
        result = _undecided(result, place.machine.id)
    if place.live and own is Format.PE and meant != "legacy":
        result = _with_what_is_near(path, result)
    return TreeLoad(path=path, machine=place.machine.id, mode=meant, result=result)


def _hangs_on_a_symbol(result: LoadResult) -> bool:
    """Whether a missing symbol is what it fails of; beside a library that is nowhere, symbols do not matter."""
    by_itself = any(one.error == result.error and not one.symbol for one in result.failed)
    return any(one.symbol for one in result.modules) and not by_itself


def _undecided(result: LoadResult, machine: str) -> LoadResult:
    """What is said where a strange file takes a symbol that the saved machine may merely have left out."""
    lacking = ", ".join(dict.fromkeys(one.symbol for one in result.modules if one.symbol))
    sentence = f"The saved machine {machine} does not tell all exports of its files; there, look for {lacking}."
    return replace(result, verdict=Verdict.UNDETERMINED, error=None, would_settle=(*result.would_settle, sentence))


def _with_what_is_near(path: str, result: LoadResult) -> LoadResult:
    """With a word on directories of the package itself that its own code may add: the file was judged without that."""
    if result.verdict is Verdict.LOADS:
        return result
    from wontload.app import nearby  # and with it the rules of diagnosis, a tenth of a second that most files need not

    return replace(result, would_settle=(*result.would_settle, *nearby.unsettled(path, result)))


def _judge_foreign(
    place: Place, path: str, image: Image, mode: str | None, machines: foreign.CleanMachines
) -> TreeLoad:
    """A file of another system: on a clean machine of that system, with this computer's files mounted on it."""
    windows = image.format is Format.PE
    machine, process, files = machines.for_file(image, path)
    there = to_machine(os.path.abspath(path), windows=windows)
    meant = mode or default_mode(os.path.basename(path))
    process = foreign.with_caller(process, place.caller_added, place.caller_environment, windows=windows)
    request = LoadRequest(
        kind="import" if meant == "import" else "ctypes",
        name=there,
        flags=flags_for(meant, image.format, there),
        process=process,
    )
    result = foreign.as_seen_here(simulate(machine, request), files)
    if windows and meant != "legacy":
        result = _with_what_is_near(path, result)
    return TreeLoad(path=path, machine=machine.id, mode=meant, result=result, clean=True)
