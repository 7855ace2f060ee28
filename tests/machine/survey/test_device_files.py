"""The files in /dev of GPUs: which count, and what is told of this user's rights."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.machines import linux, windows
from tests.support.sources import RecordedSources
from wontload.machine.inventory import DeviceFile
from wontload.machine.survey.device_files import device_files
from wontload.machine.survey.sources import Sources

CHARACTERS = 0o020000  # S_IFCHR
NVIDIA, KFD, RENDER = "/dev/nvidia0", "/dev/kfd", "/dev/dri/renderD128"
OTHERS = ("/dev/null", "/dev/nvidia-modeset", "/dev/nvidiactl2", "/dev/dri/card0", "/dev/dri/by-path/x")


def test_those_of_gpus_and_no_others() -> None:
    rights = {NVIDIA: (True, CHARACTERS | 0o666, 0), KFD: (False, CHARACTERS | 0o660, 110)}
    rights |= {RENDER: (False, CHARACTERS | 0o660, 44), **dict.fromkeys(OTHERS, (True, CHARACTERS | 0o666, 0))}
    sources = RecordedSources(linux(dict.fromkeys(rights)), rights=rights, groups={0: "root", 44: "video"})
    assert device_files(sources) == (
        DeviceFile(path=KFD, usable=False, group="110", mode="rw-rw----"),
        DeviceFile(path=NVIDIA, usable=True, group="root", mode="rw-rw-rw-"),
        DeviceFile(path=RENDER, usable=False, group="video", mode="rw-rw----"),
    )


def test_none_and_not_known() -> None:
    assert device_files(RecordedSources(windows({}))) == ()
    assert device_files(RecordedSources(linux({"/dev/null": None}))) == ()
    empty = RecordedSources(linux({}))
    assert device_files(empty) is None
    assert [one.source for one in empty.unasked] == ["/dev"]


@pytest.mark.skipif(sys.platform != "linux", reason="a real /dev")
def test_the_real_one(tmp_path: Path) -> None:
    """What the kernel says of this user's rights, and of a file that is not there."""
    path = tmp_path / "device"
    path.touch(mode=0o600)
    sources = Sources(linux({}))
    assert sources.rights(str(path)) == (True, path.stat().st_mode, path.stat().st_gid)
    assert sources.rights(str(tmp_path / "none")) is None
    assert sources.group(path.stat().st_gid).isprintable()
    assert sources.group(2**31 - 7) == str(2**31 - 7)
    assert os.access(path, os.R_OK)
