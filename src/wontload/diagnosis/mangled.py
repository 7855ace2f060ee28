"""C++ names as far as a person wants to read them: `c10::Error::Error` for `_ZN3c105ErrorC1E…`."""

from __future__ import annotations

import re

LONGEST = 60  # characters of a name in a title
# Itanium C++ ABI, "Name encoding": a nested name is a run of identifiers, each behind its length, closed by `E`.
_NESTED = re.compile(r"_?_ZNK?(?:St)?(?=\d)")
_LENGTH = re.compile(r"\d+")
_CONSTRUCTOR = re.compile(r"[CD][0-5]")
# Microsoft's: `?name@class@namespace@@…`; constructors and destructors have a number in place of the name.
_MICROSOFT = re.compile(r"\?(?P<special>\?[01])?(?P<names>[A-Za-z_]\w*(?:@[A-Za-z_]\w*)*)@@")


def readable(symbol: str) -> str:
    """The qualified name of a C++ function, and any other symbol as it is; cut where it is long."""
    name = _itanium(symbol) or _microsoft(symbol) or symbol
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def _itanium(symbol: str) -> str:
    start = _NESTED.match(symbol)
    if start is None:
        return ""
    parts, at = (["std"] if start[0].endswith("St") else []), start.end()
    while length := _LENGTH.match(symbol, at):
        at = length.end() + int(length[0][:4])
        part = symbol[length.end() : at]
        if not part:
            return ""
        parts.append(part)
    if _CONSTRUCTOR.match(symbol, at) and parts:
        parts.append(("~" if symbol[at] == "D" else "") + parts[-1])
    return "::".join(parts)


def _microsoft(symbol: str) -> str:
    match = _MICROSOFT.match(symbol)
    if match is None:
        return ""
    parts = match["names"].split("@")[::-1]
    if match["special"]:
        parts.append(("~" if match["special"] == "?1" else "") + parts[-1])
    return "::".join(parts)
