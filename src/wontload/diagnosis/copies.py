"""Where a file of a given name is on a machine: looked for in stated places, so that "nowhere" means something."""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

from wontload.binary import Image, MalformedImage
from wontload.diagnosis.places import expand
from wontload.knowledge.places import places
from wontload.loader.windows.candidates import FITTING
from wontload.machine import AddedDirectory, Kind, Machine, NotKnown, Process, own_format
from wontload.machine.files import windows_normal

# A package's own native files lie in these, beside its modules or one level down. A tree deeper than this is walked
# only for the target itself: walking every installed package would cost more than the import.
DEAD_LINK = "it is a link that leads nowhere"  # `Copy.defect`
LIBRARY_DIRECTORIES = ("lib", "lib64", "libs", "bin", ".libs", ".dylibs")
# Entries of sys.path that hold no packages: `python311.zip`, `lib/python3.11`, `lib-dynload`, `DLLs`.
STANDARD_LIBRARY = re.compile(r"(\.zip|[\\/](python\d\.\d+t?|lib-dynload|dlls))[\\/]?$", re.IGNORECASE)
DIRECTORY = Kind.DIRECTORY
TREE_LIMIT = 4_000  # directories of the target's own package, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A file with the right name, somewhere.

    Attributes:
        path: absolute. what: the place's name for a person (`on PATH`, `CUDA toolkit`).
        added: the added directory that it lies in, if it does.
        architecture: of its code; `None` when it could not be read. defect: why it could not.
        version: of its version resource (`12.4.99`); empty without one.
        fits: a process of this machine could map it, as far as is known: of one that a saved machine merely lists
            nothing else is.
    """

    path: str
    what: str
    added: AddedDirectory | None = None
    architecture: str | None = None
    defect: str | None = None
    version: str = ""
    fits: bool = False


class CopyFinder:
    """Looks in the directories of every search order, PATH, site-packages, package trees, and known places.

    Args:
        machine: whose files. processes: whose directories count. origins: the target's own directories.
        late: directories that the search variable named after the last load. extra: more of them (`--deep`).
        searched: directories of the loads' own search orders, such as a RUNPATH that one file has and another lacks.
        unseen: directories that the program added and that no load had the use of.
    """

    def __init__(
        self,
        machine: Machine,
        *,
        processes: tuple[Process, ...],
        origins: tuple[str, ...],
        late: tuple[str, ...] = (),
        extra: tuple[str, ...] = (),
        searched: tuple[str, ...] = (),
        unseen: tuple[AddedDirectory, ...] = (),
    ) -> None:
        self._machine = machine
        self._windows = machine.system.name == "windows"
        self._path: ModuleType = ntpath if self._windows else posixpath
        self._processes = processes
        self._origins = origins
        self._late = late
        self._extra = extra
        self._searched = searched
        self._unseen = unseen
        own = machine.system.architecture
        self._fitting = FITTING.get(own, {own}) if self._windows else {own}
        self._names: dict[str, list[tuple[str, str, str]]] | None = None
        self._looked: dict[str, str] = {}
        self._added: dict[str, AddedDirectory] = {}

    def named(self, name: str) -> tuple[Copy, ...]:
        """Copies of exactly this file name, in the order of the places."""
        found = self._index().get(self._fold(name), ())
        paths = [(self._path.join(directory, file), what) for directory, file, what in found]
        return tuple(self._copy(path, what) for path, what in paths if self._machine.files.kind(path) is not DIRECTORY)

    def at(self, path: str) -> Copy:
        """One file as a copy, wherever it lies."""
        return self._copy(path, "")

    def names(self) -> tuple[str, ...]:
        """Every file name in all the places, once each."""
        return tuple(self._index())

    def looked_in(self) -> tuple[str, ...]:
        """The directories that exist and were looked in."""
        self._index()
        return tuple(self._looked)

    def fold(self, path: str) -> str:
        """A path in the form in which this machine compares paths."""
        return windows_normal(path).lower() if self._windows else posixpath.normpath(path)

    def _index(self) -> dict[str, list[tuple[str, str, str]]]:
        """Directory, name and place of each file, by its name as this machine compares names."""
        if self._names is None:
            self._names = {}
            seen: set[str] = set()
            for directory, what in self._directories():
                if not directory or self.fold(directory) in seen:
                    continue
                seen.add(self.fold(directory))
                listing = self._machine.files.listing(directory)
                if listing is None:
                    continue
                self._looked[directory] = what
                for name in listing:
                    self._names.setdefault(self._fold(name), []).append((directory, name, what))
        return self._names

    def _copy(self, path: str, what: str) -> Copy:
        added = self._added.get(self.fold(self._path.dirname(path)))
        kind = self._machine.files.kind(path)
        if kind is Kind.UNKNOWN:  # a saved machine's listing has it, and no more of it
            return Copy(path=path, what=what, added=added, fits=True)
        if kind is not Kind.FILE:
            dead = kind is Kind.ABSENT
            return Copy(path=path, what=what, added=added, defect=DEAD_LINK if dead else "it cannot be read")
        try:
            image: Image = self._machine.files.image(path)
        except MalformedImage as malformed:
            return Copy(path=path, what=what, added=added, defect=malformed.what)
        except NotKnown:
            return Copy(path=path, what=what, added=added, fits=True)
        defect, fits = None, bool(self._fitting & {image.architecture, *image.slices})
        if image.format is not own_format(self._machine.system):
            defect, fits = "it is a library of another system", False
        version = ".".join(map(str, image.file_version)) if image.file_version else ""
        return Copy(
            path=path,
            what=what,
            added=added,
            architecture=image.architecture,
            defect=defect,
            version=version,
            fits=fits,
        )

    def _directories(self) -> Iterator[tuple[str, str]]:
        """(directory, what it is), best known first."""
        yield from self._of_processes()
        for origin in self._origins:
            for directory in self._tree(origin):
                yield directory, "the package itself"
        yield from self._system()
        yield from self._known_places()
        yield from self._site_packages()
        for directory in self._searched:
            yield self._path.normpath(directory), "searched by one of the loads"
        for directory in self._extra:
            yield directory, "found by a walk over the disks"

    def _of_processes(self) -> Iterator[tuple[str, str]]:
        variable = "PATH" if self._windows else "LD_LIBRARY_PATH"
        for process in self._processes:
            for added in process.added_directories:
                self._added[self.fold(added.path)] = added
                yield added.path, "added by the program"
            yield self._path.dirname(process.executable), "beside the interpreter"
            for entry in process.environment.get(variable, "").split(";" if self._windows else ":"):
                yield entry.strip('"'), f"on {variable}"
            yield process.current_directory, "the current directory"
        for added in self._unseen:
            self._added.setdefault(self.fold(added.path), added)
            yield added.path, "added by the program"
        for entry in self._late:
            yield entry, f"put on {variable} by the program"

    def _system(self) -> Iterator[tuple[str, str]]:
        system = self._machine.system
        if self._windows:
            for name in ("System32", "System", ""):
                yield self._path.join(system.windows_directory, name).rstrip("\\"), "Windows"
            return
        for directory in system.default_directories:
            yield directory, "the system's default directory"
        for entry in system.library_cache or ():
            yield self._path.dirname(entry[1]), "in the loader's cache"

    def _known_places(self) -> Iterator[tuple[str, str]]:
        for place in places(self._machine.system.name):
            for directory in expand(place.pattern, self._machine, self._sites()):
                yield directory, place.what

    def _sites(self) -> tuple[str, ...]:
        """The entries of `sys.path` that hold installed packages: all but the standard library's own."""
        python = self._machine.python
        if python is None:
            return ()
        library = self.fold(self._path.join(python.base_prefix, "Lib"))
        paths = [path for path in python.path if path and not STANDARD_LIBRARY.search(path)]
        return tuple(path for path in paths if not self._windows or self.fold(path) != library)

    def _site_packages(self) -> Iterator[tuple[str, str]]:
        for site in self._sites():
            yield site, "site-packages"
            for name in sorted(self._machine.files.listing(site) or ()):
                if name.endswith((".dist-info", ".egg-info", ".py", ".pth", ".pyc")) or name == "__pycache__":
                    continue
                directory = self._path.join(site, name)
                inside = self._machine.files.listing(directory)
                if inside is None:
                    continue
                yield directory, "another package"
                for child in inside:
                    if child in LIBRARY_DIRECTORIES:
                        yield self._path.join(directory, child), "another package"

    def _tree(self, root: str) -> Iterator[str]:
        """A package's directories, breadth first; of any other directory only itself."""
        python = self._machine.python
        above = [self.fold(path) + self._path.sep for path in (python.path if python else ()) if path]
        if not any(self.fold(root).startswith(path) for path in above):
            yield root
            return
        queue = [root]
        for count, directory in enumerate(queue):
            yield directory
            if count >= TREE_LIMIT:
                return
            for name in self._machine.files.listing(directory) or ():
                if "." not in name.lstrip(".") and name != "__pycache__":
                    path = self._path.join(directory, name)
                    if self._machine.files.kind(path) is Kind.DIRECTORY:
                        queue.append(path)

    def _fold(self, name: str) -> str:
        return name.lower() if self._windows else name


def distinct(copies: Iterable[Copy], machine: Machine) -> tuple[Copy, ...]:
    """Each file once, by the first path that leads to it: `/lib` is often a link to `/usr/lib`."""
    found: dict[Hashable, Copy] = {}
    for copy in copies:
        found.setdefault(machine.files.identity(copy.path), copy)
    return tuple(found.values())
