"""Fixes that only get to the next error: they say so, and are put together with one for that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    BASE,
    LINUX_PACKAGE,
    LINUX_SITE,
    SITE,
    diagnose,
    dll,
    dlopen,
    failed_directory,
    import_load,
    linux,
    python_error,
    so,
    windows,
)
from wontload.app.fix import Plan, plan_for
from wontload.diagnosis import Diagnosis
from wontload.loader import Verdict
from wontload.machine import LoadRequest, Machine, Outcome
from wontload.remedy.steps import SetVariable

LIBRARY = LINUX_PACKAGE + "/libfoo.so"
OWN, OLD, OLDER = LINUX_PACKAGE + "/libbar.so.1", "/opt/old/libbar.so.1", "/opt/older/libbar.so.1"
USES = so("libbar.so.1", takes=("more",), runpath=("$ORIGIN",))
WRONG = so(soname="libbar.so.1", exports=("run",))
RIGHT = so("libbaz.so.1", soname="libbar.so.1", exports=("run", "more"))


def saved(machine: Machine) -> Machine:
    return replace(machine, id="saved")


def plan(machine: Machine, *, library_path: str) -> Plan:
    machine = saved(replace(machine, environment={**machine.environment, "LD_LIBRARY_PATH": library_path}))
    return plan_for(diagnose(machine, dlopen(LIBRARY, library_path=library_path)))


def test_what_hides_behind_the_wrong_copy_is_mended_with_it():
    """The right copy needs a library that lies elsewhere."""
    baz = LINUX_SITE + "/baz/lib/libbaz.so.1"
    machine = linux({LIBRARY: USES, OLD: WRONG, OWN: RIGHT, baz: so(soname="libbaz.so.1")})
    fixes = {fix.id: fix for fix in plan(machine, library_path="/opt/old:/opt/other").fixes}
    assert "set-aside" not in fixes  # alone it is not enough
    both = fixes["search-entry+scoped-path"]
    assert (both.proof.works, len(both.parts), both.reach.name) == (True, 2, "USER")
    assert [type(step).__name__ for step in both.steps] == ["SetVariable", "WriteFile", "WriteFile"]
    assert [one.verdict for one in both.proof.after] == [Verdict.LOADS]
    by_variables = fixes["search-entry+path-variable"]  # what the first takes out the second does not bring back
    assert [step.value for step in by_variables.steps if isinstance(step, SetVariable)] == [
        "/opt/other",
        f"/opt/other:{LINUX_SITE}/baz/lib",
    ]


def test_where_nothing_mends_the_rest_it_is_said_what_comes_next():
    machine = linux({LIBRARY: USES, OLD: WRONG, OWN: RIGHT})
    fixes = {fix.id: fix for fix in plan(machine, library_path="/opt/old").fixes}
    alone = fixes["set-aside"]
    assert (alone.proof.works, [one.name for one in alone.proof.still_missing]) == (False, ["libbaz.so.1"])
    assert not any(fix.proof.works for fix in fixes.values())


def test_two_wrong_copies_are_two_renames():
    machine = linux({LIBRARY: USES, OLD: WRONG, OLDER: WRONG, OWN: so(soname="libbar.so.1", exports=("run", "more"))})
    fixes = {fix.id: fix for fix in plan(machine, library_path="/opt/old:/opt/older").fixes}
    assert fixes["set-aside+set-aside"].proof.works is True


def test_the_smallest_set_wins():
    """One fix is enough: none of two parts is offered."""
    machine = linux({LIBRARY: USES, OLD: WRONG, OWN: so(soname="libbar.so.1", exports=("run", "more"))})
    assert not any(fix.parts for fix in plan(machine, library_path="/opt/old").fixes)


PACKAGE = SITE + r"\llama_cpp"
LLAMA = PACKAGE + r"\lib\llama.dll"


SOCKET = BASE + r"\DLLs\_socket.pyd"


def stale(*needed: str, before: tuple[LoadRequest, ...] = ()) -> Diagnosis:
    machine = windows({LLAMA: dll(*needed), SOCKET: dll()}, environment={"CUDA_PATH": r"C:\gone"})
    return diagnose(
        saved(machine),
        *before,
        target="llama_cpp",
        origin=PACKAGE + r"\__init__.py",
        outcome=Outcome.FAILS,
        error=python_error("FileNotFoundError", r"[WinError 3] C:\gone\bin", number=3, raised_by="add_dll_directory"),
        failed_directories=(failed_directory(r"C:\gone\bin", expression="CUDA_PATH"),),
    )


@pytest.mark.parametrize("before", [(), (import_load(SOCKET),)], ids=["nothing", "a module of Python's"])
def test_behind_a_stale_variable_the_runtime_is_missing(before: tuple[LoadRequest, ...]):
    """CUDA_PATH taken away, the package would go on, and then miss what is nowhere here; whatever was loaded before."""
    fixes = {fix.id: fix for fix in plan_for(stale("cudart64_12.dll", before=before)).fixes}
    assert fixes["unset-variable"].proof.works is False
    both = fixes["unset-variable+runtime-wheels"]
    assert (both.proof.works, both.requirements) == (None, ("nvidia-cuda-runtime-cu12",))
    assert both.steps[:1] == fixes["unset-variable"].steps


@pytest.mark.parametrize(("needed", "works"), [((), True), (("gone.dll",), False)])
def test_to_rename_a_shadow_is_judged_by_what_it_hides(needed: tuple[str, ...], works: bool):
    """As to take its directory off `sys.path` is: the installed package may be broken, too."""
    folder, installed = r"C:\work\pkg", SITE + r"\pkg"
    files = {
        SOCKET: dll(),
        installed + r"\_c.pyd": dll(*needed),
        installed + r"\__init__.py": None,
        folder + r"\__init__.py": None,
    }
    machine = windows(files)
    assert machine.python is not None
    machine = replace(machine, python=replace(machine.python, extension_suffixes=(".pyd",)))
    answer = diagnose(
        saved(machine),
        outcome=Outcome.FAILS,
        error=python_error("ModuleNotFoundError", "No module named 'pkg._c'"),
        missing_module="pkg._c",
        origin=folder + r"\__init__.py",
    )
    fixes = {fix.id: fix for fix in plan_for(answer).fixes}
    assert fixes["set-aside"].proof.works is works
