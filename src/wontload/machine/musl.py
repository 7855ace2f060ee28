"""What musl's loader on this computer was built with, and where it searches.

Source: musl, ldso/dynlink.c, `load_library`: the file `etc/ld-musl-ARCH.path` below the prefix of the loader's
own path, and what counts where there is none. LDSO_ARCH is in arch/*/reloc.h.
"""

from __future__ import annotations

import errno
import os
import platform
import re
from typing import Any

LARGEST_LOADER_BYTES = 16 << 20  # real ones have less than one megabyte
LARGEST_PATH_FILE_BYTES = 1 << 20
WITHOUT_PATH_FILE = ("/lib", "/usr/local/lib", "/usr/lib")
# By what `uname -m` says, where that is not musl's own name.
NAMES = {"i686": "i386", "i586": "i386", "armv7l": "armhf", "armv6l": "armhf", "ppc64le": "powerpc64le"}
PATH_FILE = re.compile(rb"/etc/(ld-musl-[0-9A-Za-z_+-]+\.path)\0")
VERSION = re.compile(rb"\0(\d+\.\d+\.\d+)(?:-git-[0-9a-z-]+)?\0")


def musl_facts(loader_path: str | None = None) -> dict[str, Any]:
    """Fields of `System` that only musl's loader consults.

    Args:
        loader_path: the interpreter's PT_INTERP; `None`: the usual place for this machine.
    """
    machine = platform.machine()
    path = loader_path or f"/lib/ld-musl-{NAMES.get(machine, machine)}.so.1"
    try:
        with open(path, "rb") as file:
            loader = file.read(LARGEST_LOADER_BYTES)
    except OSError:
        loader = b""
    version = VERSION.search(loader)
    return {
        "libc": "musl",
        "libc_version": version[1].decode("ascii") if version else "",
        "default_directories": search_directories(path_file(path, loader)),
    }


def path_file(loader_path: str, loader: bytes) -> str:
    """Where the loader's list of directories is: its name is in the loader, its prefix in the loader's own path."""
    prefix = loader_path.rsplit("/", 2)[0] if loader_path.count("/") > 1 else ""
    named = PATH_FILE.search(loader)
    own = os.path.basename(loader_path).removesuffix(".so.1") + ".path"
    return f"{prefix}/etc/{named[1].decode('ascii') if named else own}"


def search_directories(path: str) -> tuple[str, ...]:
    """The directories that a path file names, separated by colons or line ends; a file that cannot be read names none.

    Oracle: tests/oracles/musl/test_rules.py::test_default_directories
    """
    try:
        with open(path, "rb") as file:
            text = os.fsdecode(file.read(LARGEST_PATH_FILE_BYTES)).partition("\0")[0]
    except OSError as error:
        return WITHOUT_PATH_FILE if error.errno == errno.ENOENT else ()
    return tuple(one for one in re.split("[:\n]", text) if one)
