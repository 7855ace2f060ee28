"""Names looked up through hash tables: what they say must be what the whole table says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.images import elf
from wontload.binary import Image, Symbol, parse_image, read_image
from wontload.binary.elf_lookup import HashedExports
from wontload.binary.export_index import key_of


def mapped_libraries() -> list[str]:
    """The shared objects of this very process, which linkers of the wild have made."""
    lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    paths = dict.fromkeys(line.split(maxsplit=5)[5] for line in lines if line.count(" ") > 5 and ".so" in line)
    return [path for path in paths if Path(path).is_file()]


def defined(image: Image, *wanted: Symbol) -> set[Symbol]:
    by_key = {key_of(symbol.name or ""): symbol for symbol in wanted}
    assert len(by_key) == len(wanted)
    return {by_key[key] for key in image.export_index.defined(by_key)}


def test_the_hash_is_the_one_that_linkers_write() -> None:
    # Values with which binutils' bfd_elf_gnu_hash and every loader agree.
    assert key_of("printf") == 0x156B2BB8 | 1
    assert key_of("exit") == 0x7C967E3F | 1
    assert key_of("") == 5381 | 1


@pytest.mark.parametrize("length", [1, 255, 256, 257, 1000])
def test_long_names_are_hashed_byte_by_byte(length: int) -> None:
    name = ("_ZNé7" * length)[:length]
    value = 5381
    for byte in name.encode():
        value = (value * 33 + byte) & 0xFFFFFFFF
    assert key_of(name) == value | 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads the list of what this process has mapped")
def test_real_libraries_say_the_same_of_every_name_as_their_whole_tables() -> None:
    several_versions = hashed = 0
    for path in mapped_libraries():
        image = read_image(path)
        hashed += isinstance(image.export_index, HashedExports)
        for name, versions in image.export_versions.items():
            assert image.export_index.versions(name) == versions, (path, name)
            several_versions += len(versions) > 1
        others = {symbol.name or "" for symbol in image.undefined} - image.export_versions.keys()
        assert all(image.export_index.versions(name) == () for name in others)
    assert hashed > 2
    assert several_versions  # glibc's, at least


def test_a_version_counts_and_none_takes_any() -> None:
    image = parse_image(elf(exports=["plain", ("other", "V_2")], versions_defined=["me.so", "V_1"]), "me.so")
    wanted = [Symbol("plain"), Symbol("other", version="V_2"), Symbol("absent")]
    assert defined(image, *wanted) == set(wanted[:2])
    assert defined(image, Symbol("other", version="V_1")) == set()
    assert defined(image, Symbol("other")) == {Symbol("other")}
    assert (image.export_index.versions("other"), image.export_index.versions("absent")) == (("V_2",), ())
