"""Made-up root directories: what the model makes of `ld.so.conf` there, and what the real ldconfig writes."""

from __future__ import annotations

import os
import platform
import posixpath
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.gcc import SharedObject
from wontload.machine.ld_so_cache import CacheEntry, read_cache
from wontload.machine.ld_so_conf import FLAGS, cache_of, compare_names
from wontload.machine.linux import glibc_facts
from wontload.machine.root import RootFiles

LDCONFIG = shutil.which("ldconfig", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
LOADER = Path("/lib64/ld-linux-x86-64.so.2")
pytestmark = [
    pytest.mark.oracle("gcc"),
    pytest.mark.skipif(sys.platform != "linux" or LDCONFIG is None or not LOADER.exists(), reason="glibc of x86_64"),
    pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="ldconfig changes its root directory"),
]
ROOTS = 60
VERSION = platform.libc_ver()[1]

DIRECTORIES = ("lib", "usr/lib", "opt/a", "opt/b", "opt/c d", "usr/local/lib")
NAMES = (
    *("libx.so", "libx.so.1", "libx.so.1.2", "libx.so.1.10", "libx-2.3.so", "liby.so", "libw.so.1", "libq.so.1"),
    *("ld-foo.so.1", "ld.so.1", "ld64.so.2", "libz.so", "lib.so", "libv.so.2.so", "libnodot.so.1a", "libc.so.6"),
    *(
        "libdeb.so.1.dpkg-tmp",
        "libdeb.so.1.dpkg-new",
        "libt.so.1;5f3a",
        "libp.so.1.#prelink#",
        "libp.so.#prelink#.abcdef",
    ),
    *("notlib.so", "liblower.SO", "libn.sox", "xlibx.so.1", "libempty"),
)
SONAMES = (None, "libx.so.1", "liby.so", "libw.so.1", "libother.so.2", "libq.so.1", "libsub.so")
MAIN_LINES = (
    *("/opt/a", "/opt/b", "/opt/c d", "/opt/e", "/usr/local/lib", "/nowhere", "/opt/a/", "/opt/a=libc6", "  /opt/b  "),
    *(
        "\t/opt/b # why",
        "# /opt/a",
        "#",
        "",
        "hwcap 1 foo",
        "HWCAP\t2",
        "/opt/a:/opt/b",
        "/opt/a,/opt/b",
        "/opt/a /opt/b",
    ),
    *(
        "/opt//a",
        "/opt/./a",
        "/opt/b/../a",
        "/nowhere/../opt/a",
        "/opt/*",
        "includefoo /opt/a",
        "include",
        "/lib",
        "/opt/a\r",
        "opt/b",
        "/",
    ),
    *("include /etc/ld.so.conf.d/*.conf", "include ld.so.conf.d/*.conf", "include\t/etc/ld.so.conf.d/*.conf"),
    *(
        "include /etc/ld.so.conf.d/x.conf /etc/ld.so.conf.d/y.conf",
        "include /etc/ld.so.*.d/[!y].conf",
        " include z.txt",
    ),
    *("/opt/a/glibc-hwcaps/x86-64-v2", "/opt/b\v", "include /etc/*/x.conf", "/opt/a = libc6", "/usr/lib/"),
)


def furnish(place: Path, rng: random.Random) -> None:
    """Some libraries, links, directories and other files in one directory."""
    for name in rng.sample(NAMES, rng.randint(1, 5)):
        path, kind = place / name, rng.randint(0, 12)
        if kind == 0:
            path.write_text("GROUP ( libx.so.1 )\n")
        elif kind == 1:
            path.symlink_to(rng.choice(NAMES))
        elif kind == 2:
            path.symlink_to(f"/{rng.choice(DIRECTORIES)}/{rng.choice(NAMES)}")
        elif kind == 3:
            path.mkdir()
        elif kind == 4:
            path.write_bytes(b"")
        else:
            soname = rng.choice(SONAMES) if rng.random() < 0.7 else name
            data = bytearray(SharedObject(soname=soname).bytes())
            if kind == 5:
                data[16] = 2  # a program
            path.write_bytes(data[:40] if kind == 6 else data)


