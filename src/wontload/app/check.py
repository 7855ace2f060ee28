"""`wontload check`: whether wheels would import on clean machines, on every Python that they claim."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wontload.errors import UsageError, WontloadError
from wontload.knowledge.packages import family_of, normalised
from wontload.machine.dist_info import is_of_an_extra
from wontload.wheels.archive import Archive
from wontload.wheels.bad_archive import BadArchive
from wontload.wheels.requirements import declared, declared_names
from wontload.wheels.tags import parse_file_name
from wontload.wheels.unpacking import Unpacking
from wontload.wheels.wheel import Wheel, read_wheel

if TYPE_CHECKING:
    from wontload.wheels.checking import CheckedWheel

NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?\s*===?\s*[^\s/\\]+$")
MOST_FOUND = 100_000  # wheels in a directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What to check wheels for.

    Attributes:
        paths: of the wheels. at_hand: every wheel from which a declared dependency may be taken, by normalised name.
        profiles: names; empty for the newest systems of each wheel's tags. thorough: see `Unpacking`.
    """

    paths: tuple[str, ...]
    at_hand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    thorough: bool = False

    def check(self, path: str) -> CheckedWheel:
        """Check one wheel. One that cannot be read is an answer; nothing is raised for it."""
        with ExitStack() as opened:
            try:
                wheel = read_wheel(opened.enter_context(Archive(path)))
                unpacking = opened.enter_context(Unpacking(wheel, thorough=self.thorough))
                from wontload.wheels.checking import check_wheel  # its imports take as long as a library's tables

                return check_wheel(wheel, self._others(wheel, opened), unpacking, profiles=self.profiles)
            except UsageError:
                raise
            except WontloadError as error:
                from wontload.wheels.checking import CheckedWheel

                return CheckedWheel(path=path, problem=str(error))

    def _others(self, wheel: Wheel, opened: ExitStack) -> dict[str, list[Wheel]]:
        """The wheels at hand that it may need, each opened once; one that cannot be read is as good as absent."""
        found: dict[str, list[Wheel]] = {}
        waiting = [name for one in wheel.requires_dist for name in declared_names(one)]
        while waiting:
            name = waiting.pop()
            if name in found or name not in self.at_hand:
                continue
            found[name] = []
            for path in self.at_hand[name]:
                try:
                    other = read_wheel(opened.enter_context(Archive(path)))
                except BadArchive:
                    continue
                found[name].append(other)
                waiting += [name for one in other.requires_dist for name in declared_names(one)]
        return found


@contextmanager
def checking(
    subjects: Sequence[str],
    *,
    python: Callable[[], str],
    profiles: Sequence[str] = (),
    thorough: bool = False,
    offline: bool = False,
) -> Iterator[Checking]:
    """Find the wheels that are meant; what is fetched for that lies in a directory that is removed afterwards.

    Args:
        subjects: wheels, directories of wheels, or NAME==VERSION. python: the interpreter whose pip fetches.
        profiles: names of clean machines. offline: fetch nothing.

    Raises:
        UsageError: a subject or profile that there is not. CannotFetch: with what pip said.
    """
    if profiles:
        from wontload.machine.profile import wanted

        for name in profiles:
            wanted(name)
    with tempfile.TemporaryDirectory(prefix="wontload-", ignore_cleanup_errors=True) as directory:
        paths: list[str] = []
        beside: list[str] = []
        for number, subject in enumerate(subjects):
            found = list(_wheels_of(subject, os.path.join(directory, str(number)), python, offline))
            paths += found
            if NAMED.match(subject) and found and not os.path.exists(subject):
                parts = _parts_of(found[0], os.path.join(directory, f"{number}-parts"), python)
                beside += parts
                paths += _with_its_native_code(found[0], parts)
            beside += found if os.path.isdir(subject) else _in_directory(os.path.dirname(subject) or ".", subject)
        yield Checking(
            paths=tuple(dict.fromkeys(paths)),
            at_hand=_by_name([*paths, *beside]),
            profiles=tuple(profiles),
            thorough=thorough,
        )


def _wheels_of(subject: str, directory: str, python: Callable[[], str], offline: bool) -> Iterator[str]:
    if os.path.isdir(subject):
        found = _in_directory(subject, subject)
        if not found:
            raise UsageError(f"there is no wheel in {subject}.", "Give a directory that holds .whl files.")
        yield from found
    elif os.path.isfile(subject) or subject.lower().endswith(".whl"):
        yield subject
    elif NAMED.match(subject):
        if offline:
            raise UsageError(f"{subject} would have to be fetched, and --offline forbids it.", "Give the wheel itself.")
        from wontload.remedy.fetching import fetch

        os.mkdir(directory)
        yield from fetch([subject], pip=(python(), "-m", "pip"), directory=directory)
    else:
        raise UsageError(f"{subject!r} is no wheel, no directory and no NAME==VERSION.", "Give one of these.")


def _parts_of(path: str, directory: str, python: Callable[[], str]) -> list[str]:
    """The wheels that a fetched one requires of its own project, by their names, as far as they are to be had."""
    from wontload.remedy.fetching import CannotFetch, fetch

    os.mkdir(directory)
    found: list[str] = []
    for number, requirement in enumerate(_requirements(path)):
        place = os.path.join(directory, str(number))
        os.mkdir(place)
        try:
            found += fetch([requirement], pip=(python(), "-m", "pip"), directory=place)
        except CannotFetch:  # as what is declared and not at hand
            continue
    return found


def _requirements(path: str) -> list[str]:
    try:
        with Archive(path) as archive:
            wheel = read_wheel(archive)
    except BadArchive:
        return []
    own = family_of(wheel.name)
    listed = (one for one in declared(wheel) if not is_of_an_extra(one))
    return [one for one in listed if own in {family_of(name) for name in declared_names(one)}]


def _with_its_native_code(path: str, parts: Sequence[str]) -> list[str]:
    """Of a wheel of Python code alone those of its parts that have the native code (polars)."""
    return [one for one in parts if _has_native_code(one)] if not _has_native_code(path) else []


def _has_native_code(path: str) -> bool:
    try:
        with Archive(path) as archive:
            return bool(read_wheel(archive).natives)
    except BadArchive:
        return False


def _in_directory(directory: str, subject: str) -> list[str]:
    """The wheels in a directory. That of a subject that was fetched, or is not there, has none."""
    if NAMED.match(subject) and not os.path.exists(subject):
        return []
    try:
        names = sorted(name for name in os.listdir(directory) if name.lower().endswith(".whl"))
    except OSError as error:
        raise UsageError(f"{directory} cannot be read: {error.strerror}.") from error
    return [os.path.join(directory, name) for name in names[:MOST_FOUND]]


def _by_name(paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for path in paths:
        try:
            name = normalised(parse_file_name(os.path.basename(path)).name)
        except BadArchive:
            continue
        found.setdefault(name, {})[os.path.abspath(path)] = None
    return {name: tuple(some) for name, some in found.items()}
