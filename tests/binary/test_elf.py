"""ELF files: what a loader would make of them, through program headers alone (built files have no section headers)."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import pytest

from tests.support.images import elf
from wontload.binary import Defect, Export, Import, MalformedImage, Symbol, VersionNeeded, parse_image, read_image

DF_1_PIE = 0x08000000


def test_the_dynamic_section() -> None:
    image = parse_image(
        elf(
            needed=["b.so", "a.so"],
            soname="me.so.1",
            rpath="/a:$ORIGIN",
            runpath="",
            flags_1=8,
            interpreter="/lib/ld.so",
            os_abi=3,
        ),
        "me.so",
    )
    assert image.needed == (Import("b.so"), Import("a.so"))
    assert (image.soname, image.rpath, image.runpath) == ("me.so.1", ("/a", "$ORIGIN"), ("",))
    assert (image.flags_1, image.interpreter, image.os_abi, image.is_library) == (8, "/lib/ld.so", 3, True)
    bare = parse_image(elf(), "bare.so")
    assert (bare.needed, bare.soname, bare.rpath, bare.runpath, bare.interpreter) == ((), None, None, None, None)


@pytest.mark.parametrize("machine", ["x86_64", "x86", "s390x"], ids=["64 bits", "32 bits", "big-endian"])
def test_symbols_and_versions(machine: str) -> None:
    image = parse_image(
        elf(
            undefined=["plain", ("printf", "libc.so.6", "GLIBC_2.2.5")],
            versions_needed=[("libc.so.6", "GLIBC_2.38"), ("libm.so.6", "GLIBC_2.29")],
            exports=["mine", ("other", "V_2")],
            versions_defined=["me.so", "V_1"],
            machine=machine,
        ),
        "me.so",
    )
    assert image.architecture == machine
    assert image.undefined == (Symbol("plain"), Symbol("printf", version="GLIBC_2.2.5"))
    assert set(image.bindings.eager) == set(image.undefined)
    assert image.exports == (Export("mine"), Export("other", version="V_2"))
    assert image.versions_defined == ("me.so", "V_1", "V_2")
    assert image.versions_needed == (
        VersionNeeded("libc.so.6", "GLIBC_2.2.5"),
        VersionNeeded("libc.so.6", "GLIBC_2.38"),
        VersionNeeded("libm.so.6", "GLIBC_2.29"),
    )


@pytest.mark.parametrize("asks", [True, False, None])
def test_the_stack(asks: bool | None) -> None:
    assert parse_image(elf(executable_stack=asks), "x.so").executable_stack is asks


def test_executables() -> None:
    fixed = parse_image(elf(elf_type=2), "x")
    assert (fixed.is_library, fixed.elf_type) == (False, 2)
    assert parse_image(elf(flags_1=DF_1_PIE), "x").flags_1 & DF_1_PIE


def test_a_machine_without_a_name_is_its_number() -> None:
    assert parse_image(elf(machine=0x1234), "x.so").architecture == "0x1234"


# What glibc says to each is in test_the_real_loader_tells_these_apart.
@pytest.mark.parametrize(
    ("size", "part"),
    [(20, "ELF header"), (63, "ELF header"), (64, "program headers"), (300, "dynamic section"), (-8000, "segments")],
)
def test_a_file_cut_short(size: int, part: str) -> None:
    data = elf(needed=["a.so"], undefined=["f"], padding_bytes=9000)
    with pytest.raises(MalformedImage) as caught:
        parse_image(data[:size], "x.so")
    assert (caught.value.defect, caught.value.part) == (Defect.TRUNCATED, part)


def test_a_file_that_lacks_nothing_a_loader_looks_at() -> None:
    """The rest of the last page reads as zeros, and nothing leads to the pages behind it."""
    data = elf(needed=["a.so"], padding_bytes=9000)
    for size in (len(data) - 1, len(data) - 8000):
        image = parse_image(data[:size], "x.so")
        assert ([one.library for one in image.needed], image.size_bytes) == (["a.so"], size)


def test_a_file_whose_headers_promise_the_moon_is_not_completed() -> None:
    data = bytearray(elf(needed=["a.so"], padding_bytes=9000))
    struct.pack_into("<Q", data, 64 + 32, 1 << 40)  # p_filesz
    with pytest.raises(MalformedImage) as caught:
        parse_image(bytes(data), "x.so")
    assert (caught.value.defect, caught.value.part) == (Defect.TRUNCATED, "segments")


def test_a_string_outside_its_table() -> None:
    data = elf(needed=["a.so"])
    at = data.rindex(struct.pack("<QQ", 1, 1))
    with pytest.raises(MalformedImage) as caught:
        parse_image(data[: at + 8] + struct.pack("<Q", 1 << 40) + data[at + 16 :], "x.so")
    assert caught.value.defect is Defect.CORRUPT


@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("style", ["gnu", "sysv", "both"])
@pytest.mark.parametrize("source", ["extern int u(void); int e(void) { return u(); }", "extern int u; int *p;"])
def test_hash_tables(style: str, source: str, tmp_path: Path) -> None:
    """The number of symbols is nowhere but in the hash tables, and GNU's says nothing when it is empty."""
    hidden = "extern int u; static int *p = &u; __attribute__((constructor)) static void f(void) { *p = 1; }"
    for name, text in (("some", source), ("none", hidden)):
        path = tmp_path / f"{name}.so"
        command = ["gcc", "-shared", "-fPIC", "-nostdlib", f"-Wl,--hash-style={style}", "-x", "c", "-", "-o", str(path)]
        subprocess.run(command, input=text.encode(), check=True)
        image = read_image(path)
        listed = subprocess.run(["nm", "-D", str(path)], capture_output=True, text=True, check=True).stdout.split("\n")
        assert [one.name for one in image.undefined] == [line.split()[-1] for line in listed if " U " in line]
        assert {one.name for one in image.exports} == {line.split()[-1] for line in listed if line[:1].isdigit()}


