"""Files that were changed at random or on purpose: `MalformedImage` or an image, soon, and in little memory."""

from __future__ import annotations

import struct
import sysconfig
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from benchmarks.parse_turns import files_beginning
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.images import elf, fat, macho, pe
from tests.support.macho_images import LOAD
from wontload.binary import MalformedImage, parse_image
from wontload.binary.apiset import parse_schema

BOUND_S = 5.0  # of one file, on a busy machine; none takes a tenth of that
BOUND_BYTES = 64 << 20


def everything(data: bytes) -> None:
    """Ask for all that an image can tell."""
    try:
        image = parse_image(data, "x")
    except MalformedImage:
        return
    for attribute in ("imports", "exports", "undefined", "bindings", "relocations", "plain_names"):
        with suppress(MalformedImage):
            getattr(image, attribute)


def smallest(magic: bytes, place: Path) -> list[bytes]:
    paths = sorted(files_beginning(magic, [place]), key=lambda path: path.stat().st_size)
    return [path.read_bytes() for path in paths[:2]]


SEEDS = [
    pe(
        needs=["a.dll", ("b.dll", ["f", 7])],
        delays=["d.dll"],
        exports=["a", ("f", "b.c"), 9],
        file_version=(1, 2, 3, 4),
        dependent_load_flags=1,
        chpe=True,
    ),
    pe(needs=["a.dll"], delays=["d.dll"], old_delays=True, machine="x86"),
    elf(needed=["a"], undefined=["u", ("v", "a", "V_1")], exports=["e", ("f", "W_1")], runpath="r", interpreter="/i"),
    elf(needed=["a"], undefined=["u", ("v", "a", "V_1")], exports=["e"], machine="x86"),
    elf(needed=["a"], undefined=["u", ("v", "a", "V_1")], exports=["e"], machine="s390x"),
    macho(dylibs=[(LOAD, "a")], rpaths=["r"], name="me", minimum_os=(11, 0, 0)),
    fat(macho(machine="x86_64"), macho()),
    *smallest(b"\x7fELF", Path(sysconfig.get_path("platstdlib"), "lib-dynload")),
    *smallest(b"MZ", Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")),
]
# Numbers that bounds checks stumble over, and small ones, which are offsets, counts and tags.
NUMBERS = st.one_of(
    st.integers(0, 40),
    st.sampled_from([0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF8, 0x1000, 0xFFF, 0x400, 0x10000]),
    st.integers(0, 0xFFFFFFFF),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        # Headers and the tables right behind them are small; most of a real file is code that no parser looks at.
        end = draw(st.sampled_from([256, 1024, 4096, len(data)]))
        at = draw(st.integers(0, min(end, len(data)) - 1))
        content = (
            struct.pack(draw(st.sampled_from(["<I", "<H", "<Q", ">I"])), draw(NUMBERS) & 0xFFFF)
            if draw(st.booleans())
            else struct.pack("<I", draw(NUMBERS))
        )
        data[at : at + len(content)] = content
    return bytes(data[: draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))])


@settings(max_examples=600, deadline=None)
@given(mutated())
def test_changed_at_random(data: bytes) -> None:
    start = time.process_time()
    everything(data)
    assert time.process_time() - start < BOUND_S


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b""]))
def test_noise(data: bytes, magic: bytes) -> None:
    everything(magic + data)
    with pytest.raises(MalformedImage):
        parse_schema(b"\x05" + data, "x")


def thunks_of_one_name(count: int) -> bytes:
    """Every thunk leads to the same long name."""
    data = pe(needs=[("a.dll", ["x" * 60_000] + [1] * count)])
    name = data.index(b"x" * 60_000) - 2 - 0x400 + 0x1000
    return data.replace(struct.pack("<Q", 1 << 63 | 1), struct.pack("<Q", name))


def thunks_of_overlapping_names(count: int) -> bytes:
    """Each thunk leads one character further into the same long name."""
    data = bytearray(pe(needs=[("a.dll", ["x" * count] + [1] * count)]))
    name = data.index(b"x" * count) - 2 - 0x400 + 0x1000
    table = struct.pack(f"<{count}Q", *(name + index for index in range(count)))
    ordinals = struct.pack("<Q", 1 << 63 | 1) * count
    return bytes(data).replace(ordinals, table)


def descriptors_of_one_table(count: int) -> bytes:
    """Every library takes the same long list."""
    data = pe(needs=[("a.dll", ["f"] * count), *["b.dll"] * count])
    (rva,) = struct.unpack_from("<I", data, 64 + 24 + 112 + 8)
    at = rva - 0x1000 + 0x400
    first = data[at : at + 20]
    return data[:at] + first * (count + 1) + data[at + 20 * (count + 1) :]


def versions_of_versions(count: int) -> bytes:
    """Version needs that lead one byte further each, and have auxiliary entries without number."""
    data = bytearray(elf(versions_needed=[("a" * count, "V")], padding_bytes=count))
    at = data.index(struct.pack("<HHI", 1, 1, 1))
    (name,) = struct.unpack_from("<I", data, at + 4)
    for index in range(0, count, 16):
        struct.pack_into("<HHIII", data, len(data) - count + index, 1, 0xFFFF, name, 1, 1)
    struct.pack_into("<HHIII", data, at, 1, 0xFFFF, name, 16, len(data) - count - at)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        thunks_of_one_name(60_000),
        thunks_of_overlapping_names(60_000),
        descriptors_of_one_table(3_000),
        versions_of_versions(100_000),
        pe()[:64] + b"PE\0\0" + b"\xff" * 1_000_000,
        b"\x7fELF" + b"\x02\x01" + b"\xff" * 1_000_000,
        b"\xcf\xfa\xed\xfe" + b"\xff" * 1_000_000,
    ],
    ids=["one name", "overlapping names", "one table", "versions", "PE of ones", "ELF of ones", "Mach-O of ones"],
)
def test_what_asks_for_much_gets_little(data: bytes) -> None:
    start = time.process_time()
    everything(data)
    assert time.process_time() - start < BOUND_S
    tracemalloc.start()
    try:
        everything(data)
        assert tracemalloc.get_traced_memory()[1] < BOUND_BYTES
    finally:
        tracemalloc.stop()
