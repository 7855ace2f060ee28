"""What installation records say of files: who lists a file, and whether the disk agrees.

Source: Python Packaging, "Recording installed projects" (RECORD: path, hash, size).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from wontload.binary import MalformedImage
from wontload.diagnosis.built_for import missed_modules
from wontload.diagnosis.finding import Evidence
from wontload.knowledge.packages import normalised
from wontload.machine import Kind, NotKnown
from wontload.machine.inventory import Distribution, RecordedFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from wontload.diagnosis.case import Case
    from wontload.diagnosis.missing import Missing


class Entry(NamedTuple):
    """One line of a distribution's RECORD about a native file."""

    distribution: Distribution
    file: RecordedFile

    @property
    def owner(self) -> str:
        """Name and version of the distribution."""
        return f"{self.distribution.name} {self.distribution.version}"


def entries(case: Case, *, without: Collection[Distribution] = ()) -> Mapping[str, tuple[Entry, ...]]:
    """Every native file that an installed distribution lists, by folded path, with all that list it."""
    found: dict[str, tuple[Entry, ...]] = {}
    for distribution in case.machine.inventory.distributions or ():
        for file in distribution.files if distribution not in without else ():
            key = case.fold(file.path)
            found[key] = (*found.get(key, ()), Entry(distribution, file))
    return found


def of_file(case: Case, path: str | None) -> tuple[Entry, ...]:
    """The lines about one file; none where no record lists it, or none was read."""
    return case.recorded.get(case.fold(path), ()) if path else ()


def owners(lines: Iterable[Entry]) -> frozenset[str]:
    """The distributions of some lines, by their normalised names: two versions of one are one."""
    return frozenset(normalised(line.distribution.name) for line in lines)


def is_gone(case: Case, file: RecordedFile) -> bool:
    """Whether a file that is listed is not on the disk; a place that is not known is not called empty."""
    return case.machine.files.kind(file.path) is Kind.ABSENT


def is_altered(case: Case, file: RecordedFile) -> bool:
    """Whether the file on the disk is another one than was installed: its size says so."""
    found = found_bytes(case, file)
    return file.size_bytes is not None and found is not None and found != file.size_bytes


def disagrees(case: Case, file: RecordedFile) -> bool:
    """Whether a file that is listed is gone, or is another one than was installed."""
    return is_gone(case, file) or is_altered(case, file)


def found_bytes(case: Case, file: RecordedFile) -> int | None:
    """The size of the file on the disk in bytes; `None` when it is not there or its size is not known."""
    if case.machine.files.kind(file.path) is not Kind.FILE:
        return None
    try:
        return case.machine.files.image(file.path).size_bytes or file.found_bytes
    except (MalformedImage, NotKnown, KeyError):
        return file.found_bytes


def gone_for(case: Case, name: str, user: str | None) -> tuple[Entry, ...]:
    """Lines about files of that base name which are gone, in the records of the user's owners; those beside it first.

    Args:
        user: path of the file that needs the library; `None` where the program asked for it. Where no record lists it,
            the target's own distributions are asked.
    """
    beside = case.fold(case.path_module.dirname(user)) if user else ""
    owners = {entry.distribution for entry in of_file(case, user)} or set(own_distributions(case))
    wanted = case.fold(case.path_module.basename(name))
    found = [
        entry
        for lines in case.recorded.values()
        for entry in lines
        if entry.distribution in owners
        and case.fold(case.path_module.basename(entry.file.path)) == wanted
        and is_gone(case, entry.file)
    ]
    return tuple(sorted(found, key=lambda one: case.fold(case.path_module.dirname(one.file.path)) != beside))


def gone_modules(case: Case) -> Iterator[tuple[str, Entry]]:
    """Extension modules that the import missed and that a record lists: the module's name, and the line."""
    for name in dict.fromkeys(missed_modules(case)):
        last = name.rpartition(".")[2]
        directories = {case.fold(one) for one in case.directories_of_module(name)}
        for lines in case.recorded.values():
            for entry in lines:
                directory, base = case.path_module.split(entry.file.path)
                if case.fold(directory) in directories and base.partition(".")[0] == last and is_gone(case, entry.file):
                    yield name, entry


def own_distributions(case: Case) -> tuple[Distribution, ...]:
    """The installed distributions that the target is of, as far as they own native files."""
    owners = {name for name, _ in (case.observation.distributions if case.observation else ())}
    top = case.target.partition(".")[0]
    return tuple(
        one
        for one in case.machine.inventory.distributions or ()
        if one.name in owners or (case.kind == "import" and top in one.modules)
    )


def owner_of(case: Case, path: str | None) -> Distribution | None:
    """The distribution with native files in whose package a Python file lies; `None` where that is not sure."""
    found = []
    for one in case.machine.inventory.distributions or () if path else ():
        roots = [case.fold(case.path_module.join(one.location, name)) for name in one.modules]
        if any(case.fold(path or "").startswith(root + case.path_module.sep) for root in roots):
            found.append(one)
    return found[0] if len(found) == 1 else None


def contested(case: Case, path: str | None) -> bool:
    """Whether several distributions list one file, and it is not the one that each of them has installed."""
    lines = of_file(case, path)
    return len(owners(lines)) > 1 and any(is_altered(case, line.file) for line in lines)


def altered(case: Case, path: str | None) -> bool:
    """Whether a file is not the one that its distribution has installed."""
    return any(is_altered(case, line.file) for line in of_file(case, path))


def evidence_of(case: Case, path: str | None) -> Iterator[Evidence]:
    """What records say of a file, where the disk says otherwise."""
    for line in of_file(case, path):
        if disagrees(case, line.file):
            yield said(case, line)


def evidence_of_gone(case: Case, group: Iterable[Missing]) -> Iterator[Evidence]:
    """What records say of missing libraries that were installed with what needs them."""
    for one in group:
        for line in gone_for(case, one.file, one.module.needed_by)[:1]:
            yield from evidence_of(case, line.file.path)


def said(case: Case, line: Entry) -> Evidence:
    """What one line says of a file that is gone or altered."""
    text = f"the RECORD of {line.owner} lists {line.file.path}, and it is not there"
    if not is_gone(case, line.file):
        sizes = f"{line.file.size_bytes} bytes, and it has {found_bytes(case, line.file)}"
        text = f"the RECORD of {line.owner} says that {line.file.path} has {sizes}"
    return Evidence("record", text, {"path": line.file.path, "distribution": line.distribution.name})


def install_again(case: Case, line: Entry) -> str:
    """The command that brings a distribution's files again."""
    python = case.machine.python.executable if case.machine.python else "python"
    name = line.distribution.name
    if line.distribution.installer == "conda":
        return f"conda install --force-reinstall {name}"
    return f"{python} -m pip install --force-reinstall --no-deps --no-cache-dir {name}=={line.distribution.version}"
