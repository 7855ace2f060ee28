"""API-set schemas: Wine's real one, and built ones of both layouts."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.support.images import pe
from wontload.binary import Defect, MalformedImage, contract_of, read_api_set_schema, read_api_sets
from wontload.binary.apiset import parse_schema

WINE = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/apisetschema.dll")
# Contract as the schema names it, then (importer, host) of each value.
SETS = [
    ("api-ms-win-crt-runtime-l1-1-0", [("", "ucrtbase.dll")]),
    ("api-ms-win-core-Console-l1-2-1", [("", "kernelbase.dll"), ("Kernel32.dll", "conhost.dll")]),
    ("ext-ms-win-absent-l1-1-0", [("", "")]),
]


class Builder:
    def __init__(self, start: int) -> None:
        self.start, self.data = start, b""

    def put(self, content: bytes) -> int:
        self.data += content
        return self.start + len(self.data) - len(content)

    def text(self, text: str) -> tuple[int, int]:
        return self.put(text.encode("utf-16-le")), 2 * len(text)

    def values(self, values: list[tuple[str, str]], head: bytes) -> int:
        return self.put(
            head + b"".join(struct.pack("<IIIII", 0, *self.text(name), *self.text(host)) for name, host in values)
        )


def version_6() -> bytes:
    built = Builder(28 + 24 * len(SETS))
    entries = b""
    for name, values in SETS:
        offset, size = built.text(name)
        hashed = 2 * len(name.rpartition("-")[0])
        entries += struct.pack("<IIIIII", 1, offset, size, hashed, built.values(values, b""), len(values))
    return struct.pack("<IIIIIII", 6, 0, 0, len(SETS), 28, 0, 31) + entries + built.data


def version_4() -> bytes:
    built = Builder(16 + 24 * len(SETS))
    entries = b""
    for name, values in SETS:
        offset, size = built.text(name[4:])
        data = built.values(values, struct.pack("<II", 0, len(values)))
        entries += struct.pack("<IIIIII", 2 if name.startswith("ext-") else 0, offset, size, 0, 0, data)
    return struct.pack("<IIII", 4, 0, 0, len(SETS)) + entries + built.data


@pytest.mark.parametrize("data", [version_6(), version_4()], ids=["6", "4"])
def test_a_built_schema(data: bytes) -> None:
    schema = parse_schema(data, "apisetschema.dll")
    assert schema.hosts == {
        "api-ms-win-crt-runtime-l1-1": "ucrtbase.dll",
        "api-ms-win-core-console-l1-2": "kernelbase.dll",
        "ext-ms-win-absent-l1-1": "",
    }
    assert schema.aliases == {("api-ms-win-core-console-l1-2", "kernel32.dll"): "conhost.dll"}


@pytest.mark.oracle("wine")
def test_wines_schema() -> None:
    schema = read_api_set_schema(WINE)
    assert schema.version == 6
    assert len(schema.hosts) > 300
    assert schema.hosts[contract_of("API-MS-WIN-CRT-RUNTIME-L1-1-0.DLL")] == "ucrtbase.dll"
    assert read_api_sets(WINE) == schema.hosts


@pytest.mark.parametrize("size", range(0, 200, 7))
def test_a_schema_cut_short(size: int) -> None:
    with pytest.raises(MalformedImage):
        parse_schema(version_6()[:size], "apisetschema.dll")


def test_a_dll_without_a_schema(tmp_path: Path) -> None:
    path = tmp_path / "x.dll"
    path.write_bytes(pe())
    with pytest.raises(MalformedImage, match=r"no \.apiset section") as caught:
        read_api_sets(path)
    assert caught.value.defect is Defect.CORRUPT
