"""Which types of relocation musl carries out on each architecture, and what they are to it.

Source: musl's arch/*/reloc.h (REL_PLT, REL_GOT, REL_TPOFF …), with the numbers of elf.h. A type that is not there ends
the load: ldso/dynlink.c, `do_relocs`. So does any relocation of a library for another machine: musl does not look at
the machine, and takes its numbers for its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Types:
    """Relocation types of one architecture, by number.

    Attributes:
        slots: of functions and data that RTLD_LAZY may leave for later: REL_PLT, REL_GOT.
        thread_offsets: of thread-local data in the block that every thread starts with: REL_TPOFF, REL_TPOFF_NEG.
        others: what else is carried out.
    """

    slots: frozenset[int]
    thread_offsets: frozenset[int]
    others: frozenset[int]

    def supports(self, number: int) -> bool:
        """Whether musl knows what to do: nothing for type 0, and -1 stands for a type that is not known here."""
        return number <= 0 or number in self.slots or number in self.thread_offsets or number in self.others


def _types(slots: tuple[int, ...], thread_offsets: tuple[int, ...], *others: int) -> Types:
    return Types(frozenset(slots), frozenset(thread_offsets), frozenset(others))


# Others: the address itself, relative to the load address, copied, module and offset of thread-local data, descriptors.
BY_ARCHITECTURE = {
    "x86_64": _types((6, 7), (18,), 1, 2, 5, 8, 16, 17, 36),
    "x86": _types((6, 7), (14, 37), 1, 2, 5, 8, 35, 36, 41),
    "aarch64": _types((1025, 1026), (1030,), 257, 1024, 1027, 1028, 1029, 1031),
    "arm": _types((21, 22), (19,), 2, 13, 17, 18, 20, 23),
    "ppc64le": _types((20, 21), (73,), 19, 22, 38, 68, 78),
    "s390x": _types((10, 11), (56,), 9, 12, 22, 54, 55),
    "riscv64": _types((5,), (11,), 2, 3, 4, 7, 9, 12),
    "loongarch64": _types((5,), (11,), 2, 3, 4, 7, 9),
}
# musl 1.2.4 took the names for large files out of its symbol table; the loader still finds them, by the plain name
# (ldso/dynlink.c, `get_lfs64`, and before that the table itself).
LARGE_FILE_NAMES = frozenset(
    f"{name}64"
    for name in (
        "aio_cancel aio_error aio_fsync aio_read aio_return aio_suspend aio_write lio_listio "
        "creat open openat fallocate posix_fadvise posix_fallocate lockf lseek ftruncate truncate "
        "fgetpos fsetpos fopen freopen fseeko ftello tmpfile mkostemp mkostemps mkstemp mkstemps "
        "fstat fstatat lstat stat __fxstat __fxstatat __lxstat __xstat fstatfs fstatvfs statfs statvfs "
        "alphasort readdir scandir versionsort getdents ftw nftw glob globfree "
        "getrlimit setrlimit prlimit mmap pread preadv pwrite pwritev sendfile"
    ).split()
)


def plain_name(name: str) -> str | None:
    """The name in musl's own symbol table for one with a 64; `None` when it is none of these."""
    if name == "readdir64_r":
        return "readdir_r"
    return name[:-2] if name in LARGE_FILE_NAMES else None
