"""What interrupted installations leave, as a real pip leaves it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.machines import linux
from wontload.machine.live import LiveFiles
from wontload.machine.survey.half_installed import half_installed
from wontload.machine.survey.sources import Sources

METADATA = "Metadata-Version: 2.1\nName: NumPy\nVersion: 1.26.4\n\nText\n"


def sources(*path: Path) -> Sources:
    return Sources(replace(linux(path=[str(one) for one in path]), files=LiveFiles()))


def info(site: Path, name: str, **files: str) -> Path:
    made = site / name
    made.mkdir(parents=True)
    for file, text in files.items():
        (made / file).write_text(text)
    return made


def test_metadata_without_a_record_and_what_was_renamed(tmp_path: Path):
    info(tmp_path, "whole-1.0.dist-info", RECORD="", METADATA=METADATA)
    broken = info(tmp_path, "numpy-1.26.4.dist-info", METADATA=METADATA, **{"top_level.txt": "numpy\n"})
    renamed = info(tmp_path, "~umpy-1.26.3.dist-info", RECORD="numpy/__init__.py,,\n", METADATA=METADATA)
    (tmp_path / "~umpy").mkdir()
    found = half_installed(sources(tmp_path))
    assert [(one.path, one.name, one.version, one.modules, one.set_aside) for one in found] == [
        (str(broken), "NumPy", "1.26.4", ("numpy",), False),
        (str(tmp_path / "~umpy"), "", "", (), True),
        (str(renamed), "NumPy", "1.26.4", ("numpy",), True),
    ]


def test_conda_and_the_system_keep_their_records_elsewhere(tmp_path: Path):
    info(tmp_path, "a-1.0.dist-info", METADATA=METADATA, INSTALLER="conda\n")
    info(tmp_path, "b-1.0.dist-info", METADATA=METADATA, INSTALLER="debian\n")
    assert half_installed(sources(tmp_path, tmp_path / "nothing")) == ()
