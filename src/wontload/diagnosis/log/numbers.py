"""Windows' error numbers in a log: as numbers, in whatever words, and in words whose characters were damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from wontload.diagnosis.log.events import tidy
from wontload.diagnosis.log.text import Text, plain
from wontload.knowledge.messages import (
    NumberMeaning,
    damaged_words_of_windows,
    number_meanings,
    words_of_windows,
    words_of_wine,
)

MOST_LOOKED_AT = 200
AROUND = 500


@dataclass(frozen=True, slots=True)
class NumberEvent:
    """A number of Windows in the text.

    Attributes:
        meaning: what it speaks for. file: the file, module or path that it is about, where the text tells.
        line, place, text: as of `Event`.
    """

    meaning: NumberMeaning
    file: str
    module: str
    line: int
    place: int
    text: str


# `[WinError 126]`, `WindowsError: [Error 126]`, `error code 126`, `(0x8007007E)`, exit codes signed and not.
_NUMBER = re.compile(
    r"\bWinError (-?\d{1,10})\b|WindowsError: \[Error (\d{1,5})\]|Win32Exception \((?:0x)?(\d{1,5})\)"
    r"|(?:LoadLibrary\w{0,4}|DLL|\.dll|\.pyd)[^\n]{0,120}?\b(?:error|code|Fehler|erreur|错误|錯誤)(?: code)?"
    r"[ :=#]{0,3}(-?\d{2,10})\b"
    r"|\b0x(8007[0-9A-F]{4}|C0[0-9A-F]{6})\b|: error 0x([0-9A-F]{1,4})\b|\b0x(7E|7F|C1) error\b"
    r"|(?<![\w.])(-107374\d{4}|322122\d{4}|-1058471934|3236495362)\b"
    r"|(?:exit(?:ed)?(?: with)?(?: code| status| value)?|returncode|return code|error code|signal)"
    r"[ :=]{0,3}(-4|-11|132|139)\b"
    r"|\bLoadError: (\d{2,4}): "
    r"|LoadLibrary failed for '[^'\n]{1,300}': [^\n]{0,200}\((\d{1,5})\)"  # Source: OBS, platform-windows.c
    r"|\bpywintypes\.error: \((\d{1,5}), ['\"]LoadLibrary"
    r"|\b0xC(?P<miscounted>0{3,8}[1-9A-F][0-9A-F]{1,2}|0{4,8}5)\b",  # zeros that somebody who typed it did not count
    re.IGNORECASE,
)
# One of these is in every line that the pattern matches: most lines of a long log have none.
_NEEDLES = (
    "error", "0x8007", "0xc0", "win32exception", "-107374", "322122", "-1058471934", "3236495362", "exit", "return",
    "signal", "code", "fehler",
    "erreur", "错误", "錯誤", "loadlibrary failed",
)  # fmt: skip
_SIGNALS = {"-4": 0xC000001D, "132": 0xC000001D, "-11": 0xC0000005, "139": 0xC0000005}
_FILE = re.compile(
    r"(?:Error loading|cannot load library|Failed to load(?: shared library)?|Could not find module|LoadLibrary\w?\(?"
    r"|loading)\s{0,3}\(?['\"]{1,2}([^'\"\n]{2,300})['\"]"
    r"|([A-Za-z]:[\\/][^\n'\"<>|*?]{1,300}?\.(?:dll|pyd|node|exe))\b"
    r"|['\"]([^'\"\n]{2,300}\.(?:dll|pyd|so))['\"]"
    r"|(?:path|file) specified\W{1,3}['\"]([^'\"\n]{3,300})['\"]"
    r"|: ['\"]([A-Za-z]:[\\/][^'\"\n]{2,300})['\"]",
    re.IGNORECASE,
)
# In every language `%1` is in these words, which Python does not fill in, and Win32. Source: Microsoft, System Error
# Codes, 193.
_OF_OTHER_KIND = re.compile(r"DLL load failed[^\n]{0,160}?: (?=[^\n]{0,80}%1)[^\n]{0,80}\bWin32\b")
BAD_EXE_FORMAT = 193
_MODULE = re.compile(r"\bwh(?:ile|en) importing ([\w.]{1,120})")
_TRIGGERS = re.compile(
    r"DLL load failed|LoadLibrary|Error loading|Failed to load|Failed loading|WinError|ImportError|OSError", re.I
)


def numbers_of(text: Text) -> tuple[NumberEvent, ...]:
    """Each number with a meaning, once for each file that it is about."""
    found: dict[tuple[int, str, str], NumberEvent] = {}
    for place, number in sorted(set(_stated(text)) | set(_worded(text))):
        meaning = number_meanings().get(number)
        if meaning is None:
            continue
        file, module = _about(text, place)
        if meaning.needs == "file" and not file:
            continue
        found[number, file, module] = NumberEvent(
            meaning, file, module, text.line_at(place), place, text.line_around(place).strip()[:300]
        )
    return _without_the_vague(tuple(found.values()))


def _stated(text: Text) -> Iterator[tuple[int, int]]:
    found = (match for begin, end in _lines_with(text, _NEEDLES) for match in _NUMBER.finditer(text.text, begin, end))
    for count, match in enumerate(found):
        if count >= MOST_LOOKED_AT:
            return
        yield match.start(), _value(match)


def _lines_with(text: Text, needles: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where the lines with one of these lie: lower-case pieces of text without which no match is possible."""
    for begin, end in pairwise((*text.starts, len(text.text))):
        line = text.folded[begin:end]
        if any(needle in line for needle in needles):
            yield begin, end


