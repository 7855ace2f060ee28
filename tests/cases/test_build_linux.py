"""`wontload build` on this Linux, live: a small real CMake package, built as meant, and broken in each way of WL7xx.

Nothing is fetched: the build's tools are pinned wheels (`--offline --find-links`).
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.remedy.trees import tree
from tests.support.cli import wontload
from tests.support.environments import environment_with_pip
from tests.support.packages import virtual_environment
from tests.support.small_package import (
    CMAKE,
    NAME,
    SLOW_CMAKE,
    VERSION,
    build_tools,
    folder_index,
    interrupted_in_its_sleep,
    sdist_of,
    small_package,
)

pytestmark = [pytest.mark.oracle("gcc"), pytest.mark.xdist_group("build")]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state of its own, and a temporary directory in which every build must leave nothing."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(tmp_path / "state"))
    for name in ("CMAKE_ARGS", "CUDACXX", "CC", "CXX", "CUDA_PATH"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "state"


@pytest.fixture
def links(tmp_path: Path) -> Path:
    return build_tools(tmp_path / "links")


def ask(source: Path, links: Path, *arguments: str, status: int, **variables: str) -> dict[str, Any]:
    command = ("build", NAME, "--source", str(source), "--offline", "--find-links", str(links), "--json")
    ran = wontload(*command, *arguments, **variables)
    assert ran.status == status, (ran.status, ran.out, ran.err)
    return ran.json


def answer_of(wheel: str, directory: Path) -> int:
    """What the package's library says, installed from the wheel into an environment of its own."""
    python = virtual_environment(directory / "venv")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps", wheel]
    subprocess.run(pip, check=True, capture_output=True)
    code = f"import {NAME}; print({NAME}.tiny.tiny_answer())"
    return int(subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout)


def codes(answer: dict[str, Any]) -> list[str]:
    """Of what hindered it, or else of what its log says."""
    built = answer["built"]
    findings = built["diagnosis"]["findings"] if built and built["diagnosis"] else answer["findings"]
    return [one["code"] for one in findings]


def test_it_is_built_kept_and_works(tmp_path, links, state):
    answer = ask(small_package(tmp_path), links, "-D", "TINY_FAST=on", status=0)
    assert answer["verdict"] == "built"
    wheel = Path(answer["wheel"])
    assert wheel.parent == state / "wheels"
    assert wheel.name.startswith(f"{NAME}-{VERSION}+cpu-py3-none-")
    assert answer_of(str(wheel), tmp_path) == 43
    assert os.listdir(tmp_path / "tmp") == []
    log = Path(answer["built"]["log"]).read_text()
    assert "Building C object" in log
    assert re.fullmatch(r"# wontload: status 0 after \d+ s, \d{4,} bytes of disk at most, .*", log.splitlines()[-1])


def test_it_is_judged_and_not_built_twice(tmp_path, links):
    source = small_package(tmp_path)
    first = ask(source, links, status=0)
    assert (first["judged"]["verdict"], len(first["judged"]["files"])) == ("loads", 2)
    again = ask(source, links, status=0)
    assert (again["wheel"], again["again"], again["built"]) == (first["wheel"], True, None)
    assert ask(source, links, "-D", "TINY_FAST=on", status=0)["again"] is False
    assert ask(source, links, "-D", "TINY_FAST=on", "--again", status=0)["again"] is False
    Path(first["wheel"]).write_bytes(b"changed")
    assert ask(source, links, status=0)["again"] is False


def test_its_script_does_the_same_by_hand(tmp_path, links):
    environment = tmp_path / "an environment"
    environment_with_pip(environment)
    python = str(environment / "bin" / "python")
    source = small_package(tmp_path)
    ran = wontload("build", NAME, "--source", str(source), "--python", python, "-D", "TINY_FAST=on", "--script", "sh")
    assert ran.status == 0, ran.err
    (tmp_path / "build.sh").write_text(ran.out)
    variables = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(links), "CFLAGS": "-Dint=odd"}
    subprocess.run(["sh", tmp_path / "build.sh"], check=True, cwd=tmp_path, env=variables, capture_output=True)
    code = f"import {NAME}; print({NAME}.tiny.tiny_answer())"
    assert subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout == "43\n"


