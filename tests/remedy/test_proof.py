"""What a change would do to a load: the loader's own model answers, on the machine as it would be afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    CUDA,
    LINUX_PACKAGE,
    PACKAGE,
    case_of,
    ctypes_load,
    dll,
    dlopen,
    import_load,
    linux,
    saw,
    so,
    windows,
)
from wontload.machine import AddedDirectory
from wontload.remedy.candidates.copies_here import directories_that_help
from wontload.remedy.change import Change, changed_request, together
from wontload.remedy.proof import gets_further, prove

LLAMA = PACKAGE + r"\llama.dll"
CUDART = CUDA + r"\cudart64_12.dll"
CASE = windows({LLAMA: dll("cudart64_12.dll"), CUDART: dll()})

WINDOWS = {  # change: (does it work with winmode=0, with the default flags)
    "nothing": (Change(), False, False),
    "added directory": (Change(added_directories=(CUDA,)), False, True),
    "first on PATH": (Change(search_first=(CUDA,)), True, False),
    "last on PATH": (Change(search_last=(CUDA,)), True, False),
    "preloaded": (Change(preload=(CUDART,)), True, True),
    "copied beside it": (Change(files={PACKAGE + r"\cudart64_12.dll": dll()}), False, True),
    "winmode taken out": (Change(flags=0x1100, added_directories=(CUDA,)), True, True),
    "a variable alone": (Change(environment={"CUDA_PATH": CUDA}), False, False),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_on_windows_the_flags_decide_which_change_helps(name: str):
    change, legacy, default = WINDOWS[name]
    assert prove(case_of(CASE, ctypes_load(LLAMA, winmode=0)), change).works is legacy
    assert prove(case_of(CASE, ctypes_load(LLAMA)), change).works is default


def test_of_names_that_are_tried_in_turn_for_one_library_one_that_loads_is_enough():
    names = ("libmpi.so", "libmpi.so.12", "libmpi.so.40")
    text = "; ".join(f"{name}: cannot open shared object file: No such file or directory" for name in names)
    requests = [dlopen(name) for name in names]
    case = case_of(linux(), *requests, error=saw(requests[-1], succeeded=False, text=text).error)
    assert case.fatal_loads == (0, 1, 2)
    assert prove(case, Change()).works is False
    proof = prove(case, Change(files={"/usr/lib/libmpi.so.12": so()}))
    assert (proof.works, len(proof.before), len(proof.after)) == (True, 1, 1)
    apart = [dlopen(name, line=line) for line, name in enumerate(names, 10)]
    case = case_of(linux(), *apart, error=saw(apart[-1], succeeded=False, text=text).error)
    assert prove(case, Change(files={"/usr/lib/libmpi.so.12": so()})).works is False


def test_path_does_nothing_for_an_import():
    pyd = PACKAGE + r"\ext.cp311-win_amd64.pyd"
    machine = windows({pyd: dll("cudart64_12.dll"), CUDART: dll()})
    case = case_of(machine, import_load(pyd))
    assert prove(case, Change(search_first=(CUDA,))).works is False
    assert prove(case, Change(added_directories=(CUDA,))).works is True


def test_what_would_fail_next_is_named():
    machine = windows({LLAMA: dll("cudart64_12.dll"), CUDART: dll("cublas64_12.dll")})
    proof = prove(case_of(machine, ctypes_load(LLAMA)), Change(added_directories=(CUDA,)))
    assert proof.works is False
    assert [one.name for one in proof.still_missing] == ["cublas64_12.dll"]
    assert [one.error for one in proof.before] == [126]


def test_a_preload_that_fails_changes_nothing():
    machine = windows({LLAMA: dll("cudart64_12.dll"), CUDART: dll("nowhere.dll")})
    request = ctypes_load(LLAMA)
    change = Change(preload=(CUDART,))
    assert changed_request(machine, request, change).process.modules == request.process.modules


def test_what_the_package_itself_adds_comes_after_what_is_mapped_beforehand():
    beside = PACKAGE + r"\cudart64_12.dll"
    elsewhere = CUDA + r"\cublas64_12.dll"
    machine = windows({LLAMA: dll("cublas64_12.dll"), elsewhere: dll("cudart64_12.dll"), beside: dll()})
    request = ctypes_load(LLAMA, winmode=0)
    added = replace(request.process, added_directories=(AddedDirectory(PACKAGE),))
    case = replace(case_of(machine, replace(request, process=added)), start=request.process)
    assert prove(case, Change(preload=(elsewhere,))).works is False
    assert prove(case, Change(preload=(beside, elsewhere))).works is True
    change, proof = directories_that_help(case, "preload") or (None, None)
    assert change is not None
    assert (change.preload, proof.works) == ((beside, elsewhere), True)


def test_on_linux():
    library, needed = LINUX_PACKAGE + "/libfoo.so", "/opt/cuda/libcudart.so.12"
    machine = linux({library: so("libcudart.so.12"), needed: so(soname="libcudart.so.12")})
    case = case_of(machine, dlopen(library))
    assert prove(case, Change()).works is False
    assert prove(case, Change(search_first=("/opt/cuda",))).works is True
    assert prove(case, Change(preload=(needed,))).works is True
    assert prove(case, Change(added_directories=("/opt/cuda",))).works is False


def test_a_library_without_that_soname_does_not_answer_to_the_name():
    library, needed = LINUX_PACKAGE + "/libfoo.so", "/opt/cuda/libcudart.so.12"
    machine = linux({library: so("libcudart.so.12"), needed: so(soname="libother.so.12")})
    assert prove(case_of(machine, dlopen(library)), Change(preload=(needed,))).works is False


def test_two_changes_together():
    one = Change(search_first=("a",), environment={"X": "1"}, preload=("p",), flags=0)
    two = Change(search_first=("b",), environment={"X": None}, preload=("p", "q"), removed=("r",))
    both = together(one, two)
    assert (both.search_first, both.environment, both.preload) == (("b", "a"), {"X": None}, ("p", "q"))
    assert (both.flags, both.removed) == (0, ("r",))


def test_a_wrong_copy_that_is_the_only_one_is_no_progress_when_it_is_gone():
    """Another architecture's: without it the library is nowhere, which is no step towards a load."""
    case = case_of(
        windows({LLAMA: dll("cudart64_12.dll"), CUDART: dll(architecture="x86")}), ctypes_load(LLAMA, added=[CUDA])
    )
    proof = prove(case, Change(removed=(CUDART,)))
    assert proof.works is False
    assert not gets_further(proof)
