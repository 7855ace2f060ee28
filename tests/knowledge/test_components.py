"""Which component a file belongs to, and who provides it."""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.toml import read_toml
from wontload.knowledge.components import claimed_name, component_of, components, files_of
from wontload.knowledge.families import other_majors
from wontload.knowledge.providers import (
    COMMAND_OF,
    MANAGER_OF,
    distribution_of,
    manager_of,
    providers_of,
    wheel_directory,
    wheels,
)
from wontload.knowledge.tables import lines, table

MEMBERS = read_toml(Path(__file__).with_name("wheel_members.toml"))["wheel"]
KINDS = {"wheel", "installer", "driver", "system", *COMMAND_OF}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("cudart64_12.dll", "cuda-runtime 12"),
        ("CUDART64_110.DLL", "cuda-runtime 11"),
        ("libcudart.so.12.4.127", "cuda-runtime 12"),
        ("libcudart.so.11.8.89", "cuda-runtime 11"),
        (r"D:\x\cublasLt64_12.dll", "cublas 12"),
        ("cufft64_11.dll", "cufft 11"),
        ("curand64_10.dll", "curand 10"),
        ("cusolver64_11.dll", "cusolver 11"),
        ("cusparse64_12.dll", "cusparse 12"),
        ("nvrtc64_120_0.dll", "nvrtc 12"),
        ("nvrtc-builtins64_124.dll", "nvrtc 12"),
        ("nvJitLink_120_0.dll", "nvjitlink 12"),
        ("cudnn_ops64_9.dll", "cudnn 9"),
        ("libcudnn_cnn_infer.so.8", "cudnn 8"),
        ("libnccl.so.2", "nccl 2"),
        ("nvinfer_10.dll", "tensorrt 10"),
        ("vcruntime140_1.dll", "msvc-runtime 14"),
        ("api-ms-win-crt-heap-l1-1-0.dll", "ucrt"),
        ("vcomp140.dll", "openmp-msvc"),
        ("libomp140.x86_64.dll", "openmp-llvm"),
        ("libiomp5md.dll", "openmp-intel"),
        ("libgomp.so.1", "openmp-gnu"),
        ("mkl_rt.2.dll", "mkl 2"),
        ("libmkl_rt.so.3", "mkl 3"),
        ("libboost_filesystem.so.1.74.0", "boost-filesystem 1.74"),
        ("libQt6Core.so.6", "qt6-core 6"),
        ("libcholmod.so.3", "cholmod 3"),
        ("libmysqlclient.so.21", "mysql 21"),
        ("tbb12.dll", "onetbb 12"),
        ("sycl8.dll", "sycl 8"),
        ("amdhip64_7.dll", "hip 7"),
        ("vulkan-1.dll", "vulkan 1"),
        ("nvcuda.dll", "nvidia-driver"),
        ("libcuda.so.1", "nvidia-driver"),
        ("libcuda.so.550.54.15", None),
        ("directml.dll", "directml"),
        ("libc.so.6", "glibc"),
        ("libc.musl-x86_64.so.1", "musl-alpine"),
        ("libstdc++.so.6.0.30", "libstdc++ 6"),
        ("libgfortran.so.5", "libgfortran 5"),
        ("libGL.so.1", "opengl 1"),
        ("libportaudio.so.2", "portaudio 2"),
        ("libglib-2.0.so.0", "glib 2"),
        ("libavcodec.so.60", "ffmpeg 6"),
        ("libgdal.so.32", "gdal 32"),
        ("libgdal.so.36", "gdal"),
        ("python311.dll", "python 3.11"),
        ("libgomp-a34b3233.so.1.0.0", None),
        ("msvcp140-5f1c5dd31916990d94181e07bc3afb32.dll", None),
        ("nothing-of-ours.dll", None),
        ("", None),
    ],
)
def test_a_file_belongs_to_its_component(file, name):
    found = component_of(file)
    assert (found.name if found else None) == name


def test_every_claimed_name_leads_back_to_its_component():
    for component in components():
        for file in files_of(component):
            concrete = file.replace("*", "9").replace("?", "4")
            assert component_of(concrete).family == component.family, file


def test_openmp_runtimes_are_one_group():
    names = ("vcomp140.dll", "libomp140.x86_64.dll", "libiomp5md.dll", "libgomp.so.1")
    assert {component_of(name).group for name in names} == {"openmp"}


def test_two_versions_of_a_component_are_other_majors_of_each_other():
    """What the tables say of versions and what the names say must not contradict each other."""
    families = itertools.groupby(sorted(components(), key=lambda one: one.family), lambda one: one.family)
    for family, members in families:
        files = {component.name: [f for f in files_of(component) if "*" not in f] for component in members}
        for one, other in itertools.combinations(files, 2):
            for file in files[one]:
                for alike in other_majors(file, files[other]):
                    assert alike != file, (family, file)


