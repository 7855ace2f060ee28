"""Who may take a variable away, or a directory out of one: the user's is ours, the machine's an administrator's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machine_cases import case_of
from tests.support.machines import ctypes_load, dll, linux, windows
from wontload.diagnosis import Case
from wontload.machine.inventory import Variable
from wontload.remedy.candidates.user_variables import rest_of, unset, without_directory
from wontload.remedy.change import Change, searched_then
from wontload.remedy.steps import ByHand, SetVariable

OLD = r"C:\old bin"


def case(**stored: tuple[str, str]) -> Case:
    """With variables of the registry: NAME=(origin, value)."""
    machine = windows({r"C:\a.dll": dll()}, environment={"ROOT": "C:\\"})
    found = tuple(Variable(name=name, value=value, origin=origin) for name, (origin, value) in stored.items())
    machine = replace(machine, inventory=replace(machine.inventory, variables=found))
    return case_of(machine, ctypes_load(r"C:\a.dll"))


def test_the_users_variable_is_taken_away():
    assert unset(case(cuda_path=("user", "x")), "CUDA_PATH").step == SetVariable(name="CUDA_PATH", value=None)


def test_the_machines_variable_is_left_to_an_administrator():
    way = unset(case(CUDA_PATH=("machine", "x")), "CUDA_PATH")
    assert isinstance(way.step, ByHand)
    assert (way.rights, way.step.command.startswith("reg delete")) == ("administrator", True)


@pytest.mark.parametrize("spelling", [OLD, OLD.upper() + "\\", f'"{OLD}"', r"%ROOT%\old bin"])
def test_a_directory_comes_out_of_the_users_path(spelling: str):
    way = without_directory(case(Path=("user", rf"C:\x;{spelling};C:\y")), OLD)
    assert way.step == SetVariable(name="PATH", value=r"C:\x;C:\y")


def test_one_of_all_users_is_left_to_an_administrator():
    way = without_directory(case(Path=("machine", rf"C:\x;{OLD}")), OLD)
    assert (type(way.step), way.rights) == (ByHand, "administrator")


def test_one_of_this_process_alone_has_no_home():
    assert isinstance(without_directory(case(), OLD).step, ByHand)


def test_an_empty_entry_is_the_current_directory_and_stays():
    found = case_of(linux())
    assert rest_of(found, "/a::/b/", "/b") == "/a:"
    assert searched_then("/a::/b/", Change(search_without=("/b",)), windows=False) == "/a:"
    assert searched_then("/b", Change(search_without=("/b",)), windows=False) is None
    assert searched_then(None, Change(search_last=("/b",)), windows=False) == "/b"
