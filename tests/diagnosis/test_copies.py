"""Where copies are looked for, and which of them would do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.images import elf
from tests.support.machines import (
    BASE,
    CUDA,
    LINUX_PACKAGE,
    LINUX_SITE,
    PACKAGE,
    SITE,
    SYSTEM32,
    broken,
    case_of,
    ctypes_load,
    dll,
    dlopen,
    linux,
    so,
    windows,
)
from wontload.binary import Defect
from wontload.diagnosis.copies import Copy, CopyFinder
from wontload.machine import AddedDirectory, Machine, Process
from wontload.machine.ld_so_cache import CacheEntry
from wontload.machine.live import LiveFiles
from wontload.machine.memory import MemoryFiles

NAME = "foo.dll"
PLACES = {
    r"C:\added": "added by the program",
    BASE: "beside the interpreter",
    r"C:\tools": "on PATH",
    r"C:\work": "the current directory",
    PACKAGE + r"\lib": "the package itself",
    SYSTEM32: "Windows",
    CUDA: "CUDA Toolkit",
    SITE + r"\other": "another package",
    SITE + r"\nvidia\cublas\bin": "NVIDIA wheels",
}


def finder(machine: Machine, request=None, **more) -> CopyFinder:
    request = request or ctypes_load(PACKAGE + r"\a.dll", added=[r"C:\added"], path=[r"C:\tools"], **more)
    return case_of(machine, request).copies


@pytest.mark.parametrize("directory", PLACES)
def test_places_on_windows(directory: str):
    machine = windows({directory + "\\" + NAME: dll()}, environment={"PATH": r"C:\tools"})
    (copy,) = finder(machine).named(NAME)
    assert (copy.path, copy.what) == (directory + "\\" + NAME, PLACES[directory])
    assert (copy.architecture, copy.defect, copy.fits) == ("x86_64", None, True)


@pytest.mark.parametrize(
    ("directory", "what"),
    [
        ("/opt/ll", "on LD_LIBRARY_PATH"),
        ("/opt/late", "put on LD_LIBRARY_PATH by the program"),
        ("/usr/lib", "the system's default directory"),
        ("/opt/cached", "in the loader's cache"),
        ("/usr/local/cuda-12.4/lib64", "CUDA Toolkit"),
        (LINUX_SITE + "/foo.libs", "other packages"),
        (LINUX_PACKAGE + "/deep/down", "the package itself"),
    ],
)
def test_places_on_linux(directory: str, what: str):
    cache = (CacheEntry("libz.so.1", "/opt/cached/libz.so.1", 0x0303),)
    machine = linux({directory + "/libfoo.so": so()}, system={"library_cache": cache})
    case = case_of(
        machine, dlopen("libfoo.so", library_path="/opt/ll"), environment_changes={"LD_LIBRARY_PATH": "/opt/late"}
    )
    assert [(copy.path, copy.what) for copy in case.copies.named("libfoo.so")] == [(directory + "/libfoo.so", what)]


def test_a_place_that_nobody_states_is_not_looked_into():
    assert finder(windows({r"D:\somewhere\foo.dll": dll()})).named(NAME) == ()


def test_more_places_can_be_given():
    machine = windows({r"D:\somewhere\foo.dll": dll()})
    case = case_of(machine, ctypes_load("a.dll"), extra_directories=(r"D:\somewhere",))
    assert [copy.what for copy in case.copies.named(NAME)] == ["found by a walk over the disks"]


def test_windows_compares_without_case_and_linux_does_not():
    assert len(finder(windows({r"C:\tools\FOO.DLL": dll()})).named("foo.dll")) == 1
    case = case_of(linux({"/usr/lib/libFoo.so": so()}), dlopen("libfoo.so"))
    assert case.copies.named("libfoo.so") == ()


def test_a_directory_in_two_places_is_looked_into_once():
    machine = windows({r"C:\tools\foo.dll": dll()})
    request = ctypes_load("a.dll", added=[AddedDirectory(r"c:\TOOLS", "x.py", 3)], path=[r"C:\tools", '"C:\\tools\\"'])
    (copy,) = finder(machine, request).named(NAME)
    assert copy.added is not None
    assert (copy.added.line, copy.what) == (3, "added by the program")


@pytest.mark.parametrize(
    ("content", "defect"),
    [
        (dll(architecture="x86"), None),
        (so(), "it is a library of another system"),
        (broken(Defect.TRUNCATED, what="it ends too early"), "it ends too early"),
    ],
)
def test_copies_that_would_not_do(content: object, defect: str | None):
    (copy,) = finder(windows({r"C:\tools\foo.dll": content})).named(NAME)
    assert (copy.fits, copy.defect) == (False, defect)


def test_a_copy_that_may_not_be_read():
    (copy,) = finder(windows(denied=[r"C:\tools\foo.dll"])).named(NAME)
    assert (copy.fits, copy.defect) == (False, "it cannot be read")


def test_a_copy_of_which_nothing_is_known_may_do():
    (copy,) = finder(windows({r"C:\tools\foo.dll": None})).named(NAME)
    assert (copy.fits, copy.architecture, copy.defect) == (True, None, None)


def test_a_link_into_a_place_that_a_saved_machine_does_not_hold_may_do():
    files = MemoryFiles({}, links={"/work/libfoo.so": "/elsewhere/libfoo.so.1"}, windows=False, complete=["/work"])
    machine = Machine(id="saved", system=linux().system, files=files)
    process = Process(executable="/nowhere/python", current_directory="/work")
    (copy,) = CopyFinder(machine, processes=(process,), origins=()).named("libfoo.so")
    assert (copy.fits, copy.defect) == (True, None)


def test_a_directory_is_no_copy():
    assert finder(windows(directories=[r"C:\tools\foo.dll"])).named(NAME) == ()


def test_the_version_of_a_file():
    (copy,) = finder(windows({r"C:\tools\foo.dll": dll(file_version=(14, 40, 33810, 0))})).named(NAME)
    assert copy.version == "14.40.33810.0"


def test_where_it_looked_is_what_exists():
    looked = finder(windows()).looked_in()
    assert {SYSTEM32, BASE, r"C:\work", SITE} <= set(looked)
    assert r"C:\added" not in looked
    assert CUDA not in looked


def test_live_files(tmp_path: Path):
    """Real files on this computer's disk, through the same finder."""
    (tmp_path / "libfoo.so").write_bytes(elf(soname="libfoo.so"))
    (tmp_path / "libbar.so").write_bytes(b"")
    (tmp_path / "libbaz.so").mkdir()
    (tmp_path / "libqux.so").symlink_to("nothing")
    machine = Machine(id="this", system=linux().system, files=LiveFiles())
    process = Process(executable="/nowhere/python", current_directory=str(tmp_path))
    found = CopyFinder(machine, processes=(process,), origins=())
    (foo,), (bar,), (qux,) = (found.named(f"lib{name}.so") for name in ("foo", "bar", "qux"))
    assert foo == Copy(path=str(tmp_path / "libfoo.so"), what="the current directory", architecture="x86_64", fits=True)
    assert (bar.fits, qux.defect, found.named("libbaz.so")) == (False, "it is a link that leads nowhere", ())
    assert bar.defect
