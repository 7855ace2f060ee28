"""GPU code of a saved machine's files: what each file has code for, without where that lies and how it is packed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wontload.binary import CodeContainer, CodeKind, DeviceCode, GpuCode


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCode:
    """One sort of GPU code in a file; the attributes are those of `DeviceCode`."""

    kind: CodeKind
    target: str
    capability: tuple[int, int] | None = None
    suffix: str = ""
    version: tuple[int, int] | None = None


def saved_code(code: GpuCode) -> tuple[SavedCode, ...]:
    """Each sort once, in file order: a library holds thousands of pieces for a dozen targets."""
    return tuple(
        dict.fromkeys(
            SavedCode(
                kind=one.kind, target=one.target, capability=one.capability, suffix=one.suffix, version=one.version
            )
            for one in code
        )
    )


def gpu_code_of(saved: Iterable[SavedCode]) -> GpuCode:
    """The same as the rules take it, in one container without a place."""
    codes = tuple(DeviceCode(one.kind, one.target, one.capability, one.suffix, one.version) for one in saved)
    return GpuCode((CodeContainer("saved", "", 0, 0, 0, codes),) if codes else ())
