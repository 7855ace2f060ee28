"""PE files: what a loader would make of them, table by table."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.images import SHARED, pe
from tests.support.pe_images import SECTION_OFFSET, SECTION_RVA
from wontload.binary import Defect, Export, Import, MalformedImage, Symbol, parse_image
from wontload.binary.pe_exports import _marked
from wontload.binary.pe_layout import read_layout
from wontload.binary.pe_view import PEView
from wontload.binary.source import Source


def patched(data: bytes, offset: int, content: bytes) -> bytes:
    return data[:offset] + content + data[offset + len(content) :]


def directory_offset(data: bytes, index: int) -> int:
    """Where the headers of a 64-bit file have a data directory."""
    assert struct.unpack_from("<H", data, 64 + 24) == (0x20B,)
    return 64 + 24 + 112 + 8 * index


def import_descriptor(data: bytes, index: int) -> int:
    (rva,) = struct.unpack_from("<I", data, directory_offset(data, 1))
    return rva - SECTION_RVA + SECTION_OFFSET + 20 * index


def test_libraries_in_file_order_the_delayed_last() -> None:
    image = parse_image(pe(needs=["b.dll", "a.dll"], delays=["c.dll"]), "x.dll")
    assert image.needed == (Import("b.dll"), Import("a.dll"), Import("c.dll", delayed=True))
    assert [one.library for one in image.eager] == ["b.dll", "a.dll"]
    assert [one.library for one in image.delayed] == ["c.dll"]


@pytest.mark.parametrize("machine", ["x86", "x86_64"])
@pytest.mark.parametrize("old_delays", [False, True])
def test_names_and_ordinals(machine: str, old_delays: bool) -> None:
    symbols: list[str | int] = ["f", 7, "_Z1gv", 65535]
    data = pe(needs=[("a.dll", symbols)], delays=[("d.dll", symbols)], machine=machine, old_delays=old_delays)
    expected = (Symbol("f"), Symbol(None, 7), Symbol("_Z1gv"), Symbol(None, 65535))
    assert [one.symbols for one in parse_image(data, "x.dll").imports] == [expected, expected]


def test_a_library_from_which_nothing_is_taken_is_not_loaded() -> None:
    image = parse_image(pe(needs=[("unused.dll", []), "used.dll"]), "x.dll")
    assert [one.library for one in image.needed] == ["used.dll"]
    assert [one.library for one in image.imports] == ["used.dll"]


@pytest.mark.parametrize("field", [12, 16], ids=["no name", "no address table"])
def test_the_table_ends_where_loaders_end(field: int) -> None:
    data = pe(needs=["a.dll", "b.dll", "c.dll"])
    data = patched(data, import_descriptor(data, 1) + field, bytes(4))
    assert [one.library for one in parse_image(data, "x.dll").needed] == ["a.dll"]


def test_the_directorys_size_is_not_consulted() -> None:
    data = pe(needs=["a.dll", "b.dll"])
    data = patched(data, directory_offset(data, 1) + 4, struct.pack("<I", 1))
    assert [one.library for one in parse_image(data, "x.dll").needed] == ["a.dll", "b.dll"]


def test_without_a_lookup_table_the_address_table_tells() -> None:
    data = pe(needs=[("a.dll", ["f", 3])])
    data = patched(data, import_descriptor(data, 0), bytes(4))
    assert parse_image(data, "x.dll").imports[0].symbols == (Symbol("f"), Symbol(None, 3))


def test_a_bound_address_table_is_not_read() -> None:
    data = pe(needs=[("a.dll", ["f"])])
    (table,) = struct.unpack_from("<I", data, import_descriptor(data, 0) + 16)
    data = patched(data, table - SECTION_RVA + SECTION_OFFSET, struct.pack("<Q", 0x7FFE00001234))
    assert parse_image(data, "x.dll").imports[0].symbols == (Symbol("f"),)


def test_many_symbols_of_one_library() -> None:
    names = [f"symbol_{number}" for number in range(20_000)]
    image = parse_image(pe(needs=[("big.dll", names), ("a.dll", [1])], exports=names), "x.dll")
    assert [one.name for one in image.imports[0].symbols] == names
    assert set(image.exports_by_name) == set(names)


def test_names_beyond_ascii_keep_their_bytes() -> None:
    image = parse_image(pe(needs=[("größe.dll", ["naïve", "plain"])], exports=["été"]), "x.dll")
    assert image.imports == (Import("größe.dll", symbols=(Symbol("naïve"), Symbol("plain"))),)
    assert "été" in image.exports_by_name


def test_exports_with_holes_forwarders_and_a_nameless_one() -> None:
    image = parse_image(pe(exports=["b", "a", ("f", "NTDLL.RtlF"), 7], name="me.dll"), "x.dll")
    assert image.soname == "me.dll"
    assert image.exports == (Export("a", 2), Export("b", 1), Export("f", 3, "NTDLL.RtlF"), Export(None, 7))


@given(st.integers(0, 2**32 - 1), st.integers(1, 2**26), st.data())
def test_what_may_be_a_forwarder_is_told_by_its_third_byte(start: int, size: int, data: st.DataObject) -> None:
    marked = _marked(start >> 16, start + size >> 16)
    inside = data.draw(st.integers(start, start + size - 1))
    assert marked[inside >> 16 & 0xFF]
    if size <= 0x10000:
        assert marked.count(1) <= 2


def test_what_is_at_hand_of_one_section_is_not_taken_for_another() -> None:
    content = random.Random(1).randbytes(0x5000)
    sections = ((0x3000, 0x1000, 0x3000, 0x400), (0x1000, 0x2000, 0x1000, 0x3600))  # the second lies within the first
    layout = read_layout(Source(pe(), "x.dll"))._replace(rows=sections, starts=(0, 0x1000, 0x2000))
    view = PEView(Source(content, "x.dll"), layout)
    view.keep(0x1004, 0x2000)
    assert view.bytes_at(0x1000, 8) == content[0x400:0x408]
    assert view.unpack(struct.Struct("<2s"), 0x2003) == (content[0x3603:0x3605],)
    assert view.word(0x2001) == int.from_bytes(content[0x3601:0x3609], "little")


def test_no_exports() -> None:
    image = parse_image(pe(exports=()), "x.dll")
    assert (image.exports, image.soname) == ((), None)
    assert SHARED in parse_image(pe(), "x.dll").exports_by_name


def test_details() -> None:
    image = parse_image(pe(file_version=(14, 38, 33135, 0), dependent_load_flags=0x800, dotnet=1), "x.dll")
    assert image.file_version == (14, 38, 33135, 0)
    assert image.dependent_load_flags == 0x800
    assert (image.has_dotnet, image.is_library, image.bits, image.minimum_os) == (True, True, 64, (6, 1))
    plain = parse_image(pe(library=False, machine="x86", dependent_load_flags=0x200), "x.exe")
    assert (plain.file_version, plain.has_dotnet, plain.is_library, plain.bits) == (None, False, False, 32)
    assert plain.dependent_load_flags == 0x200


@pytest.mark.parametrize(
    ("flags", "machine", "expected"),
    [(1, "x86", True), (9, "x86", True), (3, "x86", False), (2, "x86", False), (0, "x86", False), (1, "x86_64", False)],
)
def test_dotnet_code_for_any_processor(flags: int, machine: str, expected: bool) -> None:
    image = parse_image(pe(machine=machine, dotnet=flags), "x.dll")
    assert (image.has_dotnet, image.any_processor) == (True, expected)


@pytest.mark.parametrize(
    ("machine", "chpe", "architecture"),
    [
        (0x8664, False, "x86_64"),
        (0x8664, True, "arm64ec"),
        (0xAA64, False, "aarch64"),
        (0xAA64, True, "arm64x"),
        (0x200, False, "0x200"),
    ],
)
def test_architectures(machine: int, chpe: bool, architecture: str) -> None:
    assert parse_image(pe(machine=machine, chpe=chpe), "x.dll").architecture == architecture


def test_a_file_cut_short_says_what_was_promised() -> None:
    data = pe(needs=["a.dll"], padding_bytes=5000)
    with pytest.raises(MalformedImage) as caught:
        parse_image(data[:-1], "x.dll")
    assert (caught.value.defect, caught.value.part) == (Defect.TRUNCATED, "sections")
    assert caught.value.what == f"its headers promise {len(data)} bytes and the file has {len(data) - 1}"
    assert parse_image(data + b"a signature, or anything", "x.dll").needed == (Import("a.dll"),)


@pytest.mark.parametrize("size", [2, 63, 64, 80, 300, 367])
def test_headers_cut_short(size: int) -> None:
    with pytest.raises(MalformedImage) as caught:
        parse_image(pe()[:size], "x.dll")
    assert (caught.value.defect, caught.value.part) == (Defect.TRUNCATED, "headers")


def test_a_broken_delay_import_takes_nothing_from_the_others() -> None:
    """No loader looks at it before it is called."""
    data = pe(needs=["a.dll"], delays=["b.dll", "c.dll"])
    (rva,) = struct.unpack_from("<I", data, directory_offset(data, 13))
    data = patched(data, rva - SECTION_RVA + SECTION_OFFSET + 32 + 4, struct.pack("<I", 0x7FFFFFFF))
    assert [one.library for one in parse_image(data, "x.dll").needed] == ["a.dll", "b.dll"]


def test_an_import_directory_outside_the_image() -> None:
    data = pe(needs=["a.dll"])
    data = patched(data, directory_offset(data, 1), struct.pack("<I", 0x700000))
    with pytest.raises(MalformedImage) as caught:
        parse_image(data, "x.dll")
    assert caught.value.defect is Defect.CORRUPT


def test_memory_behind_the_raw_data_is_zero() -> None:
    """A table may end where the file's part of a section ends, when the section goes on in memory."""
    data = pe(needs=["a.dll"])
    start = len(data) - 20
    data = patched(data, start, data[import_descriptor(data, 0) : import_descriptor(data, 0) + 20])
    data = patched(data, directory_offset(data, 1), struct.pack("<I", start - SECTION_OFFSET + SECTION_RVA))
    assert [one.library for one in parse_image(data, "x.dll").needed] == ["a.dll"]


