"""Static TLS: how much of it there is for what comes after the process's start."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tests.oracles.glibc.test_symbols import agree, put
from tests.support.gcc import SharedObject

pytestmark = [
    pytest.mark.oracle("gcc"),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="elsewhere the model does not claim the last byte"),
]
NO_ROOM = "cannot allocate memory in static TLS block"
FIXED = '__attribute__((tls_model("initial-exec")))'


def holding(size_bytes: int, *, alignment: int = 1, name: str = "room", **more: object) -> SharedObject:
    """A library whose own code addresses its thread-local data from the thread pointer."""
    source = f"""__thread char {name}[{size_bytes}] {FIXED} __attribute__((aligned({alignment})));
        char *get_{name}(void) {{ return {name}; }}"""
    return SharedObject(source=source, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("alignment", [1, 16, 32, 64])
@pytest.mark.parametrize("size_bytes", [1000, 1600, 1664, 1696, 1704, 1712, 1713, 1720, 1728, 1744, 4096])
def test_how_much_there_is(size_bytes: int, alignment: int, tmp_path: Path) -> None:
    path = put(tmp_path / "liba.so", holding(size_bytes, alignment=alignment))
    answer = agree(path, tmp_path)
    if size_bytes in (1000, 4096):
        assert answer.error == (None if size_bytes == 1000 else f"{path}: {NO_ROOM}")


@pytest.mark.parametrize("second", [600, 640, 700, 712, 720, 800])
def test_what_came_before_has_taken_its_part(second: int, tmp_path: Path) -> None:
    before = put(tmp_path / "liba.so", holding(1000))
    agree(put(tmp_path / "libb.so", holding(second)), tmp_path, earlier=[before])


def test_a_dependency_takes_its_own(tmp_path: Path) -> None:
    """Each has room by itself; both together have not, and the object asked for is the last to be relocated."""
    dependency = holding(1000, name="other", soname="libb.so")
    put(tmp_path / "libb.so", dependency)
    path = put(tmp_path / "liba.so", holding(1000, needed=(dependency,), runpath="$ORIGIN"))
    assert agree(path, tmp_path).error == f"{path}: {NO_ROOM}"
    assert agree(str(tmp_path / "libb.so"), tmp_path).error is None


def test_data_of_another_library_counts_as_that_one_s(tmp_path: Path) -> None:
    owner = SharedObject(source="__thread char room[4000];", soname="libb.so")
    put(tmp_path / "libb.so", owner)
    source = f"extern __thread char room[] {FIXED}; char *get(void) {{ return room; }}"
    path = put(tmp_path / "liba.so", SharedObject(source=source, needed=(owner,), runpath="$ORIGIN"))
    assert agree(path, tmp_path).error == f"{tmp_path}/libb.so: {NO_ROOM}"
    assert agree(str(tmp_path / "libb.so"), tmp_path).error is None


def test_other_kinds_of_thread_local_data_have_all_the_room_there_is(tmp_path: Path) -> None:
    source = "__thread char room[100000]; char *get(void) { return room; }"
    assert agree(put(tmp_path / "liba.so", SharedObject(source=source, needed=("libc.so.6",))), tmp_path).error is None


@pytest.mark.parametrize("setting", ["4096", "0"])
def test_the_tunable(setting: str, tmp_path: Path) -> None:
    environment = {"GLIBC_TUNABLES": f"glibc.rtld.optional_static_tls={setting}"}
    for size_bytes in (1100, 1500, 4096):
        agree(put(tmp_path / f"lib{size_bytes}.so", holding(size_bytes)), tmp_path, environment=environment)


def test_what_is_preloaded_has_its_room(tmp_path: Path) -> None:
    path = put(tmp_path / "liba.so", holding(4096))
    assert agree(path, tmp_path, environment={"LD_PRELOAD": path}).error is None


@pytest.mark.parametrize("size_bytes", [1600, 1712, 1728, 2100, 4096])
def test_an_audit_library_brings_room_for_its_own(size_bytes: int, tmp_path: Path) -> None:
    """LD_AUDIT changes nothing else: its libraries live in a namespace of their own. Of the room the last bytes are
    not claimed.
    """
    audit = put(tmp_path / "audit.so", SharedObject(source="unsigned la_version(unsigned it) { return it; }"))
    agree(put(tmp_path / "liba.so", holding(size_bytes)), tmp_path, environment={"LD_AUDIT": audit})


@pytest.mark.parametrize(
    ("tunables", "size_bytes"),
    [
        ("glibc.rtld.optional_static_tls=0x1000", 4000),
        ("glibc.rtld.optional_static_tls=010000", 4000),
        ("glibc.rtld.optional_static_tls=1:glibc.rtld.optional_static_tls=4096", 4000),
        ("glibc.rtld.optional_static_tls=4096much", 4000),
        ("glibc.rtld.nns=16", 4000),
        ("glibc.rtld.nns=2", 1500),
        ("glibc.rtld.nns=17", 1500),
    ],
)
def test_tunables(tunables: str, size_bytes: int, tmp_path: Path) -> None:
    path = put(tmp_path / "liba.so", holding(size_bytes))
    answer = agree(path, tmp_path, environment={"GLIBC_TUNABLES": tunables})
    assert (answer.error is None) is not tunables.endswith("=2")
