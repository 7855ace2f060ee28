"""Where an entry of `sys.path` comes from: a variable, the current directory, or a `.pth` file.

Source: Python documentation, "The initialization of the sys.path module search path": the current directory (or the
script's), then PYTHONPATH, then Python's own; `site` adds the site directories, and what their `.pth` files name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import python_of
from wontload.knowledge.symbol_versions import numbers
from wontload.machine.inventory import PathLine

VARIABLE = "PYTHONPATH"
SAFE_PATH_SINCE = (3, 11)  # -P and PYTHONSAFEPATH (Python documentation, "Command line and environment")


class By(Enum):
    """What put a directory on `sys.path`."""

    VARIABLE = "variable"
    CURRENT_DIRECTORY = "current directory"
    PATH_FILE = "path file"
    PYTHON = "python"
    UNKNOWN = "unknown"


class Entry(NamedTuple):
    """A directory on `sys.path`; `line`: of the `.pth` file that names it, where one does."""

    directory: str
    by: By
    line: PathLine | None = None


def entry_of(case: Case, directory: str) -> Entry | None:
    """The entry by which `directory` is on `sys.path`; `None` where it is not on it."""
    python, here = case.machine.python, case.start.current_directory if case.start else ""
    wanted = case.fold(directory)
    found = [entry for entry in (python.path if python else ()) if case.fold(entry or here) == wanted]
    if python is None or not found:
        return None
    if wanted in map(case.fold, variable_entries(case)):
        return Entry(directory, By.VARIABLE)
    if here and wanted == case.fold(here):
        return Entry(directory, By.CURRENT_DIRECTORY)
    lines = case.machine.inventory.path_lines or ()
    line = next((one for one in lines if case.fold(one.directory) == wanted), None)
    if line is not None:
        return Entry(directory, By.PATH_FILE, line)
    return Entry(directory, By.PYTHON if _is_below_prefix(case, directory) else By.UNKNOWN)


def variable_entries(case: Case) -> tuple[str, ...]:
    """Directories that PYTHONPATH names, as full paths; none for an embeddable Python, which does not read it."""
    if case.machine.python is None or case.machine.python.layout == "embeddable":
        return ()
    here = case.start.current_directory if case.start else ""
    return tuple(str(case.path_module.join(here, one)) for one in split(case, variable(case)))


def variable(case: Case) -> str:
    """The value of PYTHONPATH when the target was asked for; empty where it is not set."""
    return _value(case.start.environment if case.start else case.machine.environment, windows=case.windows)


def without(case: Case, directory: str) -> str | None:
    """PYTHONPATH without every entry that is `directory`; `None` where nothing is left."""
    here = case.start.current_directory if case.start else ""
    kept = [
        one
        for one in split(case, variable(case))
        if case.fold(case.path_module.join(here, one)) != case.fold(directory)
    ]
    return (";" if case.windows else ":").join(kept) or None


def split(case: Case, value: str) -> list[str]:
    """The entries of a variable that lists directories."""
    return [one for one in value.split(";" if case.windows else ":") if one]


def is_foreign(case: Case, directory: str) -> bool:
    """Whether PYTHONPATH brings in a directory that is none of this Python's own."""
    return not _is_below_prefix(case, directory) and case.fold(directory) in map(case.fold, variable_entries(case))


def others_in(case: Case, directory: str, but: str) -> Iterator[str]:
    """Names of packages and modules in a directory of `sys.path`, other than `but`, as far as the machine is known."""
    suffixes = (".py", *(case.machine.python.extension_suffixes if case.machine.python else ()))
    found = set()
    for name in case.machine.files.listing(directory) or ():
        module = next((name[: -len(end)] for end in suffixes if name.endswith(end)), "")
        inside = case.machine.files.listing(case.path_module.join(directory, name)) or () if not module else ()
        if "__init__.py" in inside:
            module = name
        if module.isidentifier() and module != but:
            found.add(module)
    yield from sorted(found)


def has_safe_path(case: Case) -> bool:
    """Whether this Python can keep the current directory off `sys.path`."""
    python = case.machine.python
    return python is not None and numbers(python.version)[:2] >= SAFE_PATH_SINCE


def import_elsewhere(case: Case) -> str:
    """A command that imports the target without the current directory."""
    executable = python_of(case)
    if has_safe_path(case):
        return f'{executable} -P -c "import {case.target}"'
    return f'cd {"%USERPROFILE%" if case.windows else "~"} && {executable} -c "import {case.target}"'


def _is_below_prefix(case: Case, directory: str) -> bool:
    prefix = case.machine.python.prefix if case.machine.python else ""
    return bool(prefix) and case.fold(directory).startswith(case.fold(prefix) + case.path_module.sep)


def _value(environment: Mapping[str, str], *, windows: bool) -> str:
    found = (value for name, value in environment.items() if name == VARIABLE or (windows and name.upper() == VARIABLE))
    return next(found, "")
