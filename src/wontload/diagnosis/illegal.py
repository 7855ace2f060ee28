"""What is known of the instruction that ended the process: of which set it is, in which file it stands."""

from __future__ import annotations

from typing import NamedTuple

from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.words import listed
from wontload.knowledge.instructions import InstructionSet, instruction_set

OTHER = {
    "trap": "a trap ({name}) that compilers and programmers put where code must not go on",
    "invalid": "no instruction of 64-bit code: what was executed there is no code",
}


class Illegal(NamedTuple):
    """Where it stands (`None`: in no file), its bytes in hexadecimal, and what it is of; `None` where nothing tells."""

    path: str | None
    offset: int | None
    code: str
    of: InstructionSet | None


def illegal(case: Case) -> Illegal | None:
    """The instruction, of a process of x86-64; `None` where none was kept."""
    kept = case.observation.illegal if case.observation else None
    if kept is None or case.machine.system.architecture != "x86_64":
        return None
    try:
        code = bytes.fromhex(kept.code)
    except ValueError:  # of a saved machine
        return None
    return Illegal(kept.path, kept.offset, code.hex(), instruction_set(code))


def evidence_of(case: Case, found: Illegal) -> Evidence:
    """`observed  libx.so at offset 0x10fd: c5 ed fe d9 … is an instruction of avx2`."""
    where = "code that is in no file"
    if found.path is not None:
        where = f"{found.path} at offset {found.offset or 0:#x}"
    spaced = " ".join(found.code[at : at + 2] for at in range(0, min(len(found.code), 16), 2))
    return Evidence(
        "observed",
        f"the processor refused the instruction in {where}: {spaced} … {_what(found.of)}",
        {
            "path": found.path,
            "offset": found.offset,
            "code": found.code,
            "flags": sorted(found.of.flags) if found.of else [],
        },
    )


def _what(known: InstructionSet | None) -> str:
    if known is None:
        return "is of no instruction set that is known here"
    if known.kind != "set":
        return "is " + OTHER[known.kind].format(name=known.name)
    return f"is an instruction of {listed(sorted(known.flags))}"
