"""The files of this computer: read once, then frozen."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.images import elf
from wontload.binary import MalformedImage
from wontload.machine import Kind
from wontload.machine.live import LiveFiles


def test_what_is_where(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    files = LiveFiles()
    assert files.kind(str(tmp_path / "file")) is Kind.FILE
    assert files.kind(str(tmp_path)) is Kind.DIRECTORY
    assert files.kind(str(tmp_path / "absent")) is files.kind(str(tmp_path / "a" / "b")) is Kind.ABSENT
    assert files.kind("a\0b") is Kind.ABSENT
    assert files.kind(str(tmp_path / ("x" * 5000))) is Kind.ABSENT
    assert files.listing(str(tmp_path)) is not None
    assert list(files.listing(str(tmp_path)) or ()) == ["file"]
    assert files.listing(str(tmp_path / "file")) is files.listing(str(tmp_path / "absent")) is None


def test_what_was_seen_stays(tmp_path: Path):
    """One answer has one state of the disk under it."""
    there, later = tmp_path / "there.so", tmp_path / "later.so"
    there.write_bytes(elf(soname="first.so"))
    files = LiveFiles()
    assert files.image(str(there)).soname == "first.so"
    assert files.kind(str(later)) is Kind.ABSENT
    there.write_bytes(elf(soname="second.so"))
    later.write_bytes(elf())
    assert files.image(str(there)).soname == "first.so"
    assert files.kind(str(later)) is Kind.ABSENT
    assert LiveFiles().image(str(there)).soname == "second.so"


def test_a_file_that_cannot_be_parsed_says_so_under_the_name_asked_for(tmp_path: Path):
    (tmp_path / "a.so").write_text("hello")
    os.link(tmp_path / "a.so", tmp_path / "b.so")
    files = LiveFiles()
    for name in ("a.so", "b.so", "a.so"):
        with pytest.raises(MalformedImage) as raised:
            files.image(str(tmp_path / name))
        assert (raised.value.path, raised.value.content) == (str(tmp_path / name), "text")


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links")
def test_links_and_identity(tmp_path: Path):
    (tmp_path / "real.so").write_bytes(elf())
    (tmp_path / "link.so").symlink_to("real.so")
    (tmp_path / "dangling.so").symlink_to("nothing.so")
    (tmp_path / "loop.so").symlink_to("loop.so")
    files = LiveFiles()
    assert files.identity(str(tmp_path / "link.so")) == files.identity(str(tmp_path / "real.so"))
    assert files.image(str(tmp_path / "link.so")) is files.image(str(tmp_path / "real.so"))
    assert files.real(str(tmp_path / "link.so")) == os.path.realpath(tmp_path / "real.so")
    assert files.kind(str(tmp_path / "dangling.so")) is files.kind(str(tmp_path / "loop.so")) is Kind.ABSENT


NOBODY = 65534  # the id that Linux gives whom no rights belong to


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_what_may_not_be_read():
    with tempfile.TemporaryDirectory() as directory:  # pytest's own may be entered by nobody but us
        os.chmod(directory, 0o755)
        closed = Path(directory) / "closed"
        closed.mkdir(mode=0)
        assert seen_without_rights(str(closed / "x.so")) == Kind.DENIED.value
        assert seen_without_rights(str(closed)) == Kind.DIRECTORY.value


def seen_without_rights(path: str) -> str:
    """The kind of a file as somebody sees it who may not read everything: root's child gives its rights away."""
    if os.geteuid() != 0:
        return LiveFiles().kind(path).value
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(sender, LiveFiles().kind(path).value.encode())
        finally:
            os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as answer:
        text = answer.read().decode()
    os.waitpid(child, 0)
    return text
