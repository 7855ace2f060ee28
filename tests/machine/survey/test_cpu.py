"""The processor: what CPUID says in /proc/cpuinfo's words, and what each system tells."""

from __future__ import annotations

import platform
import sys

import pytest

from tests.support.machines import linux, windows
from tests.support.sources import RecordedSources
from wontload.machine import Machine, System
from wontload.machine.memory import MemoryFiles
from wontload.machine.survey.cpu import count_processors, cpu, parse_cpuinfo
from wontload.machine.survey.cpuid import (
    AMX_STATE,
    AVX512_STATE,
    AVX_STATE,
    BITS,
    CPUID_32,
    CPUID_64,
    OSXSAVE,
    XGETBV_64,
    features_of,
)

X86 = """\
processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD Ryzen 7 5800X 8-Core Processor
flags\t\t: fpu sse2 avx avx2 fma

processor\t: 1
model name\t: another
flags\t\t: fpu
"""
ARM = """\
processor\t: 0
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid

"""


def everything(leaf: int, subleaf: int) -> tuple[int, int, int, int]:
    if leaf in (0, 0x80000000):
        return (leaf | 7, 0, 0, 0)
    if (leaf, subleaf) == (7, 0):
        return (1, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    return (0xFFFFFFFF,) * 4


NAMES = {name for names in BITS.values() for name in names.values()}


@pytest.mark.parametrize(
    ("enabled", "has", "lacks"),
    [
        (0, {"sse4_2", "popcnt", "bmi2"}, {"avx", "avx2", "fma", "f16c", "avx512f", "amx_tile"}),
        (AVX_STATE, {"avx", "avx2", "fma", "avx_vnni"}, {"avx512f", "avx512_bf16", "amx_tile"}),
        (AVX512_STATE, {"avx2", "avx512f", "avx512_bf16"}, {"amx_tile", "amx_int8"}),
        (AVX512_STATE | AMX_STATE, NAMES, set()),
    ],
)
def test_what_the_system_does_not_save_no_program_may_use(enabled: int, has: set[str], lacks: set[str]):
    found = features_of(everything, lambda: enabled)
    assert has <= found
    assert not lacks & found


def test_xgetbv_is_not_asked_where_the_system_forbids_it():
    def without_osxsave(leaf: int, subleaf: int) -> tuple[int, int, int, int]:
        eax, ebx, ecx, edx = everything(leaf, subleaf)
        return (eax, ebx, ecx & ~OSXSAVE, edx)

    def fault() -> int:
        raise AssertionError("an illegal instruction")

    assert "avx" not in features_of(without_osxsave, fault)


def test_leaves_that_a_processor_does_not_have_are_not_believed():
    def old(leaf: int, subleaf: int) -> tuple[int, int, int, int]:
        return (1, 0, 0, 0) if leaf == 0 else (0, 0, 0, 0) if leaf == 0x80000000 else (0xFFFFFFFF,) * 4

    found = features_of(old, lambda: AVX512_STATE)
    assert "avx" in found
    assert not found & {"avx2", "avx512f", "abm", "lm"}


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() != "x86_64", reason="runs x86_64 code as Linux calls it"
)
def test_the_code_says_what_the_kernel_says():
    """CPUID and XGETBV for real: the same instructions, called in Linux' convention by a few more in front."""
    import ctypes
    import mmap

    # mov r8, rdx; mov edx, esi; mov ecx, edi: from System V's argument registers into Windows'
    entry = bytes.fromhex("4989d089f289f9")
    code = (entry + CPUID_64).ljust(64, b"\xcc") + XGETBV_64
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    cpuid = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p)(address)
    xgetbv = ctypes.CFUNCTYPE(ctypes.c_uint64)(address + 64)

    def ask(leaf: int, subleaf: int) -> tuple[int, int, int, int]:
        out = (ctypes.c_uint32 * 4)()
        cpuid(leaf, subleaf, out)
        return (out[0], out[1], out[2], out[3])

    with open("/proc/cpuinfo") as file:
        _, flags = parse_cpuinfo(file.read())
    assert flags is not None
    assert features_of(ask, xgetbv) == flags & NAMES


