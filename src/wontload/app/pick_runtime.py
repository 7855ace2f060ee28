"""The wheels that bring what a candidate needs: looked into like the candidate itself, before they are advised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace

from wontload.app.pick_places import Options, places_for, with_places
from wontload.app.places import Place as Where
from wontload.binary.malformed import NotReached
from wontload.diagnosis.gpu_parts import is_named_after_a_gpu
from wontload.errors import WontloadError
from wontload.knowledge.packages import family_of, normalised
from wontload.machine.files import NotKnown
from wontload.wheels.appraisal import Appraisal, with_extra, with_runtimes
from wontload.wheels.cache import Cache
from wontload.wheels.candidates import Candidate, Target, candidates_of
from wontload.wheels.choosing import Request, chosen
from wontload.wheels.commands import asks
from wontload.wheels.concurrently import concurrently
from wontload.wheels.index.gather import gather
from wontload.wheels.index.settings import Settings
from wontload.wheels.ranking import Ranked, rank
from wontload.wheels.reading import Opened, open_candidate
from wontload.wheels.requirements import names_by_extra, required_names, specifier_of
from wontload.wheels.web import Web
from wontload.wheels.weighing import Standing
from wontload.wheels.wheel import Wheel

MOST_LOOKED_INTO = 3  # candidates whose runtime wheels are read
MOST_RUNTIMES = 12  # of one candidate, with what they require themselves
AT_ONCE = 6
PATIENCE_S = 120.0
NOT_READ = (WontloadError, TimeoutError, NotReached, NotKnown)
Progress = Callable[[str], None]


@dataclass(kw_only=True)
class Runtimes:
    """Finds and reads runtime wheels as pip would choose them.

    Attributes:
        place: the machine that they are for. web, cache: how files are read. pip, uv: settings here.
        options: how to look. progress: told what is being done. fetched_bytes: for this, so far.
    """

    place: Where
    web: Web
    cache: Cache
    pip: Settings
    uv: Settings
    options: Options
    progress: Progress
    fetched_bytes: int = 0
    _done: set[str] = field(default_factory=set)  # URLs of candidates that are not to be looked into once more

    def with_parts(self, ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
        """The candidates ranked anew, once the newest, where it lacks a library, was judged with its project's parts.

        Of what it requires, those are read that are a part of the project by their names: pyqt6-qt6 has Qt for PyQt6.
        A symbol that nothing defines may be in any of it, as numkong has some for usearch. Where those are offered
        nowhere, or do not settle it, the next older one is looked into.
        """
        found = tuple(ranked)
        for _ in range(MOST_LOOKED_INTO):
            waiting = [one for one in found if self._lacks_parts(one)]
            newest = max(waiting, key=lambda one: one.candidate.version, default=None)
            if newest is None or newest.appraisal is None or _is_older(newest, found):
                break
            self._done.add(newest.candidate.link.url)
            names = self._required if newest.appraisal.undefined else self._parts
            found = self._ranked(found, newest, self._judged(newest.candidate, newest.appraisal, names))
        return found

    def with_extras(self, ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
        """The candidates ranked anew, once the newest, where it lacks a library and fails, was judged with its extras.

        Of what these ask for, a part of the project by its name may have that: mlx has its libraries for Linux in
        mlx-cpu and mlx-cuda, of which each is an extra's.
        """
        taking = (one for one in ranked if one.candidate.takes and one.candidate.link.yanked is None)
        newest = max(taking, key=lambda one: one.candidate.version, default=None)
        appraisal = newest.appraisal if newest else None
        if newest is None or appraisal is None or newest.candidate.link.url in self._done:
            return tuple(ranked)
        if appraisal.standing is not Standing.FAILS or not appraisal.missing:
            return tuple(ranked)
        self._done.add(newest.candidate.link.url)
        return self._ranked(ranked, newest, self._with_an_extra(newest.candidate, appraisal))

    def _with_an_extra(self, candidate: Candidate, appraisal: Appraisal) -> Appraisal:
        """With the first extra that makes it load; the same where none does."""
        machine, process = self.place.machine, self.place.process
        with ExitStack() as opened, suppress(*NOT_READ):
            wheel = self._opened(candidate, opened)
            self.fetched_bytes += wheel.fetched_bytes
            for extra, names in self._extras(wheel.wheel):
                with suppress(*NOT_READ):
                    parts, _ = self._read(wheel, names, opened, extras=True)
                    self.fetched_bytes += sum(one.fetched_bytes for one in parts)
                    found = with_extra(appraisal, wheel, extra, parts, machine, process) if parts else appraisal
                    if found is not appraisal:
                        return found
        return appraisal

    def _extras(self, wheel: Wheel) -> list[tuple[str, list[str]]]:
        """The extras that ask for a part of the project, and that; without a GPU, those for one come last."""
        extras = [value for key, value in wheel.metadata if key.lower() == "provides-extra"]
        by_extra = names_by_extra(wheel.requires_dist, extras, self.place.machine)
        parts = {
            extra: sorted(one for one in names if family_of(one) == family_of(wheel.name))
            for extra, names in by_extra.items()
        }
        has_gpu = any(gpu.vendor == "nvidia" for gpu in self.place.machine.inventory.gpus or ())
        found = [(extra, names) for extra, names in parts.items() if names]
        return sorted(found, key=lambda one: not has_gpu and any(map(is_named_after_a_gpu, one[1])))[:MOST_LOOKED_INTO]

    def _lacks_parts(self, one: Ranked) -> bool:
        """Whether a candidate is open for want of a library or a symbol, and was not yet looked into."""
        if not (one.open and one.candidate.takes) or one.appraisal is None:
            return False
        return bool(one.appraisal.missing or one.appraisal.undefined) and one.candidate.link.url not in self._done

    def _required(self, wheel: Wheel) -> list[str]:
        return sorted(required_names(wheel.requires_dist, self.place.machine))

    def _parts(self, wheel: Wheel) -> list[str]:
        return [one for one in self._required(wheel) if family_of(one) == family_of(wheel.name)]

    def look_into(self, ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
        """The candidates ranked anew, once what the best of them need was read.

        One whose runtime wheels do not make it load comes behind, and the next best is looked into.
        """
        found = tuple(ranked)
        for _ in range(MOST_LOOKED_INTO):
            best = next((one for one in found if one.works), None)
            appraisal = best.appraisal if best else None
            if best is None or appraisal is None or best.candidate.link.url in self._done:
                break
            names = None if appraisal.needs or appraisal.brought else self._parts
            if appraisal.runtimes or (names and not self._is_in_parts(best)):
                break
            judged = self._judged(best.candidate, appraisal, names)
            if not judged.runtimes:
                self._done.add(best.candidate.link.url)
                break
            found = self._ranked(found, best, judged)
        return found

    def _is_in_parts(self, one: Ranked) -> bool:
        """Whether it is Python code alone, and requires a part of its project, as polars does polars-runtime-32."""
        requires = one.appraisal.requires if one.appraisal else None
        project = one.candidate.link.filename.partition("-")[0]
        return any(family_of(name) == family_of(project) for name in requires or ())

    def _ranked(self, found: Sequence[Ranked], one: Ranked, judged: Appraisal) -> tuple[Ranked, ...]:
        """The candidates anew, with another appraisal of one of them."""
        known = [replace(one, appraisal=judged) if other is one else other for other in found]
        return rank(known, self.place.machine)

    def _judged(
        self, candidate: Candidate, appraisal: Appraisal, names: Callable[[Wheel], Iterable[str]] | None = None
    ) -> Appraisal:
        """What it comes to with the wheels that it needs, or with those named; the same where not all could be read."""
        with ExitStack() as opened:
            try:
                wheel = self._opened(candidate, opened)
                wanted = names(wheel.wheel) if names else (*appraisal.needs, *appraisal.brought)
                others, unoffered = self._read(wheel, wanted, opened)
                self.fetched_bytes += wheel.fetched_bytes + sum(one.fetched_bytes for one in others)
                if not others:
                    return replace(appraisal, unoffered=unoffered)
                return with_runtimes(appraisal, wheel, others, self.place.machine, self.place.process)
            except NOT_READ:
                return appraisal

    def _read(
        self, wheel: Opened, names: Iterable[str], opened: ExitStack, *, extras: bool = False
    ) -> tuple[list[Opened], tuple[str, ...]]:
        """The wheels of these projects and of what those require; or else, of which there is none to be had.

        extras: whether extras of the wheel ask for them, in the versions that stand there.
        """
        found: dict[str, Opened] = {}
        machine = self.place.machine
        requires = list(wheel.wheel.requires_dist)
        waiting = list(dict.fromkeys(map(normalised, names)))
        if extras:
            requires += [f"{name}{specifier_of(name, wheel.wheel.requires_dist, extras=True)}" for name in waiting]
        while waiting and len(found) < MOST_RUNTIMES:
            self.progress(f"reading what it needs: {', '.join(waiting)}")
            candidates = [self._candidate(name, requires) for name in waiting]
            if None in candidates:
                lost = (name for name, one in zip(waiting, candidates, strict=True) if one is None)
                return [], tuple(f"{name}{specifier_of(name, requires)}" for name in lost)
            jobs = [(lambda one=one: self._opened(one, opened)) for one in candidates]
            for index, result in concurrently(jobs, at_once=AT_ONCE, patience_s=PATIENCE_S):
                if not isinstance(result, Opened):
                    raise result
                found[waiting[index]] = result
            more = {
                name for one in found.values() for name in required_names(one.wheel.requires_dist, machine)
            } - found.keys()
            requires += [text for one in found.values() for text in one.wheel.requires_dist]
            waiting = sorted(more)
        return list(found.values()), ()

    def _candidate(self, project: str, requires: Sequence[str]) -> Candidate | None:
        """The file that pip would take of a project that the wheel, or another runtime wheel, may require."""
        places = places_for(project, self.place.machine, self.pip, self.uv, self.options)
        settings = with_places(self.pip, self.options)
        asked = gather(project, places, self.web)
        own = [
            one
            for one in candidates_of(project, asked, Target(self.place.machine))
            if asks(settings, one.place) and one.wheel
        ]
        return chosen(own, Request(project=project, specifier=specifier_of(project, requires)), settings)

    def _opened(self, candidate: Candidate, opened: ExitStack) -> Opened:
        found = open_candidate(candidate.link, self.web, cache=self.cache, read_all=self.options.read_all)
        opened.callback(found.close)
        return found


def _is_older(one: Ranked, found: Sequence[Ranked]) -> bool:
    """Than one that works."""
    return any(other.works and other.candidate.version > one.candidate.version for other in found)
