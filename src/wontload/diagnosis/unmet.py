"""What packages require of each other and do not have, where that may be why something is missing.

Of a package whose library lacks a file or a symbol, its own requirements tell what it was made for: `torch==2.9.1`
beside another torch is an answer, whatever file it showed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from wontload.diagnosis import records
from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import python_of, typed
from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.installed import own_distributions, owner_of
from wontload.knowledge.packages import distribution_for, normalised
from wontload.machine.inventory import Distribution
from wontload.machine.inventory_parts import Unmet


def of_users(case: Case, users: Iterable[str | None], providers: Iterable[str] = ()) -> Iterator[Evidence]:
    """Requirements of those who own some files, or of the target's own distributions where no record lists them.

    Args:
        users: paths of the files that lack something; `None` for the program itself. providers: distributions that
            would bring it: where one of them is required and not installed at all, that is told, too.
    """
    owners: dict[str, Distribution] = {}
    for user in users:
        found = [entry.distribution for entry in records.of_file(case, user)] or own_distributions(case)
        owners.update((one.name, one) for one in found)
    wanted = set(map(normalised, providers))
    for owner in owners.values():
        yield from (told(owner, one) for one in owner.unmet if one.found or normalised(one.name) in wanted)


def named_in(case: Case, text: str, raised_in: str | None) -> Iterator[tuple[Distribution, Unmet]]:
    """Requirements that another version is installed of, where a message names that package.

    Args:
        text: of an exception. raised_in: path of the Python file that raised it: its package's requirements count, and
            the target's.
    """
    raising = owner_of(case, raised_in)
    for owner in dict.fromkeys((*((raising,) if raising else ()), *own_distributions(case))):
        for one in owner.unmet:
            if one.found and re.search(rf"(?<![\w-]){re.escape(one.name)}(?![\w-])", text, re.IGNORECASE):
                yield owner, one


def lacking(case: Case, module: str) -> tuple[Distribution, tuple[Unmet, ...]] | None:
    """Who requires the distribution that brings a top-level module and was installed without it; `None` for nobody.

    With all that it requires and nothing installed is, that distribution's requirement first: what was installed with
    `--no-deps` seldom lacks one alone.
    """
    names = {normalised(module), normalised(distribution_for(module) or module)}
    for owner, absent in _without(case):
        if any(normalised(one.name) in names for one in absent):
            return owner, tuple(sorted(absent, key=lambda one: normalised(one.name) not in names))
    return None


def never_installed(case: Case) -> Iterator[Evidence]:
    """What the package that raised, or the target's, requires and is not there in any version, and who brings it."""
    for owner, absent in _without(case):
        yield from (told(owner, one) for one in absent)
        yield brought(case, absent, f"what {owner.name} lacks comes with", file=absent[0].name)
        return


def _without(case: Case) -> Iterator[tuple[Distribution, list[Unmet]]]:
    """The package that raised and the target's own, as far as they require what is not installed, with that."""
    error = case.observation.error if case.observation else None
    raising = owner_of(case, error.file if error else None)
    for owner in dict.fromkeys((*((raising,) if raising else ()), *own_distributions(case))):
        if absent := [one for one in owner.unmet if not one.found]:
            yield owner, absent


def both(one: Unmet, versions: str) -> Unmet:
    """The same in versions that also are among these."""
    return replace(one, versions=",".join(filter(None, (one.versions, versions))))


def brought(case: Case, wanted: Sequence[Unmet], text: str, *, file: str) -> Evidence:
    """Who provides something, as evidence: `text`, with the command that installs all that is wanted."""
    requirements = [f"{one.name}{one.versions}" for one in wanted]
    words = " ".join(typed(one, windows=case.windows) for one in requirements)
    return Evidence(
        "provider",
        f"{text}: {python_of(case)} -m pip install {words}",
        {"package": wanted[0].name, "file": file, "component": None, "requirements": requirements},
    )


def told(owner: Distribution, one: Unmet) -> Evidence:
    """One requirement that is not met, as evidence."""
    return Evidence(
        "requires",
        one.told(owner.name, owner.version),
        {"distribution": owner.name, "requires": one.name, "versions": one.versions, "found": one.found or None},
    )
