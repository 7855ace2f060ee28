"""Fixes for a delay-loaded library whose first call ended the process: the load itself has always succeeded."""

from __future__ import annotations

from dataclasses import replace

from tests.support.machines import PACKAGE, ctypes_load, diagnose, dll, saw, windows
from wontload.app.fix import plan_for
from wontload.binary import Import
from wontload.machine import Outcome
from wontload.remedy.fix import Fix

LLAMA, LATER = PACKAGE + r"\llama.dll", PACKAGE + r"\later.dll"


def fixes(files: dict[str, object], status: int = 0xC06D007E) -> dict[str, Fix]:
    """Of a machine on which `llama.dll` delay-loads `later.dll`, by a process that ended with that status."""
    delaying = replace(dll(), needed=(Import(next(iter(files)).rpartition("\\")[2], delayed=True),))
    here = {path: content for path, content in files.items() if content}
    machine = replace(windows({LLAMA: delaying, **here}), id="saved")
    load = saw(ctypes_load(LLAMA), succeeded=None)
    return {one.id: one for one in plan_for(diagnose(machine, load, outcome=Outcome.CRASHED, exit_status=status)).fixes}


def test_a_copy_that_is_here_is_mapped_beforehand_or_its_directory_put_on_path():
    """Adding a directory does nothing for a delay load, whose helper hands over no flags."""
    found = fixes({LATER: dll()})
    assert (found["scoped-path"].proof.works, found["scoped-path"].change.preload) == (True, (LATER,))
    assert (found["path-variable"].proof.works, found["path-variable"].change.search_last) == (True, (PACKAGE,))


def test_one_that_is_nowhere_comes_as_a_wheel():
    found = fixes({r"C:\nowhere\cudart64_12.dll": None})
    assert [one.split("<")[0].split(">")[0] for one in found["runtime-wheels"].requirements] == [
        "nvidia-cuda-runtime-cu12"
    ]


def test_another_crash_is_not_mended_by_it():
    assert "scoped-path" not in fixes({LATER: dll()}, status=0xC0000005)
