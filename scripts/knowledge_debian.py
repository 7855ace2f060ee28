"""Write src/wontload/knowledge/libraries/debian.txt: which package of Debian has each library of linux.txt.

    python scripts/knowledge_debian.py CONTENTS-OF-12 PACKAGES-OF-13

CONTENTS-OF-12 is bookworm's `main/Contents-amd64` (what apt-file reads), PACKAGES-OF-13 trixie's
`main/binary-amd64/Packages`, both unpacked. Of Debian 12 the answer is the package that has the file. Of Debian 13 it
is that package if it is there still, under its name or that for 64-bit time, or the one that provides it; else none.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from wontload.knowledge.components import LINUX_TABLE, component_of, components_in
from wontload.knowledge.tables import HERE

TABLE = Path(HERE, "libraries/debian.txt")
# Where loaders look without being told to.
LIBRARY = re.compile(r"(?:usr/)?lib(?:64|/x86_64-linux-gnu)?/([^/]+\.so[^/]*)")
# Links that alternatives make when the package is installed, and files of other architectures: in no list of files.
NOT_LISTED = {"libblas.so.3", "liblapack.so.3", "libmpi.so.12", "ld-linux-aarch64.so.1", "ld-musl-aarch64.so.1"}
# Of runtimes.toml, as wheels bring them, too: their packages are others in each release.
ALSO = ("libmpi.so.40", "libmpi.so.12")
HEADER = """\
# Libraries of linux.txt by file name, and the package of Debian 12 and of Debian 13 that has each. Empty: none has a
# file of that name. Written by scripts/knowledge_debian.py.
#
# source: Debian, dists/bookworm/main/Contents-amd64 (12); dists/trixie/main/binary-amd64/Packages (13: the same package
# where it is there still, or what provides it)
# checked: {date}
#
# file | Debian 12 | Debian 13
"""


def main(contents: Path, packages: Path) -> None:
    """One line a file name that linux.txt has exactly, or `ALSO`."""
    owners = owners_in(contents)
    names, provided = names_in(packages)
    lines = []
    for component in (*components_in(LINUX_TABLE), *filter(None, map(component_of, ALSO))):
        known = component.row.get("apt", "")
        for file in component.row["linux"]:
            if "*" in file or "?" in file or not known:
                continue
            older = known if file in NOT_LISTED else owner(owners.get(file, set()), known.split())
            lines.append(f"{file} | {older} | {newer(older, names, provided)}")
    TABLE.write_text(HEADER.format(date=datetime.date.today()) + "\n".join(line.rstrip() for line in lines) + "\n")
    print(f"{len(lines)} files")


def owner(owners: set[str], known: list[str]) -> str:
    """The package of a file; of several that each have it the one that linux.txt names, else the first."""
    return next((name for name in known if name in owners), min(owners, default=""))


def newer(older: str, names: set[str], provided: Mapping[str, str]) -> str:
    """What became of a package: it is there still, has another name for 64-bit time, or is provided by another."""
    for name in (older, f"{older}t64"):
        if older and name in names:
            return name
    return provided.get(older, "")


def owners_in(contents: Path) -> Mapping[str, set[str]]:
    """The packages that have each library of the default directories."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in contents.read_text(encoding="utf-8", errors="replace").splitlines():
        path, _, owners = line.rpartition(" ")
        if match := LIBRARY.fullmatch(path.strip()):
            found[match[1]].update(owner.rpartition("/")[2] for owner in owners.split(","))
    return found


def names_in(packages: Path) -> tuple[set[str], dict[str, str]]:
    """The packages of a release, and of names that are no packages: the real one that provides each."""
    names: set[str] = set()
    provided: dict[str, str] = {}
    name = ""
    for line in packages.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("Package: "):
            name = line[9:].strip()
            names.add(name)
        elif line.startswith("Provides: "):
            for one in line[10:].split(","):
                provided.setdefault(one.strip().partition(" ")[0], name)
    return names, provided


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
