"""Broken worlds: a package whose library needs others, which lie where the loader looks, elsewhere, or nowhere."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from tests.support.gcc import SharedObject

# Places of libraries: beside the package's own file (with RUNPATH or without), in another package's folder, nowhere.
PLACES = ("beside", "elsewhere", "far", "gone")


@dataclass(frozen=True)
class Broken:
    """A graph of libraries, each with its place.

    Attributes:
        needs: by library, the libraries that it needs; the first is the package's own.
        places: by library, one of `PLACES`. runpath: whether files look beside themselves.
    """

    needs: tuple[tuple[int, ...], ...]
    places: tuple[str, ...]
    runpath: bool

    @property
    def lost(self) -> set[int]:
        """What the loader does not find, of all that the first library leads to."""
        return {one for one in self.reached if self.places[one] != "beside" or not self.runpath} - {0}

    @property
    def reached(self) -> set[int]:
        """What the first library leads to, by way of libraries that exist."""
        found, queue = {0}, [0]
        for one in queue:
            for need in self.needs[one] if self.places[one] != "gone" else ():
                if need not in found:
                    found.add(need)
                    queue.append(need)
        return found

    @property
    def can_be_mended(self) -> bool:
        """Whether every library that is needed exists somewhere."""
        return all(self.places[one] != "gone" for one in self.reached)

    def build(self, site: Path) -> None:
        """Lay the files into a site-packages, and a package `broken` that loads the first."""
        package, other = site / "broken", site / "other"
        directories = {"beside": package, "elsewhere": other / "lib", "far": other / "libs"}
        for directory in directories.values():
            directory.mkdir(parents=True)
        for number, needs in enumerate(self.needs):
            made = SharedObject(
                soname=name(number),
                needed=tuple(map(name, needs)),
                runpath="$ORIGIN" if self.runpath else None,
                defines=(f"function{number}",),
            )
            if self.places[number] != "gone":
                (directories[self.places[number]] / name(number)).write_bytes(made.bytes())
        (package / "__init__.py").write_text(
            f"import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), {name(0)!r}))\n"
        )


def name(number: int) -> str:
    """A library's file name and SONAME."""
    return f"libworld{number}.so.1"


def broken(seed: int) -> Broken:
    """A world that fails to load, by its seed."""
    dice = random.Random(seed)
    while True:
        count = dice.randint(2, 6)
        needs = tuple(
            tuple(other for other in range(number + 1, count) if dice.random() < 0.5) for number in range(count)
        )
        weights = (5, 4, 3, 1)
        places = ("beside", *dice.choices(PLACES, weights, k=count - 1))
        world = Broken(needs=needs, places=places, runpath=dice.random() < 0.6)
        if world.lost:
            return world
