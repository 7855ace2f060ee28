"""One distribution of which several versions are recorded in one directory: an upgrade that was not brought to its end.

Source: Python Packaging, "Recording installed projects": a directory has one `.dist-info` of a project. pip leaves two
with `--ignore-installed`, with `--target`, and where it was killed; a copied folder does likewise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import python_of
from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.installed import disagrees, own_distributions
from wontload.diagnosis.words import listed
from wontload.knowledge.packages import normalised
from wontload.knowledge.symbol_versions import numbers
from wontload.machine import Kind
from wontload.machine.inventory import Distribution


class Twice(NamedTuple):
    """Records of one name in one directory.

    Attributes:
        records: the one of which most native files are there as it lists them first; of equals, and where there are no
            native files, the newer version.
        whole: all of the first's are, and none is of a newer version alone: the other records are only left behind.
            Files that are of an older one alone are what an upgrade without removal leaves, and nothing asks for them.
    """

    records: tuple[Distribution, ...]
    whole: bool

    @property
    def name(self) -> str:
        """Of the distribution."""
        return self.records[0].name

    @property
    def versions(self) -> str:
        """`2.1.5 and 3.0.2`."""
        return listed(sorted((one.version for one in self.records), key=numbers))


def all_twice(case: Case) -> Iterator[Twice]:
    """Every distribution that is recorded more than once in one directory."""
    found: dict[tuple[str, str], list[Distribution]] = {}
    for one in case.machine.inventory.distributions or ():
        found.setdefault((normalised(one.name), case.fold(one.location)), []).append(one)
    for group in found.values():
        if len({one.version for one in group}) > 1:
            ordered = sorted(group, key=lambda one: (sum(_fits(case, one)), numbers(one.version)), reverse=True)
            yield Twice(tuple(ordered), whole=_is_whole(case, *ordered))


def twice(case: Case, distribution: Distribution) -> Twice | None:
    """The records that `distribution` is one of; `None` where it is the only one."""
    return next((one for one in all_twice(case) if distribution in one.records), None)


def own_twice(case: Case) -> Twice | None:
    """The target's own distribution, where it is recorded more than once."""
    own = {normalised(one.name) for one in own_distributions(case)}
    return next((one for one in all_twice(case) if normalised(one.name) in own), None) or _without_native_files(case)


def left_behind(case: Case) -> frozenset[Distribution]:
    """Records that say nothing of the files on the disk, which are another version's, every one of them."""
    return frozenset(record for one in all_twice(case) if one.whole for record in one.records[1:])


def _without_native_files(case: Case) -> Twice | None:
    """Of a distribution in Python alone, which no inventory lists: its records are told by their directories' names."""
    owners = case.observation.distributions if case.observation else ()
    names = {normalised(name): name for name, _ in owners}
    if len(owners) == len(names):
        return None
    for site in case.machine.python.path if case.machine.python else ():
        records = {one.version: one for one in _records_in(case, site, names)}
        if len(records) > len({normalised(one.name) for one in records.values()}) == 1:
            return Twice(tuple(records[one] for one in sorted(records, key=numbers, reverse=True)), whole=False)
    return None


def _records_in(case: Case, site: str, names: Mapping[str, str]) -> Iterator[Distribution]:
    for entry in case.machine.files.listing(site) or ():
        stem, _, kind = entry.rpartition(".")
        name, _, version = stem.partition("-")
        if kind == "dist-info" and version and normalised(name) in names:
            record = case.path_module.join(site, entry, "RECORD")
            there = record if case.machine.files.kind(record) is Kind.FILE else ""
            yield Distribution(name=names[normalised(name)], version=version, location=site, record=there)


def told(case: Case, found: Twice) -> Iterator[Evidence]:
    """What each record says, and how far the disk agrees."""
    for one in found.records:
        fits = _fits(case, one)
        how_many = f"{sum(fits)} of its {len(fits)} native files are there"
        if len(fits) == 1:
            how_many = f"its native file is {'' if fits[0] else 'not '}there"
        data = {"path": one.record or one.location, "distribution": one.name, "version": one.version}
        agrees = f": {how_many} as it was installed" if fits else ""
        yield Evidence("record", f"{one.name} {one.version} is recorded{agrees}", data)


def why_and_remedy(case: Case, found: Twice) -> str:
    """How that comes about, and the commands that end it."""
    python = python_of(case)
    best = f"{found.name}=={found.records[0].version}"
    return (
        "An upgrade was interrupted, or one version was installed over the other without removing it (pip's "
        "--ignore-installed or --target, a copied folder). What brings it whole: "
        f"`{python} -m pip uninstall --yes {found.name}`, once for each of the {len(found.records)} records, and then "
        f"`{python} -m pip install --no-deps --no-cache-dir {best}`"
    )


def _is_whole(case: Case, first: Distribution, *others: Distribution) -> bool:
    own = {case.fold(file.path) for file in first.files}
    newer = [one for one in others if numbers(one.version) > numbers(first.version)]
    added = [file for one in newer for file in one.files if case.fold(file.path) not in own]
    return all(_fits(case, first)) and all(disagrees(case, file) for file in added)


def _fits(case: Case, one: Distribution) -> list[bool]:
    """Of each native file whether it is there as it was installed, as far as its size tells."""
    return [not disagrees(case, file) for file in one.files]


def names_of(distributions: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Normalised names of (name, version) pairs: two records of one distribution are one name."""
    return frozenset(normalised(name) for name, _ in distributions)
