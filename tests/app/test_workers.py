"""Several processes give what one gives, in its order, whatever becomes of them; and none of them stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.images import elf
from wontload.app import workers
from wontload.app.workers import FEWEST_FILES, processes_for, shared_out

pytestmark = pytest.mark.skipif(not workers.CAN_FORK, reason="no process is copied here")
FILES = [f"{number}.so" for number in range(200)]


def answers(judge: Callable[[str], object], processes: int, files: list[str] = FILES) -> list[object]:
    with shared_out(judge, files, processes) as found:
        return list(found)


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize("processes", [1, 2, 4])
@pytest.mark.parametrize("count", [1, 2, 4, 5, 36, 37, 200])
def test_answers_come_in_the_order_asked(processes: int, count: int):
    before = children()
    assert answers(str.upper, processes, FILES[:count]) == [one.upper() for one in FILES[:count]]
    assert children() == before


def test_others_do_the_work():
    found = answers(lambda _: os.getpid(), 2)
    assert len(set(found)) == 3  # the first file is this process's own
    assert found.count(os.getpid()) == 1


def test_who_is_killed_costs_no_answer():
    here = os.getpid()

    def judge(path: str) -> str:
        if path in ("50.so", "120.so") and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return path

    assert answers(judge, 2) == FILES


def test_an_exception_comes_when_it_is_its_turn():
    def judge(path: str) -> str:
        if path == "60.so":
            raise ValueError(path)
        return path

    before, seen = children(), []
    with pytest.raises(ValueError, match=r"60\.so"), shared_out(judge, FILES, 2) as found:
        seen.extend(found)
    # `extend` keeps what came before the exception.
    assert seen == FILES[:60]
    assert children() == before


def test_without_room_for_processes_one_does_it(monkeypatch: pytest.MonkeyPatch):
    def full() -> int:
        raise BlockingIOError

    open_before = os.listdir("/proc/self/fd")
    monkeypatch.setattr(os, "fork", full)
    assert answers(str.upper, 2) == [one.upper() for one in FILES]
    assert os.listdir("/proc/self/fd") == open_before


def test_who_stops_listening_leaves_nobody_behind():
    before = children()
    with shared_out(lambda path: time.sleep(0.001) or path, FILES, 2) as found:
        assert next(found) == FILES[0]
        assert len(children() - before) == 2
    assert children() == before


def test_few_files_get_no_process_of_their_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # whatever other tests left behind
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert processes_for(FEWEST_FILES - 1) == 1
    assert processes_for(FEWEST_FILES) == 2
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert processes_for(10_000) == workers.MOST_PROCESSES
    monkeypatch.setattr(workers, "CAN_FORK", False)
    assert processes_for(10_000) == 1


@pytest.mark.parametrize("form", ["--jsonl", "--json", "--quiet"])
def test_the_command_says_the_same_with_and_without(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd):
    from wontload.cli import main

    monkeypatch.chdir(tmp_path)
    for number in range(80):
        data = elf(needed=[f"{number + 1}.so"] if number % 7 else ["libc.so.6"], soname=f"{number}.so")
        Path(f"{number}.so").write_bytes(data if number % 11 else data[: number * 3])
    files = [f"./{number}.so" for number in range(90)]
    said = []
    for processes in (1, 3):
        monkeypatch.setattr(workers, "processes_for", lambda _, processes=processes: processes)
        said.append((main(["tree", form, *files]), *capfd.readouterr()))
    assert said[0] == said[1]
    assert (said[0][0], said[0][2]) == (1, "")


def test_ctrl_c_ends_them_all_with_one_sentence(tmp_path: Path):
    """It goes to the whole group of processes, as from a terminal."""
    program = (
        "import time, sys; from wontload.app.workers import shared_out\n"
        "try:\n"
        "    with shared_out(lambda path: time.sleep(0.01) or path, [str(one) for one in range(5000)], 2) as found:\n"
        "        for one in found: print(one, flush=True)\n"
        "except KeyboardInterrupt: sys.exit('interrupted')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(10)][-1] == b"9\n"
    os.killpg(process.pid, signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (1, b"interrupted\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
