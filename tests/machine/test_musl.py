"""What is read of musl's loader and its path file, and what capture makes of an interpreter that runs on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.elf_images import elf
from wontload.machine import Python
from wontload.machine.capture import system_of
from wontload.machine.musl import WITHOUT_PATH_FILE, musl_facts, path_file, search_directories


def installed(prefix: Path, path_text: str | None = "/first:/second\n\n/third with ü\n") -> Path:
    """A loader of version 1.2.5 below a prefix, with its list of directories."""
    (prefix / "lib").mkdir()
    (prefix / "etc").mkdir()
    loader = prefix / "lib/ld-musl-x86_64.so.1"
    loader.write_bytes(b"\x7fELF\0%.*s/etc/ld-musl-x86_64.path\0more\0001.2.5\0")
    if path_text is not None:
        (prefix / "etc/ld-musl-x86_64.path").write_text(path_text, encoding="utf-8")
    return loader


def test_the_loader_s_version_and_directories(tmp_path: Path) -> None:
    facts = musl_facts(str(installed(tmp_path)))
    assert facts == {
        "libc": "musl",
        "libc_version": "1.2.5",
        "default_directories": ("/first", "/second", "/third with ü"),
    }


def test_without_a_list_there_are_three_directories_and_with_an_empty_one_none(tmp_path: Path) -> None:
    assert musl_facts(str(installed(tmp_path, None)))["default_directories"] == WITHOUT_PATH_FILE
    (tmp_path / "etc/ld-musl-x86_64.path").write_text("")
    assert search_directories(str(tmp_path / "etc/ld-musl-x86_64.path")) == ()
    assert search_directories(str(tmp_path / "etc")) == ()  # it is there and cannot be read


@pytest.mark.parametrize(
    ("loader", "path"),
    [
        ("/lib/ld-musl-x86_64.so.1", "/etc/ld-musl-x86_64.path"),
        ("/opt/musl/lib/ld-musl-armhf.so.1", "/opt/musl/etc/ld-musl-armhf.path"),
        ("/ld-musl-i386.so.1", "/etc/ld-musl-i386.path"),
    ],
)
def test_the_list_lies_below_the_loader_s_prefix(loader: str, path: str) -> None:
    assert path_file(loader, b"") == path


def test_capture_asks_the_interpreter_which_loader_it_has(tmp_path: Path) -> None:
    executable = tmp_path / "python3"
    executable.write_bytes(elf(interpreter=str(installed(tmp_path))))
    python = Python(
        executable=str(executable),
        base_executable=str(executable),
        version="3.12.1",
        prefix="/usr",
        base_prefix="/usr",
        platform="linux_x86_64",
    )
    system = system_of(python, {"libc": "musl", "libc_version": "", "machine": "x86_64", "bits": 64})
    assert (system.libc, system.libc_version, system.default_directories[0]) == ("musl", "1.2.5", "/first")


@pytest.mark.oracle("musl")
def test_the_real_loader_s_version() -> None:
    assert musl_facts("/lib/ld-musl-x86_64.so.1")["libc_version"].startswith("1.")