@pytest.mark.parametrize("row", MEMBERS, ids=lambda row: row["file"])
def test_wheel_rows_agree_with_the_members_of_real_wheels(row):
    """Every library in a wheel that a component claims is found by way of that component, in that directory."""
    distribution = row["file"].split("-")[0].replace("_", "-")
    system = "windows" if "-win_" in row["file"] else "linux"
    architecture = "aarch64" if re.search("arm64|aarch64", row["file"]) else "x86_64"
    directory = wheel_directory(wheels()[distribution], system, architecture)
    places = {member.rpartition("/")[0] for member in row["members"]}
    # Data files are unpacked into the environment itself. Source: wheel specification, the .data directory.
    installed = {re.sub(r"^[^/]+\.data/data", "{prefix}", place) for place in places}
    assert directory in installed
    claimed = [name for member in row["members"] if component_of(name := member.rpartition("/")[2])]
    assert claimed
    offered = [
        provider.where
        for name in claimed
        for provider in providers_of(name, system=system, architecture=architecture)
        if (provider.kind, provider.package) == ("wheel", distribution)
    ]
    assert set(offered) == {directory}


SYSTEMS = [
    ("windows", "x86_64", None), ("windows", "aarch64", None), ("windows", "x86", None),
    ("linux", "x86_64", None), ("linux", "x86_64", "debian 12"), ("linux", "x86_64", "ubuntu 24.04"),
    ("linux", "aarch64", "fedora 41"), ("linux", "x86_64", "alpine 3.20"), ("linux", "x86_64", "nobody-knows"),
    ("macos", "aarch64", None),
]  # fmt: skip


@pytest.mark.parametrize(("system", "architecture", "distribution"), SYSTEMS)
def test_every_provider_is_well_formed(system, architecture, distribution):
    for component in components():
        for file in component.row.get(system, ()):
            name = file.replace("*", "9").replace("?", "4")
            for provider in providers_of(name, system=system, architecture=architecture, distribution=distribution):
                assert provider.kind in KINDS
                assert provider.package
                assert provider.text
                assert provider.command or provider.where.startswith("https://"), provider
                assert not re.search(r"[{}]|\bNone\b", provider.command + provider.text.replace("{prefix}", ""))
                if provider.command:
                    words = shlex.split(provider.command)
                    assert words[0] in {"pip", "sudo", "conda", "brew", "winget", "sfc", "pacman"}
                    assert len(words) > 1
                if provider.kind == "wheel":
                    assert provider.where
                    assert "\\" not in provider.where
                    assert provider.package in wheels()


def test_the_commands_are_the_exact_ones():
    def commands(name, **where):
        return [(provider.kind, provider.command) for provider in providers_of(name, **where)]

    assert commands("libGL.so.1", system="linux", distribution="debian 12")[0] == ("apt", "sudo apt install libgl1")
    assert commands("libasound.so.2", system="linux", distribution="ubuntu 22.04")[0][1].endswith(" libasound2")
    assert commands("libasound.so.2", system="linux", distribution="ubuntu 24.04")[0][1].endswith(" libasound2t64")
    assert ("wheel", "pip install nvidia-cublas-cu12") in commands("cublas64_12.dll", system="windows")
    assert ("wheel", 'pip install "nvidia-cublas==13.*"') in commands("cublas64_13.dll", system="windows")
    assert commands("libmkl_rt.so.3", system="linux")[0] == ("wheel", 'pip install "mkl==2026.*"')
    boost = commands("libboost_thread.so.1.74.0", system="linux")  # no command that would bring another version
    assert {kind for kind, _ in boost} == {"apt", "conda"}
    runtime = commands("msvcp140.dll", system="windows", architecture="aarch64")
    assert ("installer", "winget install --exact --id Microsoft.VCRedist.2015+.arm64") in runtime
    assert commands("nothing-of-ours.so.1", system="linux") == []


@pytest.mark.parametrize(
    ("os_release", "name", "manager"),
    [
        ({"ID": "debian", "VERSION_ID": "12"}, "debian 12", "apt"),
        ({"ID": "ubuntu", "VERSION_ID": "24.04", "ID_LIKE": "debian"}, "ubuntu 24.04", "apt"),
        ({"ID": "zorin", "VERSION_ID": "17", "ID_LIKE": "ubuntu debian"}, "zorin 17, like ubuntu", "apt"),
        ({"ID": "nobara", "VERSION_ID": "41", "ID_LIKE": "rhel centos fedora"}, "nobara 41, like rhel", "dnf"),
        ({"ID": "cachyos", "ID_LIKE": "arch"}, "cachyos, like arch", "pacman"),
        ({"ID": "void"}, "void", None),
        ({"ID": "opensuse-leap", "VERSION_ID": "15.6", "ID_LIKE": "suse opensuse"}, "opensuse-leap 15.6", "zypper"),
        ({}, "", None),
    ],
)
def test_a_distribution_that_comes_of_another_has_its_packages(os_release, name, manager):
    assert (distribution_of(os_release), manager_of(name)) == (name, manager)


