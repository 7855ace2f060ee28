"""What the operating system's loader would do with a library, worked out without loading it.

One module for each loader: `windows`, `glibc`. Each has one entry point, `load(machine, request) -> LoadResult`, and is
pure: no file, clock or environment variable is read but through the `Machine`, which holds everything a loader may
know. So the same code judges this computer, somebody's snapshot, and a computer with a fix that nobody has applied yet.

Not here: what really happened (`probe`), what it means (`diagnosis`), what to do about it (`remedy`).
"""

from wontload.loader.result import LoadResult, Module, SearchedPlace, Status, Tried, Verdict

__all__ = ["LoadResult", "Module", "SearchedPlace", "Status", "Tried", "Verdict"]
