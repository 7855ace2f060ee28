"""Reading and judging candidates: several are read at a time, and each is judged as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from wontload.app.places import Place as Where
from wontload.binary.malformed import NotReached
from wontload.errors import WontloadError
from wontload.machine.files import NotKnown
from wontload.wheels.appraisal import Appraisal, appraise
from wontload.wheels.cache import Cache
from wontload.wheels.candidates import Candidate
from wontload.wheels.concurrently import concurrently
from wontload.wheels.deciding import decides
from wontload.wheels.index.link import Link
from wontload.wheels.parts import NoRanges
from wontload.wheels.ranking import Ranked
from wontload.wheels.reading import MOST_BYTES, Opened, open_candidate
from wontload.wheels.web import Web
from wontload.wheels.weighing import Standing
from wontload.wheels.whole import fetch_whole

AT_ONCE = 8
TOO_FAR_IN = "what decides lies further in than may be read (--read-all)"
ALL_BYTES = 96 << 20  # of one wave; each wheel of it may take its part
PATIENCE_S = 300.0

# Asked before a wheel is fetched as a whole: which, and its size in bytes where that is known.
Consent = Callable[[Link, "int | None"], bool]
Progress = Callable[[str], None]


class Reader:
    """Reads candidates, several at a time, and judges them one after the other."""

    def __init__(
        self, project: str, web: Web, cache: Cache, *, read_all: bool, consent: Consent, progress: Progress
    ) -> None:
        self._project, self._web, self._cache, self._read_all = project, web, cache, read_all
        self._consent, self._progress = consent, progress
        self.fetched_bytes = 0
        self._first: Callable[[str], bool] = lambda member: False

    def judged(self, candidates: Sequence[Candidate], place: Where) -> list[Ranked]:
        """Each candidate with its appraisal, or with why it could not be read."""
        wheels = [one for one in candidates if one.wheel]
        self._first = partial(decides, self._project, place.machine.system.name)
        most_bytes = min(MOST_BYTES, ALL_BYTES // max(len(wheels), 1))
        jobs = [partial(self._open, one.link, most_bytes) for one in wheels]
        found: list[Ranked] = [Ranked(candidate=one) for one in candidates if not one.wheel]
        whole: list[tuple[Candidate, NoRanges]] = []
        for done, (index, result) in enumerate(concurrently(jobs, at_once=AT_ONCE, patience_s=PATIENCE_S), 1):
            self._progress(f"reading wheels: {done} of {len(jobs)}")
            if isinstance(result, NoRanges):
                whole.append((wheels[index], result))
            else:
                found.append(self._ranked(wheels[index], result, place))
        for candidate, told in whole:
            found.append(self._ranked(candidate, self._whole(candidate.link, told), place))
        if left := _left_open(found):
            found[found.index(left)] = self._read_on(left, place)
        return found

    def _read_on(self, one: Ranked, place: Where) -> Ranked:
        """A wheel of which too little was read, with all that one wheel alone may take; what it was if that fails."""
        self._progress(f"reading on in {one.candidate.link.filename}")
        try:
            again = self._ranked(one.candidate, self._open(one.candidate.link, MOST_BYTES, for_all=True), place)
        except WontloadError:
            return one
        return again if again.appraisal else one

    def _open(self, link: Link, most_bytes: int, *, for_all: bool = False) -> Opened:
        return open_candidate(
            link,
            self._web,
            cache=self._cache,
            most_bytes=most_bytes,
            for_all=for_all,
            read_all=self._read_all,
            first=self._first,
        )

    def _whole(self, link: Link, told: NoRanges) -> Opened | BaseException:
        size = link.size_bytes or told.size_bytes
        if not self._consent(link, size):
            return told
        try:
            path = fetch_whole(
                link, self._web, progress=lambda done, total: self._progress(_fraction(link, done, total))
            )
            return open_candidate(replace(link, url=_file_url(path)), self._web)
        except WontloadError as error:
            return error

    def _ranked(self, candidate: Candidate, result: Opened | BaseException, place: Where) -> Ranked:
        if isinstance(result, NoRanges):
            size = candidate.link.size_bytes or result.size_bytes
            much = f", {size / 1e6:.1f} MB" if size else ""
            return Ranked(candidate=candidate, problem=f"its server sends it only as a whole{much}; --yes fetches it")
        if isinstance(result, (WontloadError, TimeoutError)):
            return Ranked(candidate=candidate, problem=_sentence(result))
        if isinstance(result, (NotReached, NotKnown)):
            return Ranked(candidate=candidate, problem=TOO_FAR_IN)
        if isinstance(result, BaseException):
            raise result
        self.fetched_bytes += result.fetched_bytes
        try:
            appraisal: Appraisal = appraise(result, place.machine, place.process)
        except WontloadError as error:
            return Ranked(candidate=candidate, problem=_sentence(error))
        except (NotReached, NotKnown):  # a question that nobody foresaw when the wheel was read
            return Ranked(candidate=candidate, problem=TOO_FAR_IN)
        finally:
            result.close()
        return Ranked(candidate=candidate, appraisal=appraisal)


def _left_open(found: Sequence[Ranked]) -> Ranked | None:
    """The newest wheel, if what was not read of it leaves its answer open, and one wheel alone may take as much."""
    newest = max(found, key=lambda one: one.candidate.version, default=None)
    about = newest.appraisal if newest else None
    if about is None or about.standing is not Standing.UNDETERMINED or not about.unread:
        return None
    return newest if about.fetched_bytes + about.unread_bytes <= MOST_BYTES else None


def _sentence(error: BaseException) -> str:
    return error.message if isinstance(error, WontloadError) else str(error)


def _fraction(link: Link, done: int, total: int | None) -> str:
    return f"fetching {link.filename}: {done >> 20} of {total >> 20 if total else '?'} MB"


def _file_url(path: str) -> str:
    return Path(path).as_uri()
