"""WL405: no file of the package is one of its GPU builds; silent with one, without a GPU, or where nothing is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.gpu_machines import RTX_4070
from tests.support.machines import SITE, codes, ctypes_load, diagnose, dll, windows
from wontload.diagnosis import Diagnosis, Severity
from wontload.knowledge.gpu_builds import gpu_build
from wontload.machine.inventory import Gpu, Inventory


def ask(target: str, *names: str, gpus: tuple[Gpu, ...] | None = (RTX_4070,)) -> Diagnosis:
    """A package that loads the first of its files."""
    root = rf"{SITE}\{target}"
    files = {rf"{root}\{name}": dll() for name in names} | {rf"{root}\__init__.py": None}
    machine = replace(windows(files), inventory=Inventory(gpus=gpus))
    origin = rf"{root}\__init__.py"
    return diagnose(machine, ctypes_load(rf"{root}\{names[0]}"), target=target, origin=origin)


def test_a_build_for_the_cpu():
    answer = ask("llama_cpp", r"lib\llama.dll", r"lib\ggml-base.dll")
    (only,) = answer.findings
    assert (only.code, only.severity, only.subject) == ("WL405", Severity.NOTE, "llama_cpp")
    assert "RTX 4070 SUPER" in only.title
    assert "GGML_CUDA" in only.explanation
    assert answer.verdict == "loads"


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("llama_cpp", (r"lib\llama.dll", r"lib\ggml-cuda.dll")),
        ("llama_cpp", (r"lib\llama.dll", r"lib\ggml-vulkan.dll")),
        ("torch", (r"lib\c10.dll", r"lib\torch_cuda.dll")),
        ("numpy", (r"core\multiarray.dll",)),
    ],
)
def test_silent_with_its_files_or_of_other_packages(target: str, names: tuple[str, ...]):
    assert codes(ask(target, *names)) == []


def test_silent_without_a_gpu():
    assert codes(ask("llama_cpp", r"lib\llama.dll", gpus=())) == []
    assert codes(ask("llama_cpp", r"lib\llama.dll", gpus=None)) == []
    assert codes(ask("llama_cpp", r"lib\llama.dll", gpus=(Gpu(vendor="intel", name="UHD"),))) == []


def test_it_is_known_by_the_import_name():
    assert gpu_build("torch.nn") is not None
    assert gpu_build("nothing") is None
