"""A folder or file that is imported in place of a module that the target needs: Python's own, or an installed one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.shadow import SITES, Shadow, has_module, module_at
from wontload.machine import Kind, ObservedError

# Source: Cython, Utility/ImportExport.c, `__Pyx_ImportFrom`. CPython names the module behind it, both in quotes.
_NAMELESS = re.compile(r"cannot import name \w+")


def shadowed_dependencies(case: Case) -> Iterator[Shadow]:
    """What was imported from outside of this Python's own directories, and is there as well, on `sys.path`.

    Of a package whose import failed only its name is known: then it is the first match on `sys.path`.
    """
    observation, own = case.observation, case.target.partition(".")[0]
    if observation is None or case.kind != "import":
        return
    found = {name: module_at(case, name, file) for name, file in observation.from_elsewhere.items()}
    found |= {name: taken for name, taken in _of_fatal_loads(case).items() if name not in found}
    for name in observation.missed:
        first = next(_on_path(case, name), None) if "." not in name else None
        if first and not _is_pythons(case, first):
            found.setdefault(name, first)
    for name, taken in found.items():
        others = (one for one in _on_path(case, name) if case.fold(one) != case.fold(taken))
        installed = next((one for one in others if _is_pythons(case, one)), None) or _namespace(case, name)
        if name != own and installed is not None:
            yield Shadow(taken, installed, name)


def _of_fatal_loads(case: Case) -> dict[str, str]:
    """The packages outside of this Python's own directories whose modules ended the import: a crash leaves no more."""
    python = case.machine.python
    found: dict[str, str] = {}
    for index in case.fatal_loads:
        path = case.loads[index].request.name
        for entry in python.path if python else ():
            root = case.fold(entry) + case.path_module.sep
            if entry and case.fold(path).startswith(root) and not _is_pythons(case, path):
                name = path[len(entry) :].lstrip("\\/").replace("\\", "/").partition("/")[0]
                found.setdefault(name, case.path_module.join(entry, name))
    return found


def _namespace(case: Case, name: str) -> str | None:
    """A namespace package of this Python's that has what the import missed: its folder has no code of its own."""
    missing, join = case.observation.missing_module if case.observation else None, case.path_module.join
    first, *rest = (missing or "").split(".")
    if first != name or not rest or case.machine.python is None:
        return None
    folders = (join(entry, name) for entry in case.machine.python.path if entry)
    return next((one for one in folders if _is_pythons(case, one) and has_module(case, one, rest)), None)


def is_of_python(case: Case, path: str) -> bool:
    """Whether a module lies in the standard library, and not where packages are installed."""
    parts = case.fold(path).replace("\\", "/").split("/")
    return _is_pythons(case, path) and not any(site in parts for site in SITES)


def named(error: ObservedError | None, name: str) -> bool:
    """Whether an exception, or one that led to it, speaks of a module: `'json'`, `numpy._core`.

    A name without quotes or a dot behind it may be a word like any other.
    """
    told = "\n".join((error.text, *error.chain)) if error else ""
    return re.search(rf"'{re.escape(name)}['.]|(?<![\w.]){re.escape(name)}\.\w", told) is not None


def blamed(case: Case, found: Shadow) -> bool:
    """Whether the exception was raised in that copy, or speaks of it or of the module; or is about it alone.

    In Cython's code an import of a name that is not there does not say from where: of one shadow it is known.
    """
    error = case.observation.error if case.observation else None
    if error is None:
        return False
    if _NAMELESS.fullmatch(error.text):
        return sum(1 for _ in shadowed_dependencies(case)) == 1
    told = "\n".join((error.file or "", error.text, *error.chain))
    return case.fold(found.taken) in case.fold(told) or named(error, found.name)


def _on_path(case: Case, name: str) -> Iterator[str]:
    """The packages and modules of that name on `sys.path`, in order; a folder without code of its own is none."""
    python, join = case.machine.python, case.path_module.join
    here, kind = case.start.current_directory if case.start else "", case.machine.files.kind
    for entry in dict.fromkeys(entry or here for entry in (python.path if python else ())):
        package = join(entry, name)
        files = (f"{name}.py", *(name + suffix for suffix in (python.extension_suffixes if python else ())))
        if kind(join(package, "__init__.py")) is Kind.FILE:
            yield package
        else:
            yield from [join(entry, one) for one in files if kind(join(entry, one)) is Kind.FILE][:1]


def _is_pythons(case: Case, path: str) -> bool:
    python = case.machine.python
    own = (python.prefix, python.base_prefix) if python else ()
    return any(one and case.fold(path).startswith(case.fold(one) + case.path_module.sep) for one in own)
