"""Which CUDA's wheel is named where one file name serves CUDA 12 and CUDA 13: by the package, then by the driver."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import LINUX_PACKAGE, LINUX_SITE, data, diagnose, dlopen, linux, of_kind, so
from wontload.app.fix import plan_for
from wontload.knowledge.components import component_of
from wontload.knowledge.cuda_in_use import cuda_in_use
from wontload.knowledge.providers import cuda_majors_of, cuda_of_wheel, wheels
from wontload.machine import Machine
from wontload.machine.inventory import Distribution, Driver

LIBRARY = LINUX_PACKAGE + "/cutensor.so"
WHEEL = {12: "cutensor-cu12", 13: "cutensor-cu13"}


def driven(machine: Machine, cuda: tuple[int, int] | None) -> Machine:
    drivers = (Driver(vendor="nvidia", version="1.0", cuda=cuda, source="test"),) if cuda else ()
    return replace(machine, inventory=replace(machine.inventory, drivers=drivers))


def installed(machine: Machine, name: str, version: str = "1.0", requires: tuple[str, ...] = ()) -> Machine:
    own = Distribution(name=name, version=version, location=LINUX_SITE, modules=("pkg",), requires=requires)
    return replace(machine, inventory=replace(machine.inventory, distributions=(own,)))


@pytest.mark.parametrize(
    ("needs", "name", "requires", "driver", "major", "because"),
    [
        (("libcublas.so.13",), "cupy-cuda12x", (), (13, 0), 13, "libcublas.so.13 is needed as well"),
        (("libcublas.so.12",), "cupy", (), (13, 0), 12, "libcublas.so.12 is needed as well"),
        (("libcufft.so.12",), "cupy", (), None, 13, "libcufft.so.12 is needed as well"),  # cuFFT 12 is CUDA 13's
        (("libcurand.so.10",), "cupy-cuda13x", (), None, 13, "cupy-cuda13x 1.0 says so"),  # of either
        ((), "torch", ("nvidia-cudnn-cu13", "sympy"), (12, 8), 13, "nvidia-cudnn-cu13 is required"),
        ((), "jax", ("jax-cuda12-plugin", "jax-cuda13-plugin"), (13, 1), 13, "the driver takes CUDA 13.1"),
        ((), "pkg", (), (12, 8), 12, "the driver takes CUDA 12.8"),
        ((), "pkg", (), (14, 0), 13, "the driver takes CUDA 14.0"),
    ],
)
def test_the_package_decides_and_then_the_driver(needs, name, requires, driver, major, because):
    machine = linux({LIBRARY: so("libcutensor.so.2", *needs)})
    machine = driven(installed(machine, name, requires=requires), driver)
    finding = next(one for one in diagnose(machine, dlopen(LIBRARY)).findings if one.subject == "libcutensor.so.2")
    assert data(finding, "provider", "package")[0] == WHEEL[major]
    (told, *_) = of_kind(finding, "cuda")
    assert (told.data["cuda"], told.data["because"]) == (major, because)


@pytest.mark.parametrize(("name", "major"), [("cupy-cuda12x", 12), ("pkg", 13)])
def test_what_another_load_found_counts_less_than_the_package_s_name(name: str, major: int):
    """A toolkit of CUDA 13 that is here and loads says little of what a build for CUDA 12 wants."""
    toolkit = "/usr/local/cuda/lib64/libcublasLt.so.13"
    user = so("libcublasLt.so.13", runpath=("/usr/local/cuda/lib64",))
    machine = linux({LINUX_PACKAGE + "/other.so": user, toolkit: so(), LIBRARY: so("libcutensor.so.2")})
    answer = diagnose(installed(machine, name), dlopen(LINUX_PACKAGE + "/other.so"), dlopen(LIBRARY))
    assert data(answer.findings[0], "provider", "package") == [WHEEL[major]]


def test_where_nothing_tells_the_table_s_order_stands_and_nothing_is_claimed():
    machine = driven(linux({LIBRARY: so("libcutensor.so.2")}), None)
    (finding,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert data(finding, "provider", "package") == ["cutensor-cu12"]
    assert of_kind(finding, "cuda") == []


def test_the_fix_installs_that_wheel_and_says_why():
    machine = driven(installed(linux({LIBRARY: so("libcutensor.so.2")}), "cupy-cuda13x", "14.0"), (13, 0))
    plan = plan_for(diagnose(replace(machine, id="saved"), dlopen(LIBRARY)))
    fix = next(one for one in plan.fixes if one.kind == "runtime-wheels")
    assert fix.requirements == ("cutensor-cu13",)
    assert fix.caveat == "of CUDA 13, as cupy-cuda13x 14.0 says so"


@pytest.mark.parametrize(
    ("name", "major"),
    [
        ("cupy-cuda13x", 13),
        ("cupy_cuda12x 13.4", 12),
        ("torch 2.9.0+cu130", 13),
        ("torch 2.4.0+cu121", 12),
        ("torch 2.4.0+cu118", 11),
        ("jax-cuda12-plugin", 12),
        ("onnxruntime-gpu 1.22", None),
        ("focus13", None),
        ("cuda-python 13", None),
        ("pkg 20250113", None),
    ],
)
def test_names_that_tell(name: str, major: int | None):
    found = cuda_in_use((), (name,))
    assert (found.major if found else None) == major


@pytest.mark.parametrize(
    "file",
    ["libcutensor.so.2", "libcufile.so.0", "libcudnn.so.9", "libnccl.so.2", "libcusparseLt.so.0", "libcudss.so.1"],
)
def test_libraries_of_two_majors_have_a_wheel_for_each(file: str):
    component = component_of(file)
    assert component is not None
    assert cuda_majors_of(component) == {12, 13}


def test_every_wheel_of_nvidia_tells_its_major():
    silent = [
        row["package"] for row in wheels().values() if row["package"].startswith("nvidia-") and not cuda_of_wheel(row)
    ]
    assert silent == []
