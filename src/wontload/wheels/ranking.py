"""Which candidates are worth reading, and which of those that were judged is the best for a machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from wontload.machine import Machine
from wontload.wheels.appraisal import Appraisal
from wontload.wheels.candidates import Candidate
from wontload.wheels.weighing import Standing

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

UNKNOWN_CODE = 2  # in the order by GPU
WAVE = 12  # wheels that are read before it is asked whether that is enough
# Instruction sets that a build named after a CPU level uses. Source: ggml, CMakeLists.txt (GGML_AVX, GGML_AVX2,
# GGML_AVX512, with FMA and F16C beside AVX2); README of jllllll/llama-cpp-python-cuBLAS-wheels on `basic`.
CPU_LEVELS = {
    "AVX": frozenset({"avx"}),
    "AVX2": frozenset({"avx", "avx2", "fma", "f16c"}),
    "AVX512": frozenset({"avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}),
}


@dataclass(frozen=True)
class Ranked:
    """A candidate with what was found out about it.

    Attributes:
        candidate: which. appraisal: of its files; `None` where it was not read. problem: why not.
        cpu_lacks: instruction sets that its place promises to use and the processor lacks.
    """

    candidate: Candidate
    appraisal: Appraisal | None = None
    problem: str = ""
    cpu_lacks: tuple[str, ...] = ()

    @cached_property
    def works(self) -> bool:
        """Whether it would load here, perhaps with something added, and may be installed."""
        return (
            self.appraisal is not None
            and self.appraisal.standing <= Standing.NEEDS
            and not self.cpu_lacks
            and not self.appraisal.gpu.driver_too_old
            and self.candidate.takes
            and self.candidate.link.yanked is None
        )

    @property
    def goes_along(self) -> bool:
        """Whether it would also where nothing that is installed is replaced for it."""
        return self.works and self.appraisal is not None and not self.appraisal.replaces

    @property
    def open(self) -> bool:
        """Whether it may work, and what is known does not decide."""
        if self.appraisal is None:
            return self.candidate.wheel and bool(self.problem)
        return self.appraisal.standing is Standing.UNDETERMINED


def waves(
    candidates: Sequence[Candidate], specifier: SpecifierSet, machine: Machine
) -> Iterator[tuple[Candidate, ...]]:
    """The wheels to read, the most promising first: the newest of every place, then of each older ones.

    Of one place the second, fourth, eighth … newest follow, then those in between: where the newest fail, their
    neighbours mostly fail for the same reason.
    Pre-releases and yanked files only where nothing else is there, and none of what has come out since, if only as a
    source distribution (coremltools 4.0b3 for Windows, when 9.0 is out); of one version in one place the best tag.
    """
    offered = [one.version for one in candidates if one.takes and one.link.yanked is None]
    newest = max(specifier.filter(one for one in offered if not one.is_prerelease), default=None)
    fitting = [one for one in candidates if one.takes and one.wheel]
    fitting = [one for one in fitting if newest is None or not one.version.is_prerelease or one.version > newest]
    allowed = set(specifier.filter({one.version for one in fitting}))
    fitting = [one for one in fitting if one.version in allowed]
    fitting = [one for one in fitting if one.link.yanked is None] or fitting
    by_place: dict[int, list[Candidate]] = {}
    files: set[tuple[str, str]] = set()
    for one in sorted(fitting, key=_newest_first, reverse=True):
        known = by_place.setdefault(one.order, [])
        file = (one.link.filename, one.link.sha256)
        if file in files or any(_same_build(one, other) for other in known):
            continue
        known.append(one)
        if one.link.sha256:
            files.add(file)  # another place that offers it, too, is not read again
    places = sorted(filter(None, by_place.values()), key=lambda ones: _promise(ones[0], machine))
    for at in _leaps(max(map(len, places), default=0)):
        turn = [ones[at] for ones in places if at < len(ones)]
        yield from (tuple(turn[begin : begin + WAVE]) for begin in range(0, len(turn), WAVE))


def _leaps(count: int) -> list[int]:
    """0, 1, 3, 7 …, then the rest in order."""
    leaps = [at for power in range(count.bit_length() + 1) if (at := (1 << power) - 1) < count]
    return [*leaps, *(at for at in range(count) if at not in leaps)]


def _newest_first(one: Candidate) -> tuple[object, ...]:
    return (one.version, -(one.tag_rank or 0), one.build)


def _same_build(one: Candidate, other: Candidate) -> bool:
    """Whether two files of one place differ in their tags only; two of one name in different releases do not."""
    return one.version == other.version and not one.version.local and other.link.filename != one.link.filename


def _promise(one: Candidate, machine: Machine) -> tuple[object, ...]:
    """How well a place's name fits the machine: asked anyhow, kept up, the CUDA nearest to what the driver takes."""
    known = one.place.known
    if known is None:
        return (not one.place.configured, False, False, 0, 0, one.order)
    takes = next((driver.cuda for driver in machine.inventory.drivers or () if driver.vendor == "nvidia"), None)
    features = machine.inventory.cpu.features if machine.inventory.cpu else None
    major, minor = known.cuda or (0, 0)
    too_new = bool(takes and known.cuda and (major, minor or 0) > takes)
    return (True, bool(_lacks(one, features)), known.historic, too_new, (-major, -(minor or 0)), one.order)


