"""Where what was asked about is itself the trouble, one sentence on stderr says so beside the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import wontload

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("empty.so", b"", "WL102", "empty.so is empty. Get the file again"),
        ("text.dll", b"hello\n", "WL104", "a text file. Give a native library"),
        ("pointer.so", LFS_POINTER, "WL104", "Git LFS pointer. Give a native library"),
        ("gone.so", None, "WL101", "gone.so is not where it was asked for. Give the path"),
    ],
)
def test_a_file_that_is_no_library(tmp_path: Path, name: str, content: bytes | None, code: str, says: str):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    ran = wontload(str(path), "--json")
    assert (ran.status, ran.json["findings"][0]["code"]) == (1, code)
    assert ran.err.count("\n") == 1
    assert says in ran.err


def test_a_package_that_hangs(tmp_path: Path):
    (tmp_path / "hangs.py").write_text("import time\ntime.sleep(60)\n")
    ran = wontload("hangs", "--timeout", "1.5", "--json", cwd=tmp_path)
    assert (ran.status, ran.json["verdict"], ran.json["findings"][0]["code"]) == (3, "undetermined", "WL902")
    assert ran.err == "wontload: hangs did not come to an end within 1.5 s. Give it longer with --timeout.\n"


def test_a_library_that_lacks_something_is_the_reports_story(tmp_path: Path):
    (tmp_path / "fails.py").write_text("import ctypes\nctypes.CDLL('libsurely_nowhere.so.1')\n")
    ran = wontload("fails", cwd=tmp_path)
    assert (ran.status, ran.err) == (1, "")
    assert "error[WL201]" in ran.out
