"""GPU code in native files: what nvcc made, what cuobjdump says of it, real wheels, and files that lie."""

from __future__ import annotations

import re
import struct
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from benchmarks.gpu_code import FORMATS, large_library
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.downloads import wheel
from tests.support.gpu_images import (
    FIXTURES,
    bare_elf,
    bundle,
    compressed_bundle,
    elf_with,
    fatbin,
    fatbin_entry,
    fixture,
    macho_with,
    pe_with,
)
from tests.support.images import elf, fat
from wontload.binary import MalformedImage, read_device_code, read_gpu_code
from wontload.binary.amd import COMPRESSED_HEADER, COMPRESSED_SIZES
from wontload.binary.gpu_code import CodeKind, DeviceCode
from wontload.binary.gpu_reading import parse_gpu_code
from wontload.binary.zstd import zstd_start

BUILT = sorted(path.name for path in FIXTURES.iterdir() if path.suffix in (".fatbin", ".o"))
CUOBJDUMP_KINDS = {"elf": CodeKind.CUBIN, "ptx": CodeKind.PTX, "nvvm": CodeKind.LTO}
GFX90A = "hipv4-amdgcn-amd-amdhsa--gfx90a:sramecc+:xnack-"
BOUND_S = 5.0


@pytest.fixture(scope="session")
def bitsandbytes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bitsandbytes")
    with zipfile.ZipFile(wheel("bitsandbytes")) as archive:
        for name in archive.namelist():
            if re.search(r"_(cuda118|cuda128|cuda130|rocm714|cpu)\.dll$", name):
                (place / Path(name).name).write_bytes(archive.read(name))
    return place


# What nvcc made


@pytest.mark.parametrize("name", BUILT)
def test_says_what_cuobjdump_says(name: str) -> None:
    said = (FIXTURES / f"{name}.txt").read_text().split("Fatbin ")[1:]
    found = tuple(parse_gpu_code(fixture(name), name))
    assert len(found) == len(said) > 0
    for code, text in zip(found, said, strict=True):
        kind, _, _ = text.partition(" code")
        assert code.kind is CUOBJDUMP_KINDS[kind]
        # cuobjdump 12.8 does not know `f`, and says `sm_` of everything.
        target = re.sub("^compute", "sm", code.target).removesuffix("f")
        assert f"arch = {target}\n" in text
        assert f"code version = [{code.version[0]},{code.version[1]}]\n" in text
        assert f"host = {code.host}\n" in text
        assert f"compile_size = {code.bits}bit" in text
        assert ("compressed" in text) == bool(code.compression)
        assert ("has debug info" in text) == code.is_debug


def test_every_target_of_the_compiler() -> None:
    code = parse_gpu_code(fixture("zstd.fatbin"), "x")
    assert [one.target for one in code] == [
        *("sm_75", "compute_90a", "sm_90a", "compute_100f", "sm_100f", "sm_103a", "sm_120", "compute_80"),
    ]
    assert code.targets == (
        *("sm_75", "compute_80", "compute_90a", "sm_90a", "compute_100f", "sm_100f", "sm_103a", "sm_120"),
    )
    assert [(one.capability, one.suffix) for one in code.of(CodeKind.PTX)] == [
        ((9, 0), "a"),
        ((10, 0), "f"),
        ((8, 0), ""),
    ]


@pytest.mark.parametrize(
    ("name", "compression"),
    [("zstd.fatbin", "zstd"), ("lz4.fatbin", "lz4"), ("plain.fatbin", ""), ("relocatable.o", "zstd")],
)
def test_a_ptx_begins_with_its_version_and_target(name: str, compression: str) -> None:
    pieces = parse_gpu_code(fixture(name), name).of(CodeKind.PTX)
    assert pieces
    for ptx in pieces:
        assert ptx.compression == compression
        text = read_device_code(FIXTURES / name, ptx, 1 << 20).decode("ascii")
        assert len(text) == ptx.size_bytes
        assert ".version {}.{}\n.target {}\n".format(*ptx.version, ptx.target.replace("compute", "sm")) in text
        assert ".entry scale(" in text
        assert read_device_code(FIXTURES / name, ptx, 100).decode("ascii") == text[:100]