def settled(ranked: Sequence[Ranked], machine: Machine) -> bool:
    """Whether further wheels could hardly be better: the best works, and uses the GPU if any of them does.

    Where the code of the best was not all read, it is so with its older versions, too.
    """
    if not ranked or not ranked[0].works:
        return False
    has_gpu = _has_gpu(machine)
    offered = any(one.appraisal and one.appraisal.gpu.accelerator == "cuda" for one in ranked)
    return not has_gpu or not offered or _gpu_order(ranked[0], has_gpu) <= UNKNOWN_CODE


def _has_gpu(machine: Machine) -> bool:
    return any(one.vendor == "nvidia" for one in machine.inventory.gpus or ())


def rank(found: Sequence[Ranked], machine: Machine) -> tuple[Ranked, ...]:
    """The judged candidates, the best for the machine first."""
    has_gpu = _has_gpu(machine)
    features = machine.inventory.cpu.features if machine.inventory.cpu else None
    known = [Ranked(one.candidate, one.appraisal, one.problem, _lacks(one.candidate, features)) for one in found]
    return tuple(sorted(known, key=lambda one: _order(one, has_gpu)))


def _lacks(candidate: Candidate, features: frozenset[str] | None) -> tuple[str, ...]:
    known = candidate.place.known
    if known is None or features is None:
        return ()
    return tuple(sorted(CPU_LEVELS.get(known.cpu, frozenset()) - features))


def _order(one: Ranked, has_gpu: bool) -> tuple[object, ...]:
    standing = one.appraisal.standing if one.appraisal else Standing.FAILS
    historic = bool(one.candidate.place.known and one.candidate.place.known.historic)
    build = one.candidate.build[0] if one.candidate.build else 0
    return (
        not one.works,
        not one.open,
        _gpu_order(one, has_gpu),
        standing is Standing.NEEDS,
        historic,
        _Descending(one.candidate.version),
        standing,
        one.candidate.tag_rank if one.candidate.tag_rank is not None else 1 << 30,
        -build,
        not one.candidate.place.configured,
        one.candidate.order,
        one.candidate.link.filename,
    )


def _gpu_order(one: Ranked, has_gpu: bool) -> int:
    """With an NVIDIA GPU: machine code for it, PTX, code that was not all read, other builds, none for it."""
    if one.appraisal is None:
        return 5
    use = one.appraisal.gpu
    if not has_gpu:
        return int(use.accelerator == "cuda")
    if use.runs:
        return int(use.how == "PTX")
    if use.accelerator == "cuda":
        return 4 if use.runs is False else UNKNOWN_CODE
    return 3


class _Descending:
    """Turns an order around."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.value < self.value)  # type: ignore[operator]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and other.value == self.value

    __hash__ = None  # type: ignore[assignment]
