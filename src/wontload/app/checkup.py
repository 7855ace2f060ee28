"""Judging the native files that distributions have installed: each alone, none loaded.

A file alone says less than an import would: a package may add directories, or load libraries first. So a file that
fails is asked about once more with the directories of its own distribution, of those that it requires and of what
`knowledge` says that the package adds; and where what is missing lies elsewhere on the computer, the answer is that
nobody knows without trying.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from wontload import knowledge
from wontload.app.places import Place
from wontload.binary import Format, Image, MalformedImage
from wontload.diagnosis.places import expand
from wontload.knowledge.packages import Loading, normalised
from wontload.loader import LoadResult, Verdict
from wontload.loader import load as simulate
from wontload.loader.modes import default_mode, flags_for
from wontload.machine import AddedDirectory, Kind, LoadRequest, Machine, Process, own_format
from wontload.machine.inventory import Distribution, Toolkit

TAGGED = re.compile(r"(?i)\.(?:cp\d+t?-[\w]+\.pyd|(?:cpython-\d|abi3|pypy\d|graalpy\d)[^./\\]*\.so)$")
ROUNDS = 4  # of finding directories for what is missing: each may bring libraries that need further ones


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
        standing: how it stands; undetermined too when it loads only if something adds a directory for it.
        result: what the loader would do with it alone.
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


class Checker:
    """Judges files on one machine, in a fresh process of its interpreter.

    Args:
        place: the machine and the process.
        distributions: all that are installed.
        toolkits: whose directories programs are likely to add.
    """

    def __init__(self, place: Place, distributions: Iterable[Distribution], toolkits: Iterable[Toolkit]) -> None:
        self.place, self.machine = place, place.machine
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
        loading = self._loading(distribution)
        own = self._own.get(normalised(distribution.name), frozenset())
        required = (self._own.get(name, frozenset()) for name in distribution.requires)
        near = own.union(*required, self._known_directories(distribution, loading))
        files = [file.path for file in distribution.files]
        checked = (self._check(path, near, self._winmode(path, distribution, loading)) for path in files)
        yield from sorted((one for one in checked if one), key=lambda one: (not one.known, not one.extension, one.path))

    def _check(self, path: str, near: frozenset[str], winmode: int | None) -> CheckedFile | None:
        kind, name = self.machine.files.kind(path), self._base(path)
        image = self.place.image(path) if kind is Kind.FILE else None
        mode = self._mode(path, name, image)
        if mode is None or (image is not None and not self._is_for_this_machine(image, mode)):
            return None
        legacy = winmode == 0
        request = self._request(path, "legacy" if legacy else mode)
        if legacy:  # what it adds with os.add_dll_directory does not count for such a load; what it puts on PATH does
            request = replace(request, process=self._helped(request.process, near, on_path=True))
        result = simulate(self.machine, request)
        standing, elsewhere = Standing(result.verdict.value), tuple[str, ...]()
        if standing is Standing.FAILS:
            helped, elsewhere = self._with_help(request, result, near)
            standing = standing if legacy else helped  # such a load does not search what is added
        return CheckedFile(
            path=path,
            mode="legacy" if legacy else mode,
            extension=mode == "import",
            known=winmode is not None,
            damaged=image is None and standing is Standing.FAILS,
            standing=standing,
            result=result,
            elsewhere=elsewhere,
        )

    def _mode(self, path: str, name: str, image: Image | None) -> str | None:
        """How it would be loaded; `None` for an extension module of another Python."""
        python = self.machine.python
        suffixes = python.extension_suffixes if python else ()
        if TAGGED.search(name):
            tagged = [one for one in suffixes if one.lower() not in (".so", ".pyd")]
            return "import" if not suffixes or name.lower().endswith(tuple(map(str.lower, tagged))) else None
        if default_mode(name) == "import":
            return "import"
        exported = image and image.format is own_format(self.machine.system) and _initialises(image, name)
        return "import" if exported else "ctypes"

    def _is_for_this_machine(self, image: Image, mode: str) -> bool:
        system = self.machine.system
        if image.format is not own_format(system):
            return False
        return mode == "import" or system.architecture in (image.architecture, *image.slices)

    def _request(self, path: str, mode: str) -> LoadRequest:
        flags = flags_for(mode, own_format(self.machine.system), path)
        kind = "import" if mode == "import" else "ctypes"
        return LoadRequest(kind=kind, name=path, flags=flags, process=self.place.process)

    def _with_help(
        self, request: LoadRequest, result: LoadResult, near: frozenset[str]
    ) -> tuple[Standing, tuple[str, ...]]:
        """How it stands once directories that hold what is missing are searched, and those that are not its own."""
        added: dict[str, None] = {}
        for _ in range(ROUNDS):
            holders = [self._holders.get(self._fold(self._base(one.name)), ()) for one in result.failed]
            new = [directory for some in holders for directory in _nearest(some, near) if directory not in added]
            if not new or result.verdict is not Verdict.FAILS:
                break
            added |= dict.fromkeys(new)
            helped = replace(request, process=self._helped(request.process, added))
            result = simulate(self.machine, helped)
        far = tuple(one for one in added if one not in near)
        standing = Standing(result.verdict.value)
        return (Standing.UNDETERMINED, far) if standing is Standing.LOADS and far else (standing, far)

    def _helped(self, process: Process, directories: Iterable[str], *, on_path: bool = False) -> Process:
        """The process once those directories are searched, by the means that each system has."""
        system = self.machine.system.name
        if self._windows and not on_path:
            more = tuple(AddedDirectory(path=one) for one in directories)
            return replace(process, added_directories=(*process.added_directories, *more))
        name = {"windows": "PATH", "macos": "DYLD_LIBRARY_PATH"}.get(system, "LD_LIBRARY_PATH")
        name = next((one for one in process.environment if self._windows and one.upper() == name), name)
        separator = ";" if self._windows else ":"
        value = separator.join(filter(None, (*directories, process.environment.get(name, ""))))
        return replace(process, environment={**process.environment, name: value})

    def _loading(self, distribution: Distribution) -> Loading | None:
        known = [knowledge.package(name) for name in (distribution.name, *distribution.modules)]
        return next((one.loading for one in known if one and one.loading), None)

    def _known_directories(self, distribution: Distribution, loading: Loading | None) -> frozenset[str]:
        """What the package is known to add; for a load that ignores added directories, what it puts on PATH."""
        if loading is None:
            return frozenset()
        patterns = loading.add_dll_directory if loading.winmode is None else loading.path_prepends
        sites = (distribution.location,)
        found = (path for pattern in patterns for path in expand(pattern, self.machine, sites))
        return frozenset(self.place.path_module.normpath(path) for path in found)

    def _winmode(self, path: str, distribution: Distribution, loading: Loading | None) -> int | None:
        """Windows: the flags that the package itself hands over for this file, where that is known."""
        if loading is None or not self._windows:
            return None
        relative = path[len(distribution.location) :].replace("\\", "/").strip("/").lower()
        return loading.winmode if relative in loading.libraries["windows"] else None

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


def _nearest(holders: tuple[str, ...], near: frozenset[str]) -> tuple[str, ...]:
    """Those of the package's own directories, else all."""
    own = tuple(one for one in holders if one in near)
    return own or holders


def _initialises(image: Image, name: str) -> bool:
    """Whether it exports the function that an import of a module of its name calls (PEP 489, PyInit_NAME)."""
    function = f"PyInit_{name.partition('.')[0]}"
    try:
        if image.format is Format.ELF:
            return bool(image.export_index.versions(function))
        return bool({function, f"_{function}"} & image.exports_by_name.keys())
    except MalformedImage:
        return False


def _variable(machine: Machine, name: str) -> str:
    return next((value for key, value in machine.environment.items() if key.upper() == name), "")