def test_a_driver_comes_with_the_driver_only():
    assert {provider.kind for provider in providers_of("nvcuda.dll", system="windows")} == {"driver"}
    assert {provider.kind for provider in providers_of("libcuda.so.1", system="linux")} == {"driver"}


def test_no_manylinux_wheel_for_alpine():
    found = providers_of("libcudart.so.12", system="linux", distribution="alpine 3.20")
    assert "wheel" not in {provider.kind for provider in found}


def test_a_pattern_promises_no_distribution_package():
    """libhdf5.so.310 is not in Debian 12, whose HDF5 is another version."""
    kinds = {one.kind for one in providers_of("libhdf5.so.310", system="linux", distribution="debian 12")}
    assert "apt" not in kinds


def test_every_reference_between_tables_leads_somewhere():
    pages = {row["id"] for row in table("pages")["page"]}
    for component in components():
        assert set(component.row.get("wheels", ())) <= set(wheels()), component.name
        for key in ("page", "page_linux"):
            assert component.row.get(key) in {None, *pages}, component.name
    families = {component.family for component in components()}
    for row in table("suites")["suite"]:
        assert set(row["families"]) <= families, row["name"]
    used = {component.row.get(key) for component in components() for key in ("page", "page_linux")}
    assert pages <= used
    assert set(MANAGER_OF.values()) <= set(COMMAND_OF)


@pytest.mark.parametrize(
    ("file", "distribution", "package"),
    [
        ("libasound.so.2", "debian 12", "libasound2"),
        ("libasound.so.2", "debian 13", "libasound2t64"),
        ("libodbc.so.2", "debian 12", "libodbc2"),
        ("libc++abi.so.1", "debian 12", "libc++abi1-14"),
        ("librdmacm.so.1", "debian 13", "librdmacm1t64"),
        ("libnetcdf.so.19", "debian 13", None),  # Debian 13 has libnetcdf.so.22
        ("libldap.so.2", "debian 12", None),  # there it is libldap-2.5.so.0
        ("libnetcdf.so.19", "ubuntu 22.04", "libnetcdf19"),
    ],
)
def test_debian_s_packages_are_those_of_its_own_lists(file, distribution, package):
    found = [one.package for one in providers_of(file, system="linux", distribution=distribution) if one.kind == "apt"]
    assert found == ([package] if package else [])


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="no Debian")
def test_the_packages_of_this_debian_have_the_files():
    """dpkg knows who owns the files that are installed here."""
    if "VERSION_CODENAME=bookworm" not in Path("/etc/os-release").read_text():
        pytest.skip("not Debian 12")
    directory = Path("/usr/lib/x86_64-linux-gnu")
    packages = {line.split("|")[0].strip(): line.split("|")[1].strip() for line in lines("libraries/debian.txt")}
    here = [file for file, package in packages.items() if package and (directory / file).exists()]
    assert here
    # Debian 12's packages have some below /lib, which is /usr/lib since /usr was merged.
    paths = [f"{place}/{file}" for file in here for place in (directory, f"/lib/{directory.name}")]
    asked = subprocess.run(["dpkg", "-S", *paths], capture_output=True, text=True)
    owners: dict[str, set[str]] = {}
    for line in asked.stdout.splitlines():
        owner, _, path = line.partition(": ")
        owners.setdefault(path.rpartition("/")[2], set()).add(owner.partition(":")[0])
    assert owners
    for file in here:
        assert packages[file] in owners.get(file, {packages[file]}), file


def test_every_name_beyond_debian_is_of_a_known_library_and_tells_where_it_was_looked_up():
    seen = set()
    for line in lines("libraries/distributions.txt"):
        file, dnf, pacman, apk, sources = (part.strip() for part in line.split("|"))
        component = component_of(file)
        assert component is not None, file
        assert claimed_name(component, file) == file
        assert file not in seen
        seen.add(file)
        told = set(sources.split())
        assert bool(dnf) == ("F" in told), file
        assert bool(pacman) == bool({"A", "C"} & told), file
        assert bool(apk) == ("L" in told), file
    assert len(seen) > 20


def test_what_no_package_manager_is_known_to_have_is_asked_of_none():
    """libboost_system.so.1.74.0 is Debian 12's: no other system of today has that version."""
    providers = providers_of("libboost_system.so.1.74.0", system="linux", distribution="fedora 44")
    assert [one.kind for one in providers if one.kind not in ("conda", "wheel")] == []


@pytest.mark.parametrize(
    ("prefix", "where"),
    [
        (r"C:\Python312", r"in C:\Python312\Library\bin"),
        ("the environment", "in the environment/Library/bin"),
        ("/home/demo", "in /home/demo/Library/bin"),
    ],
)
def test_a_wheels_directory_is_spelt_as_the_environment_is(prefix: str, where: str):
    tbb = providers_of("tbb12.dll", system="windows")[0]
    assert tbb.told(prefix).endswith(where)
