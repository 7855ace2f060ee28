"""Who of a package's own files leads to a library of it: those that need it, and those that open it by its name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from wontload.binary import Image
from wontload.binary.mentions import mentioned, mentions

MOST_READ_BYTES = 256 << 20  # of one package's libraries, for the names in them


class Openers:
    """The native files of one package. Names are base names in lower case.

    Args:
        files: path, or name in the wheel, and what is in it. read: a file's bytes.
    """

    def __init__(self, files: Sequence[tuple[str, Image]], read: Callable[[str], Iterable[bytes]]) -> None:
        self._files, self._read = files, read
        self._mentioned: dict[str, frozenset[str]] = {}

    def of(self, name: str, loading: Collection[str] | None = None) -> str:
        """A library that does not need this one and has its name in its data; empty for none.

        It opens that one when it is wanted, as libnvshmem_host.so does with the transport of the network that there is,
        and mkl_core with the part for the MPI that there is.

        Args:
            loading: what loads; all of it where that is not known.
        """
        leading = self.leading_to(name)
        fitting = (one for one in self._readable if one not in leading and (loading is None or one in loading))
        return next((one for one in fitting if mentions(self._mentioned_in(one), name)), "")

    def leading_to(self, name: str) -> frozenset[str]:
        """A file and all that need it, themselves or by others."""
        found, waiting = {name}, [name]
        while waiting:
            askers = self.askers.get(waiting.pop(), frozenset()) - found
            found |= askers
            waiting += askers
        return frozenset(found)

    @cached_property
    def askers(self) -> Mapping[str, frozenset[str]]:
        """Libraries that the files need, delayed ones too, and which files."""
        found: dict[str, set[str]] = {}
        for path, image in self._files:
            for needed in image.needed:
                found.setdefault(_base(needed.library), set()).add(_base(path))
        return {name: frozenset(askers) for name, askers in found.items()}

    @cached_property
    def _readable(self) -> Mapping[str, str]:
        """The paths of those that may be read, by name: first those that the most others need, as a core is."""
        order = sorted(self._files, key=lambda one: (-len(self.askers.get(_base(one[0]), ())), one[1].size_bytes))
        left, found = MOST_READ_BYTES, dict[str, str]()
        for path, image in order:
            if image.size_bytes <= left:
                found.setdefault(_base(path), path)
                left -= image.size_bytes
        return found

    def _mentioned_in(self, name: str) -> frozenset[str]:
        if name not in self._mentioned:
            self._mentioned[name] = mentioned(self._read(self._readable[name]))
        return self._mentioned[name]


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2].lower()
