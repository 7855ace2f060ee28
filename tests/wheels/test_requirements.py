"""What a wheel requires on a machine."""

from __future__ import annotations

import pytest

from tests.support.machines import windows
from wontload.machine import Machine, System
from wontload.machine.machine import Python
from wontload.machine.memory import MemoryFiles
from wontload.wheels.requirements import declared_names, names_by_extra, required_names

LINUX = Machine(
    id="m",
    system=System(name="linux"),
    files=MemoryFiles(windows=False),
    python=Python(executable="p", base_executable="p", version="3.11.9", prefix="/", base_prefix="/"),
)


def test_what_an_extra_asks_for_besides_the_rest():
    requirements = ["numpy", "numpy>=2; extra == 'dev'", "mlx-cpu==1; extra == 'cpu' and sys_platform == 'linux'"]
    assert names_by_extra(requirements, ["dev", "cpu", "cuda"], LINUX) == {"cpu": {"mlx-cpu"}}
    assert names_by_extra(requirements, ["dev", "cpu", "cuda"], windows()) == {}


@pytest.mark.parametrize(
    ("requirement", "on_linux", "on_windows"),
    [
        ("NumPy>=1.20", {"numpy"}, {"numpy"}),
        (
            "nvidia-cublas-cu12==12.4; platform_system == 'Linux' and platform_machine == 'x86_64'",
            {"nvidia-cublas-cu12"},
            set(),
        ),
        ("pywin32; sys_platform == 'win32'", set(), {"pywin32"}),
        ("torch; extra == 'gpu'", set(), set()),
        ("tomli; python_version < '3.11'", set(), set()),
        ("x @ https://example.org/x.whl", {"x"}, {"x"}),
        ("!!!", set(), set()),
    ],
)
def test_markers_are_evaluated_for_the_machine(requirement, on_linux, on_windows):
    assert required_names([requirement], LINUX) == on_linux
    assert required_names([requirement], windows()) == on_windows


@pytest.mark.parametrize(
    ("requirement", "declared"),
    [
        ("cuda-toolkit==13.0.3", {"cuda-toolkit"}),
        (
            "CUDA_Toolkit[cublas, cudart]==13.0.3",
            {"cuda-toolkit", "nvidia-cublas", "nvidia-cuda-nvrtc", "nvidia-cuda-runtime"},
        ),
        ("cuda-toolkit[cudart]~=12.4", {"cuda-toolkit", "nvidia-cuda-runtime-cu12"}),
        ("cuda-toolkit[cudart]==11.*; sys_platform == 'linux'", {"cuda-toolkit", "nvidia-cuda-runtime-cu11"}),
        ("cuda-toolkit[cudart]", {"cuda-toolkit", "nvidia-cuda-runtime"}),
        ("cuda-toolkit[no-such]>=12,<13", {"cuda-toolkit"}),
        ("requests[socks]", {"requests"}),
        ("cuda-toolkit[cudart", {"cuda-toolkit"}),
        ("!!!", set()),
    ],
)
def test_extras_of_a_meta_package_count_as_declared(requirement: str, declared: set[str]):
    assert set(declared_names(requirement)) == declared


def test_all_of_a_meta_package_is_every_one_of_its_extras():
    found = declared_names("cuda-toolkit[all]==12.9.1")
    assert {"nvidia-cublas-cu12", "nvidia-cuda-sanitizer-api-cu12"} < set(found)
    assert len(found) == len(set(found)) == 22
