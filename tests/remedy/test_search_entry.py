"""A directory of PATH or LD_LIBRARY_PATH whose copy wins: what its removal would do, and who may do it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    broken,
    ctypes_load,
    diagnose,
    dll,
    dlopen,
    linux,
    so,
    windows,
)
from wontload.app.fix import plan_for
from wontload.binary import Defect
from wontload.diagnosis import Diagnosis
from wontload.machine.inventory import Variable
from wontload.remedy.fix import Fix
from wontload.remedy.steps import ByHand, SetVariable

LLAMA = PACKAGE + r"\llama.dll"
OLD, GOOD = r"C:\old", r"C:\good"
FILES = {
    LLAMA: dll(("foo.dll", ["new"])),
    OLD + r"\foo.dll": dll(exports=["old"]),
    OLD + r"\bar.dll": dll(),
    GOOD + r"\foo.dll": dll(exports=["new"]),
}


def on_windows(origin: str) -> Diagnosis:
    machine = replace(windows(FILES), id="saved")
    path = (Variable(name="Path", value=rf"{OLD};{GOOD}", origin=origin),) if origin else ()
    machine = replace(machine, inventory=replace(machine.inventory, variables=path))
    return diagnose(machine, ctypes_load(LLAMA, winmode=0, path=[OLD, GOOD]))


def entry(diagnosis: Diagnosis) -> Fix | None:
    return next((fix for fix in plan_for(diagnosis).fixes if fix.id == "search-entry"), None)


@pytest.mark.parametrize(("origin", "rights"), [("user", "none"), ("machine", "administrator"), ("", "none")])
def test_on_windows_by_whose_path_it_is(origin: str, rights: str):
    diagnosis = on_windows(origin)
    assert diagnosis.findings[0].code == "WL206"
    fix = entry(diagnosis)
    assert fix is not None
    assert (fix.proof.works, fix.rights) == (True, rights)
    assert "bar.dll" in fix.caveat
    assert (
        fix.steps == (SetVariable(name="PATH", value=GOOD),) if origin == "user" else isinstance(fix.steps[0], ByHand)
    )


def test_a_damaged_file_that_ld_library_path_leads_to():
    """No installation of the package brings it, so none is advised."""
    library, own, old = LINUX_PACKAGE + "/libfoo.so", LINUX_PACKAGE + "/libbar.so.1", "/opt/old/libbar.so.1"
    files = {
        library: so("libbar.so.1", runpath=("$ORIGIN",)),
        old: broken(Defect.EMPTY),
        own: so(soname="libbar.so.1"),
    }
    diagnosis = diagnose(replace(linux(files), id="saved"), dlopen(library, library_path="/opt/old"))
    (first,) = diagnosis.findings
    assert (first.code, "take /opt/old out of ld_library_path" in first.explanation.lower()) == ("WL102", True)
    assert "--no-cache-dir" not in first.explanation
    fix = entry(diagnosis)
    assert fix is not None
    assert (fix.proof.works, fix.title.startswith("take /opt/old out of LD_LIBRARY_PATH")) == (True, True)


def test_it_is_not_offered_where_the_import_needs_the_directory():
    files = {**FILES, GOOD + r"\foo.dll": dll(("bar.dll", []), exports=["new"])}
    machine = replace(windows(files), id="saved")
    fix = entry(diagnose(machine, ctypes_load(LLAMA, winmode=0, path=[OLD, GOOD])))
    assert fix is None or fix.proof.works is False
