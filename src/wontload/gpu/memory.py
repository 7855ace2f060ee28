"""How much of the GPU's memory a process held at each stage, by each source that tells.

Sources are kept apart, for they know different things: NVML's list of processes knows this very process (not under
Windows' WDDM, and under another process id inside a container); NVML's totals know every GPU whole, other programs
included; Windows' counters know this very process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STAGES = ("started", "imported", "loaded", "ran", "released")
OF_PROCESS = ("nvml-process", "windows-counters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was read at one moment, in bytes.

    Attributes:
        used: of each GPU whole, by its UUID. processes: of each process on each GPU, by (UUID, process id); `None`
            where no list could be had. counters: of the process, by Windows' counters; `None` elsewhere.
    """

    used: Mapping[str, int] = field(default_factory=dict)
    processes: Mapping[tuple[str, int], int] | None = None
    counters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One source's answers over the stages.

    Attributes:
        source: `nvml-process`, `nvml-total` or `windows-counters`. bytes: by stage; a stage that was not reached or not
            told is left out. remark: what a reader must know about it.
    """

    source: str
    bytes: Mapping[str, int]
    remark: str = ""

    @property
    def grown(self) -> int | None:
        """Bytes that came between the start and the fullest moment; `None` where either is unknown."""
        most = self.most
        return None if most is None or "started" not in self.bytes else most - self.bytes["started"]

    @property
    def held(self) -> int | None:
        """Bytes that went when the work was released: without what the driver keeps for the process as such."""
        most = self.most
        return None if most is None or "released" not in self.bytes else most - self.bytes["released"]

    @property
    def most(self) -> int | None:
        """The fullest moment while it worked."""
        return max((self.bytes[stage] for stage in ("loaded", "ran") if stage in self.bytes), default=None)


def series(samples: Mapping[str, Sample], pid: int) -> tuple[Series, ...]:
    """Every source's series; a source that told nothing has none.

    Args:
        samples: by stage. pid: of the process, as this computer numbers it.
    """
    found = [_by_process(samples, pid), _counters(samples), _totals(samples)]
    return tuple(one for one in found if one is not None)


def _by_process(samples: Mapping[str, Sample], pid: int) -> Series | None:
    lists = {stage: one.processes for stage, one in samples.items() if one.processes is not None}
    if not lists:
        return None
    ids = {pid} & {number for one in lists.values() for _, number in one}
    remark = ""
    if not ids:
        ids, remark = _newcomer(lists)
    if not ids and any(lists.values()):
        return Series(source=OF_PROCESS[0], bytes=dict.fromkeys(lists, 0), remark="others are listed, it is not")
    if not ids:  # an empty list may also be one that is not shown to us
        return None
    held = {stage: sum(size for (_, number), size in one.items() if number in ids) for stage, one in lists.items()}
    return Series(source=OF_PROCESS[0], bytes=held, remark=remark)


def _newcomer(lists: Mapping[str, Mapping[tuple[str, int], int]]) -> tuple[set[int], str]:
    """The one process that was not there at the start and is while the work is done: ours, under another number."""
    before = {number for _, number in lists.get("started", {})}
    during = {number for stage in ("loaded", "ran") for _, number in lists.get(stage, {})}
    new = during - before
    if len(new) != 1:
        return set(), ""
    return new, f"listed as process {min(new)}: the driver numbers processes outside this container"


def _totals(samples: Mapping[str, Sample]) -> Series | None:
    known = {stage: sum(one.used.values()) for stage, one in samples.items() if one.used}
    return Series(source="nvml-total", bytes=known, remark="whole GPUs, other programs included") if known else None


def _counters(samples: Mapping[str, Sample]) -> Series | None:
    known = {stage: one.counters for stage, one in samples.items() if one.counters is not None}
    return Series(source=OF_PROCESS[1], bytes=known) if known else None


def of_counters(instances: Sequence[tuple[str, int]], pid: int) -> int:
    """Bytes of a process over all adapters, from instances such as `pid_4242_luid_0x00000000_0x0000D3A1_phys_0`."""
    return sum(size for name, size in instances if re.match(rf"pid_{pid}_luid_", name))
