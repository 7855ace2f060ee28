"""The terminal itself: how wide, whether it takes colour and drawing characters, and how text gets onto it."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TextIO

NARROWEST, WIDEST, IN_A_PIPE = 40, 160, 100

# SGR parameters (ECMA-48). Only the eight basic colours, which follow the person's own theme, light or dark.
STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "bad": "31",
    "good": "32",
    "strong": "1",
    "code": "1",
    "dim": "2",
}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that reports draw with."""

    branch: str
    last: str
    down: str
    cross: str
    step: str
    dot: str
    ellipsis: str
    bullet: str


UNICODE = Glyphs(branch="├ ", last="└ ", down="│ ", cross="✗", step="›", dot="·", ellipsis="…", bullet="·")
ASCII = Glyphs(branch="|-", last="`-", down="| ", cross="x", step=">", dot="|", ellipsis="...", bullet="-")
_DRAWN = "└├│✗›·…"

# Characters of our own texts for a stream that cannot take them.
_IN_ASCII = {"…": "...", "›": ">", "·": "|", "✗": "x", "→": "->", "×": "x", "├": "|", "└": "`", "│": "|"}
_IN_ASCII |= dict.fromkeys("‘’", "'") | dict.fromkeys("“”", '"') | dict.fromkeys("–—−", "-") | {"\u00a0": " "}


SAVED = " --machine "  # how `Terminal.about` begins where the question is about a saved machine


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a report is drawn for.

    Attributes:
        width: columns that a line may take.
        color: whether escape sequences may be used.
        unicode: whether drawing characters can be encoded; else ASCII ones are used.
        about: what a next `wontload` command ends in, to ask about the same Python or machine: ` --python X`,
            or ` --machine X`; empty where neither was given.
    """

    width: int = IN_A_PIPE
    color: bool = False
    unicode: bool = True
    about: str = ""

    @classmethod
    def of(cls, stream: TextIO, no_color: bool = False, about: str = "") -> Terminal:
        """The terminal behind `stream`, or what suits a pipe or a file."""
        interactive = _is_terminal(stream)
        width = IN_A_PIPE
        if interactive:
            # The last column of a Windows console stays empty: filling it makes older ones begin a new line.
            width = shutil.get_terminal_size((IN_A_PIPE, 24)).columns - (os.name == "nt")
        return cls(
            width=min(max(width, NARROWEST), WIDEST),
            color=not no_color and _wants_color(interactive) and _takes_ansi(interactive),
            unicode=_can_encode(stream, _DRAWN),
            about=about,
        )

    @property
    def glyphs(self) -> Glyphs:
        """What to draw with here."""
        return UNICODE if self.unicode else ASCII

    def paint(self, text: str, style: str) -> str:
        """`text` in one of `STYLES`, where colour is wanted."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.color and style and text.strip() else text


def write(stream: TextIO, text: str) -> None:
    """Write `text`, whatever the stream's encoding: what it lacks is drawn in ASCII or written as `\\uXXXX`.

    Windows Python gives a pipe the ANSI code page (cp1252, cp936 …), in which many paths cannot be written.
    """
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.encode(encoding, _FALLBACK).decode(encoding)
    except LookupError:
        text = text.encode("ascii", _FALLBACK).decode("ascii")
    stream.write(text)


def _in_ascii(error: UnicodeError) -> tuple[str | bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    lost = error.object[error.start : error.end]
    return "".join(_IN_ASCII.get(one) or one.encode("ascii", "backslashreplace").decode() for one in lost), error.end


_FALLBACK = "wontload.drawn_in_ascii"
codecs.register_error(_FALLBACK, _in_ascii)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # ValueError: closed
        return False


def _can_encode(stream: TextIO, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _wants_color(interactive: bool) -> bool:
    """In CPython's own order (`_colorize.can_colorize`, 3.13): NO_COLOR, FORCE_COLOR, TERM, then the stream."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return interactive and os.environ.get("TERM") != "dumb"


def _takes_ansi(interactive: bool) -> bool:
    """Whether escape sequences are obeyed: everywhere, but on a Windows console only once that is switched on.

    Source: Microsoft, SetConsoleMode, ENABLE_VIRTUAL_TERMINAL_PROCESSING (4), Windows 10 1511 and later.
    """
    if not interactive:
        return True  # FORCE_COLOR: whoever reads the pipe asked for it
    if sys.platform == "win32":  # spelled so that a type checker on another system looks away
        try:
            from ctypes import byref, c_ulong, c_void_p, windll
        except ImportError:  # this tool runs where native code is broken; colour is no reason to fail
            return False
        kernel32, mode = windll.kernel32, c_ulong()
        handle = c_void_p(kernel32.GetStdHandle(-11))  # STD_OUTPUT_HANDLE
        return bool(kernel32.GetConsoleMode(handle, byref(mode)) and kernel32.SetConsoleMode(handle, mode.value | 4))
    return True
