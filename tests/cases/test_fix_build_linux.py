"""`wontload fix --use build` on this Linux, live: a broken package compiled anew, installed, imported, taken back.

What is broken is a small package: under the name of one that `knowledge/` has build options for, and under one that
nobody knows. Its source lies in an index on this disk, with the tools that its build needs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.remedy.trees import tree
from tests.support.cli import wontload
from tests.support.environments import environment_with_pip
from tests.support.gcc import SharedObject
from tests.support.packages import pip, wheel_of
from tests.support.small_package import NAME as SMALL
from tests.support.small_package import (
    PACKAGE,
    SLOW_CMAKE,
    build_tools,
    folder_index,
    interrupted_in_its_sleep,
    sdist_of,
    small_package,
)

pytestmark = [pytest.mark.oracle("gcc"), pytest.mark.xdist_group("build")]
NAME, MODULE, VERSION = "llama-cpp-python", "llama_cpp", "0.3.16"


UNKNOWN, NEEDING = "odd-tiny", "odd_needing"


def too_new(module: str) -> bytes:
    """A library that a newer glibc than any was linked with, as wheels built on a newer distribution hold (WL302)."""
    libc = SharedObject(soname="libc.so.6", defines=("newest",), versions=(("GLIBC_2.99", ("newest",)),))
    return SharedObject(soname=f"lib{module}.so", needed=(libc,), calls=("newest",), defines=("tiny_answer",)).bytes()


def broken(root: Path, name: str, module: str) -> Path:
    """A wheel of the small package, under that name, whose library this glibc is too old for."""
    files = {f"{module}/__init__.py": PACKAGE.replace(SMALL, module), f"{module}/lib/lib{module}.so": too_new(module)}
    return wheel_of(root, name.replace("-", "_"), files, VERSION)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which the packages do not load; every test leaves it so."""
    root = tmp_path_factory.mktemp("broken")
    environment_with_pip(root / "an environment ü")
    wheels = [broken(root, NAME, MODULE), broken(root, UNKNOWN, "odd_tiny")]
    wheels.append(wheel_of(root, NEEDING, {f"{NEEDING}/__init__.py": "import odd_tiny\n"}))
    pip(python := root / "an environment ü" / "bin" / "python", "install", "--no-index", *wheels)
    return python


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state of its own, and a temporary directory in which nothing may be left."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def offered(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str = NAME,
    module: str = MODULE,
    version: str = VERSION,
    **changed: str,
) -> None:
    """Have pip know of the package's source and of the tools of its build, and of nothing else."""
    source = small_package(tmp_path / "source", distribution=name, module=module, version=version, **changed)
    tools = build_tools(tmp_path / "links")
    url = folder_index(tmp_path / "simple", sdist_of(source, name, version), *tools.iterdir())
    settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": url, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def answer(python: Path) -> subprocess.CompletedProcess[str]:
    code = f"import {MODULE}; print({MODULE}.tiny.tiny_answer())"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)


def test_it_is_planned_built_installed_imported_and_taken_back(python, tmp_path, monkeypatch):
    offered(tmp_path, monkeypatch)
    environment, asked = python.parent.parent, (MODULE, "--python", str(python))
    before = tree(environment)
    assert "GLIBC_2.99' not found" in answer(python).stderr

    planned = wontload("fix", *asked, "--plan", "--json")
    titles = {one["id"]: one["title"] for one in planned.json["fixes"]}
    assert titles["build"] == f"build {VERSION} from source for this machine's processor"
    assert (planned.status, tree(environment)) == (1, before)

    applied = wontload("fix", *asked, "--use", "build", "--yes", "--json")
    assert applied.status == 0, (applied.out, applied.err)
    assert answer(python).stdout == "42\n"
    assert list(environment.glob(f"lib/*/site-packages/llama_cpp_python-{VERSION}+cpu.dist-info"))

    undone = wontload("undo")
    assert undone.status == 0, undone.err
    assert tree(environment) == before
    assert "GLIBC_2.99' not found" in answer(python).stderr


@pytest.mark.parametrize("target", ["odd_tiny", NEEDING])
def test_a_package_that_nobody_knows_is_built_as_well(python, tmp_path, monkeypatch, target):
    """Also where it is another package that the import needs."""
    offered(tmp_path, monkeypatch, name=UNKNOWN, module="odd_tiny")
    asked, before = (target, "--python", str(python)), tree(python.parent.parent)

    planned = wontload("fix", *asked, "--plan")
    flat = " ".join(planned.out.split())
    which = VERSION if target == "odd_tiny" else f"odd_tiny {VERSION}"
    assert f"build {which} from source for this machine" in flat
    assert "minutes not measured" in flat
    assert "if its source is published" not in flat

    applied = wontload("fix", *asked, "--use", "build", "--yes", "--json")
    assert applied.status == 0, (applied.out, applied.err)
    code = f"import {target}, odd_tiny; print(odd_tiny.tiny.tiny_answer())"
    assert subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout == "42\n"
    assert wontload("undo").status == 0
    assert tree(python.parent.parent) == before


def test_where_no_source_of_it_is_published_it_is_not_offered(python, tmp_path, monkeypatch):
    offered(tmp_path, monkeypatch, name=UNKNOWN, module="odd_tiny", version="9.9")
    planned = wontload("fix", "odd_tiny", "--python", str(python), "--plan", "--json")
    assert "build" not in [one["id"] for one in planned.json["fixes"]]


def test_where_no_index_answers_it_is_offered_with_that_doubt(python, monkeypatch):
    settings = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}
    for name, value in {"PIP_CONFIG_FILE": os.devnull, **settings}.items():
        monkeypatch.setenv(name, value)
    planned = wontload("fix", "odd_tiny", "--python", str(python), "--plan", "--json")
    caveats = {one["id"]: one["caveat"] for one in planned.json["fixes"]}
    assert caveats["build"] == "if its source is published"


def test_a_build_that_fails_says_why_and_changes_nothing(python, tmp_path, monkeypatch):
    offered(tmp_path, monkeypatch, tiny_c="int tiny_answer(void) { return nothing_such; }\n")
    before = tree(python.parent.parent)
    ran = wontload("fix", MODULE, "--python", str(python), "--use", "build", "--yes", "--json")
    assert (ran.status, tree(python.parent.parent)) == (1, before)
    assert "nothing_such" in ran.json["attempts"][0]["problem"]


def test_told_to_end_it_takes_its_compilers_along(python, tmp_path, monkeypatch, state):
    offered(tmp_path, monkeypatch, CMakeLists_txt=SLOW_CMAKE)
    before = tree(python.parent.parent)
    command = [sys.executable, "-m", "wontload", "fix", MODULE, "--python", python, "--use", "build", "--yes"]
    assert interrupted_in_its_sleep(command, state, signal.SIGTERM) == 130
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert (os.listdir(tmp_path / "tmp"), str(tmp_path) in running) == ([], False)
    assert tree(python.parent.parent) == before
