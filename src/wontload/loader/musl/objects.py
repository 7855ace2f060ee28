"""The loader's own list of what is loaded, and the two ways in which it finds an object again.

Source: musl, ldso/dynlink.c: `struct dso`, `load_library`, `__dls3` (the kernel's object, the loader itself).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from wontload.loader.glibc.objects import Mapped

# Whatever follows the dot, these are musl itself: its libc is all of them, and the loader too.
RESERVED = re.compile(r"lib(?:c|pthread|rt|m|dl|util|xnet)\.")
KERNEL_OBJECT = "linux-gate.so.1"  # by this name on every architecture


@dataclass(eq=False, slots=True, kw_only=True)
class Loaded(Mapped):
    """One object in the process, musl's `struct dso`. `loader` is who needs it: the executable for `dlopen` itself.

    Attributes:
        short_name: its file's name, once a search has led to it; an object that was only ever asked for by path has
            none, and is not found by name.
    """

    short_name: str | None = None


class LinkMap:
    """Everything loaded, in musl's order.

    Attributes:
        main: the executable. itself: the loader, which is libc.
        startup: what the process started with: the objects whose symbols all others see.
        start_failed: why no process begins with this; empty where one does.
    """

    def __init__(self, main: Loaded, itself: Loaded) -> None:
        self.main = main
        self.itself = itself
        kernel = Loaded(name="", path=None, image=None, short_name=KERNEL_OBJECT, already_loaded=True)
        self.objects = [main, itself, kernel]
        self.startup: dict[Loaded, None] = {}
        self.start_failed = ""
        self._order = {one: number for number, one in enumerate(self.objects)}
        self._by_name = {one.short_name: one for one in (itself, kernel)}
        self._by_identity: dict[Hashable, Loaded] = {}

    def __iter__(self) -> Iterator[Loaded]:
        return iter(self.objects)

    def add(self, loaded: Loaded, identity: Hashable) -> None:
        """Append an object."""
        self._order[loaded] = len(self.objects)
        self.objects.append(loaded)
        self._by_identity.setdefault(identity, loaded)

    def found_by_search(self, loaded: Loaded) -> None:
        """From now on an object answers to its file's name, whatever name the search was for."""
        if loaded.short_name is None and loaded is not self.main:
            loaded.short_name = name = posixpath.basename(loaded.name)
            first = self._by_name.setdefault(name, loaded)
            if self._order[loaded] < self._order[first]:
                self._by_name[name] = loaded

    def named(self, name: str) -> Loaded | None:
        """The object that a bare name means without any search: the first of that name."""
        return self._by_name.get(name)

    def is_before(self, one: Loaded, other: Loaded) -> bool:
        """Whether one object was mapped before the other."""
        return self._order[one] < self._order[other]

    def of_file(self, identity: Hashable) -> Loaded | None:
        """The object made from a file. Neither the executable nor the loader, whose files musl never opened."""
        return self._by_identity.get(identity)

    def is_itself(self, name: str) -> bool:
        """Whether a name, with or without a slash, stands for musl."""
        return bool(RESERVED.match(name)) or name == self.itself.name
