"""A root directory as a machine, against `ldconfig -r`, which makes a cache of it, and a real loader with that root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.gcc import SharedObject
from wontload.loader import load
from wontload.machine import Kind, LoadRequest, Machine, Process
from wontload.machine.root import RootFiles, is_root, machine_of_root

pytestmark = [
    pytest.mark.oracle("gcc"),
    pytest.mark.skipif(sys.platform != "linux", reason="a Linux system's root directory"),
]
LDCONFIG = shutil.which("ldconfig", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
LOADER = Path("/lib64/ld-linux-x86-64.so.2")
needs_glibc = pytest.mark.skipif(not LOADER.exists() or LDCONFIG is None, reason="no glibc of x86_64 with ldconfig")


def put(root: Path, path: str, **fields: object) -> None:
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(SharedObject(**fields).bytes())  # type: ignore[arg-type]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small system with this computer's loader, a configuration that includes others, and some libraries."""
    place = tmp_path / "system"
    for directory in ("etc/ld.so.conf.d", "lib64", "opt/cuda/lib64", "usr/lib", "opt/late"):
        (place / directory).mkdir(parents=True)
    if LOADER.exists():
        shutil.copy(LOADER.resolve(), place / "lib64" / LOADER.name)
    (place / "etc/ld.so.conf").write_text("# ours\ninclude ld.so.conf.d/*.conf\n/opt/late # last\nhwcap 1 nosegneg\n")
    (place / "etc/ld.so.conf.d/b.conf").write_text("/opt/cuda/lib64/\n")
    (place / "etc/ld.so.conf.d/a.conf").write_text("\n/opt/first\n")
    (place / "etc/ld.so.conf.d/not.this").write_text("/usr/lib/never\n")
    (place / "etc/os-release").write_text('NAME="A system"\nID=ours\nVERSION_ID="7.1"\n')
    put(place, "/opt/cuda/lib64/libcudart.so.12.4.99", soname="libcudart.so.12")
    (place / "opt/cuda/lib64/libcudart.so").symlink_to("libcudart.so.12")
    (place / "opt/cuda/lib64/libcudart.so.12").symlink_to("/opt/cuda/lib64/libcudart.so.12.4.99")
    put(place, "/opt/late/libcudart.so.12", soname="libcudart.so.12")
    put(place, "/opt/late/libplain.so")
    put(place, "/opt/late/plugin.so", soname="plugin.so")
    put(place, "/usr/lib/never/libnever.so.1", soname="libnever.so.1")
    (place / "opt/late/libtext.so").write_text("INPUT(libplain.so)\n")
    return place


@needs_glibc
def test_without_a_cache_the_configuration_is_read_as_ldconfig_reads_it(root: Path) -> None:
    ours = {(one.name, one.path) for one in machine_of_root(str(root)).system.library_cache or ()}
    subprocess.run([str(LDCONFIG), "-r", str(root), "-X"], check=True, capture_output=True)
    theirs = {(one.name, one.path) for one in machine_of_root(str(root)).system.library_cache or ()}
    assert ("libcudart.so.12", "/opt/cuda/lib64/libcudart.so.12") in ours
    assert len(theirs) >= 3
    assert {(name, path) for name, path in ours if not name.startswith("ld-")} == {
        # ldconfig keeps every directory's copy, and the loader takes the first.
        (name, path)
        for name, path in theirs
        if not name.startswith("ld-") and path != "/opt/late/libcudart.so.12"
    }


@needs_glibc
def test_what_a_load_finds_there(root: Path) -> None:
    put(root, "/app/liba.so", needed=("libcudart.so.12", "libnever.so.1"))
    machine = machine_of_root(str(root))
    assert (machine.id, machine.system.version, machine.system.libc) == ("system", "ours 7.1", "glibc")
    assert tuple(map(int, machine.system.libc_version.split("."))) >= (2, 2)
    result = opened(machine, "/app/liba.so")
    assert [(one.name, one.path) for one in result.modules[1:]] == [
        ("libcudart.so.12", "/opt/cuda/lib64/libcudart.so.12"),
        ("libnever.so.1", None),
    ]
    assert str(result.error).startswith("libnever.so.1: cannot open shared object file")


def opened(machine: Machine, path: str):  # type: ignore[no-untyped-def]
    process = Process(executable="", current_directory="/", environment={})
    return load(machine, LoadRequest(kind="ctypes", name=path, flags=2, process=process))


@needs_glibc
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change its root directory")
def test_a_real_loader_with_that_root_finds_the_same(root: Path) -> None:
    """The loader itself is asked for the list of a library's dependencies, as ldd does."""
    put(root, "/app/liba.so", soname="liba.so", needed=("libcudart.so.12", "libplain.so"))
    subprocess.run([str(LDCONFIG), "-r", str(root), "-X"], check=True, capture_output=True)
    command = ["chroot", str(root), f"/lib64/{LOADER.name}", "--list", "/app/liba.so"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    said = {
        line.split(" => ")[0].strip(): line.split(" => ")[1].split(" (")[0]
        for line in done.stdout.splitlines()
        if "=>" in line
    }
    assert said, done.stderr
    modules = opened(machine_of_root(str(root)), "/app/liba.so").modules[1:]
    assert {one.name: one.path for one in modules} == said


def test_links_lead_nowhere_else(root: Path) -> None:
    (root / "opt/out").symlink_to("/etc")
    (root / "opt/up").symlink_to("../../../../../../etc")
    (root / "opt/circle").symlink_to("circle")
    files = RootFiles(str(root))
    assert set(files.listing("/opt/out") or ()) == {"ld.so.conf", "ld.so.conf.d", "os-release"}
    assert files.real("/opt/up/os-release") == "/etc/os-release"
    assert files.kind("/../../etc/os-release") is Kind.FILE
    assert files.kind("/opt/circle") is Kind.ABSENT
    assert files.identity("/opt/out/os-release") == files.identity("/etc/os-release")
    assert is_root(str(root))
    assert not is_root(str(root / "opt"))


def test_includes_in_a_circle_come_to_an_end(root: Path) -> None:
    (root / "etc/ld.so.conf").write_text("include ld.so.conf\n/opt/late\n")
    assert machine_of_root(str(root)).system.library_cache is not None
