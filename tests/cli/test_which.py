"""`wontload which`: exit statuses, JSON, and how the report reads."""

from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "rtx4070super.json")
TOOLKIT = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin\cudart64_12.dll"


def test_the_library_of_the_case(command):
    ran = command("which", "cudart64_12.dll", "--machine", EXAMPLE)
    assert (ran.status, ran.err) == (0, "")
    first, second, *_ = ran.out.splitlines()
    assert first == "cudart64_12.dll: CUDA 12 runtime (cuda-runtime 12); one copy is here"
    assert second.startswith("CPython 3.11.9")
    assert 'none: ctypes.CDLL("cudart64_12.dll") finds no copy' in ran.out
    assert TOOLKIT in ran.out.replace("\n" + " " * 16, "")
    assert "pip install nvidia-cuda-runtime-cu12" in ran.out


def test_json_holds_to_its_schema(command):
    ran = command("which", "cudart64_12.dll", "--machine", EXAMPLE, "--json")
    answer = ran.json
    assert (ran.status, answer["schema"], answer["machine"]) == (0, "wontload.which/1", "rtx4070super")
    assert [(copy["path"], copy["taken"]) for copy in answer["copies"]] == [(TOOLKIT, False)]
    assert (answer["load"]["verdict"], answer["load"]["path"]) == ("fails", None)
    assert answer["component"]["name"] == "cuda-runtime 12"


def test_the_copy_that_is_taken(command):
    ran = command("which", "msvcp140.dll", "--machine", EXAMPLE)
    assert ran.status == 0
    assert 'ctypes.CDLL("msvcp140.dll") loads this one' in ran.out
    assert "{prefix}" not in ran.out
    answer = command("which", "msvcp140.dll", "--machine", EXAMPLE, "--json").json
    assert [copy["taken"] for copy in answer["copies"]] == [True]


@pytest.mark.parametrize("name", ["cudnn64_9.dll", "nobody-wrote-this.dll"])
def test_status_1_when_no_copy_is_here(command, name):
    ran = command("which", name, "--machine", EXAMPLE)
    assert (ran.status, ran.err) == (1, "")
    assert "no copy of it is here" in ran.out.splitlines()[0]
    assert command("which", name, "--machine", EXAMPLE, "--json").json["is_here"] is False


def test_a_contract_is_here_without_a_file(command):
    ran = command("which", "api-ms-win-crt-heap-l1-1-0.dll", "--machine", EXAMPLE)
    assert ran.status == 0
    assert "Windows serves this name without a file of it" in " ".join(ran.out.split())


def test_a_library_of_another_system(command):
    ran = command("which", "libcudart.so.12", "--machine", EXAMPLE)
    assert ran.status == 1
    text = " ".join(ran.out.split())
    assert "It is a Linux library, and this machine runs Windows" in text
    assert "What does the same here is cudart64_12.dll" in text


def test_quiet_and_verbose(command):
    quiet = command("which", "cudart64_12.dll", "--machine", EXAMPLE, "-q").out
    verbose = command("which", "cudart64_12.dll", "--machine", EXAMPLE, "-v").out
    assert "pip install" not in quiet
    assert TOOLKIT in quiet.replace("\n" + " " * 16, "")
    assert r"C:\Windows\System32" in verbose.replace("system32", "System32")


@pytest.mark.parametrize(("name", "what"), [("lib/x.so", "a path"), ("lib*.so", "a pattern"), ("", "no file's name")])
def test_what_is_no_name(complaint, name, what):
    assert f"is {what}." in complaint(2, "which", name, "--machine", EXAMPLE)


@pytest.mark.parametrize(
    ("version", "library"),
    [
        ("GLIBCXX_3.4.32", "libstdc++.so.6, of GCC 13.2 and newer,"),
        ("GLIBC_2.38", "libc.so.6, of glibc 2.38 and newer,"),
        ("GOMP_99.0", "libgomp.so.1"),
    ],
)
def test_a_version_of_symbols_is_no_library(complaint, version: str, library: str):
    assert f"'{version}' is a version of symbols in {library} and no" in complaint(2, "which", version)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("libgomp-a34b3233.so.1.0.0", "libgomp.so.1.0.0"),
        ("msvcp140-a4c2229bdc2a2a630acdc095b4d86008.dll", "msvcp140.dll"),
        ("libfoo-2.so", ""),
    ],
)
def test_a_name_that_a_library_was_given_in_a_wheel(command, name: str, own: str):
    ran = command("which", name, "--machine", EXAMPLE)
    assert (f"delvewheel gave {own} in a wheel" in " ".join(ran.out.split())) == bool(own)
    assert command("which", name, "--machine", EXAMPLE, "--json").json["own_name"] == own


def test_deep_is_for_this_computer(complaint):
    assert "--deep walks the disks of this computer." in complaint(2, "which", "a.dll", "--deep", "--machine", EXAMPLE)


def test_hostile_names_do_not_reach_the_terminal(command):
    ran = command("which", "lib\u202eevil\u009b31m.so.1", "--machine", EXAMPLE)
    assert ran.status == 1
    assert not {"\u202e", "\u009b", "\x1b"} & set(ran.out)


def test_what_a_bare_name_was_taken_for_is_said(command):
    ran = command("which", "cudart", "--machine", EXAMPLE)
    assert ran.out.startswith("cudart64_12.dll: ")
    assert "cudart was taken for cudart64_12.dll; it may also mean" in " ".join(ran.out.split())
    assert command("which", "cudart", "--machine", EXAMPLE, "--json").json["asked"] == "cudart"


def test_this_computer(command):
    ran = command("which", "libc.so.6", "--json")
    assert ran.status in (0, 1)
    assert ran.json["machine"] == "this"
