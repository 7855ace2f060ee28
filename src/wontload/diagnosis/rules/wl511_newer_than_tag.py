"""WL511: what is in the wheel needs a newer system than its tag says."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
        for native, image in contents.of_system("macos"):
            needed = max((_minimum(image, one) for one in platform.architectures), default=())
            if needed > minimum:
                files[native.name] = needed
        if files:
            year = minimum[0]
            in_its_year = year >= FIRST_MACOS_BY_YEAR and all(one[0] == year for one in files.values())
            yield finding(
                "WL511",
                f"the tag {tag} promises macOS {'.'.join(map(str, minimum))}, and the files were built for a newer one",
                {name: f"was built for macOS {'.'.join(map(str, one))} and newer" for name, one in files.items()},
                severity=Severity.WARNING if in_its_year else Severity.ERROR,
                explanation="A file says in its headers for which macOS it was built. An older one may lack what it "
                "calls: the load then fails, or the call does. Build with the MACOSX_DEPLOYMENT_TARGET that the tag "
                "names, or give the wheel the tag that its files ask for"
                + (f"; no tag says more than the year, so that would be macosx_{year + 1}_0." if in_its_year else "."),
            )


def _minimum(image: Image, architecture: str) -> tuple[int, ...]:
    """The macOS that a slice was built for; of arm64 every macOS is 11 or newer."""
    try:
        slice_ = image.sliced(architecture)
    except MalformedImage:
        return ()
    if slice_ is None or slice_.minimum_os is None or slice_.architecture != architecture:
        return ()
    found = tuple(slice_.minimum_os[:2])
    return () if architecture == "aarch64" and found <= FIRST_MACOS_OF_ARM else found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
