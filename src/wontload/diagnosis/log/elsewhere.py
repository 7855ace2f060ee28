"""What else a log shows of a library that was not found: that it, or another version of it, is there.

People who ask for help run `ls`, `find`, `locate`, `ldconfig -p` and paste the answer below the error; or they say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from wontload.diagnosis.log.text import QUOTED, REMARKS, own_words
from wontload.knowledge.components import component_of
from wontload.knowledge.families import other_majors

MOST_PLACES = 200  # where a name is looked for
LONGEST = 400  # characters of a line of a listing

_NAME = re.compile(r"(?:[A-Za-z]:(?=[\\/]))?[\w./\\+@-]{2,}\*?")
_ON_WINDOWS = re.compile(r"[A-Za-z]:\\[^<>:\"|?*\n/]{1,300}\.(?:dll|pyd)", re.IGNORECASE)  # `where`, `dir /s /b`
_ENDING = re.compile(r"\.(?:so|dll|dylib|pyd)(?:\.|$)", re.IGNORECASE)
_LONG = re.compile(r"\s*[-lr][r-][w-][xs-][r-][w-]")  # `ls -l`
_RESOLVED = re.compile(r"=>\s+(?:/|[A-Za-z]:\\)\S")  # `ldd` and `ldconfig -p`
# What CMake, Meson and libtool say of a file that they install. Source: CMake, cmFileCopier.cxx; Meson, minstall.py.
_INSTALLED = re.compile(r"\s{0,4}(?:-- (?:Installing|Up-to-date): /|Installing \S{1,200} to /|libtool: install: )")
# What people say of a file that they have seen: behind its name, and before it. What denies it, or makes it what a
# loader said.
_IS_THERE = re.compile(
    r"['\"`*]?\s{1,3}(?:file )?(?:is exist|exists|does exist|is (?:there|present|located|in)\b|"
    r"(?:is|was|has been) (?:\w{2,20} )?(?:installed|put|placed|copied) (?:to|into|in|at|under) ['\"`*(]{0,2}/)"
    r"|\s{0,3}存在"
)
_IS_INSTALLED = re.compile(r"['\"`*]?\s(?:is|was|has been) (?:already |also )?installed\b(?!\s*\?)")
# … and before a path that does not begin at the root: `but it is at `home/odd/lib/libodd.so.3``.
_IS_AT = re.compile(
    r"\b(?:it|its|it['’]s|file|library|which)\s(?:is |are |lies |resides )?(?:located |there )?(?:at|in|under|inside)"
    r"\s['\"`*(]*$"
)
# What they say of it without its name, on a line of their own words.
_IT_IS_THERE = re.compile(
    r"\bi can (?:find|see|locate) (?:it|(?:the|that|this) (?:\w{1,20} )?(?:file|library|dll))\b"
    r"|\b(?:the|that|this|these|those|all) (?:\w{1,20} )?(?:files?|librar(?:y|ies)|dlls?) (?:(?:does |do )?exists?\b"
    r"|(?:is|are) (?:all |actually |really |both )?(?:there|present|located|in (?:the|my|its|their|that|this))\b)"
    r"|\bit(?: is|['’]s|s)? (?:actually |definitely |really )?"
    r"(?:exists?\b|(?:there|present|both in|in (?:the|my) (?:folder|venv|directory))\b)"
)
# … and that a package manager brought it, of a library that a text calls by its title alone.
_IT_WAS_BROUGHT = re.compile(
    r"(?:^\W{0,4}(?:it )?|\b(?:it|the library) )(?:(?:is|was|has been) |['’]s )(?:already |correctly )?installed "
    r"(?:with|via|using|through|by) (?:home)?(?:brew|apt|apt-get|dnf|yum|pacman|zypper|conda)\b"
    r"|\bi (?:have |had )?(?:already )?installed it (?:with|via|using|through|by) "
    r"(?:home)?(?:brew|apt|apt-get|dnf|yum|pacman|zypper|conda)\b"
)
_SEEN = re.compile(r"(?:\bcop(?:y|ies) of|\bi (?:can )?(?:see|have|found)|\bthere is(?: an?| the)?)\s['\"`*]?$")
_DENIED = re.compile(r"\b(?:no|not|cannot|without|if|whether|unless|until)\b|n['’]t\b|[不没未]")
_BY_A_PROGRAM = re.compile(
    r"error|fail|unable|missing|tried|trying|load|import|need|requir|referenc|should|must|\bto\b"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|[;。，]|,? [Bb]ut ")
AS_SAID = "as the text says"  # in place of a path
NEAR = 40  # characters before a name in which a denial counts


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the text lists.

    Attributes:
        itself: the library as listed, with its directory where the listing has it; empty when it is not listed.
            Where people say only that they have it, what they say.
        others: names of other versions of it that are listed.
    """

    itself: str = ""
    others: tuple[str, ...] = ()


