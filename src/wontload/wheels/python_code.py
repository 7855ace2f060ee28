"""Whether the Python code of a wheel may have a word in it, such as a library's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from wontload.wheels.archive import Archive
from wontload.wheels.guarded_imports import guards

MOST_BYTES = 64 << 20  # of all code, unpacked; of more nothing is told
TESTS = frozenset({"test", "tests"})  # which no import runs
SHORTEST = 3  # letters of a word that tells anything


class PythonCode:
    """The `.py` files of an open archive that are no tests, read when they are first asked about."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def may_name(self, word: str) -> bool:
        """Whether the word stands in the code for itself, in any case; also where that is too much to look at.

        `lib` may stand in front of it, and whatever is no letter behind it: `libqpdf6` names qpdf, and `QPdfWriter`
        does not.

        Raises:
            BadArchive: a file cannot be read.
        """
        return self._texts is None or len(word) < SHORTEST or any(self._naming(word))

    def all_import(self, module: str, word: str) -> bool:
        """Whether the word stands in the code, and each file that has it imports a module, which must be there then.

        Raises:
            BadArchive: a file cannot be read.
        """
        return self._all(rb"^[ \t]*(?:import|from)[ \t]+%b\b" % re.escape(module.lower().encode()), word)

    def all_preload(self, word: str) -> bool:
        """Whether the word stands in the code, and each file that has it speaks of LD_PRELOAD.

        Raises:
            BadArchive: a file cannot be read.
        """
        return self._all(rb"ld_preload", word)

    def _all(self, pattern: bytes, word: str) -> bool:
        naming = list(self._naming(word)) if len(word) >= SHORTEST else []
        wanted = re.compile(pattern, re.MULTILINE)
        return bool(naming) and all(map(wanted.search, naming))

    def goes_on_without(self, module: str) -> bool:
        """Whether the code imports a module, and goes on wherever that fails.

        Raises:
            BadArchive: a file cannot be read.
        """
        wanted = module.lower()
        found = [one for text in self._naming(wanted) for one in guards(text, wanted)]
        return bool(found) and all(found)

    def _naming(self, word: str) -> Iterator[bytes]:
        """The texts with a word in them; none where that is too much to look at."""
        wanted = word.lower().encode("utf-8", "surrogateescape")
        alone = re.compile(rb"(?:(?<![a-z0-9])|(?<=lib))%b(?![a-z])" % re.escape(wanted))
        yield from (text for text in self._texts or () if wanted in text and alone.search(text))

    @cached_property
    def _texts(self) -> tuple[bytes, ...] | None:
        members = self._archive.members.items()
        code = [one for name, one in members if name.endswith(".py") and TESTS.isdisjoint(name.split("/")[:-1])]
        if sum(one.size_bytes for one in code) > MOST_BYTES:
            return None
        return tuple(self._archive.read(one, MOST_BYTES).lower() for one in code)
