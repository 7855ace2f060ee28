"""Many files put in place at once: what is waited for, in which order, and what an error leaves."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from wontload.errors import WontloadError
from wontload.remedy import journal as journals
from wontload.remedy import replacing
from wontload.remedy.replacing import NewFile, replace_files, temporary_of

COUNT = 60


def files(root: Path) -> list[NewFile]:
    """Sixty of them in three directories, every other over an old one."""
    made = []
    for number in range(COUNT):
        path = root / f"directory {number % 3}" / f"{number}.so"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % 2:
            path.write_bytes(b"old")
        content = b"new %d" % number
        made.append(NewFile(str(path), len(content), partial(bytes, content), 0o640))
    return made


def leftovers(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.name.endswith(temporary_of(""))]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which calls were made, by what they are about: `file`, `directory`, `name`."""
    made: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(number: int) -> None:
        made.append("directory" if os.path.isdir(f"/proc/self/fd/{number}") else "file")
        fsync(number)

    def named(source: str, target: str) -> None:
        made.append("name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", named)
    return made


def test_all_are_in_place_with_their_permissions(tmp_path: Path):
    made = files(tmp_path)
    replace_files(made)
    assert {one.path: Path(one.path).read_bytes() for one in made} == {one.path: one.read() for one in made}
    assert os.name == "nt" or {Path(one.path).stat().st_mode & 0o777 for one in made} == {0o640}
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="Linux tells what a descriptor is")
def test_contents_are_on_the_disk_before_names_and_each_directory_is_waited_for_once(tmp_path: Path, calls: list[str]):
    replace_files(files(tmp_path))
    assert calls == ["file"] * COUNT + ["name"] * COUNT + ["directory"] * 3


def test_not_more_is_held_at_once_than_was_said(tmp_path: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(replacing, "BATCH_BYTES", 100)
    replace_files(files(tmp_path))
    batches = "".join(one[0] for one in calls).split("d")
    assert calls.count("name") == COUNT
    assert max(one.count("n") for one in batches) <= 100 // len(b"new 1")


@pytest.mark.parametrize("where", ["content", "name"])
def test_one_that_cannot_be_written_leaves_those_before_it_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
):
    made = files(tmp_path)
    refused = made[30].path
    call = {"content": "chmod", "name": "replace"}[where]
    real: Callable[..., None] = getattr(os, call)

    def refusing(path: str, *rest: object) -> None:
        if path == temporary_of(refused):
            raise OSError(errno.EACCES, "refused", refused)
        real(path, *rest)

    monkeypatch.setattr(os, call, refusing)
    with pytest.raises(OSError, match="refused"):
        replace_files(made)
    assert [Path(one.path).read_bytes() == one.read() for one in made[:30]] == [True] * 30
    assert not os.path.exists(refused) or Path(refused).read_bytes() == b"old"
    assert leftovers(tmp_path) == []


def test_no_room_for_all_is_room_for_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Beside the old files there is room for one new one alone."""
    made = files(tmp_path)
    real = os.fsync

    def full(number: int) -> None:
        if len(leftovers(tmp_path)) > 1:
            raise OSError(errno.ENOSPC, "no room")
        real(number)

    monkeypatch.setattr(os, "fsync", full)
    replace_files(made)
    assert all(Path(one.path).read_bytes() == one.read() for one in made)
    assert leftovers(tmp_path) == []


def test_a_damaged_backup_is_named_and_those_before_it_are_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(tmp_path / "state"))
    journal = journals.begin(target="pkg", python="python", fix="test", title="a test")
    digests = journal.keep_all(b"content %d" % number for number in range(COUNT))
    assert len(set(digests)) == COUNT
    (tmp_path / "state" / "backups" / digests[20]).write_bytes(b"somebody else's")
    back = [(str(tmp_path / f"{number}"), digest, 0o600) for number, digest in enumerate(digests)]
    with pytest.raises(WontloadError, match=digests[20]):
        journal.put_back(back)
    assert sorted(int(path.name) for path in tmp_path.iterdir() if path.is_file()) == list(range(20))


def test_the_same_content_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(tmp_path / "state"))
    journal = journals.begin(target="pkg", python="python", fix="test", title="a test")
    first, second, third = journal.keep_all([b"one", b"two", b"one"])
    assert (first, [journal.kept(one) for one in (first, second)]) == (third, [b"one", b"two"])
    assert len(list((tmp_path / "state" / "backups").iterdir())) == 2
