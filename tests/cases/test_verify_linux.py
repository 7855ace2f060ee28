"""`wontload verify`, live: what a real import mapped, and who asked for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.cli import python311, unpack, wontload
from tests.support.gcc import SharedObject


def test_what_came_from_where(tmp_path: Path):
    site = unpack(tmp_path / "site ü", "pyzmq")
    ran = wontload("verify", "zmq", "--python", python311(), "--json", PYTHONPATH=str(site))
    answer = ran.json
    assert (ran.status, answer["verdict"], answer["findings"]) == (0, "loads", [])
    by = {Path(one["path"]).name.partition("-")[0].partition(".")[0]: one["by"] for one in answer["modules"]}
    assert (by["_zmq"], by["libzmq"], by["libsodium"]) == ("python", "loader", "loader")


def test_a_broken_one_fails_with_its_cause(tmp_path: Path):
    site = unpack(tmp_path / "site", "pyzmq")
    shutil.rmtree(site / "pyzmq.libs")
    ran = wontload("verify", "zmq", "--python", python311(), "--json", PYTHONPATH=str(site))
    assert (ran.status, ran.json["verdict"]) == (1, "fails")
    assert ran.json["findings"][0]["code"] in ("WL201", "WL504")
    report = wontload("verify", "zmq", "--python", python311(), PYTHONPATH=str(site))
    assert "zmq won't load" in report.out


def test_a_saved_machine_cannot_import():
    example = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
    ran = wontload("verify", "llama_cpp", "--machine", str(example))
    assert (ran.status, ran.out) == (2, "")
    assert "for real" in ran.err


def test_the_gpu_question_for_a_package_without_an_exercise(tmp_path: Path):
    site = unpack(tmp_path / "site", "pyzmq")
    ran = wontload("verify", "zmq", "--gpu", "--python", python311(), "--json", PYTHONPATH=str(site))
    assert (ran.status, ran.json["verdict"], ran.json["gpu"]["verdict"]) == (3, "loads", "undetermined")
    assert "llama_cpp" in ran.json["gpu"]["why"][0]
    report = wontload("verify", "zmq", "--gpu", "--python", python311(), PYTHONPATH=str(site))
    assert "cannot be told" in report.out


def test_a_model_without_the_gpu_question_is_wrong_usage():
    ran = wontload("verify", "zmq", "--model", "x.gguf")
    assert (ran.status, ran.out) == (2, "")
    assert "--gpu" in ran.err


@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("linked", [True, False])
def test_whether_the_package_s_library_for_gpus_came_with_it(tmp_path: Path, linked: bool):
    """A library of the name that llama.cpp's GPU builds have; one that its package links and one that lies there."""
    lib = tmp_path / "site" / "llama_cpp" / "lib"
    lib.mkdir(parents=True)
    cuda = SharedObject(soname="libggml-cuda.so")
    (lib / "libggml-cuda.so").write_bytes(cuda.bytes())
    needs = (cuda,) if linked else ()
    (lib / "libllama.so").write_bytes(SharedObject(soname="libllama.so", needed=needs, runpath="$ORIGIN").bytes())
    source = "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib', 'libllama.so'))\n"
    (lib.parent / "__init__.py").write_text(source)
    variables = {"PYTHONPATH": str(tmp_path / "site")}
    ran = wontload("verify", "llama_cpp", "--python", python311(), "--json", **variables)
    mapped = ["lib/libggml-cuda.so"] if linked else []
    assert ran.json["gpu_backend"] == {"files": ["lib/libggml-cuda.so"], "mapped": mapped}
    said = wontload("verify", "llama_cpp", "--python", python311(), **variables).out
    assert ("is mapped;" if linked else "was not mapped by the import") in " ".join(said.split())
