"""Caches that the real ldconfig writes, read by us and by `ldconfig -p`; and broken ones."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.gcc import SharedObject
from wontload.loader.glibc.cache import lookup
from wontload.machine import System
from wontload.machine.ld_so_cache import CacheEntry, read_cache

LDCONFIG = shutil.which("ldconfig", path="/sbin:/usr/sbin:/bin:/usr/bin")
needs_ldconfig = pytest.mark.skipif(LDCONFIG is None, reason="no ldconfig here")
PRINTED = re.compile(r'\t(\S+) \(([^)]*?)(?:, hwcap: "([^"]*)")?\) => (.*)')


def listed(cache: Path) -> list[tuple[str, str, str]]:
    """Name, path and subdirectory of each entry, as ldconfig prints them."""
    text = subprocess.run([str(LDCONFIG), "-p", "-C", str(cache)], capture_output=True, text=True, check=True).stdout
    return [(name, path, hwcaps or "") for name, _, hwcaps, path in PRINTED.findall(text)]


@pytest.fixture(scope="module", params=["new", "compat"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with two libraries of ours, one of which has copies for particular CPUs.

    `compat` is the old format with the new one behind its table.
    """
    tmp_path = tmp_path_factory.mktemp("cache")
    for name in ("liba.so.1", "libb.so.1", "glibc-hwcaps/x86-64-v2/libb.so.1", "glibc-hwcaps/x86-64-v3/libb.so.1"):
        path = tmp_path / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SharedObject(soname=path.name).bytes())
    (tmp_path / "conf").write_text(f"{tmp_path}/lib\n")
    cache = tmp_path / "cache"
    command = [str(LDCONFIG), "-X", "-c", request.param, "-f", str(tmp_path / "conf"), "-C", str(cache)]
    subprocess.run(command, check=True, capture_output=True)
    return cache


@needs_ldconfig
@pytest.mark.oracle("gcc")
def test_reads_what_ldconfig_wrote(made: Path) -> None:
    """In the combined format ldconfig's own names of subdirectories are not where it, or the loader, looks for them."""
    entries = read_cache(made.read_bytes())
    assert [(one.name, one.path) for one in entries] == [(name, path) for name, path, _ in listed(made)]
    if made.read_bytes().startswith(b"glibc"):
        assert [one.hwcaps for one in entries] == [hwcaps for *_, hwcaps in listed(made)]
        assert {one.hwcaps for one in entries if one.name == "libb.so.1"} == {"", "x86-64-v2", "x86-64-v3"}


@needs_ldconfig
@pytest.mark.oracle("gcc")
def test_reads_this_computer_s_own() -> None:
    cache = Path("/etc/ld.so.cache")
    if not cache.exists():
        pytest.skip("this computer has none")
    assert [(one.name, one.path, one.hwcaps) for one in read_cache(cache.read_bytes())] == listed(cache)


@needs_ldconfig
@pytest.mark.oracle("gcc")
def test_the_best_copy_that_the_cpu_takes(made: Path) -> None:
    entries = read_cache(made.read_bytes())
    combined = made.read_bytes().startswith(b"ld.so")
    for hwcaps, directory in (
        (("x86-64-v4", "x86-64-v3", "x86-64-v2"), "glibc-hwcaps/x86-64-v3/"),
        (("x86-64-v2",), "glibc-hwcaps/x86-64-v2/"),
        ((), ""),
    ):
        system = System(name="linux", library_cache=entries, hwcaps=hwcaps)
        expected = "" if combined else directory
        assert lookup("libb.so.1", system) == f"{made.parent}/lib/{expected}libb.so.1"


def test_an_entry_for_another_architecture_is_no_answer() -> None:
    entries = (CacheEntry("liba.so", "/lib32/liba.so", 0x0003), CacheEntry("liba.so", "/lib64/liba.so", 0x0303))
    assert lookup("liba.so", System(name="linux", library_cache=entries)) == "/lib64/liba.so"
    assert lookup("liba.so", System(name="linux", library_cache=entries, architecture="x86")) == "/lib32/liba.so"
    assert lookup("liba.so", System(name="linux", library_cache=entries, architecture="aarch64")) is None
    assert lookup("libb.so", System(name="linux", library_cache=entries)) is None
    assert lookup("liba.so", System(name="linux", library_cache=None)) is None


@given(st.binary(max_size=300))
@example(b"glibc-ld.so.cache1.1" + b"\xff" * 60)
@example(b"ld.so-1.7.0\0\xff\xff\xff\xff")
@example(b"glibc-ld.so.cache1.1" + b"\xff\xff\xff\x7f" + b"\0" * 400)
def test_a_broken_cache_is_no_error_and_has_no_more_than_fits(data: bytes) -> None:
    for cache in (data, b"glibc-ld.so.cache1.1" + data):
        assert len(read_cache(cache)) <= len(cache) // 24


@needs_ldconfig
@pytest.mark.oracle("gcc")
def test_a_cache_that_was_cut_short(made: Path) -> None:
    data = made.read_bytes()
    whole = read_cache(data)
    for size in range(0, len(data), 997):
        assert set(read_cache(data[:size])) <= {*whole, *(one._replace(hwcaps=None) for one in whole)}
