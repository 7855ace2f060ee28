"""What else a log shows of a library that was not found: listings in which it, or another version of it, is there.

People who ask for help run `ls`, `find`, `locate`, `ldconfig -p` and paste the answer below the error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wontload.knowledge.components import component_of
from wontload.knowledge.families import other_majors

MOST_PLACES = 200  # where a name is looked for
LONGEST = 400  # characters of a line of a listing

_NAME = re.compile(r"(?:[A-Za-z]:(?=[\\/]))?[\w./\\+@-]{2,}\*?")
_LONG = re.compile(r"\s*[-lr][r-][w-][xs-][r-][w-]")  # `ls -l`
_RESOLVED = re.compile(r"=>\s+(?:/|[A-Za-z]:\\)\S")  # `ldd` and `ldconfig -p`


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the text lists.

    Attributes:
        itself: the library as listed, with its directory where the listing has it; empty when it is not listed.
        others: names of other versions of it that are listed.
    """

    itself: str = ""
    others: tuple[str, ...] = ()


def elsewhere(library: str, text: str) -> Elsewhere:
    """Which listings in a cleaned text have the library, or another version of it."""
    name = library.replace("\\", "/").rpartition("/")[2]
    itself = ""
    others: dict[str, None] = {}
    for path, alone in _listed(name, text):
        found = path.replace("\\", "/").rpartition("/")[2].rstrip("*")
        if found.lower() == name.lower() or ("." not in name and _is_called(found, name)):
            if found != path or not alone:  # else it is a piece of a broken line
                itself = max(itself, path, key=len)  # the one with a directory says more
        elif _is_another_version(found, name):
            others[found] = None
    return Elsewhere(itself, tuple(others))


def _listed(name: str, text: str) -> Iterator[tuple[str, bool]]:
    """The names and paths of listings, of lines that have the beginning of the library's name; whether each is alone.

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
        line = text[begin : end if end >= 0 else match.start() + LONGEST]
        parts = line.split()
        if _is_listing(line):
            yield from ((part, len(parts) == 1) for part in parts if _NAME.fullmatch(part))


def _is_listing(line: str) -> bool:
    """`ls -l`, `ldd`, `ldconfig -p`; or `ls`, `find`, `locate`: names and paths alone, each with a dot or a slash."""
    if _LONG.match(line) or (_RESOLVED.search(line) and "not found" not in line):
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
