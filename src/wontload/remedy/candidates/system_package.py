"""`system-package`: what brings a missing library to the whole system; a person runs it, and the import is tried after.

The exact command of this system's package manager, or the maker's page. Nothing is downloaded or run by us, and no
rights are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wontload.diagnosis.evidence import how_it_searches, providers_here
from wontload.diagnosis.missing import missing_of
from wontload.knowledge.providers import Provider
from wontload.machine import FIND_LIBRARY
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import must_load, prove
from wontload.remedy.steps import ByHand

if TYPE_CHECKING:
    from wontload.diagnosis import Case
    from wontload.diagnosis.missing import Missing
    from wontload.remedy.candidates import Question

# Homebrew's prefix. Source: Homebrew documentation, Installation.
HOMEBREW = {"aarch64": "/opt/homebrew", "x86_64": "/usr/local"}
KINDS = ("apt", "dnf", "zypper", "pacman", "apk", "brew", "installer", "driver", "system")


def system_package(question: Question) -> Iterator[Fix]:
    """Fixes that name, for every library that is nowhere here, what brings it; none where one of them is unknown."""
    case = question.case
    lost = [one for one in missing_of(case) if one.load in must_load(case) and not one.fit]
    # What Python code asks for by name, one after the other, are alternatives: any of them will do.
    alternatives = [one for one in lost if one.module.needed_by is None]
    needed = [one for one in lost if one.module.needed_by is not None]
    number = 0
    for choice in [[one] for one in alternatives] or [[]]:
        loads = {one.load for one in choice} or set(must_load(case))
        for fix in _fix(case, [*needed, *choice], loads):
            number += 1
            yield fix if number == 1 else replace(fix, id=f"{fix.id}-{number}")


def _fix(case: Case, lost: list[Missing], loads: set[int]) -> Iterator[Fix]:
    found = [_provider(case, one.file) for one in lost]
    if not found or any(one is None for one in found):
        return
    providers = list(dict.fromkeys(one for one in found if one is not None))
    change = _change(case, tuple(one.file for one in lost))
    proof = prove(case, change, sorted(loads))
    yield Fix(
        id="system-package",
        kind="system-package",
        title="; ".join(one.command or f"{one.package} ({one.where})" for one in providers),
        steps=tuple(ByHand(text=f"{one.text}.", command=one.command or one.where) for one in providers),
        change=change,
        proof=proof,
        download_bytes=None,
        minutes=None,
        rights="administrator",
        reach=Reach.MACHINE,
        caveat=_caveat(case, lost) if proof.works is False else "",
    )


def _caveat(case: Case, lost: list[Missing]) -> str:
    """Why the file alone would not do, where `find_library` does not look where it is put."""
    sought = [one for one in lost if case.loads[one.load].request.kind == FIND_LIBRARY]
    return f"the file alone will not be found: {how_it_searches(case, sought[0])}" if sought else ""


def _provider(case: Case, file: str) -> Provider | None:
    return next((one for one in providers_here(case, file) if one.kind in KINDS), None)


def _change(case: Case, files: tuple[str, ...]) -> Change:
    """The files in place; a package manager of a system with glibc has ldconfig enter them into the loader's cache."""
    places = tuple(_place(case, file) for file in files)
    return Change(files=dict.fromkeys(places), cached=places if case.machine.system.libc == "glibc" else ())


def _place(case: Case, file: str) -> str:
    """Where a system's own installer would put it: the first directory that every load searches."""
    system = case.machine.system
    if case.windows:
        return str(case.path_module.join(system.windows_directory, "System32", file))
    if system.name == "macos":
        return str(case.path_module.join(HOMEBREW.get(system.architecture, "/usr/local"), "lib", file))
    return str(case.path_module.join(system.default_directories[0] if system.default_directories else "/usr/lib", file))
