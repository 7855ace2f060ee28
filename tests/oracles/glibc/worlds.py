"""Worlds: shared objects of one another's names in a few directories, and one load among them.

Paths inside the files start with `ROOT`, which stays the same from run to run, so that the same object serves again:
only the linker run is dear.
"""

from __future__ import annotations

import os
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.support.gcc import POOL, SharedObject

# One directory for each process that tests: what lies there is thrown away before every example.
ROOT = POOL.parent / "worlds" / os.environ.get("PYTEST_XDIST_WORKER", "main")
# The working directory is the third; spaces and letters beyond ASCII are in names because they are in people's.
DIRECTORIES = ("one", "two", "here", "dir with ü")
HERE = "here"
NAMES = ("liba.so", "libb.so", "libc1.so.1", "libd.so", "libe.so")
SUBDIRECTORIES = ("", "", "", "", "glibc-hwcaps/x86-64-v2/", "glibc-hwcaps/x86-64-v3/", "tls/", "x86_64/")
# Real names of the system, found by the cache, the default directories, or never.
SYSTEM_NAMES = ("libm.so.6", "libz.so.1", "libc.so.6", "libnothere.so.9")
IMPOSTORS = (
    "class",
    "machine",
    "os abi",
    "byte order",
    "other byte order and machine",
    "no program headers",
    "truncated",
    "cut in its last page",
    "cut before its dynamic section",
    "short",
    "empty",
    "null device",
    "text",
    "word",
    "directory",
)

# With a part that is cleared behind the file's end, as nearly all have, so that glibc touches the last page at once.
# Several pages, so that a part of it lacks whole ones.
PLAIN = SharedObject()
LARGE = SharedObject(soname="large.so", bulk_bytes=60_000, source="int cleared[99];")


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One file: `object_` under a name in a directory; or a symbolic link; or something that only looks like it."""

    directory: str
    name: str
    object_: SharedObject = PLAIN
    impostor: str = ""
    link_to: str = ""

    @property
    def path(self) -> Path:
        return ROOT / self.directory / self.name

    def put(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_symlink() or self.path.exists():
            return
        if self.link_to:
            self.path.symlink_to(self.link_to)
        elif self.impostor == "directory":
            self.path.mkdir()
        elif self.impostor == "null device":
            self.path.symlink_to("/dev/null")
        else:
            self.path.write_bytes(disguised(self.object_.bytes(), self.impostor))


def disguised(data: bytes, impostor: str) -> bytes:
    """An object's bytes made wrong in one way."""
    patches = {
        "class": ((4, 1),),
        "byte order": ((5, 2),),
        "os abi": ((7, 9),),
        "machine": ((18, 183),),
        "other byte order and machine": ((5, 2), (18, 0), (19, 22)),
        "no program headers": ((56, 0),),
    }
    if impostor in patches:
        patched = bytearray(data)
        for offset, value in patches[impostor]:
            patched[offset] = value
        return bytes(patched)
    if impostor.startswith("cut "):
        return data[: dynamic_section(data)[impostor == "cut in its last page"]]
    whole = {
        "": data,
        "truncated": LARGE.bytes()[:5000],
        "short": data[:40],
        "empty": b"",
        "text": b"INPUT(libm.so.6)\n" * 9,
    }
    return whole.get(impostor, b"word\n")


def with_dynamic(data: bytes, *, address: int | None = None, size_bytes: int | None = None) -> bytes:
    """A 64-bit file whose program header says something else of PT_DYNAMIC."""
    changed = bytearray(data)
    (first,), (count,) = struct.unpack_from("<Q", data, 32), struct.unpack_from("<H", data, 56)
    (at,) = [one for one in range(first, first + 56 * count, 56) if struct.unpack_from("<I", data, one)[0] == 2]
    if address is not None:
        struct.pack_into("<Q", changed, at + 16, address)
    if size_bytes is not None:
        struct.pack_into("<QQ", changed, at + 32, size_bytes, size_bytes)
    return bytes(changed)


def dynamic_section(data: bytes) -> tuple[int, int]:
    """Where PT_DYNAMIC begins and ends in a 64-bit file."""
    (offset,), (count,) = struct.unpack_from("<Q", data, 32), struct.unpack_from("<H", data, 56)
    headers = [struct.unpack_from("<II4Q", data, offset + 56 * number) for number in range(count)]
    (found,) = [header for header in headers if header[0] == 2]
    return found[2], found[2] + found[5]


@dataclass(frozen=True, kw_only=True)
class World:
    """Files, what is asked for, and the process that asks.

    `preload`: LD_PRELOAD. `is_assumed`: the model is not told what that brought in.
    """

    files: tuple[Placed, ...]
    name: str
    earlier: tuple[str, ...] = ()
    library_path: str | None = None
    preload: str | None = None
    is_assumed: bool = False

    def build(self) -> None:
        shutil.rmtree(ROOT, ignore_errors=True)
        for directory in DIRECTORIES:
            (ROOT / directory).mkdir(parents=True)
        for file in self.files:
            file.put()

    @property
    def directory(self) -> Path:
        return ROOT / HERE

    @property
    def environment(self) -> dict[str, str]:
        variables = {"LD_LIBRARY_PATH": self.library_path, "LD_PRELOAD": self.preload}
        return {name: value for name, value in variables.items() if value is not None}


