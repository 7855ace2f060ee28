"""What glibc says of files that are not what they should be, asked for by path: the model's text against `dlerror`."""

from __future__ import annotations

import os
import platform
import struct
from pathlib import Path

import pytest

from tests.oracles.glibc.oracle import Answer, both
from tests.oracles.glibc.worlds import LARGE, dynamic_section, with_dynamic
from tests.support.gcc import SharedObject

pytestmark = pytest.mark.oracle("gcc")

# Offset in the header, bytes put there: e_ident first, then e_type, e_machine, e_version, e_phoff, e_phentsize.
PATCHES = {
    "class": (4, b"\x01"),
    "class that does not exist": (4, b"\x07"),
    "byte order": (5, b"\x02"),
    "version of the header": (6, b"\x02"),
    "OS ABI": (7, b"\x09"),
    "GNU OS ABI": (7, b"\x03\x03"),
    "GNU OS ABI of the future": (7, b"\x03\x04"),
    "ABI version": (8, b"\x01"),
    "padding": (12, b"\x01"),
    "relocatable": (16, b"\x01"),
    "executable": (16, b"\x02"),
    "core dump": (16, b"\x04"),
    "machine": (18, b"\xb7"),
    "version": (20, b"\x02"),
    "program headers behind the end": (33, b"\xf0"),
    "size of a program header": (54, b"\x20"),
    "magic": (3, b"G"),
}


def agree(name: str, directory: Path) -> Answer:
    predicted, observed = both(name, directory=directory)
    assert predicted == observed
    return observed


@pytest.mark.parametrize("patch", PATCHES)
def test_a_header_that_is_wrong_in_one_place(patch: str, tmp_path: Path) -> None:
    offset, value = PATCHES[patch]
    data = bytearray(SharedObject(soname="liba.so").bytes())
    data[offset : offset + len(value)] = value
    (tmp_path / "liba.so").write_bytes(data)
    for name in ("./liba.so", str(tmp_path / "liba.so")):
        answer = agree(name, tmp_path)
        assert (answer.error is None) is (patch == "GNU OS ABI")


@pytest.mark.parametrize("changed", [{"size_bytes": 0}, {"address": 0}], ids=str)
def test_a_dynamic_section_that_is_none(changed: dict[str, int], tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(with_dynamic(SharedObject(soname="liba.so").bytes(), **changed))
    assert agree("./liba.so", tmp_path).error == "./liba.so: object file has no dynamic section"


@pytest.mark.parametrize("size", [0, 3, 40, 63, 64, 100, 300, 5000, 40000])
def test_a_file_that_was_cut_short(size: int, tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(LARGE.bytes()[:size])
    assert agree("./liba.so", tmp_path).error == (
        "./liba.so: file too short" if size < 64 else "./liba.so: cannot read file data" if size <= 300 else "Bus error"
    )


@pytest.mark.parametrize(
    "text", ["x", "INPUT(libreal.so.1)\n", "version https://git-lfs.github.com/spec/v1\n" * 3, "\0" * 999]
)
def test_a_file_that_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_text(text)
    what = "file too short" if len(text) < 64 else "invalid ELF header"
    assert agree("./liba.so", tmp_path).error == f"./liba.so: {what}"


FOREIGN = {
    "PE": b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0\x64\x86",
    "thin Mach-O": bytes.fromhex("cffaedfe0c000001"),
    "fat Mach-O": bytes.fromhex("cafebabe00000002"),
    "archive": b"!<arch>\n",
    "Java class": bytes.fromhex("cafebabe00000041"),
}


@pytest.mark.parametrize("size", [24, 64, 400])
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_of_another_system_that_is_broken_besides(kind: str, size: int, tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(FOREIGN[kind].ljust(400, b"\0")[:size])
    text = "file too short" if size < 64 else "invalid ELF header"
    assert agree("./liba.so", tmp_path).error == f"./liba.so: {text}"


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "directory.so").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "circle.so").symlink_to("circle.so")
    (tmp_path / "dangling.so").symlink_to("nowhere.so")
    missing = "cannot open shared object file"
    for name in ("./file/", "./file/.", "./file/..", "./file/../file"):
        assert agree(name, tmp_path).error == f"{name}: {missing}: Not a directory"
    assert agree("./directory.so", tmp_path).error == "./directory.so: cannot read file data: Is a directory"
    assert agree("./file/liba.so", tmp_path).error == f"./file/liba.so: {missing}: Not a directory"
    assert agree("./circle.so", tmp_path).error == f"./circle.so: {missing}: Too many levels of symbolic links"
    assert agree("./dangling.so", tmp_path).error == f"./dangling.so: {missing}: No such file or directory"
    assert agree("./" + "x" * 300, tmp_path).error == f"./{'x' * 300}: {missing}: File name too long"
    assert agree("x" * 300, tmp_path).error == f"{'x' * 300}: {missing}: File name too long"


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("nodlopen", "shared object cannot be dlopen()ed"),
        ("execstack", None),
        ("noexecstack", None),
    ],
)
def test_what_the_linker_was_asked_for(option: str, text: str | None, tmp_path: Path) -> None:
    """An executable stack is granted by glibc before 2.41 and refused after; both sides of this test follow."""
    (tmp_path / "liba.so").write_bytes(SharedObject(soname="liba.so", options=("-z", option)).bytes())
    answer = agree("./liba.so", tmp_path)
    if option == "nodlopen":
        assert answer.error == f"./liba.so: {text}"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="a property of x86 files")
