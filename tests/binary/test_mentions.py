"""Library names in the data of native files."""

from __future__ import annotations

import pytest

from wontload.binary.mentions import mentioned, mentions


@pytest.mark.parametrize(
    ("data", "library", "expected"),
    [
        (b"\0libdriver_db.so.3\0", "libdriver_db.so.3", True),
        (b"\0libdriver_db.so\0", "libdriver_db.so.3", True),
        (b"/opt/driver_db.so\0", "driver_db.so", True),
        (b"\0DRIVER_db.DLL\0", "driver_db.dll", True),
        ("driver_db.dll".encode("utf-16-le"), "driver_db.dll", True),
        (b"\0x" + "driver_db.dll".encode("utf-16-le"), "driver_db.dll", True),
        (b"\0libdriver_db.dylib\0", "libdriver_db.3.dylib", True),
        (b"\0transport_%s.so.%d\0", "transport_fabric.so.7", True),
        (b"\0lib%sx%02d.so\0", "libdriver_db.so", False),  # blanks with next to nothing around them
        (b"\0%s.so\0", "driver_db.so", False),
        (b"\0my_driver_db.so\0", "driver_db.so", False),
        (b"\0driver_db.sort\0", "driver_db.so", False),
        (b"\0driver_db.dll\0", "driver_db2.dll", False),
        (b"\0driver_db\0", "driver_db.so", False),
    ],
)
@pytest.mark.parametrize("size", [1 << 16, 7])
def test_a_name_stands_there_or_not(data: bytes, library: str, expected: bool, size: int):
    data = b"\x7f" * 301 + data + b"\0" * 300
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert mentions(mentioned(chunks), library) is expected
