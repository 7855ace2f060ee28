"""What Windows' error numbers mean, in a sentence of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from wontload.knowledge.tables import table


@dataclass(frozen=True, slots=True)
class WindowsError:
    """A number with its meaning.

    Attributes:
        number: of `GetLastError`, or an NTSTATUS value, unsigned.
        space: `win32` or `ntstatus`.
        name: the symbolic name in Microsoft's headers.
        short: what it means for a load, one sentence.
        source: where the number is documented.
    """

    number: int
    space: str
    name: str
    short: str
    source: str


def windows_error(number: int) -> WindowsError | None:
    """The meaning of a number; `None` for one that no table has.

    NTSTATUS values may come signed, as a C `int` (-1073741819), or wrapped as an HRESULT (0x8007007E is 126).
    """
    unsigned = number & 0xFFFFFFFF
    if unsigned >> 16 == 0x8007:  # Microsoft, HRESULT_FROM_WIN32
        unsigned &= 0xFFFF
    return _errors().get(unsigned)


@cache
def _errors() -> Mapping[int, WindowsError]:
    return {
        row["number"]: WindowsError(row["number"], row["space"], row["name"], row["short"], row["source"])
        for row in table("winerrors")["error"]
    }
