"""The child's record → values.

A line that cannot be read (the last one of a crashed child) is passed over, and `fields` believes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from wontload.machine import (
    FIND_LIBRARY,
    AddedDirectory,
    FailedDirectory,
    Finder,
    LoadRequest,
    Observation,
    ObservedLoad,
    Outcome,
    Process,
    UnseenDirectory,
)
from wontload.machine.observation import IllegalInstruction
from wontload.probe.exit_status import is_crash
from wontload.probe.fields import LIST_LIMIT, mapping, number, read_error, text, texts, variables

Event = Mapping[str, object]
LINE_LIMIT = 16 * 1024 * 1024  # bytes
LOADS_LIMIT = 20000
_ELF_VARIABLES = ("LD_", "DYLD_", "GLIBC_TUNABLES")  # read once, when the process starts (ld.so(8))
_FINDERS = ("PATH", "LIBRARY_PATH", "LD_LIBRARY_PATH")  # by ctypes.util, gcc and ld, each time


RTLD_GLOBAL = 0x100  # Linux, bits/dlfcn.h


def events(lines: Iterable[bytes]) -> Iterator[Event]:
    """The record's events; lines that are no JSON object are left out."""
    for line in lines:
        try:
            event = json.loads(line[:LINE_LIMIT])
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event


