"""Which instruction set an x86-64 instruction is of: `cpu/instructions.toml` asked by an instruction's encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from wontload.binary.instruction import Instruction, decode
from wontload.knowledge.tables import Row, table


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionSet:
    """What an instruction asks of a processor.

    Attributes:
        flags: as Linux' `/proc/cpuinfo` spells them; a processor that lacks one refuses the instruction. Of AVX-512 the
            base alone is told.
        kind: `set`; `trap`, for one that is there to end the program; `invalid`: no instruction in 64-bit mode.
        name: of a trap, as assemblers spell it.
    """

    flags: frozenset[str]
    kind: str = "set"
    name: str = ""


def instruction_set(code: bytes) -> InstructionSet | None:
    """What the first instruction of `code` (of a 64-bit process) is of.

    `None` where the bytes do not tell, or it is one that every x86-64 processor has, or that no table knows.
    """
    found = decode(code)
    row = next((one for one in _rows() if _fits(one, found)), None) if found else None
    if row is None:
        return None
    return InstructionSet(flags=frozenset(row["flags"]), kind=row.get("kind", "set"), name=row.get("name", ""))


@cache
def _rows() -> tuple[Row, ...]:
    return tuple(
        {**row, "opcodes": frozenset(_opcodes(row["opcodes"]))} for row in table("cpu/instructions")["instruction"]
    )


def _opcodes(text: str) -> Iterator[int]:
    """`00-0B 1C` as numbers."""
    for part in text.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def _fits(row: Row, found: Instruction) -> bool:
    return (
        row["encoding"] == found.encoding
        and found.opcode in row["opcodes"]
        and found.opcode_map in row["maps"]
        and ("prefixes" not in row or found.prefix in [int(one or "0", 16) for one in row["prefixes"]])
        and row.get("vector_bits") in (None, found.vector_bits)
        and row.get("registers") in (None, found.of_registers)
        and ("extensions" not in row or found.extension in row["extensions"])
        and ("modrm" not in row or found.modrm == int(row["modrm"], 16))
    )
