"""Small native files made on the spot, for fake machines and for tests of parsers.

`pe(...)`, `elf(...)` and `macho(...)` give bytes. They are sound: other parsers read them and, where there is one here,
the real loader loads them (tests/binary/test_built_images.py). What one file takes from another is `SHARED` unless a
test says otherwise, and PE files offer it, so that fakes fit each other.

    {LLAMA: pe(needs=["ggml.dll"]), GGML: pe(needs=[("cudart64_12.dll", ["cudaMalloc", 7])])}
    {"/lib/libfoo.so.1": elf(soname="libfoo.so.1", needed=["libc.so.6"], runpath="$ORIGIN")}
"""

from tests.support.elf_images import ELF_MACHINE, elf
from tests.support.macho_images import fat, macho
from tests.support.pe_images import PE_MACHINE, SHARED, pe

__all__ = ["ELF_MACHINE", "PE_MACHINE", "SHARED", "elf", "fat", "macho", "pe"]