@pytest.mark.parametrize("name", ["zstd.fatbin", "lz4.fatbin", "plain.fatbin"])
def test_a_cubin_is_an_elf_file_for_its_gpu(name: str) -> None:
    for cubin in parse_gpu_code(fixture(name), name).of(CodeKind.CUBIN):
        data = read_device_code(FIXTURES / name, cubin, 1 << 20)
        assert len(data) == cubin.size_bytes
        (alone,) = parse_gpu_code(data, "alone.cubin")
        assert (alone.kind, alone.capability) == (CodeKind.CUBIN, cubin.capability)


def test_relocatable_code_is_marked() -> None:
    (container,) = parse_gpu_code(fixture("relocatable.o"), "x").containers
    assert container.section == "__nv_relfatbin"
    assert all(code.is_relocatable for code in container.codes)
    assert not any(code.is_relocatable for code in parse_gpu_code(fixture("plain.fatbin"), "x"))


# Bare cubins: LLVM, BinaryFormat/ELF.h; flags as in the cubins of torchao's and bitsandbytes' wheels


@pytest.mark.parametrize(
    ("abi_version", "flags", "target"),
    [(7, 0x5A0D5A, "sm_90a"), (7, 0x560556, "sm_86"), (8, 0x600640A, "sm_100a"), (8, 0x6007802, "sm_120")],
)
def test_a_cubin_on_its_own(abi_version: int, flags: int, target: str) -> None:
    assert parse_gpu_code(bare_elf(190, flags, abi_version, 51), "x").targets == (target,)


# Where it lies

TWO = {".nv_fatbin": fixture("plain.fatbin") + bytes(24) + fixture("lz4.fatbin"), ".text": fixture("zstd.fatbin")}
CONTENT = ("sm_75", "compute_90a", "sm_75", "compute_90a")


@pytest.mark.parametrize(
    "data",
    [
        elf_with(TWO),
        elf_with(TWO, bits=32),
        elf_with(TWO, order=">"),
        pe_with(TWO),
        macho_with({"__nv_fatbin": TWO[".nv_fatbin"], "__text": TWO[".text"]}),
        macho_with({"__nv_fatbin": TWO[".nv_fatbin"]}, bits=32),
        fat(macho_with({"__text": TWO[".text"]}), macho_with({"__nv_fatbin": TWO[".nv_fatbin"]})),
        TWO[".nv_fatbin"],
    ],
    ids=["ELF", "ELF 32", "ELF big", "PE", "Mach-O", "Mach-O 32", "fat", "fatbin"],
)
def test_in_any_format(data: bytes) -> None:
    code = parse_gpu_code(data, "x")
    assert tuple(one.target for one in code) == CONTENT
    for container in code.containers:
        assert data[container.offset : container.offset + container.size_bytes].startswith(b"\x50\xed\x55\xba")


def test_an_elf_file_without_section_headers_is_searched() -> None:
    assert (
        parse_gpu_code(elf_with(TWO, headers=False), "x").targets
        == parse_gpu_code(fixture("plain.fatbin") + fixture("zstd.fatbin"), "x").targets
    )


def test_what_stands_between_fatbins_is_passed_over() -> None:
    noise = b"\x50\xed\x55\xba\xff\xff not a header" + bytes(3)
    data = fixture("plain.fatbin") + noise + fixture("lz4.fatbin")
    assert tuple(one.target for one in parse_gpu_code(elf_with({".nv_fatbin": data}), "x")) == CONTENT


def test_a_library_without_gpu_code_has_none() -> None:
    code = parse_gpu_code(elf(needed=["libc.so.6"]), "x")
    assert not code
    assert code.targets == ()


# AMD


@pytest.mark.parametrize("make", [elf_with, pe_with], ids=["ELF", "PE"])
def test_bundles(make: type) -> None:
    first = bundle([("host-x86_64-unknown-linux--", b""), (GFX90A, b"a" * 5), ("hip-amdgcn-amd-amdhsa-gfx906", b"b")])
    second = bundle([("hipv4-amdgcn-amd-amdhsa--gfx9-4-generic", b"c" * 9000)])
    code = parse_gpu_code(make({".hip_fatbin": first + second}), "x")
    assert [one.target for one in code] == ["gfx90a:sramecc+:xnack-", "gfx906", "gfx9-4-generic"]
    assert [one.stored_bytes for one in code] == [5, 1, 9000]
    assert {one.kind for one in code} == {CodeKind.AMD}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_compressed_bundles(version: int) -> None:
    plain = bundle([(f"hipv4-amdgcn-amd-amdhsa--gfx{number}", bytes(100)) for number in range(1000, 1060)])
    packed = compressed_bundle(plain, zlib.compress(plain), version=version, method=0)
    data = packed + bytes(-len(packed) % 4096)
    code = parse_gpu_code(elf_with({".hip_fatbin": data + data}), "x")
    assert [one.target for one in code] == [f"gfx{number}" for number in range(1000, 1060)] * 2
    assert {(one.compression, one.size_bytes, one.stored_bytes) for one in code} == {("zlib", 100, None)}


