"""WL513: what is in the wheel is for another Python than its tag."""

from __future__ import annotations

import pytest

from tests.support.contents import codes, contents
from tests.support.images import elf, pe
from tests.support.macho_images import DYNAMIC_LOOKUP, LOAD, macho
from wontload.diagnosis.rules.wl513_other_abi import other_abi


def of(dll: str) -> bytes:
    return pe(needs=[dll])


@pytest.mark.parametrize(
    ("tag", "name", "file", "said"),
    [
        ("cp311-cp311-win_amd64", "demo/a.cp311-win_amd64.pyd", of("python311.dll"), []),
        ("cp311-cp311-win_amd64", "demo/a.cp310-win_amd64.pyd", of("python310.dll"), ["WL513 error"]),
        ("cp311-cp311-win_amd64", "demo/a.pyd", of("python310.dll"), ["WL513 error"]),
        ("cp39-abi3-win_amd64", "demo/a.pyd", of("python3.dll"), []),
        ("cp39-abi3-win_amd64", "demo/a.pyd", of("python311.dll"), ["WL513 error"]),
        ("cp313-cp313t-win_amd64", "demo/a.cp313t-win_amd64.pyd", of("python313t.dll"), []),
        ("cp313-cp313-win_amd64", "demo/a.cp313t-win_amd64.pyd", of("python313t.dll"), ["WL513 error"]),
        ("cp311-cp311-manylinux_2_28_x86_64", "demo/a.cpython-312-x86_64-linux-gnu.so", elf(), ["WL513 error"]),
        ("py3-none-win_amd64", "demo/a.cp311-win_amd64.pyd", of("python311.dll"), []),
    ],
)
def test_modules_of_one_python(tag: str, name: str, file: bytes, said: list[str]):
    assert codes(list(other_abi(contents(tag, {name: file})))) == said


@pytest.mark.parametrize(
    ("minors", "said"),
    [
        ((9, 10, 11), ["WL513 warning"]),
        ((9, 11), ["WL513 error"]),
        ((10, 11), ["WL513 error"]),
        ((9,), ["WL513 error"]),
    ],
)
def test_a_module_for_each_python_from_that_of_an_abi3_tag_on(minors: tuple[int, ...], said: list[str]):
    """As mosek has them: all that is known find theirs, and one that comes later does not."""
    files = {f"demo/a.cp3{one}-win_amd64.pyd": of(f"python3{one}.dll") for one in minors}
    assert codes(list(other_abi(contents("cp39-abi3-win_amd64", files)))) == said


def test_a_module_that_is_there_for_the_right_python_as_well_is_none():
    files = {"demo/a.cp310-win_amd64.pyd": of("python310.dll"), "demo/a.cp311-win_amd64.pyd": of("python311.dll")}
    assert list(other_abi(contents("cp311-cp311-win_amd64", files))) == []


@pytest.mark.parametrize(
    ("symbols", "said", "words"),
    [
        (["PyList_New", "PyArg_ParseTuple"], [], ""),
        (["PyList_New", "_PyLong_AsByteArray"], ["WL513 error"], "_PyLong_AsByteArray is no part of it"),
        (["PyObject_CallNoArgs"], ["WL513 error"], "PyObject_CallNoArgs (3.10) came later"),
        (["malloc", "PyInit_other"], [], ""),
    ],
)
def test_an_abi3_module_may_ask_for_the_stable_abi_of_its_version(symbols: list[str], said: list[str], words: str):
    module = elf(undefined=symbols)
    found = list(other_abi(contents("cp39-abi3-manylinux_2_28_x86_64", {"demo/a.abi3.so": module})))
    assert codes(found) == said
    assert all(words in one.evidence[0].text for one in found)


@pytest.mark.parametrize(
    ("needed", "beside", "said"),
    [
        (["libshiboken6.abi3.so.6.12"], {}, ["WL513 note"]),  # which is a wheel of its own, and defines PyRun_String
        (["libc.so.6", "libz.so.1"], {}, ["WL513 error"]),
        (["libown.so"], {"demo/libown.so": elf(exports=["PyRun_String"])}, []),
        (["libown.so"], {"demo/libown.so": elf(exports=["PyRun_Other"])}, ["WL513 error"]),
    ],
)
def test_a_name_like_python_s_may_be_another_library_s(needed: list[str], beside: dict[str, bytes], said: list[str]):
    module = elf(needed=needed, undefined=["PyRun_String", "PyList_New"])
    files = {"demo/a.abi3.so": module, **beside}
    assert codes(list(other_abi(contents("cp39-abi3-manylinux_2_28_x86_64", files)))) == said


@pytest.mark.parametrize(
    ("ordinal", "name", "said"),
    [
        (DYNAMIC_LOOKUP, "_PyRun_String", ["WL513 error"]),
        (DYNAMIC_LOOKUP, "_PyList_New", []),
        (1, "_PyRun_String", ["WL513 error"]),  # of Python's own library, against which some are linked
        (2, "_PyRun_String", []),  # of Shiboken, which defines a function of that name itself
    ],
)
def test_a_macos_module_tells_whose_symbol_it_asks_for(ordinal: int, name: str, said: list[str]):
    dylibs = [(LOAD, "@rpath/libpython3.11.dylib"), (LOAD, "@rpath/libshiboken6.abi3.6.12.dylib")]
    module = macho(dylibs=dylibs, undefined=[(ordinal, name)])
    found = list(other_abi(contents("cp39-abi3-macosx_11_0_arm64", {"demo/a.abi3.so": module})))
    assert codes(found) == said


def test_the_same_of_a_windows_module():
    module = pe(needs=[("python3.dll", ["PyObject_CallNoArgs"])])
    assert codes(list(other_abi(contents("cp38-abi3-win_amd64", {"demo/a.pyd": module})))) == ["WL513 error"]
    assert list(other_abi(contents("cp310-abi3-win_amd64", {"demo/a.pyd": module}))) == []
