"""Patterns of directories and files, followed on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from wontload.machine.survey.sources import Sources


def program_files(sources: Sources, pattern: str) -> Iterator[str]:
    """A pattern with `{program_files}` replaced by each of Windows' directories of that name."""
    if "{program_files}" not in pattern:
        yield pattern
        return
    native = sources.variable("ProgramW6432") or sources.variable("ProgramFiles") or r"C:\Program Files"
    for directory in dict.fromkeys((native, sources.variable("ProgramFiles(x86)"))):
        if directory:
            yield pattern.replace("{program_files}", directory)


def rooted(sources: Sources, path: str) -> tuple[str, str]:
    """A path as the root of its disk and the rest."""
    drive, rest = sources.path.splitdrive(path)
    root = f"{drive}\\" if sources.system == "windows" else "/"
    return root, rest.replace("\\", "/").lstrip("/")


def matching(sources: Sources, directory: str, pattern: str) -> list[str]:
    """Existing paths below `directory` for a pattern with `/` between its parts, in the order of their names."""
    found = [directory]
    for part in pattern.split("/"):
        if "*" not in part:
            found = [sources.path.join(parent, part) for parent in found]
            continue
        fold = str.lower if sources.system == "windows" else str
        found = [
            path
            for parent in found
            for name, path in sources.children(parent)
            if fnmatchcase(fold(name), fold(part)) and (not name.startswith(".") or part.startswith("."))
        ]
    return [path for path in found if sources.is_directory(path) or sources.is_file(path)]
