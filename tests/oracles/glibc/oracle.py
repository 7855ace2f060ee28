"""The same load asked of the model and of the real loader, with answers that compare."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from wontload.loader import Status, Verdict
from wontload.loader.glibc import load
from wontload.machine import LoadRequest, Machine, Process, System
from wontload.machine.capture import distribution
from wontload.machine.linux import glibc_facts
from wontload.machine.live import LiveFiles

CHILD = Path(__file__).with_name("child.py")
CRASHES = {-signal.SIGBUS: "Bus error", -signal.SIGSEGV: "Segmentation fault"}
# An assertion of glibc's that failed. What follows names a line of its source, which moves from version to version.
INCONSISTENCY = "Inconsistency detected by ld.so"


@dataclass(frozen=True)
class Answer:
    """What came of a load: the message, or the new objects by absolute path.

    In the link map's order, but for the file asked for, which comes first as in `LoadResult.modules`.
    """

    error: str | None
    loaded: tuple[str, ...] = ()


class EarlierLoadDied(Exception):
    """The process ended before the load in question."""


@lru_cache(maxsize=1)
def system() -> System:
    version = os.confstr("CS_GNU_LIBC_VERSION") or ""
    return System(name="linux", version=distribution(), **glibc_facts(version.removeprefix("glibc ")))


def absolute(path: str, directory: str) -> str:
    return path if path.startswith("/") else f"{directory}/{path.removeprefix('./')}"


def both(
    name: str,
    *,
    directory: str | Path,
    environment: Mapping[str, str] | None = None,
    earlier: Sequence[str] = (),
    via: str | None = None,
    global_modules: Sequence[str] = (),
    assumed: bool = False,
) -> tuple[Answer, Answer]:
    """The model's answer and glibc's, to `dlopen(name)` in a fresh interpreter.

    `assumed`: the model is told of a process without LD_PRELOAD, and that it would be set, as by `tree --env`.
    """
    directory = str(directory)
    environment = dict(environment or {})
    observed, state = observe(name, directory, environment, earlier, via)
    if assumed:
        without = {key: value for key, value in environment.items() if key != "LD_PRELOAD"}
        _, state = observe(name, directory, without, earlier, via)
    return predict(name, directory, environment, state, global_modules), observed


def observe(
    name: str, directory: str, environment: dict[str, str], earlier: Sequence[str], via: str | None
) -> tuple[Answer, dict[str, Any]]:
    """What glibc does, and the state of the process before."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(CHILD), *(("--via", via) if via else ()), *earlier, name],
        cwd=directory,
        env=environment,
        capture_output=True,
        timeout=60,
    )
    lines = done.stdout.splitlines()
    if not lines:
        raise EarlierLoadDied(done.stderr.decode())
    state = json.loads(lines[-1])
    if done.returncode in CRASHES:
        return Answer(CRASHES[done.returncode]), state
    if done.returncode == 127 and done.stderr.startswith(INCONSISTENCY.encode()):
        return Answer(INCONSISTENCY), state
    if done.returncode and "after" not in state:  # what ends a process when it exits is not the load
        return Answer(f"exit {done.returncode}: {done.stderr.decode()}"), state
    if state["error"] is not None:
        return Answer(state["error"]), state
    # Not by place: what an object filters is moved to it in the link map, also where it was there before.
    before = set(state["before"])
    loaded = [absolute(path, directory) for path in state["after"] if path not in before]
    opened = absolute(state.get("opened") or "", directory)
    if opened in loaded:  # what it filters comes before it
        loaded.insert(0, loaded.pop(loaded.index(opened)))
    return Answer(None, tuple(loaded)), state


def predict(
    name: str,
    directory: str,
    environment: dict[str, str],
    state: dict[str, Any],
    global_modules: Sequence[str],
) -> Answer:
    """What the model says, given the state of the process before."""
    flags, kind, caller = os.RTLD_NOW, "ctypes", state["caller"]
    if name.startswith(("import:", "import=")):
        how, _, name = name.partition(":")
        flags, kind, caller = int(how.partition("=")[2] or flags), "import", state["before"][0]
    # RTLD_NOW is what `_ctypes.dlopen` adds to every mode.
    for mode, value in (("lazy:", os.RTLD_LAZY | os.RTLD_NOW), ("noload:", os.RTLD_NOW | os.RTLD_NOLOAD)):
        if name.startswith(mode):
            name, flags = name.removeprefix(mode), value
    process = Process(
        executable=state["before"][0],
        current_directory=directory,
        environment=environment,
        modules=tuple(absolute(path, directory) if "/" in path else path for path in state["before"]),
        global_modules=tuple(global_modules),
        asked_for=tuple((name, absolute(path, directory)) for name, path in state["earlier"] if path),
    )
    request = LoadRequest(kind=kind, name=name, flags=flags, process=process, caller=caller)
    result = load(Machine(id="this", system=system(), files=LiveFiles()), request)
    assert result.verdict is not Verdict.UNDETERMINED, result.would_settle
    if str(result.error).startswith(INCONSISTENCY):
        return Answer(INCONSISTENCY)
    if result.verdict is Verdict.FAILS:
        return Answer(str(result.error))
    return Answer(None, tuple(str(one.path) for one in result.modules if one.status is Status.LOADED))
