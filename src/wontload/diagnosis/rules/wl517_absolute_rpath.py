"""WL517: a file of the wheel searches directories of the machine that it was built on."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Format, Image
from wontload.diagnosis.contents import Contents, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.words import listed

RELATIVE = ("$ORIGIN", "${ORIGIN}", "@loader_path", "@executable_path", "@rpath")


def absolute_rpath(contents: Contents) -> Iterator[Finding]:
    """RPATH, RUNPATH or LC_RPATH name absolute directories, or the current one."""
    files = {
        native.name: f"searches {listed(found)}"
        for native, image in contents.images
        if (found := list(dict.fromkeys(_strange(image))))
    }
    if files:
        yield finding(
            "WL517",
            "files search directories of the machine that they were built on",
            files,
            severity=Severity.WARNING,
            explanation="On another machine such a directory is not there, or is somebody else's: a library of a "
            "fitting "
            "name in it is loaded in place of the one that was meant. Directories relative to the file itself "
            "($ORIGIN, "
            "@loader_path) are the same everywhere.",
        )


def _strange(image: Image) -> Iterator[str]:
    if image.format is Format.PE:
        return
    for entry in (*(image.rpath or ()), *(image.runpath or ())):
        if not entry.startswith(RELATIVE):
            yield entry or "the current directory (an empty entry)"
