"""What a backend is compiled with, and is not here: found before anything runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import linux
from wontload.build.plan import BuildPlan, plan_build
from wontload.build.wishes import Wishes
from wontload.diagnosis.finding import Severity
from wontload.machine.inventory import Inventory, Tool, Toolkit

GXX = Tool(name="g++", version="12.2", path="/usr/bin/g++")
GLSLC, VULKAN, BLAS = "/usr/bin/glslc", "/usr/include/vulkan/vulkan.h", "/usr/lib/x86_64-linux-gnu/libopenblas.so"


def planned(backend: str, *files: str, toolkits: tuple[Toolkit, ...] = (), **defines: str) -> BuildPlan:
    machine = replace(linux(dict.fromkeys(files, b"")), inventory=Inventory(tools=(GXX,), gpus=(), toolkits=toolkits))
    return plan_build(machine, "llama-cpp-python", wishes=Wishes(backend=backend, defines=defines))


def subjects(plan: BuildPlan) -> list[str]:
    assert all(one.code == "WL701" for one in plan.findings)
    return [one.subject for one in plan.findings]


@pytest.mark.parametrize(
    ("backend", "files", "lacks"),
    [
        ("vulkan", (), ["glslc", "vulkan/vulkan.h"]),
        ("vulkan", (VULKAN,), ["glslc"]),
        ("vulkan", (GLSLC, VULKAN), []),
        ("blas", (), ["libopenblas.so"]),
        ("blas", (BLAS,), []),
        ("cpu", (), []),
    ],
)
def test_parts_that_distributions_install_without_a_root_are_known_by_their_files(backend, files, lacks):
    plan = planned(backend, *files)
    assert subjects(plan) == lacks
    assert {one.severity for one in plan.findings} <= {Severity.WARNING}  # CMake may be told where else


def test_an_sdk_with_a_root_of_its_own_has_them():
    assert subjects(planned("vulkan", toolkits=(Toolkit(kind="vulkan", version="1.3", directory="/opt/vulkan"),))) == []


def test_another_blas_is_not_looked_for():
    assert subjects(planned("blas", GGML_BLAS_VENDOR="FLAME")) == []


@pytest.mark.parametrize("backend", ["metal", "hip", "sycl"])
def test_what_cannot_be_here_ends_the_plan(backend):
    plan = planned(backend)
    assert (subjects(plan), plan.hindered) == ([backend], True)
