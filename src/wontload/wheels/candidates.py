"""Links as candidates: what each file's name and its index say about whether an installer would take it here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wontload.machine import Machine
from wontload.wheels.index.gather import Asked, Place
from wontload.wheels.index.link import Link
from wontload.wheels.supported import supported_tags

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version

SDIST_SUFFIXES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")
VARIANT = re.compile(r"(?P<base>.+)-(?P<label>[0-9a-z._]{1,16})\.whl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One file of the project.

    Attributes:
        link: where it is. place: who offers it, and its number in the order in which the places were asked.
        version: parsed; its local part says what a build is for, by nobody's promise. build: build tag.
        tag_rank: place of its best tag among those that the Python takes, 0 the best; `None`: it takes none.
        tags: its own.
        wheel: else it is a source distribution. variant: label of a variant wheel (PEP 817), which installers without
            variants do not see. properties: what its index says that the label stands for.
        objection: why an installer passes it by here, one clause; empty for none.
    """

    link: Link
    place: Place
    order: int
    version: Version
    build: tuple[int, str] | tuple[()] = ()
    tags: frozenset[Tag] = frozenset()
    tag_rank: int | None = None
    wheel: bool = True
    variant: str = ""
    properties: tuple[str, ...] = ()
    objection: str = ""

    @property
    def takes(self) -> bool:
        """Whether an installer may choose it here."""
        return not self.objection


def same_file(one: Candidate, other: Candidate | None) -> bool:
    """Whether two places offer the very same file, by its hash."""
    if other is None or one == other:
        return one == other
    link, digest = one.link, one.link.sha256
    return bool(digest) and (link.filename, digest) == (other.link.filename, other.link.sha256)


class Target:
    """The Python that candidates are for. `tags`: those that it takes, best first; `python_version`: such as 3.11.9."""

    def __init__(self, machine: Machine) -> None:
        python = machine.python
        self.machine = machine
        self.python_version = python.version if python else ""
        self.tags = supported_tags(machine)
        self._ranks: Mapping[Tag, int] = {tag: rank for rank, tag in reversed(list(enumerate(self.tags)))}
        self._pythons = {tag.interpreter for tag in self.tags}
        self._platforms = {tag.platform for tag in self.tags}

    def rank(self, tags: Iterable[Tag]) -> int | None:
        """The best place of any of these tags."""
        return min((self._ranks[tag] for tag in tags if tag in self._ranks), default=None)

    def fits_platform(self, tags: Iterable[Tag]) -> bool:
        """Whether any of these tags is for this platform, be it for another Python."""
        return any(tag.platform in self._platforms and tag.platform != "any" for tag in tags)

    @property
    def minor(self) -> int | None:
        """11 for Python 3.11; `None` where it is not known, or another major."""
        match = re.match(r"3\.(\d+)", self.python_version)
        return int(match[1]) if match else None

    def why_not(self, tags: frozenset[Tag]) -> str:
        """Why a wheel with these tags does not fit, where none of them is taken."""
        platforms = {tag.platform for tag in tags}
        if not platforms & self._platforms:
            return f"for {_listed(platforms)}"
        pythons = {tag.interpreter for tag in tags if tag.platform in self._platforms}
        if not pythons & self._pythons:
            return f"for {_listed(map(_python_name, pythons))}"
        return f"for the ABI {_listed({tag.abi for tag in tags})}"


def candidates_of(project: str, answers: Sequence[Asked], target: Target) -> tuple[Candidate, ...]:
    """Every file of a (normalised) project that the places offer, in their order; files of others are left out."""
    found = []
    for order, answer in enumerate(answers):
        for link in answer.links:
            candidate = _candidate(project, link, answer.place, order, target)
            if candidate is not None:
                found.append(candidate)
    return tuple(found)


def _candidate(project: str, link: Link, place: Place, order: int, target: Target) -> Candidate | None:
    if link.filename.endswith(".whl"):
        return _wheel(project, link, place, order, target)
    return _sdist(project, link, place, order, target)


def _wheel(project: str, link: Link, place: Place, order: int, target: Target) -> Candidate | None:
    from packaging.utils import parse_wheel_filename

    variant, objection, name_to_read = "", "", link.filename
    try:
        name, version, build, tags = parse_wheel_filename(name_to_read)
    except ValueError:  # of its own kinds, and of a number with thousands of digits
        match = VARIANT.fullmatch(name_to_read)
        if match is None:
            return None
        try:  # a label behind the tags: a variant wheel, or a name that somebody made up
            name, version, build, tags = parse_wheel_filename(f"{match['base']}.whl")
        except ValueError:
            return None
        variant, objection = match["label"], f"its name ends in {match['label']!r}, which pip does not take"
    if name != project:
        return None
    rank = target.rank(tags)
    if rank is None:
        objection = target.why_not(tags)
    return Candidate(
        link=link,
        place=place,
        order=order,
        version=version,
        build=build,
        tags=tags,
        tag_rank=rank,
        variant=variant,
        objection=objection or _python_objection(link, target),
    )


def _sdist(project: str, link: Link, place: Place, order: int, target: Target) -> Candidate | None:
    from packaging.utils import canonicalize_name
    from packaging.version import Version

    suffix = next((one for one in SDIST_SUFFIXES if link.filename.endswith(one)), None)
    if suffix is None:
        return None
    stem = link.filename.removesuffix(suffix)
    for at in (index for index, letter in enumerate(stem) if letter == "-"):
        if canonicalize_name(stem[:at]) == project:
            try:
                version = Version(stem[at + 1 :])
            except ValueError:
                continue
            objection = _python_objection(link, target)
            return Candidate(link=link, place=place, order=order, version=version, wheel=False, objection=objection)
    return None


def _python_objection(link: Link, target: Target) -> str:
    """Source: PEP 503, `data-requires-python`; a specifier that cannot be read counts as none, as with pip."""
    from packaging.specifiers import SpecifierSet

    if not link.requires_python or not target.python_version:
        return ""
    try:
        fits = SpecifierSet(link.requires_python).contains(target.python_version, prereleases=True)
    except ValueError:
        return ""
    return "" if fits else f"it asks for Python {link.requires_python}"


def _python_name(interpreter: str) -> str:
    match = re.fullmatch(r"(cp|pp|py)(\d)(\d*)", interpreter)
    if match is None:
        return interpreter
    kind = {"cp": "CPython", "pp": "PyPy", "py": "Python"}[match[1]]
    return f"{kind} {match[2]}{'.' + match[3] if match[3] else ''}"


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:4]) + (f" and {len(ordered) - 4} more" if len(ordered) > 4 else "")


def kind_of_objection(objection: str) -> str:
    """Objections that differ in details only, as one."""
    if objection.startswith("for ") and any(word in objection for word in ("Python", "PyPy")):
        return "for other Pythons"
    if objection.startswith("for the ABI"):
        return "for other builds of Python"
    if objection.startswith("for "):
        return "for other systems"
    return "by their names" if objection.startswith("its name") else "for other versions of Python (requires-python)"
