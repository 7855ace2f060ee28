"""Who provides a library: the wheel, package or installer that brings a file, and the command that fetches it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from wontload.knowledge.components import TOML_TABLES, Component, claimed_name, component_of
from wontload.knowledge.families import base_name
from wontload.knowledge.tables import Row, lines, table

CUDA_IN_NAME = re.compile(r"-cu(\d\d)(?:-|$)")
DEBIAN_TABLE = "libraries/debian.txt"
DISTRIBUTIONS_TABLE = "libraries/distributions.txt"
DISTRIBUTIONS_COLUMNS = ("dnf", "pacman", "apk")
THIRTY_TWO_BITS = ("x86", "arm")

# The package manager of a distribution, by ID or ID_LIKE of /etc/os-release.
MANAGER_OF = {
    "debian": "apt", "ubuntu": "apt", "linuxmint": "apt", "pop": "apt", "raspbian": "apt", "kali": "apt",
    "fedora": "dnf", "rhel": "dnf", "centos": "dnf", "rocky": "dnf", "almalinux": "dnf", "ol": "dnf", "amzn": "dnf",
    "arch": "pacman", "manjaro": "pacman", "endeavouros": "pacman",
    "alpine": "apk",
    "opensuse": "zypper", "opensuse-leap": "zypper", "opensuse-tumbleweed": "zypper", "suse": "zypper",
    "sles": "zypper",
}  # fmt: skip
LIKE = ", like "
COMMAND_OF = {
    "apt": "sudo apt install {package}",
    "dnf": "sudo dnf install {package}",
    "pacman": "sudo pacman -S {package}",
    "apk": "sudo apk add {package}",
    "zypper": "sudo zypper install {package}",
    "conda": "conda install -c conda-forge {package}",
    "brew": "brew install {package}",
}
TITLE_OF = {
    "apt": "Debian and Ubuntu",
    "dnf": "Fedora and its kin",
    "zypper": "openSUSE",
    "pacman": "Arch Linux",
    "apk": "Alpine Linux",
}
# Package managers that find a package by the SONAME of a library in it. Every rpm provides `libz.so.1()(64bit)` for
# each (rpm, "Automatic dependency generation", ELF; dnf installs by what is provided: rpm-software-management/
# ci-dnf-stack, install-provides.feature; zypper calls it a capability), every package of Alpine `so:libz.so.1`
# (abuild).
BY_SONAME = {
    "dnf": ("rpm", "{file}(){bits}"),
    "zypper": ("rpm", "{file}(){bits}"),
    "apk": ("apk", "so:{file}"),
}
# pacman only tells which package has a file (pacman(8), File Options).
ASK_PACMAN = "sudo pacman -Fy && pacman -F {file}"

PREFIXED = re.compile(r"\{prefix\}((?:/[\w.-]+)*)")

# What vendors call the architectures that Python names x86_64, x86 and aarch64.
VENDOR_ARCHITECTURE = {"x86_64": "x64", "x86": "x86", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Something that brings a library.

    Attributes:
        kind: `wheel`, `apt`, `dnf`, `zypper`, `pacman`, `apk`, `conda`, `brew`, `installer`, `driver` or `system`.
        package: its name there; several names, separated by spaces, are all needed.
        where: a wheel: the directory of the file below site-packages, or below `{prefix}`, the environment's own
            directory. Installer, driver, system: the address of the official page. Else empty.
        command: the line to run; empty where a person has to read the page.
        text: one clause for people, see `told`.
    """

    kind: str
    package: str
    where: str
    command: str
    text: str

    def told(self, prefix: str) -> str:
        """The clause with an environment's own directory in it, or with what stands for one."""
        slash = "\\" if "\\" in prefix else "/"
        return PREFIXED.sub(lambda match: prefix + match[1].replace("/", slash), self.text)


