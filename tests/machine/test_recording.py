"""What was asked of a disk is answered the same way by the saved machine, links, order and denials included."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.images import elf
from wontload.binary import MalformedImage
from wontload.machine import Files, Kind, System
from wontload.machine.inventory import Distribution, Inventory, RecordedFile
from wontload.machine.live import LiveFiles
from wontload.machine.recording import RecordingFiles
from wontload.machine.saving import with_files
from wontload.machine.snapshot import dump, loads
from wontload.machine.snapshot_values import SavedFiles, SavedMachine


def rebuilt(recording: RecordingFiles, inventory: Inventory | None = None) -> Files:
    empty = SavedFiles(images={}, links={}, source={})
    saved = SavedMachine(
        id="box", system=System(name="linux"), files=empty, environment={}, facts={}, inventory=inventory or Inventory()
    )
    return loads(json.dumps(dump(with_files(saved, recording), ())).encode(), "box").machine.files


@pytest.fixture
def place(tmp_path: Path) -> Path:
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "libz.so.1.2").write_bytes(elf())
    (lib / "liba.so").write_bytes(b"no library")
    (lib / "tax return.pdf").write_bytes(b"private")
    (lib / "x.manifest").write_bytes("<é/>".encode())
    (lib / "libz.so.1").symlink_to("libz.so.1.2")
    (lib / "dangling.so").symlink_to("nowhere.so")
    os.link(lib / "libz.so.1.2", lib / "hard.so")
    (tmp_path / "also").symlink_to(lib)
    return tmp_path


def test_every_answer_is_the_same(place: Path):
    recording = RecordingFiles(LiveFiles())
    names = (
        "libz.so.1",
        "libz.so.1.2",
        "liba.so",
        "dangling.so",
        "hard.so",
        "absent.so",
        "deep/absent.so",
        "x.manifest",
    )
    paths = [str(place / directory / name) for directory in ("lib", "also", "none") for name in names]
    paths += [str(place), str(place / "lib"), str(place / "also"), f"{place}/lib/../also/libz.so.1"]
    for path in paths:
        recording.kind(path)
        recording.real(path)
        recording.identity(path)
        recording.text(path)
    saved = rebuilt(recording)
    assert {path: saved.kind(path) for path in paths} == recording.kinds
    assert {path: saved.real(path) for path in paths} == recording.reals
    assert [saved.text(path) for path in paths if path.endswith("x.manifest")] == ["<é/>".encode()] * 2 + [None]
    for one in paths:
        for other in paths:
            if Kind.ABSENT not in (recording.kinds[one], recording.kinds[other]):
                same = recording.identities[one] == recording.identities[other]
                assert (saved.identity(one) == saved.identity(other)) == same, (one, other)


def test_images_and_what_they_are_not(place: Path):
    recording = RecordingFiles(LiveFiles())
    good, bad = str(place / "also" / "libz.so.1"), str(place / "lib" / "liba.so")
    image = recording.image(good)
    with pytest.raises(MalformedImage) as live:
        recording.image(bad)
    saved = rebuilt(recording)
    assert saved.image(good) == image
    assert saved.image(good).exports == tuple(image.exports)
    with pytest.raises(MalformedImage) as there:
        saved.image(bad)
    assert there.value.what == live.value.what


def test_what_lies_in_a_package_of_which_nobody_asked_is_not_known(place: Path):
    """Its record is in the inventory, so its directory's name stays, and tells of no file that it is absent."""
    package = place / "lib" / "package"
    package.mkdir()
    (package / "_c.so").write_bytes(elf())
    recording = RecordingFiles(LiveFiles())
    recording.listing(str(place / "lib"))
    owner = Distribution(
        name="p", version="1", location=str(place / "lib"), files=(RecordedFile(path=str(package / "_c.so")),)
    )
    paths = [str(place / "lib" / path) for path in ("package/_c.so", "package/deep/_c.so", "other/_c.so")]
    saved = rebuilt(recording, Inventory(distributions=(owner,)))
    assert [saved.kind(path) for path in paths] == [Kind.UNKNOWN, Kind.UNKNOWN, Kind.ABSENT]
    assert [rebuilt(recording).kind(path) for path in paths] == [Kind.ABSENT] * 3


def test_a_listing_keeps_its_order_and_no_private_name(place: Path):
    recording = RecordingFiles(LiveFiles())
    order = [
        name for name in recording.listing(str(place / "lib")) or () if name not in ("tax return.pdf", "x.manifest")
    ]
    saved = rebuilt(recording)
    assert list(saved.listing(str(place / "lib")) or ()) == order
    assert saved.listing(str(place / "also")) is None or list(saved.listing(str(place / "also")) or ()) == order
    assert saved.kind(str(place / "lib" / "hard.so")) is Kind.UNKNOWN
    assert saved.kind(str(place / "lib" / "other.so")) is Kind.ABSENT
    assert saved.kind("/somewhere/else.so") is Kind.UNKNOWN
