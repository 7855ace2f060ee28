"""The probe's answer as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wontload.machine import Observation, Process, Python


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one child of an interpreter told.

    Attributes:
        python: the interpreter. process: its state before the target was touched, with all variables.
        facts: the platform's facts as the child named them: `windows_version`, `wine_version`, `known_dlls`,
            `libc`, `libc_version`, `secure`, `machine`, `elf_platform` … (`child/windows.py`, `child/posix.py`).
        observation: what became of the target; `None` when there was none.
        found: the interpreter's own finders know the target's top-level module, or the file exists.
        namespace: the module found is a namespace package: a directory without code of its own.
        locations: directories in which a package's modules are sought.
        modules_of_distribution: the target read as a distribution's name: its top-level modules; empty when no
            distribution has that name. Also given when a module of that name was found.
        output_tail: the last 4096 bytes that the child wrote to stdout and stderr together.
    """

    python: Python
    process: Process
    facts: Mapping[str, object] = field(default_factory=dict)
    observation: Observation | None = None
    found: bool = False
    namespace: bool = False
    locations: tuple[str, ...] = ()
    modules_of_distribution: tuple[str, ...] = ()
    output_tail: str = ""
