"""What a parser says of a file that is not, or no longer, what it should be."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from wontload.errors import WontloadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wontload.binary.image import Image


class Defect(str, Enum):
    """Why a file could not be read as a native image."""

    EMPTY = "empty"
    TRUNCATED = "truncated"  # a native file that ends before what its own headers promise
    CORRUPT = "corrupt"  # a native file whose tables contradict themselves
    NOT_NATIVE = "not native"  # not a PE, ELF or Mach-O file at all: `content` says what it looks like
    UNREADABLE = "unreadable"  # it is there and could not be opened or read


class MalformedImage(WontloadError):
    """A file that no loader could take.

    Attributes:
        path: of the file, as given to the parser.
        defect: which kind.
        what: one clause without the path, for example `its headers promise 541278208 bytes and the file has 104857600`.
        offset: in bytes from the file's start, where that is known.
        content: for `NOT_NATIVE`: `text`, `html`, `linker script`, `git-lfs pointer`, `zip`, `gzip`, `archive`,
            `zeros`, `16-bit program`, `directory`, `unknown`.
        part: for `TRUNCATED`: the part that the file's end cuts off. ELF loaders answer differently to each:
            `ELF header` (glibc: `file too short`), `program headers` (`cannot read file data`), `segments` (glibc maps
            them, and the process dies of SIGBUS when it touches what is not there), `dynamic section` (which then reads
            as zeros). Else `headers` or `sections`. For `CORRUPT`: `optional header`, where a PE file's says what
            cannot be mapped as an image, though as data.
        header: the first 64 bytes of a native file, from which the answer of ELF loaders follows; else empty.
        read_as: of an ELF file that is at hand: parses it once more as one of these bits (32, 64) and this byte order
            (`<`, `>`), whatever it says of itself. Raises `MalformedImage`.
        read_completed: of a PE file that lacks less than a sector: parses it with zeros in its place.
        promised_bytes: for `TRUNCATED`: what the headers promise, where a parser found it out just now.
    """

    def __init__(
        self,
        path: str,
        defect: Defect,
        what: str,
        offset: int | None = None,
        content: str = "",
        part: str = "",
        header: bytes = b"",
    ) -> None:
        at = "" if offset is None else f" (at offset {offset:#x})"
        super().__init__(f"cannot read {path}: {what}{at}.")
        self.path = path
        self.defect = defect
        self.what = what
        self.offset = offset
        self.content = content
        self.part = part
        self.header = header
        self.promised_bytes = 0
        self.read_as: Callable[[int, str], Image] | None = None
        self.read_completed: Callable[[], Image] | None = None

    def __reduce__(self) -> tuple[type[MalformedImage], tuple[object, ...]]:
        """As its arguments, so that it survives the way back from a worker process."""
        return type(self), (self.path, self.defect, self.what, self.offset, self.content, self.part, self.header)


class NotReached(Exception):
    """A table lies further into a compressed member of an archive than may be read.

    Attributes:
        path: of the member. packed_bytes: about how many more compressed bytes would have to be read for it.
    """

    def __init__(self, path: str, packed_bytes: int) -> None:
        super().__init__(f"{path}: {packed_bytes} more compressed bytes would have to be read")
        self.path = path
        self.packed_bytes = packed_bytes
