"""Which wheels are read first, which of the judged ones is the best, and when that is enough."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.support.machines import windows
from wontload.knowledge.indexes import KnownIndex, indexes_of
from wontload.machine.inventory import Cpu, Driver, Gpu, Inventory
from wontload.wheels.appraisal import Appraisal
from wontload.wheels.candidates import Candidate, Target
from wontload.wheels.changes import changes
from wontload.wheels.gpu_use import GpuUse
from wontload.wheels.index.gather import Place
from wontload.wheels.index.link import Link
from wontload.wheels.ranking import Ranked, rank, settled, waves
from wontload.wheels.weighing import Standing

ADA = Inventory(
    gpus=(Gpu(vendor="nvidia", name="x", compute_capability=(8, 9)),),
    drivers=(Driver(vendor="nvidia", version="551.61", cuda=(12, 4)),),
    cpu=Cpu(architecture="x86_64", features=frozenset({"avx", "avx2", "fma", "f16c"})),
)
MACHINE = replace(windows(), inventory=ADA)
RUNS = GpuUse(accelerator="cuda", runs=True, how="machine code", cuda=(12,))


def candidate(
    version: str,
    order: int = 0,
    *,
    known: KnownIndex | None = None,
    yanked: str | None = None,
    wheel: bool = True,
) -> Candidate:
    place = Place(kind="simple", url=f"https://example.org/{order}", configured=known is None, known=known)
    link = Link(
        filename=f"pkg-{version}{'-py3-none-any.whl' if wheel else '.tar.gz'}",
        url=f"{place.url}/{version}",
        index="i",
        yanked=yanked,
    )
    return Candidate(link=link, place=place, order=order, version=Version(version), tag_rank=0, wheel=wheel)


def judged(version: str, standing: Standing, gpu: GpuUse = GpuUse(accelerator="cpu"), **how) -> Ranked:  # noqa: B008
    return Ranked(candidate(version, **how), Appraisal(standing=standing, gpu=gpu))


def versions(found) -> list[list[str]]:
    return [[str(one.version) for one in wave] for wave in found]


def test_the_newest_of_every_place_is_read_first_then_older_ones_by_leaps():
    ones = [candidate(f"1.{n}") for n in range(10)] + [candidate("0.1", 1), candidate("0.2", 1)]
    found = versions(waves(ones, SpecifierSet(), MACHINE))
    assert found[:4] == [["1.9", "0.2"], ["1.8", "0.1"], ["1.6"], ["1.2"]]
    assert sorted(one for wave in found for one in wave) == sorted(str(one.version) for one in ones)


def test_prereleases_and_yanked_files_are_left_out_unless_there_is_nothing_else():
    ones = [candidate("1.0"), candidate("2.0rc1"), candidate("1.5", yanked="bad")]
    assert versions(waves(ones, SpecifierSet(), MACHINE)) == [["1.0"]]
    assert versions(waves(ones[1:2], SpecifierSet(), MACHINE)) == [["2.0rc1"]]
    assert versions(waves(ones[2:], SpecifierSet(), MACHINE)) == [["1.5"]]
    assert versions(waves(ones, SpecifierSet("<1"), MACHINE)) == []


def test_a_prerelease_of_what_is_out_as_source_is_none_to_install():
    ones = [candidate("4.0b3"), candidate("9.0", wheel=False)]
    assert versions(waves(ones, SpecifierSet(), MACHINE)) == []
    assert versions(waves([*ones, candidate("9.1rc1")], SpecifierSet(), MACHINE)) == [["9.1rc1"]]
    assert versions(waves(ones, SpecifierSet("<5"), MACHINE)) == [["4.0b3"]]


def test_what_is_to_be_built_is_what_an_installer_would_take():
    ones = [candidate("9.1.dev1", wheel=False), candidate("9.0", wheel=False), candidate("8.0", wheel=False)]
    (change,) = changes(ones, [], Target(MACHINE))
    assert change.startswith("A build from source: pkg-9.0.tar.gz")


def test_places_whose_names_promise_more_come_first():
    known = {
        one.url.rsplit("/", 2)[-2:][0] + "/" + one.url.rsplit("/", 1)[-1]: one for one in indexes_of("llama-cpp-python")
    }
    names = ["AVX512/cu122", "AVX2/cu118", "whl/cu121", "whl/cu124", "whl/cu125", "whl/cpu"]
    ones = [candidate("1.0", order, known=known[name]) for order, name in enumerate(names)]
    (first,) = waves([candidate("1.0", 9), *ones], SpecifierSet(), MACHINE)
    ordered = [names[one.order] if one.order < 9 else "pypi" for one in first]
    # cu125 is newer than what the driver takes; AVX512 is what this processor lacks.
    assert ordered == ["pypi", "whl/cu124", "whl/cu121", "whl/cpu", "whl/cu125", "AVX2/cu118", "AVX512/cu122"]


def test_with_a_gpu_code_for_it_counts_before_the_version_and_without_one_it_does_not():
    new, old = judged("2.0", Standing.LOADS), judged("1.0", Standing.ADDED, RUNS)
    assert [one.candidate.version for one in rank([new, old], MACHINE)] == [Version("1.0"), Version("2.0")]
    without = replace(MACHINE, inventory=replace(ADA, gpus=(), drivers=()))
    assert rank([old, new], without)[0].candidate == new.candidate


@pytest.mark.parametrize(
    "one",
    [
        judged("9.0", Standing.FAILS),
        judged("9.0", Standing.UNDETERMINED),
        judged("9.0", Standing.LOADS, replace(RUNS, driver_too_old=True)),
        judged("9.0", Standing.LOADS, yanked="bad"),
        Ranked(candidate("9.0"), problem="it took too long"),
        Ranked(replace(candidate("9.0"), objection="for CPython 3.12"), Appraisal(standing=Standing.LOADS)),
    ],
)
def test_what_would_not_work_is_never_the_best(one):
    found = rank([one, judged("1.0", Standing.NEEDS)], MACHINE)
    assert [each.works for each in found] == [True, False]


def test_a_place_that_promises_what_the_processor_lacks_does_not_work():
    known = next(one for one in indexes_of("llama-cpp-python") if one.cpu == "AVX512")
    (found,) = rank([judged("1.0", Standing.LOADS, known=known)], MACHINE)
    assert (found.works, found.cpu_lacks[0]) == (False, "avx512bw")


def test_it_is_enough_when_the_best_uses_the_gpu_or_nothing_would():
    cuda, cpu = judged("1.0", Standing.LOADS, RUNS), judged("2.0", Standing.LOADS)
    unfit = judged("3.0", Standing.FAILS, replace(RUNS, runs=False))
    assert settled(rank([cuda, cpu], MACHINE), MACHINE)
    assert settled(rank([cpu], MACHINE), MACHINE)
    assert not settled(rank([cpu, unfit], MACHINE), MACHINE)
    assert not settled(rank([unfit], MACHINE), MACHINE)
