"""Packages whose installation or removal did not come to its end: what is left of them, and what they should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wontload.diagnosis.built_for import missed_modules
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.recorded_twice import names_of
from wontload.diagnosis.shadow import SITES, shadow
from wontload.knowledge.packages import distribution_for, normalised
from wontload.knowledge.symbol_versions import numbers
from wontload.machine import Kind, Outcome
from wontload.machine.inventory import HalfInstalled

RENAMING = frozenset("-~.=%0123456789")  # what pip puts behind the tilde: `AdjacentTempDirectory.LEADING_CHARS`


class Half(NamedTuple):
    """A package that is there in part.

    Attributes:
        package: its top-level import name. missed: the module (dotted) that the import did not find; empty for a file.
        leftovers: what tells of it; none where it is only that no installed distribution owns the package, or that the
            one that does has lost it.
        name, version: of the distribution that it was to be; empty where nothing tells.
        source: the project's directory, of which it is an editable install.
    """

    package: str
    missed: str
    leftovers: tuple[HalfInstalled, ...]
    name: str
    version: str
    source: str = ""


def half(case: Case) -> Half | None:
    """The package that the import missed a module of, or the target's own, where it is installed in part."""
    missed = next(iter(missed_modules(case)), "")
    package = (missed or case.target).partition(".")[0]
    own = case.kind == "import" and package == case.target.partition(".")[0]
    if case.observation is None or not package or (own and not missed and not case.failed_results):
        return None
    owners = case.observation.distributions
    if own and missed == package and len(names_of(owners)) == 1:  # its RECORD, and no files
        name, version = max(owners, key=lambda one: numbers(one[1]))
        return Half(package, missed, (), name, version, case.editable_project)
    leftovers = tuple(_leftovers(case, package))
    if not leftovers and not (own and missed not in ("", package, case.target) and _is_unowned(case, package)):
        return None
    # What was being installed has metadata without a RECORD; what it was to replace was renamed.
    told = next((one for one in sorted(leftovers, key=lambda one: one.set_aside) if one.name), None)
    name = told.name if told else distribution_for(package) or ""
    return Half(package, missed, leftovers, name, told.version if told else "")


def told(found: Half) -> Iterator[Evidence]:
    """What is left, one line each."""
    for one in found.leftovers:
        what = f" of {one.name} {one.version}" if one.name else ""
        text = f"{one.path} is what pip leaves{what} when its replacement or removal is interrupted"
        if not one.set_aside:
            text = f"{one.path} has no RECORD, which pip writes last"
        yield Evidence("record", text, {"path": one.path, "distribution": one.name or found.package})
    if not found.leftovers:
        text = f"no installed distribution owns {found.package}"
        if found.source:
            text = f"{found.name} {found.version} is an editable install: its code stays in {found.source}"
        elif found.missed == found.package:
            text = f"{found.name} {found.version} is recorded as installed, and its package is not there"
        yield Evidence("record", text, {"distribution": found.package})


def _leftovers(case: Case, package: str) -> Iterator[HalfInstalled]:
    owned = bool(case.observation and case.observation.distributions)
    names = {package, distribution_for(package) or package}
    for one in case.machine.inventory.half_installed or ():
        if one.name:
            if package in one.modules or normalised(one.name) in map(normalised, names):
                yield one
        elif not owned and any(_was(case.path_module.basename(one.path), name) for name in names):
            yield one


def _was(left: str, name: str) -> bool:
    """Whether pip may have made this name of that one while it replaced it."""
    if len(left) != len(name) or not left.startswith("~"):
        return False
    kept = next((at for at in range(1, len(left)) if left[at] not in RENAMING), len(left))
    return any(left[at:] == name[at:] for at in range(1, kept + 1))


def _is_unowned(case: Case, package: str) -> bool:
    """Whether the installed package was imported, the records were read, and no distribution claims it."""
    python, path = case.machine.python, case.path_module
    owners = case.observation.distributions if case.observation else ()
    if case.outcome is not Outcome.FAILS or owners or shadow(case) is not None:
        return False  # a module that was asked for and is not there may simply be no part of it
    if case.machine.inventory.half_installed is None:
        return False
    sites = [site for site in (python.path if python else ()) if path.basename(site).lower() in SITES]
    return any(case.machine.files.kind(path.join(site, package)) is Kind.DIRECTORY for site in sites)
