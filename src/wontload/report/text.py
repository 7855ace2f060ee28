"""Text that came from files and machines, made fit for a line on a terminal."""

from __future__ import annotations

import re
import unicodedata

# What a terminal might obey rather than show: C0, DEL and C1 (ECMA-48), and the characters that change the direction
# or the line of the text around them (Unicode UAX #9, "Explicit Directional Formatting Characters"; U+2028, U+2029).
_BLANK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """`text` without control characters: white space of any sort becomes a blank, the rest is dropped."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub("", _BLANK.sub(" ", text))


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> tuple[str, str]:
    """`text` in two: as much as fits into `width` columns (one character at least), and the rest."""
    taken, used = 0, 0
    for character in text:
        used += _cells_of(character)
        if used > width and taken:
            break
        taken += 1
    return text[:taken], text[taken:]


def shorten(text: str, limit: int, ellipsis: str = "…") -> str:
    """`text` with its middle left out where it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    tail = max(1, (limit - len(ellipsis)) // 2)
    return text[: limit - len(ellipsis) - tail] + ellipsis + text[-tail:]


def base_name(path: str) -> str:
    """The last part of a path of any system."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or path


def folder(path: str) -> str:
    """All but the last part of a path of any system."""
    at = max(path.rfind("\\"), path.rfind("/"))
    return path if at < 0 else path[: at + 1] if path[:at] in ("",) or path[:at].endswith(":") else path[:at]


def and_list(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `2 libraries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"
