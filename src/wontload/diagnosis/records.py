"""What installation records say of files: who lists a file, and whether the disk agrees.

Source: Python Packaging, "Recording installed projects" (RECORD: path, hash, size).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from wontload.diagnosis.built_for import missed_modules, source_that_raised
from wontload.diagnosis.case import Case, remembered
from wontload.diagnosis.installed import is_altered, is_gone, own_distributions
from wontload.diagnosis.recorded_twice import left_behind
from wontload.knowledge.packages import normalised
from wontload.loader import Module
from wontload.machine.inventory import Distribution, RecordedFile


class Entry(NamedTuple):
    """One line of a distribution's RECORD about a native file."""

    distribution: Distribution
    file: RecordedFile

    @property
    def owner(self) -> str:
        """Name and version of the distribution."""
        return f"{self.distribution.name} {self.distribution.version}"


@remembered
def recorded(case: Case) -> Mapping[str, tuple[Entry, ...]]:
    """Every native file that an installed distribution lists, by folded path, with all that list it.

    Without what a record lists that an upgrade has left behind: the disk is all another version's.
    """
    found: dict[str, tuple[Entry, ...]] = {}
    without = left_behind(case)
    for distribution in case.machine.inventory.distributions or ():
        for file in distribution.files if distribution not in without else ():
            key = case.fold(file.path)
            found[key] = (*found.get(key, ()), Entry(distribution, file))
    return found


def of_file(case: Case, path: str | None) -> tuple[Entry, ...]:
    """The lines about one file; none where no record lists it, or none was read."""
    return recorded(case).get(case.fold(path), ()) if path else ()


def owners(lines: Iterable[Entry]) -> frozenset[str]:
    """The distributions of some lines, by their normalised names: two versions of one are one."""
    return frozenset(normalised(line.distribution.name) for line in lines)


def gone_for(case: Case, module: Module, name: str, user: str | None) -> tuple[Entry, ...]:
    """Lines about files of that base name which are gone; those beside the user first.

    They are in the records of the user's owners; or in another's, about the very place where this load sought the file:
    torch's libraries look for cuDNN's where the wheel of cuDNN lays them.

    Args:
        module: what was sought. name: of its file.
        user: path of the file that needs the library; `None` where the program asked for it. Where no record lists it,
            the target's own distributions are asked.
    """
    beside = case.fold(case.path_module.dirname(user)) if user else ""
    owners = {entry.distribution for entry in of_file(case, user)} or set(own_distributions(case))
    sought = {case.fold(case.path_module.normpath(tried.path)) for tried in module.tried}
    found = [
        entry for entry in gone(case, name) if entry.distribution in owners or case.fold(entry.file.path) in sought
    ]
    return tuple(sorted(found, key=lambda one: case.fold(case.path_module.dirname(one.file.path)) != beside))


def gone(case: Case, name: str) -> Iterator[Entry]:
    """Lines of any record about files of that base name which are gone."""
    wanted = case.fold(case.path_module.basename(name))
    for path, lines in recorded(case).items():
        if case.path_module.basename(path) == wanted:
            yield from (entry for entry in lines if is_gone(case, entry.file))


def gone_modules(case: Case) -> Iterator[tuple[str, Entry]]:
    """Extension modules that the import missed and that a record lists: the module's name, and the line.

    Of a part of a package (`onnxruntime.capi`) that is gone as a whole: the modules that lay in it.
    """
    wanted = [(name, tuple(case.directories_of_module(name))) for name in dict.fromkeys(missed_modules(case))]
    if (source := source_that_raised(case)) is not None:
        wanted.append((source.name, (source.directory,)))
    for name, places in wanted:
        directories = {case.fold(one) for one in places}
        for lines in recorded(case).values():
            for entry in lines:
                if _is_of_module(case, entry.file.path, name, directories) and is_gone(case, entry.file):
                    yield name, entry


def _is_of_module(case: Case, path: str, name: str, directories: Collection[str]) -> bool:
    """Whether a file is a module of this dotted name in one of the directories (folded), or lies in that part."""
    parent, _, last = name.rpartition(".")
    directory, base = case.path_module.split(path)
    if case.fold(directory) in directories and base.partition(".")[0] == last:
        return True
    roots = tuple(case.path_module.join(one, case.fold(last), "") for one in directories)
    return bool(parent) and case.fold(path).startswith(roots)


def contested(case: Case, path: str | None) -> bool:
    """Whether several distributions list one file, and it is not the one that each of them has installed."""
    lines = of_file(case, path)
    return len(owners(lines)) > 1 and any(is_altered(case, line.file) for line in lines)


def altered(case: Case, path: str | None) -> bool:
    """Whether a file is not the one that its distribution has installed."""
    return any(is_altered(case, line.file) for line in of_file(case, path))
