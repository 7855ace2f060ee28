"""`wontload --machine FILE TARGET`: what was tried there, what was not, and single libraries."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from tests.support.gcc import SharedObject

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
LIB = r"C:\venvs\chat\Lib\site-packages\llama_cpp\lib"


@pytest.mark.parametrize("target", ["llama_cpp", "llama-cpp-python", "llama_cpp_python"])
def test_the_case(command, target: str):
    ran = command(target, "--machine", str(EXAMPLE), "--json")
    answer = ran.json
    first = answer["findings"][0]
    assert (ran.status, answer["verdict"], answer["machine"]["id"]) == (1, "fails", "rtx4070super")
    assert (first["code"], first["subject"]) == ("WL203", "cudart64_12.dll")
    assert first["also"] == ["cublas64_12.dll", "cublasLt64_12.dll"]


def test_packed(command, tmp_path: Path):
    path = tmp_path / "box.json.gz"
    path.write_bytes(gzip.compress(EXAMPLE.read_bytes()))
    assert command("llama_cpp", "--machine", str(path), "--json") == command(
        "llama_cpp", "--machine", str(EXAMPLE), "--json"
    )


def test_the_next_commands_are_about_that_machine_and_do_as_they_stand(command, tmp_path: Path, alone: Path):
    path = alone / "my box.json"
    path.write_bytes(EXAMPLE.read_bytes())
    said = " ".join(command("llama_cpp", "--machine", path.name).out.split())
    name = '"my box.json"' if os.name == "nt" else "'my box.json'"
    assert f"wontload llama_cpp --advice --machine {name}" in said
    assert f"Run wontload fix llama_cpp --plan --machine {name} to see the steps of each." in said
    assert "does" in command("fix", "llama_cpp", "--plan", "--offline", "--machine", path.name).out
    for page in ("html", "markdown"):
        assert "--plan --machine" in command("llama_cpp", "--machine", path.name, "--format", page).out
    assert "wontload fix llama_cpp --machine" not in said


def test_a_library_of_it_by_path(command):
    ran = command(rf"{LIB}\llama.dll", "--machine", str(EXAMPLE), "--json")
    answer = ran.json
    assert (ran.status, answer["verdict"]) == (1, "fails")
    assert "WL902" in [one["code"] for one in answer["findings"]], "nothing was run, and the report says so"
    assert answer["loads"][0]["observed"] is None


def test_a_path_that_it_lacks(command):
    ran = command(rf"{LIB}\absent.dll", "--machine", str(EXAMPLE), "--json")
    assert (ran.status, ran.json["findings"][0]["code"]) == (1, "WL101")


@pytest.mark.parametrize(("name", "status"), [("kernel32.dll", 0), ("nowhere64_12.dll", 1)])
def test_a_bare_name_is_searched_there(command, name: str, status: int):
    ran = command(name, "--machine", str(EXAMPLE), "--json")
    assert ran.status == status
    assert ran.json["loads"][0]["request"]["name"] == name


def test_what_it_does_not_hold(complaint):
    line = complaint(2, "numpy", "--machine", str(EXAMPLE))
    assert line == "nothing named 'numpy' is in the saved machine rtx4070super. It holds observations of: llama_cpp."


@pytest.mark.parametrize("target", ["", ".", ".."])
def test_what_names_nothing(complaint, target: str):
    """The empty name once stood for the native files of every package."""
    line = complaint(2, target, "--machine", str(EXAMPLE))
    assert line == f"{target!r} names no package and no library. Give an import name, or a path."


@pytest.mark.oracle("gcc")
def test_a_root_directory_is_a_machine(command, tmp_path: Path):
    """An unpacked container: its own configuration decides, and nothing of this computer."""
    for directory in ("etc", "usr/lib", "opt/lib"):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "etc/ld.so.conf").write_text("/opt/lib\n")
    (tmp_path / "opt/lib/libfound.so.1").write_bytes(SharedObject(soname="libfound.so.1").bytes())
    (tmp_path / "usr/lib/a.so").write_bytes(SharedObject(needed=("libfound.so.1", "libz.so.1")).bytes())
    answer = command("tree", "/usr/lib/a.so", "--machine", str(tmp_path), "--json").json["loads"][0]
    assert answer["machine"] == tmp_path.name
    assert [(one["path"], one["status"]) for one in answer["modules"][1:]] == [
        ("/opt/lib/libfound.so.1", "loaded"),
        (None, "missing"),
    ]
