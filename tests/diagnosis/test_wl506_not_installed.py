"""WL506: the target, or a module that it imports, is not in this interpreter's environment."""

from __future__ import annotations

import pytest

from tests.diagnosis.test_unmet import LIBRARY, requiring
from tests.support.machines import (
    LINUX_SITE,
    PACKAGE,
    SITE,
    VENV,
    codes,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    of_kind,
    python_error,
    so,
    told,
    windows,
)
from wontload.diagnosis import Elsewhere, Severity
from wontload.machine import Outcome
from wontload.machine.inventory_parts import Unmet

PYTHON = VENV + r"\Scripts\python.exe"
ELSEWHERE = (Elsewhere(environment=r"C:\other", location=r"C:\other\Lib\site-packages\llama_cpp"),)
ABSENT = {"target": "llama_cpp", "outcome": Outcome.NOT_FOUND, "missing_module": "llama_cpp", "origin": None}


def lacks(name: str) -> dict:
    """An import that ends because `name` is missing."""
    error = python_error("ModuleNotFoundError", f"No module named '{name}'", file=PACKAGE + r"\__init__.py", line=1)
    return {"outcome": Outcome.FAILS, "error": error, "missing_module": name}


def test_the_target_is_in_another_environment():
    answer = diagnose(windows(), elsewhere=ELSEWHERE, known_as="llama-cpp-python", **ABSENT)
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL506", Severity.ERROR, True)
    assert (first.subject, first.chain, first.load) == ("llama_cpp", ("llama_cpp",), None)
    assert first.title == f"llama_cpp is not installed for {PYTHON}"
    assert [one.kind for one in first.evidence] == ["looked", "copy", "provider"]
    assert SITE in of_kind(first, "looked")[0].data["directories"]
    assert of_kind(first, "copy")[0].data == {"path": ELSEWHERE[0].location, "environment": r"C:\other"}
    assert data(first, "provider", "package") == ["llama-cpp-python"]
    assert "another one here does" in first.explanation
    assert answer.verdict == "fails"


def test_the_target_is_nowhere_else():
    (first,) = diagnose(windows(), known_as="llama-cpp-python", **ABSENT).findings
    assert of_kind(first, "copy") == []
    assert "another one here" not in first.explanation


def test_a_module_that_the_target_imports():
    answer = diagnose(windows(), elsewhere=ELSEWHERE, **lacks("cv2"))
    (first,) = answer.findings
    assert (first.code, first.subject, first.chain) == ("WL506", "cv2", ("pkg", "cv2"))
    assert (first.severity, first.explains_error) == (Severity.ERROR, True)
    assert of_kind(first, "copy") == []  # the other environment has the target, not this
    assert data(first, "provider", "package") == ["opencv-python"]


def test_a_module_that_nobody_knows_is_not_looked_up_by_its_name():
    """Who would tell people to `pip install` an import name sends some of them to a stranger's package."""
    (first,) = diagnose(windows(), **lacks("some_helper_nobody_knows")).findings
    assert (first.code, of_kind(first, "provider")) == ("WL506", [])


def test_a_part_of_python_is_no_package():
    (first,) = diagnose(linux(), **lacks("_ctypes")).findings
    assert (first.code, first.subject) == ("WL506", "_ctypes")
    assert first.title == "/home/ada/venv/bin/python lacks _ctypes, which is a part of Python"
    assert "pip" not in told(first)
    assert "virtual environment" not in told(first)


def test_a_submodule_that_was_asked_for_and_is_not_there():
    answer = diagnose(
        windows(), **{**ABSENT, "missing_module": "llama_cpp.nothing", "origin": PACKAGE + r"\__init__.py"}
    )
    (first,) = answer.findings
    assert (first.code, first.subject) == ("WL506", "llama_cpp.nothing")
    assert first.title == f"llama_cpp is installed for {PYTHON}, and has no llama_cpp.nothing"


def test_is_silent_about_a_submodule_of_the_target():
    assert codes(diagnose(windows(), **lacks("pkg._c"))) == ["WL903"]


def test_is_silent_about_a_package_that_is_there_and_lacks_a_part():
    """`numpy is not installed` would be false; its installation is incomplete."""
    machine = linux({LINUX_SITE + "/numpy/__init__.py": None})
    assert codes(diagnose(machine, **lacks("numpy.core._multiarray_umath"))) == ["WL903"]
    assert codes(diagnose(linux(), **lacks("numpy.core"))) == ["WL506"]


