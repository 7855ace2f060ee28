"""Carrying out a plan: a build in a directory of its own, of which a wheel and a log are left."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from wontload.build.diagnosing import diagnosed
from wontload.build.environment import BuildEnvironment, build_environment
from wontload.build.frontend import Frontend
from wontload.build.plan import BuildPlan
from wontload.build.process import CannotLog, run_logged, write_log
from wontload.build.progress import Progress
from wontload.build.source import NoSource
from wontload.build.studio import Studio
from wontload.build.vcvars import prompt_of
from wontload.build.wrapped_tools import real_directories
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.log.judging import LogDiagnosis
from wontload.errors import WontloadError
from wontload.machine.own_places import state_directory

LOOK_S = 10.0  # a tree of some thousand files is counted in milliseconds
Told = Callable[[Progress], None]


class CannotBuild(WontloadError):
    """The build could not be started, or left no wheel although it succeeded. Exit status 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """How a run ended.

    Attributes:
        wheel: path of the wheel as the build named it; `None` when it failed. log: path of everything printed.
        seconds: that it took. job_bytes: memory of the largest process; `None` where the system does not tell.
        disk_bytes: the most that its directory was seen to take.
        remarks: what the log of a success says of flags that did nothing (WL704).
        diagnosis: of the log, when it failed. environment: that it was given.
    """

    wheel: str | None
    log: str
    seconds: float
    job_bytes: int | None
    environment: BuildEnvironment
    disk_bytes: int = 0
    remarks: tuple[Finding, ...] = ()
    diagnosis: LogDiagnosis | None = None


def run_build(
    plan: BuildPlan,
    frontend: Frontend,
    *,
    directory: str,
    offline: bool = False,
    find_links: Sequence[str] = (),
    own: Mapping[str, str] | None = None,
    told: Told = lambda progress: None,
) -> Built:
    """Build the plan's source.

    Args:
        directory: an empty one that belongs to this build; the wheel is left in its `wheels`.
        offline, find_links: nothing is fetched but from those directories.
        own: the person's variables; by default those of this process.
        told: hears of every step.

    Raises:
        CannotBuild: it cannot be started, or left no wheel.
        KeyboardInterrupt: after every process of it has ended.
    """
    if plan.source is None:
        raise NoSource(f"the source of {plan.package} is not here.")
    temporary, wheels = (os.path.join(directory, name) for name in ("tmp", "wheels"))
    for place in (temporary, wheels):
        os.makedirs(place, exist_ok=True)
    environment = _environment(plan, dict(os.environ if own is None else own), temporary)
    command = frontend.wheel(plan.source.directory, wheels, offline=offline, find_links=find_links)
    began, watcher = time.monotonic(), _Watcher(told, directory)
    with _log(plan.package) as log:
        write_log(log, _heading(plan, command, environment).encode())
        try:
            status = run_logged(
                command, environment=environment.variables, directory=directory, log=log, seen=watcher.seen
            )
        except OSError as error:
            raise CannotBuild(f"{command[0]} cannot be started: {error.strerror or error}.") from error
        seconds = time.monotonic() - began
        watcher.look()
        with suppress(CannotLog):  # the build is over, and its log whole
            write_log(log, _ending(status, seconds, watcher.disk_bytes).encode())
    diagnosis = diagnosed(log.name)
    return Built(
        wheel=_wheel(wheels, log.name) if status == 0 else None,
        log=log.name,
        seconds=seconds,
        job_bytes=_largest_process(),
        environment=environment,
        disk_bytes=watcher.disk_bytes,
        remarks=tuple(_remarks(diagnosis, plan)) if status == 0 else (),
        diagnosis=diagnosis if status else None,
    )


def _remarks(diagnosis: LogDiagnosis, plan: BuildPlan) -> Iterator[Finding]:
    """Flags of the person's, or the backend's own, that came to nothing although the build succeeded."""
    given = {*plan.flags.kept, *([plan.backend.switch.option] if plan.backend.switch else [])}
    for one in diagnosis.findings:
        if one.code == "WL704" and given.intersection(" ".join((one.subject, *one.also)).split()):
            yield replace(one, severity=Severity.WARNING, explains_error=False)


