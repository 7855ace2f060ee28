"""Who provides a library, where its copies are, and which of them an interpreter would take."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from tests.support.machines import CUDA, SITE, SYSTEM32, USR_LIB, broken, dll, linux, so, windows
from wontload import which
from wontload.binary import Defect
from wontload.errors import UsageError
from wontload.machine import Machine

CUDART = "cudart64_12.dll"


def paths(copies) -> list[str]:
    return [copy.path for copy in copies]


def test_a_copy_outside_the_search_is_here_and_not_taken():
    answer = which(CUDART, machine=windows({rf"{CUDA}\{CUDART}": dll(file_version=(12, 4, 99, 0))}))
    assert answer.component.name == "cuda-runtime 12"
    assert (paths(answer.copies), answer.taken, answer.is_here) == ([rf"{CUDA}\{CUDART}"], None, True)
    assert (answer.copies[0].version, answer.copies[0].fits) == ("12.4.99.0", True)
    assert answer.load.verdict.value == "fails"
    assert [one.command for one in answer.providers if one.kind == "wheel"] == ["pip install nvidia-cuda-runtime-cu12"]


def test_the_copy_that_the_bare_name_leads_to_is_marked():
    in_system, in_site = rf"{SYSTEM32}\msvcp140.dll", rf"{SITE}\pkg\msvcp140.dll"
    answer = which("MSVCP140.DLL", machine=windows({in_system: dll(), in_site: dll()}))
    assert answer.taken_copy.path.casefold() == in_system.casefold()
    assert {path.casefold() for path in paths(answer.copies)} == {in_system.casefold(), in_site.casefold()}


def test_what_cannot_be_mapped_says_why():
    machine = windows({rf"{CUDA}\{CUDART}": dll(architecture="x86"), rf"{SITE}\a\{CUDART}": broken(Defect.EMPTY)})
    copies = which(CUDART, machine=machine).copies
    assert {copy.fits for copy in copies} == {False}
    assert {copy.architecture for copy in copies} == {"x86", None}
    assert [copy.defect for copy in copies if copy.architecture is None] != [None]


def test_another_version_is_told_apart():
    machine = windows({rf"{CUDA}\cudart64_110.dll": dll()})
    answer = which(CUDART, machine=machine)
    assert (answer.copies, paths(answer.others), answer.is_here) == ((), [rf"{CUDA}\cudart64_110.dll"], False)


def test_windows_puts_the_suffix_itself():
    answer = which("cudart64_12", machine=windows({rf"{SYSTEM32}\{CUDART}": dll()}))
    assert (answer.name, answer.taken is not None) == (CUDART, True)


@pytest.mark.parametrize(
    ("asked", "name", "here", "meant"),
    [
        ("zmq", "libzmq.so.5", True, ("libzmq.so",)),
        ("zlib", "libz.so.1", False, ()),
        ("Z", "Z", False, ()),  # names of files compare with case
        ("demo", "libdemo.so.12", True, ("libdemo.so.3", "libdemo.so.3.1", "libdemo-0123abcd.so.1")),
        ("cudart", "cudart", False, ("libcudart.so.13", "libcudart.so.12", "libcudart.so.11.0", "libcudart.so.10.2")),
        ("libdemo.so.4", "libdemo.so.4", False, ()),
    ],
)
def test_a_bare_name_stands_for_a_file_of_the_system(asked, name, here, meant):
    names = (
        "libzmq.so.5 libzmq.so libzmqpp.so.5 libdemo.so.3.1 libdemo.so.3 libdemo.so.12 libdemo-0123abcd.so.1 demo.txt"
    )
    answer = which(asked, machine=linux({f"{USR_LIB}/{one}": so("libc.so.6") for one in names.split()}))
    assert (answer.asked, answer.name, answer.is_here, answer.meant) == (asked, name, here, meant)


def test_a_bare_name_on_windows_is_a_dll_with_what_its_makers_write_around_it():
    machine = windows({rf"{SITE}\pkg\libzmq-v143-mt-4_3_5.dll": dll(), rf"{SITE}\pkg\libzmq-5.dll": dll()})
    assert which("zmq", machine=machine).name == "libzmq-5.dll"


def test_a_contract_of_windows_has_no_file():
    machine = windows({}, system={"api_sets": {"api-ms-win-crt-heap-l1-1": "ucrtbase.dll"}})
    answer = which("api-ms-win-crt-heap-l1-1-0.dll", machine=machine)
    assert (answer.is_virtual, answer.copies, answer.is_here) == (True, (), True)


def test_another_system_s_library_and_its_counterpart():
    answer = which(CUDART, machine=linux({}))
    assert (answer.is_foreign, answer.system, answer.load) == (True, "windows", None)
    assert answer.counterparts == ("libcudart.so.12",)
    assert "nvidia/cuda_runtime/bin" in [one.where for one in answer.providers]


@pytest.mark.parametrize(
    ("name", "counterparts"),
    [
        ("cublasLt64_13.dll", ("libcublasLt.so.13",)),
        ("mkl_rt.2.dll", ("libmkl_rt.so.2",)),
        ("vulkan-1.dll", ("libvulkan.so.1",)),
        ("libomp140.x86_64.dll", ("libomp.so.5", "libomp.so")),
    ],
)
def test_of_a_component_with_many_files_the_counterpart_is_the_one_of_that_name(name: str, counterparts: tuple):
    assert which(name, machine=linux({})).counterparts == counterparts


def test_a_shared_object_and_the_distribution_s_own_command():
    machine = linux({f"{USR_LIB}/libGL.so.1": so()})
    answer = which("libGL.so.1", machine=machine)
    assert (answer.taken, answer.load.verdict.value) == (f"{USR_LIB}/libGL.so.1", "loads")
    assert answer.providers[0].command == "sudo apt install libgl1"


def test_a_name_that_no_table_has():
    answer = which("libnobody.so.7", machine=linux({}))
    assert (answer.component, answer.providers, answer.copies, answer.is_here) == (None, (), (), False)
    assert answer.looked_in is not None


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b.so", r"a\b.dll", "C:x.dll", "lib*.so", "x?.dll", "a\0b", "x" * 300]
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(UsageError, match="name"):
        which(name, machine=linux({}))


def test_the_disks_of_a_saved_machine_cannot_be_walked():
    with pytest.raises(UsageError, match="--deep"):
        which("libz.so.1", machine=linux({}), deep=True)


def test_a_directory_of_that_name_is_no_copy(tmp_path: Path):
    machine: Machine = linux({f"{USR_LIB}/libz.so.1/inner.txt": so()})
    assert which("libz.so.1", machine=machine).copies == ()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory map of Linux")
@pytest.mark.parametrize("name", ["libm.so.6", "libz.so.1", "libstdc++.so.6"])
def test_the_real_loader_takes_the_same_copy(name):
    ctypes.CDLL(name)
    mapped = {
        line.split(maxsplit=5)[5].strip() for line in Path("/proc/self/maps").read_text().splitlines() if "/" in line
    }
    answer = which(name, python=sys.executable)
    assert answer.taken is not None
    assert str(Path(answer.taken).resolve()) in mapped
    assert answer.taken_copy is not None
    assert answer.taken_copy.fits
