"""An image from what was kept of a file is the image of the file."""

from __future__ import annotations

import json
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.images import elf
from wontload.binary import Image, MalformedImage, read_image
from wontload.binary.elf_kept import image_of, plain_of
from wontload.binary.origin import File

TABLES = ("undefined", "exports", "bindings", "relocations", "plain_names")


def kept(path: Path, image: Image) -> Image:
    status = path.stat()
    return image_of(
        json.loads(json.dumps(plain_of(image))), File(str(path), stamp=(status.st_size, status.st_mtime_ns))
    )


def installed() -> list[Path]:
    places = [Path(sysconfig.get_path("platstdlib")), Path(f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}")]
    return [path for place in places for path in sorted(place.rglob("*.so*")) if path.is_file()][:400]


@pytest.mark.skipif(sys.platform != "linux", reason="the system's own libraries are ELF files on Linux")
def test_nothing_is_lost_of_the_systems_own_libraries():
    compared = 0
    for path in installed():
        try:
            image = read_image(path)
        except MalformedImage:  # a linker script
            continue
        again = kept(path, image)
        assert again == image, path
        if compared % 8 == 0:
            assert [getattr(again, name) for name in TABLES] == [getattr(image, name) for name in TABLES], path
        if image.read_export_index is not None and image.exports:
            name = image.exports[0].name or ""
            assert again.export_index.versions(name) == image.export_index.versions(name), path
        compared += 1
    assert compared > 50


def test_names_that_are_no_text_stay_as_they_are(tmp_path: Path):
    path = tmp_path / "odd.so"
    path.write_bytes(elf(soname="lib@.so", needed=["libö.so"], runpath="$ORIGIN/ü").replace(b"lib@", b"lib\xff"))
    image = read_image(path)
    assert kept(path, image) == image
    assert (image.soname, image.needed[0].library) == ("lib\udcff.so", "libö.so")


def test_a_file_that_changed_is_not_taken_for_the_one_that_was_kept(tmp_path: Path):
    path = tmp_path / "a.so"
    path.write_bytes(elf(soname="first.so"))
    again = kept(path, read_image(path))
    path.write_bytes(elf(soname="a-longer-name.so", needed=["libc.so.6"]))
    with pytest.raises(MalformedImage, match="changed"):
        _ = again.exports
