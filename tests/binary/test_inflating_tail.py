"""What is inflated from the midst of a stream is what all of it gives; what is not known is not told."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.downloads import wheel
from tests.support.inflaters import each_inflater
from wontload.binary import inflating, inflating_tail, parse_image
from wontload.binary.deflate_blocks import BlockStart, opening
from wontload.binary.inflating import Inflating, read_member
from wontload.binary.inflating_tail import Tail

__all__ = ["each_inflater"]
STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)


@cache
def content(seed: int) -> bytes:
    """2 MB of what native files hold: bytes like noise, tables with small numbers, texts that recur, runs of zeros."""
    chance = random.Random(seed)
    words = [chance.randbytes(chance.randrange(3, 40)) for _ in range(300)]
    found = bytearray()
    while len(found) < 2_000_000:
        size = chance.randrange(1, 150_000)
        kind = chance.randrange(4)
        if kind == 0:
            found += chance.randbytes(size)
        elif kind == 1:
            found += b"".join(struct.pack("<IHH", chance.randrange(4096), n, 8) for n in range(size // 8))
        elif kind == 2:
            found += b"\0".join(chance.choices(words, k=size // 20))
        else:
            found += bytes(size)
    return bytes(found)


def packed(data: bytes, level: int = 6, strategy: int = zlib.Z_DEFAULT_STRATEGY, memory: int = 8) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, memory, strategy)
    return compressor.compress(data) + compressor.flush()


def reader(data: bytes):
    return lambda offset, size: data[offset : offset + size]


def tail_of(stream: bytes, size: int) -> Tail:
    return Tail(reader(stream), packed_bytes=len(stream), size=size)


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 5),
    level=st.integers(0, 9),
    strategy=st.sampled_from(STRATEGIES),
    memory=st.integers(1, 9),
    share=st.floats(0.1, 0.95),
)
def test_it_is_what_the_whole_gives(seed: int, level: int, strategy: int, memory: int, share: float) -> None:
    data = content(seed)
    stream = packed(data, level, strategy, memory)
    tail = tail_of(stream, len(data))
    assert tail.extend(int(len(stream) * share))
    assert tail.slice(tail.begin, len(data)) == data[tail.begin :]
    middle = (tail.begin + len(data)) // 2
    assert tail.slice(middle, len(data)) == data[middle:]


def test_reading_on_inflates_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating_tail, "PIECE_BYTES", 1 << 15)
    monkeypatch.setattr(inflating_tail, "KEPT_PIECES", 2)
    data = content(1)
    stream, read = packed(data), []

    def reader(offset: int, size: int) -> bytes:
        read.append(size)
        return stream[offset : offset + size]

    tail = Tail(reader, packed_bytes=len(stream), size=len(data))
    assert tail.extend(len(stream) * 2 // 3)
    read.clear()
    for at in range(tail.begin, len(data) - 50, 100_000):
        assert tail.slice(at, at + 50) == data[at : at + 50]
    assert sum(read) <= len(stream)
    assert tail.slice(tail.begin, tail.begin + 50) == data[tail.begin : tail.begin + 50]  # and back again


def test_most_of_what_was_inflated_can_be_told() -> None:
    data = content(1)
    stream = packed(data)
    tail = tail_of(stream, len(data))
    assert tail.extend(len(stream) * 2 // 3)
    assert len(data) - tail.begin > len(data) / 3


def test_an_end_through_which_the_unknown_goes_is_left_in_few_steps() -> None:
    """One pattern, over and over, is copied from what is not known: however much is read, nothing of it is certain."""
    chance = random.Random(3)
    pattern = chance.randbytes(5000)
    data = chance.randbytes(1 << 20) + b"".join(
        pattern[:4990] + chance.randbytes(10) for _ in range(6000)) + chance.randbytes(1 << 17)  # fmt: skip
    stream = packed(data)
    tail, steps = tail_of(stream, len(data)), 0
    assert tail.extend(1 << 18)
    offset = tail.begin - 200_000
    while tail.begin > offset:
        assert tail.extend(tail.wanted(offset, 1 << 18))
        steps += 1
    assert steps == 1
    assert tail.slice(offset, len(data)) == data[offset:]


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("unknown", [0, 1])
def test_an_opening_leads_to_any_bit_and_leaves_what_follows_where_it_was(bit: int, unknown: int) -> None:
    """Behind it stands a block that is not compressed, whose length is looked for at the next byte's edge."""
    stored = b"\x03\x00\xfc\xffabc" + b"\x03\x00"  # length, its complement, content; then an empty last block
    header = bytes([0]) if bit + 3 <= 8 else bytes([0, 0])
    dictionary, first, dropped = opening(BlockStart(0, bit), header[0], unknown)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS, zdict=dictionary)
    assert inflater.decompress(first + header[1:] + stored)[dropped:] == b"abc"
    assert inflater.eof


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_stream_that_was_cut_short_has_no_tail(cut: int) -> None:
    stream = packed(content(2))[:-cut]
    assert not tail_of(stream, len(content(2))).extend(len(stream) // 2)


def test_a_stream_without_blocks_that_can_be_found_has_no_tail() -> None:
    stream = packed(content(3), strategy=zlib.Z_FIXED)
    noise = random.Random(1).randbytes(500_000)
    assert not tail_of(stream[:100] + noise, len(content(3))).extend(400_000)


def test_more_than_the_archive_promises_is_no_tail() -> None:
    stream = packed(content(4))
    assert not tail_of(stream, 100_000).extend(len(stream) // 2)


def test_a_member_is_read_from_its_end_where_that_is_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "NEAR_BYTES", 100_000)
    monkeypatch.setattr(inflating, "END_BYTES", 100_000)
    noise = random.Random(3).randbytes(4_000_000)
    data = noise + content(5)
    stream, spans = packed(data), []

    def read(offset: int, size: int) -> bytes:
        spans.append((offset, size))
        return stream[offset : offset + size]

    some = Inflating(read, packed_bytes=len(stream), size=len(data), path="x")
    at = len(data) - 300_000
    assert some[at : at + 1000] == data[at : at + 1000]
    assert min(offset for offset, _ in spans) > 3_000_000
    assert some[:1000] == data[:1000]
    assert some.find(b"\x07", at, len(data)) == data.find(b"\x07", at)
    assert some[2_000_000:2_001_000] == data[2_000_000:2_001_000]


def test_an_end_that_is_packed_well_does_not_lead_before_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names behind GPU code: by how they are packed, all before them would be near, which it is not."""
    monkeypatch.setattr(inflating, "NEAR_BYTES", 100_000)
    monkeypatch.setattr(inflating, "END_BYTES", 80_000)
    names = b"\0".join(b"_ZN2at6native%dE" % (n // 40) for n in range(80_000))
    data = random.Random(3).randbytes(3_000_000) + names
    stream, spans = packed(data), []

    def read(offset: int, size: int) -> bytes:
        spans.append((offset, size))
        return stream[offset : offset + size]

    some = Inflating(read, packed_bytes=len(stream), size=len(data), path="x")
    assert some[-1000:] == data[-1000:]
    spans.clear()
    assert some[600_000:601_000] == data[600_000:601_000]
    assert max(offset + size for offset, size in spans) < 1_000_000


def test_a_reader_besides_begins_with_what_the_first_has_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "END_BYTES", 1 << 16)
    monkeypatch.setattr(inflating, "NEAR_BYTES", 1 << 17)
    data, read = content(2), []
    stream = packed(data)

    def read_at(offset: int, size: int) -> bytes:
        read.append(size)
        return stream[offset : offset + size]

    first = Inflating(read_at, packed_bytes=len(stream), size=len(data), path="x.so")
    wanted = (slice(1_500_000, 1_500_100), slice(len(data) - 50, len(data)), slice(900_000, 900_100))
    assert [first[one] for one in wanted] == [data[one] for one in wanted]
    spent = sum(read)
    second = first.copy()
    read.clear()
    assert [second[one] for one in wanted] == [data[one] for one in wanted]
    assert sum(read) < spent / 2
    assert [first[one] for one in wanted] == [data[one] for one in wanted]


def test_what_may_be_fetched_decides_whether_the_end_is_read() -> None:
    noise = random.Random(3).randbytes(4_000_000)
    data = noise + content(5)
    stream = packed(data)
    fetched: set[int] = set()

    def read(offset: int, size: int) -> bytes:
        fetched.update(range(offset, offset + size))
        return stream[offset : offset + size]

    some = Inflating(
        read,
        packed_bytes=len(stream),
        size=len(data),
        path="x",
        cost=lambda begin, end: len(range(begin, end)) - len(fetched.intersection(range(begin, end))),
        allow=lambda size: len(fetched) + size <= 2_000_000,
    )
    at = len(data) - 100_000
    assert some[at : at + 1000] == data[at : at + 1000]
    assert len(fetched) <= 2_000_000


WHEELS = ("numpy", "kinako-llama-cpp", "nvidia-cuda-runtime-cu12-linux", "bitsandbytes", "pillow-macos", "h5py-macos")


@pytest.mark.parametrize("name", WHEELS)
def test_members_of_real_wheels_give_the_images_that_their_files_give(name: str, monkeypatch) -> None:
    monkeypatch.setattr(inflating, "NEAR_BYTES", 1 << 16)
    monkeypatch.setattr(inflating, "END_BYTES", 1 << 16)
    path = wheel(name)
    from_the_end = 0
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for info in archive.infolist():
            if not info.filename.endswith((".dll", ".pyd", ".so", ".dylib", ".so.12")) or not info.compress_type:
                continue
            file.seek(info.header_offset + 26)
            start = info.header_offset + 30 + sum(struct.unpack("<HH", file.read(4)))
            file.seek(start)
            stream = file.read(info.compress_size)
            some = Inflating(reader(stream), packed_bytes=len(stream), size=info.file_size, path=info.filename)
            found, wanted = read_member(some, info.filename), parse_image(archive.read(info), info.filename)
            for attribute in ("imports", "exports", "undefined", "delay_imports", "architecture", "soname", "version"):
                assert getattr(found, attribute, None) == getattr(wanted, attribute, None)
            from_the_end += bool(some._tail and some._tail.packed)
    assert from_the_end
