"""`wontload tree`: answers in the order asked, whatever the files are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import wontload.machine.live
from tests.support.images import elf, pe
from tests.support.schemas import check
from wontload.app.tree import tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ELF files")
EXAMPLE = str(Path(__file__).parents[2] / "examples" / "rtx4070super.json")
LIB = r"C:\venvs\chat\Lib\site-packages\llama_cpp\lib"


def modules(load: dict[str, object]) -> list[tuple[str, str]]:
    return [(one["name"].rpartition("/")[2], one["status"]) for one in load["modules"]]  # type: ignore[attr-defined]


@pytest.fixture
def files() -> list[str]:
    """Files of every sort, and what is none."""
    Path("good.so").write_bytes(elf(needed=["libc.so.6"]))
    Path("lacks.so").write_bytes(elf(needed=["libnowhere.so.1"]))
    Path("empty.so").write_bytes(b"")
    Path("text.dll").write_text("hello")
    Path("windows.dll").write_bytes(pe(needs=["nowhere.dll"]))
    Path("folder.so").mkdir()
    os.symlink("good.so", "link.so")
    os.symlink("nothing", "dangling.so")
    os.symlink("loop.so", "loop.so")
    os.mkfifo("pipe.so")
    names = "good.so lacks.so empty.so text.dll windows.dll folder.so link.so dangling.so loop.so pipe.so absent.so"
    return [*names.split(), "./good.so", "good.so", "absent/x.so"]


LOADS = {"good.so", "link.so", "./good.so"}


def test_every_file_has_its_answer_in_the_order_asked(command, files: list[str]):
    ran = command("tree", *files, "--json")
    loads = ran.json["loads"]
    assert [load["path"] for load in loads] == files
    assert {load["path"] for load in loads if load["verdict"] == "loads"} == LOADS
    assert all(load["verdict"] == "fails" and load["error"] for load in loads if load["path"] not in LOADS)
    assert (ran.status, ran.err) == (1, "")


def test_patterns_that_no_shell_has_expanded(command, files: list[str]):
    Path("a[b].so").write_bytes(Path("good.so").read_bytes())
    loads = command("tree", "*.dll", "a[b].so", "nothing*.so", "--json").json["loads"]
    assert [load["path"] for load in loads] == ["text.dll", "windows.dll", "a[b].so", "nothing*.so"]


def test_one_object_a_line(command, files: list[str]):
    ran = command("tree", *files, "--jsonl")
    lines = [check(line) for line in ran.out.splitlines()]
    assert lines == command("tree", *files, "--json").json["loads"]
    assert ran.status == 1


def test_a_line_is_there_as_soon_as_it_is_known():
    """Not when the last one is: the second file is a pipe into which nobody has written yet when the first is read."""
    Path("good.so").write_bytes(elf(needed=["libc.so.6"]))
    many = [f"absent{number}.so" for number in range(3000)]
    with subprocess.Popen(
        [sys.executable, "-m", "wontload", "tree", "good.so", *many, "--jsonl"], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["path"] == "good.so"
        assert process.poll() is None
        assert sum(1 for _ in process.stdout) == len(many)
    assert process.returncode == 1


def test_a_terminal_tree_by_default(command, files: list[str]):
    ran = command("tree", *files)
    assert ran.status == 1
    assert "libnowhere.so.1" in ran.out
    quiet = command("tree", *files, "-q")
    assert len(quiet.out.splitlines()) < len(ran.out.splitlines())
    assert all(name in quiet.out for name in files)


def test_all_files_load(command):
    Path("good.so").write_bytes(elf(needed=["libc.so.6"]))
    assert command("tree", "good.so").status == 0


def test_each_image_is_read_once(monkeypatch: pytest.MonkeyPatch):
    Path("shared.so").write_bytes(elf(soname="shared.so"))
    names = [f"user{number}.so" for number in range(4)]
    for name in names:
        Path(name).write_bytes(elf(needed=["shared.so", "libc.so.6"], runpath="$ORIGIN"))
    read: list[str] = []
    real = wontload.machine.live.read_image
    monkeypatch.setattr(
        wontload.machine.live, "read_image", lambda path: read.append(os.path.realpath(path)) or real(path)
    )
    answers = list(tree([*names, *names, "./user0.so"]))
    assert {answer.result.verdict.value for answer in answers} == {"loads"}
    assert len(read) == len(set(read))
    assert os.path.realpath("shared.so") in read


class TestHowItIsLoaded:
    @pytest.mark.parametrize(
        ("name", "mode"),
        [
            ("x.so", "ctypes"),
            ("x.cpython-311-x86_64-linux-gnu.so", "import"),
            ("x.abi3.so", "import"),
            ("x.pyd", "import"),
            ("x.dll", "ctypes"),
        ],
    )
    def test_as_the_name_suggests(self, command, name: str, mode: str):
        Path(name).write_bytes(elf())
        assert command("tree", name, "--json").json["loads"][0]["mode"] == mode
        assert command("tree", name, "--json", "--load-as", "dlopen" if name.endswith("so") else "ctypes").out

    def test_a_mode_that_does_not_fit(self, complaint):
        Path("good.so").write_bytes(elf())
        Path("windows.dll").write_bytes(pe(needs=[]))
        expected = "good.so is an ELF file, and --load-as legacy is for Windows files. Leave --load-as out."
        assert complaint(2, "tree", "good.so", "--load-as", "legacy") == expected
        assert "windows.dll is a Windows file" in complaint(2, "tree", "windows.dll", "--load-as", "dlopen")
        # Not one answer before the sentence, also when they are streamed.
        complaint(2, "tree", "windows.dll", "good.so", "--load-as", "legacy", "--jsonl")

    def test_a_mode_for_a_file_that_cannot_be_read(self, command, complaint):
        Path("text.dll").write_text("hello")
        assert command("tree", "text.dll", "absent.dll", "--load-as", "legacy").status == 1
        assert "has the name of an ELF file" in complaint(2, "tree", "absent.so", "--load-as", "legacy")

    def test_variables_of_the_process(self, command, alone: Path):
        Path("sub").mkdir()
        Path("sub/libdep.so.1").write_bytes(elf(soname="libdep.so.1"))
        Path("user.so").write_bytes(elf(needed=["libdep.so.1"]))
        assert command("tree", "user.so").status == 1
        for value in (f"{alone}/sub", "sub", "/nowhere:sub"):
            ran = command("tree", "user.so", "--json", "--env", f"LD_LIBRARY_PATH={value}")
            assert (ran.status, ran.json["loads"][0]["modules"][1]["rule"]) == (0, "ld_library_path"), value
        assert command("tree", "user.so", "--env", "LD_LIBRARY_PATH=sub", "--env", "LD_LIBRARY_PATH=").status == 1


class TestOnASavedMachine:
    def test_a_path_of_that_machine(self, command):
        ran = command("tree", rf"{LIB}\ggml-base.dll", rf"{LIB}\llama.dll", "--machine", EXAMPLE, "--json")
        first, second = ran.json["loads"]
        assert (first["machine"], first["path"]) == ("rtx4070super", rf"{LIB}\ggml-base.dll")
        assert (second["verdict"], second["error"]) == ("fails", 126)
        missing = [one["name"] for one in second["modules"] if one["status"] == "missing"]
        assert missing == ["cudart64_12.dll", "cublas64_12.dll", "cublasLt64_12.dll"]

    def test_directories_are_added_there(self, command):
        cuda = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin"
        ran = command("tree", rf"{LIB}\llama.dll", "--machine", EXAMPLE, "--add-dir", cuda)
        assert ran.status == 0
        assert command("tree", rf"{LIB}\llama.dll", "--machine", EXAMPLE, "--load-as", "legacy").status == 1
        path = rf"Path={cuda};{LIB};C:\Windows\System32"
        assert (
            command("tree", rf"{LIB}\llama.dll", "--machine", EXAMPLE, "--load-as", "legacy", "--env", path).status == 0
        )

    def test_a_file_of_this_computer_is_laid_over_it(self, command):
        Path("mine.dll").write_bytes(pe(needs=["kernel32.dll", "own.dll"]))
        Path("text.dll").write_text("hello")
        ran = command("tree", "mine.dll", "text.dll", rf"{LIB}\ggml-base.dll", "--machine", EXAMPLE, "--json")
        mine, text, _ = ran.json["loads"]
        assert mine["modules"][0]["path"] == r"C:\wontload\mine.dll"
        assert (mine["verdict"], mine["error"]) == ("fails", 126)
        assert [one["name"] for one in mine["modules"] if one["status"] == "missing"] == ["own.dll"]
        assert (text["verdict"], text["error"]) == ("fails", 193)

    @pytest.mark.parametrize("at", [LIB, rf"{LIB}\mine.dll"])
    def test_at_a_place_of_ones_choice(self, command, at: str):
        Path("mine.dll").write_bytes(pe(needs=[("ggml-base.dll", ["ggml_abort"])]))
        ran = command("tree", "mine.dll", "--machine", EXAMPLE, "--at", at, "--json")
        (load,) = ran.json["loads"]
        assert load["modules"][0]["path"] == rf"{LIB}\mine.dll"
        assert load["modules"][1]["path"] == rf"{LIB}\ggml-base.dll"
        assert load["verdict"] == "loads"

    @pytest.mark.parametrize("path", ["absent.dll", r"C:\venvs\chat\absent.dll", "/nowhere/x.dll", "sub/y.dll"])
    def test_a_file_that_is_nowhere(self, command, path: str):
        ran = command("tree", path, "--machine", EXAMPLE, "--json")
        assert ran.json["loads"][0]["path"] == path
        assert ran.json["loads"][0]["verdict"] in ("fails", "undetermined")
        assert ran.status in (1, 3)

    def test_nothing_of_this_computer_is_asked(self, command, monkeypatch: pytest.MonkeyPatch):
        def forbidden(*_: object, **__: object) -> None:
            raise AssertionError("a child was started")

        monkeypatch.setattr(subprocess, "Popen", forbidden)
        assert command("tree", rf"{LIB}\llama.dll", "--machine", EXAMPLE).status == 1
        assert command("llama_cpp", "--machine", EXAMPLE).status == 1


def test_a_file_asked_for_by_its_path_was_sought_nowhere_else(command):
    """Directories listed under it would say that it had been."""
    for path in ("nofile", "./nofile.so"):
        ran = command("tree", path)
        assert ran.status == 1
        assert "No such file" in " ".join(ran.out.split())
        assert "searched" not in ran.out
    Path("lacks.so").write_bytes(elf(needed=["libnowhere.so.1"]))
    assert "searched" in command("tree", "lacks.so").out


def test_a_package_s_name_is_no_file_s_and_the_command_for_it_is_said(command):
    ran = command("tree", "pyzmq", "absent.so", "./pyzmq")
    (line,) = ran.err.splitlines()
    assert (ran.status, "`wontload pyzmq` is for a package" in line) == (1, True)
    Path("pyzmq").write_bytes(elf())
    assert command("tree", "pyzmq").err == ""


def test_a_file_for_another_processor_is_not_only_called_absent(command):
    """glibc's own words for it are "No such file or directory"."""
    Path("other.so").write_bytes(elf(machine="aarch64"))
    out = " ".join(command("tree", "other.so").out.split())
    assert "the file is there, and built for another processor" in out
