"""Which installed package a file lies in, and in which version."""

from __future__ import annotations

import re
from typing import NamedTuple

from wontload.diagnosis.case import Case
from wontload.diagnosis.records import recorded
from wontload.knowledge.packages import normalised

SITE_DIRECTORIES = ("site-packages", "dist-packages")
# Where wheels keep what they bring along beside their package: `numpy.libs` (auditwheel, delvewheel), `.dylibs`.
_LIBS = re.compile(r"\.(libs|dylibs)$", re.IGNORECASE)


class Package(NamedTuple):
    """A top-level folder or module in a directory of packages; `version`: of its distribution, empty if not known."""

    name: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


def package_of(case: Case, path: str | None) -> Package | None:
    """The package that a file belongs to; `None` for a file that lies in no directory of packages."""
    if not path:
        return None
    path = str(case.path_module.normpath(path))  # a RUNPATH leaves `$ORIGIN/../torch/lib` in it
    parts = path.replace("\\", "/").split("/") if case.windows else path.split("/")
    for index in range(len(parts) - 2, 0, -1):
        if parts[index].lower() in SITE_DIRECTORIES:
            site = ("\\" if case.windows else "/").join(parts[: index + 1])
            name = _LIBS.sub("", parts[index + 1]).partition(".")[0]
            return Package(name, _version(case, site, name, path))
    return None


def _version(case: Case, site: str, name: str, path: str) -> str:
    """As the distribution that lists the file says; else as the directory of its records is called."""
    if found := owner_of(case, path):
        return found[1]
    wanted = normalised(name)
    for entry in case.machine.files.listing(site) or ():
        stem, _, kind = entry.rpartition(".")
        if kind == "dist-info" and normalised(stem.partition("-")[0]) == wanted:
            return stem.partition("-")[2]
    return ""


def owner_of(case: Case, path: str) -> tuple[str, str] | None:
    """Name and version of the distribution that lists a file; `None` where none is known to."""
    lines = recorded(case).get(case.fold(path), ())
    return (lines[0].distribution.name, lines[0].distribution.version) if lines else None


def tags_of(case: Case, path: str | None) -> tuple[str, ...]:
    """The wheel tags of the distribution that lists a file; none where it is not known."""
    lines = recorded(case).get(case.fold(path), ()) if path else ()
    return lines[0].distribution.tags if lines else ()
