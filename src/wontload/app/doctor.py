"""`wontload doctor`: the whole computer at a glance, and every installed native file judged. None is loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from wontload.app.checkup import CheckedFile, Checker, Standing
from wontload.app.places import Place, earlier_readings, saved_machine, this_computer
from wontload.diagnosis.wheel_fit import strange_files, told_of
from wontload.machine import Machine
from wontload.machine.files import NATIVE_SUFFIX
from wontload.machine.interpreters import chosen
from wontload.machine.inventory import Distribution, RecordedFile
from wontload.machine.inventory_parts import Unmet
from wontload.machine.live import content_of
from wontload.machine.snapshot import Snapshot
from wontload.machine.survey import in_full

STANDARD_LIBRARY = "Python's standard library"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPackage:
    """One distribution, and how its native files stand; those for other systems and Pythons are not among them.

    Attributes:
        strange: native files of one that was made for another Python or system as a whole. made_for: its wheel's tag.
        unmet: what it requires of other packages and does not have.
    """

    name: str
    version: str
    location: str
    files: tuple[CheckedFile, ...]
    strange: tuple[str, ...] = ()
    made_for: str = ""
    unmet: tuple[Unmet, ...] = ()

    @property
    def failing(self) -> tuple[CheckedFile, ...]:
        """Files that would not load, extension modules first."""
        return tuple(one for one in self.files if one.standing is Standing.FAILS and not one.spared)

    @property
    def open(self) -> tuple[CheckedFile, ...]:
        """Files of which only a trial tells."""
        return tuple(one for one in self.files if one.standing is Standing.UNDETERMINED and not one.spared)

    @property
    def verdict(self) -> str:
        """`fails` only where it is sure that something is amiss: else a file may be one that the package does without.

        Sure are a file that is gone or damaged, one that the package is known to load, and all extensions at once;
        and that this Python takes none of them, as they were made for another.
        """
        extensions = [one for one in self.files if one.extension]
        none_loads = bool(extensions) and all(one.standing is Standing.FAILS for one in extensions)
        if self.strange or none_loads or any(one.damaged or one.known for one in self.failing):
            return "fails"
        return "undetermined" if self.failing or self.open else "loads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """The answer of `doctor`.

    Attributes:
        machine: with its inventory in full.
        packages: every distribution with native files for this machine, in the order of `sys.path`; `None` when it is
            not known what is installed.
    """

    machine: Machine
    packages: tuple[CheckedPackage, ...] | None

    @property
    def verdict(self) -> str:
        """The worst of all packages."""
        verdicts = {one.verdict for one in self.packages or ()}
        if self.packages is None:
            return "undetermined"
        return next((one for one in ("fails", "undetermined") if one in verdicts), "loads")


def doctor(
    *, python: str | None = None, machine: Machine | Snapshot | None = None, progress: Progress | None = None
) -> Checkup:
    """Look at a whole computer: what it has, and which installed native files would not load.

    Each file is judged alone, by the model of the system's loader, in a fresh process; nothing is imported.

    Args:
        python: the interpreter whose packages are judged; by default the active environment's, else the running one.
        machine: a machine captured elsewhere; what its file does not hold is unknown.
        progress: told, now and then, how many packages of how many are done.

    Raises:
        WontloadError: the interpreter does not start, or is older than 3.8.
    """
    readings = None
    if machine is None:
        readings = earlier_readings()
        place = this_computer(python or chosen(as_module=True)[0], readings)
        place = replace(place, machine=replace(place.machine, inventory=in_full(place.machine.inventory)))
    else:
        place = saved_machine(machine, None)
    inventory = place.machine.inventory
    if inventory.distributions is None:
        return Checkup(machine=place.machine, packages=None)
    distributions = (*inventory.distributions, *_standard_library(place, inventory.distributions))
    read = content_of if machine is None else None
    checker = Checker(place, distributions, inventory.toolkits or (), read)
    packages = []
    for done, distribution in enumerate(distributions):
        if progress:
            progress(done, len(distributions))
        files, strange = tuple(checker.check(distribution)), strange_files(place.machine, distribution)
        if files or strange:
            packages.append(_package(distribution, files, strange))
    if readings is not None:
        readings.save()
    return Checkup(machine=place.machine, packages=tuple(packages))


def _package(distribution: Distribution, files: tuple[CheckedFile, ...], strange: tuple[str, ...]) -> CheckedPackage:
    return CheckedPackage(
        name=distribution.name,
        version=distribution.version,
        location=distribution.location,
        files=files,
        strange=strange,
        made_for=told_of(distribution) if strange else "",
        unmet=distribution.unmet,
    )


def _standard_library(place: Place, distributions: tuple[Distribution, ...]) -> tuple[Distribution, ...]:
    """Native files that lie right in a directory of `sys.path` where no distribution does: Python's own modules."""
    python, path = place.machine.python, place.path_module
    taken = {one.location for one in distributions}
    files = [
        RecordedFile(path=path.join(directory, name))
        for directory in (python.path if python else ())
        if directory and directory not in taken and path.basename(directory) not in ("site-packages", "dist-packages")
        for name in sorted(place.machine.files.listing(directory) or ())
        if NATIVE_SUFFIX.search(name)
    ]
    if python is None or not files:
        return ()
    location = path.dirname(files[0].path)
    return (Distribution(name=STANDARD_LIBRARY, version=python.version, location=location, files=tuple(files)),)
