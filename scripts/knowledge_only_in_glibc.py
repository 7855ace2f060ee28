"""Write src/wontload/knowledge/linux/only_in_glibc.txt: the symbols that glibc exports and musl does not.

python scripts/knowledge_only_in_glibc.py

Both are read off this machine's files: Debian's packages libc6 and musl (`scripts/install-oracles` has the latter).
"""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

from wontload.binary.reading import read_image
from wontload.knowledge.tables import HERE

GLIBC = [Path("/lib/x86_64-linux-gnu", name) for name in ("libc.so.6", "libm.so.6", "libresolv.so.2", "libmvec.so.1")]
MUSL = Path("/lib/ld-musl-x86_64.so.1")
# Names of glibc's versions, of stdio's insides and of vector variants: no file asks for the first as a symbol, and the
# others would be half of the list for nearly no report.
LEFT_OUT = ("GLIBC_", "_IO_", "_ZGV")
# Which newer releases of musl have. Source: musl, release notes of 1.2.4 to 1.2.6; docker-library/python#930.
OF_NEWER_MUSL = frozenset(("preadv2", "pwritev2", "preadv64v2", "pwritev64v2", "statx", "renameat2", "posix_getdents"))
HEADER = """\
# Symbols that glibc exports and musl does not: a file that asks for one was built for glibc.
# Written by scripts/knowledge_only_in_glibc.py.
# source: the dynamic symbols of Debian's packages {glibc} and {musl}, x86-64
# checked: {date}
"""


def main() -> None:
    """One line a symbol."""
    glibc = {name for path in GLIBC for name in exported(path)}
    names = sorted(name for name in glibc - exported(MUSL) - OF_NEWER_MUSL if not name.startswith(LEFT_OUT))
    header = HEADER.format(glibc=package("libc6"), musl=package("musl"), date=datetime.date.today())
    Path(HERE, "linux/only_in_glibc.txt").write_text(header + "".join(f"{name}\n" for name in names))
    print(f"{len(names)} symbols")


def exported(path: Path) -> set[str]:
    """What a library exports."""
    return set(read_image(path).export_versions)


def package(name: str) -> str:
    """A package with its version."""
    asked = ["dpkg-query", "-W", "-f", "${Package} ${Version}", name]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
