"""Mach-O files: load commands, slices. No real dyld is to be had here; LIEF reads the same in what we build."""

from __future__ import annotations

import pytest

from tests.support.images import fat, macho
from tests.support.macho_images import LAZY, LOAD, REEXPORT, UPWARD, WEAK
from wontload.binary import Defect, Format, Import, MalformedImage, parse_image

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
