"""A log as text that can be searched: without what terminals, forums and trackers add, each line at its number."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from wontload.knowledge.messages import lowered

# ECMA-48: control sequences, operating system commands, and single shifts; then what is left of a sequence whose escape
# character was lost on a clipboard.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)?|\x1b[ -/]{0,8}[0-~]"
    r"|(?:\^\[|[\u2190\u241b])\[[0-9;]{0,24}[A-Za-z]|\[[0-9]{1,3}(?:;[0-9]{1,3}){0,5}m"
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9A-Fa-f]{1,6}|lt|gt|amp|quot|apos|nbsp|lsquo|rsquo|ldquo|rdquo);")
_TAG = re.compile(r"</?(?:br|p|div|span|code|pre|b|i|em|strong)\b[^<>\n]{0,200}/?>", re.IGNORECASE)
# What an issue's template says, and not its writer: hints in comments, and the list to be ticked.
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)
_CHECKLIST = re.compile(r"^[ \t]{0,8}[-*] \[[ xX]\] [^\n]*", re.MULTILINE)
# What stands before a line: quoting of mail and forums, pip's box, a service's name (Docker Compose, PM2), a container
# builder's or a service's time stamp.
_PREFIX = re.compile(
    r"^[ \t]{0,40}(?:(?P<quote>(?:>(?!>>) ?){1,8})"
    r"|[│┃╎┆|]{1,3}(?= |$)"
    r"|(?:[\w.-]{1,60}[_-]\d{1,3} {1,30}|\d{1,3}\|[\w.-]{1,30} {1,30})\|(?= |$)"
    r"|#\d{1,5} \d{1,7}\.\d{1,4}(?= |$)"
    r"|\d{1,7}\.\d{1,4}(?=  )"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?(?= |$))[ \t]?",
    re.MULTILINE,
)
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛´＇", "'"),
        **dict.fromkeys("“”„‟＂", '"'),
        "\u00a0": " ",
        "\u0085": " ",
        "\u3000": " ",
        "\u202f": " ",
    }
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")


def cleaned(text: str) -> str:
    """The text as its writer saw it. No step adds or takes a line."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    text = text.replace("\r\n", "\n").replace("\r", " ").replace("\x85", " ")
    if "\x1b" in text or "[" in text:
        text = _ESCAPES.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(_unescaped, text)
        text = _ENTITY.sub(_unescaped, text) if "&" in text else text  # escaped twice, as some trackers export it
    if "<!--" in text:
        text = _COMMENT.sub(_without_words, text)
    if "[ ] " in text or "[x] " in text or "[X] " in text:
        text = _CHECKLIST.sub("", text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return _PREFIX.sub(_without_prefix, plain(text))


# Stands at the beginning of a line that was quoted with `>`: it may be another's words, and of another machine.
# White space for patterns, and no character that is left in cleaned text otherwise.
QUOTED = "\x1f"


def _without_prefix(match: re.Match[str]) -> str:
    return QUOTED if match["quote"] else ""


def own_words(text: str) -> str:
    """A cleaned text without what was quoted with `>`: what its writer says, and no answer that it goes back to."""
    if QUOTED not in text:
        return text
    return "\n".join(line for line in text.split("\n") if not line.startswith(QUOTED))


REMARKS = 20_000  # characters at each end of a text in which people's own words are sought


@lru_cache(maxsize=1)  # many questions are asked of one text
def remarks(text: str) -> tuple[str, ...]:
    """What the writer says, at both ends of a long text."""
    own = own_words(text)
    return (own,) if len(own) <= 2 * REMARKS else (own[:REMARKS], own[-REMARKS:])


def says(words: re.Pattern[str], text: str) -> bool:
    """Whether the writer says so, in `remarks`."""
    return any(words.search(part) for part in remarks(text))


def plain(text: str) -> str:
    """Text with plain blanks and quotes, and without control characters."""
    return _CONTROL.sub("", text if text.isascii() else text.translate(_QUOTES))


def _without_words(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _unescaped(match: re.Match[str]) -> str:
    character = html.unescape(match[0])
    return " " if character in "\r\n" else character


LONGEST_LINE = 2000  # characters of a line on each side of a place


@dataclass(frozen=True)
class Text:
    """Text with the line numbers of its places.

    Attributes:
        text: the cleaned text.
        starts: where each line begins.
        numbers: the number of each of these lines in what was read, from 1.
    """

    text: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]

    @cached_property
    def folded(self) -> str:
        """The text in lower case, at the same places."""
        return lowered(self.text)

    @cached_property
    def flat(self) -> str:
        """The same on one line: what was wrapped between two words is found as it was said."""
        return self.folded.replace("\n", " ")

    def line_at(self, place: int) -> int:
        """The number of the line that a place is on."""
        return self.numbers[bisect_right(self.starts, place) - 1]

    def line_numbered(self, number: int) -> str:
        """The beginning of that line of a text whose lines are numbered without gaps."""
        begin = self.starts[number - 1]
        end = self.text.find("\n", begin, begin + LONGEST_LINE)
        return self.text[begin : begin + LONGEST_LINE if end < 0 else end].strip()

    def line_around(self, place: int) -> str:
        """The line that a place is on."""
        near = self.text[max(0, place - LONGEST_LINE) : place]
        end = self.text.find("\n", place, place + LONGEST_LINE)
        return near[near.rfind("\n") + 1 :] + self.text[place : place + LONGEST_LINE if end < 0 else end]


def numbered(text: str) -> Text:
    """Cleaned text as it stands."""
    starts = tuple(_starts(text))
    return Text(text, starts, tuple(range(1, len(starts) + 1)))


def _starts(text: str) -> Iterator[int]:
    place = 0
    while True:
        yield place
        place = text.find("\n", place) + 1
        if place == 0:
            return


NARROWEST, WIDEST = 60, 240  # columns of a terminal that breaks lines in the middle of words


def rejoined(text: Text) -> Text | None:
    """The text without the breaks that a terminal made at its last column; `None` where it has none.

    A terminal breaks wherever the line is full: several lines of exactly the greatest length tell.
    """
    lines = text.text.split("\n")
    lengths = Counter(len(line) for line in lines if NARROWEST <= len(line) <= WIDEST)
    width = max(lengths, default=0)
    if not width or lengths[width] < 2 or any(len(line) > WIDEST for line in lines):
        return None
    parts: list[str] = []
    starts: list[int] = []
    numbers: list[int] = []
    place, continued = 0, False
    for number, line in enumerate(lines, 1):
        if not continued:
            starts.append(place)
            numbers.append(number)
        continued = len(line) == width
        part = line if continued else line + "\n"
        parts.append(part)
        place += len(part)
    return Text("".join(parts), tuple(starts), tuple(numbers))


_INDENTATION = re.compile(r"(?<=\n)[ \t]{1,40}")
MOST_DEDENTED = 400_000  # characters at the text's end, where errors stand


def dedented(text: Text) -> Text | None:
    """The end of the text without what its lines begin with; `None` where none is indented.

    CMake and pip wrap sentences and indent what follows, so that two words have many blanks between them.
    """
    begin = text.text.find("\n", max(0, len(text.text) - MOST_DEDENTED)) if len(text.text) > MOST_DEDENTED else 0
    said = text.text[begin:] if begin >= 0 else ""
    end = _INDENTATION.sub("", said)
    if end == said:
        return None
    starts = tuple(_starts(end))
    return Text(end, starts, text.numbers[len(text.numbers) - len(starts) :])
