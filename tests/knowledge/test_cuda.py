"""Which driver a CUDA takes, which CUDA and PTX a driver takes, and which GPU code runs where."""

from __future__ import annotations

import itertools

import pytest

from wontload.binary.gpu_code import CodeKind, DeviceCode
from wontload.knowledge.cuda import (
    cuda_of_driver,
    cuda_of_ptx,
    cuda_releases,
    driver_floor,
    driver_version,
)
from wontload.knowledge.gpu_targets import RULES, parse_target, runs_on
from wontload.knowledge.gpus import version_pair
from wontload.knowledge.tables import table

RELEASES = table("gpu/releases")["release"]


@pytest.mark.parametrize(
    ("cuda", "system", "release", "minor_compatible"),
    [
        ((12, 4), "windows", "551.61", "528.33"),
        ((12, 4), "linux", "550.54.14", "525.60.13"),
        (12, "linux", None, "525.60.13"),
        (11, "windows", None, "452.39"),
        ((11, 8), "linux", "520.61.05", "450.80.02"),
        ((13, 1), "windows", "590", "580"),  # no Windows driver comes with toolkits since 13.0
        ((13, 0), "linux", "580.65.06", "580.65.06"),
        ((13, 5), "linux", None, "580.65.06"),  # in no table yet
        ((10, 2), "linux", "440.33", None),
    ],
)
def test_the_oldest_driver_for_a_cuda(cuda, system, release, minor_compatible):
    floor = driver_floor(cuda, system)
    assert (floor.release, floor.minor_compatible) == (release, minor_compatible)
    assert floor.lowest == (minor_compatible or release)


def test_no_floor_for_what_no_table_has():
    assert driver_floor((14, 0), "linux") is None
    assert driver_floor(10, "linux") is None
    assert driver_floor((12, 4), "macos") is None
    assert driver_floor((12, 7), "linux").release == "565"  # a driver branch whose toolkit was never published


@pytest.mark.parametrize(
    ("driver", "cuda"),
    [
        ("551.61", (12, 4)),
        ("552.44", (12, 4)),
        ("550.54.14", (12, 4)),
        ("537.13", (12, 2)),
        ("566.14", (12, 7)),
        ("31.0.15.5161", (12, 4)),
        ("32.0.15.6094", (12, 6)),
        ("595.97", (13, 2)),
        ("610.43.02", (13, 3)),
        ("470.256.02", (11, 4)),
        ("390.157", (9, 1)),
        ("640.10", None),  # newer than the tables: it takes more than they know
        ("96.43", None),
        ("", None),
        ("N/A", None),
        ("5" * 5000, None),
    ],
)
def test_the_newest_cuda_of_a_driver(driver, cuda):
    assert cuda_of_driver(driver) == cuda


def test_a_driver_s_version_compares_as_numbers():
    assert driver_version("551.61") < driver_version("551.78") < driver_version("552.4")
    assert driver_version("31.0.15.5161") == (551, 61)
    assert driver_version("27.21.14.5671") == (456, 71)
    assert driver_version("551.61 beta") == ()


def test_releases_descend_in_everything():
    """A newer CUDA never comes with an older PTX, an older branch or an older driver."""
    ordered = sorted(RELEASES, key=lambda row: version_pair(row["cuda"]))
    assert len({row["cuda"] for row in RELEASES}) == len(RELEASES) == len(cuda_releases())
    for older, newer in itertools.pairwise(ordered):
        assert version_pair(older["ptx"]) <= version_pair(newer["ptx"])
        assert older["branch"] < newer.get("branch", 10_000)
    for system in ("linux", "windows"):
        drivers = [driver_version(row[system]) for row in ordered if system in row]
        assert drivers == sorted(set(drivers))


def test_a_release_s_driver_takes_that_release():
    for row in RELEASES:
        for system in ("linux", "windows"):
            if system in row:
                assert cuda_of_driver(row[system]) == version_pair(row["cuda"])


def test_minor_compatibility_begins_with_the_major():
    for row in table("gpu/releases")["minor"]:
        for system in ("linux", "windows"):
            assert cuda_of_driver(row[system])[0] == row["cuda"]


def test_the_first_release_that_knows_a_ptx():
    assert (cuda_of_ptx((8, 5)), cuda_of_ptx((7, 8)), cuda_of_ptx((99, 0))) == ((12, 5), (11, 8), None)


NEW, OLD = (13, 3), (11, 8)