def providers_of(
    file_name: str,
    *,
    system: str,
    architecture: str = "x86_64",
    distribution: str | None = None,
    cuda: int | None = None,
) -> tuple[Provider, ...]:
    """Who provides a file on a system (`windows`, `linux`, `macos`), least effort first; empty when not known.

    Args:
        file_name: a name or path.
        system: where it is wanted. architecture: of the process that loads it.
        distribution: Linux: as `distribution_of` names it, such as `debian` or `ubuntu 24.04`. Without it the packages
            of every distribution are named.
        cuda: the CUDA major that is in use: of a library that comes for several, only the wheel for that one.
    """
    component = component_of(file_name)
    if component is None:
        return ()
    found = [*_wheels(component, system, architecture, distribution)]
    fitting = [one for one in found if cuda is None or cuda_of_wheel(wheels()[one.package]) == cuda]
    found = fitting or found
    # A distribution has one version of a library at a time. Which one, only rows with exact names say.
    soname = claimed_name(component, file_name)
    if system == "linux" and soname is not None:
        found += _packages(component, distribution, soname, architecture)
    if system == "macos" and component.row.get("brew"):
        found.append(_package("brew", component.row["brew"], component))
    found += _pages(component, system, architecture)
    if component.row.get("conda") and architecture != "x86":
        found.append(_package("conda", component.row["conda"], component))
    return tuple(found)


def _wheels(component: Component, system: str, architecture: str, distribution: str | None) -> Iterator[Provider]:
    if manager_of(distribution) == "apk":
        return  # wheels for glibc, which Alpine has not
    for package in component.row.get("wheels", ()):
        row = wheels()[package]
        if directory := wheel_directory(row, system, architecture):
            requirement = requirement_for(component, package)
            quoted = requirement if requirement == package else f'"{requirement}"'
            yield Provider(
                kind="wheel",
                package=package,
                where=directory,
                command=f"pip install {quoted}",
                text=f"{component.title}: the wheel {package}, in {directory}",
            )


def cuda_of_wheel(row: Row) -> int | None:
    """The CUDA major that a wheel is for: as its row says, else as its name does (`-cu12`); `None` for no CUDA."""
    named = CUDA_IN_NAME.search(row["package"])
    return row.get("cuda") or (int(named[1]) if named else None)


def cuda_majors_of(component: Component) -> frozenset[int]:
    """The CUDA majors for which a component comes in wheels."""
    found = (cuda_of_wheel(wheels()[package]) for package in component.row.get("wheels", ()))
    return frozenset(major for major in found if major)


def requirement_for(component: Component, package: str) -> str:
    """What to ask pip for: the package, in the versions that bring this major version where it tells."""
    return str(component.row.get("requirement") or wheels()[package].get("requirement", package))


@cache
def wheels() -> Mapping[str, Row]:
    """Wheels that provide libraries, by distribution name."""
    return {row["package"]: row for name in TOML_TABLES for row in table(name)["wheel"]}


def wheel_directory(row: Row, system: str, architecture: str) -> str | None:
    """Where a wheel has its libraries on a system; `None` when there is no such wheel."""
    if system == "windows" and architecture == "aarch64":
        directory = row.get("windows_aarch64")
    elif architecture in row.get("architectures", ("x86_64", "aarch64")):
        directory = row.get(system)
    else:
        directory = None
    return None if directory is None else str(directory)


def _packages(component: Component, distribution: str | None, file: str, architecture: str) -> Iterator[Provider]:
    manager = manager_of(distribution)
    if distribution and manager is None:
        return
    for kind in TITLE_OF:
        if manager not in (None, kind):
            continue
        if kind == "apt":
            package = _of_debian(file, distribution, component)
            found = _package(kind, package, component) if package else None
        else:
            found = _elsewhere(kind, component, file, architecture)
        if found is not None:
            yield found


def _elsewhere(kind: str, component: Component, file: str, architecture: str) -> Provider | None:
    """A package beyond Debian: by its name where that was looked up, else by the SONAME; `None`: not known there."""
    if name := _looked_up().get(file, {}).get(kind):
        return _package(kind, name, component)
    asked, form = BY_SONAME.get(kind, (kind, ""))
    if asked not in component.row.get("elsewhere", ()):
        return None
    if form:
        bits = "" if architecture in THIRTY_TWO_BITS else "(64bit)"
        return _package(kind, form.format(file=file, bits=bits), component)
    return Provider(
        kind=kind,
        package=file,
        where="",
        command=ASK_PACMAN.format(file=file),
        text=f"{component.title}: pacman tells which package of {TITLE_OF[kind]} has {file}",
    )


