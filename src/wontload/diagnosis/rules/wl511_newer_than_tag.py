"""WL511: what is in the wheel needs a newer system than its tag says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from wontload.binary import Image, MalformedImage
from wontload.diagnosis.contents import Contents, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.words import listed
from wontload.knowledge.linux_releases import wheel_policy
from wontload.knowledge.symbol_versions import PART_OF_GLIBC

VERSION = re.compile(r"(GLIBC|GLIBCXX|CXXABI)_(\d+(?:\.\d+)+)")
FIRST_MACOS_OF_ARM = (11, 0)
# From this one on a tag tells macOS' years alone, and every `macosx_12_0` wheel is taken from 12.0 on.
# Source: packaging, tags.mac_platforms.
FIRST_MACOS_BY_YEAR = 11
# dyld compares no versions: a file is taken whatever macOS it was built for, and that is only told of in the message
# when a symbol or library is missing then. Source: apple-oss-distributions/dyld, common/MachOFile.cpp
# (`loadableIntoProcess`, `builtForPlatform`: the platform alone), dyld/Loader.cpp (`tooNewErrorAddendum`).
TAKEN = (
    "dyld loads it on an older one too, and the load fails there when a symbol or library is missing that the file "
    "takes without asking whether it is there."
)
# What is built for macOS 12 and newer has chained fix-ups, a load command that must be known: dyld says "load command
# 0x80000034 is unknown". Source: Apple, Xcode 13 release notes; redFrik/f0plugins#5, nomic-ai/gpt4all#1511.
CHAINED_FIXUPS_FROM = (10, 15)
REFUSED = "These have chained fix-ups, which dyld knows from macOS 10.15 on: an older one refuses them."


def newer_than_tag(contents: Contents) -> Iterator[Finding]:
    """A tag promises that a system of some age takes the wheel, and its code asks for more than that system has.

    Libraries that the system need not have are WL514.
    """
    yield from _linux(contents)
    yield from _macos(contents)


def _linux(contents: Contents) -> Iterator[Finding]:
    tags = [(tag, one) for tag, one in contents.platforms if one.libc == "glibc" and one.minimum]
    if not tags:
        return
    tag, oldest = min(tags, key=lambda pair: pair[1].minimum or ())
    policy = wheel_policy(tag)
    allowed = {"GLIBC": _numbers(f"{oldest.minimum[0]}.{oldest.minimum[1]}")} if oldest.minimum else {}
    if policy is not None:
        allowed |= {"GLIBCXX": _numbers(policy.glibcxx or "0"), "CXXABI": _numbers(policy.cxxabi or "0")}
    files: dict[str, str] = {}
    newest: tuple[int, ...] = (0, 0)
    for native, image in contents.of_system("linux"):
        beyond = _beyond(image, allowed, contents.offered)
        if beyond:
            files[native.name] = f"needs {listed(beyond)}"
            newest = max(
                newest, *(_numbers(one.partition("_")[2])[:2] for one in beyond if one.startswith("GLIBC_")), newest
            )
    if files:
        fitting = f" Its files would fit manylinux_{newest[0]}_{newest[1]}." if newest > (0, 0) else ""
        yield finding(
            "WL511",
            f"the tag {tag} promises glibc {oldest.minimum[0]}.{oldest.minimum[1]}, and the files need more"
            if oldest.minimum
            else "",
            dict(sorted(files.items(), key=lambda item: item[1], reverse=True)),
            explanation="Installers choose a wheel by its tag. On the oldest systems that this tag names the loader "
            f"refuses these files, because a symbol version that they were linked against is not there.{fitting}",
        )


def _beyond(image: Image, allowed: dict[str, tuple[int, ...]], own: frozenset[str]) -> list[str]:
    """The newest symbol version of each kind that goes beyond what is allowed."""
    worst: dict[str, tuple[int, ...]] = {}
    for need in image.versions_needed:
        match = VERSION.fullmatch(need.version)
        if match is None or need.library in own:
            continue
        kind, number = match[1], _numbers(match[2])
        if kind == "GLIBC" and not PART_OF_GLIBC.match(need.library):
            continue
        if kind in allowed and number > allowed[kind]:
            worst[kind] = max(worst.get(kind, ()), number)
    return [f"{kind}_{'.'.join(map(str, number))}" for kind, number in worst.items()]


def _macos(contents: Contents) -> Iterator[Finding]:
    tags = [(tag, one) for tag, one in contents.platforms if one.system == "macos" and one.minimum]
    for tag, platform in tags[:1]:
        minimum: tuple[int, ...] = min(one.minimum or () for _, one in tags)
        files: dict[str, tuple[int, ...]] = {}
        refused = False
        for native, image in contents.of_system("macos"):
            slices = [one for one in map(partial(_slice, image), platform.architectures) if one is not None]
            needed = max(map(_minimum, slices), default=())
            if needed > minimum:
                files[native.name] = needed
                refused |= minimum < CHAINED_FIXUPS_FROM and any(map(_has_chained_fixups, slices))
        if files:
            year = minimum[0]
            in_its_year = year >= FIRST_MACOS_BY_YEAR and all(one[0] == year for one in files.values())
            rest = f"; no tag says more than the year, so that would be macosx_{year + 1}_0." if in_its_year else "."
            yield finding(
                "WL511",
                f"the tag {tag} promises macOS {'.'.join(map(str, minimum))}, and the files were built for a newer one",
                {name: f"was built for macOS {'.'.join(map(str, one))} and newer" for name, one in files.items()},
                severity=Severity.ERROR if refused else Severity.WARNING,
                explanation=f"A file says in its headers for which macOS it was built. {REFUSED if refused else TAKEN}"
                " Build with the MACOSX_DEPLOYMENT_TARGET that the tag names, or give the wheel the tag that its files "
                f"ask for{rest}",
            )


def _slice(image: Image, architecture: str) -> Image | None:
    """What a file has for an architecture."""
    try:
        slice_ = image.sliced(architecture)
    except MalformedImage:
        return None
    return slice_ if slice_ is not None and slice_.architecture == architecture else None


def _has_chained_fixups(slice_: Image) -> bool:
    """Of a slice that a macOS of before them may take: none of those is for arm64."""
    return slice_.packed_relocations and slice_.architecture != "aarch64"


def _minimum(image: Image) -> tuple[int, ...]:
    """The macOS that a slice was built for; of arm64 every macOS is 11 or newer."""
    found = tuple((image.minimum_os or ())[:2])
    return () if image.architecture == "aarch64" and found <= FIRST_MACOS_OF_ARM else found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