def make(root: Path, rng: random.Random) -> None:
    for directory in DIRECTORIES:
        (root / directory).mkdir(parents=True)
        furnish(root / directory, rng)
    for directory in rng.sample(DIRECTORIES, rng.randint(0, 2)):
        for name in rng.sample(("x86-64-v2", "x86-64-v3", ".hidden", "a:b", "nonsense"), 2):
            (root / directory / "glibc-hwcaps" / name).mkdir(parents=True)
            furnish(root / directory / "glibc-hwcaps" / name, rng)
    if rng.random() < 0.4:
        (root / "opt/e").symlink_to(rng.choice(("a", "/opt/b", "/lib", "nowhere")))
    (root / "etc/ld.so.conf.d").mkdir(parents=True)
    lines = rng.sample(MAIN_LINES, rng.randint(1, 4))
    (root / "etc/ld.so.conf").write_text("\n".join(lines) + rng.choice(("", "\n")))
    plain = [line for line in MAIN_LINES if "include" not in line]
    for name in ("x.conf", "y.conf", ".h.conf", "../z.txt"):
        (root / "etc/ld.so.conf.d" / name).write_text("\n".join(rng.sample(plain, rng.randint(0, 2))) + "\n")


def answers(root: Path, entries: Iterable[CacheEntry]) -> dict[tuple[str, str | None], tuple[str, str]]:
    """By name and subdirectory: the directory as the entry spells it, and the file that it leads to."""
    files = RootFiles(str(root))
    wanted = [entry for entry in entries if entry.flags == FLAGS["x86_64"]]
    return {
        (one.name, one.hwcaps): (posixpath.dirname(one.path), files.real("/" + one.path)) for one in reversed(wanted)
    }


def both(root: Path) -> tuple[object, object]:
    built_in = glibc_facts(VERSION, str(LOADER))["default_directories"]
    ours = answers(root, cache_of(RootFiles(str(root)), built_in, tuple(map(int, VERSION.split(".")))))
    subprocess.run([str(LDCONFIG), "-r", str(root)], check=True, capture_output=True, timeout=60)
    return ours, answers(root, read_cache((root / "etc/ld.so.cache").read_bytes()))


def test_a_made_up_root_has_the_cache_that_ldconfig_writes(tmp_path: Path) -> None:
    wrong = {}
    for seed in range(ROOTS):
        make(root := tmp_path / str(seed), random.Random(seed))
        ours, theirs = both(root)
        if ours != theirs:
            wrong[seed] = (ours, theirs)
        shutil.rmtree(root)
    assert not wrong


def test_files_that_include_each_other_by_a_pattern_come_to_an_end(tmp_path: Path) -> None:
    """The real one goes on for ever."""
    (tmp_path / "opt/a").mkdir(parents=True)
    (tmp_path / "etc/conf.d").mkdir(parents=True)
    (tmp_path / "etc/ld.so.conf").write_text("include conf.d/*.conf\n")
    for name in "abcdefghij":
        (tmp_path / f"etc/conf.d/{name}.conf").write_text("include *.conf\n/opt/a\n")
    (tmp_path / "opt/a/libx.so.1").write_bytes(SharedObject(soname="libx.so.1").bytes())
    assert [one.path for one in cache_of(RootFiles(str(tmp_path)), (), (2, 36))] == ["/opt/a/libx.so.1"]


def test_what_package_managers_have_not_finished_is_skipped_since_2_39(tmp_path: Path) -> None:
    """glibc's NEWS of 2.39. The real one is asked above for its own version."""
    make(tmp_path, random.Random(0))
    for name in ("libunfinished.so.1.dpkg-new", "libunfinished.so.2;65f0a1"):
        (tmp_path / "lib" / name).write_bytes(SharedObject(soname="libunfinished.so").bytes())
    files = RootFiles(str(tmp_path))
    names = {version: {one.name for one in cache_of(files, ("/lib",), version)} for version in ((2, 38), (2, 39))}
    assert names[2, 38] - names[2, 39] >= {"libunfinished.so"}


def test_subdirectories_for_cpus_are_read_since_2_33(tmp_path: Path) -> None:
    place = tmp_path / "lib/glibc-hwcaps/x86-64-v3"
    place.mkdir(parents=True)
    (place / "libx.so.1.2").write_bytes(SharedObject(soname="libx.so.1").bytes())
    files = RootFiles(str(tmp_path))
    assert cache_of(files, ("/lib",), (2, 32)) == ()
    assert cache_of(files, ("/lib",), (2, 33)) == (
        CacheEntry("libx.so.1", "/lib/glibc-hwcaps/x86-64-v3/libx.so.1.2", FLAGS["x86_64"], "x86-64-v3"),
    )


@pytest.mark.parametrize(
    ("older", "newer"),
    [("libx.so.1.9", "libx.so.1.10"), ("libx.so", "libx.so.0"), ("libx.so.a", "libx.so.1"), ("liba.so", "libb.so")],
)
def test_numbers_in_names_count_as_numbers(older: str, newer: str) -> None:
    assert compare_names(older, newer) < 0 < compare_names(newer, older)
    assert compare_names("libx.so.01", "libx.so.1") == 0
