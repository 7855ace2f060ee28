"""The same diagnosis from a saved machine: nothing is executed, and nothing of this computer is looked at."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from wontload.app.dependency import with_cause_in_dependency
from wontload.app.distribution import of_distribution
from wontload.app.judging import judged_loads
from wontload.app.places import fresh_process
from wontload.app.targets import is_file_target, shown
from wontload.binary import GpuCode
from wontload.diagnosis import Case, Diagnosis, Elsewhere, JudgedLoad
from wontload.diagnosis import diagnose as judge
from wontload.errors import UnknownTarget
from wontload.knowledge.packages import distribution_for, import_name_for, normalised
from wontload.loader import load as simulate
from wontload.loader.modes import default_mode, flags_for
from wontload.machine import Kind, LoadRequest, Machine, Process, Record, own_format
from wontload.machine.files import NATIVE_SUFFIX
from wontload.probe import describe_exit

MOST_FILES = 400  # of a package that was not observed


def diagnose_saved(
    target: str,
    machine: Machine,
    records: tuple[Record, ...],
    gpu_code: Callable[[str], GpuCode | None] | None = None,
) -> Diagnosis:
    """Diagnose `target` as it was seen there; what was not seen is judged from its files, and said so (WL902).

    Args:
        gpu_code: what a file holds for GPUs, where the machine is about to be saved; else what was saved of it.

    Raises:
        UnknownTarget: neither an observation nor a file of that name is in the saved machine.
    """
    found = _SeenThere(machine, records, gpu_code or machine.gpu_code.get).of(target)
    if found is not None:
        return found
    if target in ("", ".", ".."):  # no name at all would be every package's
        raise UnknownTarget(f"{shown(target)} names no package and no library.", "Give an import name, or a path.")
    process = records[0].start if records else fresh_process(machine)
    is_file = is_file_target(target, "\\/" if machine.system.name == "windows" else "/")
    files = (target,) if is_file else tuple(_files(target, machine))
    if not files:
        seen = ", ".join(record.observation.target for record in records)
        raise UnknownTarget(
            f"nothing named {shown(target)} is in the saved machine {machine.id}.",
            f"It holds observations of: {seen}." if seen else "It holds no observations: give the path of a library.",
        )
    loads = tuple(_simulated(machine, path, process) for path in files)
    kind = "file" if is_file else "import"
    return judge(
        Case(
            target=target,
            kind=kind,
            machine=machine,
            start=process,
            loads=loads,
            describe_exit=describe_exit,
            gpu_code=machine.gpu_code.get,
        )
    )


class _SeenThere(NamedTuple):
    """What was tried on that machine, asked as `wontload.app.diagnose` asks a live one."""

    machine: Machine
    records: tuple[Record, ...]
    gpu_code: Callable[[str], GpuCode | None]

    def of(self, target: str) -> Diagnosis | None:
        """The diagnosis of an import name, else of a distribution; `None` where neither was tried."""
        for record in self.records:
            if target == record.observation.target:
                return self._judged(record)
        names = {target, normalised(target)}
        answers = [self._judged(one) for one in self.records if not names.isdisjoint(one.names)]
        if not answers:
            return None
        whole = all(one.case and one.case.kind == "import" and "." not in one.target for one in answers)
        return of_distribution(target, answers) if whole else replace(answers[0], target=target)

    def _judged(self, record: Record) -> Diagnosis:
        return with_cause_in_dependency(self._alone(record), self._of_dependency)

    def _of_dependency(self, name: str) -> Diagnosis | None:
        records = (one for one in self.records if one.observation.kind == "import")
        return next((self._alone(one) for one in records if one.observation.target == name), None)

    def _alone(self, record: Record) -> Diagnosis:
        target, machine = record.observation.target, self.machine
        return judge(
            Case(
                target=target,
                kind=record.observation.kind,
                machine=machine,
                start=record.start,
                observation=record.observation,
                loads=judged_loads(machine, record.observation),
                elsewhere=tuple(Elsewhere(environment=one, location=place) for one, place in record.elsewhere),
                known_as=distribution_for(target),
                describe_exit=describe_exit,
                gpu_code=self.gpu_code,
            )
        )


def _simulated(machine: Machine, path: str, process: Process) -> JudgedLoad:
    mode = default_mode(path.replace("\\", "/").rsplit("/", 1)[-1])
    flags = flags_for(mode, own_format(machine.system), path)
    kind = "import" if mode == "import" else "ctypes"
    request = LoadRequest(kind=kind, name=path, flags=flags, process=process)
    return JudgedLoad(request=request, simulated=simulate(machine, request))


def _files(target: str, machine: Machine) -> Iterator[str]:
    """The native files of the package of that name, in the order of their paths."""
    path = ntpath if machine.system.name == "windows" else posixpath
    name = import_name_for(target) or target
    found: list[str] = []
    for entry in machine.python.path if machine.python else ():
        queue = [path.join(entry, *name.split("."))]
        seen: set[str] = set()  # links, and names of a file made by hand, may lead in a circle
        for directory in queue:
            place = path.normpath(machine.files.real(directory))
            if place in seen:
                continue
            seen.add(place)
            for child in machine.files.listing(directory) or ():
                child_path = path.join(directory, child)
                if NATIVE_SUFFIX.search(child):
                    found.append(child_path)
                elif machine.files.kind(child_path) is Kind.DIRECTORY:
                    queue.append(child_path)
    yield from sorted(found)[:MOST_FILES]
