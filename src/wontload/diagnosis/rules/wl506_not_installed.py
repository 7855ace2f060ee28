"""WL506: not installed in this interpreter's environment."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from wontload.diagnosis import half_installed, unmet
from wontload.diagnosis.built_for import missed_modules, strangers
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.records import gone_modules
from wontload.diagnosis.shadow import hides, shadow
from wontload.diagnosis.words import listed
from wontload.knowledge.packages import distribution_for, versions_with
from wontload.machine import Kind, Outcome
from wontload.machine.inventory_parts import Unmet


def not_installed(case: Case) -> Iterator[Finding]:
    """The target, or a module that it imports, is in no directory of this interpreter's `sys.path`.

    A package that is there and lacks files that its record lists is WL504.
    """
    observation, python = case.observation, case.machine.python
    missing = _missing(case)
    if observation is None or python is None or missing is None:
        return
    top = missing.partition(".")[0]
    own = observation.outcome is Outcome.NOT_FOUND
    if not own and (top == case.target.partition(".")[0] or not _ended_by(case, top) or _is_there(case, top)):
        return  # a submodule of the target itself, or of a package that is there: the installation lacks files
    if any(True for _ in strangers(case)):
        return  # it is there, for another Python: WL501
    if any(True for _ in gone_modules(case)):
        return  # it was installed: WL504
    if (before := shadow(case)) is not None and hides(case, before):
        return  # it is there, behind another of its name: WL503
    if (found := half_installed.half(case)) is not None and found.package == top:
        return  # it was being installed or removed: WL504
    lacks_submodule = own and missing != top and (observation.origin is not None or _is_there(case, top))
    yield Finding(
        code="WL506",
        severity=Severity.ERROR,
        title=_title(case, missing if lacks_submodule else top, python.executable, lacks_submodule=lacks_submodule),
        subject=missing if lacks_submodule else top,
        chain=(case.target,) if own else (case.target, top),
        evidence=tuple(_evidence(case, missing if lacks_submodule else top, own=own, lacks_submodule=lacks_submodule)),
        explanation=_explanation(case, top, own=own, lacks_submodule=lacks_submodule),
        explains_error=True,
    )


def _missing(case: Case) -> str | None:
    """The module that was not found: as Python told it, or in the words that a package's code passed that on in.

    Such words count of what the package requires and does not have: they may tell of an attempt that did not matter.
    """
    observation = case.observation
    if observation is None or observation.missing_module or case.outcome is not Outcome.FAILS or case.fatal is not None:
        return observation.missing_module if observation else None
    return next((one for one in missed_modules(case) if unmet.lacking(case, one.partition(".")[0])), None)


def _title(case: Case, name: str, executable: str, *, lacks_submodule: bool) -> str:
    if lacks_submodule:
        is_namespace = case.observation is None or case.observation.origin is None
        there = "is a folder without code of its own" if is_namespace else f"is installed for {executable}"
        return f"{name.partition('.')[0]} {there}, and has no {name}"
    if _is_of_python(name):
        return f"{executable} lacks {name}, which is a part of Python"
    return f"{name} is not installed for {executable}"


def _explanation(case: Case, top: str, *, own: bool, lacks_submodule: bool) -> str:
    if lacks_submodule:
        return "The package is here. The name below it is misspelt, belongs to another version, or its file is gone."
    if _is_of_python(top):
        return (
            "It belongs to the standard library, and no package provides it. This Python was built without it, its "
            "installation leaves it out, or the system that it belongs to is another one."
        )
    here = "This one does not have it; another one here does." if own and case.elsewhere else "This one lacks it."
    return f"Each interpreter and each virtual environment has packages of its own. {here}"


def _is_of_python(top: str) -> bool:
    """Whether a name is the standard library's, as far as the Python that runs this tool knows."""
    return top in sys.stdlib_module_names


def _is_there(case: Case, top: str) -> bool:
    """Whether a directory of `sys.path` has a package or module of that name, so that only a part of it is missing."""
    python, join = case.machine.python, case.path_module.join
    here = case.start.current_directory if case.start else ""
    if python is None or not (case.observation and "." in (case.observation.missing_module or "")):
        return False
    names = (top, f"{top}.py", *(top + suffix for suffix in python.extension_suffixes))
    kind = case.machine.files.kind
    return any(
        kind(join(entry or here, name)) in (Kind.FILE, Kind.DIRECTORY) for entry in python.path for name in names
    )


def _ended_by(case: Case, top: str) -> bool:
    error = case.observation.error if case.observation else None
    return error is not None and top in error.text and case.outcome is Outcome.FAILS


def _evidence(case: Case, name: str, *, own: bool, lacks_submodule: bool) -> Iterator[Evidence]:
    python = case.machine.python
    paths = [path for path in (python.path if python else ()) if path]
    if lacks_submodule:
        paths = list(case.directories_of_module(name))
        yield Evidence("looked", f"no {name} in {listed(paths) if paths else 'its package'}", {"directories": paths})
    else:
        yield Evidence("looked", f"no {name} in the {len(paths)} entries of sys.path", {"directories": paths})
    for other in case.elsewhere if own else ():
        yield Evidence(
            "copy",
            f"{other.environment} has it: {other.location}",
            {"path": other.location, "environment": other.environment},
        )
    if "." not in name and not _is_of_python(name):
        yield from _who_brings(case, name, own=own)


def _who_brings(case: Case, name: str, *, own: bool) -> Iterator[Evidence]:
    """The distribution, as what requires it spells it and in the versions that it asks for; else the usual one."""
    versions, lacked = versions_with(name), None if own else unmet.lacking(case, name)
    if lacked is not None:
        owner, absent = lacked
        yield from (unmet.told(owner, one) for one in absent)
        wanted = [unmet.both(absent[0], versions), *absent[1:]]
    elif known := case.known_as if own else distribution_for(name):
        wanted = [Unmet(name=known, versions=versions if known == distribution_for(name) else "")]
    else:
        return
    yield unmet.brought(case, wanted, f"the distribution {wanted[0].name} brings it", file=name)
