"""A member that is inflated as far as it is asked for gives what its bytes give, and reads no further."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.downloads import wheel
from tests.support.images import pe
from tests.support.inflaters import each_inflater
from wontload.binary import Defect, MalformedImage, inflating, parse_image
from wontload.binary.inflating import Inflating, read_member
from wontload.binary.malformed import NotReached

__all__ = ["each_inflater"]
DATA = b"".join(bytes([n % 251]) * (n % 37) + b"\0abc" for n in range(90_000))
SPOTS = st.integers(min_value=0, max_value=len(DATA) + 10)


def packed(data: bytes) -> bytes:
    compressor = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


class Read:
    """A source of compressed bytes that remembers how far it was read."""

    def __init__(self, data: bytes) -> None:
        self.data, self.furthest = data, 0

    def __call__(self, offset: int, size: int) -> bytes:
        found = self.data[offset : offset + size]
        self.furthest = max(self.furthest, offset + len(found))
        return found


PACKED = packed(DATA)
WHEELS = ("numpy", "kinako-llama-cpp", "nvidia-cuda-runtime-cu12-linux", "bitsandbytes", "pillow-macos", "h5py-macos")


@given(slices=st.lists(st.tuples(SPOTS, SPOTS), min_size=1, max_size=6), stored=st.booleans())
def test_slices_and_searches_are_those_of_bytes(slices, stored):
    data = DATA if stored else PACKED
    some = Inflating(Read(data), packed_bytes=len(data), size=len(DATA), path="x", stored=stored)
    for begin, end in slices:
        assert some[begin:end] == DATA[begin:end]
        if begin < end:
            assert some.find(b"\0", begin, end) == DATA.find(b"\0", begin, end)


def test_going_back_far_gives_the_same_and_keeps_little(monkeypatch):
    monkeypatch.setattr(inflating, "BLOCK_BYTES", 4096)
    monkeypatch.setattr(inflating, "KEPT_BLOCKS", 4)
    monkeypatch.setattr(inflating, "STATE_EVERY_BLOCKS", 8)
    monkeypatch.setattr(inflating, "STRIDE_BLOCKS", 4)
    some = Inflating(Read(PACKED), packed_bytes=len(PACKED), size=len(DATA), path="x")
    for at in (len(DATA) - 100, 5, 400_000, 39_999, 1_000_000, 0):
        assert some[at : at + 50] == DATA[at : at + 50]
        assert len(some._blocks) <= 4
    assert len(some._states) == -(-len(DATA) // 4096 // 8)


def test_no_more_is_read_than_it_takes_to_the_last_table():
    image = pe(needs=["cudart64_12.dll"])
    padding = random.Random(1).randbytes(2_000_000)
    read = Read(packed(image + padding))
    some = Inflating(read, packed_bytes=len(read.data), size=len(image) + len(padding), path="x.dll")
    assert [one.library for one in read_member(some, "x.dll").imports] == ["cudart64_12.dll"]
    assert read.furthest < len(read.data) / 4


def test_what_may_not_be_read_is_not_read():
    read = Read(PACKED)
    some = Inflating(
        read,
        packed_bytes=len(PACKED),
        size=len(DATA),
        path="x",
        cost=lambda begin, end: max(0, end - max(begin, read.furthest)),
        allow=lambda size: size <= 40_000,
    )
    assert some[:10] == DATA[:10]
    assert (some.is_costly(100), some.is_costly(len(DATA) - 10)) == (False, False)
    with pytest.raises(NotReached) as found:
        some[len(DATA) - 10 :]
    assert found.value.packed_bytes > 40_000
    assert read.furthest <= 40_000


def test_what_lies_far_ahead_is_costly_where_it_must_be_fetched():
    read = Read(packed(random.Random(2).randbytes(2_000_000)))
    how = {"packed_bytes": len(read.data), "size": 2_000_000, "path": "x"}
    remote = Inflating(read, **how, cost=lambda begin, end: max(0, end - max(begin, read.furthest)))
    assert [remote.is_costly(at) for at in (0, 100_000, 1_999_999)] == [False, False, True]
    _ = remote[1_500_000:1_500_010]
    assert not remote.is_costly(1_999_999)
    assert not Inflating(read, **how).is_costly(1_999_999)


@pytest.mark.parametrize(
    ("data", "size", "says"),
    [
        (PACKED[:5000], len(DATA), "ends"),
        (b"\xff" * 5000, len(DATA), "damaged"),
        (PACKED, len(DATA) + 70_000, "ends after"),
    ],
)
def test_damaged_data_are_said_to_be(data, size, says):
    some = Inflating(Read(data), packed_bytes=len(data), size=size, path="x")
    with pytest.raises(MalformedImage, match=says) as found:
        some[size - 5 : size]
    assert found.value.defect is Defect.CORRUPT


def test_an_empty_member_is_an_empty_file():
    with pytest.raises(MalformedImage) as found:
        read_member(Inflating(Read(b""), packed_bytes=0, size=0, path="x"), "x")
    assert found.value.defect is Defect.EMPTY


@pytest.mark.parametrize(
    "name",
    ["numpy", "kinako-llama-cpp", "nvidia-cuda-runtime-cu12-linux", "bitsandbytes", "pillow-macos", "h5py-macos"],
)
def test_members_of_real_wheels_give_the_images_that_their_files_give(name):
    path = Path(wheel(name))
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for info in archive.infolist():
            if not info.filename.endswith((".dll", ".pyd", ".so", ".dylib", ".so.12")):
                continue
            file.seek(info.header_offset + 26)
            start = info.header_offset + 30 + sum(struct.unpack("<HH", file.read(4)))

            def read(offset, size, start=start):
                file.seek(start + offset)
                return file.read(size)

            stored = info.compress_type == zipfile.ZIP_STORED
            some = Inflating(
                read, packed_bytes=info.compress_size, size=info.file_size, path=info.filename, stored=stored
            )
            found, wanted = read_member(some, info.filename), parse_image(archive.read(info), info.filename)
            for attribute in ("imports", "exports", "undefined", "delay_imports", "architecture", "soname"):
                assert getattr(found, attribute, None) == getattr(wanted, attribute, None)
