"""The patterns of knowledge/places.toml, on one machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import BASE, CUDA, LINUX_SITE, SITE, VENV, dll, linux, so, windows
from wontload.diagnosis.places import expand
from wontload.knowledge import places as known

TOOLKITS = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA"
WINDOWS = windows(
    {rf"{TOOLKITS}\{version}\bin\cudart64_12.dll": dll() for version in ("v12.4", "v11.8", "docs")},
    environment={"Cuda_Path": r"D:\cuda", "CUDA_PATH_V12_4": r"E:\12.4", "USERPROFILE": r"C:\Users\ada"},
)


def places(pattern: str, machine=WINDOWS, sites=(SITE,)) -> list[str]:
    return list(expand(pattern, machine, sites))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"C:\msys64\bin", [r"C:\msys64\bin"]),
        (r"{site}\torch\lib", [SITE + r"\torch\lib"]),
        (r"{prefix}\Library\bin", [VENV + r"\Library\bin"]),
        (r"{base_prefix}\DLLs", [BASE + r"\DLLs"]),
        (r"{windows}\System32", [r"C:\Windows\System32"]),
        (r"{home}\lib", [r"C:\Users\ada\lib"]),
        (r"{env:CUDA_PATH}\bin", [r"D:\cuda\bin"]),
        (r"{env:CUDA_PATH_V*}\bin", [r"E:\12.4\bin"]),
        (r"{env:HIP_PATH}\bin", []),
        (r"{local_app_data}\x", []),
    ],
)
def test_placeholders(pattern: str, expected: list[str]):
    assert places(pattern) == expected


def test_a_star_stands_for_what_exists():
    pattern = r"{program_files}\NVIDIA GPU Computing Toolkit\CUDA\v*\bin"
    assert sorted(places(pattern)) == [rf"{TOOLKITS}\v11.8\bin", rf"{TOOLKITS}\v12.4\bin"]
    assert places(r"{program_files}\Nobody\*\bin") == []


def test_case_counts_on_linux_only():
    assert len(places(r"{program_files}\nvidia gpu computing toolkit\CUDA\V12*")) == 1
    machine = linux({"/usr/local/cuda-12.4/lib64/libcudart.so.12": so()})
    assert places("/usr/local/cuda*/lib64", machine) == ["/usr/local/cuda-12.4/lib64"]
    assert places("/usr/local/CUDA*/lib64", machine) == []


def test_several_sites():
    assert places("{site}/torch/lib", linux(), (LINUX_SITE, "/opt/site-packages")) == [
        LINUX_SITE + "/torch/lib",
        "/opt/site-packages/torch/lib",
    ]


def test_a_variable_that_moves_program_files():
    machine = replace(WINDOWS, environment={"PROGRAMFILES": r"D:\Programs"})
    assert places(r"{program_files}\LLVM\bin", machine) == [r"D:\Programs\LLVM\bin"]


def test_a_machine_without_an_interpreter():
    machine = replace(WINDOWS, python=None)
    assert places(r"{prefix}\Library\bin", machine) == []


@pytest.mark.parametrize("machine", [WINDOWS, linux()], ids=["windows", "linux"])
def test_every_pattern_of_the_table_is_understood(machine):
    """Nothing of a placeholder is left, and all that comes out is an absolute path of this system."""
    for place in known.places(machine.system.name):
        for directory in expand(place.pattern, machine, (SITE,) if machine is WINDOWS else (LINUX_SITE,)):
            assert not {"{", "}", "*"} & set(directory), place.pattern
            assert directory[1:3] == ":\\" if machine is WINDOWS else directory.startswith("/"), place.pattern


def test_the_toolkit_of_the_case_is_among_them():
    found = {
        directory.lower() for place in known.places("windows") for directory in expand(place.pattern, WINDOWS, (SITE,))
    }
    assert CUDA.lower() in found