def _environment(plan: BuildPlan, own: Mapping[str, str], temporary: str) -> BuildEnvironment:
    if isinstance(plan.studio, Studio) and sys.platform == "win32":
        own = prompt_of(plan.studio, own)
    nvcc = next((one.value for one in plan.variables if one.name == "CUDACXX"), "")
    return build_environment(
        own,
        variables=plan.variables,
        defines=plan.defines,
        kept=plan.flags.kept,
        others=plan.flags.others,
        temporary=temporary,
        first_on_path=[*([os.path.dirname(nvcc)] if nvcc else []), *real_directories(own)],
    )


def _log(package: str) -> BinaryIO:
    directory = os.path.join(state_directory(), "builds")
    name = re.sub(r"[^\w.-]", "_", package)[:60]
    path = os.path.join(directory, f"{time.strftime('%Y%m%d-%H%M%S')}-{name}-{os.getpid()}.log")
    try:
        os.makedirs(directory, exist_ok=True)
        return open(path, "xb", buffering=0)  # what was said is on the disk, whatever comes
    except OSError as error:
        raise CannotBuild(
            f"no log can be written in {directory}: {error.strerror or error}.",
            "Name another place in WONTLOAD_STATE_DIR.",
        ) from error


def _heading(plan: BuildPlan, command: Sequence[str], environment: BuildEnvironment) -> str:
    """What the log begins with: enough to run it again by hand. In words that no message of a build is made of."""
    given = [f"#   {name}={environment.variables[name]}" for name in sorted(_given(plan))]
    return "\n".join(
        [
            f"# wontload build {plan.package} {plan.version}".rstrip(),
            f"# {time.strftime('%Y-%m-%d %H:%M:%S')}",
            "# variables:",
            *given,
            f"# left out of the shell's: {', '.join(name for name, _ in environment.left_out) or 'nothing'}",
            f"# command: {' '.join(command)}",
            "",
            "",
        ]
    )


def _ending(status: int, seconds: float, disk_bytes: int) -> str:
    """What the log ends with: what a row `[[measured]]` of `knowledge/builds.toml` is made of."""
    memory = _largest_process()
    largest = f", the largest process {memory} bytes of memory" if memory else ""
    return f"# wontload: status {status} after {seconds:.0f} s, {disk_bytes} bytes of disk at most{largest}\n"


def _given(plan: BuildPlan) -> set[str]:
    return {"CMAKE_ARGS", *(one.name for one in plan.variables)}


class _Watcher:
    """Lines in, progress out; now and then it looks how much disk the build takes."""

    def __init__(self, told: Told, directory: str) -> None:
        self._told, self._directory = told, directory
        self._progress = Progress()
        self._looked_s = 0.0
        self.disk_bytes = 0

    def seen(self, line: str) -> None:
        """One more line of the build's."""
        now_s = time.monotonic()
        self._progress = self._progress.seen(line, now_s)
        self._told(self._progress)
        if now_s - self._looked_s > LOOK_S:
            self._looked_s = now_s
            self.look()

    def look(self) -> None:
        """See how much disk it takes now."""
        self.disk_bytes = max(self.disk_bytes, _taken(self._directory))


def _taken(directory: str) -> int:
    """Bytes of all files below a directory that is being written to."""
    total = 0
    for root, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_size
            except OSError:  # gone again
                continue
    return total


def _wheel(directory: str, log: str) -> str:
    names = [name for name in os.listdir(directory) if name.endswith(".whl")]
    if len(names) != 1:
        raise CannotBuild(f"the build ended well and left {len(names)} wheels.", f"Its log is {log}.")
    return os.path.join(directory, names[0])


def _largest_process() -> int | None:
    """Memory of the largest process among the children that have ended. Source: getrusage(2), ru_maxrss."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
