"""What CPUID and XGETBV say, as the names of `/proc/cpuinfo`; and asking them on Windows.

Sources: Intel, SDM volume 2A, "CPUID", tables 3-8 (leaf 1), 3-18 (leaf 7); AMD, APM volume 3, appendix E (leaf
0x80000001); Linux, arch/x86/include/asm/cpufeatures.h for the names, arch/x86/kernel/fpu/xstate.c for what the system
must have enabled before a program may use them.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator

Registers = tuple[int, int, int, int]  # EAX, EBX, ECX, EDX

# (leaf, subleaf, register of the four): bit to name. RDSEED is left out: Linux takes it back from processors whose
# results are known to be wrong, Windows does not say.
BITS: dict[tuple[int, int, int], dict[int, str]] = {
    (1, 0, 2): {
        0: "pni", 1: "pclmulqdq", 9: "ssse3", 12: "fma", 13: "cx16", 19: "sse4_1", 20: "sse4_2", 22: "movbe",
        23: "popcnt", 25: "aes", 26: "xsave", 28: "avx", 29: "f16c", 30: "rdrand",
    },
    (1, 0, 3): {8: "cx8", 15: "cmov", 23: "mmx", 24: "fxsr", 25: "sse", 26: "sse2"},
    (7, 0, 1): {
        3: "bmi1", 5: "avx2", 8: "bmi2", 9: "erms", 16: "avx512f", 17: "avx512dq", 19: "adx",
        21: "avx512ifma", 26: "avx512pf", 27: "avx512er", 28: "avx512cd", 29: "sha_ni", 30: "avx512bw",
        31: "avx512vl",
    },
    (7, 0, 2): {
        1: "avx512vbmi", 6: "avx512_vbmi2", 8: "gfni", 9: "vaes", 10: "vpclmulqdq", 11: "avx512_vnni",
        12: "avx512_bitalg", 14: "avx512_vpopcntdq",
    },
    (7, 0, 3): {
        2: "avx512_4vnniw", 3: "avx512_4fmaps", 8: "avx512_vp2intersect", 22: "amx_bf16", 23: "avx512_fp16",
        24: "amx_tile", 25: "amx_int8",
    },
    (7, 1, 0): {4: "avx_vnni", 5: "avx512_bf16", 23: "avx_ifma"},
    (0x80000001, 0, 2): {0: "lahf_lm", 5: "abm", 6: "sse4a", 11: "xop", 16: "fma4", 21: "tbm"},
    (0x80000001, 0, 3): {29: "lm"},
}  # fmt: skip
OSXSAVE = 1 << 27  # leaf 1, ECX: the system lets programs ask XGETBV
# Bits of XCR0 that the system sets when it saves that state (SDM volume 1, 13.3).
AVX_STATE, AVX512_STATE, AMX_STATE = 0b110, 0b1110_0110, 0b11 << 17
NEED_AVX = frozenset("avx avx2 fma fma4 f16c xop avx_vnni avx_ifma vaes vpclmulqdq".split())


def features_of(cpuid: Callable[[int, int], Registers], xgetbv: Callable[[], int]) -> frozenset[str]:
    """The instruction sets that the processor has and the system lets programs use.

    Args:
        cpuid: leaf and subleaf to the four registers.
        xgetbv: XCR0; asked only where the system allows it.
    """
    most, most_extended = cpuid(0, 0)[0], cpuid(0x80000000, 0)[0]
    subleaves = cpuid(7, 0)[0] if most >= 7 else 0
    enabled = xgetbv() if most >= 1 and cpuid(1, 0)[2] & OSXSAVE else 0
    found: set[str] = set()
    for (leaf, subleaf, register), names in BITS.items():
        known = leaf <= (most_extended if leaf >= 0x80000000 else most)
        if known and (subleaf == 0 or subleaf <= subleaves):
            value = cpuid(leaf, subleaf)[register]
            found |= {name for bit, name in names.items() if value >> bit & 1}
    return frozenset(name for name in found if enabled & _state(name) == _state(name))


def _state(name: str) -> int:
    if name.startswith("avx512"):
        return AVX512_STATE
    if name.startswith("amx"):
        return AMX_STATE
    return AVX_STATE if name in NEED_AVX else 0


# CPUID and XGETBV as functions of the platform's C convention: `void cpuid(leaf, subleaf, uint32_t out[4])`, and
# `uint64_t xgetbv(void)` with EDX:EAX put together. From the SDM's encodings; the tests take them apart again.
CPUID_64 = bytes.fromhex(
    "53"  # push rbx                which the caller keeps
    "89c8"  # mov eax, ecx          leaf
    "89d1"  # mov ecx, edx          subleaf
    "0fa2"  # cpuid
    "418900"  # mov [r8], eax
    "41895804"  # mov [r8+4], ebx
    "41894808"  # mov [r8+8], ecx
    "4189500c"  # mov [r8+12], edx
    "5bc3"  # pop rbx; ret
)
CPUID_32 = bytes.fromhex(
    "5357"  # push ebx; push edi    which the caller keeps
    "8b44240c"  # mov eax, [esp+12]
    "8b4c2410"  # mov ecx, [esp+16]
    "0fa2"  # cpuid
    "8b7c2414"  # mov edi, [esp+20]
    "8907"  # mov [edi], eax
    "895f04"  # mov [edi+4], ebx
    "894f08"  # mov [edi+8], ecx
    "89570c"  # mov [edi+12], edx
    "5f5bc3"  # pop edi; pop ebx; ret
)
XGETBV_64 = bytes.fromhex("31c90f01d048c1e2204809d0c3")  # xor ecx,ecx; xgetbv; shl rdx,32; or rax,rdx; ret
XGETBV_32 = bytes.fromhex("31c90f01d0c3")  # EDX:EAX is how 32-bit code returns 64 bits
SECOND = 64  # bytes from the first function to the second


def windows_features() -> frozenset[str] | None:
    """The instruction sets of this Windows computer; `None` where they cannot be asked."""
    if sys.platform != "win32" or not _is_x86():
        return None
    import ctypes

    code = _Code()
    if not code.address:  # a process may be forbidden to make code (ProcessDynamicCodePolicy)
        return None
    try:
        cpuid = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p)(code.address)
        xgetbv = ctypes.CFUNCTYPE(ctypes.c_uint64)(code.address + SECOND)

        def ask(leaf: int, subleaf: int) -> Registers:
            out = (ctypes.c_uint32 * 4)()
            cpuid(leaf, subleaf, out)
            return (out[0], out[1], out[2], out[3])

        return features_of(ask, xgetbv)
    finally:
        code.free()


def _is_x86() -> bool:
    """Whether this process runs x86 code, emulated or not: then CPUID tells what such code may use."""
    return any(word in sys.version.lower() for word in ("amd64", "32 bit (intel)"))


class _Code:
    """The functions above in memory: written first, and only then made executable (never both at once)."""

    address: int
    RESERVE_AND_COMMIT, RELEASE, READWRITE, EXECUTE_READ = 0x3000, 0x8000, 0x04, 0x20  # Microsoft, VirtualAlloc

    def __init__(self) -> None:
        import ctypes

        self._kernel32 = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
        for name, kinds in (("VirtualAlloc", "psuu"), ("VirtualProtect", "psup"), ("VirtualFree", "psu")):
            getattr(self._kernel32, name).argtypes = list(_types(kinds))
        self._kernel32.VirtualAlloc.restype = ctypes.c_void_p
        self._kernel32.FlushInstructionCache.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        wide = struct.calcsize("P") == 8
        code = (CPUID_64 if wide else CPUID_32).ljust(SECOND, b"\xcc") + (XGETBV_64 if wide else XGETBV_32)
        self.address = self._kernel32.VirtualAlloc(None, 4096, self.RESERVE_AND_COMMIT, self.READWRITE) or 0
        if not self.address:
            return
        ctypes.memmove(self.address, code, len(code))
        before = ctypes.c_uint32()
        if not self._kernel32.VirtualProtect(self.address, 4096, self.EXECUTE_READ, ctypes.byref(before)):
            self.free()
            return
        self._kernel32.FlushInstructionCache(ctypes.c_void_p(-1), self.address, 4096)

    def free(self) -> None:
        """Give the memory back."""
        if self.address:
            self._kernel32.VirtualFree(self.address, 0, self.RELEASE)
        self.address = 0


def _types(kinds: str) -> Iterator[object]:
    import ctypes

    for kind in kinds:
        yield {"p": ctypes.c_void_p, "s": ctypes.c_size_t, "u": ctypes.c_uint32}[kind]