@pytest.mark.parametrize(
    ("target", "ptx", "gpu", "driver", "runs", "rule"),
    [
        ("sm_89", None, (8, 9), None, True, "exact"),
        ("sm_86", None, (8, 9), None, True, "same-major"),
        ("sm_80", None, (8, 6), None, True, "same-major"),
        ("sm_89", None, (8, 6), None, False, "newer-minor"),
        ("sm_80", None, (9, 0), None, False, "other-major"),
        ("sm_90", None, (8, 9), None, False, "other-major"),
        ("sm_90a", None, (9, 0), None, True, "exact"),
        ("sm_100a", None, (10, 3), None, False, "only-exact"),
        ("sm_100f", None, (10, 3), None, True, "family"),
        ("sm_100f", None, (10, 0), None, True, "family"),
        ("sm_103f", None, (10, 0), None, False, "other-family"),
        ("sm_100f", None, (12, 0), None, False, "other-family"),
        ("sm_120f", None, (12, 1), None, True, "family"),
        ("sm_120", None, (12, 1), None, True, "same-major"),
        ("sm_100", None, (12, 0), None, False, "other-major"),
        ("sm_86", None, (8, 7), None, None, "tegra"),
        ("sm_87", None, (8, 7), None, True, "exact"),
        ("sm_87", None, (8, 9), None, None, "tegra"),
        ("sm_101", None, (11, 0), None, None, "renamed"),
        ("sm_110", None, (11, 0), None, True, "exact"),
        ("compute_52", (7, 8), (8, 9), NEW, True, "ptx"),
        ("compute_89", (8, 4), (8, 9), (12, 4), True, "ptx"),
        ("compute_89", (8, 5), (8, 9), (12, 4), False, "ptx-too-new"),
        ("compute_90", (8, 0), (8, 9), NEW, False, "newer-target"),
        ("compute_80", (8, 0), (12, 0), NEW, True, "ptx"),
        ("compute_90a", (8, 0), (9, 0), NEW, True, "ptx"),
        ("compute_90a", (8, 0), (10, 0), NEW, False, "only-exact"),
        ("compute_120f", (8, 8), (12, 1), NEW, True, "ptx"),
        ("compute_120f", (8, 8), (12, 1), OLD, False, "ptx-too-new"),
        ("compute_80", None, (8, 9), NEW, None, "ptx-unknown"),
        ("compute_80", (8, 0), (8, 9), None, None, "ptx-unknown"),
        ("compute_80", (42, 0), (8, 9), NEW, None, "ptx-unknown"),
        ("lto_89", None, (8, 9), NEW, False, "lto"),
        ("gfx1100", None, (8, 9), NEW, None, "not-nvidia"),
    ],
)
def test_which_code_runs_on_which_gpu(target, ptx, gpu, driver, runs, rule):
    fit = runs_on(target, gpu, driver, ptx=ptx)
    assert (fit.runs, fit.rule) == (runs, rule)
    assert fit.rule in RULES


def test_parsed_code_is_judged_like_its_name():
    cubin = DeviceCode(CodeKind.CUBIN, "sm_86", (8, 6), version=(1, 7))
    ptx = DeviceCode(CodeKind.PTX, "compute_90a", (9, 0), "a", version=(8, 4))
    amd = DeviceCode(CodeKind.AMD, "gfx1100")
    assert runs_on(cubin, (8, 9)) == runs_on("sm_86", (8, 9))
    assert runs_on(ptx, (9, 0), (12, 3)) == runs_on("compute_90a", (9, 0), (12, 3), ptx=(8, 4))
    assert runs_on(ptx, (9, 0), (12, 3)).needs_cuda == (12, 4)
    assert (runs_on(amd, (8, 9)).runs, runs_on(amd, (8, 9)).rule) == (False, "not-nvidia")


def test_families_are_of_one_major_and_ascend():
    for row in table("gpu/architectures")["family"]:
        target = version_pair(row["target"])
        members = [version_pair(member) for member in row["runs_on"]]
        assert members[0] == target
        assert members == sorted(set(members))
        assert {member[0] for member in members} == {target[0]}


def test_targets_are_read_as_compilers_spell_them():
    assert parse_target("sm_120a").capability == (12, 0)
    assert parse_target("compute_75", (6, 3)).ptx == (6, 3)
    assert [parse_target(name) for name in ("sm_8", "sm_89b", "sm_1200", "SM_89", "sm_89\n")] == [None] * 5
