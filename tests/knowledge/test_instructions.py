"""What an instruction's bytes say: each sort assembled by GNU as, which is asked as well what it needs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wontload.binary.instruction import decode
from wontload.knowledge.instructions import InstructionSet, instruction_set

# As `.arch` spells an extension where Linux spells a flag otherwise.
ARCH = {"pni": "sse3", "sse4_1": "sse4.1", "sse4_2": "sse4.2", "bmi1": "bmi", "pclmulqdq": "pclmul", "sha_ni": "sha"}
ARCH |= {"rdrand": "rdrnd", "3dnow": "3dnow", "avx512f": "avx512f", "xsave": "xsave"}
SAMPLES = {
    "haddps %xmm1,%xmm2": "pni",
    "lddqu (%rax),%xmm9": "pni",
    "movddup %xmm1,%xmm12": "pni",
    "pshufb %xmm1,%xmm2": "ssse3",
    "palignr $3,%xmm1,%xmm2": "ssse3",
    "pmulld %xmm10,%xmm2": "sse4_1",
    "roundsd $1,%xmm1,%xmm2": "sse4_1",
    "ptest %xmm1,%xmm2": "sse4_1",
    "pcmpgtq %xmm1,%xmm2": "sse4_2",
    "crc32b %al,%ecx": "sse4_2",
    "pcmpistri $1,%xmm1,%xmm2": "sse4_2",
    "popcnt %r9,%rax": "popcnt",
    "movbe (%rax),%ecx": "movbe",
    "aesenc %xmm1,%xmm2": "aes",
    "pclmulqdq $1,%xmm1,%xmm2": "pclmulqdq",
    "sha1rnds4 $1,%xmm1,%xmm2": "sha_ni",
    "sha256rnds2 %xmm0,%xmm1,%xmm2": "sha_ni",
    "adcx %eax,%ecx": "adx",
    "adox %rax,%rcx": "adx",
    "rdrand %eax": "rdrand",
    "rdseed %rax": "rdseed",
    "xgetbv": "xsave",
    "rdfsbase %rax": "fsgsbase",
    "clflushopt (%rax)": "clflushopt",
    "clwb (%rax)": "clwb",
    "xsaveopt (%rax)": "xsaveopt",
    "extrq %xmm1,%xmm2": "sse4a",
    "movdir64b (%rax),%rcx": "movdir64b",
    "xbegin .": "rtm",
    "xtest": "rtm",
    "vaddps %xmm1,%xmm2,%xmm3": "avx",
    "vaddpd %ymm1,%ymm2,%ymm3": "avx",
    "vpaddd %xmm1,%xmm2,%xmm3": "avx",
    "vmovdqu (%rax),%ymm1": "avx",
    "vbroadcastss (%rax),%ymm1": "avx",
    "vextractf128 $1,%ymm1,%xmm2": "avx",
    "vzeroupper": "avx",
    "vpaddd %ymm1,%ymm2,%ymm13": "avx2",
    "vpxor %ymm1,%ymm2,%ymm3": "avx2",
    "vpmovmskb %ymm1,%eax": "avx2",
    "vpsllw $1,%ymm1,%ymm2": "avx2",
    "vpshufb %ymm1,%ymm2,%ymm3": "avx2",
    "vpermq $1,%ymm1,%ymm2": "avx2",
    "vbroadcastss %xmm1,%ymm2": "avx2",
    "vpbroadcastb %xmm1,%xmm2": "avx2",
    "vpsllvd %xmm1,%xmm2,%xmm3": "avx2",
    "vpgatherdd %ymm1,(%rax,%ymm2),%ymm3": "avx2",
    "vinserti128 $1,%xmm1,%ymm2,%ymm3": "avx2",
    "vfmadd231ps %ymm1,%ymm2,%ymm3": "fma",
    "vfnmadd132sd (%rax),%xmm2,%xmm3": "fma",
    "vcvtph2ps %xmm1,%ymm2": "f16c",
    "vcvtps2ph $1,%ymm1,%xmm2": "f16c",
    "andn %eax,%ecx,%edx": "bmi1",
    "blsr %rax,%rcx": "bmi1",
    "bextr %eax,%ecx,%edx": "bmi1",
    "bzhi %eax,%ecx,%edx": "bmi2",
    "pdep %eax,%ecx,%edx": "bmi2",
    "mulx %eax,%ecx,%edx": "bmi2",
    "shlx %rax,%rcx,%rdx": "bmi2",
    "rorx $1,%eax,%ecx": "bmi2",
    "{vex} vpdpbusd %ymm1,%ymm2,%ymm3": "avx_vnni",
    "vaesenc %ymm1,%ymm2,%ymm3": "vaes",
    "vpclmulqdq $1,%ymm1,%ymm2,%ymm3": "vpclmulqdq",
    "gf2p8mulb %xmm1,%xmm2": "gfni",
    "vaddps %zmm1,%zmm2,%zmm3": "avx512f",
    "vpternlogd $1,%zmm1,%zmm2,%zmm3": "avx512f",
    "vpaddd (%rax){1to16},%zmm2,%zmm30": "avx512f",
    "kandw %k1,%k2,%k3": "avx512f",
    "kmovw %eax,%k1": "avx512f",
    "vfmaddps %xmm1,%xmm2,%xmm3,%xmm4": "fma4",
    "vpcmov %xmm1,%xmm2,%xmm3,%xmm4": "xop",
    "vprotb $1,%xmm1,%xmm2": "xop",
    "blcfill %eax,%ecx": "tbm",
    "llwpcb %rax": "lwp",
}
PLAIN = [
    "addps %xmm1,%xmm2",
    "mov %eax,%ecx",
    "paddd %xmm1,%xmm2",
    "ret",
    "endbr64",
    "pop %rax",
    "nopl 0(%rax)",
    "tzcnt %eax,%ecx",
]


def assembled(text: str, place: Path, without: str = "") -> bytes | None:
    """The bytes of one instruction; `None` where the assembler refuses it."""
    source, made, flat = place / "x.s", place / "x.o", place / "x.bin"
    # What AVX-512 and HLE have as well, gas takes from there.
    off = {"": (), "avx512f": (without,), "rtm": (without, "hle")}.get(without, (without, "avx512f"))
    source.write_text("".join([".code64\n", *(f".arch .no{one}\n" for one in off), text, "\n"]))
    if subprocess.run(["as", "--64", "-o", str(made), str(source)], capture_output=True, check=False).returncode:
        return None
    subprocess.run(["objcopy", "-O", "binary", "-j", ".text", str(made), str(flat)], check=True)
    return flat.read_bytes()


@pytest.mark.parametrize(("text", "flag"), SAMPLES.items(), ids=SAMPLES)
def test_the_assembler_agrees(text: str, flag: str, tmp_path: Path) -> None:
    code = assembled(text, tmp_path)
    assert code is not None
    found = instruction_set(code + b"\x90" * 8)
    assert found is not None
    assert flag in found.flags, code.hex()
    assert found.kind == "set"
    refused = [one for one in found.flags if assembled(text, tmp_path, without=ARCH.get(one, one)) is None]
    assert refused == list(found.flags), "without any of them it cannot be assembled"


@pytest.mark.parametrize("text", PLAIN)
def test_what_every_processor_has(text: str, tmp_path: Path) -> None:
    code = assembled(text, tmp_path)
    assert code is not None
    assert instruction_set(code) is None


@pytest.mark.parametrize("text", ["ud2", "ud1 %eax,%ecx"])
def test_traps(text: str, tmp_path: Path) -> None:
    code = assembled(text, tmp_path)
    assert code is not None
    assert instruction_set(code) == InstructionSet(flags=frozenset(), kind="trap", name=text.split(maxsplit=1)[0])


def test_what_is_no_instruction() -> None:
    assert instruction_set(b"\x06") == InstructionSet(flags=frozenset(), kind="invalid")


@pytest.mark.parametrize(
    "code", [b"", b"\x66", b"\xc5", b"\xc4\xe2\x75", b"\x62\xf1\x7c", b"\x0f", b"\x66\x0f\x38", b"\x66" * 16]
)
def test_cut_off(code: bytes) -> None:
    assert decode(code) is None


@given(st.binary(max_size=16))
def test_any_bytes(code: bytes) -> None:
    """They are of something or of nothing known, and what is behind the first fifteen does not matter."""
    found = instruction_set(code)
    assert found is None or (found.kind == "set") == bool(found.flags)
    assert len(code) < 15 or instruction_set(code[:15] + b"\x90") == found
