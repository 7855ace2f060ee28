"""WL405 and WL406 of real imports on this computer, to which a GPU is added: what is installed and set is real."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.app.test_saved_gpu_code import CUBIN, library
from tests.support.gpu_machines import NEW, RTX_4070
from tests.support.machines import codes
from wontload import diagnose
from wontload.app.gpu import prove_gpu
from wontload.diagnosis import Diagnosis
from wontload.machine.inventory import DeviceFile
from wontload.machine.survey import container, device_files, graphics


@pytest.fixture(autouse=True)
def with_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "graphics", lambda sources: graphics.Graphics((RTX_4070,), (NEW,)))
    monkeypatch.setattr(device_files, "device_files", lambda sources: (DeviceFile(path="/dev/nvidia0", usable=True),))


def imported(name: str, site: Path) -> Diagnosis:
    return diagnose(name, environment={**os.environ, "PYTHONPATH": str(site)})


@pytest.mark.parametrize(("file", "expected"), [("libggml-cpu.so", ["WL405"]), ("libggml-cuda.so", [])])
def test_a_build_for_the_processor_alone(tmp_path: Path, file: str, expected: list[str]) -> None:
    package = tmp_path / "llama_cpp"
    (package / "lib").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "lib" / file).write_bytes(b"")
    assert codes(imported("llama_cpp", tmp_path)) == expected


def test_without_a_gpu_the_measurement_names_a_build_for_the_processor_alone(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(graphics, "graphics", lambda sources: graphics.Graphics((), ()))
    package = tmp_path / "llama_cpp"
    (package / "lib").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "lib" / "libggml-cpu.so").touch()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    proof = prove_gpu(imported("llama_cpp", tmp_path), python=sys.executable, environment=environment)
    said = [one for one in proof.why if one.startswith(("no GPU", "WL405"))]
    assert [one[:6] for one in said] == ["no GPU", "WL405:"]


@pytest.mark.parametrize(("value", "expected"), [("-1", ["WL406"]), ("", ["WL406"]), ("0", [])])
def test_a_variable_hides_it(value: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    answer = diagnose(library((CUBIN, 89)))
    assert codes(answer) == expected
    assert answer.verdict == "loads"


def test_this_computer_as_a_container_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_files, "device_files", lambda sources: ())
    monkeypatch.setattr(container, "container", lambda sources: "docker")
    assert codes(diagnose(library((CUBIN, 89)))) == ["WL406"]
