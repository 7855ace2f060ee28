"""One `dlopen` from its name to its answer: map breadth first, then carry out the relocations.

Source: musl, ldso/dynlink.c: `dlopen`, `load_deps`, `load_direct_deps`, `extend_bfs_deps`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from wontload.loader.glibc.mapping import Failure
from wontload.loader.glibc.process import breadth_first
from wontload.loader.glibc.walk import would_settle
from wontload.loader.musl import symbols
from wontload.loader.musl.objects import Loaded
from wontload.loader.musl.process import global_scope, started
from wontload.loader.musl.rules import places
from wontload.loader.result import LoadResult, Verdict
from wontload.machine import LoadRequest, Machine

RTLD_NOLOAD = 4


class Walk:
    """One load, walked to its end even where musl gives up, so that everything missing is listed.

    Attributes:
        parts: objects and failures in musl's order, each with the name by which its first importer asks for it, and
            that importer's path.
        errors: messages in the order in which musl would come to them. It gives the first.
    """

    def __init__(self, machine: Machine, request: LoadRequest) -> None:
        self.machine = machine
        self.request = request
        self.link_map, self.mapper = started(machine, request.process)
        self.parts: list[tuple[Loaded | Failure, str, str | None]] = []
        self.errors: list[str] = []

    def result(self) -> LoadResult:
        """The answer."""
        root = self._root()
        self._take(root, self.request.name, None)
        if isinstance(root, Loaded):
            self._map_dependencies(root)
            if not any(isinstance(part, Failure) for part, *_ in self.parts):
                self._check(root)
        if self.request.flags & RTLD_NOLOAD and not (isinstance(root, Loaded) and root.already_loaded):
            self.errors = [f"Library {self.request.name} is not already loaded"]
        if self.link_map.start_failed:
            self.errors.insert(0, self.link_map.start_failed)
        unknown = [part for part, *_ in self.parts if isinstance(part, Failure) and part.error is None]
        verdict = Verdict.FAILS if self.errors else Verdict.UNDETERMINED if unknown else Verdict.LOADS
        owner = root if isinstance(root, Loaded) else self.link_map.main
        return LoadResult(
            request=self.request,
            verdict=verdict,
            error=self.errors[0] if self.errors else None if unknown else 0,
            modules=tuple(part.module(name, needed_by) for part, name, needed_by in self.parts),
            search_order=places(self.mapper.search("", owner)),
            would_settle=() if self.errors else tuple(map(would_settle, unknown)),
        )

    def _root(self) -> Loaded | Failure:
        """What `dlopen` finds. Only the executable lends its search path, whichever object calls."""
        return self.mapper.map(self.request.name, self.link_map.main, root=True)

    def _take(self, part: Loaded | Failure, name: str, needed_by: str | None) -> None:
        self.parts.append((part, name, needed_by))
        if part.error is not None:
            self.errors.append(part.error)

    def _map_dependencies(self, root: Loaded) -> None:
        """Map what each object needs, in the order of the objects; a name that failed is listed once."""
        seen: set[Loaded | str] = {root}
        reached = [root]
        for one in reached:
            for name, found in self._needs(one):
                key = found if isinstance(found, Loaded) else name
                if key in seen:
                    continue
                seen.add(key)
                self._take(found, name, one.path)
                if isinstance(found, Loaded):
                    reached.append(found)

    def _needs(self, one: Loaded) -> Iterator[tuple[str, Loaded | Failure]]:
        """What an object's DT_NEEDED entries lead to. What was loaded before this load has all that it needs."""
        if one.already_loaded or one.image is None:
            yield from ((posixpath.basename(need.name), need) for need in one.needs if isinstance(need, Loaded))
            return
        for needed in one.image.eager:
            found = self.mapper.map(needed.library, one)
            if isinstance(found, Loaded):
                one.needs.append(found)
            yield needed.library, found

    def _check(self, root: Loaded) -> None:
        """Carry out the relocations of all that is new, in the order in which it was mapped."""
        local = [one for one in breadth_first(root) if isinstance(one, Loaded)]
        scope = list(dict.fromkeys((*global_scope(self.link_map, self.request.process), *local)))
        new = [one for one in self.link_map if not one.already_loaded]
        refused = symbols.check(new, scope, self.link_map, self.request.flags, self.machine.system)
        refused = refused or symbols.check_packed(new, self.machine.system)
        self.errors += [one.error for one in refused if one.error is not None]
