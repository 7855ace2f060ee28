"""Room for static TLS: thread-local data of the initial-exec kind, whose place is fixed when a thread begins.

What is there at the process's start has its room. A library that comes later takes its own from a surplus of 1664
bytes, and so do all others; when that is used up the load ends. jemalloc, libgomp and the like do it.
Source: glibc 2.36, elf/dl-tls.c (`_dl_determine_tlsoffset`, `_dl_tls_static_surplus_init`) and elf/dl-reloc.c
(`_dl_try_allocate_static_tls`); the surplus has been 1664 bytes since 2.0, with other sums.
Oracle: tests/oracles/glibc/test_tls.py, on x86_64. Elsewhere blocks are laid out otherwise, and only what fits in no
surplus is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wontload.binary import Image, MalformedImage
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
LAID_OUT_AS_MODELLED = ("x86_64", "x86")  # below the thread pointer (TLS_TCB_AT_TP)
NO_ROOM = "cannot allocate memory in static TLS block"


class Area:
    """The static TLS of one process: what is taken, and how much there is."""

    def __init__(self, at_start: Iterable[Mapped], process: Process, system: System) -> None:
        """`at_start`: the objects with which the process began, in order."""
        images = [one.image for one in at_start if one.path is not None]
        self._fixed = {id(image) for image in images}
        audits = "" if process.secure else process.environment.get("LD_AUDIT", "")
        self._is_exact = system.architecture in LAID_OUT_AS_MODELLED and bool(images) and not audits
        self._is_exact = self._is_exact and all(image is not None and not image.opaque for image in images)
        self.alignment = BLOCK_ALIGNMENT
        self._used = 0
        for image in filter(None, images) if self._is_exact else ():
            self._place_at_start(image)
        size = _rounded_up(self._used + _surplus(process), self.alignment)
        room_for_audits = AUDIT_BYTES * sum(map(bool, audits.split(":")))
        self._size = size if self._is_exact else size + BLOCK_ALIGNMENT + room_for_audits

    def takes(self, image: Image) -> bool:
        """Give an image's block its place, once; whether there is room for it."""
        if id(image) in self._fixed or not image.tls_bytes:
            return True
        free = self._size - self._used
        needed = image.tls_bytes + image.tls_offset
        if image.tls_alignment > self.alignment or free < needed:
            return False
        self._fixed.add(id(image))
        if self._is_exact:  # at the far end of what is free, as far as the alignment allows
            alignment = max(image.tls_alignment, 1)
            self._used += free - (free - needed) // alignment * alignment - image.tls_offset
        return True

    def _place_at_start(self, image: Image) -> None:
        """Without the gaps that glibc fills with small blocks: Python's processes have one block or two."""
        if image.tls_bytes:
            alignment = max(image.tls_alignment, 1)
            self.alignment = max(self.alignment, alignment)
            first = -image.tls_offset & (alignment - 1)
            self._used = _rounded_up(self._used + image.tls_bytes - first, alignment) + first


def check(
    new: Iterable[Mapped],
    scope: list[Mapped],
    earlier: Iterable[Mapped],
    at_start: list[Mapped],
    process: Process,
    system: System,
) -> None:
    """Give the first object for whose block there is no room its error.

    Args:
        new: the objects of this load, in the order of their relocation. scope: where they find symbols.
        earlier: all that is in the process; what came after its start has taken its room.
        at_start: with which the process began.
    """
    there = set(at_start)
    later = [one for one in earlier if _wants_static_tls(one) and one.already_loaded and one not in there]
    if not later and not any(map(_wants_static_tls, new)):
        return
    area = Area(at_start, process, system)
    for one in later:
        for owner in _owners(one, [*at_start, *breadth_first(one)], system):
            if owner.image is not None:
                area.takes(owner.image)
    for one in new:
        for owner in _owners(one, scope, system):
            if owner.image is not None and not area.takes(owner.image):
                owner.error = f"{owner.name}: {NO_ROOM}"
                owner.reason = (
                    f"its thread-local data ({owner.image.tls_bytes} bytes) must lie in static TLS, of which a process "
                    f"has {_surplus(process)} bytes for all that is loaded after its start"
                )
                return


def _wants_static_tls(one: Mapped) -> bool:
    return one.image is not None and one.image.static_tls


def _owners(one: Mapped, scope: list[Mapped], system: System) -> Iterator[Mapped]:
    """The objects whose thread-local data `one` addresses from the thread pointer: itself, or who defines a symbol."""
    if one.image is None or not one.image.static_tls:
        return
    try:
        relocations = one.image.relocations or ()
    except MalformedImage:
        return
    for relocation in relocations:
        if relocation.type in THREAD_OFFSETS.get(system.architecture, ()):
            name = None if relocation.local else relocation.symbol
            owner = one if not name else next((other for other in scope if _defines(other, name)), None)
            if owner is not None:
                yield owner


def _defines(one: Mapped, name: str) -> bool:
    try:
        return one.image is not None and not one.image.opaque and bool(one.image.export_index.versions(name))
    except MalformedImage:
        return False


def _surplus(process: Process) -> int:
    """144 bytes for each namespace's C library but the first, as many for other libraries of each, and for old ones."""
    namespaces = tunable(process, "glibc.rtld.nns", NAMESPACES, least=1, most=16)
    optional = tunable(process, "glibc.rtld.optional_static_tls", OPTIONAL_BYTES)
    return (2 * namespaces) * PART_BYTES + optional


def _rounded_up(number: int, alignment: int) -> int:
    return -(-number // alignment) * alignment
