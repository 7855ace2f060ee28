"""Distributions with native files, read from real records on disk."""

from __future__ import annotations

import base64
import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.machines import linux
from wontload.machine import Machine
from wontload.machine.dist_info import Installed
from wontload.machine.live import LiveFiles
from wontload.machine.survey import live_inventory
from wontload.machine.survey.distributions import distributions, hexadecimal
from wontload.machine.survey.sources import Sources


def machine(*path: Path) -> Machine:
    made = linux(path=[str(one) for one in path])
    return replace(made, files=LiveFiles())


def install(site: Path, name: str, record: str, **files: str) -> Path:
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text(record)
    for file, text in {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", **files}.items():
        (info / file).write_text(text)
    return info


def entry(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest},{len(data)}"


def test_what_is_recorded_and_what_is_there(tmp_path: Path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "core.so").write_bytes(b"native")
    record = f"pkg/__init__.py,,\npkg/core.so,{entry(b'native')}\npkg.libs/libz.so.1.2,{entry(b'gone')}\nnote.sop,,\n"
    wheel = "Wheel-Version: 1.0\nTag: cp311-cp311-linux_x86_64\nTag: cp311-abi3-linux_x86_64\n"
    info = install(tmp_path, "pkg", record, INSTALLER="uv\n", WHEEL=wheel)
    install(tmp_path, "pure", "pure.py,,\n")
    (found,) = distributions(Sources(machine(tmp_path)))
    assert (found.name, found.version, found.installer, found.modules) == ("pkg", "1.0", "uv", ("pkg",))
    assert found.tags == ("cp311-cp311-linux_x86_64", "cp311-abi3-linux_x86_64")
    assert (found.location, found.record) == (str(tmp_path), str(info / "RECORD"))
    there, gone = found.files
    assert (there.path, there.size_bytes, there.found_bytes) == (str(tmp_path / "pkg" / "core.so"), 6, 6)
    assert there.sha256 == hashlib.sha256(b"native").hexdigest()
    assert (gone.path, gone.present, gone.found_bytes) == (str(tmp_path / "pkg.libs" / "libz.so.1.2"), False, None)


def test_those_of_some_names_are_found_without_the_records_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    install(tmp_path, "Some_Thing", "some/core.so,,\n", METADATA="Name: Some.Thing\nVersion: 1.0\n")
    install(tmp_path, "other", "some/other.so,,\n")
    install(tmp_path, "pure", "pure.py,,\n")
    named = live_inventory(machine(tmp_path)).distributions_of({"Some.Thing", "pure"}, "some")
    assert [one.name for one in named] == ["Some.Thing"]

    read = Installed.read
    others = (str(tmp_path / "other-1.0.dist-info"), str(tmp_path / "pure-1.0.dist-info"))
    opened: list[str] = []
    monkeypatch.setattr(Installed, "read", lambda self, *names: (opened.append(self.directory), read(self, *names))[1])
    inventory = live_inventory(machine(tmp_path))
    assert inventory.distributions_of({"Some.Thing"}, "some") == named
    assert not set(opened) & set(others)
    assert [one.name for one in inventory.distributions or ()] == ["Some.Thing", "other"]
    assert inventory.distributions_of({"Some.Thing"}, None) == named


def test_names_that_need_quotes_and_paths_that_leave(tmp_path: Path):
    record = '"a, b.pyd",sha256=x,1\r\n../../bin/tool.dll,,\r\n"unclosed.so,,\r\n'
    install(tmp_path / "x" / "y", "odd", record)
    (found,) = distributions(Sources(machine(tmp_path / "x" / "y")))
    assert [one.path for one in found.files][:2] == [
        str(tmp_path / "x" / "y" / "a, b.pyd"),
        str(tmp_path / "bin" / "tool.dll"),
    ]


def test_older_records(tmp_path: Path):
    info = tmp_path / "old-2.0-py3.11.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Name: Old\nVersion: 2.0\n")
    (info / "installed-files.txt").write_text("../old/core.so\n../old/__init__.py\nPKG-INFO\n")
    (found,) = distributions(Sources(machine(tmp_path)))
    assert (found.name, found.record, found.files[0].path) == ("Old", "", str(tmp_path / "old" / "core.so"))


def test_nothing_of_it_is_imported(tmp_path: Path):
    (tmp_path / "evil.py").write_text("raise SystemExit('imported')")
    install(tmp_path, "evil", "evil.py,,\nevil.so,,\n")
    assert [one.name for one in distributions(Sources(machine(tmp_path)))] == ["evil"]
    assert "evil" not in sys.modules


@pytest.mark.parametrize("entry", ["", "md5=abc", "sha256=", "sha256=é", "sha256=" + "A" * 900])
def test_other_hashes_are_no_hashes(entry: str):
    assert hexadecimal(entry) in ("", hexadecimal("sha256="))
