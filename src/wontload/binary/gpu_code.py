"""What a native file holds for GPUs: containers, and in each the code for one target after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple


class CodeKind(str, Enum):
    """What a piece of GPU code is."""

    PTX = "ptx"  # NVIDIA: text that the driver compiles for any GPU from its target on
    CUBIN = "cubin"  # NVIDIA: machine code
    LTO = "lto"  # NVIDIA: intermediate code for link-time optimization, which no driver takes as it is
    AMD = "amdgpu"  # AMD: a code object, that is machine code
    SPIRV = "spirv"  # AMD: portable code that the runtime compiles
    OTHER = "other"


class DeviceCode(NamedTuple):
    """Code for one target.

    A named tuple and no dataclass, because a library can hold ten thousand.

    Attributes:
        kind: what it is.
        target: as its vendor's compiler spells it: `sm_90a` for a cubin, `compute_90a` for PTX and LTO code,
            `gfx90a:sramecc+:xnack-` for AMD.
        capability: NVIDIA's compute capability as an exact pair: 9.0 is `(9, 0)`, 12.1 is `(12, 1)`. `None` for AMD.
        suffix: `a`: for exactly this capability; `f`: for its family; empty without one, and for AMD.
        version: PTX: of the PTX language, which a driver must be new enough for. Cubin, LTO: of the format.
            `None` where nothing says.
        offset: where it starts in the file (compressed AMD code: where its bundle does), in bytes.
        stored_bytes: what it takes in the file; `None` inside a compressed bundle, where it has no place of its own.
        size_bytes: what it is when decompressed. A PTX of a fatbin counts the padding behind it.
        compression: `lz4`, `zstd`, `zlib`, or empty.
        host: for which system it was compiled, where that is written: `linux`, `windows`, `macos`; else empty.
        bits: of its addresses.
        is_debug: compiled for a debugger.
        is_relocatable: has yet to be linked with others. The driver does so itself, when the file is loaded, if the
            code that was linked beforehand does not suit the GPU (NVIDIA, "CUDA Compiler Driver NVCC", "JIT Linking
            Support").
    """

    kind: CodeKind
    target: str
    capability: tuple[int, int] | None = None
    suffix: str = ""
    version: tuple[int, int] | None = None
    offset: int = 0
    stored_bytes: int | None = None
    size_bytes: int = 0
    compression: str = ""
    host: str = ""
    bits: int = 64
    is_debug: bool = False
    is_relocatable: bool = False


@dataclass(frozen=True, slots=True)
class CodeContainer:
    """One fatbin, one offload bundle, or one piece of code that stands alone.

    Attributes:
        kind: `fatbin` (NVIDIA), `bundle` (AMD), `compressed bundle` (AMD) or `bare`: a file that is nothing else.
        section: where it lies: a section's full name, empty if the file has none.
        offset, size_bytes: in the file, with its header.
        version: of the container's format; 0 where it has none.
        codes: in file order.
    """

    kind: str
    section: str
    offset: int
    size_bytes: int
    version: int
    codes: tuple[DeviceCode, ...]


@dataclass(frozen=True)
class GpuCode:
    """All GPU code of one file, in file order. Empty for a file without any."""

    containers: tuple[CodeContainer, ...] = ()

    def __iter__(self) -> Iterator[DeviceCode]:
        """Every piece of code, in file order."""
        return (code for container in self.containers for code in container.codes)

    def __bool__(self) -> bool:
        """Whether there is any container."""
        return bool(self.containers)

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """What there is code for, each target once, in the order of their capabilities or names."""
        found = {(code.capability or (0, 0), _numbers_in(code.target), code.target) for code in self}
        return tuple(target for _, _, target in sorted(found))

    def of(self, kind: CodeKind) -> tuple[DeviceCode, ...]:
        """The pieces of one kind, in file order."""
        return tuple(code for code in self if code.kind is kind)


def _numbers_in(target: str) -> int:
    """`gfx90a` before `gfx1030`: of three or four digits the last two are hexadecimal."""
    digits = target.removeprefix("gfx").partition(":")[0]
    try:
        return int(digits[:-2] or "0") << 8 | int(digits[-2:], 16)
    except ValueError:
        return 0
