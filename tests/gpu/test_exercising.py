"""The conversation with the child: its stages, what it prints, and how it may end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wontload.errors import UsageError, WontloadError
from wontload.gpu.exercising import Exercised, exercise
from wontload.gpu.memory import Sample
from wontload.knowledge.gpu_exercises import GpuExercise, gpu_exercise, gpu_exercises

# A stand-in for the package alone: what is tested is the conversation. Real packages are put to work in tests/cases
# (llama.cpp under the official Windows Python) and were on a real GPU (recorded/).
TORCH = """
import os, sys
class cuda:
    is_available = staticmethod(lambda: False)
class version:
    cuda = None
__version__ = "0"
{body}
"""


def _run(tmp_path: Path, body: str, *, timeout_s: float = 60.0, lines: tuple[str, ...] = ()) -> Exercised:
    (tmp_path / "torch.py").write_text(TORCH.format(body=body), encoding="utf-8")
    known = GpuExercise(import_name="torch", module="torch", model="", lines=lines, default="")
    return exercise(
        known,
        python=sys.executable,
        sample=lambda pid: Sample(used={"GPU": pid}),
        timeout_s=timeout_s,
        environment={"PYTHONPATH": str(tmp_path), "PATH": ""},
    )


def test_an_error_of_the_package_is_the_answer(tmp_path: Path):
    done = _run(tmp_path, "def ones(*a, device): raise RuntimeError('no ' + device)")
    assert list(done.stages) == ["started", "imported", "failed"]
    assert done.stages["failed"].facts["error"] == "RuntimeError: no cuda"
    assert all(one.used == {"GPU": done.pid} for one in done.samples.values())


def test_what_it_prints_belongs_to_its_stage_and_never_to_the_conversation(tmp_path: Path):
    body = """
print('{"stage": "ran"}')
os.write(1, b'{"stage": "ran"}' + bytes([10]))
print("put 1 of 2", file=sys.stderr)
def ones(*a, device):
    print("put 2 of 2" + "x" * 100_000)
    raise RuntimeError
"""
    done = _run(tmp_path, body, lines=(r"put (?P<offloaded>\d) of",))
    assert list(done.stages) == ["started", "imported", "failed"]
    assert done.printed == (("imported", {"offloaded": "1"}), ("failed", {"offloaded": "2"}))


@pytest.mark.parametrize("body", ["os._exit(5)", "os.abort()", "sys.exit('enough')"])
def test_a_package_that_ends_the_process(tmp_path: Path, body: str):
    done = _run(tmp_path, body)
    assert ("imported" in done.stages, "ran" in done.stages) == (False, False)
    assert done.status != 0 or "failed" in done.stages


def test_the_time_limit_ends_it_and_what_it_started(tmp_path: Path):
    mark = tmp_path / "alive"
    body = f"""
import subprocess, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(4); open({str(mark)!r}, 'w')"])
time.sleep(60)
"""
    done = _run(tmp_path, body, timeout_s=2.0)
    assert done.status is None
    assert list(done.stages) == ["started"]
    import time

    time.sleep(4)
    assert not mark.exists()


def test_a_directory_of_the_package_s_name_beside_our_modules_changes_nothing(tmp_path: Path):
    """Our `exercises/torch.py` imports the person's `torch`, and never itself."""
    done = _run(tmp_path, "ones = None")
    assert done.stages["imported"].facts["registered"]["version"] == "0"


def test_a_model_of_one_s_own_must_be_there_and_be_wanted(tmp_path: Path):
    llama, torch = gpu_exercise("llama_cpp"), gpu_exercise("torch")
    assert llama is not None
    assert torch is not None
    with pytest.raises(UsageError, match="There is no model"):
        exercise(llama, python=sys.executable, sample=lambda pid: Sample(), model=str(tmp_path / "none.gguf"))
    with pytest.raises(UsageError, match="no GGUF model"):
        exercise(llama, python=sys.executable, sample=lambda pid: Sample(), model=__file__)
    with pytest.raises(UsageError, match="without a model"):
        exercise(torch, python=sys.executable, sample=lambda pid: Sample(), model=__file__)


def test_an_interpreter_that_is_none(tmp_path: Path):
    known = gpu_exercise("torch")
    assert known is not None
    with pytest.raises(WontloadError, match="cannot be started"):
        exercise(known, python=str(tmp_path / "python"), sample=lambda pid: Sample())


def test_every_row_has_its_exercise():
    exercises = Path(sys.modules["wontload.gpu.exercising"].__file__ or "").parent / "child" / "exercises"
    for one in gpu_exercises():
        assert (exercises / f"{one.module}.py").is_file()
        assert one.model in ("", "gguf", "onnx")