# EF_AMDGPU_*: LLVM, BinaryFormat/ELF.h
@pytest.mark.parametrize(
    ("abi_version", "flags", "target"),
    [
        (2, 0x3F, "gfx90a"),
        (2, 0x3F | 0xC00 | 0x200, "gfx90a:sramecc+:xnack-"),
        (3, 0x4C | 0x400 | 0x300, "gfx942:xnack+"),
        (1, 0x30 | 0x200 | 0x100, "gfx908:sramecc+:xnack+"),
        (4, 0x59 | 1 << 24, "gfx12-generic"),
        (2, 0x1F, "processor 0x1f"),
    ],
)
def test_a_code_object_on_its_own(abi_version: int, flags: int, target: str) -> None:
    assert parse_gpu_code(bare_elf(224, flags, abi_version, 64), "x").targets == (target,)


# Real wheels


def test_a_windows_dll_in_which_cuobjdump_finds_nothing(bitsandbytes: Path) -> None:
    code = read_gpu_code(bitsandbytes / "libbitsandbytes_cuda128.dll")
    linked = [one for one in code if not one.is_relocatable]
    assert [one.target for one in linked] == [f"sm_{n}" for n in (70, 75, 80, 86, 89, 90, 100, 120)]
    assert {(one.target, one.version) for one in code.of(CodeKind.PTX)} == {("compute_120", (8, 7))}
    assert {one.host for one in code} == {"windows"}


@pytest.mark.parametrize("name", ["cuda118", "cuda128", "cuda130"])
def test_headers_agree_with_what_they_head(bitsandbytes: Path, name: str) -> None:
    path = bitsandbytes / f"libbitsandbytes_{name}.dll"
    for code in read_gpu_code(path):
        start = read_device_code(path, code, 700)
        if code.kind is CodeKind.PTX:
            assert ".version {}.{}".format(*code.version).encode() in start
            assert f".target {code.target.replace('compute', 'sm')}".encode() in start
        else:
            (alone,) = parse_gpu_code(start, "cubin")
            assert alone.target == code.target


def test_a_dll_with_ptx_alone() -> None:
    with zipfile.ZipFile(wheel("gpt4all")) as archive:
        name = next(one for one in archive.namelist() if one.endswith("llamamodel-mainline-cuda.dll"))
        code = parse_gpu_code(archive.read(name), name)
    assert code.targets == ("compute_52", "compute_61", "compute_70", "compute_75")
    assert not code.of(CodeKind.CUBIN)
    assert {one.version for one in code} == {(7, 8)}


def test_a_compressed_bundle_of_a_wheel(bitsandbytes: Path) -> None:
    path = bitsandbytes / "libbitsandbytes_rocm714.dll"
    code = read_gpu_code(path)
    assert len(code.containers) == 2
    assert len(code.targets) == 22
    assert {"gfx90a", "gfx1030", "gfx1201"} <= set(code.targets)
    # The first code object's own header says the same as the bundle's table.
    first = code.containers[0]
    data = path.read_bytes()[first.offset + COMPRESSED_HEADER.size + COMPRESSED_SIZES[3].size :]
    start = zstd_start(data, 4096 + 64)
    assert parse_gpu_code(start[4096:], "code object").targets == (first.codes[0].target,)
    with pytest.raises(MalformedImage, match="no place of its own"):
        read_device_code(path, first.codes[0], 64)


def test_a_cpu_library_of_a_wheel(bitsandbytes: Path) -> None:
    assert not read_gpu_code(bitsandbytes / "libbitsandbytes_cpu.dll")