def _value(match: re.Match[str]) -> int:
    """The number as `GetLastError` or an NTSTATUS has it. Source: Microsoft, HRESULT_FROM_WIN32; signal(7)."""
    if match[5]:
        value = int(match[5], 16)
        return value & 0xFFFF if value >> 16 == 0x8007 else value
    if match[6] or match[7]:
        return int(match[6] or match[7], 16)
    if match[9]:
        return _SIGNALS[match[9]]
    if match["miscounted"]:
        return 0xC0000000 | int(match["miscounted"], 16)
    digits = match[1] or match[2] or match[3] or match[4] or match[8] or match[10] or match[11] or match[12]
    return int(digits) & 0xFFFFFFFF


def _worded(text: Text) -> Iterator[tuple[int, int]]:
    """Where Windows' words stand. Damaged ones are sought near what announces them: there are many forms."""
    folded = text.folded
    joined = _unwrapped(folded)
    for words, number in words_of_windows():
        place = text.flat.find(words)
        if place < 0 and joined != folded and not words.isascii():
            place = joined.find(words)  # a line or two off
        if place >= 0:
            yield place, number
    for match, _ in zip(_OF_OTHER_KIND.finditer(text.text), range(MOST_LOOKED_AT), strict=False):
        yield match.start(), BAD_EXE_FORMAT
    yield from _worded_by_wine(text)
    if folded.isascii():
        return
    for count, trigger in enumerate(_TRIGGERS.finditer(text.text)):
        if count >= MOST_LOOKED_AT // 4:
            return
        window = folded[trigger.start() : trigger.start() + AROUND]
        if not window.isascii():
            yield from (
                (trigger.start() + window.index(words), number) for words, number in _damaged_words() if words in window
            )


def _worded_by_wine(text: Text) -> Iterator[tuple[int, int]]:
    if "dll load failed" not in text.folded:
        return
    for words, number in words_of_wine():
        for match in re.finditer(rf"DLL load failed[^\n]{{0,160}}?: {re.escape(words)}", text.text):
            yield match.start(), number


# What a terminal breaks in the middle: Chinese, Japanese and Korean have no blanks to break at.
_WRAPPED = re.compile(r"(?<=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])\n(?=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])")


def _unwrapped(folded: str) -> str:
    return folded if folded.isascii() else _WRAPPED.sub("", folded)


@cache
def _damaged_words() -> tuple[tuple[str, int], ...]:
    """Damaged words as they stand in a cleaned text."""
    return tuple((plain(words), number) for words, number in damaged_words_of_windows())


def _about(text: Text, place: int) -> tuple[str, str]:
    """The file and the module nearest to a number: on its line, else on a neighbouring one."""
    line = text.line_around(place)
    near = text.text[max(0, place - AROUND) : place + AROUND]
    file = module = ""
    for part in (line, near):
        if not file and (match := _FILE.search(part)):
            file = tidy(next(group for group in match.groups() if group))
        if not module and (match := _MODULE.search(part)):
            module = match[1]
    return file, module


def _without_the_vague(events: tuple[NumberEvent, ...]) -> tuple[NumberEvent, ...]:
    """Without those that another of the same number tells more exactly."""
    return tuple(
        one
        for one in events
        if one.file or one.module or not any(
            other is not one and other.meaning.number == one.meaning.number and (other.file or other.module)
            for other in events
        )
    )  # fmt: skip
