"""Sources are unpacked with suspicion."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile

import pytest

from wontload.build.source import NoSource
from wontload.build.unpack import bring


def tar_of(path, members: list[tarfile.TarInfo]) -> str:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return str(path)


def member(name: str, *, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 1) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size if kind == tarfile.REGTYPE else 0
    return info


def test_what_is_no_archive_is_told_in_a_sentence(tmp_path):
    (tmp_path / "odd.tar.gz").write_text("no archive")
    with pytest.raises(NoSource, match="is no archive"):
        bring(str(tmp_path / "odd.tar.gz"), str(tmp_path))


def test_an_sdist_gives_its_one_directory(tmp_path):
    (into := tmp_path / "into").mkdir()
    source = tar_of(tmp_path / "odd-1.0.tar.gz", [member("odd-1.0/pyproject.toml"), member("odd-1.0/src/a.c")])
    assert bring(source, str(into)) == str(into / "odd-1.0")
    assert (into / "odd-1.0" / "src" / "a.c").read_bytes() == b"x"


def test_a_directory_is_copied_and_stays_as_it_is(tmp_path):
    (tmp_path / "odd" / "__pycache__").mkdir(parents=True)
    (tmp_path / "odd" / "setup.py").write_text("")
    os.symlink("setup.py", tmp_path / "odd" / "link")
    (into := tmp_path / "into").mkdir()
    copy = bring(str(tmp_path / "odd"), str(into))
    assert sorted(os.listdir(copy)) == ["link", "setup.py"]


@pytest.mark.parametrize(
    "bad",
    [
        member("../outside"),
        member("/outside"),
        member("odd/../../outside"),
        member("odd/link", kind=tarfile.SYMTYPE, link="../../outside"),
        member("odd/link", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        member("odd/link", kind=tarfile.LNKTYPE, link="../outside"),
        member("C:/outside"),
    ],
    ids=lambda one: f"{one.name}>{one.linkname}",
)
def test_what_leads_outside_is_refused(tmp_path, bad):
    (into := tmp_path / "deep" / "into").mkdir(parents=True)
    with pytest.raises(NoSource):
        bring(tar_of(tmp_path / "odd-1.0.tar.gz", [member("odd/setup.py"), bad]), str(into))
    assert not (tmp_path / "deep" / "outside").exists()


def test_a_device_is_left_out(tmp_path):
    (into := tmp_path / "into").mkdir()
    bring(tar_of(tmp_path / "a.tar.gz", [member("a/setup.py"), member("a/dev", kind=tarfile.CHRTYPE)]), str(into))
    assert os.listdir(into / "a") == ["setup.py"]


def test_a_zip_that_leads_outside_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "odd-1.0.zip", "w") as archive:
        archive.writestr("../outside", "x")
    (into := tmp_path / "into").mkdir()
    with pytest.raises(NoSource):
        bring(str(tmp_path / "odd-1.0.zip"), str(into))


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\x00" + b"\0" * 40, b"not a tar at all"])
def test_a_broken_archive_is_no_traceback(tmp_path, content):
    (tmp_path / "odd-1.0.tar.gz").write_bytes(content)
    (into := tmp_path / "into").mkdir()
    with pytest.raises(NoSource):
        bring(str(tmp_path / "odd-1.0.tar.gz"), str(into))
