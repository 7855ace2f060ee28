"""Whether musl can carry out the relocations of the new objects.

Symbols are sought by name alone, in the global scope and then in the object asked for and all it needs. Versions play
no part but one: a symbol that its library keeps in old versions only is not found.

Source: musl, ldso/dynlink.c: `dlopen` (the scope), `reloc_all` (the order), `do_relocs`, `find_sym2`,
`prepare_lazy`.
Oracle: tests/oracles/musl/test_symbols.py
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from wontload.binary import Image, MalformedImage
from wontload.binary.entries import Relocation
from wontload.loader.musl.mapping import names_of
from wontload.loader.musl.objects import LinkMap, Loaded
from wontload.loader.musl.relocations import BY_ARCHITECTURE, Types, plain_name
from wontload.machine import System

RTLD_LAZY = 1
# What a shell says of a process that SIGSEGV ended.
SEGMENTATION_FAULT = "Segmentation fault"
DF_1_NOW = 1
_NO_EXPORTS = Image.__dataclass_fields__["read_exports"].default


def check(new: Iterable[Loaded], scope: list[Loaded], link_map: LinkMap, flags: int, system: System) -> list[Loaded]:
    """Refuse each new object with a relocation that musl cannot carry out; those refused, in the order of the objects.

    Args:
        new: in the order in which they were mapped.
        scope: the global scope, then the object asked for and all it needs.
        link_map: whose loader stands in for large-file names, and whose start decides about thread-local data.
        flags: of `dlopen`.
        system: whose architecture decides what relocations are.
    """
    binder = _Binder(scope, link_map, flags, system)
    refused = []
    for one in new:
        if binder.plainly_works(one):
            continue
        last = ""
        for relocation in _relocations(one):
            last = last if relocation.symbol is None else relocation.symbol
            if trouble := binder.trouble(relocation, one, last):
                one.symbol = relocation.symbol
                one.reason, words = trouble
                one.error = words if words == SEGMENTATION_FAULT else f"Error relocating {one.name}: {words}"
                refused.append(one)
                break
    return refused


def check_packed(new: Iterable[Loaded], system: System) -> list[Loaded]:
    """Refuse each new object whose packed relocations a musl of before 1.2.4 passes over.

    It then calls the constructors at addresses that nobody has moved to where the object lies, and the process dies.

    Source: musl's release notes for 1.2.4 (the "RELR" format); the crash was seen on 1.2.3.
    Oracle: tests/oracles/musl/test_symbols.py::test_packed_relocations
    """
    if version_of(system) >= (1, 2, 4):
        return []
    refused = [one for one in new if one.image is not None and one.image.packed_relocations]
    for one in refused:
        one.reason = f"it has packed relocations (DT_RELR), which musl {system.libc_version} does not know"
        one.error = SEGMENTATION_FAULT
    return refused


def version_of(system: System) -> tuple[int, ...]:
    """The version of musl as numbers; that of the newest when it is not known."""
    return tuple(int(part) for part in re.findall(r"\d+", system.libc_version)[:3]) or (99,)


class _Binder:
    """One load's scope, and what musl makes of a relocation in it."""

    def __init__(self, scope: list[Loaded], link_map: LinkMap, flags: int, system: System) -> None:
        self.scope = [(one, _finder(one.image)) for one in scope]
        self.all_known = all(_names_known(one) for one in scope)
        self.link_map = link_map
        self.lazy = bool(flags & RTLD_LAZY)
        self.types = BY_ARCHITECTURE.get(system.architecture)
        self.threads = frozenset[int]() if self.types is None else self.types.threads

    def plainly_works(self, user: Loaded) -> bool:
        """Whether the scope has every name and musl knows every type: nearly always, and sets find that out faster."""
        relocations = list(_relocations(user))
        numbers = {one.type for one in relocations}
        if self.types is None or numbers & self.types.thread_offsets or not all(map(self.types.supports, numbers)):
            return False
        if numbers & self.threads and any(one.optional and one.type in self.threads for one in relocations):
            return False
        named = (one.symbol for one in relocations if not one.optional and not one.local)
        wanted = {name for name in named if name is not None}
        for _, has in self.scope:
            wanted.difference_update([*filter(has, wanted)])
        return not wanted

    def trouble(self, relocation: Relocation, user: Loaded, last: str) -> tuple[str, str] | None:
        """Why a relocation cannot be carried out, and musl's words for it; `None` when it can.

        Args:
            last: the name that a relocation of the object, this one or one before it, had last.
        """
        number, name = relocation.type, relocation.symbol
        definer: Loaded | None = user
        if name is not None and not relocation.local:
            definer = self._definer(name)
            if definer is None and self.all_known and not relocation.optional:
                if self._may_wait(number, user):
                    return None
                return f"nothing in scope defines {name}", f"{name}: symbol not found"
            # ldso/dynlink.c, `do_relocs`: what has the data is asked where it lies, also where nothing has it.
            if definer is None and self.all_known and number in self.threads:
                return f"nothing in scope has the thread-local {name}, which musl does not survive", SEGMENTATION_FAULT
        return self._trouble_with_type(number, last, definer)

    def _trouble_with_type(self, number: int, name: str, definer: Loaded | None) -> tuple[str, str] | None:
        """What the type alone refuses. Without a symbol, the message has whatever name musl came across last.

        It keeps that in a variable which such a relocation leaves alone, from one table of the object to the next. The
        linkers put those without a symbol first, so that it is mostly the name of the last slot of the PLT.
        """
        if self.types is None:
            return None
        if number in self.types.thread_offsets and definer is not None and definer not in self.link_map.startup:
            why = "its thread-local data must be there when the process starts (initial-exec)"
            return why, f"{name}: initial-exec TLS resolves to dynamic definition in {definer.name}"
        if not self.types.supports(number):
            return f"musl cannot carry out relocations of type {number}", f"unsupported relocation type {number}"
        return None

    def _definer(self, name: str) -> Loaded | None:
        for one, has in self.scope:
            if has(name):
                return one
        plain = plain_name(name)
        itself = self.link_map.itself
        return itself if plain is not None and _finder(itself.image)(plain) else None

    def _may_wait(self, number: int, user: Loaded) -> bool:
        """Whether RTLD_LAZY leaves it for later: slots only, and not in an object linked with `-z now`.

        What may be a slot, of a type that is not known here, is given the benefit of the doubt.
        """
        if not self.lazy or (user.image is not None and user.image.flags_1 & DF_1_NOW):
            return False
        return self.types is None or number < 0 or number in self.types.slots