def elsewhere(library: str, text: str) -> Elsewhere:
    """Which lines of a cleaned text have the library, or another version of it."""
    name = library.replace("\\", "/").rpartition("/")[2]
    itself = said = ""
    others: dict[str, None] = {}
    for line in _lines_with(name, text):
        if not _is_listing(line):
            if not line.startswith(QUOTED):
                said = said or _linked_to(name, line) or _said_of(library, name, line)
                others.update(dict.fromkeys(_others_said(name, line)))
            continue
        parts = _parts(line)
        for path in parts:
            found = path.replace("\\", "/").rpartition("/")[2].rstrip("*")
            if found.lower() == name.lower() or (not _ENDING.search(name) and _is_called(found, name)):
                if found != path or len(parts) > 1:  # else it is a piece of a broken line
                    itself = max(itself, path, key=len)  # the one with a directory says more
            elif _is_another_version(found, name):
                others[found] = None
    return Elsewhere(
        itself or said or _linked_from(name, text) or _said_without_name(text, titled="." not in name), tuple(others)
    )


# A link with a folder of its own: `-L/opt/odd/lib … -lodd`.
LONGEST_LINK = 8000  # characters of such a line on each side of the library
_DEFAULT = re.compile(r"/(?:usr/)?lib(?:32|64|/[\w-]{5,30}-linux-gnu\w*)?/?$")


def _linked_from(name: str, text: str) -> str:
    """The folder in which a linker found the library, where a loader does not search it.

    The linker takes it from `-L`, which the loader does not read. Source: GNU ld, -L; ld.so(8).
    """
    stem = re.match(r"lib([\w+-]{1,60}?)(?:\.so\b|\.\d|$)", name)
    if not stem or f"-l{stem[1]}" not in text:
        return ""
    asked = re.compile(rf"(?<=\s)-l{re.escape(stem[1])}(?=\s|$)", re.MULTILINE)
    for match, _ in zip(asked.finditer(text), range(MOST_PLACES), strict=False):
        begin = text.rfind("\n", max(0, match.start() - LONGEST_LINK), match.start()) + 1
        end = text.find("\n", match.end(), match.end() + LONGEST_LINK)
        line = text[begin : end if end >= 0 else match.end() + LONGEST_LINK]
        folders = [folder for folder in re.findall(r"\s-L\s?(/\S{1,300})", line) if not _DEFAULT.match(folder)]
        if folders and "-rpath" not in line:
            return f"{folders[-1].rstrip('/')}, where the linker found it"
    return ""


def _lines_with(name: str, text: str) -> Iterator[str]:
    """The lines that have the beginning of the library's name.

    Of a text that has that beginning more often than `MOST_PLACES`, only so many places are looked at.
    """
    start = re.match(r"(?:lib)?[A-Za-z]+", name)
    if not start:
        return
    seen = -1
    for count, match in enumerate(re.finditer(re.escape(start[0]), text, re.IGNORECASE)):
        if count >= MOST_PLACES:
            return
        begin = text.rfind("\n", max(0, match.start() - LONGEST), match.start()) + 1
        if begin == seen or (begin == 0 and match.start() > LONGEST):
            continue
        seen = begin
        end = text.find("\n", match.start(), match.start() + LONGEST)
        yield text[begin : end if end >= 0 else match.start() + LONGEST]


# Somebody makes a link to a file, which is therefore there. Source: POSIX, ln, -s: source_file comes first.
_LINKS = re.compile(r"\bln (?:-\w{1,4} ){1,2}['\"]?(/[^\s'\"`*]{1,300})")


def _linked_to(name: str, line: str) -> str:
    """The file of that name to which a command of that line makes a link."""
    for path in _LINKS.findall(line) if "ln -" in line else ():
        found = path.rpartition("/")[2]
        if found == name or (not _ENDING.search(name) and _is_called(found, name)):
            return str(path)
    return ""


# What Python shows of a library that ctypes loaded. Source: CPython, Lib/ctypes/__init__.py, CDLL.__repr__.
_LOADED = re.compile(r"<(?:Py|Win|Ole)?(?:CDLL|DLL) '([^'\n]{1,300})', handle [0-9a-f]+ at 0x")