@cache
def _looked_up() -> Mapping[str, Mapping[str, str]]:
    """Names of packages beyond Debian, by exact file name and package manager."""
    found = {}
    for line in lines(DISTRIBUTIONS_TABLE):
        file, *names = (part.strip() for part in line.split("|"))
        found[file] = {kind: name for kind, name in zip(DISTRIBUTIONS_COLUMNS, names, strict=False) if name}
    return found


def _of_debian(file: str, distribution: str | None, component: Component) -> str | None:
    """The package of apt: Debian's own by its lists of files; elsewhere the name that the component has in general."""
    name, _, version = (distribution or "").lower().partition(" ")
    release = version.partition(".")[0]
    if name == "debian" and file in _debian_packages():
        of_12, of_13 = _debian_packages()[file]
        if release == "12":
            return of_12
        if release == "13":
            return of_13
    renamed = component.row.get("apt_t64") if _renamed_for_64_bit_time(distribution) else None
    return renamed or component.row.get("apt")


@cache
def _debian_packages() -> Mapping[str, tuple[str, str]]:
    """Packages of Debian 12 and 13 by exact file name; empty for none."""
    found = {}
    for line in lines(DEBIAN_TABLE):
        file, of_12, of_13 = (part.strip() for part in line.split("|"))
        found[file] = (of_12, of_13)
    return found


def in_newest_debian(component: Component, file_name: str) -> bool:
    """Whether the newest release of Debian has this file of a component, which stands for distributions of today."""
    known = _debian_packages().get(base_name(file_name))
    return bool(known[1] if known else component.row.get("apt"))


def _package(kind: str, package: str, component: Component) -> Provider:
    of = {"conda": "conda-forge", "brew": "Homebrew"}.get(kind) or TITLE_OF[kind]
    return Provider(
        kind=kind,
        package=package,
        where="",
        command=COMMAND_OF[kind].format(package=_quoted(package)),
        text=f"{component.title}: {package} of {of}",
    )


def _quoted(packages: str) -> str:
    return " ".join(f'"{package}"' if re.search("[=()]", package) else package for package in packages.split())


def manager_of(distribution: str | None) -> str | None:
    """The package manager of a distribution, as `distribution_of` names it; `None` when it is not one that we know."""
    name, _, parents = (distribution or "").lower().partition(LIKE)
    known = (MANAGER_OF.get(word) for word in (*name.split()[:1], *parents.split()))
    return next((manager for manager in known if manager), None)


def distribution_of(os_release: Mapping[str, str]) -> str:
    """What /etc/os-release says: `debian 12`; of one that we don't know, what it comes of too: `zorin 17, like ubuntu`.

    Args:
        os_release: the names in the file and their values.
    """
    text = f"{os_release.get('ID', '')} {os_release.get('VERSION_ID', '')}".strip()
    if not text or manager_of(text):
        return text
    parent = next((word for word in os_release.get("ID_LIKE", "").split() if manager_of(word)), "")
    return f"{text}{LIKE}{parent}" if parent else text


def _renamed_for_64_bit_time(distribution: str | None) -> bool:
    """Whether packages got `t64` at the end of their names. Source: Debian wiki, ReleaseGoals/64bit-time."""
    name, _, version = (distribution or "").lower().partition(" ")
    first = version.partition(".")[0]
    since = {"debian": 13, "ubuntu": 24}.get(name)
    return since is not None and first.isdigit() and int(first) >= since


def _pages(component: Component, system: str, architecture: str) -> Iterator[Provider]:
    identifier = component.row.get(f"page_{system}") or component.row.get("page")
    page = _page_table().get(identifier) if identifier else None
    if page is None or system not in page["systems"]:
        return
    arch = VENDOR_ARCHITECTURE.get(architecture, "x64")
    yield Provider(
        kind=page["kind"],
        package=page["package"].format(arch=arch),
        where=page["url"],
        command=page["command"].format(arch=arch),
        text=f"{page['title']}: {page['text'].format(arch=arch)}",
    )


@cache
def _page_table() -> Mapping[str, Row]:
    return {row["id"]: row for row in table("pages")["page"]}
