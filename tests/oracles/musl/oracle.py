"""The same load asked of the model and of the real loader, with answers that compare."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.support.musl import Program
from wontload.loader import LoadResult, Status, Verdict, load
from wontload.machine import LoadRequest, Machine, Process, System
from wontload.machine.live import LiveFiles
from wontload.machine.musl import musl_facts

RTLD_LAZY, RTLD_NOW, RTLD_NOLOAD = 1, 2, 4
MODES = {"lazy:": RTLD_LAZY, "noload:": RTLD_NOW | RTLD_NOLOAD, "global:": RTLD_NOW}
DEATHS = {-signal.SIGBUS: "Bus error", -signal.SIGSEGV: "Segmentation fault"}


@dataclass(frozen=True)
class Answer:
    """What came of a load: the message, or the new objects by absolute path in the link map's order."""

    error: str | None
    loaded: tuple[str, ...] = ()


@dataclass
class Facts:
    """What the program told."""

    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    earlier: list[tuple[str, str]] = field(default_factory=list)
    error: str | None = None
    text: str = ""


class EarlierLoadDied(Exception):
    """The process ended before the load in question."""


@lru_cache(maxsize=1)
def system() -> System:
    return System(name="linux", **musl_facts())


def absolute(path: str, directory: str) -> str:
    return path if path.startswith("/") else f"{directory}/{path.removeprefix('./')}"


def both(
    name: str,
    *,
    directory: str | Path,
    environment: Mapping[str, str] | None = None,
    earlier: Sequence[str] = (),
    program: Path | None = None,
    listed: bool = True,
    global_modules: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
    assumed: bool = False,
) -> tuple[Answer, Answer]:
    """The model's answer and musl's, to `dlopen(name)` in a fresh process.

    Args:
        assumed: the model is told of a process without LD_PRELOAD, and that it would be set.
        listed: the model is told which modules the process has; else it works them out from the executable.
        facts: of the loader, where the program has another one than the system's.
    """
    directory, environment = str(directory), dict(environment or {})
    path = program or Program().built()
    observed, state = observe(name, directory, environment, earlier, path)
    if assumed:
        without = {key: value for key, value in environment.items() if key != "LD_PRELOAD"}
        _, state = observe(name, directory, without, earlier, path)
    result = predict(
        name, directory, environment, state, path, listed=listed, global_modules=global_modules, facts=facts
    )
    return answer_of(result), observed


def observe(
    name: str, directory: str, environment: dict[str, str], earlier: Sequence[str], program: Path
) -> tuple[Answer, Facts]:
    """What musl does, and the state of the process before."""
    done = subprocess.run(
        [str(program), *earlier, name], cwd=directory, env=environment, capture_output=True, timeout=60
    )
    facts = _facts(os.fsdecode(done.stdout))
    if not facts.before:
        raise EarlierLoadDied(done.stderr.decode())
    if done.returncode in DEATHS:
        return Answer(DEATHS[done.returncode]), facts
    if done.returncode:
        return Answer(f"exit {done.returncode}: {done.stderr.decode()}"), facts
    if facts.error is not None:
        return Answer(facts.error), facts
    return Answer(None, tuple(absolute(path, directory) for path in facts.after[len(facts.before) :])), facts


def predict(
    name: str,
    directory: str,
    environment: dict[str, str],
    state: Facts,
    program: Path,
    *,
    listed: bool = True,
    global_modules: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> LoadResult:
    """What the model says, given the state of the process before."""
    prefix = next((one for one in MODES if name.startswith(one)), "")
    earlier = [(bare, absolute(path, directory)) for bare, path in state.earlier]
    process = Process(
        executable=str(program),
        current_directory=directory,
        environment=environment,
        # The probe gives the kernel's object, which has no name, the executable's.
        modules=tuple(absolute(path, directory) if path else str(program) for path in state.before) if listed else (),
        asked_for=tuple(earlier),
        global_modules=tuple(global_modules),
    )
    flags = MODES.get(prefix, RTLD_NOW)
    request = LoadRequest(kind="ctypes", name=name.removeprefix(prefix), flags=flags, process=process)
    return load(
        Machine(id="this", system=System(name="linux", **facts) if facts else system(), files=LiveFiles()), request
    )


def answer_of(result: LoadResult) -> Answer:
    assert result.verdict is not Verdict.UNDETERMINED, result.would_settle
    if result.verdict is Verdict.FAILS:
        return Answer(str(result.error))
    return Answer(None, tuple(str(one.path) for one in result.modules if one.status is Status.LOADED))


def _facts(text: str) -> Facts:
    facts = Facts(text=text)
    for line in text.split("\n"):
        mark, _, rest = line.partition("\t")
        if mark == "B":
            facts.before.append(rest)
        elif mark == "A":
            facts.after.append(rest)
        elif mark == "E":
            name, _, path = rest.partition("\t")
            facts.earlier.append((name, path))
        elif mark == "X":
            facts.error = rest
    return facts