def test_it_is_installed_imported_and_taken_back(tmp_path, links):
    environment = tmp_path / "an environment"
    environment_with_pip(environment)
    python = str(environment / "bin" / "python")
    before = tree(environment)
    answer = ask(small_package(tmp_path), links, "--install", "--python", python, status=0)
    assert answer["installed"]["kept"]
    code = f"import {NAME}; print({NAME}.tiny.tiny_answer())"
    assert subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout == "42\n"
    assert wontload("undo").status == 0
    assert tree(environment) == before


def test_what_does_not_import_is_taken_back_at_once(tmp_path, links):
    environment = tmp_path / "an environment"
    environment_with_pip(environment)
    before = tree(environment)
    source = small_package(tmp_path)
    (source / NAME / "__init__.py").write_text("import ctypes\nctypes.CDLL('libnosuchthing.so.7')\n")
    python = str(environment / "bin" / "python")
    answer = ask(source, links, "--install", "--python", python, status=1)
    assert (answer["verdict"], answer["installed"]["kept"]) == ("built", False)
    assert tree(environment) == before


def test_the_source_stays_as_it_is(tmp_path, links):
    source = small_package(tmp_path)
    before = sorted(path.relative_to(source) for path in source.rglob("*"))
    ask(source, links, status=0)
    assert sorted(path.relative_to(source) for path in source.rglob("*")) == before


def test_what_the_shell_says_does_not_steer_it_unasked(tmp_path, links):
    variables = {"CC": "/nowhere/cc", "CFLAGS": "-Dint=odd", "PYTHONPATH": "/nowhere", "PIP_TARGET": "/nowhere"}
    answer = ask(small_package(tmp_path), links, status=0, **variables)
    assert {"CC", "CFLAGS", "PYTHONPATH"} <= {one["name"] for one in answer["built"]["left_out"]}


def test_cmake_args_of_the_shell_count_and_are_checked(tmp_path, links):
    source = small_package(tmp_path)
    answer = ask(source, links, status=0, CMAKE_ARGS="-DTINY_FAST=on")
    assert answer_of(answer["wheel"], tmp_path) == 43
    assert codes(ask(source, links, status=1, CMAKE_ARGS="-DLLAMA_CUBLAS=on")) == ["WL704"]


def test_its_source_comes_from_the_index_that_pip_is_configured_for(tmp_path, links, monkeypatch):
    index = folder_index(tmp_path / "simple", sdist_of(small_package(tmp_path)), *links.iterdir())
    ran = wontload(
        "build", f"{NAME}=={VERSION}", "--json", PIP_INDEX_URL=index, PIP_EXTRA_INDEX_URL="", PIP_FIND_LINKS=""
    )
    assert ran.status == 0, (ran.out, ran.err)
    assert ran.json["verdict"] == "built"
    missing = wontload(
        "build", f"{NAME}==9.9", "--json", PIP_INDEX_URL=index, PIP_EXTRA_INDEX_URL="", PIP_FIND_LINKS=""
    )
    assert missing.status == 4
    assert f"no source distribution of {NAME} 9.9 is offered. The newest one is {NAME}-{VERSION}.tar.gz." in missing.err
    wheels = wontload("build", "ninja", PIP_INDEX_URL=index, PIP_EXTRA_INDEX_URL="", PIP_FIND_LINKS="")
    assert (wheels.status, "publishes finished wheels alone" in wheels.err) == (4, True)


@pytest.mark.parametrize(
    ("flag", "new"), [("LLAMA_CUBLAS", "GGML_CUDA"), ("LLAMA_QUICK", "TINY_FAST"), ("TINY_FASTT", "TINY_FAST")]
)
def test_an_obsolete_or_misspelt_flag_is_refused_before_anything_runs(tmp_path, links, flag, new):
    answer = ask(small_package(tmp_path), links, "-D", f"{flag}=on", status=1)
    assert (answer["verdict"], answer["built"], codes(answer)) == ("hindered", None, ["WL704"])
    assert answer["findings"][0]["also"] == [new]


def test_no_compiler(tmp_path, links):
    (bare := tmp_path / "bin").mkdir()
    os.symlink(shutil.which("make") or "/usr/bin/make", bare / "make")
    answer = ask(small_package(tmp_path), links, status=1, PATH=str(bare))
    assert (answer["verdict"], codes(answer)) == ("hindered", ["WL701"])
    assert answer["findings"][0]["subject"] == "gcc"


def test_what_the_build_needs_is_not_offered(tmp_path):
    answer = ask(small_package(tmp_path), build_tools(tmp_path / "fewer", "scikit-build-core"), status=1)
    assert [one["subject"] for one in answer["findings"]] == ["scikit-build-core"]


