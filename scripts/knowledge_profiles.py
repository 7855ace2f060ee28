"""Write the generated lists of `knowledge/profiles/`.

Run with the tool's own environment:

    pip download --no-deps -d DIR delvewheel
    python scripts/knowledge_profiles.py windows-11 DIR/delvewheel-….whl APISETSCHEMA.DLL
    python scripts/knowledge_profiles.py debian-12        # on a Debian 12, such as the python:3.11-slim image

The lists written by hand beside them (`*-since-8.txt`, `*-added.txt`, `known-dlls*.txt`) are left alone.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import re
import subprocess
import zipfile
from pathlib import Path

from wontload.binary.apiset import read_api_sets

PROFILES = Path(__file__).parent.parent / "src/wontload/knowledge/profiles"
# What a clean Debian 12 with the libraries of python:3.11-slim has: essential packages, and those that Python links.
DEBIAN_PACKAGES = (
    "libc6 libgcc-s1 libstdc++6 zlib1g libbz2-1.0 liblzma5 libzstd1 libffi8 libssl3 libsqlite3-0 libreadline8 "
    "libncursesw6 libtinfo6 libuuid1 libexpat1 libcrypt1 libnsl2 libtirpc3 libgdbm6 libdb5.3 libcap2 libselinux1 "
    "libpcre2-8-0 libacl1 libattr1 libblkid1 libmount1 libsmartcols1 libgmp10 libgnutls30 libnettle8 libhogweed6 "
    "libp11-kit0 libtasn1-6 libunistring2 libidn2-0 liblz4-1 libxxhash0 libgcrypt20 libgpg-error0 libsystemd0 "
    "libudev1 libaudit1 libcap-ng0 libpam0g libsepol2 libsemanage2 libapt-pkg6.0 libkrb5-3 libk5crypto3 "
    "libgssapi-krb5-2 libkrb5support0 libcom-err2 libkeyutils1"
).split()


def main() -> None:
    """Parse the command line and write one profile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    windows = commands.add_parser("windows-11")
    windows.add_argument("delvewheel", type=Path)
    windows.add_argument("schema", type=Path)
    windows.set_defaults(run=lambda options: write_windows(options.delvewheel, options.schema))
    commands.add_parser("debian-12").set_defaults(run=lambda options: write_debian())
    options = parser.parse_args()
    options.run(options)


def write_windows(delvewheel: Path, schema: Path) -> None:
    """The names of System32 and SysWOW64 from delvewheel's table, the contracts from a schema file."""
    with zipfile.ZipFile(delvewheel) as wheel:
        module = ast.parse(wheel.read("delvewheel/_dll_list.py"))
    for variable, directory in (("ignore_names_x64", "System32"), ("ignore_names_x86", "SysWOW64")):
        names = next(
            ast.literal_eval(node.value)
            for node in module.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == variable
        )
        write(
            PROFILES / "windows-11" / f"{directory.lower()}.txt",
            f"DLLs with exports that {directory} has on a clean Windows 7 SP1, 8, 8.1, 10 and 11 alike.",
            f"{delvewheel.name}, _dll_list.py, {variable}",
            sorted(names),
        )
    hosts = read_api_sets(schema)
    write(
        PROFILES / "windows-11" / "api-sets.txt",
        "API sets: contract without its last number, default host (`-`: not hosted).",
        "apisetschema.dll of Wine 8.0, which follows that of Windows 10 and 11; read with wontload.binary.apiset",
        [f"{contract} {host or '-'}" for contract, host in sorted(hosts.items())],
    )


def write_debian() -> None:
    """The shared objects that packages of this Debian put into the default library directories."""
    names: set[str] = set()
    for package in DEBIAN_PACKAGES:
        listing = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=False).stdout
        for path in listing.splitlines():
            if match := re.fullmatch(r"(?:/usr)?/lib/x86_64-linux-gnu/([^/]+\.so(?:\.[\d.]+)?)", path):
                names.add(match[1])
    write(
        PROFILES / "debian-12" / "libraries.txt",
        "Shared objects in /lib/x86_64-linux-gnu of a Debian 12 with the libraries of python:3.11-slim.",
        "dpkg -L of the packages in scripts/knowledge_profiles.py on Debian 12 (glibc 2.36-9+deb12u14)",
        sorted(names),
    )


def write(path: Path, what: str, source: str, rows: list[str]) -> None:
    """One list with its header."""
    header = f"# {what}\n# Written by scripts/knowledge_profiles.py.\n# source: {source}\n"
    path.write_text(f"{header}# checked: {datetime.date.today()}\n" + "".join(f"{row}\n" for row in rows))


if __name__ == "__main__":
    main()
