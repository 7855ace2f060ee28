"""A folder or file that is imported in place of the installed package of that name, and what it hides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from wontload.diagnosis.alone import request_for
from wontload.diagnosis.built_for import missed_modules
from wontload.diagnosis.case import Case
from wontload.diagnosis.path_entries import is_foreign
from wontload.loader import LoadResult, load
from wontload.machine import Kind

SITES = ("site-packages", "dist-packages")


class Shadow(NamedTuple):
    """A copy that was imported in place of another.

    Attributes:
        taken: the package's directory, or the module's file, that the import found. installed: the one passed by.
        name: of the top-level module: the target's, or one that it imports.
    """

    taken: str
    installed: str
    name: str


def shadow(case: Case) -> Shadow | None:
    """What the import found before the installed package; `None` where it found that one, or none is installed."""
    origin = case.observation.origin if case.observation else None
    installed = _installed(case)
    if case.kind != "import" or not origin or installed is None:
        return None
    taken = module_at(case, _top(case), origin)
    in_a_site = any(site in case.fold(taken).replace("\\", "/").split("/") for site in SITES)
    if in_a_site and not is_foreign(case, case.path_module.dirname(taken)):
        return None  # the user's own before the one for all, as it is meant to be
    return None if case.fold(taken) == case.fold(installed) else Shadow(taken, installed, _top(case))


def is_gone_with_it(case: Case, path: str) -> bool:
    """Whether a path that is not there lies in a shadow, and the installed package has what was meant."""
    found = shadow(case)
    if found is None or not case.fold(path).startswith(case.fold(found.taken) + case.path_module.sep):
        return False
    return case.machine.files.kind(counterpart(case, found, path)) in (Kind.FILE, Kind.DIRECTORY)


def hides(case: Case, found: Shadow) -> bool:
    """Whether the module that the import did not find is one that the installed package has.

    A package with an `__init__.py` ends the search for the parts of a namespace package of that name (PEP 420): one's
    own `google` folder hides `google.protobuf`.
    """
    missing = case.observation.missing_module if case.observation else None
    first, *rest = (missing or "").split(".")
    return first == found.name and bool(rest) and has_module(case, found.installed, rest)


def has_module(case: Case, package: str, names: list[str]) -> bool:
    """Whether a package's directory has a module or package of that dotted name, given in parts."""
    stem, kind = case.path_module.join(package, *names), case.machine.files.kind
    suffixes = (".py", *(case.machine.python.extension_suffixes if case.machine.python else ()))
    return kind(stem) is Kind.DIRECTORY or any(kind(stem + end) is Kind.FILE for end in suffixes)


def counterpart(case: Case, found: Shadow, path: str) -> str:
    """Where the installed package has what lies at `path` in the shadow, or would have it."""
    return str(case.path_module.join(found.installed, case.path_module.relpath(path, found.taken)))


def hidden_loads(case: Case, found: Shadow) -> tuple[tuple[LoadResult | None, LoadResult], ...]:
    """What the installed package's own files would come to, of what ended the import of the shadow.

    Returns:
        Pairs: the load that failed in the shadow (`None` where Python found no file to load), and the same in the
        installed package, as the model has it. Empty where the installed package has no such file.
    """
    pairs: list[tuple[LoadResult | None, LoadResult]] = []
    for index in case.fatal_loads:
        one = case.loads[index]
        path = one.request.name
        if case.fold(path).startswith(case.fold(found.taken) + case.path_module.sep):
            own = replace(one.request, name=counterpart(case, found, path))
            if case.machine.files.kind(own.name) is Kind.FILE:
                pairs.append((one.simulated, load(case.machine, own)))
    for path in _missed_files(case, found) if not pairs and case.start else ():
        assert case.start is not None
        pairs.append((None, load(case.machine, request_for(case.machine, case.start, path, "import"))))
    return tuple(pairs)


def _missed_files(case: Case, found: Shadow) -> Iterator[str]:
    """Extension modules of the installed package that the import of the shadow missed."""
    for name in dict.fromkeys(missed_modules(case)):
        first, *rest = name.split(".")
        if first == found.name and rest:
            stem = case.path_module.join(found.installed, *rest)
            files = [stem + end for end in (case.machine.python.extension_suffixes if case.machine.python else ())]
            yield from [one for one in files if case.machine.files.kind(one) is Kind.FILE][:1]


def module_at(case: Case, name: str, origin: str) -> str:
    """The directory of the top-level package of that name whose file is `origin`; of a module, its file."""
    directory = case.path_module.dirname(origin)
    return str(directory) if case.path_module.basename(directory) == name else origin


def _top(case: Case) -> str:
    return case.target.partition(".")[0]


def _installed(case: Case) -> str | None:
    """The package of that name in a site directory of this interpreter; else in one that PYTHONPATH brings in.

    Else where its record lies, as `pip install --target` leaves it in a directory of any name.
    """
    path, fold = case.machine.python.path if case.machine.python else (), case.fold
    sites = [one for one in path if case.path_module.basename(one).lower() in SITES]
    sites = sorted(sites, key=lambda one: is_foreign(case, one))  # the order of `sys.path` stays otherwise
    recorded = {fold(one.location) for one in case.machine.inventory.distributions_of((), _top(case))}
    for site in (*sites, *(one for one in path if one and fold(one) in recorded)):
        package = case.path_module.join(site, _top(case))
        if case.machine.files.kind(package) is Kind.DIRECTORY:
            return str(package)
    return None
