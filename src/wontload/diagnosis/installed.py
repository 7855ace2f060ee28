"""What is installed: whose the target is, and whether a recorded file is on the disk as it was installed."""

from __future__ import annotations

from wontload.binary import MalformedImage
from wontload.diagnosis.case import Case
from wontload.machine import Kind, NotKnown
from wontload.machine.inventory import Distribution, RecordedFile


def own_distributions(case: Case) -> tuple[Distribution, ...]:
    """The installed distributions that the target is of, as far as they own native files."""
    owners = {name for name, _ in (case.observation.distributions if case.observation else ())}
    module = case.target.partition(".")[0] if case.kind == "import" else None
    return case.machine.inventory.distributions_of(owners, module)


def owner_of(case: Case, path: str | None) -> Distribution | None:
    """The distribution with native files in whose package a Python file lies; `None` where that is not sure."""
    found = []
    for one in case.machine.inventory.distributions or () if path else ():
        roots = [case.fold(case.path_module.join(one.location, name)) for name in one.modules]
        if any(case.fold(path or "").startswith(root + case.path_module.sep) for root in roots):
            found.append(one)
    return found[0] if len(found) == 1 else None


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
