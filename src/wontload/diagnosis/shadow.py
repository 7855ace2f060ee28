"""A folder or file that is imported in place of the installed package of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wontload.machine import Kind

if TYPE_CHECKING:
    from wontload.diagnosis.case import Case

SITES = ("site-packages", "dist-packages")


class Shadow(NamedTuple):
    """`taken`: the package's directory, or the module's file, that the import found. `installed`: the one passed by."""

    taken: str
    installed: str


def shadow(case: Case) -> Shadow | None:
    """What the import found before the installed package; `None` where it found that one, or none is installed."""
    origin = case.observation.origin if case.observation else None
    installed = _installed(case)
    if case.kind != "import" or not origin or installed is None:
        return None
    taken = _taken(case, origin)
    in_a_site = any(site in case.fold(taken).replace("\\", "/").split("/") for site in SITES)
    return None if in_a_site or case.fold(taken) == case.fold(installed) else Shadow(taken, installed)


def is_gone_with_it(case: Case, path: str) -> bool:
    """Whether a path that is not there lies in a shadow, and the installed package has what was meant."""
    found = shadow(case)
    if found is None or not case.fold(path).startswith(case.fold(found.taken) + case.path_module.sep):
        return False
    counterpart = case.path_module.join(found.installed, case.path_module.relpath(path, found.taken))
    return case.machine.files.kind(counterpart) in (Kind.FILE, Kind.DIRECTORY)


def _taken(case: Case, origin: str) -> str:
    """The package's directory, or the module's file."""
    path = case.path_module
    top = case.target.partition(".")[0]
    return str(path.dirname(origin)) if path.basename(path.dirname(origin)) == top else origin


def _installed(case: Case) -> str | None:
    """The package of that name in a site directory of this interpreter."""
    top = case.target.partition(".")[0]
    python = case.machine.python
    for site in python.path if python else ():
        if case.path_module.basename(site).lower() in SITES:
            path = case.path_module.join(site, top)
            if case.machine.files.kind(path) is Kind.DIRECTORY:
                return str(path)
    return None
