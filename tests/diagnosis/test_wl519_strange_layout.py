"""WL519: files of the wheel lie where they do harm, or no good."""

from __future__ import annotations

import pytest

from tests.support.contents import INFO, codes, contents
from wontload.diagnosis.rules.wl519_strange_layout import strange_layout

TAG = "py3-none-any"
OWN = {f"{INFO}/METADATA": 10, f"{INFO}/RECORD": 10}


def layout(*names: str) -> list[str]:
    return codes(list(strange_layout(contents(TAG, sizes={**dict.fromkeys(names, 5), **OWN}))))


@pytest.mark.parametrize(
    "name", ["tests/test_a.py", "__init__.py", "README.txt", "demo/a.pyc", "demo/__pycache__/a.cpython-311.pyc"]
)
def test_what_does_harm_is_a_warning(name: str):
    assert "WL519 warning" in layout("demo/__init__.py", name)


@pytest.mark.parametrize("names", [("demo/__init__.py",), ("demo.py",), ("demo-1.0.data/purelib/demo.py",)])
def test_a_package_or_module_of_its_own_says_nothing(names: tuple[str, ...]):
    assert layout(*names) == []


def test_what_delvewheel_lays_there_for_one_distribution_is_no_harm():
    assert "WL519 warning" not in layout("demo.py", "demo-1.0.data/platlib/.load-order-demo-1.0")
    assert "WL519 warning" in layout("demo.py", "demo-1.0.data/platlib/.load-order")


def test_a_wheel_with_nothing_in_it():
    assert layout() == ["WL519 warning"]
    assert layout("demo-1.0.data/scripts/run") == ["WL519 warning"]


def test_several_names_at_the_top_and_odd_names_are_a_note():
    assert layout("demo/__init__.py", "other/__init__.py") == ["WL519 note"]
    assert layout("demo/__init__.py", "demo/not-a-name.py") == ["WL519 note"]
    assert layout("demo/__init__.py", "demo/lang/is/__init__.py") == ["WL519 note"]


def test_builds_of_one_module_are_a_note():
    builds = [f"demo/MPI.{one}.cpython-311-x86_64-linux-gnu.so" for one in ("mpich", "openmpi")]
    (found,) = strange_layout(contents(TAG, sizes={**dict.fromkeys(["demo/__init__.py", *builds], 5), **OWN}))
    assert (found.severity.value, found.subject, found.also) == ("note", builds[0], (builds[1],))
    assert layout("demo/__init__.py", "demo/MPI.cpython-311-x86_64-linux-gnu.so") == []


def test_copies_are_told_by_size_and_checksum():
    sizes = {"demo/a.py": 5, "demo/b.py": 5, "demo/c.py": 0, "demo/d.py": 0, **OWN}
    sums = {"demo/a.py": 1, "demo/b.py": 1, f"{INFO}/METADATA": 2, f"{INFO}/RECORD": 3}
    (found,) = strange_layout(contents(TAG, sizes=sizes, checksums=sums))
    assert (found.severity.value, found.subject, found.also) == ("note", "demo/b.py", ())
    assert list(strange_layout(contents(TAG, sizes=sizes))) == []


@pytest.mark.parametrize("names", [("demo/A.py", "demo/a.py"), ("demo/__init__.py", "Demo/b.py")])
def test_names_that_are_one_on_windows_are_a_warning_except_in_wheels_for_linux(names: tuple[str, ...]):
    def told(tag: str) -> list[str]:
        found = strange_layout(contents(tag, sizes={**dict.fromkeys(names, 5), **OWN}))
        return [one.title for one in found if one.severity.value == "warning"]

    assert told(TAG) == told("cp311-cp311-win_amd64") == ["names differ in upper and lower case alone"]
    assert told("cp311-cp311-manylinux_2_28_x86_64") == []
