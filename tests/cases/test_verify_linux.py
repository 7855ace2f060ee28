"""`wontload verify`, live: what a real import mapped, and who asked for it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.cli import python311, unpack, wontload


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
