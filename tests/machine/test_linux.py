"""What is read from the loader's file, against what the loader says of itself."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from wontload.machine.linux import LOADERS, glibc_facts, known_hwcaps, library_token, system_directories

VERSION = (os.confstr("CS_GNU_LIBC_VERSION") or "").removeprefix("glibc ")
LOADER = next((path for path in LOADERS.values() if Path(path).exists()), "")


def diagnostics() -> dict[str, str]:
    """`ld.so --list-diagnostics`, since 2.33: lines of `name="value"`."""
    done = subprocess.run([LOADER, "--list-diagnostics"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("this loader cannot say")
    return dict(re.findall(r'^(\S+?)="?(.*?)"?$', done.stdout, re.MULTILINE))


@pytest.mark.oracle("gcc")
def test_the_loader_says_the_same_of_itself() -> None:
    said, facts = diagnostics(), glibc_facts(VERSION)
    directories = [value.rstrip("/") for name, value in said.items() if name.startswith("path.system_dirs")]
    assert list(facts["default_directories"]) == directories
    assert facts["lib"] == said["dl_dst_lib"]
    assert facts["platform"] == said["dl_platform"]
    active = int(said["dl_hwcaps_subdirs_active"], 16)
    subdirectories = said["dl_hwcaps_subdirs"].split(":")
    # The lowest bit is the first name's, which is the highest level's: glibc, sysdeps/x86_64/dl-hwcaps-subdirs.c.
    assert list(facts["hwcaps"]) == [name for bit, name in enumerate(subdirectories) if active >> bit & 1]


@pytest.mark.parametrize(
    ("text", "directories", "token"),
    [
        (b"x\0/lib64/\0/usr/lib64/\0y", ("/lib64", "/usr/lib64"), "lib64"),
        (b"\0/lib/aarch64-linux-gnu/\0/usr/lib/\0", ("/lib/aarch64-linux-gnu", "/usr/lib"), "lib/aarch64-linux-gnu"),
        (b"\0/nix/store/abc-glibc-2.39/lib/\0/etc", ("/nix/store/abc-glibc-2.39/lib",), "lib"),
        (b"nothing of the kind", (), ""),
    ],
)
def test_directories_of_other_builds(text: bytes, directories: tuple[str, ...], token: str) -> None:
    assert system_directories(text) == directories
    assert library_token(directories) == token


def test_subdirectories_of_other_builds() -> None:
    assert known_hwcaps(b"\0power10:power9\0") == ("power10", "power9")
    assert known_hwcaps(b"\0x86-64-v2x\0") == ()


def test_glibc_before_2_33_has_no_such_subdirectories() -> None:
    assert glibc_facts("2.31")["hwcaps"] == ()


def test_a_loader_that_is_not_there() -> None:
    facts = glibc_facts("2.36", "/nowhere/ld.so")
    assert facts["default_directories"] == ()
