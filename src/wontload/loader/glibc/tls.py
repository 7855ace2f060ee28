"""Room for static TLS: thread-local data of the initial-exec kind, whose place is fixed when a thread begins.

What is there at the process's start has its room. A library that comes later takes its own from a surplus of 1664
bytes, and so do all others; when that is used up the load ends. jemalloc, libgomp and the like do it. Data reached by
descriptors need not lie there, and does as long as a part of the surplus lasts, which leaves less to others.
Source: glibc 2.36, elf/dl-tls.c (`_dl_determine_tlsoffset`, `_dl_tls_static_surplus_init`) and elf/dl-reloc.c
(`_dl_try_allocate_static_tls`), sysdeps/x86_64/dl-machine.h (CHECK_STATIC_TLS, TRY_STATIC_TLS); the surplus has been
1664 bytes since 2.0, with other sums.
Oracle: tests/oracles/glibc/test_tls.py, on x86_64. Elsewhere blocks are laid out otherwise, and only what fits in no
surplus is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from wontload.binary import Image, MalformedImage
from wontload.binary.entries import Relocation
from wontload.loader.glibc.objects import Mapped
from wontload.loader.glibc.process import breadth_first
from wontload.loader.glibc.tunables import tunable
from wontload.machine import Process, System

NAMESPACES = 4  # the tunable glibc.rtld.nns
PART_BYTES = 144
OPTIONAL_BYTES = 512  # the tunable glibc.rtld.optional_static_tls
AUDIT_BYTES = 288  # for each library of LD_AUDIT, which then takes most of it, with a C library of its own
BLOCK_ALIGNMENT = 64  # TCB_ALIGNMENT: at least this for the whole area
# Relocations against an offset from the thread pointer: R_X86_64_TPOFF64, R_386_TLS_TPOFF and _TPOFF32,
# R_AARCH64_TLS_TPREL64.
THREAD_OFFSETS = {"x86_64": {18}, "x86": {14, 37}, "aarch64": {1030}}
# Against a descriptor: R_X86_64_TLSDESC, R_386_TLS_DESC, R_AARCH64_TLSDESC.
DESCRIPTORS = {"x86_64": {36}, "x86": {41}, "aarch64": {1031}}
LAID_OUT_AS_MODELLED = ("x86_64", "x86")  # below the thread pointer (TLS_TCB_AT_TP)
NO_ROOM = "cannot allocate memory in static TLS block"


class Area:
    """The static TLS of one process: what is taken, and how much there is."""

    def __init__(self, at_start: Iterable[Mapped], process: Process, system: System) -> None:
        """`at_start`: the objects with which the process began, in order."""
        images = [one.image for one in at_start if one.path is not None]
        self._fixed = {id(image) for image in images}
        audits = "" if process.secure else process.environment.get("LD_AUDIT", "")
        self.is_exact = system.architecture in LAID_OUT_AS_MODELLED and bool(images) and not audits
        self.is_exact = self.is_exact and all(image is not None and not image.opaque for image in images)
        self.alignment = BLOCK_ALIGNMENT
        self._used, self._optional = 0, _optional(process)
        for image in filter(None, images) if self.is_exact else ():
            self._place_at_start(image)
        size = _rounded_up(self._used + _surplus(process), self.alignment)
        room_for_audits = AUDIT_BYTES * sum(map(bool, audits.split(":")))
        self._size = size if self.is_exact else size + BLOCK_ALIGNMENT + room_for_audits

    def takes(self, image: Image, *, must: bool = True) -> bool:
        """Give an image's block its place, once; whether there is room for it.

        Args:
            must: else it may lie elsewhere, and takes no more than what is set apart for such blocks.
        """
        if id(image) in self._fixed or not image.tls_bytes:
            return True
        free = self._size - self._used
        needed = image.tls_bytes + image.tls_offset
        if image.tls_alignment > self.alignment or free < needed:
            return False
        if self.is_exact:  # at the far end of what is free, as far as the alignment allows
            alignment = max(image.tls_alignment, 1)
            needed = free - (free - needed) // alignment * alignment - image.tls_offset
            if not must and needed > self._optional:
                return False
            self._optional -= 0 if must else needed
            self._used += needed
        self._fixed.add(id(image))
        return True

    def _place_at_start(self, image: Image) -> None:
        """Without the gaps that glibc fills with small blocks: Python's processes have one block or two."""
        if image.tls_bytes:
            alignment = max(image.tls_alignment, 1)
            self.alignment = max(self.alignment, alignment)
            first = -image.tls_offset & (alignment - 1)
            self._used = _rounded_up(self._used + image.tls_bytes - first, alignment) + first


