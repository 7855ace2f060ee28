"""All that the rules may look at, as one value; and what several of them want to know of it."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from types import ModuleType
from typing import TypeVar, cast

from wontload.binary.gpu_code import GpuCode
from wontload.diagnosis.copies import CopyFinder
from wontload.diagnosis.judged import JudgedLoad
from wontload.knowledge.families import library_of
from wontload.loader import LoadResult, Module, Verdict
from wontload.loader.glibc.candidate import CRASHES
from wontload.machine import FIND_LIBRARY, Kind, LoadRequest, Machine, Observation, Outcome, Process

Drawn = TypeVar("Drawn")

RTLD_NOLOAD = {"linux": 0x4, "macos": 0x10}  # <dlfcn.h> of glibc and musl, and of Apple


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another environment in which the target is installed: its interpreter or prefix, and where the target is."""

    environment: str
    location: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """One target on one machine.

    Attributes:
        target: as asked. kind: `import` or `file`.
        machine: where. start: the process before the target was touched.
        observation: what the real import did; `None` when nothing was run.
        loads: every load request with what was seen and what the model says.
        elsewhere: other environments that have the target.
        known_as: the distribution that `knowledge/` names for an import that is not installed.
        describe_exit: exit status of a child in words.
        gpu_code: what a file holds for GPUs, by its path; `None` where that is not known.
        extra_directories: further places to look for copies in (`--deep`).
    """

    target: str
    kind: str
    machine: Machine
    start: Process | None = None
    observation: Observation | None = None
    loads: tuple[JudgedLoad, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    known_as: str | None = None
    describe_exit: Callable[[int], str] = str
    gpu_code: Callable[[str], GpuCode | None] = field(default=lambda path: None, repr=False)
    extra_directories: tuple[str, ...] = field(default=(), repr=False)
    _drawn: dict[Callable[[Case], object], object] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def windows(self) -> bool:
        """Whether paths and search rules are Windows'."""
        return self.machine.system.name == "windows"

    @property
    def path_module(self) -> ModuleType:
        """`ntpath` or `posixpath`, as the machine has it, whatever this computer is."""
        return ntpath if self.windows else posixpath

    def fold(self, path: str) -> str:
        """A path in the form in which this machine compares paths."""
        normal = str(self.path_module.normpath(path))
        return normal.lower() if self.windows else normal

    @cached_property
    def outcome(self) -> Outcome | None:
        """How the real import ended; `None` when nothing was run."""
        return None if self.observation is None else self.observation.outcome

    @property
    def editable_project(self) -> str:
        """The directory of the project of which the target is an editable install; empty for any other target.

        What an index has under its name may be another project, so nothing is fetched in its place.
        """
        return (self.observation.source if self.observation else None) or ""

    @cached_property
    def fatal_loads(self) -> tuple[int, ...]:
        """Indices of the loads whose failure ended the import; several when alternatives were tried and none would do.

        A package may try several files and survive. The failures that count are those whose text came out, else the
        last one when the exception was raised by a load.
        """
        failed = [index for index in range(len(self.loads)) if self.load_failed(index)]
        if self.observation is None:
            return tuple(failed)
        if self.outcome is Outcome.CRASHED:  # inside a load of which the model says that it does just that
            return tuple(index for index in failed if self._was_under_way(index))
        error = self.observation.error
        if not failed or error is None or self.outcome is not Outcome.FAILS:
            return ()
        if searches := tuple(index for index in failed if self.loads[index].request.kind == FIND_LIBRARY):
            return searches
        told = "\n".join((error.text, *error.chain))
        named = tuple(index for index in failed if self._error_text(index) and self._error_text(index) in told)
        return named or ((failed[-1],) if error.raised_by == "load" else ())

    @property
    def fatal(self) -> int | None:
        """The last of `fatal_loads`; `None` when no load ended the import."""
        return self.fatal_loads[-1] if self.fatal_loads else None

    def _was_under_way(self, index: int) -> bool:
        observed = self.loads[index].observed
        return observed is not None and observed.succeeded is None

    def _error_text(self, index: int) -> str:
        observed = self.loads[index].observed
        return observed.error.text if observed is not None and observed.error is not None else ""

    def load_failed(self, index: int) -> bool:
        """Whether a load failed: as it was seen; where its end was not seen, as the model says.

        To ask with RTLD_NOLOAD whether a library is in the process is no load, and a no is no failure.
        """
        load = self.loads[index]
        if load.request.kind == FIND_LIBRARY:  # what the model would find is another matter: WL901
            return load.simulated is not None and load.simulated.error is not None and load.simulated.answer is None
        if load.request.flags & RTLD_NOLOAD.get(self.machine.system.name, 0):
            return False
        if load.observed is not None and load.observed.succeeded is not None:
            return not load.observed.succeeded
        if load.observed is not None:  # else it was stopped from outside, or by the program itself, or by a bug in it
            foreseen = load.simulated is not None and load.simulated.error in CRASHES.values()
            return foreseen and self.outcome is Outcome.CRASHED
        return load.simulated is not None and load.simulated.verdict is Verdict.FAILS

    def is_fatal(self, index: int | None) -> bool:
        """Whether the failure of this load is the one that ended the import."""
        return index in self.fatal_loads

    def alternatives(self, index: int) -> tuple[int, ...]:
        """The loads, this one among them, by which one place in Python code asks for one library: any of them will do.

        It does so by several names (`libmpi.so`, `libmpi.so.12`, `libmpi.so.40`) or in several directories.
        """
        asked = _asked(self.loads[index].request)
        return (index,) if asked is None else self._loads_by_question[asked]

    @cached_property
    def _loads_by_question(self) -> Mapping[tuple[str, int, str], tuple[int, ...]]:
        found: dict[tuple[str, int, str], tuple[int, ...]] = {}
        for index, load in enumerate(self.loads):
            if (asked := _asked(load.request)) is not None:
                found[asked] = (*found.get(asked, ()), index)
        return found

    def made_up_for(self, index: int) -> bool:
        """Whether a load that failed was followed by one that brought the same library."""
        return not self.is_fatal(index) and any(
            other > index and not self.load_failed(other) for other in self.alternatives(index)
        )

    @cached_property
    def failed_results(self) -> tuple[tuple[int, LoadResult], ...]:
        """Simulations that fail, of loads that failed (or were not run) and that no other made up for, by index."""
        return self._failed_as(Verdict.FAILS)

    @cached_property
    def doubtful_results(self) -> tuple[tuple[int, LoadResult], ...]:
        """Simulations that do not decide, of loads that were seen to fail, with their index."""
        return self._failed_as(Verdict.UNDETERMINED)

    def _failed_as(self, verdict: Verdict) -> tuple[tuple[int, LoadResult], ...]:
        return tuple(
            (index, load.simulated)
            for index, load in enumerate(self.loads)
            if load.simulated is not None
            and load.simulated.verdict is verdict
            and self.load_failed(index)
            and not self.made_up_for(index)
        )

    @cached_property
    def copies(self) -> CopyFinder:
        """Finds files by name in all the stated places."""
        start = (self.start,) if self.start else ()
        return CopyFinder(
            self.machine,
            processes=(*(load.request.process for load in self.loads), *start),
            origins=self.origins,
            late=self.late_entries,
            extra=self.extra_directories,
            searched=self._searched,
            unseen=tuple(one.directory for one in self.observation.unseen_directories) if self.observation else (),
        )

    @property
    def _searched(self) -> tuple[str, ...]:
        """Full paths of the directories in the search orders of all loads, each once."""
        orders = (load.simulated.search_order for load in self.loads if load.simulated)
        directories = dict.fromkeys(place.directory for order in orders for place in order)
        return tuple(one for one in directories if self.path_module.isabs(one))

    @property
    def search_variable(self) -> str:
        """The variable that names directories to the loader."""
        return "PATH" if self.windows else "LD_LIBRARY_PATH"

    def entries(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """The directories that the search variable names."""
        value = environment.get(self.search_variable, "")
        return tuple(one.strip('"') for one in value.split(";" if self.windows else ":") if one)

    @cached_property
    def late_entries(self) -> tuple[str, ...]:
        """Directories that the search variable named at the end and that it did not name at the start."""
        if self.start is None or self.observation is None:
            return ()
        before = {self.fold(one) for one in self.entries(self.start.environment)}
        now = self.entries(self.observation.environment_changes)
        return tuple(one for one in now if self.fold(one) not in before)

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Directories of the target itself: its package, or the directory of the file."""
        found = [self.observation.origin] if self.observation and self.observation.origin else []
        found += [load.request.name for load in self.loads if self.path_module.isabs(load.request.name)]
        return tuple(dict.fromkeys(self.path_module.dirname(path) for path in found))

    @cached_property
    def package_directories(self) -> tuple[str, ...]:
        """The directory of the package that was imported; empty for a module that is a single file."""
        origin = self.observation.origin if self.observation and self.kind == "import" else None
        if not origin or not self.path_module.basename(origin).startswith("__init__."):
            return ()
        return (self.path_module.dirname(origin),)

    def drawn(self, conclusion: Callable[[Case], Drawn]) -> Drawn:
        """What `conclusion` says of this case, worked out once; see `remembered`."""
        if conclusion not in self._drawn:
            self._drawn[conclusion] = conclusion(self)
        return cast("Drawn", self._drawn[conclusion])

    def chain(self, index: int, module: Module) -> tuple[str, ...]:
        """Names from the target to `module`."""
        result = self.loads[index].simulated
        names = () if result is None else result.chain(module)
        return names if self.kind == "file" else (self.target, *names)

    def directories_of_module(self, name: str) -> Iterator[str]:
        """Directories on `sys.path` in which a module of that dotted name would lie."""
        python, join = self.machine.python, self.path_module.join
        here = self.start.current_directory if self.start else ""
        for entry in python.path if python else ():
            directory = join(entry or here, *name.split(".")[:-1])
            if self.machine.files.kind(directory) is Kind.DIRECTORY:
                yield directory


def _asked(request: LoadRequest) -> tuple[str, int, str] | None:
    """Where Python code asks for which library; `None` for an import, and where that is not known."""
    if request.kind == "import" or not request.file or not request.line or not request.name:
        return None
    return request.file, request.line, library_of(request.name)


def remembered(conclusion: Callable[[Case], Drawn]) -> Callable[[Case], Drawn]:
    """A function of a case that many rules ask: it is worked out at the first asking, and kept with the case."""

    @wraps(conclusion)
    def ask(case: Case) -> Drawn:
        return case.drawn(conclusion)

    return ask
