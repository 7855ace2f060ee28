"""The files in /dev through which programs reach a GPU, and whether this user may.

Sources: NVIDIA, CUDA Installation Guide for Linux, "Device Node Verification" (/dev/nvidia*, mode 0666); AMD, ROCm
installation, "Configuring permissions for GPU access" (/dev/kfd and /dev/dri/renderD*, groups render and video);
Microsoft, "DirectX is coming to the Windows Subsystem for Linux" (/dev/dxg).
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator

from wontload.machine.inventory import DeviceFile
from wontload.machine.survey.sources import Sources

DEVICES = "/dev"
OF_GPUS = re.compile(r"nvidia(\d+|ctl|-uvm)|kfd|dxg")
RENDER = re.compile(r"renderD\d+")


def device_files(sources: Sources) -> tuple[DeviceFile, ...] | None:
    """Those that are there; `None` where /dev cannot be listed."""
    if sources.system != "linux":
        return ()
    if not sources.is_directory(DEVICES):
        sources.note(DEVICES, "not there")
        return None
    return tuple(filter(None, (_file(sources, path) for path in _paths(sources))))


def _paths(sources: Sources) -> Iterator[str]:
    for name, path in sources.children(DEVICES):
        if OF_GPUS.fullmatch(name):
            yield path
    for name, path in sources.children(f"{DEVICES}/dri"):
        if RENDER.fullmatch(name):
            yield path


def _file(sources: Sources, path: str) -> DeviceFile | None:
    found = sources.rights(path)
    if found is None:
        return None
    usable, mode, group = found
    return DeviceFile(path=path, usable=usable, group=sources.group(group), mode=stat.filemode(mode)[1:])