def test_the_code_restores_what_it_uses():
    assert CPUID_64.startswith(b"\x53")  # push rbx
    assert CPUID_64.endswith(b"\x5b\xc3")
    assert CPUID_32.startswith(b"\x53\x57")
    assert CPUID_32.endswith(b"\x5f\x5b\xc3")


def test_cpuinfo():
    assert parse_cpuinfo(X86) == (
        "AMD Ryzen 7 5800X 8-Core Processor",
        frozenset({"fpu", "sse2", "avx", "avx2", "fma"}),
    )
    assert parse_cpuinfo(ARM) == ("", frozenset({"fp", "asimd", "evtstrm", "crc32", "cpuid"}))
    assert parse_cpuinfo("") == ("", None)


@pytest.mark.parametrize(("text", "count"), [("0-7\n", 8), ("0", 1), ("0-3,6,8-9", 7), ("", None), ("all", None)])
def test_processors_are_counted(text: str, count: int | None):
    assert count_processors(text) == count


def test_linux():
    texts = {"/proc/cpuinfo": X86, "/sys/devices/system/cpu/online": "0-15\n", "/proc/sys/kernel/arch": "x86_64\n"}
    found = cpu(RecordedSources(linux(), texts=texts))
    assert found is not None
    assert (found.architecture, found.cores) == ("x86_64", 16)
    unread = RecordedSources(linux())
    assert cpu(unread) is None
    assert [one.source for one in unread.unasked] == ["/proc/cpuinfo"]


def test_windows():
    key = r"HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor"
    registry = {rf"{key}\{number}": {"ProcessorNameString": "AMD Ryzen 7 5800X  "} for number in range(16)}
    machine = windows(environment={"PROCESSOR_ARCHITECTURE": "x86", "PROCESSOR_ARCHITEW6432": "AMD64"})
    found = cpu(RecordedSources(machine, registry=registry, features=frozenset({"avx2"})))
    assert found is not None
    assert (found.model, found.cores, found.architecture) == ("AMD Ryzen 7 5800X", 16, "x86_64")
    assert found.features == {"avx2"}
    silent = RecordedSources(machine, registry=registry)
    unknown = cpu(silent)
    assert unknown is not None
    assert unknown.features is None
    assert [one.source for one in silent.unasked] == ["CPUID"]


# Shapes as `sysctl` prints them: Apple, "Determining instruction set characteristics"; Intel Macs, sysctl(8).
INTEL_MAC = """\
machdep.cpu.brand_string: Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz
machdep.cpu.features: FPU SSE SSE2 SSE3 SSSE3 FMA CX16 SSE4.1 SSE4.2 POPCNT AVX1.0 F16C
machdep.cpu.leaf7_features: RDWRFSGS BMI1 AVX2 BMI2
machdep.cpu.extfeatures: SYSCALL XD LAHF LZCNT
hw.logicalcpu: 12
"""
APPLE = """\
machdep.cpu.brand_string: Apple M2
hw.optional.arm64: 1
hw.optional.AdvSIMD: 1
hw.optional.arm.FEAT_DotProd: 1
hw.optional.arm.FEAT_I8MM: 1
hw.optional.arm.FEAT_SME: 0
hw.logicalcpu: 8
"""


@pytest.mark.parametrize(
    ("said", "model", "architecture", "has", "cores"),
    [
        (INTEL_MAC, "Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz", "x86_64", {"pni", "sse4_2", "avx", "avx2", "abm"}, 12),
        (APPLE, "Apple M2", "aarch64", {"asimd", "asimddp", "i8mm"}, 8),
    ],
)
def test_macos(said: str, model: str, architecture: str, has: set[str], cores: int):
    machine = Machine(id="this", system=System(name="macos"), files=MemoryFiles({}, windows=False))
    found = cpu(RecordedSources(machine, programs={"sysctl": said}))
    assert found is not None
    assert (found.model, found.architecture, found.cores) == (model, architecture, cores)
    assert found.features is not None
    assert has <= found.features
    assert "sme" not in found.features
