"""Mach-O files: load commands, slices. No real dyld is to be had here; LIEF reads the same in what we build."""

from __future__ import annotations

import struct
import zipfile
from contextlib import suppress
from functools import cache
from typing import Any

import lief
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.downloads import wheel
from tests.support.images import fat, macho
from tests.support.macho_images import LAZY, LOAD, REEXPORT, UPWARD, WEAK
from wontload.binary import Defect, Format, Import, MalformedImage, parse_image
from wontload.binary.macho_bindings import WEAK_LOOKUP, _run, read_bound
from wontload.binary.macho_layout import Command, Slice, read_layout, read_slices
from wontload.binary.source import Source

DYLIB = macho(
    name="@rpath/libme.1.dylib",
    dylibs=[(LOAD, "/usr/lib/libSystem.B.dylib"), (WEAK, "w"), (REEXPORT, "r"), (UPWARD, "u"), (LAZY, "l")],
    rpaths=["@loader_path", "@executable_path/../lib"],
    minimum_os=(11, 0, 3),
)


def test_load_commands() -> None:
    image = parse_image(DYLIB, "libme.dylib")
    assert (image.format, image.architecture, image.bits, image.is_library) == (Format.MACHO, "aarch64", 64, True)
    assert image.needed == (
        Import("/usr/lib/libSystem.B.dylib"),
        Import("w", weak=True),
        Import("r"),
        Import("u"),
        Import("l", delayed=True),
    )
    assert image.imports == image.needed
    assert image.soname == "@rpath/libme.1.dylib"
    assert image.rpath == ("@loader_path", "@executable_path/../lib")
    assert (image.minimum_os, image.slices) == ((11, 0, 3), ())


def test_a_bundle_without_rpaths() -> None:
    image = parse_image(macho(), "x.so")
    assert (image.soname, image.rpath, image.minimum_os, image.is_library) == (None, None, None, True)


def test_slices() -> None:
    data = fat(macho(machine="x86_64", rpaths=["x"]), macho(machine="aarch64", rpaths=["a"]), macho(machine="arm64e"))
    first, chosen = parse_image(data, "x.so"), parse_image(data, "x.so", architecture="aarch64")
    assert first.slices == ("x86_64", "aarch64", "arm64e")
    assert (first.architecture, first.rpath) == ("x86_64", ("x",))
    assert (chosen.architecture, chosen.rpath) == ("aarch64", ("a",))
    with pytest.raises(MalformedImage, match="no slice for ppc"):
        parse_image(data, "x.so", architecture="ppc")


@pytest.mark.parametrize(("data", "part"), [(DYLIB[:100], "headers"), (fat(DYLIB)[:-1], "slices")])
def test_a_file_cut_short(data: bytes, part: str) -> None:
    with pytest.raises(MalformedImage) as caught:
        parse_image(data, "x.dylib")
    assert (caught.value.defect, caught.value.part) == (Defect.TRUNCATED, part)


def test_a_segment_behind_the_end() -> None:
    with pytest.raises(MalformedImage) as caught:
        parse_image(macho(padding_bytes=500)[:-1], "x.dylib")
    assert (caught.value.defect, caught.value.part) == (Defect.TRUNCATED, "segments")


def test_a_java_class_is_no_fat_file() -> None:
    with pytest.raises(MalformedImage) as caught:
        parse_image(b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(100), "A.class")
    assert (caught.value.defect, caught.value.content) == (Defect.NOT_NATIVE, "unknown")


@cache
def real_files(name: str) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(wheel(name)) as archive:
        return [(one, archive.read(one)) for one in archive.namelist() if one.endswith((".so", ".dylib"))]


@pytest.mark.parametrize("name", ["pillow-macos", "pyzmq-macos", "h5py-macos", "xgboost-macos"])
def test_what_dyld_binds_is_what_the_symbol_table_says(name: str) -> None:
    """Real files with chained fix-ups and with binding opcodes, as LIEF reads both."""
    for path, data in real_files(name):
        fat: Any = lief.MachO.parse(data)
        for index, one in enumerate(read_slices(Source(data, path)) or (Slice("", 0, len(data)),)):
            source = Source(data, path)
            layout = read_layout(source, one)
            ours = {(bound.ordinal, bound.symbol.name) for bound in read_bound(source, layout)}
            theirs = {
                (bound.library_ordinal & 0xFF, bound.symbol.name)
                for bound in fat.at(index).bindings
                if bound.has_symbol and bound.library_ordinal != WEAK_LOOKUP and not is_weak(bound)
            }
            assert ours == theirs, path
            assert len(ours) > 3


def is_weak(bound: Any) -> bool:
    return isinstance(bound, lief.MachO.DyldBindingInfo) and bound.binding_class == bound.CLASS.WEAK


@pytest.mark.parametrize("name", ["pillow-macos", "xgboost-macos"])
def test_a_file_without_a_symbol_table_says_what_it_takes(name: str) -> None:
    path, data = real_files(name)[0]
    whole = parse_image(data, path)
    layout = read_layout(Source(data, path), (read_slices(Source(data, path)) or (Slice("", 0, len(data)),))[0])
    command = next(layout.of(Command.DYSYMTAB))
    stripped = data.replace(command, command[:24] + bytes(8) + command[32:])
    assert stripped != data
    bare = parse_image(stripped, path)
    taken = [{(one.library, symbol.name) for one in image.imports for symbol in one.symbols} for image in (whole, bare)]
    assert taken[1]
    assert taken[1] <= taken[0]


def test_a_library_may_say_in_flags_how_it_is_used() -> None:
    """dylib_use_command: the marker stands where a time stamp was, the flags where the name began."""
    data = macho(dylibs=[(LOAD, "/usr/lib/a.dylib"), (LOAD, "/usr/lib/b.dylib")])
    plain = parse_image(data, "x")
    for name, flags in (("a", 1), ("b", 2)):
        at = data.index(f"/usr/lib/{name}.dylib".encode())
        size = int.from_bytes(data[at - 20 : at - 16], "little")
        text = data[at : at - 24 + size][:-4]
        fields = struct.pack("<IIIII", 28, 0x1A741800, 0, 0, flags)
        data = data[: at - 16] + fields + text + data[at - 24 + size :]
    used = parse_image(data, "x")
    assert [(one.library, one.weak) for one in used.needed] == [("/usr/lib/a.dylib", True), ("/usr/lib/b.dylib", False)]
    assert (plain.reexports, used.reexports) == ((), ("/usr/lib/b.dylib",))


@given(st.binary(max_size=200), st.booleans())
def test_binding_opcodes_of_any_kind_come_to_an_end(program: bytes, ends: bool) -> None:
    assert len(list(_run(program, ends))) <= len(program)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_chained_fixups_changed_at_random(data: st.DataObject) -> None:
    path, whole = real_files("xgboost-macos")[0]
    layout = read_layout(Source(whole, path), Slice("", 0, len(whole)))
    (start, size) = layout.numbers(next(layout.of(Command.DYLD_CHAINED_FIXUPS)), 2)
    at = start + data.draw(st.integers(0, min(size, 200)))
    changed = whole[:at] + data.draw(st.binary(min_size=1, max_size=8)) + whole[at + 8 :]
    with suppress(MalformedImage):
        read_bound(Source(changed, path), layout)
