"""Many files judged by several processes, with the answers in the order asked.

The processes are copies of this one (`fork`): they begin with all that it knows, at once. Where a process cannot be
copied safely (Windows; macOS, whose own frameworks forbid it; a process with several threads), each would have to be
started anew and ask the interpreter anew. That takes as long as a thousand files, so one process does it all there.

A worker that ends early, whoever ended it, costs time and no answer: this process does that part itself.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, pairwise
from typing import BinaryIO, Generic, NoReturn, TypeVar

R = TypeVar("R")
CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
FEWEST_LONG_TASKS = 3
FEWEST_FILES = 64  # for fewer a second process does not pay
MOST_PROCESSES = 4  # each keeps what it has read: this bounds the memory, not the speed
# A few files first, so that the first answers come at once; then neighbours, which need much the same, together.
FIRST_PART, PART = 4, 32
PART_LAYOUT = struct.Struct("=II")  # first file, and the one behind the last


def processes_for(files: int) -> int:
    """How many processes to have for that many files; 1 stands for this one alone."""
    if not CAN_FORK or files < FEWEST_FILES or threading.active_count() > 1:
        return 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, MOST_PROCESSES, files // (FEWEST_FILES // 2))


def processes_for_few(tasks: int) -> int:
    """The same for tasks that each take a tenth of a second and more, so that a second process pays soon."""
    return 1 if tasks < FEWEST_LONG_TASKS else max(1, min(processes_for(FEWEST_FILES * MOST_PROCESSES), tasks))


@contextmanager
def shared_out(
    judge: Callable[[str], R],
    files: Sequence[str],
    processes: int,
    *,
    part: int = PART,
    after_part: Callable[[], object] = bool,
) -> Iterator[Iterator[R]]:
    """Give what `judge` makes of each file, in order, each as soon as it and all before it are known.

    Args:
        judge: called in any of the processes. Its answers are pickled, in pipes that nobody else can write to.
        files: what it is called with.
        processes: how many; with 1 there are none but this. part: how many files are given out at once.
        after_part: called in each process when it has judged a part, and here at the end.

    Raises:
        Exception: whatever `judge` raises for a file, when the turn comes to that.
    """
    if processes < 2:
        yield map(judge, files)
        after_part()
        return
    first = [judge(files[0])]  # what nearly all of them need is read here, and the copies have it
    workers: list[_Worker[R]] = []
    gc.freeze()  # the copies need not look for cycles in what they were given: that would copy its pages as well
    try:
        with suppress(OSError):  # no more processes or descriptors: those that there are do it, be it this one alone
            for _ in range(processes):
                workers.append(_Worker(judge, files[1:], workers, after_part))
        gc.unfreeze()
        yield chain(first, _answers(judge, files[1:], workers, part))
        after_part()
    finally:
        for worker in workers:
            worker.end()


def _answers(
    judge: Callable[[str], R], files: Sequence[str], workers: Sequence[_Worker[R]], part_files: int
) -> Iterator[R]:
    bounds = [0, *range(min(FIRST_PART, part_files), len(files), part_files), len(files)]
    parts = list(pairwise(bounds))
    waiting = iter(enumerate(parts))
    busy: dict[_Worker[R], int] = {}
    known: dict[int, list[R] | None] = {}  # `None`: whoever had it is gone

    def give(worker: _Worker[R]) -> None:
        number, part = next(waiting, (-1, (0, 0)))
        if number >= 0 and worker.ask(*part):
            busy[worker] = number
        elif number >= 0:
            known[number] = None

    for worker in workers:
        give(worker)
    for number, (start, end) in enumerate(parts):
        while number not in known and busy:
            for worker in select.select([*busy], [], [])[0]:
                done = known[busy.pop(worker)] = worker.answer()
                if done is not None:
                    give(worker)
        found = known.pop(number, None)
        yield from map(judge, files[start:end]) if found is None else found


class _Worker(Generic[R]):
    """A copy of this process that judges what it is told to."""

    def __init__(
        self,
        judge: Callable[[str], R],
        files: Sequence[str],
        others: Sequence[_Worker[R]],
        after_part: Callable[[], object],
    ) -> None:
        its_questions, questions = os.pipe()
        answers, its_answers = os.pipe()
        self.descriptors = questions, answers
        # Ctrl-C is this process's to answer. In the copy it stays blocked.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process = os.fork()
            if self._process == 0:
                with suppress(BaseException):
                    # Kept open here, these ends would outlive the process that holds them.
                    for descriptor in (*self.descriptors, *(end for one in others for end in one.descriptors)):
                        os.close(descriptor)
                    _serve(judge, files, after_part, os.fdopen(its_questions, "rb", 0), os.fdopen(its_answers, "wb"))
                os._exit(1)
        except OSError:
            os.close(questions)
            os.close(answers)
            raise
        finally:
            os.close(its_questions)
            os.close(its_answers)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._answers = os.fdopen(answers, "rb")

    def fileno(self) -> int:
        """What becomes readable when there is an answer, or never will be one."""
        return self.descriptors[1]

    def ask(self, start: int, end: int) -> bool:
        """Have a part judged; `False` when the worker is gone."""
        try:
            return os.write(self.descriptors[0], PART_LAYOUT.pack(start, end)) == PART_LAYOUT.size
        except OSError:
            return False

    def answer(self) -> list[R] | None:
        """What became of the part; `None` when the worker is gone."""
        try:
            found: list[R] = pickle.load(self._answers)
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        return found

    def end(self) -> None:
        """Have it gone, whatever it is doing."""
        with suppress(OSError):
            os.kill(self._process, signal.SIGKILL)
        with suppress(OSError):
            os.waitpid(self._process, 0)
        os.close(self.descriptors[0])
        self._answers.close()


def _serve(
    judge: Callable[[str], object],
    files: Sequence[str],
    after_part: Callable[[], object],
    questions: BinaryIO,
    answers: BinaryIO,
) -> NoReturn:
    """Answer until nobody asks any more. An exception is for the process that asks: it comes to it by itself."""
    while part := questions.read(PART_LAYOUT.size):
        start, end = PART_LAYOUT.unpack(part)
        found = [judge(path) for path in files[start:end]]
        after_part()  # before the last answer, behind which this process is ended
        pickle.dump(found, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
    os._exit(0)
