"""WL406: a variable, a container, rights or WSL hide every GPU from what uses it; silent otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.gpu_machines import NEW, RTX_4070, ask, gpu_code
from tests.support.machines import LINUX_PACKAGE, case_of, codes, data, dlopen, linux, so, told
from wontload.diagnosis import Diagnosis, Severity
from wontload.diagnosis import diagnose as judge
from wontload.machine.inventory import DeviceFile, Driver, Gpu, Inventory


@pytest.mark.parametrize("value", ["-1", "7", "-1,0", "99999999999999999999"])
def test_hidden(value: str):
    answer = ask("sm_89", CUDA_VISIBLE_DEVICES=value)
    (first,) = answer.findings
    assert (first.code, first.severity, first.subject) == ("WL406", Severity.NOTE, "CUDA_VISIBLE_DEVICES")
    assert data(first, "variable", "value") == [value]
    assert answer.verdict == "loads"


@pytest.mark.parametrize("value", ["0", "0,7", "GPU-6a1b", "MIG-1", "all"])
def test_not_hidden(value: str):
    assert codes(ask("sm_89", CUDA_VISIBLE_DEVICES=value)) == []


def test_silent_without_a_gpu_or_the_variable():
    assert codes(ask("sm_89")) == []
    assert codes(ask("sm_89", gpus=(), CUDA_VISIBLE_DEVICES="-1")) == []
    assert codes(ask("sm_89", gpus=None, CUDA_VISIBLE_DEVICES="-1")) == []
    assert codes(ask("sm_89", gpus=(RTX_4070, RTX_4070), CUDA_VISIBLE_DEVICES="1")) == []
    assert codes(ask("sm_89", CUDA_VISIBLE_DEVICES="")) == []  # Windows has no empty variables


LIBRARY, LIBCUDA = LINUX_PACKAGE + "/libggml-cuda.so", "/usr/lib/x86_64-linux-gnu/libcuda.so.1"
RADEON = Gpu(vendor="amd", name="Radeon RX 7900 XTX", gfx="gfx1100")
OPEN = {"usable": True, "group": "root", "mode": "rw-rw-rw-"}
CLOSED = {"usable": False, "group": "render", "mode": "rw-rw----"}


def files(*paths: str, **given: Any) -> tuple[DeviceFile, ...]:
    return tuple(DeviceFile(path=path, **given) for path in paths)


def on_linux(
    devices: tuple[DeviceFile, ...] | None,
    *,
    gpus: tuple[Gpu, ...] = (RTX_4070,),
    drivers: tuple[Driver, ...] = (),
    container: str | None = "",
    needs: str = "",
    others: dict[str, Any] | None = None,
    **environment: str,
) -> Diagnosis:
    """A library with CUDA code, or one that needs another, on a Linux with these files in /dev."""
    contents = {LIBRARY: so(*((needs,) if needs else ())), **(others or {})}
    machine = linux(contents, environment=environment)
    inventory = Inventory(gpus=gpus, drivers=drivers, device_files=devices, container=container)
    case = case_of(replace(machine, inventory=inventory), dlopen(LIBRARY))
    return judge(replace(case, gpu_code={LIBRARY: gpu_code("sm_89")}.get) if not needs else case)


def test_a_container_that_was_started_without_a_gpu():
    answer = on_linux((), container="docker")
    (first,) = answer.findings
    assert (first.code, first.severity, first.subject) == ("WL406", Severity.NOTE, "/dev/nvidia0")
    assert first.title == "no GPU is passed into this container (docker)"
    assert "--gpus all" in first.explanation
    assert "RTX 4070 SUPER" in told(first)
    assert answer.verdict == "loads"


@pytest.mark.parametrize("value", ["void", "none"])
def test_the_toolkits_variable_is_told(value: str):
    (first,) = on_linux((), container="docker", NVIDIA_VISIBLE_DEVICES=value).findings
    assert data(first, "variable", "value") == [value]
    libraries = Driver(vendor="nvidia", version="", library=LIBCUDA, source="driver library")
    (first,) = on_linux((), gpus=(), drivers=(libraries,), container="docker", NVIDIA_VISIBLE_DEVICES=value).findings
    assert first.code == "WL406", "the driver's libraries are passed in, and no GPU"


def test_silent_where_the_gpu_is_passed_in_whatever_the_variable_says():
    """In CDI mode the toolkit sets `void` itself, after it has passed the GPU in."""
    there = files("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", **OPEN)
    assert codes(on_linux(there, container="docker", NVIDIA_VISIBLE_DEVICES="void")) == []
    assert codes(on_linux(there, container="", NVIDIA_VISIBLE_DEVICES="none")) == []


def test_silent_where_nothing_shows_a_gpu_or_nobody_looked():
    assert codes(on_linux((), gpus=(), container="docker")) == []
    assert codes(on_linux(None, container="docker")) == []
    assert codes(on_linux((), container="")) == [], "outside of a container the driver makes them when they are wanted"
    assert codes(on_linux((), container="docker", gpus=(RADEON,))) == [], "CUDA is not for it"


@pytest.mark.parametrize("container", ["", "docker", None])
def test_rights(container: str | None):
    closed = files("/dev/nvidia0", **CLOSED) + files("/dev/nvidiactl", "/dev/nvidia-uvm", **OPEN)
    (first,) = on_linux(closed, container=container, drivers=(NEW,)).findings
    assert (first.code, first.severity, first.subject) == ("WL406", Severity.WARNING, "/dev/nvidia0")
    assert "render is the group" in first.explanation
    assert "rw-rw----, of group render" in told(first)


def test_one_card_that_may_be_used_is_enough():
    two = files("/dev/nvidia0", **CLOSED) + files("/dev/nvidia1", **OPEN)
    assert codes(on_linux(two)) == []
    unknown = files("/dev/nvidia0", usable=None)
    assert codes(on_linux(unknown)) == []


def test_amds_files():
    hip = {"/usr/lib/x86_64-linux-gnu/libamdhip64.so.6": so()}

    def ask_amd(devices: tuple[DeviceFile, ...], container: str) -> Diagnosis:
        return on_linux(devices, gpus=(RADEON,), container=container, needs="libamdhip64.so.6", others=hip)

    (first,) = ask_amd((), "podman").findings
    assert (first.subject, "--device /dev/kfd" in first.explanation) == ("/dev/kfd", True)
    (first,) = ask_amd(files("/dev/kfd", "/dev/dri/renderD128", **CLOSED), "").findings
    assert (first.severity, first.title) == (
        Severity.WARNING,
        "/dev/dri/renderD128 and /dev/kfd may not be opened by this user",
    )
    assert codes(ask_amd(files("/dev/kfd", "/dev/dri/renderD128", **OPEN), "podman")) == []


def test_wsl():
    wsl = "/usr/lib/wsl/lib/libcuda.so.1"
    dxg = files("/dev/dxg", **OPEN)
    (first,) = on_linux((), container="wsl2").findings
    assert (first.code, first.subject) == ("WL406", "/dev/dxg")
    both = {LIBCUDA: so(), wsl: so()}
    (first,) = on_linux(dxg, container="wsl2", needs="libcuda.so.1", others=both).findings
    assert (first.code, first.severity, first.subject) == ("WL406", Severity.WARNING, LIBCUDA)
    assert "take the Linux driver out" in first.explanation
    assert codes(on_linux(dxg, container="wsl2")) == []
    assert codes(on_linux(dxg, container="wsl2", needs="libcuda.so.1", others={LIBCUDA: so()})) == []