@pytest.mark.parametrize(("bits", "fits"), [(0x1, True), (0x10, False), (0x11, False)])
def test_a_cpu_level_that_does_not_exist(bits: int, fits: bool, tmp_path: Path) -> None:
    """`-z x86-64-v2` in the note, and then a level that no CPU has: what every CPU here has depends on the computer."""
    marked = SharedObject(soname="liba.so", options=("-z", "x86-64-v2")).bytes()
    note = struct.pack("<III", 0xC0008002, 4, 2)
    assert marked.count(note) == 1
    (tmp_path / "liba.so").write_bytes(marked.replace(note, struct.pack("<III", 0xC0008002, 4, bits)))
    answer = agree("./liba.so", tmp_path)
    assert answer.error == (None if fits else "./liba.so: CPU ISA level is lower than required")


def test_messages_of_a_dependency_name_it_as_it_was_asked_for(tmp_path: Path) -> None:
    """While candidates are sought a message opens with the path, once one is chosen with the name."""
    (tmp_path / "libb.so").write_bytes(SharedObject(soname="libb.so", options=("-z", "nodlopen")).bytes())
    (tmp_path / "liba.so").write_bytes(SharedObject(needed=("libb.so",), runpath="$ORIGIN").bytes())
    assert agree("./liba.so", tmp_path).error == "libb.so: shared object cannot be dlopen()ed"
    (tmp_path / "libb.so").write_bytes(b"")
    assert agree("./liba.so", tmp_path).error == f"{tmp_path}/./libb.so: file too short"


@pytest.mark.parametrize(
    "name", ["", "libc.so.6", "linux-vdso.so.1", "ld-linux-x86-64.so.2", "/proc/self/exe", "/bin/ls"]
)
def test_what_every_process_has(name: str, tmp_path: Path) -> None:
    agree(name, tmp_path)


def test_no_segments(tmp_path: Path) -> None:
    data = bytearray(SharedObject(soname="liba.so").bytes())
    data[56:58] = bytes(2)  # e_phnum
    (tmp_path / "liba.so").write_bytes(data)
    assert agree("./liba.so", tmp_path).error == "./liba.so: object file has no loadable segments"


def test_an_offset_that_does_not_fit(tmp_path: Path) -> None:
    """Of the second segment, which begins at another place in its page of memory than in that of the file."""
    data = bytearray(SharedObject(soname="liba.so", defines=("f",), uses=("f",)).bytes())
    (offset,) = struct.unpack_from("<Q", data, 64 + 56 + 8)
    struct.pack_into("<Q", data, 64 + 56 + 8, offset - 8)
    (tmp_path / "liba.so").write_bytes(data)
    assert "address/offset not" in str(agree("./liba.so", tmp_path).error)


def test_the_null_device(tmp_path: Path) -> None:
    (tmp_path / "liba.so").symlink_to("/dev/null")
    assert agree("./liba.so", tmp_path).error == "./liba.so: file too short"


@pytest.mark.parametrize("patch", ["byte order", "version of the header", "OS ABI", "padding", "version", "magic"])
def test_what_else_is_wrong_with_a_file_for_another_machine(patch: str, tmp_path: Path) -> None:
    """Debian asks the machine before some of it; upstream afterwards. Both sides of this test follow."""
    data = bytearray(SharedObject(soname="liba.so").bytes())
    for offset, value in (PATCHES["machine"], PATCHES[patch]):
        data[offset : offset + len(value)] = value
    (tmp_path / "liba.so").write_bytes(data)
    assert agree("./liba.so", tmp_path).error is not None


@pytest.mark.parametrize("source", ["", "int cleared[99];", "int filled[4] = {1}; int *held = filled;"])
def test_a_file_that_was_cut_in_its_last_pages(source: str, tmp_path: Path) -> None:
    """What lies behind the file's end in its last page reads as zeros; pages behind that may not be touched."""
    whole = SharedObject(soname="liba.so", defines=("f",), source=source).bytes()
    start, end = dynamic_section(whole)
    verdicts = set()
    for size in (start - 200, start, start + 16, end - 40, end, end + 8, len(whole) - 1):
        (tmp_path / "liba.so").write_bytes(whole[:size])
        verdicts.add(agree("./liba.so", tmp_path).error)
        os.remove(tmp_path / "liba.so")
    assert None in verdicts
    assert "Segmentation fault" in verdicts


def test_a_library_that_was_cut_before_its_dynamic_section_ends_the_process_after_all_else(tmp_path: Path) -> None:
    """Its page reads as zeros, at which glibc stumbles when it relocates: what is not found is said before."""
    whole = SharedObject(soname="libcut.so", defines=("f",)).bytes()
    (tmp_path / "libcut.so").write_bytes(whole[: dynamic_section(whole)[0] - 200])
    for name, needed, error in (
        ("liba.so", ("libcut.so",), "Segmentation fault"),
        ("libb.so", ("libcut.so", "libabsent.so"), "libabsent.so: cannot open shared object file: No such file or"),
    ):
        (tmp_path / name).write_bytes(SharedObject(soname=name, needed=needed, runpath=str(tmp_path)).bytes())
        assert (agree(f"./{name}", tmp_path).error or "").startswith(error)
