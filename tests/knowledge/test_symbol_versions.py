"""Which release a symbol version stands for, held against the C library and the compiler's runtime that are here."""

from __future__ import annotations

import ctypes.util
import platform
import subprocess

import pytest

from wontload.binary import read_image
from wontload.knowledge.symbol_versions import PART_OF_GCC, PART_OF_GLIBC, gcc_of, glibc_of, numbers
from wontload.knowledge.tables import table
from wontload.knowledge.vc_runtime import DEBUG_RUNTIME, PART_OF_VC_RUNTIME, toolset_of_linker

ROWS = table("symbol_versions")
GLIBC = platform.libc_ver() if platform.system() == "Linux" else ("", "")
needs_glibc = pytest.mark.skipif(GLIBC[0] != "glibc" or platform.machine() != "x86_64", reason="glibc on x86_64")


def loaded(name: str) -> str:
    """The path of a library of this process's."""
    ctypes.CDLL(name)
    with open("/proc/self/maps") as maps:
        return next(line.split()[-1] for line in maps if line.rstrip().endswith("/" + name))


@needs_glibc
@pytest.mark.parametrize("row", ROWS["glibc"], ids=lambda row: row["release"])
def test_symbols_of_glibc_are_in_this_one_from_that_release_on(row):
    """What is exported in a version of an earlier release was there before; a later one may have moved it."""
    versions = {}
    for name in ("libc.so.6", "libpthread.so.0"):
        versions |= {key: value for key, value in read_image(loaded(name)).export_versions.items() if value}
    for symbol in row["symbols"]:
        if numbers(row["release"]) > numbers(GLIBC[1]):
            assert symbol not in versions
        elif symbol not in ("__explicit_bzero_chk", "execveat", "strfromd", "closefrom") or symbol in versions:
            oldest = min(numbers(version or "") for version in versions[symbol])
            assert oldest == numbers(row["release"]), symbol


@needs_glibc
@pytest.mark.oracle("gcc")
def test_versions_of_this_libstdcxx_are_all_known():
    path = subprocess.run(
        ["gcc", "-print-file-name=libstdc++.so.6"], capture_output=True, text=True, check=True
    ).stdout.strip()
    image = read_image(path)
    ours = [one for one in image.versions_defined if numbers(one) >= (3, 4, 14) and one.startswith("GLIBCXX_3")]
    assert ours
    assert all(gcc_of(one) for one in ours)


def test_versions_of_gcc_by_their_release():
    found = [gcc_of(one) for one in ("GLIBCXX_3.4.29", "GLIBCXX_3.4.32", "CXXABI_1.3.15")]
    assert found == ["11.1", "13.2", "14.1"]


def test_versions_that_name_their_release():
    assert (glibc_of("GLIBC_2.38"), glibc_of("GLIBC_2.2.5")) == ("2.38", "2.2.5")
    assert glibc_of("GLIBC_ABI_DT_RELR") == "2.36"
    assert (gcc_of("GCC_12.0.0"), gcc_of("GCC_3.3.1"), gcc_of("GLIBCXX_9.9")) == ("12", "3.3.1", None)
    assert (glibc_of("GLIBC_PRIVATE"), glibc_of("nobody")) == (None, None)


@pytest.mark.parametrize(
    ("name", "glibc", "gcc"),
    [
        ("libc.so.6", True, False),
        ("libm.so.6", True, False),
        ("ld-linux-x86-64.so.2", True, False),
        ("libstdc++.so.6", False, True),
        ("libgcc_s.so.1", False, True),
        ("libgomp.so.1", False, True),
        ("libcrypto.so.3", False, False),
        ("libcurl.so.4", False, False),
    ],
)
def test_whose_a_library_is(name, glibc, gcc):
    assert (bool(PART_OF_GLIBC.match(name)), bool(PART_OF_GCC.match(name))) == (glibc, gcc)


def test_files_of_visual_cpp():
    assert all(map(PART_OF_VC_RUNTIME.match, ("MSVCP140.dll", "vcruntime140_1.dll", "concrt140.dll", "msvcp140_2.dll")))
    assert not any(map(PART_OF_VC_RUNTIME.match, ("msvcp140d.dll", "msvcp120.dll", "ucrtbase.dll", "msvcrt.dll")))
    assert not any(map(DEBUG_RUNTIME.match, ("msvcp140.dll", "vcruntime140_1.dll", "mfc140u.dll", "python311.dll")))


def test_linkers_of_others_name_no_toolset():
    assert tuple(map(toolset_of_linker, ((14, 40), (2, 40), None))) == ((14, 40), None, None)
