"""What a file is that no loader takes: the answer to "and what is it, then?".

Git LFS: its pointer file specification. The others: the formats' own magic numbers.
"""

from __future__ import annotations

import re

# Content, what it looks like, how it begins.
MAGIC = (
    ("zip", "a ZIP archive", (b"PK\x03\x04", b"PK\x05\x06")),
    ("gzip", "gzip-compressed data", (b"\x1f\x8b",)),
    ("archive", "an archive (a static or import library)", (b"!<arch>\n", b"!<thin>\n")),
    (
        "git-lfs pointer",
        "a Git LFS pointer: the file itself was never fetched",
        (b"version https://git-lfs.github.com/",),
    ),
)
# Comment or not, a linker script is text with one of ld's commands (GNU ld manual, "Commands Dealing with Files").
LINKER_SCRIPT = re.compile(rb"(^|\n)\s*(/\* GNU ld script|(INPUT|GROUP|OUTPUT_FORMAT)\s*\()")
HTML = re.compile(rb"\s*(<!doctype html|<html|<head|<!--|<\?xml)", re.IGNORECASE)
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
# What `content_of` wants to see of a file, in bytes.
SNIFFED_BYTES = 4096


def content_of(start: bytes) -> tuple[str, str]:
    """What a file with this start looks like: (`MalformedImage.content`, the same in words)."""
    for content, words, beginnings in MAGIC:
        if start.startswith(beginnings):
            return content, words
    if not start.strip(b"\0"):
        return "zeros", "nothing but zeros, as far as was looked"
    if HTML.match(start.removeprefix(BYTE_ORDER_MARKS[2])):
        return "html", "an HTML or XML page, perhaps an error page saved in place of the download"
    if not _is_text(start):
        return "unknown", "neither PE, ELF nor Mach-O"
    return ("linker script", "a linker script") if LINKER_SCRIPT.search(start) else ("text", "a text file")


def _is_text(start: bytes) -> bool:
    if start.startswith(BYTE_ORDER_MARKS):
        return True
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:  # a character cut off at the end is none of the text's doing
            return False
    return not CONTROL.search(start)