def check(
    new: Collection[Mapped],
    scope: list[Mapped],
    earlier: Iterable[Mapped],
    at_start: list[Mapped],
    process: Process,
    system: System,
    refused: Collection[Mapped] = (),
) -> Mapped | None:
    """Give the first object for whose block there is no room its error, and give it back.

    Args:
        new: the objects of this load, in the order of their relocation. scope: where they find symbols.
        earlier: all that is in the process; what came after its start has taken its room.
        at_start: with which the process began.
        refused: of `new`, those with a symbol that nobody defines: at the first, if not before, the load ends.
    """
    if not any(map(_wants_static_tls, new)):
        return None
    area = Area(at_start, process, system)
    if area.is_exact:
        there = set(at_start)
        for one in earlier:
            if one.already_loaded and one not in there:
                _relocate(one, [*at_start, *breadth_first(one)], area, system)
    for one in new:
        if (owner := _relocate(one, scope, area, system, until=one.symbol if one in refused else None)) is not None:
            owner.error = f"{owner.name}: {NO_ROOM}"
            owner.reason = (
                f"its thread-local data ({owner.image.tls_bytes if owner.image else 0} bytes) must lie in static TLS, "
                f"of which a process has {_surplus(process)} bytes for all that is loaded after its start"
            )
            return owner
        if one in refused:
            return None
    return None


def _wants_static_tls(one: Mapped) -> bool:
    return one.image is not None and one.image.static_tls


def _relocate(
    one: Mapped, scope: list[Mapped], area: Area, system: System, *, until: str | None = None
) -> Mapped | None:
    """Give all thread-local data that `one` refers to its place; the object whose data has none, if there is one.

    Args:
        until: the symbol at which its relocation ends.
    """
    must = THREAD_OFFSETS.get(system.architecture, set())
    may = DESCRIPTORS.get(system.architecture, set())
    for relocation in _in_order(one):
        name = None if relocation.local else relocation.symbol
        if name and name == until and not relocation.optional:
            return None
        if relocation.type not in must and relocation.type not in may:
            continue
        owner = one if not name else next((other for other in scope if _defines(other, name)), None)
        if owner is None or owner.image is None:
            continue
        if not area.takes(owner.image, must=relocation.type in must) and relocation.type in must:
            return owner
    return None


def deciding(relocations: Iterable[Relocation], system: System) -> tuple[Relocation, ...]:
    """Those of an object's relocations on which the room for thread-local data hangs.

    None behind the last that takes room, and of the others those alone with a symbol that may end the load.
    """
    kinds = _kinds(system)
    order = _by_turn(relocations)
    last = max((at for at, one in enumerate(order) if one.type in kinds), default=-1)
    return tuple(
        one for one in order[: last + 1] if one.type in kinds or (one.symbol and not one.local and not one.optional)
    )


def _kinds(system: System) -> set[int]:
    return {*THREAD_OFFSETS.get(system.architecture, ()), *DESCRIPTORS.get(system.architecture, ())}


def _in_order(one: Mapped) -> Iterable[Relocation]:
    try:
        relocations = one.image.relocations if one.image is not None else None
    except MalformedImage:
        return ()
    return _by_turn(relocations or ())


def _by_turn(relocations: Iterable[Relocation]) -> list[Relocation]:
    """Relocations as glibc comes to them: those of the PLT last (elf/do-rel.h)."""
    return sorted(relocations, key=lambda relocation: relocation.slot)


def _defines(one: Mapped, name: str) -> bool:
    try:
        return one.image is not None and not one.image.opaque and bool(one.image.export_index.versions(name))
    except MalformedImage:
        return False


def _surplus(process: Process) -> int:
    """144 bytes for each namespace's C library but the first, as many for other libraries of each, and for old ones."""
    namespaces = tunable(process, "glibc.rtld.nns", NAMESPACES, least=1, most=16)
    return (2 * namespaces) * PART_BYTES + _optional(process)


def _optional(process: Process) -> int:
    """The part of the surplus for blocks that need not lie in it."""
    return tunable(process, "glibc.rtld.optional_static_tls", OPTIONAL_BYTES)


def _rounded_up(number: int, alignment: int) -> int:
    return -(-number // alignment) * alignment
