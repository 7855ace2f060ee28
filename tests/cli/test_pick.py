"""`wontload pick` as a person runs it: exit statuses, streams, JSON against its schema, Ctrl-C, and real PyPI."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cli import wontload
from tests.support.index_server import serving
from tests.support.llama_wheels import cpu_wheel, cuda_wheel, gpu_code, historic_wheel, offer

CASE = str(Path(__file__).parents[2] / "examples" / "rtx4070super.json")
NAME = "llama-cpp-python"


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    root = tmp_path_factory.mktemp("wheels")
    with serving() as server:
        code = gpu_code(75, 89, containers=2)
        yield {
            "pypi": offer(server, "pypi", sources=["llama_cpp_python-0.3.16.tar.gz"]),
            "cu124": offer(server, "whl/cu124", cuda_wheel(root, "0.3.4", "cp311", code=code)),
            "cu118": offer(server, "AVX2/cu118", historic_wheel(root, "0.2.26+cu118", "cp311", code=code)),
            "cpu": offer(server, "cpu", cpu_wheel(root, "0.3.15", "cp311")),
            "silent": f"{server.url}/silent",
        }


def pick(tmp_path: Path, *arguments: str, index: str):
    return wontload(
        "pick",
        NAME,
        "--no-known",
        "--machine",
        CASE,
        "--index-url",
        index,
        *arguments,
        WONTLOAD_CACHE_DIR=str(tmp_path),
        PIP_CONFIG_FILE=os.devnull,
        PIP_FIND_LINKS="",
        UV_NO_CONFIG="1",
    )


def test_the_answer_of_the_case(places, tmp_path):
    extra = [f"--extra-index-url={places[name]}" for name in ("cu124", "cu118", "cpu")]
    ran = pick(tmp_path, *extra, index=places["pypi"])
    assert ran.status == 0, ran.err
    first, *_ = ran.out.splitlines()
    assert first.startswith("llama-cpp-python 0.3.4 from ")
    text = " ".join(ran.out.split())
    assert "cudart64_12.dll and cublas64_12.dll only with help: on this machine" in text
    assert f'--extra-index-url "{places["cu124"]}" "llama-cpp-python==0.3.4"' in text
    assert "then wontload fix llama-cpp-python makes it find" in text
    assert "alone would take llama_cpp_python-0.3.16.tar.gz, a source distribution, and try to build it" in text
    assert "would load once nvidia-cuda-runtime-cu11 and nvidia-cublas-cu11 are installed and found; CUDA 11" in text
    assert "0.3.15" in text
    assert "a build for the CPU" in text
    assert max(len(line) for line in ran.out.splitlines() if "install" not in line) <= 100
    quiet = pick(tmp_path, *extra, "-q", "--offline", index=places["pypi"])
    assert quiet.out.startswith("llama-cpp-python 0.3.4 from the cache of ")
    assert len(quiet.out.splitlines()) < 14


def test_the_same_as_json(places, tmp_path):
    ran = pick(tmp_path, f"--extra-index-url={places['cu124']}", "--json", "--all", index=places["pypi"])
    answer = ran.json  # held against the schema
    assert answer["schema"] == "wontload.pick/1"
    assert (answer["verdict"], answer["recommended"]["version"]) == ("loads", "0.3.4")
    (judged,) = [one for one in answer["candidates"] if one["kind"] == "wheel"]
    assert judged["appraisal"]["standing"] == "added"
    assert judged["appraisal"]["gpu"]["runs"] is True
    assert {one["file"] for one in answer["files"]} == {
        "llama_cpp_python-0.3.16.tar.gz",
        "llama_cpp_python-0.3.4-cp311-cp311-win_amd64.whl",
    }


def test_nothing_fits_and_nothing_is_known_of(places, tmp_path):
    ran = pick(tmp_path, index=places["pypi"])
    assert ran.status == 1
    assert "no wheel fits" in ran.out
    assert "A build from source: llama_cpp_python-0.3.16.tar.gz" in ran.out
    ran = pick(tmp_path, index=places["silent"])
    assert ran.status == 2
    assert "no index that was asked knows llama-cpp-python" in ran.err
    ran = pick(tmp_path, "--offline", index=places["cpu"] + "x")
    assert ran.status == 4
    assert "not in the cache" in ran.err
    assert "Traceback" not in ran.err


def test_a_place_that_is_not_reached_is_named_and_the_rest_counts(places, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{unused.getsockname()[1]}/simple"
    with serving() as broken:
        broken.page("/llama-cpp-python/", "x", status=500)
        ran = pick(tmp_path, f"--extra-index-url={broken.url}", f"--find-links={tmp_path / 'no'}", index=places["cpu"])
    assert ran.status == 0
    assert "not reached" in ran.out
    assert "status 500" in " ".join(ran.out.split())
    assert gone not in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_it_at_once(tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        environment = {**os.environ, "WONTLOAD_CACHE_DIR": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
        command = [sys.executable, "-m", "wontload", "pick", NAME, "--no-known", "--machine", CASE, "--index-url", url]
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        silent.settimeout(60)
        taken, _ = silent.accept()
        time.sleep(0.2)
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=20)
        taken.close()
    assert started.returncode == 130
    assert (out, b"interrupted; nothing was changed" in err, b"Traceback" in err) == (b"", True, False)


def test_on_pypi_it_names_what_pip_downloads(tmp_path):
    """Through the index that pip is set up with here."""
    ran = wontload(
        "pick", "markupsafe", "--json", "--python", sys.executable, WONTLOAD_CACHE_DIR=str(tmp_path / "cache")
    )
    answer = ran.json
    assert ran.status == 0, answer
    directory = tmp_path / "downloaded"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(directory), "markupsafe"]
    subprocess.run(command, check=True, capture_output=True)
    assert answer["plain"]["file"] == answer["recommended"]["file"]
    assert [answer["plain"]["file"]] == [path.name for path in directory.iterdir()]
