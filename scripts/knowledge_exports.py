"""Write src/wontload/knowledge/linux/exports/: the symbols of the libraries that nearly every file of a wheel takes.

python scripts/knowledge_exports.py trixie http://deb.debian.org/debian /usr/share/keyrings/debian-archive-keyring.gpg

The packages are fetched by apt into a directory of their own and read; nothing is installed. The newest release is the
one to take: glibc and GCC's runtime keep what they ever exported, so that its names are those of all before it.
"""

from __future__ import annotations

import datetime
import sys
import tempfile
from pathlib import Path

from knowledge_profiles import DIRECTORIES, OF_GLIBC, fetch, unpack

from wontload.binary.reading import read_image
from wontload.knowledge.tables import HERE

GLIBC = "libc.so.6"  # for all parts of glibc: each process of Python has the two that matter, libc and libm
WANTED = ("libgcc_s.so.1", "libstdc++.so.6", "libz.so.1", "libexpat.so.1")
HEADER = """\
# Symbols that {what}.
# Written by scripts/knowledge_exports.py.
# source: the dynamic symbols of {packages} of {mirror} {suite}, amd64
# checked: {date}
"""


def main(suite: str, mirror: str, keyring: str) -> None:
    """One list a library."""
    names: dict[str, set[str]] = {}
    packages: dict[str, dict[str, None]] = {}
    with tempfile.TemporaryDirectory(prefix="exports-") as directory:
        for package in fetch(Path(directory), suite, mirror, keyring):
            for path in unpack(package, Path(directory) / "unpacked"):
                found = DIRECTORIES.fullmatch("./" + str(path.relative_to(Path(directory) / "unpacked")))
                library = GLIBC if found and OF_GLIBC.fullmatch(found[1]) else found and found[1]
                if library in (GLIBC, *WANTED) and path.exists():
                    image = read_image(path)
                    own = set(image.export_versions).difference(image.versions_defined)  # a version is one as well
                    names.setdefault(library, set()).update(own)
                    packages.setdefault(library, {})[package.stem.rpartition("_")[0].replace("_", " ")] = None
    for library, some in names.items():
        header = HEADER.format(
            what="glibc's libraries export" if library == GLIBC else f"{library} exports",
            packages=", ".join(packages[library]),
            mirror=mirror,
            suite=suite,
            date=datetime.date.today(),
        )
        place = Path(HERE, "linux/exports", f"{library}.txt")
        place.parent.mkdir(exist_ok=True)
        place.write_text(header + "".join(f"{name}\n" for name in sorted(some)))
        print(f"{library}: {len(some)} symbols")


if __name__ == "__main__":
    main(*sys.argv[1:])
