"""The place where it would be built: room, a path that every tool takes, a network, a virus scanner (WL707)."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.build.cost import Cost, Resources
from wontload.build.hindrance import Circumstances, found
from wontload.build.remedies import Remedy, remedies
from wontload.build.settings import Choice
from wontload.diagnosis.finding import Finding, Severity

LEAST_DISK_BYTES = 512 << 20  # where no build of the package was measured
LONGEST_PLACE = 60  # characters


def place_of_the_build(
    choice: Choice, circumstances: Circumstances | None, cost: Cost, resources: Resources
) -> Iterator[Finding]:
    """Everything about the place that would stop the build, or may."""
    place = circumstances.directory if circumstances else ""
    yield from _no_room(choice, place, cost, resources)
    yield from _path(choice, place)
    if circumstances is not None and circumstances.unreachable:
        yield found(
            "WL707",
            "no index can be reached, and the build's environment needs something from one",
            "the network",
            circumstances.unreachable,
            (
                Remedy(text="see what stands between", command="python -m pip download --no-deps -v setuptools"),
                Remedy(text="or build without a network, from wheels in a directory: --offline --find-links DIR"),
            ),
        )


def _no_room(choice: Choice, place: str, cost: Cost, resources: Resources) -> Iterator[Finding]:
    """Disk: as a measured build took it and a half more."""
    free, wanted = resources.disk_bytes, (cost.disk_bytes or LEAST_DISK_BYTES) * 3 // 2
    if free is None or free >= wanted:
        return
    measured = f"A build took {cost.disk_bytes >> 20} MiB ({cost.basis})." if cost.disk_bytes else ""
    yield found(
        "WL707",
        f"{free >> 20} MiB are free where it would be built",
        place or "the disk",
        f"{measured} Below {wanted >> 20} MiB it is not begun.".strip(),
        remedies("other-disk", choice.machine),
    )


def _path(choice: Choice, place: str) -> Iterator[Finding]:
    """Of the temporary directory's path: length and letters on Windows, spaces everywhere."""
    shorter = remedies("plain-place", choice.machine)
    if choice.windows and len(place) > LONGEST_PLACE:
        yield found(
            "WL707",
            f"the path of the temporary directory has {len(place)} characters",
            place,
            "Below it a build makes paths of 150 and more, and Windows' compilers take 260 in all.",
            shorter,
            severity=Severity.WARNING,
        )
    if choice.windows and not place.isascii():
        yield found(
            "WL707",
            "the path of the temporary directory is not plain ASCII",
            place,
            "Not every tool of a build reads such a path on Windows; that is a suspicion, not a certainty.",
            shorter,
            severity=Severity.NOTE,
        )
    if " " in place:
        # Source: utwente-fmt/ltsmin#138 (Autoconf's "unsafe srcdir value"), pypa/build#325. CMake, Ninja, Meson and
        # setuptools take such a path: tests/cases/test_build_linux.py builds below one.
        yield found(
            "WL707",
            "the path of the temporary directory holds a space",
            place,
            "CMake, Meson and setuptools take it; the configure scripts and makefiles that some packages start do not.",
            shorter,
            severity=Severity.NOTE,
        )


def _powershell_word(text: str) -> str:
    """Source: Microsoft, about_Quoting_Rules: in single quotes nothing is expanded, and one is doubled."""
    return "'" + text.replace("'", "''") + "'"


def scanner(choice: Choice, circumstances: Circumstances | None) -> Iterator[Finding]:
    """Whether a virus scanner looks at the build's files is not asked: how to see, and what to do.

    Source: Microsoft, Linker Tools Error LNK1168 ("a lock held by an anti-virus program"); microsoft/vcpkg#31881.
    """
    place = circumstances.directory if circumstances else ""
    yield found(
        "WL707",
        "a virus scanner may slow the build down, or hold a file that the linker wants",
        place or "the temporary directory",
        "It opens every object file that a compiler writes. Whether one does here was not asked: Windows tells "
        "administrators alone which directories are left out.",
        remedies("scanner", choice.machine, place=_powershell_word(place) if place else "$env:TEMP"),
        severity=Severity.NOTE,
    )
