"""What this computer has free for a build, and what lies ready for it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable

from wontload.build.asking import value_of
from wontload.build.cost import Resources
from wontload.build.hindrance import Circumstances
from wontload.knowledge.packages import normalised

HEADER = "os.path.isfile(os.path.join(sysconfig.get_path('include'), 'Python.h'))"
# Of a control group, version 2 and 1: what a container may use.
LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)
QUOTA = "/sys/fs/cgroup/cpu.max"


def resources(directory: str) -> Resources:
    """Processors, memory and disk that a build in `directory` may use now."""
    return Resources(cores=_cores(), memory_bytes=_memory(), disk_bytes=_disk(directory))


def circumstances(
    python: str, *, offline: bool, find_links: Iterable[str], directory: str = "", unreachable: str = ""
) -> Circumstances:
    """What lies ready: wheels in directories, Python's header files. The rest is told on: see `Circumstances`."""
    return Circumstances(
        offline=offline,
        offered=lying_in(find_links),
        headers=_headers(python),
        directory=directory,
        unreachable=unreachable,
    )


def lying_in(find_links: Iterable[str]) -> frozenset[str]:
    """Normalised names of the distributions that lie in directories."""
    names = (name for directory in find_links if os.path.isdir(directory) for name in os.listdir(directory))
    return frozenset(normalised(name.partition("-")[0]) for name in names if name.endswith((".whl", ".tar.gz")))


def _cores() -> int | None:
    affinity = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    found = re.match(r"(\d+) (\d+)", _text(QUOTA))
    if affinity is None or found is None:
        return affinity
    return max(1, min(affinity, round(int(found[1]) / int(found[2]))))


def _memory() -> int | None:
    """Source: proc(5), MemAvailable; control groups' own accounts, where they are stricter."""
    if sys.platform == "win32":
        return _windows_memory()
    found = re.search(r"MemAvailable:\s*(\d+) kB", _text("/proc/meminfo"))
    if found is None:
        return None
    free = int(found[1]) * 1024
    for limit, usage in LIMITS:
        most, used = _text(limit).strip(), _text(usage).strip()
        if most.isdigit() and used.isdigit():
            free = min(free, max(0, int(most) - int(used)))
    return free


if sys.platform == "win32":

    def _windows_memory() -> int | None:
        """Source: Microsoft, GlobalMemoryStatusEx, MEMORYSTATUSEX: ullAvailPhys is the fourth field."""
        import ctypes

        class Status(ctypes.Structure):
            _fields_ = (
                ("length", ctypes.c_uint32),
                ("load", ctypes.c_uint32),
                ("total", ctypes.c_uint64),
                ("available", ctypes.c_uint64),
                ("rest", ctypes.c_uint64 * 5),
            )

        status = Status(length=ctypes.sizeof(Status))
        done = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.available) if done else None

else:

    def _windows_memory() -> int | None:
        return None


def _disk(directory: str) -> int | None:
    try:
        return shutil.disk_usage(directory).free
    except OSError:
        return None


def _headers(python: str) -> bool | None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found = value_of(python, "sysconfig", HEADER, environment)
    return found if isinstance(found, bool) else None


def _text(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(1 << 16)
    except OSError:
        return ""
