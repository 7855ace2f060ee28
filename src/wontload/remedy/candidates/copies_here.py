"""Copies on this machine that would satisfy a load that does not find them, in the order in which they are mapped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from wontload.binary import MalformedImage
from wontload.diagnosis import Case
from wontload.machine import NotKnown
from wontload.remedy.change import Change, changed_machine, failed_preloads
from wontload.remedy.proof import Proof, missing_in, must_load, prove

MOST_COPIES = 64  # each of which may bring the next that is missing


class Brought(NamedTuple):
    """Copies brought to the loader: the change, its proof, and the missing files of which no copy would do."""

    change: Change
    proof: Proof
    copies: tuple[str, ...]
    without: tuple[str, ...]


def directories_that_help(case: Case, build: str) -> tuple[Change, Proof] | None:
    """The smallest change, made of copies that are here, with which all loads succeed in the model.

    Args:
        build: how copies are brought to the loader: `add` (their directories are added), `preload` (they are mapped
            by full path), `search` (their directories are put behind those of the search variable).

    Returns:
        The change and its proof; `None` when some missing library has no copy that would do.
    """
    found = bring(case, lambda paths: _change(case, paths, build))
    return (found.change, found.proof) if found.copies and found.proof.works else None


def lacking(case: Case, build: str) -> tuple[str, ...]:
    """Names of the libraries that are still missing when all copies that are here have been brought to the loader."""
    return bring(case, lambda paths: _change(case, paths, build)).without


def bring(case: Case, make: Callable[[tuple[str, ...]], Change]) -> Brought:
    """Bring copies to the loader until nothing is missing any more, or until there is no other copy.

    Args:
        make: the change that brings copies of these paths.
    """
    chosen: dict[str, str] = {}
    while True:
        change = make(tuple(chosen.values()))
        proof = prove(case, change)
        lost = list(dict.fromkeys(_lost(case, change, proof))) if proof.works is False else []
        new = {case.fold(name): name for name in lost if case.fold(name) not in chosen}
        found = {key: path for key, name in new.items() if (path := _copy(case, name, chosen.values()))}
        if not found or len(chosen) > MOST_COPIES:
            return Brought(change, proof, tuple(chosen.values()), tuple(new.values()))
        chosen |= found


def _lost(case: Case, change: Change, proof: Proof) -> Iterator[str]:
    """Base names of what is still missing: to the loads themselves, and to copies that cannot be mapped beforehand."""
    machine = changed_machine(case.machine, change)
    starts = [case.start] if case.start else [case.loads[index].request.process for index in must_load(case)]
    failed = [result for start in starts for result in failed_preloads(machine, change, start)]
    for module in (*proof.still_missing, *(one for result in failed for one in missing_in(result))):
        yield module.name.replace("\\", "/").rsplit("/", 1)[-1]


def _copy(case: Case, name: str, chosen: Iterable[str]) -> str | None:
    """A copy that fits, from a directory that is used already where there is one; else the first."""
    fit = [copy for copy in case.copies.named(name) if copy.fits]
    used = {case.fold(case.path_module.dirname(path)) for path in chosen}
    fit.sort(key=lambda copy: case.fold(case.path_module.dirname(copy.path)) not in used)
    return next((copy.path for copy in fit), None)


def _change(case: Case, paths: Iterable[str], build: str) -> Change:
    ordered = tuple(in_order_of_need(case, tuple(paths)))
    directories = tuple(dict.fromkeys(case.path_module.dirname(path) for path in ordered))
    if build == "search":
        return Change(search_last=directories)
    added = directories if case.windows else ()
    return Change(added_directories=added, preload=ordered if build == "preload" else ())


def in_order_of_need(case: Case, paths: tuple[str, ...]) -> Iterator[str]:
    """Libraries so that each comes after those among them that it needs. A circle is cut where it is met."""
    by_name = {case.fold(case.path_module.basename(path)): path for path in paths}
    done: set[str] = set()

    def visit(path: str, above: frozenset[str]) -> Iterator[str]:
        if path in done or path in above:
            return
        for name in _needs(case, path):
            if needed := by_name.get(case.fold(name)):
                yield from visit(needed, above | {path})
        done.add(path)
        yield path

    for path in paths:
        yield from visit(path, frozenset())


def _needs(case: Case, path: str) -> Iterator[str]:
    try:
        image = case.machine.files.image(path)
    except (MalformedImage, NotKnown, LookupError):
        return
    yield from (one.library for one in image.needed)
