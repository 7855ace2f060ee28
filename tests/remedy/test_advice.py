"""Remedies in circulation, each laid over machines on which it helps and machines on which it does not.

What the overlays are made of is proven in test_proof.py; tests/cases/test_advice_windows.py does them for real.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    CUDA,
    LINUX_PACKAGE,
    PACKAGE,
    SITE,
    SYSTEM32,
    USR_LIB,
    VENV,
    ctypes_load,
    diagnose,
    dll,
    dlopen,
    failed_directory,
    import_load,
    linux,
    python_error,
    recorded,
    saw,
    so,
    windows,
)
from wontload.diagnosis import Diagnosis
from wontload.knowledge.advice import advice
from wontload.machine import Outcome
from wontload.remedy.advice import JudgedAdvice, judge_advice
from wontload.remedy.advice.judging import OVERLAYS

HOME = CUDA.removesuffix(r"\bin")
LLAMA_PACKAGE = SITE + r"\llama_cpp"
LLAMA = LLAMA_PACKAGE + r"\lib\llama.dll"
CUDART = CUDA + r"\cudart64_12.dll"
CASE = {LLAMA: dll("cudart64_12.dll"), CUDART: dll()}


def judged(diagnosis: Diagnosis) -> dict[str, JudgedAdvice]:
    return {one.id: one for one in judge_advice(diagnosis)}


def works(diagnosis: Diagnosis) -> dict[str, bool | None]:
    return {name: one.works_here for name, one in judged(diagnosis).items()}


def the_case(files=None, winmode: int | None = 0, **environment: str) -> Diagnosis:
    """llama_cpp as it loads: its lib on PATH, CUDA_PATH\\bin added, winmode=0."""
    added = [LLAMA_PACKAGE + r"\lib", *([environment["CUDA_PATH"] + r"\bin"] if "CUDA_PATH" in environment else [])]
    path = (LLAMA_PACKAGE + r"\lib", SYSTEM32)
    load = ctypes_load(LLAMA, winmode, added=added, path=path, file=LLAMA_PACKAGE + r"\_ctypes_extensions.py")
    origin = LLAMA_PACKAGE + r"\__init__.py"
    machine = windows(CASE if files is None else files, environment=environment)
    return diagnose(machine, load, target="llama_cpp", origin=origin)


def test_the_case_with_cuda_path_set():
    found = judged(the_case(CUDA_PATH=HOME))
    assert {name: one.works_here for name, one in found.items()} == {
        "prebuilt-wheel": None,
        "cuda-path-and-winmode": True,
        "cuda-path": False,
        "no-winmode": True,
        "cuda-toolkit": None,
        "older-cuda": False,
        "restart": False,
        "from-source": None,
        "vc-redistributable": False,
        "copy-beside": True,  # llama_cpp puts its own lib on PATH
        "path": True,
        "add-dll-directory": False,
        "nvidia-wheels": False,
        "reinstall": None,  # no RECORD was read
        "gpu-driver": False,
        "conda": None,
    }
    assert "already" in found["cuda-path"].why
    assert "on PATH" in found["cuda-toolkit"].why
    assert found["no-winmode"].why == f"cudart64_12.dll is then found in {CUDA}."
    assert "winmode=0 takes no notice of added directories" in found["add-dll-directory"].why
    assert "only a build reads them" in found["prebuilt-wheel"].why
    assert "wontload pick llama-cpp-python" in found["prebuilt-wheel"].why
    assert "wontload build llama-cpp-python" in found["from-source"].why
    assert "no part of it" in found["vc-redistributable"].why


def test_without_cuda_path_the_winmode_line_alone_is_not_enough():
    found = works(the_case())
    assert (found["cuda-path"], found["no-winmode"], found["cuda-path-and-winmode"]) == (False, False, True)


def test_copies_beside_it_do_nothing_under_winmode_0_where_lib_is_not_on_path():
    library = PACKAGE + r"\llama.dll"
    machine = windows({library: dll("cudart64_12.dll"), CUDART: dll()})
    legacy, default = (judged(diagnose(machine, ctypes_load(library, mode))) for mode in (0, None))
    assert legacy["copy-beside"].works_here is False
    assert "leaves out the directory of the file itself" in legacy["copy-beside"].why
    assert default["copy-beside"].works_here is True
    assert (legacy["path"].works_here, default["path"].works_here) == (True, False)
    assert (legacy["add-dll-directory"].works_here, default["add-dll-directory"].works_here) == (False, True)
    assert "does not search PATH" in default["path"].why
    assert "nothing of the kind" in default["no-winmode"].why


def test_path_does_nothing_for_an_import():
    module = PACKAGE + r"\_c.pyd"
    found = works(diagnose(windows({module: dll("cudart64_12.dll"), CUDART: dll()}), import_load(module)))
    assert (found["path"], found["add-dll-directory"], found["copy-beside"]) == (False, True, True)


def test_the_toolkit_where_it_is_not_here():
    files = {LLAMA: dll("cudart64_12.dll")}
    found = judged(the_case(files))
    assert found["cuda-toolkit"].works_here is True  # its bin comes on PATH, which winmode=0 searches
    assert r"CUDA\v12\bin" in found["cuda-toolkit"].why
    assert judged(the_case(files, None))["cuda-toolkit"].works_here is True  # and the package adds CUDA_PATH's bin
    assert found["copy-beside"].works_here is found["path"].works_here is False
    assert "o copy that would do of cudart64_12.dll" in found["path"].why
    both = judged(the_case({LLAMA: dll("cudart64_12.dll", "ggml-base.dll")}))["cuda-toolkit"]
    assert (both.works_here, "ggml-base.dll" in both.why) == (False, True)


def test_an_older_cuda_where_only_a_newer_one_is_here():
    newer = {LLAMA: dll("cudart64_110.dll"), CUDART: dll()}
    assert works(the_case(newer))["older-cuda"] is True
    older = {LLAMA: dll("cudart64_12.dll"), CUDA + r"\cudart64_110.dll": dll()}
    found = judged(the_case(older))["older-cuda"]
    assert (found.works_here, "CUDA 12" in found.why, "CUDA 11 is here" in found.why) == (False, True, True)


def test_the_redistributable_where_it_is_what_lacks():
    library = PACKAGE + r"\_c.pyd"
    found = judged(diagnose(windows({library: dll("msvcp140.dll")}), import_load(library)))
    assert found["vc-redistributable"].works_here is True
    assert SYSTEM32 in found["vc-redistributable"].why
    assert found["cuda-toolkit"].works_here is False
    debug = judged(diagnose(windows({library: dll("msvcp140d.dll")}), import_load(library)))
    assert debug["vc-redistributable"].works_here is False


def test_a_file_that_the_record_lists_comes_back():
    base = PACKAGE + r"\base.dll"
    library = PACKAGE + r"\_c.pyd"
    machine = recorded(windows({library: dll("base.dll")}), pkg=(library, base))
    assert works(diagnose(machine, import_load(library)))["reinstall"] is True
    whole = recorded(windows({library: dll("other.dll")}), pkg=(library,))
    found = judged(diagnose(whole, import_load(library)))["reinstall"]
    assert (found.works_here, "the same files" in found.why) == (False, True)


def test_what_is_for_another_machine_is_not_the_wheel_that_pip_would_take():
    library = LINUX_PACKAGE + "/_c.cpython-311-x86_64-linux-gnu.so"
    machine = recorded(linux({library: so(architecture="aarch64")}), pkg=(library,))
    found = judged(diagnose(machine, import_load(library)))["reinstall"]
    assert (found.works_here, "another wheel" in found.why) == (None, True)


def test_on_linux():
    library, needed = LINUX_PACKAGE + "/libfoo.so", "/opt/cuda/lib64/libcudart.so.12"
    machine = linux({library: so("libcudart.so.12"), needed: so(soname="libcudart.so.12")})
    found = judged(diagnose(machine, dlopen(library)))
    assert "no-winmode" not in found
    assert {name: found[name].works_here for name in ("library-path", "ldconfig", "copy-beside", "path", "libgl")} == {
        "library-path": True,
        "ldconfig": True,
        "copy-beside": False,
        "path": False,
        "libgl": False,
    }
    assert "RUNPATH" in found["copy-beside"].why
    assert (found["cuda-toolkit"].works_here, "ld.so.conf.d" in found["cuda-toolkit"].why) == (None, True)


def test_a_runpath_finds_what_lies_beside_or_in_nvidias_wheels():
    library, needed = LINUX_PACKAGE + "/libfoo.so", "/opt/cuda/lib64/libcudart.so.12"
    runpath = ("$ORIGIN", "$ORIGIN/../nvidia/cuda_runtime/lib")
    machine = linux({library: so("libcudart.so.12", runpath=runpath), needed: so(soname="libcudart.so.12")})
    found = works(diagnose(machine, dlopen(library)))
    assert (found["copy-beside"], found["nvidia-wheels"]) == (True, True)


def test_libgl():
    library = LINUX_PACKAGE + "/cv2.abi3.so"
    machine = linux({library: so("libGL.so.1", "libglib-2.0.so.0")})
    found = judged(diagnose(machine, dlopen(library)))["libgl"]
    assert (found.works_here, USR_LIB in found.why) == (True, True)
    assert works(diagnose(linux({library: so("libfoo.so.1")}), dlopen(library)))["libgl"] is False


def test_libgl_without_apt():
    library = LINUX_PACKAGE + "/cv2.abi3.so"
    machine = linux({library: so("libGL.so.1")})
    fedora = replace(machine, system=replace(machine.system, version="nobara 41, like fedora"))
    found = judged(diagnose(fedora, dlopen(library)))["libgl"]
    assert (found.works_here, "here it is dnf, with libglvnd-glx" in found.why) == (False, True)


def test_a_stale_variable_is_what_the_advice_about_it_would_mend():
    """The package adds CUDA_PATH\\bin, which is not there, and Python raises before anything is loaded."""
    files = {LLAMA: dll("cudart64_12.dll", exports=()), CUDART: dll()}
    machine = windows(files, environment={"CUDA_PATH": r"C:\gone"})
    answer = diagnose(
        machine,
        target="llama_cpp",
        origin=LLAMA_PACKAGE + r"\__init__.py",
        outcome=Outcome.FAILS,
        error=python_error("FileNotFoundError", r"[WinError 3] C:\gone\bin", number=3, raised_by="add_dll_directory"),
        failed_directories=(failed_directory(r"C:\gone\bin", expression="CUDA_PATH"),),
    )
    found = judged(answer)
    assert answer.findings[0].code == "WL208"
    assert (found["cuda-path"].works_here, HOME in found["cuda-path"].why) == (False, True)  # winmode=0 comes next
    assert found["vc-redistributable"].works_here is False
    assert "another reason" in found["vc-redistributable"].why
    assert found["from-source"].works_here is None


def test_what_the_model_does_not_foresee_it_cannot_judge():
    module = PACKAGE + r"\_c.pyd"
    answer = diagnose(windows({module: dll()}), saw(import_load(module), succeeded=False, number=1114))
    assert set(works(answer).values()) == {None}


def test_a_sound_target_gets_no_advice():
    assert judge_advice(diagnose(windows({LLAMA: dll()}), ctypes_load(LLAMA))) == ()


@pytest.mark.parametrize("system", ["windows", "linux", "macos"])
def test_every_row_has_its_overlays(system: str):
    rows = list(advice(system, "llama_cpp"))
    assert len(rows) >= 6
    assert len({row.id for row in rows}) == len(rows)
    assert all(name in OVERLAYS for row in rows for name in row.change)


def test_each_reason_is_one_sentence():
    for one in judge_advice(the_case(CUDA_PATH=HOME)):
        assert one.why.endswith(".")
        assert not one.why.endswith("..")
        assert VENV not in one.title
