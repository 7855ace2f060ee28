"""Has a package work on the GPU in a child, and reads the GPU's memory at each stage while the child waits."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wontload.errors import UsageError, WontloadError
from wontload.gpu.memory import Sample
from wontload.gpu.tiny_gguf import write_gguf
from wontload.gpu.tiny_onnx import write_onnx
from wontload.knowledge.gpu_exercises import GpuExercise
from wontload.probe.conversation import converse

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "script.py")
BOOTSTRAP = (
    "import sys; exec(compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec'), {'__name__': '_wontload_gpu'})"
)
WRITERS = {"gguf": write_gguf, "onnx": write_onnx}
MARK = re.compile(r"\[wontload stage (\w+)\]")
MOST_FACTS = 200
GGUF = b"GGUF"  # what such a file begins with. Source: ggml-org/ggml, docs/gguf.md


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage as the child tells it; see `gpu/child/run.py`.

    Attributes:
        seconds: that it took; `None` where nothing is timed. facts: what it told, checked by nobody yet.
    """

    name: str
    seconds: float | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercised:
    """What happened.

    Attributes:
        stages: those that were reached, by name. samples: memory at each. pid: of the child. printed: facts from what
            it printed, each with the stage in which it was. status: its exit status; `None` when the time limit ended
            it. tail: the last of what it printed.
    """

    stages: Mapping[str, Stage]
    samples: Mapping[str, Sample]
    pid: int
    printed: tuple[tuple[str, Mapping[str, str]], ...] = field(default=())
    status: int | None = 0
    tail: str = ""


def exercise(
    known: GpuExercise,
    *,
    python: str,
    sample: Callable[[int], Sample],
    model: str | None = None,
    timeout_s: float = 300.0,
    environment: Mapping[str, str] | None = None,
    directory: str | None = None,
    told: Callable[[str], None] = lambda stage: None,
) -> Exercised:
    """Import the package in a child of `python` and have it work, on the GPU and then without it.

    Args:
        known: what to do. python: the interpreter's path. sample: reads the GPU's memory, given the child's id.
        model: a file of one's own in place of the one made on the spot. timeout_s: for all of it.
        environment, directory: of the child. told: called with each stage's name as it is reached.

    Raises:
        UsageError: there is no such model. WontloadError: the interpreter cannot be started, or there is no room for
            the model.
    """
    keep = re.compile("|".join((MARK.pattern, *(_without_names(line) for line in known.lines))).encode())
    stages: dict[str, Stage] = {}
    samples: dict[str, Sample] = {}
    pids: list[int] = []

    def answer(line: bytes, pid: int) -> None:
        stage = _stage(line)
        if stage is not None and stage.name not in stages:
            pids.append(pid)
            stages[stage.name] = stage
            samples[stage.name] = sample(pid)
            told(stage.name)

    with tempfile.TemporaryDirectory(prefix="wontload-", ignore_cleanup_errors=True) as private:
        options = {"exercise": known.module, **_model(known, model, private)}
        command = [python, "-c", BOOTSTRAP, SCRIPT, json.dumps(options)]
        try:
            ended, lines = converse(
                command, answer, keep=keep, timeout_s=timeout_s, environment=environment, directory=directory
            )
        except OSError as error:
            raise WontloadError(f"{python} cannot be started: {error.strerror or error}.") from error
    return Exercised(
        stages=stages,
        samples=samples,
        pid=pids[0] if pids else 0,
        printed=tuple(printed_facts(lines, known.lines)),
        status=ended.status,
        tail=ended.output_tail,
    )


def _begins_with(path: str, magic: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error


def _model(known: GpuExercise, own: str | None, directory: str) -> dict[str, object]:
    if own is not None:
        if not known.model:
            raise UsageError(f"{known.import_name} is put to work without a model.", "Leave --model out.")
        if not os.path.isfile(own):
            raise UsageError(f"There is no model {own}.")
        if known.model == "gguf" and not _begins_with(own, GGUF):
            raise UsageError(f"{own} is no GGUF model.", "Give a model's .gguf file, or leave --model out.")
        return {"model": os.path.abspath(own), "model_bytes": os.path.getsize(own)}
    if not known.model:
        return {}
    path = os.path.join(directory, f"random.{known.model}")
    try:
        with open(path, "wb") as file:
            size = WRITERS[known.model](file)
    except OSError as error:
        raise WontloadError(f"cannot write a model of 60 MB to {directory}: {error.strerror or error}.") from error
    return {"model": path, "model_bytes": size}


def _without_names(pattern: str) -> str:
    return re.sub(r"\?P<\w+>", "?:", pattern)


def _stage(line: bytes) -> Stage | None:
    """A line of the child; `None` for one that is none (a package that writes to descriptors it was not given)."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not isinstance(told.get("stage"), str):
        return None
    seconds = told.get("seconds")
    return Stage(name=told["stage"], seconds=seconds if isinstance(seconds, float) else None, facts=told)


def printed_facts(lines: tuple[str, ...], patterns: tuple[str, ...]) -> list[tuple[str, Mapping[str, str]]]:
    """Facts from the lines kept, each with the stage that was being worked on: the one whose mark comes next."""
    compiled = [re.compile(pattern) for pattern in patterns]
    waiting: list[Mapping[str, str]] = []
    found: list[tuple[str, Mapping[str, str]]] = []
    for line in lines:
        if mark := MARK.search(line):
            found += [(mark[1], facts) for facts in waiting]
            waiting = []
        elif match := next((match for one in compiled if (match := one.search(line))), None):
            waiting.append({name: value for name, value in match.groupdict().items() if value})
    return [*found, *(("failed", facts) for facts in waiting)][:MOST_FACTS]
