"""What dyld makes of one file: takes it, or says why not and goes on to the next path.

Source: dyld/Loader.cpp (`getLoader`), dyld/DyldDelegates.cpp (`fileExists`, `mapFileReadOnly`), common/MachOFile.cpp
(`compatibleSlice`), dyld/JustInTimeLoader.cpp (`makeJustInTimeLoaderDisk`), mach_o/Header.cpp (`validSemanticsRPath`,
`validSemanticsLinkedDylibs`) and mach_o/Policy.cpp for what is enforced since when.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from wontload.binary import Defect, Format, Image, MalformedImage
from wontload.loader.dyld.architectures import misfit
from wontload.machine import Files, Kind, NotKnown, System

MH_EXECUTE, MH_DYLIB, MH_BUNDLE = 2, 6, 8
PLATFORM_MACOS = 1
# mach_o/Platform.cpp
PLATFORM_NAMES = {
    1: "macOS",
    2: "iOS",
    3: "tvOS",
    4: "watchOS",
    5: "bridgeOS",
    6: "macCatalyst",
    7: "iOS-simulator",
    8: "tvOS-simulator",
    9: "watchOS-simulator",
    10: "driverKit",
    11: "visionOS",
    12: "visionOS-simulator",
}
NOT_MACHO = "slice is not valid mach-o file"
EACCES = 13
# A binary is held to newer rules only if it was built with an SDK that knows them, by a dyld that does.
NO_DUPLICATE_DYLIBS, NO_DUPLICATE_RPATHS = (15,), (15, 4)


class Outcome(Enum):
    """What becomes of a candidate; the values are those of `Tried.outcome`."""

    TAKEN = "taken"
    ABSENT = "absent"
    DENIED = "denied"
    PASSED_OVER = "passed over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Look:
    """One candidate, looked at. `text` is what dyld puts in brackets behind the path."""

    outcome: Outcome
    text: str = ""
    image: Image | None = None


def version_of(system: System) -> tuple[int, ...]:
    """Major and minor version of macOS; that of a very new one when it is not known."""
    numbers = [int(part) for part in re.findall(r"\d+", system.version)[:2]] or [99]
    return (*numbers, 0)[:2]


def look_at(path: str, shown: str, files: Files, system: System, *, linked: bool) -> Look:
    """Judge what lies on disk at an absolute path.

    Args:
        shown: the path as dyld writes it in a message.
        linked: an image names it in a load command; otherwise `dlopen` asks for it.
    """
    kind = files.kind(path)
    if kind is Kind.ABSENT:
        return Look(Outcome.ABSENT, "no such file")
    if kind is Kind.UNKNOWN:
        return Look(Outcome.UNKNOWN)
    if kind is Kind.DIRECTORY:
        return Look(Outcome.PASSED_OVER, "not a file")
    if kind is Kind.DENIED:
        return Look(Outcome.DENIED, f"open() failed with errno={EACCES}")
    try:
        return _of_image(files.image(path), shown, system, linked)
    except NotKnown:
        return Look(Outcome.UNKNOWN)
    except MalformedImage as malformed:
        return _of_malformed(malformed)


def _of_image(image: Image, shown: str, system: System, linked: bool) -> Look:
    if image.format is not Format.MACHO:
        return Look(Outcome.PASSED_OVER, NOT_MACHO)
    version = version_of(system)
    if text := misfit(image, system, version):
        return Look(Outcome.PASSED_OVER, text)
    slice_of_it = image.sliced(system.architecture)
    if slice_of_it is None:
        return Look(Outcome.UNKNOWN)
    if text := _refusal(slice_of_it, shown, version, linked):
        return Look(Outcome.PASSED_OVER, text)
    return Look(Outcome.TAKEN, "", slice_of_it)


def _refusal(image: Image, shown: str, version: tuple[int, ...], linked: bool) -> str | None:
    """Why dyld does not load a slice for the right processor. The minimum OS is no reason."""
    if image.platforms and PLATFORM_MACOS not in image.platforms:
        have = PLATFORM_NAMES.get(image.platforms[0], "unknown")
        return f"mach-o file ({shown}), but incompatible platform (have '{have}', need 'macOS')"
    if image.file_type not in (0, MH_EXECUTE, MH_DYLIB, MH_BUNDLE):
        return f"unloadable mach-o file type {image.file_type} '{shown}'"
    if linked and image.file_type == MH_BUNDLE:
        return f"cannot link against bundle '{shown}'"
    if linked and image.file_type == MH_EXECUTE:
        return f"cannot link against a main executable '{shown}'"
    sdk = image.sdk or ()
    if version >= NO_DUPLICATE_DYLIBS <= sdk and (twice := _first_twice([one.library for one in image.eager])):
        return f"duplicate linked dylib '{twice}'"
    if version >= NO_DUPLICATE_RPATHS <= sdk and (twice := _first_twice(list(image.rpath or ()))):
        return f"duplicate LC_RPATH '{twice}'"
    return None


def _first_twice(names: list[str]) -> str | None:
    return next((name for number, name in enumerate(names) if name in names[:number]), None)


def _of_malformed(malformed: MalformedImage) -> Look:
    """The words of dyld where they follow from the kind of defect, else the parser's."""
    if malformed.defect is Defect.UNREADABLE:
        return Look(Outcome.DENIED, f"open() failed with errno={EACCES}")
    if malformed.defect is Defect.EMPTY:  # dyld takes an empty file for the mark of a removed one, and says nothing
        return Look(Outcome.PASSED_OVER, "")
    if malformed.defect is Defect.NOT_NATIVE or malformed.part == "headers":
        return Look(Outcome.PASSED_OVER, NOT_MACHO)
    if malformed.part == "segments":
        # Named is the first segment that the end cuts; that is `__LINKEDIT`, the last, unless much is missing.
        return Look(Outcome.PASSED_OVER, "segment '__LINKEDIT' load command content extends beyond end of file")
    return Look(Outcome.PASSED_OVER, malformed.what)
