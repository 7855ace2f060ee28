"""A file of another system, judged on a clean machine of its own: real Windows DLLs, here."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.downloads import wheel
from tests.support.images import pe
from wontload.app.tree import TreeLoad, tree
from wontload.loader import Module, Status, Verdict

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a DLL is no foreign file")


@pytest.fixture(scope="module")
def lib(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DLLs of llama_cpp, unpacked into a directory with a space and an umlaut."""
    directory = tmp_path_factory.mktemp("wheel ä")
    with zipfile.ZipFile(wheel("kinako-llama-cpp")) as archive:
        archive.extractall(directory, [name for name in archive.namelist() if name.startswith("llama_cpp/lib/")])
    return directory / "llama_cpp" / "lib"


def judge(path: Path, **options) -> TreeLoad:
    (answer,) = tree([str(path)], python=sys.executable, **options)
    return answer


def named(answer: TreeLoad, name: str) -> Module:
    return next(one for one in answer.result.modules if os.path.basename(one.name).lower() == name.lower())


def test_siblings_are_found_and_system_dlls_are_never_missing(lib: Path):
    answer = judge(lib / "ggml-cpu.dll")
    assert (answer.machine, answer.mode, answer.clean) == ("windows-11", "ctypes", True)
    assert named(answer, "ggml-base.dll").path == str(lib / "ggml-base.dll")
    assert named(answer, "KERNEL32.dll").path.lower() == r"c:\windows\system32\kernel32.dll"
    missing = {one.name.lower() for one in answer.result.modules if one.status is Status.MISSING}
    assert missing == {"vcomp140.dll", "msvcp140.dll"}  # the Visual C++ runtime is no part of Windows
    assert answer.result.error == 126


def test_names_compare_without_case(lib: Path, tmp_path: Path):
    shutil.copy(lib / "ggml-cpu.dll", tmp_path)
    shutil.copy(lib / "ggml-base.dll", tmp_path / "GGML-Base.DLL")
    assert named(judge(tmp_path / "ggml-cpu.dll"), "ggml-base.dll").path == str(tmp_path / "GGML-Base.DLL")


def test_added_directories_count_in_the_mode_that_searches_them(lib: Path, tmp_path: Path):
    shutil.copy(lib / "ggml-cpu.dll", tmp_path)
    alone = tmp_path / "ggml-cpu.dll"
    assert named(judge(alone), "ggml-base.dll").status is Status.MISSING
    assert named(judge(alone, added=[str(lib)]), "ggml-base.dll").path == str(lib / "ggml-base.dll")
    assert named(judge(alone, added=[str(lib)], mode="legacy"), "ggml-base.dll").status is Status.MISSING
    on_path = judge(alone, environment={"PATH": str(lib)}, mode="legacy")
    assert named(on_path, "ggml-base.dll").path == str(lib / "ggml-base.dll")


def test_a_directory_of_its_own_package_that_code_may_add_is_named(tmp_path: Path):
    module, libs = tmp_path / "demo" / "a.pyd", tmp_path / "demo.libs"
    for directory in (module.parent, libs, tmp_path / "demo-1.0.dist-info"):
        directory.mkdir()
    module.write_bytes(pe(needs=["foo-0123456789abcdef.dll", "bar.dll"]))
    (libs / "Foo-0123456789abcdef.dll").write_bytes(pe())
    answer = judge(module)
    assert answer.result.verdict is Verdict.FAILS
    (sentence,) = answer.result.would_settle
    assert f"--add-dir {libs}" in sentence
    assert "foo-0123456789abcdef.dll" in sentence
    assert "bar.dll" not in sentence
    assert judge(module, added=[str(libs)]).result.would_settle == ()


def test_an_extension_module_gets_the_python_that_it_was_built_for(tmp_path: Path):
    with zipfile.ZipFile(wheel("markupsafe")) as archive:
        archive.extractall(tmp_path)
    extension = next(tmp_path.glob("markupsafe/*.pyd"))
    answer = judge(extension)
    assert (answer.mode, answer.result.verdict) == ("import", Verdict.LOADS)
    assert named(answer, "python311.dll").path == r"C:\Python311\python311.dll"


def test_own_and_foreign_files_in_one_call_keep_their_order(lib: Path):
    import _ctypes

    own = _ctypes.__file__
    answers = list(tree([own, str(lib / "ggml-base.dll"), own], python=sys.executable))
    assert [answer.machine for answer in answers] == ["this", "windows-11", "this"]
    assert answers[0].result.verdict is Verdict.LOADS
