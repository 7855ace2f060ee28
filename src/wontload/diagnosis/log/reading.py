"""Bytes of a saved or piped text as characters, whatever wrote them."""

from __future__ import annotations

import codecs
import re
from functools import cache

MOST_BYTES = 20_000_000
HEAD_BYTES = 8_000_000  # of a longer text so much of its beginning is kept, and the rest of its end, where errors stand

# UTF-32 first: its little-endian mark begins with UTF-16's.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(data: bytes) -> tuple[str, str]:
    """The text, and the encoding that it was taken for.

    Bytes that are no UTF-8 and have no mark are taken for Latin-1, which loses none: Windows' words are known in the
    forms that they take then (`knowledge.messages.damaged_words_of_windows`).
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _whole(data[len(mark) :], encoding), encoding
    if unmarked := _utf_16_without_mark(data):
        return _whole(data, unmarked), unmarked
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.end >= len(data) - 3:  # cut in the middle of a character
            return data.decode("utf-8", "replace"), "utf-8"
    return data.decode("latin-1"), "latin-1"


@cache
def _appended() -> re.Pattern[str]:
    """Characters of UTF-16 both of whose bytes are of ASCII's text. No text has as many in a row by chance."""
    of_text = (0x09, 0x0A, 0x0D, *range(0x20, 0x7F))
    ranges = (
        f"{chr(high << 8 | first)}-{chr(high << 8 | last)}"
        for high in of_text
        for first, last in ((0x09, 0x0A), (0x0D, 0x0D), (0x20, 0x7E))
    )
    return re.compile(f"[{''.join(ranges)}]{{12,}}")


def _whole(data: bytes, encoding: str) -> str:
    """The text; of UTF-16 also what another program appended to it byte by byte, as `cmd /c … >>` does."""
    text = data.decode(encoding, "replace")
    if not encoding.startswith("utf-16"):
        return text
    return _appended().sub(lambda run: run[0].encode(encoding).decode("ascii"), text)


def _utf_16_without_mark(data: bytes) -> str | None:
    """PowerShell's `>` writes UTF-16; pasted or cut, the mark is gone. Half of the bytes of such a text are zero."""
    sample = data[:4000]
    if len(sample) < 8:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.05 * half else None