@pytest.mark.oracle("gcc")
def test_the_abi_note_names_the_oldest_kernel(tmp_path: Path) -> None:
    path = tmp_path / "program"
    subprocess.run(["gcc", "-x", "c", "-", "-o", str(path)], input=b"int main(void) { return 0; }", check=True)
    image = read_image(path)
    assert image.minimum_os is not None
    assert image.minimum_os >= (2, 6)
    assert image.interpreter == os.fsdecode(b"/lib64/ld-linux-x86-64.so.2") or image.architecture != "x86_64"


@pytest.mark.oracle("gcc")
def test_static_tls_and_its_size(tmp_path: Path) -> None:
    """What a compiler writes for `-ftls-model=initial-exec`; without the option there is size, and no demand."""
    source = "__thread char block[100]; char *give(void) { return block; }"
    found = []
    for model in ("initial-exec", "global-dynamic"):
        path = tmp_path / f"{model}.so"
        command = ["gcc", "-x", "c", "-shared", "-fPIC", f"-ftls-model={model}", "-", "-o", str(path)]
        subprocess.run(command, input=source, text=True, check=True)
        image = read_image(str(path))
        found.append((image.static_tls, image.tls_bytes))
    assert found == [(True, 100), (False, 100)]


PT_LOAD, PT_GNU_STACK, HEADER_BYTES = 1, 0x6474E551, 56


def _divided(content: bytes, at: int, *, second: bool) -> bytes:
    """The same file with its segment ended at an offset; the rest is another segment, or in none."""
    data = bytearray(content)
    for start in range(64, 64 + HEADER_BYTES * int.from_bytes(data[56:58], "little"), HEADER_BYTES):
        (kind,) = struct.unpack_from("<I", data, start)
        if kind == PT_LOAD:
            struct.pack_into("<QQ", data, start + 32, at, at)
        elif kind == PT_GNU_STACK and second:
            rest = len(data) - at
            struct.pack_into("<IIQQQQQQ", data, start, PT_LOAD, 6, at, at, at, rest, rest, 0x1000)
    return bytes(data)


@pytest.mark.parametrize("second", [True, False], ids=["a second segment", "the rest of the page"])
def test_tables_that_go_on_where_their_segment_ends(second: bool) -> None:
    """As patchelf leaves them in programs; the loader maps whole pages, and finds the next segment right behind."""
    content = elf(soname="me.so.1", needed=[f"lib{number}.so" for number in range(40)])
    cut = _divided(content, content.index(b"lib20.so\0"), second=second)
    assert parse_image(cut, "me.so").needed == parse_image(content, "me.so").needed
    assert (parse_image(cut, "me.so").soname, len(parse_image(cut, "me.so").needed)) == ("me.so.1", 40)


def test_an_empty_hash_table_offers_nothing_whatever_lies_behind_the_symbols() -> None:
    data = bytearray(elf(exports=["one", "two", "three", "four"]))
    tag = data.index(struct.pack("<Q", 4), data.index(b"three"))
    (address,) = struct.unpack_from("<Q", data, tag + 8)
    struct.pack_into("<Q", data, tag, 0x6FFFFEF5)
    struct.pack_into("<IIIIQI", data, address, 1, 1, 1, 0, 0, 0)
    image = parse_image(bytes(data), "me.so")
    assert (image.exports, image.plain_names) == ((), frozenset())
