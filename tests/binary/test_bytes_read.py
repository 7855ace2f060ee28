"""A large file costs what its tables cost: of a DLL of 550 MB, under 2 MB are read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from benchmarks.parse_pe import large_dll, resident_bytes_while_reading

from wontload.binary import read_image


@pytest.mark.skipif(sys.platform != "linux", reason="counts the pages that the kernel brought in")
def test_of_a_large_dll_little_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.dll"
    large_dll(path)
    assert 0 < resident_bytes_while_reading(path) < 2_000_000
    image = read_image(path, symbols=True)
    assert image.size_bytes > 550_000_000
    assert (len(image.needed), len(image.imports[19].symbols), len(image.exports)) == (20, 200, 2000)
