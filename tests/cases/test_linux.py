"""Real wheels on this Linux, imported for real: each fails, or loads, for a reason that is checked."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import python311, unpack, why, wontload


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A directory of packages, as `pip install --target` makes them."""
    return tmp_path / "site packages ä"


def diagnose(target: str, site: Path) -> tuple[int, dict]:
    return why(target, "--python", python311(), PYTHONPATH=str(site))


def codes(answer: dict) -> list[str]:
    return [finding["code"] for finding in answer["findings"]]


def evidence(finding: dict, kind: str) -> list[dict]:
    return [one for one in finding["evidence"] if one["kind"] == kind]


def test_a_system_library_is_nowhere(site: Path):
    """mpi4py asks for MPICH's or Open MPI's library, which no wheel of its own carries."""
    cached = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    assert "libmpi.so" not in cached, "this machine has an MPI: the test needs one without"
    status, answer = diagnose("mpi4py.MPI", unpack(site, "mpi4py"))
    first = answer["findings"][0]
    assert (status, answer["verdict"], first["code"]) == (1, "fails", "WL201")
    assert {first["subject"], *first["also"]} == {"libmpi.so", "libmpi.so.12", "libmpi.so.40"}
    assert first["explains_error"]
    assert [code for code in codes(answer) if code.startswith("WL9")] == []
    request = evidence(first, "request")[0]
    assert request["file"] == str(site / "mpi4py" / "_mpiabi.py")
    assert evidence(first, "looked")[0]["directories"]


def test_the_cuda_runtime_is_missing(site: Path):
    """torchao's extension by path: torch's own libraries are missing for one reason, CUDA's runtime for another."""
    library = unpack(site, "torchao") / "torchao" / "_C.abi3.so"
    status, answer = diagnose(str(library), site)
    assert status == 1
    about = {name: finding for finding in answer["findings"] for name in (finding["subject"], *finding["also"])}
    assert about["libcudart.so.12"]["component"] == "cuda-runtime 12"
    assert about["libcudart.so.12"]["code"] in ("WL201", "WL204")  # WL204 on a machine with another CUDA
    provider = evidence(about["libcudart.so.12"], "provider")[0]
    assert provider["package"].startswith("nvidia-cuda-runtime-cu12")
    assert about["libc10.so"] is about["libtorch_cuda.so"]
    assert about["libc10.so"] is not about["libcudart.so.12"]


def test_present_and_not_searched(site: Path):
    """The CUDA runtime in NVIDIA's wheel: there, and in no search order of a library that does not name its place."""
    library = unpack(site, "torchao", "nvidia-cuda-runtime-cu12-linux") / "torchao" / "_C.abi3.so"
    _, answer = diagnose(str(library), site)
    finding = next(one for one in answer["findings"] if "libcudart.so.12" in (one["subject"], *one["also"]))
    assert finding["code"] == "WL202"
    assert evidence(finding, "copy")[0]["path"] == str(site / "nvidia/cuda_runtime/lib/libcudart.so.12")


def test_an_import_whose_own_library_was_moved(site: Path):
    unpack(site, "pyzmq")
    sodium = next((site / "pyzmq.libs").glob("libsodium*"))
    (site / "elsewhere" / "lib").mkdir(parents=True)
    shutil.move(sodium, site / "elsewhere" / "lib")
    status, answer = diagnose("zmq", site)
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL202", sodium.name)
    assert first["chain"][0] == "zmq"
    assert first["chain"][-2].startswith("libzmq")
    assert evidence(first, "copy")[0]["path"] == str(site / "elsewhere" / "lib" / sodium.name)
    assert answer["error"]["text"].startswith(f"{sodium.name}: cannot open shared object file")


def test_built_for_another_machine(site: Path):
    """A wheel for aarch64 unpacked over x86_64, as `pip download --platform` and a copied folder do it."""
    library = next((unpack(site, "pyzmq-aarch64") / "zmq/backend/cython").glob("_zmq*.so"))
    status, answer = diagnose(str(library), site)
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL103", library.name)
    assert "aarch64" in first["title"]


def test_a_dependency_built_for_another_machine(site: Path, tmp_path: Path):
    unpack(site, "pyzmq")
    other = unpack(tmp_path / "other", "pyzmq-aarch64")
    own = next((site / "pyzmq.libs").glob("libsodium*"))
    own.write_bytes(next((other / "pyzmq.libs").glob("libsodium*")).read_bytes())
    status, answer = diagnose("zmq", site)
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL205", own.name)


def test_cut_off(site: Path):
    unpack(site, "pyzmq")
    own = next((site / "pyzmq.libs").glob("libsodium*"))
    own.write_bytes(own.read_bytes()[:3000])
    status, answer = diagnose("zmq", site)
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL102", own.name)


def test_a_git_lfs_pointer_in_place_of_a_library(site: Path):
    unpack(site, "pyzmq")
    own = next((site / "pyzmq.libs").glob("libsodium*"))
    own.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1246721\n")
    status, answer = diagnose("zmq", site)
    assert (status, answer["findings"][0]["code"]) == (1, "WL104")


def test_a_sound_import_loads(site: Path):
    status, answer = diagnose("zmq", unpack(site, "pyzmq"))
    assert (status, answer["verdict"], codes(answer)) == (0, "loads", [])
    assert all(load["simulated"]["verdict"] == "loads" for load in answer["loads"])


def test_the_report_reads_alone(site: Path):
    library = next((unpack(site, "pyzmq-aarch64") / "zmq/backend/cython").glob("_zmq*.so"))
    ran = wontload(str(library), "--python", python311())
    assert ran.status == 1
    assert ran.err == ""
    assert "error[WL103]" in ran.out
    assert "aarch64" in ran.out
    assert "wontload explain WL103" in ran.out