def _said_of(library: str, name: str, line: str) -> str:
    """What a sentence says of a file of that name: where it lies, or that it is there; empty where it says neither."""
    loaded = _LOADED.search(line)
    if loaded and loaded[1].replace("\\", "/").rpartition("/")[2] == name:
        return AS_SAID
    for sentence in _SENTENCE.split(line):
        at = sentence.lower().find(name.lower())
        if at < 0:
            continue
        before, behind = sentence[max(0, at - NEAR) : at].lower(), sentence[at + len(name) :]
        if _DENIED.search(before) or _DENIED.match(behind.strip()):
            continue
        if "." not in name:
            if told := _said_of_title(name, sentence, before, behind):
                return told
            continue
        path = sentence[sentence.rfind(" ", 0, at) + 1 : at + len(name)].lstrip("'\"`(*")
        is_path = bool(re.match(r"/|[A-Za-z]:[\\/]", path)) and path.replace("\\\\", "\\") != library
        if is_path and not _DENIED.search(sentence.lower()) and not _BY_A_PROGRAM.search(sentence.lower()):
            return path
        if _IS_AT.search(sentence[: sentence.rfind(path, 0, at + len(name))].lower()) and "/" in path:
            return path
        if _IS_THERE.match(behind) or _SEEN.search(before):
            return AS_SAID
    return ""


def _said_of_title(title: str, sentence: str, before: str, behind: str) -> str:
    """The same of a library by its title: a path of such a file, or that it is installed."""
    if not _UNSURE.search(before) and _IS_INSTALLED.match(behind):
        return AS_SAID
    if _BY_A_PROGRAM.search(sentence.lower()):
        return ""
    paths = (word.strip("'\"`*(),.:;") for word in sentence.split())
    return next((path for path in paths if "/" in path and _is_called(path.rpartition("/")[2], title)), "")


_WORDS = re.compile(r"(?:[A-Za-z,'’]+ ){6}")  # a line of prose, not of a program's table


_UNSURE = re.compile(_DENIED.pattern + r"|\b(?:doubt|sure|check|verify|see that|maybe|perhaps)\b")


@lru_cache(maxsize=1)  # asked for each library of one text
def _said_without_name(text: str, *, titled: bool) -> str:
    """Whether somebody says of "it" or "the file" that it is there, in a text so short that one file is meant."""
    words = _IT_WAS_BROUGHT if titled else _IT_IS_THERE
    if len(text) > REMARKS:
        return ""
    for line in own_words(text).splitlines():
        if not _WORDS.search(line):
            continue
        for sentence in _SENTENCE.split(line.lower()):
            match = words.search(sentence)
            if (
                match
                and not _UNSURE.search(sentence[: match.start()])
                and not _DENIED.match(sentence[match.end() :].strip())
            ):
                return AS_SAID
    return ""


# A file without a version that alone is there: it has another soname than the version that is asked for.
_ALONE = re.compile(
    r"\bonly (?:(?:have|has|see|find|found|an?|the) ){0,2}['\"`*]?(?P<file>lib[\w+-]{1,60}\.so)(?![\w.])"
)


def _others_said(name: str, line: str) -> Iterator[str]:
    """Other versions of a file that somebody says are there, by name."""
    if not re.search(r"\.(?:so|dylib|dll)\b", line):
        return
    yield from (file for file in _ALONE.findall(line) if name.startswith(f"{file}."))
    for sentence in _SENTENCE.split(line):
        folded = sentence.lower()
        if _DENIED.search(folded) or _BY_A_PROGRAM.search(folded):
            continue
        for word in sentence.split():
            path = word.strip("'\"`*(),.:;")
            found = path.replace("\\", "/").rpartition("/")[2]
            if _NAME.fullmatch(path) and "." in found and _is_another_version(found, name):
                yield found


def _parts(line: str) -> list[str]:
    """The names and paths of a listing's line; a path of Windows alone may hold blanks."""
    if _ON_WINDOWS.fullmatch(line.strip()):
        return [line.strip()]
    return [part for part in line.split() if _NAME.fullmatch(part)]


def _is_listing(line: str) -> bool:
    """`ls -l`, `ldd`, `ldconfig -p`, an installation; or `ls`, `find`, `locate`: names alone, with a dot or slash."""
    if _INSTALLED.match(line):
        return True
    if _ON_WINDOWS.fullmatch(line.strip()) or _LONG.match(line) or (_RESOLVED.search(line) and "not found" not in line):
        return True
    return all(_NAME.fullmatch(part) and not part.isalnum() for part in line.split())


def _is_called(found: str, title: str) -> bool:
    """Whether a file is the library that people call so: `zbar` is `libzbar.so.0` or `libzbar.dylib`."""
    shape = rf"(?:lib)?{re.escape(title.removeprefix('lib'))}(?:-[\d.]+)?(?:\.[\d.]+)?\.(?:so(?:\.[\d.]+)?|dylib|dll)"
    return re.fullmatch(shape, found, re.IGNORECASE) is not None


def _is_another_version(found: str, name: str) -> bool:
    if other_majors(name, [found]):
        return True
    # Parts of one product go by several names: libcudnn.so.9 is there in the place of libcudnn_ops_infer.so.8.
    one, other = component_of(name), component_of(found)
    return bool(one and other and one.family == other.family and one.major != other.major)
