"""VC++ runtimes, containers, the system's C++ library, and the inventory that asks as it goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import SYSTEM32, USR_LIB, dll, linux, so, windows
from tests.support.sources import RecordedSources
from wontload.machine import Inventory
from wontload.machine.inventory import VcRuntime
from wontload.machine.survey import LiveInventory, in_full
from wontload.machine.survey.container import container
from wontload.machine.survey.libstdcxx import libstdcxx
from wontload.machine.survey.vc_runtimes import vc_runtimes

RUNTIMES = r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes"
RUNTIMES_32 = r"SOFTWARE\WOW6432Node\Microsoft\VisualStudio\14.0\VC\Runtimes"


def test_vc_runtimes():
    registry = {
        rf"HKLM\{RUNTIMES}\X64": {"Installed": 1, "Version": "v14.38.33135.00", "Major": 14},
        rf"HKLM\{RUNTIMES}\ARM64": {"Installed": 0, "Version": "v14.38.33135.00"},
        rf"HKLM\{RUNTIMES}\Minimum": {"Installed": 1, "Version": "v14.38.33135.00"},
        rf"HKLM\{RUNTIMES_32}\x86": {"Installed": 1, "Version": "v14.29.30139.0"},
        rf"HKLM\{RUNTIMES_32}\X64": {"Installed": 1, "Version": "v14.38.33135.00"},
    }
    files = {
        SYSTEM32 + r"\msvcp140.dll": dll(file_version=(14, 38, 33135, 0)),
        r"C:\Windows\SysWOW64\msvcp140.dll": dll(architecture="x86", file_version=(14, 29, 30139, 0)),
    }
    assert vc_runtimes(RecordedSources(windows(files), registry=registry)) == (
        VcRuntime(architecture="x86_64", version="14.38.33135.00", source="registry"),
        VcRuntime(architecture="x86", version="14.29.30139.0", source="registry"),
        VcRuntime(architecture="x86_64", version="14.38.33135.0", path=SYSTEM32 + r"\msvcp140.dll", source="file"),
        VcRuntime(architecture="x86", version="14.29.30139.0", path=r"C:\Windows\SysWOW64\msvcp140.dll", source="file"),
    )


def test_no_vc_runtime_is_an_answer():
    wines_own = {SYSTEM32 + r"\msvcp140.dll": dll(wine_builtin=True, file_version=(14, 0, 0, 0))}
    assert vc_runtimes(RecordedSources(windows(wines_own))) == ()
    assert vc_runtimes(RecordedSources(linux())) == ()


@pytest.mark.parametrize(
    ("files", "texts", "environment", "name"),
    [
        (["/.dockerenv"], {}, {}, "docker"),
        (["/run/.containerenv"], {}, {}, "podman"),
        ([], {"/run/systemd/container": "lxc\n"}, {}, "lxc"),
        ([], {}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ([], {"/proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n"}, {}, "wsl2"),
        ([], {"/proc/sys/kernel/osrelease": "4.4.0-19041-Microsoft\n"}, {}, "wsl1"),
        ([], {"/proc/sys/kernel/osrelease": "6.1.0\n", "/proc/1/cgroup": "0::/kubepods/pod1\n"}, {}, "kubernetes"),
        ([], {"/proc/sys/kernel/osrelease": "6.1.0\n", "/proc/1/cgroup": "0::/init.scope\n"}, {}, ""),
        ([], {}, {}, None),
    ],
)
def test_containers(files: list[str], texts: dict[str, str], environment: dict[str, str], name: str | None):
    machine = linux(dict.fromkeys(files), environment=environment)
    assert container(RecordedSources(machine, texts=texts)) == name


def test_the_newest_version_of_libstdcxx_counts_its_parts():
    library = so(versions=("libstdc++.so.6", "GLIBCXX_3.4.9", "GLIBCXX_3.4.30", "GLIBCXX_3.4", "CXXABI_1.3.13"))
    assert libstdcxx(RecordedSources(linux({f"{USR_LIB}/libstdc++.so.6": library}))) == "3.4.30"
    assert libstdcxx(RecordedSources(linux())) == ""


def test_parts_are_asked_once_and_when_wanted():
    sources = RecordedSources(linux(), texts={"/proc/cpuinfo": "processor: 0\nflags: avx2\n"})
    inventory = LiveInventory(sources)
    assert inventory.unasked == ()
    first = inventory.cpu
    assert first is not None
    assert first.features == {"avx2"}
    sources.texts.clear()
    assert inventory.cpu is first
    assert inventory.vc_runtimes == ()


def test_a_part_that_fails_takes_nothing_else_along():
    class Odd(RecordedSources):
        def text(self, path: str, most_bytes: int = 0) -> str | None:
            raise RuntimeError("an odd file system")

    found = in_full(LiveInventory(Odd(linux())))
    assert type(found) is Inventory
    assert (found.cpu, found.vc_runtimes) == (None, ())
    assert ("cpu", "RuntimeError: an odd file system") in [(one.source, one.why) for one in found.unasked]


def test_an_inventory_in_full_is_a_plain_value():
    plain = Inventory(libstdcxx="3.4.30")
    assert in_full(plain) == plain
    live = LiveInventory(RecordedSources(linux()))
    assert replace(in_full(live), unasked=()).toolkits == ()
