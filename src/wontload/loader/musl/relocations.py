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
        thread_modules: of thread-local data wherever it lies: REL_DTPMOD, REL_TLSDESC.
        others: what else is carried out.
    """

    slots: frozenset[int]
    thread_offsets: frozenset[int]
    thread_modules: frozenset[int]
    others: frozenset[int]

    @property
    def threads(self) -> frozenset[int]:
        """Those that ask which object has the thread-local data, and do not ask whether one has."""
        return self.thread_offsets | self.thread_modules

    def supports(self, number: int) -> bool:
        """Whether musl knows what to do: nothing for type 0, and -1 stands for a type that is not known here."""
        return number <= 0 or number in self.slots or number in self.threads or number in self.others


def _types(
    slots: tuple[int, ...], thread_offsets: tuple[int, ...], thread_modules: tuple[int, ...], *others: int
) -> Types:
    return Types(frozenset(slots), frozenset(thread_offsets), frozenset(thread_modules), frozenset(others))


# Others: the address itself, relative to the load address, copied, offset of thread-local data in its module.
BY_ARCHITECTURE = {
    "x86_64": _types((6, 7), (18,), (16, 36), 1, 2, 5, 8, 17),
    "x86": _types((6, 7), (14, 37), (35, 41), 1, 2, 5, 8, 36),
    "aarch64": _types((1025, 1026), (1030,), (1028, 1031), 257, 1024, 1027, 1029),
    "arm": _types((21, 22), (19,), (13, 17), 2, 18, 20, 23),
    "ppc64le": _types((20, 21), (73,), (68,), 19, 22, 38, 78),
    "s390x": _types((10, 11), (56,), (54,), 9, 12, 22, 55),
    "riscv64": _types((5,), (11,), (7, 12), 2, 3, 4, 9),
    "loongarch64": _types((5,), (11,), (7,), 2, 3, 4, 9),
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
