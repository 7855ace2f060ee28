"""Whether the native files of a wheel load on a machine that it is laid over, each alone and none executed.

A wheel's libraries are commonly loaded by its own code, which adds directories or loads others first. So a file that
fails alone is asked about again with the directories of its own wheel, and of the wheels that are installed with it;
what it needs from there is part of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wontload.binary import Image
from wontload.diagnosis import Case, Finding, JudgedLoad, alone
from wontload.diagnosis import diagnose as find_causes
from wontload.loader import LoadResult, Status, Verdict
from wontload.loader import load as simulate
from wontload.machine import Machine, Process
from wontload.wheels.central_directory import Member
from wontload.wheels.laying import place_of, places_on
from wontload.wheels.wheel import Wheel

NOT_ABOUT_A_WHEEL = re.compile(r"WL90[123]")  # of what was observed, or not: here nothing is


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile:
    """One native file of a wheel on one machine.

    Attributes:
        member: its name in the wheel. path: on the machine. mode: `import`, `ctypes`, or `legacy` where the package is
            known to load it so.
        verdict: with the directories of `added` searched.
        added: directories that something must add before it loads; empty where it loads by itself.
        alone: what the loader does without them. result: with them; the same where none are.
        findings: why it fails, and what will fail later, best first.
    """

    member: str
    path: str
    mode: str
    verdict: Verdict
    added: tuple[str, ...]
    alone: LoadResult
    result: LoadResult
    findings: tuple[Finding, ...]


class Judge:
    """Judges the files of wheels that are installed together.

    Args:
        machine: with the wheels laid over it (`laid_over`). process: a fresh one of its Python.
        wheels: those that lie there. site_packages: where.
        beside: paths of native files that are installed there and that these wheels require.
    """

    def __init__(
        self,
        machine: Machine,
        process: Process,
        wheels: Sequence[Wheel],
        site_packages: str,
        beside: Sequence[str] = (),
    ) -> None:
        self.machine, self.process, self.site = machine, process, site_packages
        self._places = places_on(machine, site_packages)
        self._near: frozenset[str] = frozenset()
        self._holders: dict[str, dict[str, None]] = {}
        self._paths: list[str] = []
        for wheel in wheels:
            self._hold([self.place_of(member) for member in wheel.natives])
            self._paths += map(self.place_of, wheel.programs)
        self._hold(beside)

    def _hold(self, paths: Sequence[str]) -> None:
        """Take native files for such as may be loaded first."""
        self._paths += paths
        for path in paths:
            directory, name = self.machine.path_module.split(path)
            self._holders.setdefault(self._fold(name), {})[directory] = None
        self._near |= frozenset(map(self.machine.path_module.dirname, paths))

    def place_of(self, member: Member) -> str:
        """Where a member lies on the machine."""
        return place_of(member.name, self.site, self._places, self.machine.path_module)

    def definers(self, symbol: str) -> list[str]:
        """ELF: libraries and programs of the wheels that define a symbol, by path."""
        return [path for path in self._paths if alone.defines(self.machine, path, symbol)]

    def judge(self, wheel: Wheel) -> Iterator[JudgedFile]:
        """Each native file of one of the wheels that is meant for this machine and this Python."""
        loading = alone.loading_of((wheel.name, *wheel.top_level), wheel.version)
        near = self._near | alone.known_directories(self.machine, loading, self.site)
        for member in wheel.natives:
            content = wheel.content(member)
            image = content if isinstance(content, Image) else None
            name = member.name.rpartition("/")[2]
            mode = alone.mode_of(name, image, self.machine)
            if mode is None or (image is not None and not alone.is_for(self.machine, image, mode)):
                continue
            path = self.place_of(member)
            winmode = alone.winmode_of(self.machine, loading, path, self.site)
            yield self._judge(member, path, "legacy" if winmode == 0 else mode, near)

    def _judge(self, member: Member, path: str, mode: str, near: frozenset[str]) -> JudgedFile:
        request = alone.request_for(self.machine, self.process, path, mode)
        if mode == "legacy":  # what the package adds does not count for such a load; what it puts on PATH does
            request = replace(request, process=alone.helped_process(self.machine, request.process, near, on_path=True))
        first = result = simulate(self.machine, request)
        added: tuple[str, ...] = ()
        if result.verdict is Verdict.FAILS and mode != "legacy":
            helped = alone.with_help(self.machine, request, result, self._holding, near, self.definers)
            if helped.added:
                result, added = helped.result, helped.added
        return JudgedFile(
            member=member.name,
            path=path,
            mode=mode,
            verdict=result.verdict,
            added=added,
            alone=first,
            result=result,
            findings=self._findings(path, result),
        )

    def _findings(self, path: str, result: LoadResult) -> tuple[Finding, ...]:
        delayed = any(module.status is Status.DELAYED for module in result.modules)
        if result.verdict is Verdict.LOADS and not delayed:
            return ()
        load = JudgedLoad(request=result.request, simulated=result)
        case = Case(target=path, kind="file", machine=self.machine, start=self.process, loads=(load,))
        return tuple(one for one in find_causes(case).findings if not NOT_ABOUT_A_WHEEL.match(one.code))

    def _holding(self, name: str) -> tuple[str, ...]:
        return tuple(self._holders.get(self._fold(name), ()))

    def _fold(self, name: str) -> str:
        return name.lower() if self.machine.system.name == "windows" else name


def with_companions(judged: Sequence[JudgedFile]) -> list[JudgedFile]:
    """The files, those loading that fail alone and load with one that brings them along (`alone.brought_along`)."""
    loading = (one.result for one in judged if one.verdict is Verdict.LOADS)
    brought = alone.brought_along(loading)
    return [
        replace(one, verdict=Verdict.LOADS, result=brought[one.path], findings=())
        if one.path in brought and alone.lacks_symbols_alone(one.result)
        else one
        for one in judged
    ]