@dataclass(slots=True)
class Reading:
    """What the events said so far. Feed it with `take`; ask it with `observation`."""

    facts: Mapping[str, object] = field(default_factory=dict)
    process: Process | None = None
    target: Event = field(default_factory=dict)
    finished: Event | None = None
    full: bool = False
    trap: IllegalInstruction | None = None
    failed_directories: list[FailedDirectory] = field(default_factory=list)
    _loads: dict[int, ObservedLoad] = field(default_factory=dict)
    _open: list[int] = field(default_factory=list)
    _modules: tuple[str, ...] = ()
    _added: dict[int, AddedDirectory] = field(default_factory=dict)
    _ever_added: list[UnseenDirectory] = field(default_factory=list)
    _state: dict[str, object] = field(default_factory=dict)
    _start: Mapping[str, str] = field(default_factory=dict)
    _asked_for: dict[str, str] = field(default_factory=dict)
    _global: tuple[str, ...] = ()

    def take(self, event: Event) -> None:
        """One event more. Each says what changed since the one before, and that is taken first."""
        self._changed(event)
        match event.get("event"):
            case "python" if self.process is None:
                self._started(event)
            case "target":
                self.target = event
            case "load":
                self._asked(event)
            case "loaded":
                self._answered(event)
            case "number":
                self._numbered(event)
            case "directory":
                self._directory(event)
            case "directory removed":
                self._added.pop(number(event.get("id")) or 0, None)
            case "finished" if self.finished is None:
                self.finished = event
            case "full":
                self.full = True

    def _changed(self, event: Event) -> None:
        gone, mapped = set(texts(event.get("unmapped"))), texts(event.get("mapped"))
        if gone:
            self._modules = tuple(path for path in self._modules if path not in gone)
        if mapped and len(self._modules) < LIST_LIMIT:
            self._modules += mapped
        if mapped and self._open:  # to the innermost request: what an initialisation function loads is its own
            load = self._loads[self._open[-1]]
            self._loads[self._open[-1]] = replace(load, mapped=load.mapped + mapped)
        self._state.update(mapping(event.get("state")))

    def _started(self, event: Event) -> None:
        self.facts = mapping(event.get("facts"))
        self._start = variables(event.get("variables"))
        # Before anybody watched: by the interpreter itself, or by a .pth file. No event has these numbers.
        for index, path in enumerate(texts(self.facts.get("added_directories")), 1):
            self._added[-index] = AddedDirectory(path)
        self.process = replace(self._now(), environment=self._start)

    def _now(self) -> Process:
        safe_search_mode = self.facts.get("safe_dll_search_mode")
        return Process(
            executable=text(self.facts.get("image")),
            current_directory=text(self._state.get("cwd")),
            environment=self._environment(),
            added_directories=tuple(self._added.values()),
            modules=self._modules,
            dll_directory=text(directory) if (directory := self._state.get("dll_directory")) is not None else None,
            default_dll_directories=number(self._state.get("default_dll_directories")),
            safe_search_mode=safe_search_mode != 0,
            packaged=self.facts.get("packaged") is True,
            secure=self.facts.get("secure") is True,
            asked_for=tuple(self._asked_for.items()),
            global_modules=self._global,
        )

    def _environment(self) -> dict[str, str]:
        if self._is_windows():
            return variables(self._state.get("environment"))
        return {name: value for name, value in self._start.items() if name.startswith(_ELF_VARIABLES)}

    def _is_windows(self) -> bool:
        return text(self.facts.get("platform")).startswith("win")

    def _asked(self, event: Event) -> None:
        identity = number(event.get("id"))
        if identity is None or identity in self._loads or len(self._loads) >= LOADS_LIMIT:
            return
        kind = text(event.get("kind"))
        request = LoadRequest(
            kind=kind,
            name=text(event.get("name")),
            flags=number(event.get("flags")) or 0,
            process=self._now(),
            file=text(event.get("file")) or None,
            line=number(event.get("line")),
            caller=None if self._is_windows() else text(event.get("caller")) or self._python_image(),
            finder=self._finder(event) if kind == FIND_LIBRARY else None,
        )
        self._loads[identity] = ObservedLoad(request=request, succeeded=None)
        self._open.append(identity)

    def _finder(self, event: Event) -> Finder:
        said = mapping(event.get("finder"))
        return Finder(
            way=text(said.get("way")),
            prefix=text(said.get("prefix")),
            fallbacks=texts(said.get("fallbacks")),
            framework_fallbacks=texts(said.get("framework_fallbacks")),
            environment=self._consulted(),
        )

    def _consulted(self) -> dict[str, str]:
        """Variables that `find_library` reads, as they are now."""
        now = variables(self._state.get("environment"))
        return {name: value for name, value in now.items() if name in _FINDERS or name.startswith("DYLD_")}

    def _python_image(self) -> str:
        """The image that Python's own `dlopen` call is in: libpython where there is one, else the executable."""
        names = (path for path in self._modules if path.rpartition("/")[2].startswith("libpython"))
        return next(names, text(self.facts.get("image")))

    def _answered(self, event: Event) -> None:
        identity = number(event.get("id"))
        if identity is None or identity not in self._open:
            return
        self._open.remove(identity)
        succeeded = event.get("succeeded") is True
        self._loads[identity] = replace(
            self._loads[identity],
            succeeded=succeeded,
            path=text(event.get("path")) or None,
            error=None if succeeded else read_error(event.get("error")),
        )
        if succeeded and not self._is_windows() and self._loads[identity].request.kind != FIND_LIBRARY:
            self._remember(self._loads[identity])

    def _remember(self, load: ObservedLoad) -> None:
        """What later loads may find under the name that was asked for, and among the symbols of all."""
        if load.path:
            self._asked_for[load.request.name] = load.path
        if load.request.flags & RTLD_GLOBAL:
            self._global += tuple(path for path in (load.path, *load.mapped) if path and path not in self._global)

    def _numbered(self, event: Event) -> None:
        """The number of an import's failure, from the same request made again; 0: the loader had no objection."""
        identity, code = number(event.get("id")), number(event.get("number"))
        load = self._loads.get(identity) if identity is not None else None
        if identity is None or load is None or load.error is None:
            return
        if code:
            self._loads[identity] = replace(load, error=replace(load.error, number=code, raised_by="load"))
        else:
            self._loads[identity] = replace(load, succeeded=True, error=None, path=load.request.name)

    def _directory(self, event: Event) -> None:
        directory = AddedDirectory(
            path=text(event.get("path")),
            file=text(event.get("file")) or None,
            line=number(event.get("line")),
            expression=text(event.get("expression")) or None,
        )
        code = number(event.get("number"))
        if code == 0 and len(self._added) < LIST_LIMIT:
            self._added[number(event.get("id")) or 0] = directory
            self._ever_added.append(UnseenDirectory(directory=directory, loads_before=len(self._loads)))
        elif code != 0 and len(self.failed_directories) < LIST_LIMIT:
            failed = FailedDirectory(directory=directory, number=code, text=text(event.get("text")))
            self.failed_directories.append(failed)

    def observation(
        self, target: str, kind: str, status: int | None, distributions: tuple[tuple[str, str], ...] = ()
    ) -> Observation:
        """What became of the target; `status` is the child's, `None` when the time limit ended it."""
        finished = self.finished or {}
        error = read_error(finished.get("error"))
        outcome = self._outcome(target, status)
        if outcome is Outcome.EXITED and self.finished is not None:
            status = number(finished.get("exit_code"))
        elif self.finished is not None or outcome is Outcome.NOT_FOUND:
            status = None
        missing = text(mapping(finished.get("error")).get("missing_module"))
        seconds = finished.get("seconds")
        return Observation(
            target=target,
            kind=kind,
            outcome=outcome,
            error=error if outcome is Outcome.FAILS else None,
            exit_status=status,
            seconds=float(seconds) if isinstance(seconds, (int, float)) else None,
            origin=text(finished.get("origin")) or text(self.target.get("origin")) or None,
            loads=tuple(self._loads.values()),
            failed_directories=tuple(self.failed_directories),
            modules=self._modules,
            missing_module=missing or (target if outcome is Outcome.NOT_FOUND else None),
            distributions=distributions,
            cut_short=self.full or outcome not in (Outcome.LOADS, Outcome.FAILS, Outcome.NOT_FOUND),
            environment_changes=self._environment_changes(),
            unseen_directories=self._unseen_directories(),
            missed=texts(finished.get("missed")),
            from_elsewhere=variables(finished.get("from_elsewhere")),
        )

    def _outcome(self, target: str, status: int | None) -> Outcome:
        if self.finished is None:
            if self.target.get("found") is False and status == 0:
                return Outcome.NOT_FOUND
            if status is None:
                return Outcome.TIMED_OUT
            return Outcome.CRASHED if is_crash(status) else Outcome.EXITED
        if number(self.finished.get("exit_code")) is not None:
            return Outcome.EXITED
        error = mapping(self.finished.get("error"))
        if not error:
            return Outcome.LOADS
        missing = text(error.get("missing_module"))
        direct = error.get("exception") == "ModuleNotFoundError" and error.get("file") is None
        if direct and missing and f"{target}.".startswith(f"{missing}."):
            return Outcome.NOT_FOUND
        return Outcome.FAILS

    def _unseen_directories(self) -> tuple[UnseenDirectory, ...]:
        seen = {one for load in self._loads.values() for one in load.request.process.added_directories}
        return tuple(one for one in self._ever_added[:LIST_LIMIT] if one.directory not in seen)

    def _environment_changes(self) -> dict[str, str]:
        """Variables of the loader that the target changed: their values at the end, empty for one that it removed."""
        now = variables(self._state.get("environment"))
        before = self._start
        watched = {name for name in before if name == "PATH" or name.startswith(_ELF_VARIABLES)} | set(now)
        return {name: now.get(name, "") for name in sorted(watched) if now.get(name, "") != before.get(name, "")}


def read_record(lines: Iterable[bytes]) -> Reading:
    """The whole record of one child."""
    record = Reading()
    for event in events(lines):
        record.take(event)
    return record
