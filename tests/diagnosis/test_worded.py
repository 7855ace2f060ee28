"""An import that ends in Python code, in words that leave no doubt beside what is installed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import LINUX_PACKAGE, LINUX_SITE, data, diagnose, import_load, linux, python_error, so
from wontload.machine import Machine, Outcome
from wontload.machine.inventory import Distribution, RecordedFile
from wontload.machine.inventory_parts import Unmet

MODULE = LINUX_PACKAGE + "/_c.so"
CODE = LINUX_PACKAGE + "/__init__.py"
LACKS = Unmet(name="numpy", versions="<2", found="2.2.0")


def installed(numpy: str, *unmet: Unmet) -> Machine:
    """`pkg` with one extension module, and a numpy."""
    files = (RecordedFile(path=MODULE),)
    own = Distribution(name="pkg", version="1.0", location=LINUX_SITE, modules=("pkg",), files=files, unmet=unmet)
    other = Distribution(name="numpy", version=numpy, location=LINUX_SITE, modules=("numpy",))
    machine = linux({MODULE: so()})
    return replace(machine, inventory=replace(machine.inventory, distributions=(own, other)))


def ended(machine: Machine, text: str, exception: str = "ImportError", file: str = CODE):
    error = python_error(exception, text, file=file, line=3)
    (finding,) = diagnose(machine, import_load(MODULE), outcome=Outcome.FAILS, error=error).findings
    return finding


@pytest.mark.parametrize(
    ("text", "numpy", "code"),
    [
        ("numpy.core.multiarray failed to import", "2.2.0", "WL304"),
        ("numpy.core.multiarray failed to import", "1.26.4", "WL903"),
        ("numpy._core.multiarray failed to import", "2.2.0", "WL903"),  # built for numpy 2
    ],
)
def test_a_module_that_was_built_for_numpy_1(text: str, numpy: str, code: str):
    finding = ended(installed(numpy), text)
    assert (finding.code, finding.explains_error) == (code, code == "WL304")
    if code == "WL304":
        assert finding.title == "a package was built for numpy 1, and numpy 2 is installed"
        assert data(finding, "file", "path") == [MODULE]  # whose start it was


def test_the_module_of_cython_s_that_was_being_started_is_named():
    text = "numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88"
    assert data(ended(installed("2.2.0"), text, "ValueError", "pkg/_c.pyx"), "file", "path") == [MODULE]
    assert data(ended(installed("2.2.0"), text, "ValueError"), "file", "path") == []


@pytest.mark.parametrize(
    ("text", "unmet", "code"),
    [
        ("pkg needs NumPy 1.24 or less", (LACKS,), "WL304"),
        ("module 'numpy' has no attribute 'bool'", (LACKS,), "WL304"),
        ("pkg needs NumPy 1.24 or less", (), "WL903"),
        ("pkg needs something else", (LACKS,), "WL903"),
        ("numpydoc is old, and so is my-numpy", (LACKS,), "WL903"),  # other words
        ("pkg needs numpy", (Unmet(name="numpy", versions="<2"),), "WL903"),  # absent: the words of that are others
    ],
)
def test_words_about_a_package_that_is_here_in_another_version_than_is_required(text: str, unmet, code: str):
    finding = ended(installed("2.2.0", *unmet), text)
    assert finding.code == code
    if code == "WL304":
        assert finding.title == "pkg 1.0 requires numpy<2, and 2.2.0 is installed"
        assert (finding.explains_error, data(finding, "requires", "found")) == (True, ["2.2.0"])
