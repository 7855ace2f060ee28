"""Archives made to do harm are refused with the member's name; sound ones read as `zipfile` reads them."""

from __future__ import annotations

import io
import pickle
import random
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from wontload.wheels.archive import Archive
from wontload.wheels.bad_archive import BadArchive
from wontload.wheels.central_directory import ENTRY, ENTRY_SIGNATURE

LOCAL = b"PK\x03\x04"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def opened(data: bytes) -> Archive:
    return Archive(io.BytesIO(data), name="demo.whl")


def refused(data: bytes, *words: str) -> BadArchive:
    """Opening the archive and reading all its members is refused, in these words."""
    with pytest.raises(BadArchive) as caught:
        read_all(data)
    for word in words:
        assert word in str(caught.value), str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def read_all(data: bytes) -> None:
    with opened(data) as archive:
        for member in archive.members.values():
            archive.read(member, 1 << 24)


def patched(data: bytes, signature: bytes, offset: int, value: bytes, *, last: bool = False) -> bytes:
    """With bytes put at an offset from the first (or last) place of a signature."""
    at = (data.rfind if last else data.find)(signature) + offset
    return data[:at] + value + data[at + len(value) :]


def in_both_headers(data: bytes, local: int, listed: int, value: bytes) -> bytes:
    return patched(patched(data, LOCAL, local, value), ENTRY_SIGNATURE, listed, value)


def renamed(name: bytes) -> bytes:
    return zipped(("n" * len(name), b"x")).replace(b"n" * len(name), name)


def test_members_come_out_as_they_went_in():
    contents = {
        "a/empty": b"",
        "b.py": b"x = 1\n",
        "c.dll": random.Random(1).randbytes(3 << 20),
        "zeros": bytes(5 << 20),
    }
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        with opened(zipped(*contents.items(), method=method)) as archive:
            assert list(archive.members) == list(contents)
            for name, content in contents.items():
                assert archive.read(archive.members[name], 1 << 23) == content
                assert archive.start(archive.members[name], 10) == content[:10]


def test_any_part_of_a_member_can_be_asked_for_in_any_order():
    source = random.Random(2)
    content = b"".join(source.randbytes(1 << 16) * source.randint(1, 9) for _ in range(40))
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        with opened(zipped(("big.so", content), method=method)) as archive:
            data = archive.data(archive.members["big.so"])
            assert len(data) == len(content)
            for _ in range(40):
                begin = source.randrange(len(content))
                end = begin + source.choice((1, 64, 5000, 300_000, 2_000_000))
                assert data[begin:end] == content[begin:end]
                wanted = content[begin : begin + 1]
                assert data.find(wanted, begin, len(content)) == begin


def test_directories_are_no_members():
    with opened(zipped(("d/", b""), ("d/f", b"1"))) as archive:
        assert list(archive.members) == ["d/f"]


def test_zip64_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    data = patched(zipped(("one", b"1" * 100), ("two", b"2" * 50)), b"PK\x05\x06", 8, b"\xff" * 12)
    with opened(data) as archive:
        assert [archive.read(one, 1000) for one in archive.members.values()] == [b"1" * 100, b"2" * 50]


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 100], ids=["empty", "two bytes", "text"])
def test_what_is_no_archive_is_said(data: bytes):
    refused(data, "demo.whl", "ZIP")


def test_an_archive_without_its_end_was_cut_short():
    refused(zipped(("a", b"1"))[:-1], "cut short")


@pytest.mark.parametrize(
    "name", [b"../evil", b"/etc/evil", b"a/../../evil", b"C:/evil", b"c:evil", b"a//b", b"./a", b".."]
)
def test_a_member_that_leaves_its_place(name: bytes):
    assert refused(renamed(name), "outside the place").member == name.decode()


@pytest.mark.parametrize("name", [b"a\\b", b"a\x1b[31m", b"a\nb", b"a\x00b", b"a\x7f"])
def test_a_name_with_a_control_character_or_backslash(name: bytes):
    refused(renamed(name), "control character or a backslash")


def test_a_name_that_is_not_the_text_it_says():
    data = zipped(("ö" * 3, b"x")).replace("ö".encode(), b"\xff\xfe")
    refused(data, "no UTF-8")


def test_a_name_twice():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped(("same.dll", b"1"), ("same.dll", b"2"))
    refused(data, "'same.dll' is there twice")


def test_a_file_that_is_a_directory_as_well():
    refused(zipped(("a", b"1"), ("a/b", b"2")), "'a/b'", "which is a file")


def test_an_encrypted_member():
    refused(in_both_headers(zipped(("secret.dll", b"1")), 6, 8, b"\x01\x00"), "'secret.dll' is encrypted")


