"""What one load works out that holds for every later load on the same machine, so that it is worked out once.

None of this changes an answer: a machine's files never change (`Files`), so each entry is a value of its key. It lives
as long as somebody holds the machine's files.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from wontload.binary import Image, Symbol
from wontload.machine import Files, Machine, System
from wontload.machine.live import LiveFiles

if TYPE_CHECKING:
    from wontload.loader.glibc.candidate import Look
    from wontload.loader.glibc.objects import Namespace
    from wontload.loader.result import SearchedPlace, Tried
    from wontload.machine import Process
    from wontload.machine.readings import Readings


class Start(NamedTuple):
    """A process in which a load began, and what was loaded there.

    Attributes:
        namespace: nobody adds to it; the objects in it do not change.
        complete: each of its modules' needs was answered, and each name that was asked for belongs to one of them.
    """

    process: Process
    namespace: Namespace
    complete: bool


class Known:
    """The results so far.

    Attributes:
        system: for which they hold, beside the files.
        looks: what is made of each candidate, by its absolute path.
        tried: candidates that were not taken, by rule and path.
        present: subdirectories for particular CPUs, by directory.
        cached: paths that `ld.so.cache` has for names, and what is made of them, where a search comes to it first.
        plain_places: where that search goes otherwise.
        starts: the last few, the newest first; see `process`.
        providers: for an image (by its `id`) itself and then images which together define all that it leaves undefined.
            They do so in every scope that has them.
        readings: of earlier runs, which know such providers too; `None` without any.
        definitions: the `id` of an image which defines a symbol. images: by these, so that they live as long.
    """

    def __init__(self, system: System, readings: Readings | None) -> None:
        self.system = system
        self.readings = readings
        self.looks: dict[str, Look] = {}
        self.tried: dict[tuple[str, str], Tried] = {}
        self.present: dict[str, tuple[str, ...]] = {}
        self.cached: dict[str, tuple[str, Look]] = {}
        self.plain_places: tuple[SearchedPlace, ...] | None = None
        self.starts: list[Start] = []
        self.providers: dict[int, tuple[Image, ...]] = {}
        self.definitions: dict[Symbol, int] = {}
        self.images: dict[int, Image] = {}

    def are_providers(self, image: Image, providers: Collection[Image]) -> None:
        """Take down that these define all that an image leaves undefined."""
        self.providers[id(image)] = (image, *providers)
        if self.readings is not None:
            self.readings.keep_providers(image, providers)


_known: WeakKeyDictionary[Files, Known] = WeakKeyDictionary()


def known_of(machine: Machine) -> Known:
    """The results for a machine."""
    found = _known.get(machine.files)
    if found is None or found.system is not machine.system:
        readings = machine.files.readings if isinstance(machine.files, LiveFiles) else None
        found = _known[machine.files] = Known(machine.system, readings)
    return found