@pytest.mark.parametrize("machine", ["x86", "x86_64"])
def test_an_image_says_how_much_room_its_sections_take(machine: str) -> None:
    """SizeOfImage counts in whole pages; less than the sections take, or nothing, is no image."""
    data = pe(machine=machine, padding_bytes=0x2100)
    offset = 64 + 24 + 56  # of the field, in PE32 and PE32+
    (size,) = struct.unpack_from("<I", data, offset)
    assert size == 0x4000
    for sound in (size + 0x1000, size, size - 0xFFF):
        assert parse_image(patched(data, offset, struct.pack("<I", sound)), "x.dll").is_library
    for short, words in ((size - 0x1000, "sections reach to 0x3200"), (1, "it ends at 0x1"), (0, "no room in memory")):
        with pytest.raises(MalformedImage, match=words) as caught:
            parse_image(patched(data, offset, struct.pack("<I", short)), "x.dll")
        assert (caught.value.defect, caught.value.part) == (Defect.CORRUPT, "optional header")


ENTRY_POINT, SECTION = 64 + 24 + 16, 64 + 24 + 240  # of a 64-bit file: the field, and the first section's header


@pytest.mark.parametrize(
    ("entry", "patch", "defect"),
    [
        (0, None, ""),
        (SECTION_RVA, None, ""),
        (SECTION_RVA, (36, b"\x40\0\0\x40"), "its entry point lies in a section that may not be executed"),
        (SECTION_RVA, (16, bytes(8)), "its entry point lies where the file has no bytes"),
        (SECTION_RVA + 0x800, None, "its entry point lies where the file has no bytes"),
        (SECTION_RVA - 1, None, "its entry point lies in none of its sections"),
        (SECTION_RVA + 0x1000, None, "its entry point lies in none of its sections"),
    ],
)
def test_whether_anything_can_run_at_the_entry_point(entry: int, patch: tuple[int, bytes] | None, defect: str) -> None:
    data = patched(pe(exports=()), ENTRY_POINT, struct.pack("<I", entry))
    if patch is not None:
        data = patched(data, SECTION + patch[0], patch[1])
    assert parse_image(data, "x.dll").entry_defect == defect


def test_a_section_begins_with_a_page() -> None:
    """ "PE Format", "VirtualAddress" under "SectionAlignment": a multiple of it."""
    with pytest.raises(MalformedImage, match="begins within a page"):
        parse_image(patched(pe(), SECTION + 12, struct.pack("<I", SECTION_RVA + 1)), "x.dll")


def test_a_16_bit_program() -> None:
    data = patched(pe(), 64, b"NE\0\0")
    with pytest.raises(MalformedImage) as caught:
        parse_image(data, "x.dll")
    assert (caught.value.defect, caught.value.content) == (Defect.NOT_NATIVE, "16-bit program")


def test_the_linker_says_its_version() -> None:
    assert parse_image(pe(), "x.dll").linker_version == (14, 0)
