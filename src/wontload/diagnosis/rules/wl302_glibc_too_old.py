"""WL302: glibc is too old."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import symbol_findings
from wontload.diagnosis.c_library import image_of
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.sites import tags_of
from wontload.diagnosis.words import listed
from wontload.knowledge.linux_releases import releases_with, wheel_policy
from wontload.knowledge.symbol_versions import PART_OF_GLIBC, glibc_of, numbers


def glibc_too_old(case: Case) -> Iterator[Finding]:
    """A file was built on a system with a newer glibc: it asks for a symbol version, or a symbol, of a later release.

    Another library's versions are WL303 (GCC's own) and WL301. A file for musl is WL306.
    """
    for group in symbol_findings.grouped(case, "WL302"):
        own, needed = case.machine.system.libc_version, _needed(case, group)
        users = listed(symbol_findings.users(case, group))
        wants = f"{users} needs {needed}" if needed else f"{users} needs {group[0].symbol}"
        yield symbol_findings.finding(
            case,
            group,
            code="WL302",
            title=f"glibc is too old here ({own}): {wants}" if own else f"glibc is too old here: {wants}",
            facts=(*_versions(case, group), *_system(case), *_promises(case, group, needed), *_releases(needed)),
            explanation="The file was built on a newer Linux and cannot run on an older one: glibc is part of the "
            "system, and a process has only one. Putting another libc.so.6 on LD_LIBRARY_PATH crashes the program.",
            named_component=f"glibc {needed}" if needed else "glibc",
        )


def _needed(case: Case, group: symbol_findings.Group) -> str:
    """The newest glibc that one of the files asks for, as `2.38`; empty where none says a number."""
    asked = [glibc_of(one.symbol) for one in group]
    asked += [glibc_of(version) for one in group for version in _asked_of_glibc(case, one.module.path)]
    return max(filter(None, asked), key=numbers, default="")


def _asked_of_glibc(case: Case, path: str | None) -> tuple[str, ...]:
    """The versions of glibc that a file asks for, the newest last."""
    image = image_of(case, path)
    needs = image.versions_needed if image else ()
    found = {need.version for need in needs if PART_OF_GLIBC.match(need.library) and glibc_of(need.version)}
    return tuple(sorted(found, key=numbers))


def _versions(case: Case, group: symbol_findings.Group) -> Iterator[Evidence]:
    """Of each file the versions that this glibc is too old for."""
    own = numbers(case.machine.system.libc_version) or (0,)
    for path in dict.fromkeys(one.module.path for one in group):
        later = [one for one in _asked_of_glibc(case, path) if numbers(one) > own]
        if path and later:
            text = f"{path} asks for {listed(later)}, of a later glibc than this"
            yield Evidence("file", text, {"path": path, "versions": later})


def _system(case: Case) -> Iterator[Evidence]:
    system = case.machine.system
    if system.libc_version:
        where = f" ({system.version})" if system.version else ""
        yield Evidence("file", f"this system has glibc {system.libc_version}{where}", {"version": system.libc_version})


def _promises(case: Case, group: symbol_findings.Group, needed: str) -> Iterator[Evidence]:
    """What the tag of the file's wheel promises, and whether the file keeps it."""
    for tag in tags_of(case, group[0].module.path):
        policy = wheel_policy(tag.rpartition("-")[2])
        if policy is not None and policy.libc == "glibc":
            kept = not needed or numbers(needed) <= numbers(policy.libc_version)
            promise = f"which promises that glibc {policy.libc_version} is enough"
            text = f"its wheel is tagged {tag}, {promise}" + ("" if kept else ": the file breaks that promise")
            yield Evidence("record", text, {"tag": tag, "kept": kept})
        elif "linux_" in tag:
            yield Evidence("record", f"its wheel is tagged {tag}, which promises nothing of glibc", {"tag": tag})


def _releases(needed: str) -> Iterator[Evidence]:
    """The distributions that have what is asked for, from which release on."""
    found = [f"{one.name} {one.version}" for one in releases_with(needed)] if needed else []
    if found:
        text = f"glibc {needed} or newer is in {listed(found, limit=12)} and later"
        yield Evidence("provider", text, {"component": None, "package": None, "releases": found})
