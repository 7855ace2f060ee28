"""The case mended, live on a real Windows CPython: broken, fixed, the import works, taken back, broken as before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.cases.windows_case import CUDA_HOME, cuda_home, move_away
from tests.remedy.trees import tree
from tests.support.mingw import dll, with_delay_helper
from tests.support.schemas import check
from tests.support.windows import WindowsPython, windows

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-case")]
STATE = rf"C:\wontload state {os.getpid()}"


@pytest.fixture
def state(python: WindowsPython):
    yield {"WONTLOAD_STATE_DIR": STATE, "CUDA_PATH": CUDA_HOME}
    shutil.rmtree(windows().to_host(STATE), ignore_errors=True)


def run(python: WindowsPython, *arguments: str, status: int, **environment: str) -> dict[str, Any]:
    done = python.run("-m", "wontload", *arguments, "--json", env=environment, timeout=180)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    check(answer)
    return answer


def imports(python: WindowsPython, **environment: str) -> bool:
    return imports_of(python, "llama_cpp", environment)


@pytest.mark.parametrize("fix", ["scoped-path", "loader-line"])
def test_broken_fixed_undone_broken(python: WindowsPython, lib: Path, state: dict[str, str], fix: str):
    move_away(lib)
    before = tree(python.root)
    assert not imports(python, **state)
    answer = run(python, "fix", "llama_cpp", "--use", fix, "--yes", status=0, **state)
    (attempt,) = answer["attempts"]
    assert (attempt["fix"], attempt["kept"], answer["verdict"]) == (fix, True, "loads")
    assert imports(python, **state)
    assert tree(python.root) != before
    listed = run(python, "undo", "--list", status=0, **state)
    assert [(one["fix"], one["state"]) for one in listed["applications"]] == [(fix, "applied")]
    run(python, "undo", status=0, **state)
    assert tree(python.root) == before
    assert not imports(python, **state)


def test_every_proof_of_the_plan_is_true(python: WindowsPython, lib: Path, state: dict[str, str]):
    move_away(lib)
    answer = run(python, "fix", "llama_cpp", "--plan", status=1, **state)
    proven = [fix["id"] for fix in answer["fixes"] if fix["proof"]["works"]]
    assert proven == ["scoped-path", "path-variable", "loader-line"]
    for fix in proven:
        before = tree(python.root)
        (attempt,) = run(python, "fix", "llama_cpp", "--use", fix, "--yes", status=0, **state)["attempts"]
        assert attempt["kept"], attempt
        run(python, "undo", status=0, **state)
        assert tree(python.root) == before


def test_the_users_path_is_put_back_in_the_registry(python: WindowsPython, lib: Path, state: dict[str, str]):
    move_away(lib)
    query = ["reg", "query", r"HKCU\Environment"]
    before = windows().run(query).stdout
    run(python, "fix", "llama_cpp", "--use", "path-variable", "--yes", status=0, **state)
    assert CUDA_HOME.lower() in windows().run(query).stdout.lower()
    run(python, "undo", status=0, **state)
    assert windows().run(query).stdout == before


def test_the_shim_costs_nothing_until_the_package_is_imported(python: WindowsPython, lib: Path, state: dict[str, str]):
    move_away(lib)
    run(python, "fix", "llama_cpp", "--use", "scoped-path", "--yes", status=0, **state)
    said = python.run("-c", "import sys; print('ctypes' in sys.modules, '_wontload_for_llama_cpp' in sys.modules)")
    assert said.stdout.split() == ["False", "False"]
    shutil.rmtree(cuda_home())  # what it points to vanishes: Python's start and other imports are as ever
    done = python.run("-c", "import json; print('well')")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "well", "")
    (python.site_packages / "_wontload_for_llama_cpp.py").unlink()
    done = python.run("-c", "print('well')")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "well", "")
    run(python, "undo", status=0, **state)


def test_nothing_is_changed_when_nobody_can_be_asked(python: WindowsPython, lib: Path, state: dict[str, str]):
    move_away(lib)
    before = tree(python.root)
    done = python.run("-m", "wontload", "fix", "llama_cpp", env=state, timeout=180)
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert tree(python.root) == before


def test_a_sound_package_needs_no_fix(python: WindowsPython, state: dict[str, str]):
    state.pop("CUDA_PATH")
    assert run(python, "fix", "llama_cpp", "--yes", status=0, **state)["attempts"] == []


def mended(python: WindowsPython, target: str, fix: str, state: dict[str, str]) -> None:
    """Broken, fixed, imported, taken back, every file as before, broken."""
    before = tree(python.root)
    assert not imports_of(python, target, state)
    answer = run(python, "fix", target, "--use", fix, "--yes", status=0, **state)
    (attempt,) = answer["attempts"]
    assert (attempt["kept"], answer["verdict"]) == (True, "loads"), attempt
    assert imports_of(python, target, state)
    run(python, "undo", status=0, **state)
    assert tree(python.root) == before
    assert not imports_of(python, target, state)


def imports_of(python: WindowsPython, target: str, environment: dict[str, str]) -> bool:
    """Whether it is imported, by what Python says: an exit status under Wine is another than the process's at times.

    Where Python says nothing, an exception of Windows' ended it, or Wine lost it at its start: a second time tells.
    """
    answer = ""
    for _ in range(2):
        with suppress(subprocess.TimeoutExpired):
            done = python.run("-c", f"import {target}; print('imported')", env=environment)
            print(target, done.returncode, done.stdout, done.stderr)  # pytest shows it where a test fails
            answer = done.stdout
            if "imported" in answer or "Traceback" in done.stderr:
                break
    return "imported" in answer


# An extension module whose initialisation calls a function of a delay-loaded library; Python's own it asks for by name.
CALLS_LATER = r"""
#include <windows.h>
__declspec(dllimport) int wl(void);
struct { long long count; void *type, *init; long long index; void *copy; const char *name, *doc; long long size;
         void *rest[5]; } made = {1, 0, 0, 0, 0, "work", 0, -1};
