"""Linux distributions and wheel tags: which C library each has, and which each asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from wontload.knowledge.tables import Row, table

# Of these, /etc/os-release names updates (9.4) of one release (9).
FIRST_NUMBER_COUNTS = frozenset({"rhel", "centos", "rocky", "almalinux", "ol", "debian"})


@dataclass(frozen=True, slots=True)
class LinuxRelease:
    """A release of a distribution.

    Attributes:
        name, version: `ID` and `VERSION_ID` of /etc/os-release: `ubuntu`, `24.04`.
        libc: `glibc` or `musl`. libc_version: `2.39`.
        glibcxx: newest GLIBCXX version of its own libstdc++, such as `3.4.33`; empty when it was not looked up.
    """

    name: str
    version: str
    libc: str
    libc_version: str
    glibcxx: str = ""


@dataclass(frozen=True, slots=True)
class WheelPolicy:
    """What a wheel tag of Linux promises.

    Attributes:
        name: `manylinux_2_17`. aliases: `manylinux2014`.
        libc: `glibc` or `musl`; libc_version: the oldest that it runs on.
        glibcxx, cxxabi: newest symbol versions that it may ask of the system's libstdc++; empty where it may ask none.
        libraries: everything that it may leave to the system.
        architectures: for which it is defined.
        elsewhere: `glibcxx` and `cxxabi` of the architectures that have others than x86_64.
    """

    name: str
    aliases: tuple[str, ...]
    libc: str
    libc_version: str
    glibcxx: str
    cxxabi: str
    libraries: frozenset[str]
    architectures: tuple[str, ...]
    elsewhere: Mapping[str, Mapping[str, str]]


def linux_release(name: str, version: str) -> LinuxRelease | None:
    """What a release brings; `None` for one that is not in the table, or that has no versions (Arch, Tumbleweed)."""
    name = name.casefold()
    key = version.partition(".")[0] if name in FIRST_NUMBER_COUNTS else version
    return _releases().get((name, key))


def releases_with(libc_version: str, libc: str = "glibc") -> tuple[LinuxRelease, ...]:
    """The first release of each distribution that has this C library or a newer one."""
    found: dict[str, LinuxRelease] = {}
    for release in _releases().values():
        if release.libc == libc and _numbers(release.libc_version) >= _numbers(libc_version):
            known = found.get(release.name)
            if known is None or _numbers(release.version) < _numbers(known.version):
                found[release.name] = release
    return tuple(found.values())


def wheel_policy(tag: str) -> WheelPolicy | None:
    """The policy behind a platform tag (`manylinux2014_x86_64`, `musllinux_1_2_aarch64`, or without architecture).

    A perennial tag that no policy is written for (`manylinux_2_32`) has that of the next older one, with its own glibc.
    Without an architecture it is that of x86_64.

    Source: PEP 600, PEP 656.
    """
    match = re.match(r"(manylinux(?:1|2010|2014)|(?:many|musl)linux_(\d{1,4})_(\d{1,4}))(?:_(\w+)|$)", tag)
    if match is None:
        return None
    if exact := _policies().get(match[1]):
        return _on(match[4], exact)
    if match[2] is None:
        return None
    wanted = (int(match[2]), int(match[3]))
    libc = "musl" if tag.startswith("musl") else "glibc"
    older = [one for one in _policies().values() if one.libc == libc and _numbers(one.libc_version) <= wanted]
    if not older:
        return None
    nearest = max(older, key=lambda one: _numbers(one.libc_version))
    own = replace(nearest, name=match[1], aliases=(), libc_version=f"{wanted[0]}.{wanted[1]}")
    return _on(match[4], own)


def _on(architecture: str | None, policy: WheelPolicy) -> WheelPolicy:
    """The policy with the symbol versions that an architecture has."""
    own = policy.elsewhere.get(architecture or "", {})
    return replace(policy, glibcxx=own.get("glibcxx", policy.glibcxx), cxxabi=own.get("cxxabi", policy.cxxabi))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@cache
def _releases() -> Mapping[tuple[str, str], LinuxRelease]:
    rows = table("linux/releases")["release"]
    return {
        (row["id"], row["version"]): LinuxRelease(
            row["id"], row["version"], row["libc"], row["libc_version"], row.get("glibcxx", "")
        )
        for row in rows
    }


@cache
def _policies() -> Mapping[str, WheelPolicy]:
    tables = table("linux/policies")
    common = frozenset(tables["common"][0]["libraries"])
    found = {}
    for row in tables["policy"]:
        policy = _policy(row, common if row["libc"] == "glibc" else frozenset())
        found.update(dict.fromkeys((policy.name, *policy.aliases), policy))
    return found


def _policy(row: Row, common: frozenset[str]) -> WheelPolicy:
    return WheelPolicy(
        row["name"],
        tuple(row["aliases"]),
        row["libc"],
        row["libc_version"],
        row.get("glibcxx", ""),
        row.get("cxxabi", ""),
        common | frozenset(row["libraries"]),
        tuple(row["architectures"]),
        row.get("elsewhere", {}),
    )
