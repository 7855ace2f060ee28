"""The probe in a real Windows CPython under Wine, the tool itself running there too, as most people run it."""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.downloads import wheel
from tests.support.windows import WindowsPython, windows

# With the cases: what these put on the user's PATH, in the registry that all share, every new process has.
pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-case")]

SOURCE = Path(__file__).parents[2] / "src"
OBSERVE = """
import dataclasses, json, sys, time
from wontload.probe import ask, observe
started = time.perf_counter()
options = json.loads(sys.argv[2])
report = observe(sys.argv[1], python=sys.executable, **options) if sys.argv[1] else ask(sys.executable)
print("\\n" + json.dumps({**dataclasses.asdict(report), "seconds": time.perf_counter() - started}))
"""
MISSING = 126  # ERROR_MOD_NOT_FOUND


@pytest.fixture(scope="module")
def python() -> Iterator[WindowsPython]:
    with windows().python("probe") as python:
        names = ("kinako-llama-cpp", "numpy", "typing_extensions", "jinja2", "markupsafe", "diskcache")
        python.install(*map(wheel, names))
        yield python


@pytest.fixture
def work(python: WindowsPython) -> Path:
    directory = python.root / "work"
    directory.mkdir(exist_ok=True)
    return directory


def probe(
    python: WindowsPython, target: str, *, cwd: Path, env: Mapping[str, str] | None = None, **options: object
) -> dict[str, Any]:
    """The report of `observe(target)`, called inside Windows in `cwd`, as JSON gives it back."""
    environment = {"PYTHONPATH": python.windows.to_windows(SOURCE), **(env or {})}
    done = python.run("-c", OBSERVE, target, json.dumps(options), cwd=cwd, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def attempt(python: WindowsPython, work: Path, code: str, **options: Any) -> dict[str, Any]:
    """What importing a module with that code does."""
    (work / "broken.py").write_text(textwrap.dedent(code), encoding="utf-8")
    report = probe(python, "broken", cwd=work, **options)
    observation: dict[str, Any] = report["observation"]
    return observation


def line_of(path: Path, text: str) -> list[int]:
    return [number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line]


@pytest.fixture
def somewhere(python: WindowsPython) -> Iterator[str]:
    """A CUDA_PATH that has `ggml-base.dll` in its `bin`."""
    home = python.windows.drive / f"somewhere-{python.root.name}"
    (home / "bin").mkdir(parents=True)
    (home / "lib").mkdir()
    inside = python.site_packages / "llama_cpp" / "lib" / "ggml-base.dll"
    outside = inside.rename(home / "bin" / "ggml-base.dll")
    yield python.windows.to_windows(home)
    outside.rename(inside)
    (home / "bin").rmdir()
    (home / "lib").rmdir()
    home.rmdir()


class TestTheCase:
    """llama_cpp with one of its DLLs in a directory that was added and is ignored (`winmode=0`)."""

    def test_what_was_seen(self, python: WindowsPython, somewhere: str, work: Path):
        report = probe(python, "llama_cpp", cwd=work, env={"CUDA_PATH": somewhere})
        seen, package = report["observation"], python.site_packages / "llama_cpp"
        loader = package / "_ctypes_extensions.py"
        library = python.windows.to_windows(package / "lib")
        assert (report["found"], seen["outcome"], seen["cut_short"]) == (True, "fails", False)
        assert seen["distributions"] == [["kinako-llama-cpp", "0.3.24.post8"]]

        load = seen["loads"][-1]
        request = load["request"]
        assert (request["kind"], request["flags"]) == ("ctypes", 0)
        assert request["name"] == library + r"\llama.dll"
        assert python.windows.to_host(request["file"]) == loader
        assert [request["line"]] == line_of(loader, "return ctypes.CDLL(")
        assert (load["succeeded"], load["error"]["number"]) == (False, MISSING)

        added = request["process"]["added_directories"]
        assert [one["path"] for one in added] == [library, library, somewhere + r"\bin", somewhere + r"\lib"]
        assert [one["expression"] for one in added] == [None, None, "CUDA_PATH", "CUDA_PATH"]
        assert [one["line"] for one in added[2:]] == line_of(loader, 'os.environ["CUDA_PATH"]')
        assert {python.windows.to_host(one["file"]) for one in added} == {loader}

        path = request["process"]["environment"]["PATH"]
        assert path == library + ";" + report["process"]["environment"]["PATH"]
        assert seen["environment_changes"] == {"PATH": path}
        assert request["process"]["current_directory"] == python.windows.to_windows(work)
        assert request["process"]["executable"] == python.exe

        error = seen["error"]
        assert (error["exception"], error["number"], error["raised_by"]) == ("RuntimeError", MISSING, "load")
        assert error["text"].startswith(f"Failed to load shared library '{library}\\llama.dll': Could not find module")
        assert [error["line"]] == line_of(loader, 'raise RuntimeError(f"Failed to load')
        assert error["name"] == request["name"]
        assert error["chain"][0].startswith("FileNotFoundError: Could not find module")

    def test_it_loads_without_winmode_0(self, python: WindowsPython, somewhere: str, work: Path):
        """Remedy 2 of the case: then the directory under CUDA_PATH counts, and the DLL comes from it."""
        loader = python.site_packages / "llama_cpp" / "_ctypes_extensions.py"
        original = loader.read_text()
        try:
            loader.write_text(original.replace('cdll_args["winmode"] = ', "pass  # "))
            seen = probe(python, "llama_cpp", cwd=work, env={"CUDA_PATH": somewhere})["observation"]
        finally:
            loader.write_text(original)
        assert (seen["outcome"], seen["error"]) == ("loads", None)
        (load,) = [one for one in seen["loads"] if one["request"]["name"].endswith("llama.dll")]
        assert load["request"]["flags"] == 0x1100
        assert somewhere + r"\bin\ggml-base.dll" in load["mapped"]
        assert load["mapped"][0] == load["path"] == load["request"]["name"]
        assert set(load["mapped"]) <= set(seen["modules"])
        assert not set(load["mapped"]) & set(load["request"]["process"]["modules"])

    def test_a_variable_that_names_nothing(self, python: WindowsPython, work: Path):
        seen = probe(python, "llama_cpp", cwd=work, env={"CUDA_PATH": r"C:\gone\away"})["observation"]
        (failed,) = seen["failed_directories"]
        assert (failed["directory"]["path"], failed["number"]) == (r"C:\gone\away\bin", 3)
        assert failed["directory"]["expression"] == "CUDA_PATH"
        assert (seen["outcome"], seen["error"]["raised_by"]) == ("fails", "add_dll_directory")
        assert (seen["error"]["number"], seen["error"]["name"]) == (3, r"C:\gone\away\bin")


def test_an_imports_number_comes_from_the_same_request_made_again(python: WindowsPython, work: Path):
    """`ImportError: DLL load failed …` has no number, and its words are in the person's language."""
    dependency, hidden = python.root / "sqlite3.dll", python.root / "sqlite3.away"
    dependency.rename(hidden)
    try:
        seen = attempt(python, work, "import _sqlite3")
    finally:
        hidden.rename(dependency)
    load = seen["loads"][-1]
    assert (load["request"]["kind"], load["request"]["flags"], load["request"]["line"]) == ("import", 0x1100, 1)
    assert (load["succeeded"], load["error"]["number"]) == (False, MISSING)
    assert (seen["error"]["exception"], seen["error"]["number"]) == ("ImportError", MISSING)
    assert (seen["error"]["raised_by"], seen["error"]["name"]) == (
        "load",
        python.windows.to_windows(python.root) + r"\_sqlite3.pyd",
    )
    assert len(seen["loads"]) == 1, "the repeated request is the probe's own"


def test_a_text_file_in_place_of_an_extension(python: WindowsPython, work: Path):
    (work / "text.pyd").write_text("version https://git-lfs.github.com/spec/v1")
    seen = attempt(python, work, "import text")
    assert (seen["error"]["number"], seen["error"]["raised_by"]) == (193, "load")


def test_a_library_that_is_no_extension(python: WindowsPython, work: Path):
    (work / "plain.pyd").write_bytes((python.root / "sqlite3.dll").read_bytes())
    seen = attempt(python, work, "import plain")
    assert (seen["outcome"], seen["error"]["raised_by"]) == ("fails", "python")
    assert (seen["loads"][-1]["succeeded"], seen["loads"][-1]["error"]) == (True, None)


def test_calls_of_kernel32_as_torch_makes_them(python: WindowsPython, work: Path):
    code = r"""
        import ctypes, os
        os.environ["DLLS"] = os.getcwd()
        kernel32 = ctypes.WinDLL("kernel32.dll", use_last_error=True)
        kernel32.LoadLibraryExW.restype = ctypes.c_void_p
        kernel32.AddDllDirectory.restype = ctypes.c_void_p
        kernel32.AddDllDirectory.argtypes = [ctypes.c_wchar_p]
        kernel32.RemoveDllDirectory.argtypes = [ctypes.c_void_p]
        cookie = kernel32.AddDllDirectory(os.environ["DLLS"])
        assert not kernel32.AddDllDirectory("Q:\\gone")
        assert not kernel32.LoadLibraryExW(ctypes.c_wchar_p("nowhere.dll"), None, 0x1000)
        assert ctypes.get_last_error() == 126
        kernel32.RemoveDllDirectory(cookie)
        kernel32.SetDefaultDllDirectories(0x1000)
        kernel32.SetDllDirectoryW(os.getcwd())
        assert kernel32.LoadLibraryW("winmm.dll")
    """
    seen = attempt(python, work, code)
    assert seen["error"] is None
    first, second = [one for one in seen["loads"] if one["request"]["name"] in ("nowhere.dll", "winmm.dll")]
    directory = python.windows.to_windows(work)
    assert (first["request"]["flags"], first["request"]["line"]) == (0x1000, 11)
    assert (first["succeeded"], first["error"]["number"]) == (False, MISSING)
    (added,) = first["request"]["process"]["added_directories"]
    assert (added["path"], added["line"], added["expression"]) == (directory, 9, "DLLS")
    assert (second["request"]["flags"], second["succeeded"]) == (0, True)
    assert second["mapped"][0].lower().endswith(r"\winmm.dll")
    process = second["request"]["process"]
    assert process["added_directories"] == []
    assert (process["dll_directory"], process["default_dll_directories"]) == (directory, 0x1000)
    assert [one["directory"]["path"] for one in seen["failed_directories"]] == ["Q:\\gone"]


def test_a_directory_is_removed_when_it_is_closed_and_not_before(python: WindowsPython, work: Path):
    code = """
        import ctypes, gc, os
        os.add_dll_directory("C:\\\\windows")  # nobody keeps what it returns
        gc.collect()
        with os.add_dll_directory(os.getcwd()):
            ctypes.CDLL("winmm.dll")
        ctypes.CDLL("winmm.dll")
    """
    seen = attempt(python, work, code)
    one, two = (load["request"]["process"]["added_directories"] for load in seen["loads"])
    assert [entry["path"] for entry in one] == ["C:\\windows", python.windows.to_windows(work)]
    assert [entry["path"] for entry in two] == ["C:\\windows"]
    assert [load["request"]["flags"] for load in seen["loads"]] == [0x1000, 0x1000]


def test_directories_that_were_added_before_anybody_watched(python: WindowsPython, work: Path):
    """As conda's interpreter does natively at its start, and .pth files do with `os.add_dll_directory`."""
    path_file = python.site_packages / "early.pth"
    # The second call is AddDllDirectory itself, which `os.add_dll_directory` has no part in.
    path_file.write_text(
        "import os, ctypes; os.add_dll_directory('C:\\\\windows'); "
        "ctypes.WinDLL('kernel32').AddDllDirectory(ctypes.c_wchar_p('C:\\\\windows\\\\system32'))\n"
    )
    try:
        seen = attempt(python, work, "import ctypes, os; os.add_dll_directory(os.getcwd()); ctypes.CDLL('winmm.dll')")
    finally:
        path_file.unlink()
    (load,) = seen["loads"]
    added = [one["path"] for one in load["request"]["process"]["added_directories"]]
    assert added == ["C:\\windows", "C:\\windows\\system32", python.windows.to_windows(work)]


@pytest.mark.parametrize(
    ("code", "outcome", "status"),
    [
        ("import faulthandler; faulthandler._read_null()", "crashed", 0xC0000005),
        ("import os; os._exit(5)", "exited", 5),
        ("import sys; sys.exit(6)", "exited", 6),
        ("import os; os.abort()", "exited", 3),  # the C runtime's abort(); on Windows itself it may be 0xC0000409
    ],
)
def test_it_leaves_or_dies(python: WindowsPython, work: Path, code: str, outcome: str, status: int):
    seen = attempt(python, work, code)
    assert (seen["outcome"], seen["exit_status"], seen["cut_short"]) == (outcome, status, True)


def test_an_endless_loop_is_ended_with_all_that_it_started(python: WindowsPython, work: Path):
    code = """
        import os, subprocess, sys
        later = "import time; open('started', 'w').close(); time.sleep(4); open('alive', 'w')"
        subprocess.Popen([sys.executable, "-c", later], stdin=subprocess.PIPE)
        while True:
            pass
    """
    seen = attempt(python, work, code, timeout_s=2.5)
    assert (seen["outcome"], seen["exit_status"]) == ("timed out", None)
    assert (work / "started").exists()
    time.sleep(4)
    assert not (work / "alive").exists(), "a grandchild outlived the time limit"


def test_the_interpreter_and_its_system(python: WindowsPython, work: Path):
    report = probe(python, "", cwd=work)
    facts, process = report["facts"], report["process"]
    assert report["observation"] is None
    assert (report["python"]["platform"], report["python"]["layout"]) == ("win_amd64", "plain")
    assert report["python"]["path"][0] == ""
    assert process["modules"][0] == process["executable"] == python.exe
    assert process["modules"][1].lower() == r"c:\windows\system32\ntdll.dll"
    assert any(path.endswith("python311.dll") for path in process["modules"])
    assert facts["wine_version"]
    assert facts["windows_directory"].lower() == r"c:\windows"
    assert facts["windows_version"][0] == 10
    assert {"PATH", "SYSTEMROOT"} <= set(process["environment"])
    assert process["dll_directory"] is None


def test_an_embeddable_python_has_what_its_pth_file_says(python: WindowsPython, work: Path):
    path_file = python.root / "python311._pth"
    path_file.write_text("python311.zip\n.\nLib\\site-packages\n" + python.windows.to_windows(SOURCE) + "\n")
    try:
        (work / "here.py").write_text("")
        report = probe(python, "here", cwd=work)
        sound = probe(python, "markupsafe._speedups", cwd=work)
    finally:
        path_file.unlink()
    assert report["python"]["layout"] == "embeddable"
    assert "" not in report["python"]["path"]
    assert (report["found"], report["observation"]["outcome"]) == (False, "not found")
    assert sound["observation"]["outcome"] == "loads"


def test_a_file_by_its_path(python: WindowsPython, work: Path):
    library = python.site_packages / "llama_cpp" / "lib" / "ggml-base.dll"
    seen = probe(python, python.windows.to_windows(library), cwd=work)["observation"]
    assert (seen["kind"], seen["outcome"], seen["loads"][0]["request"]["flags"]) == ("file", "loads", 0x1100)
    legacy = probe(python, python.windows.to_windows(library.with_name("llama.dll")), cwd=work, flags=0)["observation"]
    assert (legacy["outcome"], legacy["error"]["number"]) == ("fails", MISSING)
    assert legacy["loads"][0]["request"]["flags"] == 0


FORESEE = """
import json, sys
from wontload.app.live import machine_of
from wontload.loader import load
from wontload.probe import observe
report = observe(sys.argv[1], python=sys.executable)
machine = machine_of(report)
searches = [one for one in report.observation.loads if one.request.kind == "find_library"]
print("\\n" + json.dumps([(one.request.name, one.path, load(machine, one.request).answer) for one in searches]))
"""


def test_find_library_looks_on_path_as_the_model_says(python: WindowsPython, work: Path):
    names = ["winmm", "WINMM.dll", "zbar", "zbar.dll", "two", r"sub\three", "four", "c", "gone", "directory"]
    for path in ("zbar.dll", "two", "two.dll", "sub/three.dll", "later/four.dll"):
        (work / path).parent.mkdir(exist_ok=True)
        (work / path).write_bytes(b"any file will do")
    (work / "directory.dll").mkdir(exist_ok=True)
    here, later = (python.windows.to_windows(one) for one in (work, work / "later"))
    code = f"""
        import ctypes.util, os
        os.environ["PATH"] = {f"{here};;Q:/gone;{later};C:/windows/system32"!r}
        for name in {names!r}:
            ctypes.util.find_library(name)
    """
    (work / "broken.py").write_text(textwrap.dedent(code), encoding="utf-8")
    done = python.run("-c", FORESEE, "broken", cwd=work, env={"PYTHONPATH": python.windows.to_windows(SOURCE)})
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    assert [name for name, _, _ in answers] == names
    assert {name: model for name, _, model in answers} == {name: seen for name, seen, _ in answers}
    assert {name for name, seen, _ in answers if seen is None} == {"c", "gone", "directory"}
