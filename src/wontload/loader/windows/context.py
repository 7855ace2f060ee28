"""One load while it is worked out: the machine, the process, the flags in force, the file first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from wontload.loader import quirks
from wontload.loader.result import SearchedPlace
from wontload.loader.windows.assemblies import Context, process_context
from wontload.loader.windows.names import absolute, absolute_directory, fold, is_under
from wontload.machine import Kind, Machine, Process

UNIX_DRIVE = "Z:"  # of Wine: the host's root directory

Rule: TypeAlias = "Callable[[Load], Iterator[str]]"


@dataclass(frozen=True)
class Load:
    """What a rule may look at. `rules.load_of` makes one.

    Attributes:
        machine, process: where.
        flags: in force (`flags.in_force`).
        first_name: the file first asked for, as spelled in the request.
        rules: those that propose its directories, in order (`rules.search_order`).
        context: the activation context of the module whose imports are sought, where a manifest made one.
    """

    machine: Machine
    process: Process
    flags: int
    first_name: str
    rules: tuple[Rule, ...]
    context: Context | None = None

    def has_quirk(self, quirk: str) -> bool:
        """Whether this system departs from Windows in this way; see `loader.quirks`."""
        return quirks.has(self.machine.system, quirk)

    @cached_property
    def first_file(self) -> str:
        """Full path of the file first asked for, where its name is a path."""
        return self.absolute(self.first_name)

    def absolute(self, name: str) -> str:
        """Full path behind a name."""
        is_unix = name.startswith("/") and not name.startswith("//") and "\\" not in name
        if is_unix and self.has_quirk(quirks.SLASH_IS_A_UNIX_PATH):
            name = UNIX_DRIVE + name
        return absolute(name, self.process.current_directory)

    @cached_property
    def search_order(self) -> tuple[SearchedPlace, ...]:
        """Every directory that this load searches, in order, once, with the rule that put it there.

        The order is one text with semicolons between directories, so a semicolon in a name parts it.
        Source: Wine, ntdll/loader.c, get_dll_load_path; believed of Windows.
        Oracle: test_names.py::test_a_semicolon_in_a_directory_parts_it
        """
        places: dict[str, SearchedPlace] = {}
        for rule in self.rules:
            for proposed in rule(self):
                for part in proposed.split(";"):
                    directory = absolute_directory(part, self.process.current_directory)
                    places.setdefault(fold(directory), SearchedPlace(rule.__name__, directory))
        return tuple(places.values())

    def within(self, context: Context | None) -> Load:
        """The same load under another activation context."""
        if context is self.context:
            return self
        same = {"search_order": self.search_order, "process_context": self.process_context}
        other = replace(self, context=context)
        vars(other).update(same)  # neither depends on the context, and to work them out again for each module is dear
        return other

    @property
    def windows_directory(self) -> str:
        """Such as `C:\\Windows`."""
        return self.machine.system.windows_directory

    @cached_property
    def is_wow64(self) -> bool:
        """Whether this is a 32-bit process on 64-bit Windows: SysWOW64 exists nowhere else."""
        if self.machine.system.architecture != "x86":
            return False
        return self.machine.files.kind(self.windows_directory + "\\SysWOW64") is Kind.DIRECTORY

    @cached_property
    def system_directory(self) -> str:
        """System32 as this process sees it. Source: Microsoft, "File System Redirector"."""
        return self.windows_directory + ("\\SysWOW64" if self.is_wow64 else "\\System32")

    @cached_property
    def contexts(self) -> tuple[Context, ...]:
        """The activation contexts in force, the first asked first: the importer's, then the process's."""
        return (self.process_context,) if self.context is None else (self.context, self.process_context)

    @cached_property
    def process_context(self) -> Context:
        """What the executable's manifest makes."""
        return process_context(self.machine, self.process.executable)

    def on_disk(self, path: str) -> str:
        """Where a path really leads: a 32-bit process on 64-bit Windows gets SysWOW64 for System32.

        `Sysnative` is its name for the real one. The few exempt subdirectories (`drivers\\etc`, `spool` …) hold no
        libraries. Source: Microsoft, "File System Redirector".
        """
        if self.is_wow64:
            for alias, real in (("\\System32", "\\SysWOW64"), ("\\Sysnative", "\\System32")):
                if is_under(path, self.windows_directory + alias):
                    return self.windows_directory + real + path[len(self.windows_directory + alias) :]
        return path
