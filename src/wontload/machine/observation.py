"""What really happened when a target was imported or loaded: the probe's answer as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from wontload.machine.process import AddedDirectory, LoadRequest, Process


class Outcome(str, Enum):
    """How the child that tried the target ended."""

    LOADS = "loads"
    FAILS = "fails"  # an exception came out of the import, or the loader refused the file
    EXITED = "exited"  # it left the process by itself: sys.exit, os._exit
    CRASHED = "crashed"  # a signal or an NTSTATUS ended it
    TIMED_OUT = "timed out"
    NOT_FOUND = "not found"  # no module of that name in this interpreter


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedError:
    """The exception that came out.

    Attributes:
        exception: its type's name. text: its message as Python showed it.
        number: Windows error or errno, of the exception or of one that it was raised from; `None` without one.
        file, line: where it was raised. raised_by: `load`, `add_dll_directory`, or `python` for anything else.
        name: the file or module that the raising call was about, where known.
        chain: the exceptions that led to it, the first cause first, as `Type: text`.
    """

    exception: str
    text: str
    number: int | None = None
    file: str | None = None
    line: int | None = None
    raised_by: str = "python"
    name: str | None = None
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedLoad:
    """One load request and what came of it.

    Attributes:
        request: with the process as it was just before.
        succeeded: `None` when the process ended before the call came back.
        error: its number and text when it failed; `None` for `find_library`, which says no more than that.
        path: of the module that it returned, where known. What `find_library` answered, which may be a bare name.
        mapped: paths of modules that became mapped during it, in order. Those that native code loaded by itself are
            among them; only the simulation can tell them apart.
    """

    request: LoadRequest
    succeeded: bool | None
    error: ObservedError | None = None
    path: str | None = None
    mapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDirectory:
    """An `os.add_dll_directory` that raised: the directory, the error number, the line, the variable behind it."""

    directory: AddedDirectory
    number: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenDirectory:
    """A directory that was added after the last load, or taken away before the next: how many loads came before it."""

    directory: AddedDirectory
    loads_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IllegalInstruction:
    """The instruction at which the processor ended the process.

    Attributes:
        code: its bytes and those behind it, at most sixteen, in hexadecimal.
        path: the file that it is in; `None` where no file is mapped there (code made in memory).
        offset: of it in that file, in bytes.
    """

    code: str
    path: str | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a child saw while it tried one target.

    Attributes:
        target: as asked. kind: `import` or `file`.
        outcome: how it ended. error: the exception, for `FAILS`.
        exit_status: of the child: an exit code, minus a signal's number, or an NTSTATUS value; `None` when it ran
            to its end.
        seconds: that the import itself took; when the time limit ended it, that limit.
        origin: file of the module or package found for the target; `None` when none was.
        loads: requests in order, those made by Python code.
        failed_directories: directories that could not be added.
        unseen_directories: directories that were added and that no load had the use of.
        modules: every image mapped at the end, in order.
        missing_module: for NOT_FOUND and for `ModuleNotFoundError` inside the target: the name that was not found.
        distributions: distributions that own the target's top-level module, as (name, version).
        source: directory of the project of which the owning distribution is an editable install.
        cut_short: the record ends before the child did (a crash, a time limit).
        environment_changes: variables of the loader (`PATH`, `LD_LIBRARY_PATH` …) that the target changed in its own
            process: their values at the end, empty for one that it removed.
        illegal: the instruction that ended it, for a crash by SIGILL or STATUS_ILLEGAL_INSTRUCTION, where it was kept.
        missed: of an import that failed: names of modules (dotted) that were asked for and are not there at its end.
        from_elsewhere: of an import that failed: top-level modules with their files, of those imported on the way that
            lie outside of this Python's own directories.
        printed: the last lines that the child wrote to stdout and stderr, when it crashed, left or was stopped.
    """

    target: str
    kind: str
    outcome: Outcome
    error: ObservedError | None = None
    exit_status: int | None = None
    seconds: float | None = None
    origin: str | None = None
    loads: tuple[ObservedLoad, ...] = ()
    failed_directories: tuple[FailedDirectory, ...] = ()
    modules: tuple[str, ...] = ()
    missing_module: str | None = None
    distributions: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    cut_short: bool = False
    environment_changes: Mapping[str, str] = field(default_factory=dict)
    unseen_directories: tuple[UnseenDirectory, ...] = ()
    printed: tuple[str, ...] = ()
    illegal: IllegalInstruction | None = None
    missed: tuple[str, ...] = ()
    from_elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One target as it was tried on a machine, complete enough to be diagnosed elsewhere.

    Attributes:
        start: the process before the target was touched.
        observation: what happened. names: other names by which the target may be asked for (its distributions).
        elsewhere: other environments there that have the target, each with where it lies in it.
    """

    start: Process
    observation: Observation
    names: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
