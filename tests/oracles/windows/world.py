"""Arranged worlds: files in named places of a real Windows, one load, and what the model and Wine say of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.oracles.windows import changed
from tests.oracles.windows.files import PrefixFiles
from tests.support.mingw import dll
from tests.support.pe_images import pe
from tests.support.windows import Windows, WindowsPython
from wontload.binary import read_api_sets
from wontload.loader import Status
from wontload.loader.quirks import WINE
from wontload.loader.windows import load
from wontload.loader.windows.flags import AS_DATA
from wontload.machine import AddedDirectory, LoadRequest, Machine, Process, System

CHILD = Path(__file__).with_name("child.py").read_text()
PLACES = (
    "lib",
    "added one",
    "added-zwei",
    "päth",
    "path two",
    "current",
    "set dll directory",
    "else where",
    "semi;colon",
)
CONTENT = {
    "text": b"version https://git-lfs.github.com/spec/v1\n",
    "empty": b"",
    "elf": b"\x7fELF" + bytes(99),
    "dotnet for x86": pe(machine="x86", dotnet=2),  # code of .NET's and of x86 in one file
}
# From the signature: the optional header's magic, SizeOfImage, entry point.
PATCHES = {
    "optional header of 32 bits": (24, b"\x0b\x01"),
    "optional header of no kind": (24, b"\x0b\x03"),
    "no size in memory": (24 + 56, bytes(4)),
    "less room than its sections": (24 + 56, (0x1000).to_bytes(4, "little")),
    "no entry point": (24 + 16, bytes(4)),
    "entry point in its headers": (24 + 16, b"\x10\0\0\0"),
    # In the first section's header, which mingw puts behind 16 data directories: its flags, sizes, address.
    "code that may not be executed": (24 + 240 + 36, b"\x40\x00\x00\x40"),
    "code that is not in the file": (24 + 240 + 16, bytes(4)),
    "section within a page": (24 + 240 + 12, b"\x01"),
}
# What a loader is to make nothing of.
CHANGES = {"misleading hints": changed.with_wrong_hints, "bound to other files": changed.bound}
CUTS = {"truncated": 1500, "cut by a byte": -1, "cut by a sector": -512}
PIPES_CLOSE_S = 10.0
MOST_DEATHS = 2  # of processes over one world, before it counts as one that kills them
SYSTEM_PLACES = ("application", "system32", "system", "windows")


@dataclass(frozen=True)
class Dll:
    """One file of a world.

    Attributes:
        needs, delay, forwards, init_fails, dependent_load_flags, manifest, manifest_number: as `mingw.dll` takes them.
        what: `dll`, `manifest` (a file that is one), a machine type of `mingw.MACHINES`, `text`, `empty`, one of
            `CUTS`, `elf`, `dotnet for x86`, one of `PATCHES` or `CHANGES`, `directory` or `link`.
        link_to: of a `link`: the target, from its own directory.
    """

    needs: tuple[object, ...] = ()
    delay: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    forwards: tuple[tuple[str, str], ...] = ()
    init_fails: bool = False
    dependent_load_flags: int = 0
    what: str = "dll"
    link_to: str = ""
    manifest: str = ""
    manifest_number: int = 2

    def write(self, path: Path) -> None:
        if self.what == "directory":
            path.mkdir()
        elif self.what == "link":
            path.symlink_to(self.link_to)
        elif self.what == "manifest":
            path.write_text(self.manifest)
        elif self.what in CONTENT:
            path.write_bytes(CONTENT[self.what])
        else:
            dll(
                path,
                self.needs,
                self.exports,
                self.delay,
                forwards=dict(self.forwards),
                init_fails=self.init_fails,
                dependent_load_flags=self.dependent_load_flags,
                manifest=self.manifest,
                manifest_number=self.manifest_number,
                machine="x86_64" if self.what in ("dll", *CUTS, *PATCHES, *CHANGES) else self.what,
            )
            if self.what in CUTS:
                path.write_bytes(path.read_bytes()[: CUTS[self.what]])
            if self.what in CHANGES:
                data = bytearray(path.read_bytes())
                CHANGES[self.what](data)
                path.write_bytes(data)
            if self.what in PATCHES:
                data, (offset, value) = bytearray(path.read_bytes()), PATCHES[self.what]
                at = int.from_bytes(data[0x3C:0x40], "little") + offset
                data[at : at + len(value)] = value
                path.write_bytes(data)


@dataclass(frozen=True)
class World:
    """Files and one load request. Directories are places, or Windows paths where they hold a colon or a backslash.

    `name` may hold `{place}`, which stands for that place's Windows path.
    """

    files: Mapping[tuple[str, str], Dll]
    name: str
    flags: int = 0x1100
    added: Sequence[str] = ()
    path: Sequence[str] = ()
    current: str = "current"
    dll_directory: str | None = None
    default_dll_directories: int | None = None
    preload: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """What is compared: the error number and, where the load succeeds, every module mapped, in order."""

    error: int | None
    mapped: tuple[str, ...]


class Crashed(AssertionError):
    """The real loader gave no answer: its process died of this world, in two processes, or waits for ever."""


@dataclass
class Lab:
    """A real Python and a root directory of its own in the prefix, in which worlds are built one after another.

    A process that dies is no answer yet: under load Wine now and then fails to start one (a stream that it could not
    hand over, a server that was slow). The world is asked again of a new process; only a death that repeats counts.
    """

    windows: Windows
    python: WindowsPython
    root: Path
    files: PrefixFiles = field(init=False)
    system: System = field(init=False)
    process: subprocess.Popen[str] | None = None
    limit_s: float = 120

    def __post_init__(self) -> None:
        self.files = PrefixFiles(self.windows)
        api_sets = read_api_sets(self.place("system32") / "apisetschema.dll")
        self.system = System(name="windows", windows_directory=r"C:\windows", quirks=WINE, api_sets=api_sets)

    def place(self, name: str) -> Path:
        system = self.windows.drive / "windows"
        special = {"application": self.python.root, "system32": system / "system32", "system": system / "system"}
        special["windows"] = system
        return special.get(name, self.root / name)

    def spelled(self, place: str) -> str:
        if place.startswith("{"):  # a directory in a place
            inside, _, rest = place[1:].partition("}")
            return self.spelled(inside) + rest
        if place in ("", ".") or "\\" in place or ":" in place:
            return place
        return self.windows.to_windows(self.place(place))

    def name(self, world: World, name: str | None = None) -> str:
        name = world.name if name is None else name
        for place in (*PLACES, *SYSTEM_PLACES):
            name = name.replace("{" + place + "}", self.spelled(place))
        return name

    def outcomes(self, world: World) -> tuple[Outcome, Outcome]:
        """What the model says of a world, and what Wine does."""
        written = list(self._build(world))
        try:
            answer = self._ask_wine(world)
            return self._predict(world, answer), self._observed(answer)
        finally:
            for path in written:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _build(self, world: World) -> Iterator[Path]:
        shutil.rmtree(self.root, ignore_errors=True)
        for place in PLACES:
            self.place(place).mkdir(parents=True)
        for (place, name), made in world.files.items():
            path = self.place(place) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            made.write(path)
            yield path

    def _ask_wine(self, world: World) -> dict[str, object]:
        todo = {
            "name": self.name(world),
            "flags": world.flags,
            "current_directory": self.spelled(world.current),
            "path": ";".join(map(self.spelled, world.path)),
            "added": [self.spelled(place) for place in world.added],
            "dll_directory": None
            if world.dll_directory is None
            else self.name(world, self.spelled(world.dll_directory)),
            "default_dll_directories": world.default_dll_directories,
            "preload": [self.name(world, name) for name in world.preload],
        }
        deaths: list[str] = []
        while True:
            line, fresh = self._line(json.dumps(todo))
            if line:
                break
            deaths.append(f"{'just started' if fresh else 'used before'}, it ended with {self._end()}")
            self.windows.revive()
            if len(deaths) == MOST_DEATHS:
                raise Crashed(f"the real loader crashed on {world}: {'; then, '.join(deaths)}")
        if deaths:  # once and not again: the machine's doing. It is said, so that a habit of dying shows.
            warnings.warn(f"a Windows process died and another one answered: {deaths[0]}", stacklevel=2)
        answer: dict[str, object] = json.loads(line)
        if answer["spoilt"]:  # Wine leaves modules of failed loads mapped, and some settings cannot be taken back
            self.stop()
        return answer

    def _line(self, todo: str) -> tuple[str, bool]:
        """What the process says, nothing when it dies; and whether it was started for this. Raises `Crashed` late."""
        fresh = self.process is None
        if self.process is None:
            self.process = self.windows.start([self.python.exe, "-I", "-S", "-u", "-c", CHILD])
        process, late = self.process, threading.Event()
        assert process.stdin is not None
        assert process.stdout is not None

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self.limit_s, end)
        timer.start()
        try:
            process.stdin.write(todo + "\n")
            line = process.stdout.readline()
        except OSError:  # the pipe's other end is gone
            line = ""
        finally:
            timer.cancel()
        if late.is_set() and not line:
            self.stop()
            raise Crashed(f"the real loader did not answer within {self.limit_s} s to {todo}")
        return line, fresh

    def _end(self) -> str:
        """How a process ended that gave no answer, and the last that it wrote to stderr."""
        process, self.process = self.process, None
        assert process is not None
        try:
            _, said = process.communicate(timeout=30)
        except (subprocess.TimeoutExpired, OSError, ValueError):
            process.kill()
            return "its streams closed, still running"
        return f"status {process.returncode} {(said or '')[-500:]!r}"

    def stop(self) -> None:
        """End the Windows process; the next world starts another."""
        if self.process is not None:
            self.process.kill()
            try:
                self.process.communicate(timeout=PIPES_CLOSE_S)
            except OSError:  # what was written last went into a pipe that nobody reads
                self.process.wait()
            except subprocess.TimeoutExpired:  # a service of Wine's that began just then holds the pipes while it runs
                self.process.wait()
            self.process = None

    def _predict(self, world: World, answer: dict[str, object]) -> Outcome:
        process = Process(
            executable=str(answer["executable"]),
            current_directory=self.spelled(world.current),
            environment={"PATH": ";".join(map(self.spelled, world.path))},
            added_directories=tuple(AddedDirectory(self.spelled(place)) for place in world.added),
            modules=tuple(answer["before"]),  # type: ignore[arg-type]
            dll_directory=None if world.dll_directory is None else self.name(world, self.spelled(world.dll_directory)),
            default_dll_directories=world.default_dll_directories,
        )
        machine = Machine(id="wine", system=self.system, files=self.files)
        request = LoadRequest(kind="ctypes", name=self.name(world), flags=world.flags, process=process)
        result = load(machine, request)
        mapped = [one.path for one in result.modules if one.status is Status.LOADED and one.path]
        if world.flags & AS_DATA:
            mapped = []  # Windows keeps no module for a file that it maps as data
        error = result.error if isinstance(result.error, int) else None
        return Outcome(error, tuple(map(str.lower, mapped)) if error == 0 else ())

    def _observed(self, answer: dict[str, object]) -> Outcome:
        error = int(answer["error"])  # type: ignore[call-overload]
        mapped = tuple(str(path).lower() for path in answer["mapped"])  # type: ignore[attr-defined]
        return Outcome(error, mapped if error == 0 else ())