def test_is_silent_where_the_import_survived_it():
    assert codes(diagnose(windows({PACKAGE + r"\_c.pyd": dll()}), missing_module="numpy")) == []


def test_is_silent_where_the_error_is_another_one():
    error = python_error("RuntimeError", "something else")
    assert codes(diagnose(windows(), outcome=Outcome.FAILS, error=error, missing_module="numpy")) == ["WL903"]


def test_a_name_in_a_folder_without_code():
    machine = linux({LINUX_SITE + "/folder/data.txt": None})
    missing = {"target": "folder.missing", "missing_module": "folder.missing"}
    (first,) = diagnose(machine, **{**ABSENT, **missing}).findings
    assert (first.code, first.subject) == ("WL506", "folder.missing")
    assert first.title == "folder is a folder without code of its own, and has no folder.missing"
    assert of_kind(first, "looked")[0].data["directories"] == [LINUX_SITE + "/folder"]
    assert "not installed" not in told(first)


def test_the_command_for_a_distribution_s_own_name():
    (first,) = diagnose(windows(), known_as="opencv-python", **{**ABSENT, "target": "opencv_python"}).findings
    (provider,) = of_kind(first, "provider")
    assert provider.text == f"the distribution opencv-python brings it: {PYTHON} -m pip install opencv-python"


NUMPY = Unmet(name="numpy", versions=">=1.23.2")
SUITE = Unmet(name="Some-Helper", versions="")
FROM = Unmet(name="setuptools", versions=">=60")
OLD = Unmet(name="torch", versions="==2.9.1", found="2.14.1")


@pytest.mark.parametrize(
    ("module", "unmet", "command"),
    [
        ("numpy", (NUMPY,), "numpy brings it: %s -m pip install 'numpy>=1.23.2'"),
        ("numpy", (OLD, SUITE, NUMPY), "numpy brings it: %s -m pip install 'numpy>=1.23.2' Some-Helper"),
        # An import name that no table has, and its package's metadata does.
        ("some_helper", (SUITE,), "Some-Helper brings it: %s -m pip install Some-Helper"),
        # setuptools 82 has it no more, whatever the package asks for.
        ("pkg_resources", (), "setuptools brings it: %s -m pip install 'setuptools<82'"),
        ("pkg_resources", (FROM,), "setuptools brings it: %s -m pip install 'setuptools>=60,<82'"),
        ("cv2", (NUMPY,), "opencv-python brings it: %s -m pip install opencv-python"),
    ],
)
def test_what_was_installed_without_its_requirements(module: str, unmet: tuple[Unmet, ...], command: str):
    """`pip install --no-deps`: the metadata says in which versions, and what else will be missed."""
    (first,) = diagnose(requiring(linux({LIBRARY: so()}), *unmet), **lacks(module)).findings
    (provider,) = of_kind(first, "provider")
    assert (first.code, provider.text) == ("WL506", "the distribution " + command % "/home/ada/venv/bin/python")


IN_WORDS = "Unable to import required dependencies:\nnumpy: No module named 'numpy'"


@pytest.mark.parametrize(("unmet", "code"), [((NUMPY,), "WL506"), ((SUITE,), "WL903"), ((), "WL903")])
def test_a_module_in_the_words_of_another_exception(unmet: tuple[Unmet, ...], code: str):
    """What pandas 2 raises. Such words may be of an attempt that did not matter, unless the metadata asks for it."""
    error = python_error("ImportError", IN_WORDS)
    (first,) = diagnose(requiring(linux({LIBRARY: so()}), *unmet), outcome=Outcome.FAILS, error=error).findings
    assert (first.code, data(first, "requires", "requires")) == (code, [one.name for one in unmet])


def test_the_words_do_not_count_where_a_load_ended_it():
    machine = requiring(linux({LIBRARY: so("libgone.so.1")}), NUMPY)
    error = python_error("ImportError", IN_WORDS, raised_by="load")
    answer = diagnose(machine, dlopen(LIBRARY), outcome=Outcome.FAILS, error=error)
    assert "WL506" not in codes(answer)
