"""WL402: what only a GPU's driver brings is nowhere here; silent where a copy is, and about other files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    SYSTEM32,
    codes,
    ctypes_load,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    so,
    told,
    windows,
)
from wontload.diagnosis import Severity
from wontload.machine.inventory import Gpu, Inventory

MODULE = PACKAGE + r"\_c.pyd"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


@pytest.mark.parametrize("name", ["nvcuda.dll", "vulkan-1.dll", "amdhip64_6.dll"])
def test_on_windows(name: str):
    (first,) = diagnose(windows({MODULE: dll(name)}), import_load(MODULE)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL402", Severity.ERROR, True)
    assert (first.subject, first.chain) == (name, ("pkg", "_c.pyd", name))
    assert first.title == f"no GPU driver: {name} is nowhere on this machine"


def test_on_linux_without_such_a_gpu():
    machine = linux({LIBRARY: so("libcuda.so.1")})
    machine = replace(machine, inventory=Inventory(gpus=(Gpu(vendor="intel", name="UHD"),)))
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert first.code == "WL402"
    assert "no GPU of NVIDIA's is seen here" in told(first)
    assert "a build for the processor" in first.explanation


def test_in_a_container():
    machine = replace(linux({LIBRARY: so("libcuda.so.1")}), inventory=Inventory(container="docker"))
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert "--gpus all" in first.explanation


def test_it_waits_until_the_toolkit_s_files_are_here():
    both = windows({MODULE: dll("nvcuda.dll", "cudart64_12.dll")})
    assert codes(diagnose(both, import_load(MODULE))) == ["WL201"]
    runtime = windows({MODULE: dll("nvcuda.dll", "cudart64_12.dll"), SYSTEM32 + r"\cudart64_12.dll": dll()})
    assert codes(diagnose(runtime, import_load(MODULE))) == ["WL402"]
    other = windows({MODULE: dll("nvcuda.dll", "nowhere.dll")})
    assert sorted(codes(diagnose(other, import_load(MODULE)))) == ["WL201", "WL402"]


def test_silent_where_a_copy_is_here_or_it_is_no_drivers():
    driver = windows({MODULE: dll("nvcuda.dll"), SYSTEM32 + r"\nvcuda.dll": dll()})
    assert codes(diagnose(driver, import_load(MODULE))) == []
    here = linux({LIBRARY: so("libcuda.so.1"), "/opt/wsl/libcuda.so.1": so(soname="libcuda.so.1")})
    assert "WL402" not in codes(diagnose(here, dlopen(LIBRARY, library_path="/opt/wsl")))
    assert codes(diagnose(windows({MODULE: dll("nowhere.dll")}), ctypes_load(MODULE))) == ["WL201"]
