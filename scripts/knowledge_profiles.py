"""Write the generated lists of `knowledge/profiles/`.

Run with the tool's own environment:

    pip download --no-deps -d DIR delvewheel
    python scripts/knowledge_profiles.py windows-11 DIR/delvewheel-….whl APISETSCHEMA.DLL
    python scripts/knowledge_profiles.py apt debian-12 bookworm http://deb.debian.org/debian KEYRING
    python scripts/knowledge_profiles.py apt ubuntu-24.04 noble http://archive.ubuntu.com/ubuntu KEYRING

KEYRING is the archive's, as the packages debian-archive-keyring and ubuntu-keyring have it; `-` takes packages without
a signature. The packages of an `apt` profile are fetched by apt into a directory of their own and read; nothing is
installed.

The lists written by hand beside them (`*-since-8.txt`, `*-added.txt`, `known-dlls*.txt`) are left alone.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from wontload.binary import MalformedImage, read_image
from wontload.binary.apiset import read_api_sets

PROFILES = Path(__file__).parent.parent / "src/wontload/knowledge/profiles"
# What a clean system has: all that is required of any, the package manager and the distribution's own Python.
WANTED = ("apt", "python3", "libstdc++6")
DIRECTORIES = re.compile(r"\./(?:usr/)?lib(?:64|/[a-z0-9_]+-linux-gnu)?/([^/]+\.so(?:\.[\w.]+)?)")
OF_GLIBC = re.compile(
    r"(?:ld-linux.*|lib(?:c|m|pthread|dl|rt|util|resolv|anl|nsl|mvec|c_malloc_debug|BrokenLocale|nss_\w+))\.so[.\d]*"
)


def main() -> None:
    """Parse the command line and write one profile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    windows = commands.add_parser("windows-11")
    windows.add_argument("delvewheel", type=Path)
    windows.add_argument("schema", type=Path)
    windows.set_defaults(run=lambda options: write_windows(options.delvewheel, options.schema))
    apt = commands.add_parser("apt")
    for argument in ("profile", "suite", "mirror", "keyring"):
        apt.add_argument(argument)
    apt.set_defaults(run=lambda options: write_apt(options.profile, options.suite, options.mirror, options.keyring))
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


def write_apt(profile: str, suite: str, mirror: str, keyring: str) -> None:
    """The libraries of a release's base system, each with the symbol versions that it defines."""
    with tempfile.TemporaryDirectory(prefix="profile-") as directory:
        packages = fetch(Path(directory), suite, mirror, keyring)
        rows: dict[str, str] = {}
        glibc = ""
        for package in packages:
            if match := re.match(r"libc6_([^_]+)_", package.name):
                glibc = match[1].replace("%3a", ":")
            rows |= dict(libraries_of(package, Path(directory) / "unpacked"))
    place = PROFILES / profile
    place.mkdir(exist_ok=True)
    write(
        place / "libraries.txt",
        f"Libraries of the base system of {profile} (amd64), each with the symbol "
        "versions\n# that it defines; those of glibc's own parts follow from its version.",
        f"files of {len(packages)} packages of {mirror} {suite}, unpacked and read (glibc {glibc})",
        [f"{name} {versions}".rstrip() for name, versions in sorted(rows.items())],
    )
    print(f"{profile}: {len(packages)} packages, {len(rows)} libraries, glibc {glibc}")


def fetch(
    directory: Path, suite: str, mirror: str, keyring: str, architecture: str = "amd64", wanted: tuple[str, ...] = ()
) -> list[Path]:
    """Packages and all that they require, resolved by apt for a computer on which nothing is installed.

    wanted: their names; of none, those of the base system.
    """
    for name in ("lists/partial", "cache/archives/partial"):
        (directory / name).mkdir(parents=True)
    (directory / "status").touch()
    trust = "trusted=yes" if keyring == "-" else f"signed-by={keyring}"
    (directory / "sources.list").write_text(f"deb [arch={architecture} {trust}] {mirror} {suite} main\n")
    options = ["-qq", f"-oAPT::Architecture={architecture}", f"-oDir::Etc::sourcelist={directory}/sources.list"]
    options += [
        "-oDir::Etc::sourceparts=/dev/null",
        f"-oDir::State={directory}",
        f"-oDir::State::lists={directory}/lists",
    ]
    options += [
        f"-oAPT::Architectures={architecture}",
        f"-oDir::State::status={directory}/status",
        f"-oDir::Cache={directory}/cache",
        "-oAcquire::Languages=none",
    ]
    options += ["-oAcquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false", "-oAPT::Install-Recommends=false"]
    subprocess.run(["apt-get", *options, "update"], check=True)
    names = wanted or (*_required(directory), *WANTED)
    subprocess.run(["apt-get", *options, "-y", "--download-only", "install", *names], check=True)
    return sorted((directory / "cache/archives").glob("*.deb"))


def _required(directory: Path) -> list[str]:
    """The names of what no system of a release is without, by the lists that apt has fetched."""
    listed = next((directory / "lists").glob("*_Packages*"))
    text = subprocess.run(
        ["/usr/lib/apt/apt-helper", "cat-file", str(listed)], check=True, capture_output=True, text=True
    )
    return [
        re.match(r"Package: (\S+)", block)[1]
        for block in text.stdout.split("\n\n")
        if re.search(r"^(Priority: required|Essential: yes)$", block, re.MULTILINE)
    ]


def libraries_of(package: Path, unpacked: Path) -> Iterator[tuple[str, str]]:
    """Names of a package's files and links in the default directories, with the versions that each defines."""
    for path in unpack(package, unpacked):
        match = DIRECTORIES.fullmatch("./" + str(path.relative_to(unpacked)))
        if match is None or not path.exists() or path.is_dir():
            continue
        try:
            image = read_image(path)
        except MalformedImage:
            continue
        if image.soname != match[1]:
            continue
        own = set(image.versions_defined) - {image.soname}
        yield match[1], "" if OF_GLIBC.fullmatch(match[1]) else " ".join(sorted(own))


def unpack(package: Path, directory: Path) -> list[Path]:
    """A package's files into a directory, in place of what was there; those that are called as libraries are."""
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-x", str(package), str(directory)], check=True)
    return sorted(directory.rglob("*.so*"))


def write(path: Path, what: str, source: str, rows: list[str]) -> None:
    """One list with its header."""
    header = f"# {what}\n# Written by scripts/knowledge_profiles.py.\n# source: {source}\n"
    path.write_text(f"{header}# checked: {datetime.date.today()}\n" + "".join(f"{row}\n" for row in rows))


if __name__ == "__main__":
    main()
