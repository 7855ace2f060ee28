"""What was built is held against what it was built for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.elf_images import elf
from tests.support.gpu_images import elf_with, fixture
from tests.support.packages import wheel_of
from wontload.build.judging import JudgedWheel, judge_wheel
from wontload.build.plan import plan_build
from wontload.build.wishes import Wishes
from wontload.machine.profile import clean_machine


def judged(directory: Path, files: dict[str, bytes], **wishes: object) -> JudgedWheel:
    machine, process = clean_machine("debian-12", architecture="x86_64", python=(3, 11))
    plan = plan_build(machine, "llama-cpp-python", wishes=Wishes(**wishes))
    return judge_wheel(str(wheel_of(directory, "llama_cpp_python", files)), plan, machine, process)


def test_libraries_that_load_make_a_wheel_that_loads(tmp_path):
    files = {"llama_cpp/lib/libllama.so": elf(needed=["libggml.so", "libc.so.6"], runpath="$ORIGIN"),
             "llama_cpp/lib/libggml.so": elf(soname="libggml.so", needed=["libc.so.6"])}  # fmt: skip
    answer = judged(tmp_path, files, backend="cpu")
    assert (answer.verdict, len(answer.files), answer.findings) == ("loads", 2, ())


def test_what_would_not_load_here_is_a_finding(tmp_path):
    files = {"llama_cpp/lib/libggml-cuda.so": elf(needed=["libcudart.so.13", "libc.so.6"])}
    answer = judged(tmp_path, files, backend="cuda", architectures=("90-real",))
    assert answer.verdict == "fails"
    assert [(one.code, one.subject) for one in answer.findings] == [("WL201", "libcudart.so.13")]


@pytest.mark.parametrize("backend", ["cuda", "vulkan"])
def test_a_build_that_lost_its_backend_is_no_success(tmp_path, backend):
    answer = judged(tmp_path, {"llama_cpp/lib/libggml.so": elf(needed=["libc.so.6"])}, backend=backend)
    assert answer.verdict == "fails"
    assert [one.code for one in answer.findings] == ["WL405"]


def test_a_build_for_the_cpu_need_not_have_one(tmp_path):
    assert judged(tmp_path, {"llama_cpp/lib/libggml.so": elf(needed=["libc.so.6"])}, backend="cpu").verdict == "loads"


def test_code_for_other_gpus_than_it_was_built_for(tmp_path):
    files = {"llama_cpp/lib/libggml-cuda.so": elf_with({".nv_fatbin": fixture("plain.fatbin")})}
    ada = judged(tmp_path, files, backend="cuda", architectures=("89-real",))
    assert ada.gpu_targets == ("sm_75", "compute_90a")
    assert "WL404" in [one.code for one in ada.findings]
    turing = judged(tmp_path, files, backend="cuda", architectures=("75-real",))
    assert "WL404" not in [one.code for one in turing.findings]
