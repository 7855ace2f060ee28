"""Judging the native files that distributions have installed: each alone, none loaded.

A file alone says less than an import would: a package may add directories, or load libraries first. So a file that
fails is asked about once more with the directories of its own distribution, of those that it requires and of what
`knowledge` says that the package adds; and where what is missing lies elsewhere on the computer, the answer is that
nobody knows without trying.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from wontload.app.places import Place
from wontload.diagnosis import alone
from wontload.diagnosis.module_builds import spared
from wontload.diagnosis.openers import Openers
from wontload.knowledge.packages import normalised
from wontload.loader import LoadResult
from wontload.loader import load as simulate
from wontload.machine import Kind, LoadRequest, Machine
from wontload.machine.inventory import Distribution, Toolkit

NATIVE = re.compile(r"\.so[.\d]*$|/[^./]+$")  # libraries, and what may be programs


class Standing(str, Enum):
    """How one file stands."""

    LOADS = "loads"
    FAILS = "fails"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """One native file.

    Attributes:
        path: where. mode: as `load/1` has it: `import`, `ctypes`, `legacy`.
        extension: an extension module that this Python could import.
        known: its package is known to load it so. Any other file may be one that it does not ask for, or does without.
        damaged: the file itself is gone or cannot be read, whatever it needs.
        unfit: what the file itself is, where that alone keeps it from loading.
        spared: it does not load, and nobody misses it: another build of the same module loads, and an import takes one
            of them; or a library of the package opens it by its name when it is wanted, and loads without it.
        saved: a saved machine tells of the file; it is made to tell of its targets, and of all only without one.
        standing: how it stands; undetermined too when it loads only if something adds a directory for it.
        result: what the loader would do with it alone; where it fails with the directories of its own package and of
            what that requires, too, with those.
        elsewhere: directories of this computer that hold what it misses.
    """

    path: str
    mode: str
    extension: bool
    known: bool
    damaged: bool
    standing: Standing
    result: LoadResult
    elsewhere: tuple[str, ...] = ()
    saved: bool = True
    spared: bool = False
    unfit: str = ""


class Checker:
    """Judges files on one machine, in a fresh process of its interpreter.

    Args:
        place: the machine and the process.
        distributions: all that are installed.
        toolkits: whose directories programs are likely to add.
        read: the bytes of a file; `None` where only what a saved machine keeps of files is there.
    """

    def __init__(
        self,
        place: Place,
        distributions: Iterable[Distribution],
        toolkits: Iterable[Toolkit],
        read: Callable[[str], Iterable[bytes]] | None = None,
    ) -> None:
        self.place, self.machine, self._read = place, place.machine, read
        self._windows = self.machine.system.name == "windows"
        self._own: dict[str, frozenset[str]] = {}
        for one in distributions:
            directories = {self._folder(file.path) for file in one.files if file.present}
            key = normalised(one.name)
            self._own[key] = self._own.get(key, frozenset()) | directories
        listed = [directory for one in toolkits for directory in one.libraries]
        if self._windows:
            listed += [entry.strip('"') for entry in _variable(self.machine, "PATH").split(";") if entry]
        self._holders = self._index([*listed, *(one for own in self._own.values() for one in own)])

    def check(self, distribution: Distribution) -> Iterator[CheckedFile]:
        """Its files, those that this Python imports first; files for other systems and Pythons are left out."""
        loading = alone.loading_of((distribution.name, *distribution.modules), distribution.version)
        own = self._own.get(normalised(distribution.name), frozenset())
        required = (self._own.get(name, frozenset()) for name in distribution.requires)
        near = own.union(*required, alone.known_directories(self.machine, loading, distribution.location))
        if not self._windows:
            near = near.union(self._beside(own, distribution.location))
        files = [file.path for file in distribution.files]
        site = distribution.location
        winmodes = {path: alone.winmode_of(self.machine, loading, path, site) for path in files}
        checked = [one for path in files if (one := self._check(path, near, winmodes[path]))]
        brought = alone.brought_along(one.result for one in checked if one.standing is Standing.LOADS)
        checked = [
            replace(one, standing=Standing.LOADS, result=brought[one.path])
            if one.path in brought and alone.lacks_symbols_alone(one.result)
            else one
            for one in checked
        ]
        served = spared(
            (one.path for one in checked if one.standing is not Standing.LOADS and not one.damaged),
            (one.path for one in checked if one.standing is Standing.LOADS),
        )
        served |= self._opened(checked)
        told = (replace(one, spared=one.path in served) for one in checked)
        yield from sorted(told, key=lambda one: (not one.known, not one.extension, one.path))

    def _opened(self, checked: Sequence[CheckedFile]) -> frozenset[str]:
        """The files that do not load, and that a library which loads opens by their names."""
        amiss = (one for one in checked if one.standing is not Standing.LOADS)
        ailing = [one for one in amiss if not (one.extension or one.known or one.damaged)]
        if self._read is None or not ailing:
            return frozenset()
        images = [(one.path, image) for one in checked if (image := self.place.image(one.path)) is not None]
        loading = {self._base(one.path).lower() for one in checked if one.standing is Standing.LOADS}
        openers = Openers(images, self._read)
        return frozenset(one.path for one in ailing if openers.of(self._base(one.path).lower(), loading))

    def _beside(self, directories: Iterable[str], site: str) -> Iterator[str]:
        """Where a package has programs that load its plugins, as PostgreSQL's server does: `bin` beside its `lib`."""
        path = self.place.path_module
        for directory in directories:
            while len(directory := path.dirname(directory)) > len(site) and directory.startswith(site):
                yield path.join(directory, "bin")

    def _check(self, path: str, near: frozenset[str], winmode: int | None) -> CheckedFile | None:
        kind, name = self.machine.files.kind(path), self._base(path)
        image = self.place.image(path) if kind is Kind.FILE else None
        mode = alone.mode_of(name, image, self.machine)
        if mode is None or (image is not None and not alone.is_for(self.machine, image, mode)):
            return None
        legacy = winmode == 0
        request = alone.request_for(self.machine, self.place.process, path, "legacy" if legacy else mode)
        if legacy:  # what it adds with os.add_dll_directory does not count for such a load; what it puts on PATH does
            request = replace(request, process=alone.helped_process(self.machine, request.process, near, on_path=True))
        result = simulate(self.machine, request)
        standing, elsewhere = Standing(result.verdict.value), tuple[str, ...]()
        if standing is Standing.FAILS:
            helped, elsewhere = self._with_help(request, result, near)
            if not legacy:  # such a load does not search what is added
                standing = _standing(helped, elsewhere)
                result = helped if standing is Standing.FAILS and not elsewhere else result
        return CheckedFile(
            path=path,
            mode="legacy" if legacy else mode,
            extension=mode == "import",
            known=winmode is not None,
            damaged=image is None and standing is Standing.FAILS,
            standing=standing,
            result=result,
            elsewhere=elsewhere,
            saved=kind is not Kind.UNKNOWN,
            unfit=alone.unfit(self.machine, path) if standing is Standing.FAILS else "",
        )

    def _with_help(
        self, request: LoadRequest, result: LoadResult, near: frozenset[str]
    ) -> tuple[LoadResult, tuple[str, ...]]:
        """The load once directories that hold what is missing are searched, and those that are not its own."""
        definers = partial(self._definers, near)
        helped = alone.with_help(self.machine, request, result, self._holding, near, definers)
        return helped.result, tuple(one for one in helped.added if one not in near)

    def _holding(self, name: str) -> tuple[str, ...]:
        return self._holders.get(self._fold(name), ())

    def _definers(self, near: frozenset[str], symbol: str) -> list[str]:
        """ELF: libraries and programs in these directories that define a symbol."""
        listings = ((directory, self.machine.files.listing(directory) or ()) for directory in sorted(near))
        paths = (self.place.path_module.join(directory, name) for directory, some in listings for name in some)
        return [path for path in paths if NATIVE.search(path) and alone.defines(self.machine, path, symbol)]

    def _index(self, directories: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """File name to the directories that hold one of that name."""
        found: dict[str, list[str]] = {}
        for directory in dict.fromkeys(directories):
            for name in self.machine.files.listing(directory) or ():
                found.setdefault(self._fold(name), []).append(directory)
        return {name: tuple(places) for name, places in found.items()}

    def _fold(self, name: str) -> str:
        return name.lower() if self._windows else name

    def _folder(self, path: str) -> str:
        return str(self.place.path_module.dirname(path))

    def _base(self, path: str) -> str:
        return str(self.place.path_module.basename(path))


def _standing(helped: LoadResult, elsewhere: tuple[str, ...]) -> Standing:
    """Of a file that loads only once something adds a directory that is not its own, nobody knows."""
    standing = Standing(helped.verdict.value)
    return Standing.UNDETERMINED if standing is Standing.LOADS and elsewhere else standing


def _variable(machine: Machine, name: str) -> str:
    return next((value for key, value in machine.environment.items() if key.upper() == name), "")
