"""One `dlopen` from its name to its answer: map breadth first, check versions, bind symbols.

Source: glibc 2.36, dlfcn/dlopen.c, elf/dl-open.c (`_dl_open`, `dl_open_worker_begin`), elf/dl-deps.c
(`_dl_map_object_deps`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wontload.loader.glibc import levels, symbols, tls, versions
from wontload.loader.glibc.candidate import SEGMENTATION_FAULT
from wontload.loader.glibc.expand import TOKEN, expand
from wontload.loader.glibc.mapping import Failure, Mapper
from wontload.loader.glibc.objects import Mapped, filtered_names
from wontload.loader.glibc.process import global_scope, started
from wontload.loader.result import LoadResult, Verdict
from wontload.machine import LoadRequest, Machine

RTLD_BINDING_MASK, RTLD_NOLOAD = 3, 4
# Of x86 and all others but Alpha and MIPS (bits/dlfcn.h): lazy, now, noload, deepbind, global, nodelete; and what
# `sprof` passes.
KNOWN_FLAGS = 0x4000110F
# `dlopen` gives no handle and `dlerror` no words where the file is there and not loaded; these are CPython's for that
# (Modules/_ctypes/callproc.c, `py_dl_open`; of an import: Python/dynload_shlib.c).
# Source: glibc 2.36, elf/dl-load.c, `_dl_map_object_from_fd`.
NOT_LOADED = "dlopen() error"
NOT_LOADED_BY_IMPORT = "unknown dlopen() error"


class Walk:
    """One load, walked to its end even where the loader gives up, so that everything missing is listed.

    Attributes:
        parts: objects and failures in the order of the link map, each with the name by which its first importer asks
            for it, and that importer's path.
        errors: messages in the order in which glibc would come to them. It gives the first.
        crashes: what ends the process once everything is mapped, if nothing ended the load before.
        filtered: of each object what its DT_FILTER and DT_AUXILIARY led to so far.
    """

    def __init__(self, machine: Machine, request: LoadRequest) -> None:
        self.machine = machine
        self.request = request
        self.namespace = started(machine, request.process)
        self.mapper = Mapper(machine, request.process, self.namespace)
        self.parts: list[tuple[Mapped | Failure, str, str | None]] = []
        self.errors: list[str] = []
        self.crashes: list[str] = []
        self.filtered: dict[Mapped, list[Mapped]] = {}

    def result(self) -> LoadResult:
        """The answer."""
        root = self._root()
        self._take(root, self.request.name, None)
        if isinstance(root, Mapped):
            scope = self._map_dependencies(root)
            if not self.errors and not any(isinstance(part, Failure) for part, *_ in self.parts):
                self._check(root, scope)
        self.errors += self.crashes
        if self.namespace.start_failed:
            self.errors.insert(0, self.namespace.start_failed)
        unknown = [part for part, *_ in self.parts if isinstance(part, Failure) and part.error is None]
        verdict = Verdict.FAILS if self.errors else Verdict.UNDETERMINED if unknown else Verdict.LOADS
        return LoadResult(
            request=self.request,
            verdict=verdict,
            error={Verdict.LOADS: 0, Verdict.UNDETERMINED: None}.get(verdict) if not self.errors else self.errors[0],
            modules=tuple(part.module(name, needed_by) for part, name, needed_by in self.parts),
            search_order=self.mapper.places(root if isinstance(root, Mapped) else self._caller()),
            would_settle=() if self.errors else tuple(map(would_settle, unknown)),
        )

    def _caller(self) -> Mapped | None:
        """The object that calls `dlopen`, whose search path counts for a bare name; else the executable."""
        main, caller = self.namespace.main, self.request.caller
        if caller is None or (main is not None and main.path == caller):
            return main
        return self.namespace.of_file(self.machine.files.identity(caller)) or main

    def _refused_mode(self) -> Failure | None:
        """What is said of flags that no `dlopen` takes, before anything is looked for.

        Oracle: test_rules.py::test_flags_that_dlopen_refuses
        """
        name, flags = self.request.name, self.request.flags
        if flags & ~KNOWN_FLAGS:
            return Failure(
                name=name, path=None, error="invalid mode parameter", reason=f"dlopen has no flags {flags:#x}"
            )
        if not flags & RTLD_BINDING_MASK:
            text = f"{name}: invalid mode for dlopen(): Invalid argument"
            return Failure(name=name, path=None, error=text, reason="neither RTLD_LAZY nor RTLD_NOW was given")
        return None

    def _root(self) -> Mapped | Failure:
        if refused := self._refused_mode():
            return refused
        if not self.request.name and self.namespace.main is not None:  # the whole program: elf/dl-open.c
            return self.namespace.main
        root = self.mapper.map(self.request.name, self._caller(), root=True)
        if self.request.flags & RTLD_NOLOAD and isinstance(root, Mapped) and not root.already_loaded:
            reason = "it is not loaded, and RTLD_NOLOAD asks for nothing else"
            error = NOT_LOADED_BY_IMPORT if self.request.kind == "import" else NOT_LOADED
            return Failure(
                name=root.requested, path=root.path, error=error, reason=reason, rule=root.rule, tried=root.tried
            )
        return root

    def _take(self, part: Mapped | Failure, name: str, needed_by: str | None) -> None:
        self.parts.append((part, name, needed_by))
        if part.error is not None:
            (self.crashes if part.error == SEGMENTATION_FAULT else self.errors).append(part.error)

    def _map_dependencies(self, root: Mapped) -> list[Mapped]:
        """Map what each object needs, in the order of the objects; a name that failed is listed once.

        Returns the objects in the order in which symbols are sought: what an object filters comes before it, and is
        looked into next.
        """
        seen: set[Mapped | str] = {root}
        reached, done = [root], set[Mapped]()
        at = 0
        while at < len(reached):
            one = reached[at]
            if one in done:
                at += 1
                continue
            done.add(one)
            for name, found in self._needs(one):
                key = found if isinstance(found, Mapped) else name
                if key in seen:
                    continue
                seen.add(key)
                self._take(found, name, one.path)
                if isinstance(found, Mapped):
                    reached.append(found)
            for name, found in self._filtered(one):
                self._put_before(one, name, found, reached)
                seen.add(found if isinstance(found, Mapped) else name)
        return reached

    def _needs(self, one: Mapped) -> Iterator[tuple[str, Mapped | Failure]]:
        """What an object's DT_NEEDED entries lead to. What was loaded before this load has all that it needs."""
        if one.already_loaded or one.image is None:
            yield from ((posixpath.basename(need.name), need) for need in one.needs)
            return
        for needed in one.image.eager:
            if refused := self._refused_tokens(needed.library):
                yield needed.library, refused
                continue
            # The name is the expanded one from here on, in messages too: elf/dl-deps.c, `expand_dst`, which passes
            # over what a token makes empty.
            name = expand(needed.library, one, self.machine.system)
            if name is None:
                continue
            found = self.mapper.map(name, one)
            if isinstance(found, Mapped):
                one.needs.append(found)
            yield needed.library, found

    def _refused_tokens(self, name: str) -> Failure | None:
        """What a secure process says of a needed name with tokens in it: elf/dl-deps.c, `expand_dst`.

        Oracle: test_secure.py
        """
        if not self.request.process.secure or not TOKEN.search(name):
            return None
        reason = "a process with more rights than its user allows no tokens in needed names"
        return Failure(name=name, path=None, error=f"{name}: DST not allowed in SUID/SGID programs", reason=reason)

    def _filtered(self, one: Mapped) -> Iterator[tuple[str, Mapped | Failure]]:
        """What DT_FILTER and DT_AUXILIARY lead to: the latter may be absent, or worse.

        Oracle: test_rules.py::test_a_filter, ::test_an_auxiliary
        """
        if one.already_loaded or one.image is None:
            return
        for name, must in filtered_names(one.image):
            found = self.mapper.map(expand(name, one, self.machine.system) or name, one)
            if isinstance(found, Mapped):
                one.needs.append(found)
            if must or isinstance(found, Mapped):
                yield name, found

    def _put_before(self, one: Mapped, name: str, found: Mapped | Failure, reached: list[Mapped]) -> None:
        """Enter what an object filters before it, also where it stood behind; the file asked for stays first."""
        if isinstance(found, Failure):
            self._take(found, name, one.path)
            return
        if self._closes_a_circle(one, found):
            one.reason = f"it and {found.path} filter one another, which glibc does not survive"
            one.error = SEGMENTATION_FAULT
            self.errors.append(one.error)
            return
        if found in reached:
            if reached.index(found) <= reached.index(one):
                return
            reached.remove(found)
        reached.insert(reached.index(one), found)
        part = next((part for part in self.parts if part[0] is found), (found, name, one.path))
        if part is self.parts[0]:
            return
        self.parts = [other for other in self.parts if other is not part]
        place = next(number for number, other in enumerate(self.parts) if other[0] is one)
        self.parts.insert(place or reached.index(one), part)

    def _closes_a_circle(self, one: Mapped, found: Mapped) -> bool:
        """Whether an object filters one that filters it, also through others: glibc's list of objects then tears.

        Oracle: test_rules.py::test_filters_in_a_circle (glibc 2.36; an object that filters itself alone is loaded)
        """
        if found is one:
            return False
        self.filtered.setdefault(one, []).append(found)
        ahead, seen = [found], set[Mapped]()
        while ahead:
            at = ahead.pop()
            if at is one:
                return True
            if at not in seen:
                seen.add(at)
                ahead += self.filtered.get(at, ())
        return False

    def _check(self, root: Mapped, local: list[Mapped]) -> None:
        """What glibc checks once everything is mapped: the versions of all, then the symbols of all."""
        for one in local:
            if not one.already_loaded:
                versions.check(one, self.mapper)
        new = symbols.relocation_order([root, *(one for one in local if one is not root)])
        if not any(one.error for one in local):
            levels.check(new, self.machine.system)
        self.errors += [one.error for one in local if one.error is not None]
        if not self.errors:
            self.errors += [one.error for one in self._relocate(new, local) if one.error is not None]

    def _relocate(self, new: list[Mapped], local: list[Mapped]) -> Iterable[Mapped]:
        """What glibc meets as it carries out relocations, the first first: a symbol that nobody defines, no room."""
        process = self.request.process
        shared = global_scope(self.namespace, process)
        flags, known = self.request.flags, self.mapper.known
        refused = symbols.check(new, local, shared, flags, process, known) if shared else []
        without = replace(process, global_modules=()) if process.global_modules else process
        at_start = shared if without is process else global_scope(self.namespace, without)
        scope = [*shared, *local]
        homeless = tls.check(new, scope, self.namespace, at_start, process, self.machine.system, refused)
        return refused if homeless is None else dict.fromkeys((homeless, *refused))


def would_settle(part: Failure) -> str:
    """What one would have to know of a part of which too little is known, one sentence."""
    unknown = [tried.path for tried in part.tried if tried.outcome == "unknown"]
    where = unknown[0] if unknown else part.path or part.name
    return f"Whether {where} exists on that machine, and what it holds, is not known; a snapshot taken there would say."