@pytest.mark.parametrize(("method", "word"), [(12, "bzip2"), (93, "Zstandard"), (77, "number 77")])
def test_a_method_that_installers_do_not_know(method: int, word: str):
    refused(in_both_headers(zipped(("odd.dll", b"1")), 8, 10, struct.pack("<H", method)), "'odd.dll'", word)


@pytest.mark.parametrize(("mode", "word"), [(0o120777, "symbolic link"), (0o020666, "device")])
def test_a_member_that_is_no_file(mode: int, word: str):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("link.so")
        info.create_system, info.external_attr = 3, mode << 16
        archive.writestr(info, "/etc/passwd")
    refused(made.getvalue(), "'link.so'", word)


def test_a_promise_that_deflate_cannot_keep():
    data = patched(zipped(("bomb", b"1" * 1000)), ENTRY_SIGNATURE, 24, struct.pack("<L", 1 << 31))
    refused(data, "'bomb' promises 2147483648 bytes")


def test_more_comes_out_than_was_promised():
    data = in_both_headers(zipped(("bomb", bytes(1 << 20))), 22, 24, struct.pack("<L", 70_000))
    refused(data, "'bomb' unpacks to more than the 70000 bytes")


def test_less_comes_out_than_was_promised():
    data = in_both_headers(zipped(("short", bytes(1000))), 22, 24, struct.pack("<L", 2000))
    refused(data, "'short' is damaged")


def test_a_checksum_that_is_not_its_own():
    refused(in_both_headers(zipped(("a", b"1" * 50)), 14, 16, b"\0\0\0\1"), "'a' is damaged")


def test_a_stored_member_of_two_sizes():
    data = zipped(("a", b"1" * 50), method=zipfile.ZIP_STORED)
    refused(patched(data, ENTRY_SIGNATURE, 24, struct.pack("<L", 5)), "'a' is stored as it is")


def test_members_over_one_another():
    """The way in which a small file unpacks to terabytes: many entries of the list share one body."""
    data = zipped(("one", b"1" * 500), ("two", b"2" * 500))
    refused(patched(data, ENTRY_SIGNATURE, 42, struct.pack("<L", 0), last=True), "lies over")


@pytest.mark.parametrize(
    ("offset", "value"), [(6, b"\x01\x00"), (8, b"\0\0"), (18, b"\1\0\0\0"), (22, b"\1\0\0\0"), (30, b"x")]
)
def test_a_header_that_says_otherwise_than_the_list(offset: int, value: bytes):
    refused(patched(zipped(("a.dll", b"1" * 50)), LOCAL, offset, value), "'a.dll'", "otherwise than the list")


def test_bytes_before_the_first_member_or_behind_the_end():
    data = zipped(("a", b"1"))
    refused(b"#!/bin/sh\n" + data, "does not end where")
    refused(data + b"more", "bytes follow")


def test_a_list_that_is_shorter_than_it_says():
    data = patched(zipped(("a", b"1")), b"PK\x05\x06", 8, struct.pack("<HH", 2, 2))
    refused(data, "shorter than it says")


def test_a_member_that_packs_nothing_but_garbage():
    data = zipped(("a", random.Random(3).randbytes(100) + bytes(100)))
    refused(data[:31] + b"\xff" * 40 + data[71:], "cannot be unpacked")


def test_absurd_numbers_of_members_cost_nothing():
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 60000, 60000, 0, 0, 0)
    refused(end, "shorter than it says")


def test_a_member_larger_than_its_kind_may_be():
    with opened(zipped(("METADATA", bytes(1000)))) as archive, pytest.raises(BadArchive, match="more than a file"):
        archive.read(archive.members["METADATA"], 999)


def test_no_mutation_of_an_archive_escapes_as_another_error():
    """Every byte of two small archives changed in turn: either it reads, or `BadArchive` says why not."""
    source = random.Random(4)
    sound = zipped(("a/b.dll", b"MZ" * 40), ("c.py", b"pass\n" * 9))
    for at in range(len(sound)):
        for value in (0, 0xFF, sound[at] ^ (1 << source.randrange(8))):
            data = sound[:at] + bytes((value,)) + sound[at + 1 :]
            with suppress(BadArchive):
                read_all(data)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(BadArchive, match="could not be opened"):
        Archive(tmp_path / "no.whl")


def test_a_refusal_survives_the_way_back_from_a_worker():
    bad = refused(renamed(b"../evil"))
    again = pickle.loads(pickle.dumps(bad))
    assert (str(again), again.member, again.what) == (str(bad), bad.member, bad.what)


def test_the_layout_of_an_entry_is_the_specifications():
    assert ENTRY.size == 46
