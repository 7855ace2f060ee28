"""Which code stands when several could speak of one thing: the lists of the catalogue, each held against machines."""

from __future__ import annotations

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    LINUX_SITE,
    PACKAGE,
    SYSTEM32,
    USR_LIB,
    codes,
    ctypes_load,
    diagnose,
    dll,
    dlopen,
    linux,
    recorded,
    saw,
    so,
    windows,
)
from wontload.diagnosis.catalogue import CODES, MISSING, UNBOUND, YIELDS
from wontload.machine.memory import Content

LLAMA, LIBRARY = PACKAGE + r"\llama.dll", LINUX_PACKAGE + "/libfoo.so"
NAME, OLD = "libx64_12.dll", "libx64_110.dll"
TOOLS, LATE = r"C:\tools", r"C:\late"


def test_every_code_that_is_named_exists_and_nothing_yields_in_a_circle():
    effects = set(YIELDS)
    causes = {code for one in YIELDS.values() for code in one}
    assert {*MISSING, *UNBOUND, *effects, *causes} <= {*CODES, "WL401"}  # its name is kept for the CPU's finding
    assert len(set(MISSING)) == len(MISSING)
    assert len(set(UNBOUND)) == len(UNBOUND)
    assert effects.isdisjoint(causes)


# What makes each code apply to the one dependency NAME, so that all of them at once are a matter of precedence.
SIGNS: dict[str, dict[str, Content]] = {
    "WL205": {rf"{PACKAGE}\{NAME}": dll(architecture="x86")},
    "WL203": {rf"{LATE}\{NAME}": dll()},
    "WL202": {rf"{TOOLS}\{NAME}": dll()},
    "WL504": {},
    "WL204": {rf"{TOOLS}\{OLD}": dll()},
    "WL201": {},
}


@pytest.mark.parametrize("first", SIGNS)
def test_of_one_missing_file_the_first_that_applies(first):
    """From each code on, all that come after it apply as well."""
    order = [code for code in MISSING if code in SIGNS]
    assert order == list(SIGNS)
    applying = order[order.index(first) :]
    files = {path: image for code in applying for path, image in SIGNS[code].items()}
    machine = windows({LLAMA: dll(NAME), **files}, environment={"PATH": TOOLS}, directories=[TOOLS, LATE])
    # A copy for another machine in that place keeps the recorded file from being gone.
    machine = recorded(machine, pkg=[rf"{PACKAGE}\{NAME}"] if "WL504" in applying else [])
    answer = diagnose(machine, ctypes_load(LLAMA, path=[TOOLS, LATE]))
    assert codes(answer) == [first]


def test_of_one_missing_symbol_a_better_copy_before_whose_library_it_is():
    taken = ("msvcp140.dll", ["new"])
    files = {LLAMA: dll(taken), SYSTEM32 + r"\msvcp140.dll": dll()}
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == ["WL305"]
    files[TOOLS + r"\msvcp140.dll"] = dll(exports=["new"])
    assert codes(diagnose(windows(files), ctypes_load(LLAMA, path=[TOOLS]))) == ["WL206"]


def test_what_the_whole_file_does_not_fit_before_a_better_copy():
    """Another glibc on the disk helps nobody: a process has one."""
    files = {
        LIBRARY: so("libc.so.6", needs_versions=[("libc.so.6", "GLIBC_2.38")]),
        "/opt/libc.so.6": so(soname="libc.so.6", versions=["libc.so.6", "GLIBC_2.38"]),
    }
    answer = diagnose(linux(files), dlopen(LIBRARY, library_path=f"{USR_LIB}:/opt"))
    assert codes(answer) == ["WL302"]


def test_a_file_of_two_owners_before_an_altered_one_before_a_sister_before_nothing_else():
    sister = LINUX_SITE + "/sister/libsister.so"
    files = {
        LIBRARY: so("libsister.so", takes=["gone"], runpath=("$ORIGIN/../sister",), size_bytes=9),
        sister: so(soname="libsister.so", size_bytes=9),
    }

    def of(**records) -> list[str]:
        return codes(diagnose(recorded(linux(files), **records), dlopen(LIBRARY)))

    assert of() == ["WL304"]
    assert of(pkg=[(LIBRARY, 8)]) == ["WL504"]
    assert of(pkg=[(LIBRARY, 8)], other=[(LIBRARY, 9)]) == ["WL502"]


def test_pythons_own_symbols_before_a_sister():
    files = {
        LIBRARY: so("libsister.so", takes=["_PyGone_Now"], runpath=("$ORIGIN/../sister",)),
        LINUX_SITE + "/sister/libsister.so": so(soname="libsister.so"),
    }
    assert codes(diagnose(linux(files), dlopen(LIBRARY))) == ["WL501"]


def test_the_cause_of_a_failed_start_before_the_start():
    runtime = dll(exports=["_Mtx_lock"], file_version=(14, 29, 30133, 0))
    files = {LLAMA: dll(("msvcp140.dll", ["_Mtx_lock"]), linker_version=(14, 41)), SYSTEM32 + r"\msvcp140.dll": runtime}
    failed = saw(ctypes_load(LLAMA), succeeded=False, number=1114)
    assert codes(diagnose(windows(files), failed)) == ["WL305"]
    files[LLAMA] = dll("msvcp140.dll", linker_version=(14, 29))
    assert codes(diagnose(windows(files), failed)) == ["WL601"]


def test_the_file_asked_for_and_a_dependency_of_another_machine():
    wrong = dll(architecture="aarch64")
    assert codes(diagnose(windows({LLAMA: wrong}), ctypes_load(LLAMA))) == ["WL103"]
    files = {LLAMA: dll("dep.dll"), PACKAGE + r"\dep.dll": wrong}
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == ["WL205"]
