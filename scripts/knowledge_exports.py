"""Write src/wontload/knowledge/linux/exports/: the symbols of the libraries that nearly every file of a wheel takes.

python scripts/knowledge_exports.py sid http://deb.debian.org/debian KEYRING MUSLLINUX-WHEEL MUSLLINUX-WHEEL

KEYRING is /usr/share/keyrings/debian-archive-keyring.gpg. The packages are fetched by apt into a directory of their own
and read; nothing is installed. Debian has musl, and nothing that is linked with it: Alpine's libgcc_s and libstdc++ are
read off two wheels, one for each architecture, into which auditwheel copied them from the musllinux image
(`pip download --no-deps --platform musllinux_1_2_aarch64 contourpy`).

The newest release is the one to take: all of these libraries keep what they ever exported, so that its names are those
of all before it.
"""

from __future__ import annotations

import datetime
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from knowledge_profiles import DIRECTORIES, OF_GLIBC, fetch, unpack

from wontload.binary.reading import parse_image, read_image
from wontload.knowledge.exports import ARCHITECTURES, GLIBC, MUSL
from wontload.knowledge.tables import HERE

PACKAGES = ("libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libexpat1", "musl")
OF_DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}
OF_EITHER = ("libz.so.1", "libexpat.so.1")  # beside glibc and musl
OF_GCC = ("libgcc_s.so.1", "libstdc++.so.6")
OF_MUSL = re.compile(r"usr/lib/[a-z0-9_]+-linux-musl/libc\.so")
VENDORED = re.compile(r"[^/]+\.libs/(libgcc_s|libstdc\+\+)-[0-9a-f]{8}(\.so\.\d)[.\d]*")
HEADER = """\
# Symbols that {library} exports{beside}, and behind those that it has on one architecture alone, that one.
# Written by scripts/knowledge_exports.py.
# source: the dynamic symbols of {sources}; {architectures}
# checked: {date}
"""


class Found(NamedTuple):
    """What one file exports: where the list of it is, whose file it is, and the names."""

    place: str
    source: str
    names: set[str]


def main(suite: str, mirror: str, keyring: str, *wheels: str) -> None:
    """One list a library."""
    names: dict[str, dict[str, set[str]]] = {}
    sources: dict[str, dict[str, None]] = {}
    for architecture in ARCHITECTURES:
        wheel = next(one for one in wheels if architecture in one)
        for found in (*of_debian(suite, mirror, keyring, OF_DEBIAN[architecture]), *of_alpine(Path(wheel))):
            names.setdefault(found.place, {}).setdefault(architecture, set()).update(found.names)
            sources.setdefault(found.place, {})[found.source] = None
    for place, by_architecture in names.items():
        write(place, ", ".join(sources[place]), by_architecture)


def of_debian(suite: str, mirror: str, keyring: str, architecture: str) -> Iterator[Found]:
    """What the libraries of Debian's packages export."""
    with tempfile.TemporaryDirectory(prefix="exports-") as directory:
        for package in fetch(Path(directory), suite, mirror, keyring, architecture, PACKAGES):
            source = f"{package.stem.rpartition('_')[0].replace('_', ' ')} of {mirror} {suite}"
            unpacked = Path(directory) / "unpacked"
            for path in unpack(package, unpacked):
                place = place_of(str(path.relative_to(unpacked)))
                if place is not None and path.exists():
                    image = read_image(path)
                    own = set(image.export_versions).difference(image.versions_defined)  # a version is one as well
                    yield Found(place, source, own)


def place_of(path: str) -> str | None:
    """Where the list of a package's file is, if there is one."""
    if OF_MUSL.fullmatch(path):
        return f"musl/{MUSL}"
    library = (DIRECTORIES.fullmatch("./" + path) or ("", ""))[1]
    if OF_GLIBC.fullmatch(library):
        return f"glibc/{GLIBC}"  # each process of Python has the two parts that matter, libc and libm
    if library in OF_GCC:
        return f"glibc/{library}"
    return library if library in OF_EITHER else None


def of_alpine(path: Path) -> Iterator[Found]:
    """What the libraries export that a wheel's builder took from its system."""
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            if match := VENDORED.fullmatch(name):
                image = parse_image(wheel.read(name), name)
                own = set(image.export_versions).difference(image.versions_defined)
                yield Found(f"musl/{match[1]}{match[2]}", f"{name} in {path.name}", own)


def write(place: str, source: str, by_architecture: dict[str, set[str]]) -> None:
    """One list: what both have, and what one has."""
    libc, _, library = place.rpartition("/")
    header = HEADER.format(
        library=library,
        beside=f" ({libc})" if libc else "",
        sources=source,
        architectures=" and ".join(by_architecture),
        date=datetime.date.today(),
    )
    rows = []
    for name in sorted(set().union(*by_architecture.values())):
        having = [architecture for architecture, names in by_architecture.items() if name in names]
        rows.append(name if len(having) == len(ARCHITECTURES) else f"{name} {having[0]}")
    path = Path(HERE, "linux/exports", f"{place}.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + "".join(f"{row}\n" for row in rows))
    print(f"{place}: {len(rows)} symbols")


if __name__ == "__main__":
    main(*sys.argv[1:])