# Files that lie


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (fatbin(fatbin_entry(2, 80, stored=1 << 60)), "runs off its fatbin"),
        (fatbin(fatbin_entry(2, 80))[:-1], "runs off its section"),
        (fatbin(fatbin_entry(2, 80)[:-9] + b"xxxx"), "runs off its fatbin"),
        (fatbin(b"short"), "header runs off its fatbin"),
        (b"\x50\xed\x55\xba\x01", "header runs off its section"),
        (bundle([(GFX90A, b"x" * 10)])[:4100], "runs off its section"),
        (b"__CLANG_OFFLOAD_BUNDLE__" + struct.pack("<Q", 1 << 40) + bytes(1 << 17), "has no end"),
        (b"__CLANG_OFFLOAD_BUNDLE__" + struct.pack("<Q", 1 << 40) + bytes(96), "has no end"),
        (compressed_bundle(b"", b"\x28\xb5\x2f\xfd" + b"\xff" * 99, version=3, method=1), "cannot be decompressed"),
        (compressed_bundle(b"", zlib.compress(b"nothing"), version=2, method=0), "is no bundle"),
        (compressed_bundle(b"", b"", version=9, method=0), "unknown version 9"),
        (b"no native file at all", "a text file"),
    ],
)
def test_a_lie_is_named(data: bytes, words: str) -> None:
    with pytest.raises(MalformedImage, match=words):
        parse_gpu_code(data, "x")


SEEDS = [
    *map(fixture, BUILT),
    elf_with(TWO),
    pe_with(TWO),
    macho_with({"__nv_fatbin": fixture("plain.fatbin")}),
    elf_with({".hip_fatbin": bundle([(GFX90A, b"x")])}),
    compressed_bundle(b"", b"\x28\xb5\x2f\xfd\x20\x10\x81\0\0__CLANG_OFFLOAD_BUNDLE", version=3, method=1),
]
NUMBERS = st.one_of(
    st.integers(0, 300), st.sampled_from([0xFFFFFFFF, 0x80000000, 0xFFFFFFF0]), st.integers(0, 0xFFFFFFFF)
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 1 << 20), NUMBERS), min_size=1, max_size=6), st.data())
def test_changed_at_random(seed: bytes, changes: list[tuple[int, int]], data: st.DataObject) -> None:
    changed = bytearray(seed)
    for at, number in changes:
        at %= data.draw(st.sampled_from([128, 512, 5000, len(seed)]))
        changed[at : at + 4] = struct.pack("<I", number)[: len(seed) - at]
    start = time.process_time()
    with suppress(MalformedImage):
        parse_gpu_code(bytes(changed), "x")
    assert time.process_time() - start < BOUND_S


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["zstd.fatbin", "lz4.fatbin"]),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=4),
)
def test_compressed_code_changed_at_random(
    tmp_path_factory: pytest.TempPathFactory, name: str, changes: list[tuple[int, int]]
) -> None:
    code: DeviceCode = next(iter(parse_gpu_code(fixture(name), name)))
    data = bytearray(fixture(name))
    for at, byte in changes:
        data[code.offset + at % code.stored_bytes] = byte
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    with suppress(MalformedImage):
        assert len(read_device_code(path, code, 1 << 20)) <= code.size_bytes


@pytest.mark.parametrize(
    "data",
    [
        elf_with({".nv_fatbin": bytes(4_000_000)}),
        fatbin() * 300_000,
        fatbin(fatbin_entry(1, 50, payload=b"") * 60_000),
        elf_with({".nv_fatbin": b"\x50\xed\x55\xba\0\0\0\0" * 200_000}),
        elf_with({".hip_fatbin": (b"CCOB\x03\0\x01\0" + bytes(4088)) * 500}),
        b"\x7fELF\x02\x01" + b"\xff" * 1_000_000,
    ],
    ids=["zeros", "empty fatbins", "empty entries", "false headers", "empty bundles", "ELF of ones"],
)
def test_what_asks_for_much_takes_little_time(data: bytes) -> None:
    start = time.process_time()
    with suppress(MalformedImage):
        parse_gpu_code(data, "x")
    assert time.process_time() - start < BOUND_S


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_large_library_is_listed_whole(tmp_path: Path, format_name: str) -> None:
    path = tmp_path / "large"
    large_library(path, format_name)
    assert path.stat().st_size > 700_000_000
    code = read_gpu_code(path)
    assert len(code.containers) == 2775
    assert code.targets == ("sm_80", "sm_90a", "compute_120")