def _relocations(one: Loaded) -> Iterator[Relocation]:
    """Those of an object; of one whose types are not known, as in a saved machine, the symbols alone (type -1)."""
    image = one.image
    if image is None:
        return
    try:
        known = image.relocations
        if known is not None:
            yield from known
            return
        eager, lazy = image.bindings
    except MalformedImage:  # its symbols cannot be read: nothing is known to be missing
        return
    slots = _slots(image)
    for symbols, number in ((lazy, slots), (eager, -1)):
        yield from (Relocation(number, symbol.name, symbol.weak) for symbol in symbols)


def _slots(image: Image) -> int:
    """The type of the relocations in the PLT's table."""
    types: Types | None = BY_ARCHITECTURE.get(image.architecture)
    return max(types.slots) if types is not None else -1


def _finder(image: Image | None) -> Callable[[str], object]:
    """What tells whether an image has a name."""
    if image is None:
        return frozenset[str]().__contains__
    if image.opaque and image.read_export_index is not None:  # a clean system's, whose names alone are known
        return image.export_index.versions
    return names_of(image).__contains__


def _names_known(one: Loaded) -> bool:
    image = one.image
    if image is None or image.opaque:
        return image is not None and image.read_export_index is not None
    if image.read_plain_names is None and image.read_exports is _NO_EXPORTS:
        return False
    try:
        return image.plain_names is not None or image.export_versions is not None
    except MalformedImage:
        return False
