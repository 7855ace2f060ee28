"""Whatever is at a path, `read_image` gives an image or `MalformedImage`, and holds nothing open."""

from __future__ import annotations

import os
import pickle
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from tests.support.images import elf, pe
from wontload.binary import Defect, Format, Image, Import, MalformedImage, parse_image, read_image
from wontload.binary.image import new_image

NOT_NATIVE = {
    "text": b"Access denied.\r\n",
    "html": b"\xef\xbb\xbf\n<!DOCTYPE html><html>404</html>",
    "git-lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n",
    "zip": b"PK\x03\x04" + bytes(40),
    "gzip": b"\x1f\x8b\x08" + bytes(40),
    "archive": b"!<arch>\n/               0           ",
    "linker script": b"/* GNU ld script\n   Use the shared library */\nGROUP ( /lib/libc.so.6 )\n",
    "zeros": bytes(5000),
    "unknown": b"\x00asm\x01\x00\x00\x00" + bytes(range(256)),
}


def defect_of(path: str | Path) -> MalformedImage:
    with pytest.raises(MalformedImage) as caught:
        read_image(path)
    assert caught.value.path == os.fspath(path)
    return caught.value


@pytest.mark.parametrize("content", NOT_NATIVE)
def test_what_it_is_instead(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.dll"
    path.write_bytes(NOT_NATIVE[content])
    found = defect_of(path)
    assert (found.defect, found.content) == (Defect.NOT_NATIVE, content)


def test_text_in_other_encodings_and_cut_within_a_character(tmp_path: Path) -> None:
    for data in ("Zugriff verweigert".encode("utf-16"), ("é" * 3000).encode()[:-1], b"x" + ("é" * 3000).encode()):
        path = tmp_path / "x.dll"
        path.write_bytes(data)
        assert defect_of(path).content == "text"


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "x.dll"
    path.touch()
    assert defect_of(path).defect is Defect.EMPTY
    with pytest.raises(MalformedImage, match="empty"):
        parse_image(b"", "x.dll")


def test_a_directory(tmp_path: Path) -> None:
    found = defect_of(tmp_path)
    assert (found.defect, found.content) == (Defect.NOT_NATIVE, "directory")


@pytest.mark.parametrize("path", ["no such file", "a\0b"])
def test_what_cannot_be_opened(path: str) -> None:
    assert defect_of(path).defect is Defect.UNREADABLE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "x.so"
    os.mkfifo(path)
    assert defect_of(path).defect is Defect.NOT_NATIVE


def test_a_file_that_changed_since(tmp_path: Path) -> None:
    path = tmp_path / "x.dll"
    path.write_bytes(pe(needs=["a.dll"]))
    image = read_image(path)
    path.write_bytes(pe(needs=["a.dll", "b.dll"], padding_bytes=5000))
    with pytest.raises(MalformedImage, match="changed while it was being read"):
        _ = image.imports
    assert image.needed == (Import("a.dll"),)


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_nothing_stays_open(tmp_path: Path) -> None:
    path, text = tmp_path / "x.dll", tmp_path / "text.dll"
    path.write_bytes(pe(needs=["a.dll"]))
    text.write_text("no image")
    kept = []
    before = os.listdir("/proc/self/fd")
    for _ in range(30):
        image = read_image(path)
        kept.append((image, image.imports, image.exports, read_image(path, symbols=True)))
        defect_of(text)
    assert os.listdir("/proc/self/fd") == before
    assert str(path) not in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize("data", [pe(needs=["a.dll"]), elf(needed=["a.so"], undefined=["u"], exports=["e"])])
def test_a_path_a_buffer_and_a_view_are_read_alike(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    images = [read_image(path), read_image(path, symbols=True), parse_image(data, "x")]
    images.append(parse_image(memoryview(b"before" + data)[6:], "x"))
    assert [one == images[0] for one in images] == [True] * 4
    assert len({(one.imports, one.exports, one.undefined) for one in images}) == 1


def test_images_and_defects_go_to_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "x.dll"
    path.write_bytes(pe(needs=["a.dll"]))
    image = pickle.loads(pickle.dumps(read_image(path)))
    assert [one.library for one in image.imports] == ["a.dll"]
    path.write_bytes(pe()[:500])
    found = defect_of(path)
    again = pickle.loads(pickle.dumps(found))
    assert (str(again), again.defect, again.part) == (str(found), Defect.TRUNCATED, "sections")


def test_an_image_is_the_same_however_it_was_made(tmp_path: Path) -> None:
    made = new_image(format=Format.ELF, architecture="x86_64", bits=64, soname="libx.so")
    usual = Image(format=Format.ELF, architecture="x86_64", bits=64, soname="libx.so")
    assert (made, vars(made)) == (usual, vars(usual))
    assert replace(made, bits=32) == replace(usual, bits=32)
    with pytest.raises(FrozenInstanceError):
        made.bits = 32  # type: ignore[misc]
    path = tmp_path / "x.dll"
    path.write_bytes(pe(needs=[("a.dll", ["f", 7])], exports=["b", "c"]))
    at_once, later = read_image(path, symbols=True), read_image(path)
    assert pickle.loads(pickle.dumps(at_once)) == at_once == later
    assert (at_once.imports, at_once.exports, at_once.undefined) == (later.imports, later.exports, later.undefined)