def test_a_build_that_fails_is_diagnosed_from_its_own_log(tmp_path, links):
    broken = CMAKE.replace('"tiny: be fast"', '"tiny: be fast" ${ODD}') + "\nfind_package(CUDAToolkit REQUIRED)\n"
    environment = {"PATH": os.pathsep.join(("/usr/bin", "/bin")), "CUDA_PATH": ""}
    answer = ask(
        small_package(tmp_path, CMakeLists_txt=broken.replace("CUDAToolkit", "NoSuchThing")),
        links,
        status=1,
        **environment,
    )
    assert answer["verdict"] == "failed"
    assert Path(answer["built"]["log"]).is_file()
    assert os.listdir(tmp_path / "tmp") == []


def test_a_compilers_error_is_quoted_where_no_known_message_decides(tmp_path, links):
    source = small_package(tmp_path, tiny_c="int tiny_answer(void) { return nothing_such; }\n")
    answer = ask(source, links, status=1)
    (said,) = answer["built"]["diagnosis"]["would_settle"]
    assert "tiny.c:1:" in said
    assert "nothing_such" in said
    log = Path(answer["built"]["log"])
    number = int(said.split("line ")[1].split()[0])
    assert "error: " in log.read_text().splitlines()[number - 1]


def test_where_no_wheel_can_be_laid_nothing_is_built(tmp_path, links, state):
    (tmp_path / "file").touch()
    command = ("build", NAME, "--source", str(small_package(tmp_path)), "--offline", "--find-links", str(links))
    ran = wontload(*command, "-o", str(tmp_path / "file" / "wheels"))
    assert (ran.status, state.exists()) == (4, False)
    assert "nothing can be written" in ran.err


def on_a_small_disk(size: str, place: Path, *command: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """The tool in a mount namespace in which `place` is a disk of that size."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespaces here")
    place.mkdir(parents=True, exist_ok=True)
    script = f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"'
    words = ["unshare", "-m", "sh", "-c", script, str(place), sys.executable, "-m", "wontload", *map(str, command)]
    return subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, **variables})


def test_a_wheel_for_which_there_is_no_room_is_not_lost(tmp_path, links):
    source = small_package(tmp_path)
    numbers = ",".join(str(byte) for byte in random.Random(1).randbytes(200_000))
    (source / "base.c").write_text(
        (source / "base.c").read_text() + f"API const unsigned char big[] = {{{numbers}}};\n"
    )
    command = ("build", NAME, "--source", source, "--offline", "--find-links", links, "-o", tmp_path / "small")
    ran = on_a_small_disk("72k", tmp_path / "small", *command)
    assert ran.returncode == 4, ran.stdout + ran.stderr
    wheel = next((tmp_path / "tmp").glob("wontload-wheel-*/*.whl"))
    assert (str(wheel) in ran.stderr, answer_of(str(wheel), tmp_path)) == (True, 42)


def test_a_log_for_which_there_is_no_room_is_a_sentence(tmp_path, links, state):
    command = ("build", NAME, "--source", small_package(tmp_path), "--offline", "--find-links", links)
    ran = on_a_small_disk("4k", state / "builds", *command, "-o", tmp_path / "wheels")
    assert (ran.returncode, os.listdir(tmp_path / "tmp")) == (4, []), ran.stdout + ran.stderr
    assert "No space left" in ran.stderr
    assert "WONTLOAD_STATE_DIR" in ran.stderr


def test_no_index_that_answers_is_found_before_anything_runs(tmp_path):
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_EXTRA_INDEX_URL": ""}
    ran = wontload("build", NAME, "--source", str(small_package(tmp_path)), "--json", **pip, PIP_FIND_LINKS="")
    assert (ran.status, codes(ran.json), ran.json["built"]) == (1, ["WL707"], None)


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_are_a_number_of_one_or_more(tmp_path, jobs):
    assert wontload("build", NAME, "--source", str(tmp_path), "--plan", "--jobs", jobs).status == 2


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_nothing(tmp_path, links, state, how):
    source = small_package(tmp_path, CMakeLists_txt=SLOW_CMAKE)
    command = [sys.executable, "-m", "wontload", "build", NAME, "--source", source, "--offline", "--find-links", links]
    assert interrupted_in_its_sleep(command, state, how) == 130
    assert os.listdir(tmp_path / "tmp") == []
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in running
    assert not (state / "wheels").exists()
