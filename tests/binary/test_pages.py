"""A file that is read in pieces gives what its bytes give, and an error where it ends sooner than it did."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.images import pe
from wontload.binary import Defect, MalformedImage, Symbol, read_image
from wontload.binary.columns import Columns
from wontload.binary.entries import Export
from wontload.binary.origin import File, reading
from wontload.binary.pages import LARGEST_PIECE_BYTES, Pages, read_start
from wontload.binary.pe import parse_pe
from wontload.binary.source import side_by_side

pytestmark = pytest.mark.skipif(not hasattr(os, "pread"), reason="nothing is read in pieces here")
DATA = bytes(range(1, 256)) * 1200 + b"\0" + b"x" * 100
SPOTS = st.integers(min_value=0, max_value=len(DATA) + 10)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Pages]:
    path = tmp_path_factory.mktemp("pages") / "data"
    path.write_bytes(DATA)

    def open_pages() -> Pages:
        descriptor = os.open(path, os.O_RDONLY)
        return Pages(descriptor, str(path), len(DATA), read_start(descriptor))

    return open_pages


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slices=st.lists(st.tuples(SPOTS, SPOTS), min_size=1, max_size=6))
def test_slices_and_searches_are_those_of_bytes(slices: list[tuple[int, int]], opened: Callable[[], Pages]) -> None:
    pages = opened()
    try:
        for begin, end in slices:
            assert pages[begin:end] == DATA[begin:end]
            if begin < end:
                assert pages.find(b"\0", begin, end) == DATA.find(b"\0", begin, end)
    finally:
        pages.close()
    assert len(DATA) > LARGEST_PIECE_BYTES


def test_a_file_cut_short_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.dll"
    path.write_bytes(pe(needs=["a.dll"]) + bytes(100_000))
    file = File(str(path), in_pieces=b"MZ")
    source = file.open()
    os.truncate(path, 5000)
    with pytest.raises(MalformedImage, match="changed while it was being read") as found:
        source.bytes_at(90_000, 8)
    assert found.value.defect is Defect.UNREADABLE
    file.close(source)


def test_mapped_and_in_pieces_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "x.dll"
    path.write_bytes(pe(needs=[("a.dll", ["f", 7, "g"])], exports=["b", "c"]))
    mapped = File(str(path))
    image = reading(mapped, lambda source: parse_pe(source, mapped))
    assert image == (other := read_image(path))
    assert (image.imports, image.exports) == (other.imports, other.exports)
    assert [symbol.ordinal or symbol.name for symbol in image.imports[0].symbols] == ["f", 7, "g"]


def test_columns_are_a_tuple_of_rows() -> None:
    rows = Columns(Export, ["a", "b", None], range(5, 8), [None, "C.d", None])
    expected = (Export("a", 5), Export("b", 6, "C.d"), Export(None, 7))
    assert rows == expected
    assert expected == rows
    assert (hash(rows), repr(rows), len(rows), rows[-1], rows[1:]) == (
        hash(expected),
        repr(expected),
        3,
        expected[-1],
        expected[1:],
    )
    assert rows != (*expected, Export("z"))
    assert Columns(Symbol, ["f"]) == (Symbol("f"),)
    assert Columns(Symbol, ["f"])[0].weak is False
    assert expected[2] in rows
    assert [rows.column(field) for field in ("name", "ordinal", "forwarder", "version")] == [
        ["a", "b", None],
        range(5, 8),
        [None, "C.d", None],
        (None, None, None),
    ]
    assert Columns(Symbol, ["f", "g"]).column("weak") == (False, False)


def test_names_side_by_side_are_told_from_names_that_are_not() -> None:
    def names(window: str, *starts: int) -> list[str] | None:
        return side_by_side(window.split("\0"), struct.pack(f"<{len(starts)}I", *starts))

    window = "ab\0c\0\0d\0"
    assert names(window, 70, 73, 75, 76) == ["ab", "c", "", "d"]
    assert names(window, 70, 73, 76, 76) is None  # two names in one place
    assert names(window, 70, 73, 76) is None  # something lies between
    assert names(window[:-1], 70, 73, 75, 76) is None  # the last has no end
    assert names(window, 70, 73 + (1 << 16), 75 - 1, 76) is None
    assert names("ab\0", 70) == ["ab"]


def test_pieces_that_were_read_are_not_read_again(opened: Callable[[], Pages], monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    monkeypatch.setattr(Pages, "_read", lambda self, begin, end: (reads.append(begin), DATA[begin:end])[1])
    pages = opened()
    for begin in (100_000, 200_000, 0, 100_004, 200_500):
        assert pages[begin : begin + 8] == DATA[begin : begin + 8]
    assert reads == [100_000, 200_000]
    pages.close()


def test_tables_that_lie_close_together_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.dll"
    needs, exports = [("a.dll", ["f", 7, "g"])], ["b", "c"]
    path.write_bytes(pe(needs=needs, exports=exports, name="x.dll", file_version=(1, 2, 3, 4), padding_bytes=300_000))
    reads, read = [], Pages._read
    monkeypatch.setattr(Pages, "_read", lambda self, *span: (reads.append(span), read(self, *span))[1])
    image = read_image(path, symbols=True)
    assert (len(image.imports[0].symbols), len(image.exports), image.file_version) == (3, 2, (1, 2, 3, 4))
    assert len(reads) == 1