def _elements() -> st.SearchStrategy[str]:
    absolute = st.sampled_from(DIRECTORIES).map(lambda name: str(ROOT / name))
    origin = st.sampled_from(DIRECTORIES).map("$ORIGIN/../{}".format)
    odd = st.sampled_from(
        [
            "",
            ".",
            "../two/",
            "../one//",
            "$ORIGIN",
            "${ORIGIN}/../two",
            "$ORIGINAL",
            "/usr/$LIB",
            "$PLATFORM",
            "/nowhere",
            "y" * 300,
            "/" + "y/" * 2100,
            f"{ROOT}/two/liba.so",
        ]
    )
    return st.one_of(absolute, absolute, origin, odd)


def _search_path() -> st.SearchStrategy[str]:
    everywhere = st.permutations([str(ROOT / name) for name in DIRECTORIES])
    return st.one_of(st.lists(_elements(), min_size=1, max_size=3), everywhere).map(":".join)


@st.composite
def _needed(draw: st.DrawFn, names: list[str]) -> str:
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return draw(st.sampled_from(["libnothere.so.9", *NAMES]))
    if kind <= 2:
        return draw(st.sampled_from(SYSTEM_NAMES))
    name = draw(st.sampled_from(names))
    if kind == 3:
        return str(ROOT / draw(st.sampled_from(DIRECTORIES)) / name)
    if kind == 5:
        return f"$ORIGIN/../{draw(st.sampled_from(DIRECTORIES))}/{name}"
    if kind == 6:
        return draw(st.sampled_from(["$ORIGIN", "${ORIGIN}/nothere.so", "usr/$LIB/libnothere.so"]))
    return f"./{name}" if kind == 4 else name


@st.composite
def _objects(draw: st.DrawFn, name: str, names: list[str]) -> SharedObject:
    kind = draw(st.sampled_from(["rpath", "rpath", "runpath", "runpath", "neither"]))
    return SharedObject(
        soname=draw(st.sampled_from([name] * 6 + [None, *NAMES])),
        needed=tuple(draw(st.lists(_needed(names), max_size=3, unique=True))),
        rpath=draw(_search_path()) if kind == "rpath" else None,
        runpath=draw(_search_path()) if kind == "runpath" else None,
        filters=tuple(draw(st.lists(st.sampled_from(names), max_size=1))) if draw(st.integers(0, 19)) == 19 else (),
        auxiliaries=tuple(draw(st.lists(_needed(names), max_size=2))) if draw(st.integers(0, 9)) == 9 else (),
        options=("-z", "nodefaultlib") if draw(st.integers(0, 9)) == 9 else (),
    )


@st.composite
def _placed(draw: st.DrawFn, name: str, names: list[str]) -> Placed:
    directory = draw(st.sampled_from(DIRECTORIES)) + "/" + draw(st.sampled_from(SUBDIRECTORIES))
    what = draw(st.integers(0, 11))
    if what == 10:
        return Placed(directory=directory, name=name, impostor=draw(st.sampled_from(IMPOSTORS)))
    if what == 11:
        target = ROOT / draw(st.sampled_from(DIRECTORIES)) / draw(st.sampled_from(names))
        return Placed(directory=directory, name=name, link_to=str(target))
    return Placed(directory=directory, name=name, object_=draw(_objects(name, names)))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world of a few names, each in one place or more, in which most of what is needed can be found."""
    names = list(NAMES[: draw(st.integers(1, len(NAMES)))])
    files = tuple(file for name in names for file in draw(st.lists(_placed(name, names), min_size=1, max_size=3)))
    asked = st.one_of(
        st.sampled_from(files).map(lambda file: str(file.path)),
        st.sampled_from(files).map(lambda file: str(file.path)),
        st.sampled_from(files).map(lambda file: os.path.relpath(file.path, ROOT / HERE)),
        st.sampled_from(files).map(lambda file: f"./{os.path.relpath(file.path, ROOT / HERE)}"),
        st.sampled_from(names),
    )
    preload = st.lists(st.one_of(asked, st.sampled_from(("/nowhere.so", "libz.so.1"))), min_size=1, max_size=2)
    return World(
        files=files,
        name=draw(asked),
        earlier=tuple(draw(st.lists(asked, max_size=2))) if draw(st.integers(0, 3)) == 3 else (),
        library_path=draw(
            st.one_of(st.none(), _search_path(), _search_path().map(lambda path: path.replace(":", ";")))
        ),
        preload=draw(preload.map(draw(st.sampled_from([" ", ":", " : "])).join))
        if draw(st.integers(0, 7)) == 7
        else None,
        is_assumed=draw(st.booleans()),
    )
