"""Which libraries' file names stand in the data of a native file: what it opens by itself stands nowhere else.

A name with `%s` or `%d` in it stands for every name of that form. Names that code puts together otherwise are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

SUFFIXES = tuple(form for one in (".so", ".dll", ".dylib") for form in (one.encode(), one.encode("utf-16-le")))
LONGEST_BYTES = 256  # of a name, with what stands around it
# What stands in front of a suffix, to the start of the name; and what ends it.
NAME, GOES_ON = re.compile(rb"[\w+%-][\w+.%-]*$"), re.compile(rb"[a-z0-9_]")
BLANK = re.compile(r"%\d*(?:ll?|z)?[a-z]")
LETTERS = 4  # besides `lib`, that a name with blanks must have to tell anything


def mentioned(chunks: Iterable[bytes]) -> frozenset[str]:
    """The names, in lower case and up to their suffix (`libfoo.so` of `libfoo.so.3`), with `*` for each blank.

    Args:
        chunks: the file's bytes, from its start to its end.
    """
    found: set[str] = set()
    last = b""
    for chunk in chain(chunks, [b"\0"]):  # of a name at the very end of one chunk, the next tells whether it goes on
        data = last + chunk.lower()
        found.update(name for suffix in SUFFIXES for name in _before(suffix, data))
        last = data[-LONGEST_BYTES:]
    return frozenset(found)


def mentions(names: Iterable[str], library: str) -> bool:
    """Whether one of the names that `mentioned` found is a library's.

    Args:
        library: its file name.
    """
    return any(re.fullmatch(_pattern(name), library.lower()) for name in names)


def _pattern(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    blanks = r"[\w+-]+".join(map(re.escape, stem.split("*")))
    # ELF libraries have their version behind the suffix, Mach-O ones before it.
    return {"so": rf"{blanks}\.so[.\d]*", "dylib": rf"{blanks}[.\d]*\.dylib"}.get(suffix, rf"{blanks}\.{suffix}")


def _before(suffix: bytes, data: bytes) -> Iterator[str]:
    step = 2 if suffix[1:2] == b"\0" else 1  # bytes a character
    at = data.find(suffix)
    while at >= 0:
        end = at + len(suffix)
        start = max(at % step, at - LONGEST_BYTES)
        match = NAME.search(data[start:at:step])
        if match and end < len(data) and not GOES_ON.match(data, end):
            name = BLANK.sub("*", match[0].decode())
            letters = re.sub(r"[^a-z]", "", name.removeprefix("lib"))
            if "*" not in name or len(letters) >= LETTERS:
                yield name + suffix[::step].decode()
        at = data.find(suffix, end)
