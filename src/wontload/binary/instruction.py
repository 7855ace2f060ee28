"""The first instruction of a few bytes of x86-64 code, as far as its encoding tells which instruction set it is of.

Source: Intel, Software Developer's Manual, volume 2, chapter 2 (prefixes, VEX 2.3, EVEX 2.7); AMD, Architecture
Programmer's Manual, volume 6, "XOP Prefixes". Operands are not decoded, but for the byte that selects among them.
"""

from __future__ import annotations

from dataclasses import dataclass

LEGACY_PREFIXES = frozenset(bytes.fromhex("262e363e64656667f0f2f3"))
MOST_PREFIXES = 14  # an instruction has at most fifteen bytes
MANDATORY = (0, 0x66, 0xF3, 0xF2)  # as the two bits `pp` number them
VEX3, VEX2, EVEX, XOP = 0xC4, 0xC5, 0x62, 0x8F


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """How an instruction is encoded.

    Attributes:
        encoding: `legacy`, `vex`, `evex` or `xop`.
        opcode_map: 0: one byte, 1: `0F`, 2: `0F38`, 3: `0F3A`; others are XOP's and EVEX' own.
        prefix: 0x66, 0xF2 or 0xF3 where one belongs to the opcode, or merely stands there; else 0.
        opcode: within its map.
        modrm: the byte behind it; `None` where the bytes end.
        vector_bits: 128, 256 or 512; `None` where the encoding has no such length.
    """

    encoding: str
    opcode_map: int
    prefix: int
    opcode: int
    modrm: int | None = None
    vector_bits: int | None = None

    @property
    def of_registers(self) -> bool | None:
        """Whether its operands are all registers, if it has such operands; `None` when the bytes end before that."""
        return None if self.modrm is None else self.modrm >> 6 == 3

    @property
    def extension(self) -> int | None:
        """The middle field of `modrm`, which for some opcodes is part of them."""
        return None if self.modrm is None else self.modrm >> 3 & 7


def decode(code: bytes) -> Instruction | None:
    """The instruction that `code`, of a 64-bit process, begins with; `None` where the bytes end too soon."""
    try:
        return _decode(code)
    except IndexError:
        return None


def _decode(code: bytes) -> Instruction:
    at, seen = 0, set()
    while code[at] in LEGACY_PREFIXES:
        seen.add(code[at])
        at += 1
        if at > MOST_PREFIXES:
            raise IndexError("no instruction is that long")
    first = code[at]
    if first in (VEX2, VEX3):
        return _vex(code, at)
    if first == EVEX:
        return _evex(code, at)
    if first == XOP and code[at + 1] & 0x1F >= 8:  # below that it is POP
        return _three_bytes(code, at, "xop")
    if first & 0xF0 == 0x40:  # REX
        at += 1
    prefix = next((one for one in (0xF2, 0xF3, 0x66) if one in seen), 0)
    opcode_map, at = _legacy_map(code, at)
    return Instruction(
        encoding="legacy", opcode_map=opcode_map, prefix=prefix, opcode=code[at], modrm=_byte(code, at + 1)
    )


def _legacy_map(code: bytes, at: int) -> tuple[int, int]:
    """The map that the escape bytes choose, and where the opcode stands."""
    if code[at] != 0x0F:
        return 0, at
    return {0x38: (2, at + 2), 0x3A: (3, at + 2)}.get(code[at + 1], (1, at + 1))


def _vex(code: bytes, at: int) -> Instruction:
    if code[at] == VEX3:
        return _three_bytes(code, at, "vex")
    last = code[at + 1]
    return Instruction(
        encoding="vex",
        opcode_map=1,
        prefix=MANDATORY[last & 3],
        opcode=code[at + 2],
        modrm=_byte(code, at + 3),
        vector_bits=256 if last & 4 else 128,
    )


def _three_bytes(code: bytes, at: int, encoding: str) -> Instruction:
    last = code[at + 2]
    return Instruction(
        encoding=encoding,
        opcode_map=code[at + 1] & 0x1F,
        prefix=MANDATORY[last & 3],
        opcode=code[at + 3],
        modrm=_byte(code, at + 4),
        vector_bits=256 if last & 4 else 128,
    )


def _evex(code: bytes, at: int) -> Instruction:
    lengths = (128, 256, 512, None)
    return Instruction(
        encoding="evex",
        opcode_map=code[at + 1] & 7,
        prefix=MANDATORY[code[at + 2] & 3],
        opcode=code[at + 4],
        modrm=_byte(code, at + 5),
        vector_bits=lengths[code[at + 3] >> 5 & 3],
    )


def _byte(code: bytes, at: int) -> int | None:
    return code[at] if at < len(code) else None