__declspec(dllexport) void *PyInit_work(void) {
    void *(*create)(void *, int) = (void *)GetProcAddress(GetModuleHandleA("python3.dll"), "PyModule_Create2");
    if (!create) create = (void *)GetProcAddress(GetModuleHandleA("python311.dll"), "PyModule_Create2");
    return wl() ? create(&made, 1013) : 0;
}
"""


def test_a_delay_loaded_library_whose_first_call_ends_the_process(
    python: WindowsPython, state: dict[str, str], tmp_path: Path
):
    """The load succeeds, so the helper's exception is all that tells; the copy is mapped before that call."""
    made, elsewhere = python.site_packages / "calls_later", python.site_packages / "elsewhere"
    for one in (made, elsewhere):
        one.mkdir()
    dll(elsewhere / "later.dll")
    shutil.copy(with_delay_helper(tmp_path, CALLS_LATER, "later.dll"), made)
    (made / "__init__.py").write_text("from . import work\n")
    try:
        first = run(python, "why", "calls_later", status=1, **state)["findings"][0]
        assert (first["code"], first["subject"]) == ("WL207", "later.dll")
        mended(python, "calls_later", "scoped-path", state)
    finally:
        shutil.rmtree(made)
        shutil.rmtree(elsewhere)


def test_a_stale_variable_is_taken_away(python: WindowsPython, lib: Path, state: dict[str, str]):
    windows().run(["reg", "add", r"HKCU\Environment", "/v", "CUDA_PATH", "/d", r"C:\gone", "/f"])
    query = ["reg", "query", r"HKCU\Environment"]
    registered = windows().run(query).stdout
    stale = {**state, "CUDA_PATH": r"C:\gone"}
    try:
        before = tree(python.root)
        answer = run(python, "fix", "llama_cpp", "--use", "unset-variable", "--yes", status=0, **stale)
        assert (answer["attempts"][0]["kept"], answer["verdict"]) == (True, "loads")
        assert "CUDA_PATH" not in windows().run(query).stdout
        run(python, "undo", status=0, **stale)
        assert windows().run(query).stdout == registered
        assert tree(python.root) == before
    finally:
        windows().run(["reg", "delete", r"HKCU\Environment", "/v", "CUDA_PATH", "/f"])


@pytest.fixture
def shadow(state: dict[str, str], tmp_path: Path) -> Path:
    """A folder of the package's name that PYTHONPATH brings in front of it; no CUDA_PATH, so the package is sound."""
    made = tmp_path / "llama_cpp"
    made.mkdir()
    (made / "__init__.py").write_text("from ._nothing import x\n")
    state.pop("CUDA_PATH")
    state["PYTHONPATH"] = rf"C:\more;{windows().to_windows(tmp_path)}"
    return made


def test_a_folder_that_shadows_the_package_gets_another_name(
    python: WindowsPython, state: dict[str, str], shadow: Path
):
    before = tree(shadow.parent)
    answer = run(python, "fix", "llama_cpp", "--use", "set-aside", "--yes", status=0, **state)
    assert answer["attempts"][0]["kept"]
    assert not shadow.exists()
    run(python, "undo", status=0, **state)
    assert tree(shadow.parent) == before


def test_the_users_pythonpath_loses_the_entry_that_shadows_the_package(
    python: WindowsPython, state: dict[str, str], shadow: Path
):
    before, query = tree(shadow.parent), ["reg", "query", r"HKCU\Environment"]
    windows().run(["reg", "add", r"HKCU\Environment", "/v", "PYTHONPATH", "/d", state["PYTHONPATH"], "/f"])
    registered = windows().run(query).stdout
    try:
        first = run(python, "why", "llama_cpp", status=1, **state)["findings"][0]
        assert (first["code"], first["title"].endswith("PYTHONPATH names its directory")) == ("WL503", True)
        answer = run(python, "fix", "llama_cpp", "--use", "python-path", "--yes", status=0, **state)
        assert answer["attempts"][0]["kept"]
        assert windows().run([*query, "/v", "PYTHONPATH"]).stdout.split()[-1] == r"C:\more"
        run(python, "undo", status=0, **state)
        assert windows().run(query).stdout == registered
        assert tree(shadow.parent) == before
    finally:
        windows().run(["reg", "delete", r"HKCU\Environment", "/v", "PYTHONPATH", "/f"])
