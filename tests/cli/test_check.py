"""`wontload check`: what it says of wheels, its formats, exit statuses, its baseline, and going on where it stopped."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.gcc import SharedObject
from tests.support.gpu_images import fatbin, fatbin_entry, pe_with
from tests.support.images import elf, macho, pe
from tests.support.schemas import check as fits
from tests.support.wheels import make_wheel
from wontload.binary import Assembly, Image
from wontload.binary.entries import Manifest

GOOD = {"demo/a.cp311-win_amd64.pyd": pe(needs=["KERNEL32.dll", "python311.dll"])}
BAD = {"demo/a.cp311-win_amd64.pyd": pe(needs=["nowhere_at_all.dll"])}
LINUX = "cp311-cp311-manylinux_2_28_x86_64"
ROOT = Path(__file__).parent.parent.parent


def test_a_wheel_that_would_import_passes(command, tmp_path: Path):
    ran = command("check", str(make_wheel(tmp_path, GOOD)))
    assert ran.status == 0
    assert "demo-1.0-cp311-cp311-win_amd64.whl passes" in ran.out
    assert "its one file loads: windows-11 x86_64 CPython 3.11" in ran.out


def test_a_wheel_that_would_not_says_what_is_missing_where(command, tmp_path: Path):
    ran = command("check", str(make_wheel(tmp_path, BAD)))
    assert ran.status == 1
    assert "error[WL201]: nowhere_at_all.dll is nowhere on this machine" in ran.out
    assert "windows-11 x86_64 CPython 3.11" in ran.out


def test_json_fits_its_schema(command, tmp_path: Path):
    make_wheel(tmp_path, GOOD)
    make_wheel(tmp_path, BAD, name="broken")
    (tmp_path / "evil-1.0-py3-none-any.whl").write_bytes(b"no zip")
    ran = command("check", str(tmp_path), "--json")
    assert ran.status == 4
    answer = fits(ran.out)
    assert [(one["name"], one["verdict"]) for one in answer["wheels"]] == [
        ("broken", "fails"),
        ("demo", "passes"),
        ("", "unreadable"),
    ]
    (found,) = answer["wheels"][0]["findings"]
    assert (found["code"], found["subject"], found["known"]) == ("WL201", "nowhere_at_all.dll", False)


def test_lines_are_streamed_and_each_fits_the_schema(command, tmp_path: Path):
    make_wheel(tmp_path, GOOD)
    make_wheel(tmp_path, BAD, name="broken")
    lines = command("check", str(tmp_path), "--jsonl").out.splitlines()
    assert [fits(line)["verdict"] for line in lines] == ["fails", "passes"]


def test_profiles_are_judged_each_by_itself(command, tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.pyd": pe(needs=["MSVCP140.dll", "MFPlat.dll"])})
    profiles = ("windows-11", "windows-11+vc", "windows-server-2022+vc", "debian-12")
    options = [word for name in profiles for word in ("--profile", name)]
    answer = command("check", str(path), "--json", *options).json
    fails = {one["profile"]: bool(one["fails"]) for one in answer["wheels"][0]["targets"]}
    assert fails == {"windows-11": True, "windows-11+vc": False, "windows-server-2022+vc": True}


@pytest.mark.parametrize("profile", ["debian-12", "ubuntu-20.04"])
def test_a_wheel_that_no_named_machine_takes_is_said_not_to_be_judged(command, tmp_path: Path, profile: str):
    tag = "cp311-cp311-win_amd64" if profile == "debian-12" else "cp39-abi3-manylinux_2_34_x86_64"
    path = make_wheel(tmp_path, {"demo/a.abi3.so": elf(needed=["libc.so.6"])} if "linux" in tag else GOOD, tag=tag)
    (wheel,) = command("check", str(path), "--profile", profile, "--json").json["wheels"]
    assert wheel["targets"] == []
    assert "none of its files was judged" in wheel["assumes"][0]


NO_MACHINE = "its tags name no machine, or none with a CPython 3, so none of its files was judged on one"


@pytest.mark.parametrize(
    "tag", ["cp27-cp27m-win_amd64", "cp27-none-win_amd64", "py2-none-win_amd64", "pp310-pypy310_pp73-win_amd64"]
)
def test_a_wheel_for_no_cpython_3_is_not_judged_on_one(command, tmp_path: Path, tag: str):
    path = make_wheel(tmp_path, {"demo/a.dll": pe(needs=["python27.dll", "nowhere.dll"])}, tag=tag)
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    assert (wheel["targets"], wheel["assumes"]) == ([], [NO_MACHINE])
    both = make_wheel(tmp_path, {"demo/a.dll": pe(needs=["nowhere.dll"])}, tag="py2.py3-none-win_amd64")
    (wheel,) = command("check", str(both), "--json").json["wheels"]
    assert [one["python"] for one in wheel["targets"]] == ["3.12"]


def test_what_would_settle_an_open_answer_is_said(command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whether a clean Windows has Visual C++ 2008's assembly is in no record (psycopg2 2.7.1 asks for it)."""
    asked = Manifest(dependencies=(Assembly("Microsoft.VC90.CRT", "9.0.21022.8", "amd64", "1fc8b3b9a1e18e3b"),))
    monkeypatch.setattr(Image, "manifest", property(lambda image: asked))
    ran = command("check", str(make_wheel(tmp_path, {"demo/a.pyd": pe()})), "--json")
    (told,) = (one for one in ran.json["wheels"][0]["assumes"] if "Microsoft.VC90.CRT" in one)
    assert (ran.status, told.startswith("not decided, and this would settle it: ")) == (3, True)


def test_a_wheel_whose_tags_name_no_machine_is_said_not_to_be_judged(command, tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.so": elf(needed=["libc.so.6"])}, tag="py3-none-any")
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    assert wheel["assumes"] == [NO_MACHINE]


def test_a_macos_older_than_the_tag_is_not_asked(command, tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.abi3.so": macho()}, tag="cp311-cp311-macosx_14_0_arm64")
    options = [word for number in (12, 13, 14, 15) for word in ("--profile", f"macos-{number}")]
    (wheel,) = command("check", str(path), "--json", *options).json["wheels"]
    assert [one["profile"] for one in wheel["targets"]] == ["macos-14", "macos-15"]


PARTS = ("Gui", "Net", "Sql", "Xml")


def test_files_that_lack_some_of_the_same_are_one_finding(command, tmp_path: Path):
    files = {f"toolkit/{one}.pyd": pe(needs=[f"Tk{one}.dll", "TkCore.dll"]) for one in PARTS}
    ran = command("check", str(make_wheel(tmp_path, files)), "--json")
    (found,) = fits(ran.out)["wheels"][0]["findings"]
    assert (found["code"], found["severity"], found["subject"]) == ("WL201", "error", "TkCore.dll")
    assert sorted(found["also"]) == ["TkGui.dll", "TkNet.dll", "TkSql.dll", "TkXml.dll"]
    texts = [one["text"] for one in found["evidence"]]
    assert "toolkit/Gui.pyd lacks TkGui.dll and TkCore.dll" in texts
    assert "and 1 more file" in texts


def test_what_packages_of_the_system_bring_is_one_finding_with_one_command(command, tmp_path: Path):
    files = {
        "demo/a.abi3.so": elf(needed=["libX11.so.6", "libc.so.6"]),
        "demo/b.abi3.so": elf(needed=["libxcb-shm.so.0", "libc.so.6"]),
        "demo/c.abi3.so": elf(needed=["libDemoCore.so.1", "libc.so.6"]),
        "demo/d.abi3.so": elf(needed=["libDemoGui.so.1", "libc.so.6"]),
    }
    path = make_wheel(tmp_path, files, tag="cp311-abi3-manylinux_2_28_x86_64")
    (wheel,) = command("check", str(path), "--json", "--profile", "debian-13").json["wheels"]
    nowhere = [one for one in wheel["findings"] if one["code"] == "WL201"]
    assert [{one["subject"], *one["also"]} for one in nowhere] == [
        {"libX11.so.6", "libxcb-shm.so.0"},
        {"libDemoCore.so.1", "libDemoGui.so.1"},
    ]
    (packages,) = (one for one in nowhere[0]["evidence"] if one["kind"] == "packages")
    assert packages["command"] == "sudo apt install libx11-6 libxcb-shm0"


def test_what_a_repairing_tool_renamed_and_some_files_still_ask_for_is_one_finding(command, tmp_path: Path):
    copies = [f"{name}-0123456789abcdef.dll" for name in ("foo", "bar")]
    files = {
        "demo/a.pyd": pe(needs=copies),
        "demo/plugins/foo_plugin.dll": pe(needs=["foo.dll"]),
        "demo/plugins/bar_plugin.dll": pe(needs=["bar.dll"]),
        **{f"demo/{name}": pe() for name in copies},
    }
    (wheel,) = command("check", str(make_wheel(tmp_path, files)), "--json").json["wheels"]
    (found,) = (one for one in wheel["findings"] if one["severity"] == "error")
    assert {found["subject"], *found["also"]} == {"foo.dll", "bar.dll"}
    renamed = {one["name"]: one["path"] for one in found["evidence"] if one["kind"] == "renamed"}
    assert renamed == {"foo.dll": f"demo/{copies[0]}", "bar.dll": f"demo/{copies[1]}"}


@pytest.mark.parametrize(("declared", "severity"), [(True, "note"), (False, "error")])
def test_a_library_that_a_declared_dependency_loads_is_no_error(command, tmp_path: Path, declared, severity):
    files = {"demo/plugins/a.dll": pe(needs=["hdf5.dll"])}
    path = make_wheel(tmp_path, files, requires=["h5py"] if declared else [])
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    (found,) = (one for one in wheel["findings"] if one["subject"] == "hdf5.dll")
    assert found["severity"] == severity


@pytest.mark.parametrize(("asked", "severity"), [(True, "error"), (False, "warning")])
def test_a_repaired_copy_that_no_file_asks_for_fails_no_check(command, tmp_path: Path, asked: bool, severity: str):
    copy = "foo-0123456789abcdef.dll"
    needs = ["KERNEL32.dll", copy] if asked else ["KERNEL32.dll"]
    files = {"demo/a.pyd": pe(needs=needs), f"demo/{copy}": pe(needs=["nowhere_at_all.dll"])}
    (wheel,) = command("check", str(make_wheel(tmp_path, files)), "--json").json["wheels"]
    (found,) = (one for one in wheel["findings"] if one["subject"] == "nowhere_at_all.dll")
    assert found["severity"] == severity


def test_what_a_part_of_the_same_project_may_bring_is_a_warning(command, tmp_path: Path):
    """It was declared and is not at hand, and nothing but its name speaks for it."""
    files = {f"demo/{one}.abi3.so": elf(needed=["libTkCore.so.5", f"libTk{one}.so.5"]) for one in PARTS}
    wheel = make_wheel(tmp_path, files, tag="cp311-abi3-manylinux_2_28_x86_64", requires=("demo-libs>=5", "numpy"))
    ran = command("check", str(wheel), "--profile", "debian-12", "--json")
    found = fits(ran.out)["wheels"][0]["findings"]
    assert {(one["code"], one["severity"]) for one in found} == {("WL201", "warning"), ("WL514", "warning")}
    assert len(found) == 2
    assert ran.status == 0
    assert all("demo-libs" in json.dumps(one) and "numpy" not in json.dumps(one) for one in found)


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({}, "warning"),
        ({"demo/a.py": b"load('lib' + 'SOLVER_mosek')"}, "error"),
        ({"demo/a.py": b"load('libsolver_mosek9.so')"}, "error"),
        ({"demo/a.py": b"class SOLVER_mosekWriter: ..."}, "warning"),  # another word
        ({"demo/other.dll": pe(needs=["solver_mosek.dll"])}, "warning"),
        ({"demo/other.dll": pe(needs=["solver_mosek.dll"]), "demo/a.py": b"CDLL(here / 'other.dll')"}, "error"),
        ({"demo/b.pyd": pe(needs=["solver_mosek.dll"])}, "error"),
    ],
)
def test_a_library_to_which_nothing_in_the_wheel_leads_is_a_plugin(command, tmp_path: Path, more, severity: str):
    files = {**GOOD, "demo/solver_mosek.dll": pe(needs=["mosek64_9_3.dll"]), **more}
    ran = command("check", str(make_wheel(tmp_path, files)), "--json")
    found = {one["severity"] for one in ran.json["wheels"][0]["findings"] if one["code"] == "WL201"}
    assert severity in found
    assert (ran.status, "error" in found) == (int(severity == "error"), severity == "error")


@pytest.mark.parametrize(("declared", "severity"), [("engine", "warning"), ("numpy", "error")])
def test_what_is_sought_where_a_dependency_has_its_files_may_come_with_it(command, tmp_path, declared, severity):
    needs = elf(needed=["libTkCore.so.5", "libGL.so.1"], runpath="$ORIGIN/../engine/lib")
    wheel = make_wheel(tmp_path, {"demo/a.abi3.so": needs}, tag="cp311-abi3-linux_x86_64", requires=(declared,))
    ran = command("check", str(wheel), "--profile", "debian-12", "--json")
    found = {
        one["subject"]: one["severity"] for one in fits(ran.out)["wheels"][0]["findings"] if one["code"] == "WL201"
    }
    assert found == {"libTkCore.so.5": severity, "libGL.so.1": "error"}  # which no wheel brings


def test_what_a_dependency_may_bring_is_told_apart_from_what_nobody_does(command, tmp_path: Path):
    """PySide6's parts share one directory of Qt's libraries; OpenGL is nobody's."""
    files = {
        "PySide6/Qt3D.abi3.so": elf(needed=["libQt6Core.so.6", "libGL.so.1"], runpath="$ORIGIN/Qt/lib"),
        "PySide6/Qt/lib/libQt63D.so.6": elf(needed=["libQt6Core.so.6"], runpath="$ORIGIN"),
    }
    path = make_wheel(tmp_path, files, name="pyside6_addons", tag=LINUX, requires=["PySide6_Essentials==6.12.0"])
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    found = [one for one in wheel["findings"] if one["code"] == "WL201"]
    told = {one["severity"]: {one["subject"], *one["also"]} for one in found}
    assert (len(found), told) == (2, {"error": {"libGL.so.1"}, "warning": {"libQt6Core.so.6"}})
    for one in found:  # neither tells of the other's library
        other = ({"libGL.so.1", "libQt6Core.so.6"} - {one["subject"]}).pop()
        assert other not in one["title"] + " ".join(fact["text"] for fact in one["evidence"] if fact["kind"] != "file")


@pytest.mark.parametrize(
    ("library", "declared", "severity"),
    [
        ("engine2.abi3.dll", "engine2", "warning"),  # shiboken2, of which PySide2's modules have a library
        ("tbx12.dll", "tbx", "warning"),
        ("python311_d.dll", "python-dateutil", "error"),
    ],
)
def test_a_library_with_the_name_of_a_declared_dependency_may_come_with_it(
    command, tmp_path: Path, library: str, declared: str, severity: str
):
    files = {"demo/a.cp311-win_amd64.pyd": pe(needs=[library])}
    (wheel,) = command("check", str(make_wheel(tmp_path, files, requires=[declared])), "--json").json["wheels"]
    assert severity in {one["severity"] for one in wheel["findings"] if one["subject"] == library}


@pytest.mark.parametrize(
    ("wheel", "library", "declared", "severity"),
    [
        ("engine", "tkrs.dll", "enginelibs", "warning"),  # xpresslibs of xpress, whose DLL is xprs
        ("enginelib", "core_tk.dll", "corelib", "warning"),  # eckitlib brings libeckit_geo
        ("engine", "tkrs.dll", "joblib", "error"),
        ("z", "tkrs.dll", "zlib", "error"),  # one letter is no name of a project
    ],
)
def test_a_dependency_called_the_librarys_project_with_lib_may_bring_it(
    command, tmp_path: Path, wheel: str, library: str, declared: str, severity: str
):
    path = make_wheel(tmp_path, {"demo/a.pyd": pe(needs=[library])}, name=wheel, requires=[declared])
    (checked,) = command("check", str(path), "--json").json["wheels"]
    assert severity in {one["severity"] for one in checked["findings"] if one["subject"] == library}


@pytest.mark.parametrize(
    ("marker", "severity"),
    [
        ("", "warning"),
        ("; sys_platform == 'win32' and python_version >= '3.10'", "warning"),
        ("; platform_system == 'Darwin'", "error"),
        ("; platform_machine == 'aarch64'", "error"),
    ],
)
def test_what_is_declared_for_other_platforms_brings_nothing_here(command, tmp_path: Path, marker: str, severity: str):
    """As mlx-metal, which mlx requires on macOS."""
    files = {"demo/a.cp311-win_amd64.pyd": pe(needs=["engine.dll"])}
    path = make_wheel(tmp_path, files, requires=[f"demo-metal{marker}"])
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    assert [one["severity"] for one in wheel["findings"] if one["subject"] == "engine.dll"] == [severity]


@pytest.mark.parametrize(("asked", "told"), [("demo-cpu; extra == 'cpu'", True), ("numpy; extra == 'cpu'", False)])
def test_of_what_only_an_extra_may_bring_it_is_said_who(command, tmp_path: Path, asked: str, told: bool):
    """As mlx' library for Linux, of mlx-cpu: without an extra it does not load."""
    path = make_wheel(tmp_path, {"demo/a.cp311-win_amd64.pyd": pe(needs=["engine.dll"])}, requires=[asked])
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    (found,) = [one for one in wheel["findings"] if one["subject"] == "engine.dll"]
    assert found["severity"] == "error"
    assert any("demo-cpu, which only extras of the wheel ask for" in one["text"] for one in found["evidence"]) is told


@pytest.mark.parametrize(("declared", "severity"), [("demo-libs", "warning"), ("numpy", "error")])
def test_the_visual_cpp_runtime_may_lie_beside_what_a_dependency_brings(command, tmp_path: Path, declared, severity):
    """As PyQt6-Qt6 has it beside Qt's libraries, of which PyQt6 has none."""
    files = {"demo/a.cp311-win_amd64.pyd": pe(needs=["TkCore5.dll", "MSVCP140.dll"])}
    (wheel,) = command("check", str(make_wheel(tmp_path, files, requires=[declared])), "--json").json["wheels"]
    found = {
        name: one["severity"]
        for one in wheel["findings"]
        if one["code"] == "WL201"
        for name in (one["subject"], *one["also"])
    }
    assert found == {"TkCore5.dll": severity, "MSVCP140.dll": severity}


@pytest.mark.parametrize(
    ("directory", "python", "severity"),
    [("plugins/drivers", b"", "warning"), ("bin", b"", "error"), ("plugins/drivers", b"CDLL('driver_db')", "error")],
)
def test_in_a_wheel_of_libraries_a_directory_says_that_it_has_plugins(
    command, tmp_path: Path, directory: str, python: bytes, severity: str
):
    files = {
        "toolkit/bin/TkCore.dll": pe(),
        f"toolkit/{directory}/driver_db.dll": pe(needs=["TkCore.dll", "nobodys_db.dll"]),
        "toolkit/__init__.py": python,
    }
    ran = command("check", str(make_wheel(tmp_path, files, tag="py3-none-win_amd64")), "--json")
    found = {one["subject"]: one["severity"] for one in ran.json["wheels"][0]["findings"] if one["code"] == "WL201"}
    assert found["nobodys_db.dll"] == severity


@pytest.mark.parametrize(
    ("core", "more", "severity"),
    [
        (b"drive_%s.so.%d", {}, "warning"),
        (b"drive_fabric.so", {}, "warning"),
        (b"drive_all.so", {}, "error"),
        (b"drive_fabric.so", {"toolkit/__init__.py": b"CDLL(here / 'drive_fabric.so.3')"}, "error"),
    ],
)
def test_what_a_library_opens_by_itself_fails_no_wheel_of_libraries(command, tmp_path, core, more, severity: str):
    """As NVSHMEM opens the transport of the network that there is, and MKL the part for the MPI that there is."""
    files = {
        "toolkit/lib/libtoolkit_host.so.3": elf(needed=["libc.so.6"], soname="libtoolkit_host.so.3") + core + b"\0",
        "toolkit/lib/drive_fabric.so.3": elf(needed=["libc.so.6", "libnobodys.so.1"], soname="drive_fabric.so.3"),
        **more,
    }
    path = make_wheel(tmp_path, files, name="vendor_toolkit_x12", tag="py3-none-manylinux_2_28_x86_64")
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    found = {(one["code"], one["severity"]) for one in wheel["findings"] if one["subject"] == "libnobodys.so.1"}
    assert found == {("WL201", severity)}
    assert {one["severity"] for one in wheel["findings"] if one["code"] == "WL514"} == {severity}


def test_what_a_library_that_does_not_load_itself_would_open_is_no_plugin(command, tmp_path: Path):
    files = {
        "toolkit/core.dll": pe(needs=["nobodys_core.dll"]) + "\0driver_db.dll\0".encode("utf-16-le"),
        "toolkit/driver_db.dll": pe(needs=["nobodys_db.dll"]),
    }
    (wheel,) = command("check", str(make_wheel(tmp_path, files, tag="py3-none-win_amd64")), "--json").json["wheels"]
    assert "error" in {
        one["severity"] for one in wheel["findings"] if "nobodys_db.dll" in (one["subject"], *one["also"])
    }


@pytest.mark.parametrize(
    ("python", "severity"),
    [
        ({"demo/__init__.py": b"try:\n    from demo import _fast\nexcept ImportError:\n    _fast = None\n"}, "warning"),
        ({"demo/__init__.py": b"from demo import _fast\n"}, "error"),
        ({"demo/tests/a.py": b"try:\n    import demo._fast\nexcept ImportError:\n    pass\n"}, "error"),
        ({}, "error"),  # whoever imports it is elsewhere
    ],
)
def test_a_module_that_python_code_does_without_is_a_warning(command, tmp_path: Path, python, severity: str):
    """As numba's omppool, for those who have an OpenMP."""
    files = {**GOOD, "demo/_fast.cp311-win_amd64.pyd": pe(needs=["nobodys_omp.dll"]), **python}
    ran = command("check", str(make_wheel(tmp_path, files)), "--json")
    found = {one["subject"]: one["severity"] for one in ran.json["wheels"][0]["findings"] if one["code"] == "WL201"}
    assert found == {"nobodys_omp.dll": severity}
    assert ran.status == int(severity == "error")


@pytest.mark.parametrize(
    ("python", "second", "severity"),
    [
        (b"ctypes.CDLL(libs / 'libengine.dll')", pe(), "warning"),
        (b"", pe(), "error"),
        (b"ctypes.CDLL(libs / 'libengine.dll')", pe(needs=["nobodys_other.dll"]), "error"),
    ],
)
def test_a_library_of_which_another_copy_is_loaded_before(command, tmp_path: Path, python, second, severity: str):
    """As in tables: delvewheel made a whole copy in tables.libs, and one beside the modules was left as it was."""
    files = {
        "demo/a.cp311-win_amd64.pyd": pe(needs=["libengine.dll"]),
        "demo/libengine.dll": pe(needs=["nobodys_zip.dll"]),
        "demo.libs/libengine.dll": second,
        "demo/__init__.py": python,
    }
    ran = command("check", str(make_wheel(tmp_path, files)), "--json")
    found = {one["subject"]: one["severity"] for one in ran.json["wheels"][0]["findings"] if one["code"] == "WL201"}
    assert found["nobodys_zip.dll"] == severity


@pytest.mark.parametrize(("named", "severity"), [(b"CDLL(here / 'engine.core.dll')", "warning"), (b"", "error")])
def test_in_a_wheel_of_libraries_the_one_that_code_names_is_what_it_is_for(command, tmp_path, named, severity: str):
    """As Azure's speech recognition, whose part for compressed sound wants GStreamer."""
    files = {
        "demo/engine.core.dll": pe(),
        "demo/engine.codec.dll": pe(needs=["nobodys_gst.dll"]),
        "demo/__init__.py": named,
    }
    path = make_wheel(tmp_path, files, tag="py3-none-win_amd64", name="speech")
    ran = command("check", str(path), "--json")
    found = {one["subject"]: one["severity"] for one in ran.json["wheels"][0]["findings"] if one["code"] == "WL201"}
    assert found == {"nobodys_gst.dll": severity}


@pytest.mark.parametrize(("main", "severity"), [("demo.dll", "warning"), ("engine.dll", "error")])
def test_in_a_wheel_of_libraries_the_one_with_its_name_is_what_it_is_for(command, tmp_path, main: str, severity: str):
    """As libtbb is of tbb, whose libtbbbind does something only where hwloc is."""
    files = {f"demo/bin/{main}": pe(), "demo/bin/demobind.dll": pe(needs=["nobodys.dll"])}
    ran = command("check", str(make_wheel(tmp_path, files, tag="py3-none-win_amd64")), "--json")
    found = {one["subject"]: one["severity"] for one in ran.json["wheels"][0]["findings"] if one["code"] == "WL201"}
    assert found == {"nobodys.dll": severity}


@pytest.mark.parametrize("tag", ["py3-none-any", "py3-none-win_amd64", LINUX])
def test_an_assembly_of_dotnet_for_any_processor_is_no_native_code(command, tmp_path: Path, tag: str):
    """pythonnet is such a wheel. One that has code for a processor beside .NET's is that processor's."""
    for flags, found in ((1, False), (3, True), (0, True)):
        files = {"demo/runtime/Demo.Runtime.dll": pe(machine="x86", dotnet=flags)}
        path = make_wheel(tmp_path, files, tag=tag, pure=tag.endswith("any"), name=f"demo{flags}")
        (wheel,) = command("check", str(path), "--json").json["wheels"]
        assert ("WL512" in {one["code"] for one in wheel["findings"]}) == found


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("cp36-cp36m-manylinux_2_17_x86_64", "a.cpython-36m-x86_64-linux-gnu.so"),
        ("cp310-cp310-musllinux_1_1_x86_64", "a.cpython-310-x86_64-linux-gnu.so"),
    ],
)
def test_modules_of_older_pythons_are_judged(command, tmp_path: Path, tag: str, name: str):
    path = make_wheel(tmp_path, {f"demo/{name}": elf(needed=["libnowhere.so.1"])}, tag=tag)
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    assert {one["fails"][0] for one in wheel["targets"]} == {f"demo/{name}"}


def test_modules_for_one_python_each_are_judged_on_theirs_in_a_wheel_for_any(command, tmp_path: Path):
    """As cefpython3's, whose code takes the one of its Python."""
    files = {f"demo/demo_py{one}.pyd": pe(needs=[f"python{one}.dll", "KERNEL32.dll"]) for one in (27, 38, 39)}
    files["demo/lib.dll"] = pe()
    (wheel,) = command("check", str(make_wheel(tmp_path, files, tag="py3-none-win_amd64")), "--json").json["wheels"]
    assert [(one["code"], one["severity"]) for one in wheel["findings"]] == [("WL513", "warning")]
    assert "CPython 2.7, 3.8 and 3.9, and the wheel is tagged for any (py3-none)" in wheel["findings"][0]["title"]
    assert {one["python"]: one["loads"] for one in wheel["targets"]} == {
        "3.8": ["demo/demo_py38.pyd", "demo/lib.dll"],
        "3.9": ["demo/demo_py39.pyd", "demo/lib.dll"],
    }


def test_no_macos_of_today_is_asked_about_32_bit_code(command, tmp_path: Path):
    wheel = make_wheel(tmp_path, {"demo/a.dylib": macho(machine="x86_64", name="a")}, tag="py3-none-macosx_10_6_intel")
    ran = command("check", str(wheel))
    assert "macos-15 x86_64" in ran.out
    assert " x86 " not in ran.out
    assert "WL512" not in ran.out


def test_a_declared_dependency_at_hand_is_installed_with_it(command, tmp_path: Path):
    user = {"user/a.abi3.so": elf(needed=["libprovided.so.1"], runpath="$ORIGIN/../provider")}
    provider = {"provider/libprovided.so.1": elf(soname="libprovided.so.1")}
    path = make_wheel(tmp_path, user, name="user", tag=LINUX, requires=["provider>=1; python_version > '3'"])
    verdict = command("check", str(path), "--json").json["wheels"][0]
    assert all(one["fails"] for one in verdict["targets"])
    assert verdict["assumes"] == ["declared and not at hand, so not looked at: provider"]
    make_wheel(tmp_path, provider, name="provider", tag=LINUX)
    verdict = command("check", str(path), "--json").json["wheels"][0]
    assert all(one["loads"] for one in verdict["targets"])
    assert verdict["assumes"] == ["installed with it, from the wheels at hand: provider 1.0"]


TAKES = elf(needed=["libc.so.6"], undefined=["nk_configure_thread"])


def test_a_symbol_that_a_dependency_loaded_first_defines_is_assumed(command, tmp_path: Path):
    """As usearch's, which loads numkong with RTLD_GLOBAL before its own module."""
    files = {"user/a.abi3.so": TAKES}
    path = make_wheel(tmp_path, files, name="user", tag=LINUX, requires=["provider"])
    verdict = command("check", str(path), "--json").json["wheels"][0]
    (finding,) = verdict["findings"]
    assert (finding["code"], finding["severity"], finding["subject"]) == ("WL301", "warning", "nk_configure_thread")
    assert "provider, which the wheel declares to need, may define that" in finding["evidence"][-1]["text"]
    provider = {"provider/b.abi3.so": elf(exports=["nk_configure_thread"])}
    make_wheel(tmp_path, provider, name="provider", tag=LINUX)
    verdict = command("check", str(path), "--json").json["wheels"][0]
    assert verdict["findings"] == []
    assert all(one["loads"] for one in verdict["targets"])
    assert "loads what is in it, before 1 of its files: user/a.abi3.so" in verdict["assumes"][-1]


def test_a_symbol_that_nobody_can_define_fails_the_wheel(command, tmp_path: Path):
    ran = command("check", str(make_wheel(tmp_path, {"demo/a.abi3.so": TAKES}, tag=LINUX)), "--json")
    (finding,) = ran.json["wheels"][0]["findings"]
    assert (ran.status, finding["code"], finding["severity"]) == (1, "WL301", "error")


def test_a_program_of_the_wheel_loads_what_takes_its_symbols(command, tmp_path: Path):
    """As PostgreSQL's languages, which no Python code loads."""
    program = elf(exports=["nk_configure_thread"], flags_1=0x08000000, interpreter="/lib64/ld-linux-x86-64.so.2")
    files = {"demo/a.abi3.so": elf(), "demo/bin/host": program, "demo/ext.abi3.so": TAKES}
    (wheel,) = command("check", str(make_wheel(tmp_path, files, tag=LINUX)), "--json").json["wheels"]
    assert (wheel["verdict"], wheel["findings"]) == ("passes", [])


def test_a_library_takes_symbols_of_what_the_module_brings_that_needs_it(command, tmp_path: Path):
    """As cvxopt's GSL of its BLAS, neither of which names the other; the BLAS needs what the module's RPATH finds."""
    files = {
        "demo/a.abi3.so": elf(needed=["libgsl.so", "libblas.so"], rpath="$ORIGIN/../demo.libs"),
        "demo.libs/libgsl.so": elf(undefined=["nk_configure_thread"]),
        "demo.libs/libblas.so": elf(exports=["nk_configure_thread"], needed=["libquadmath.so"]),
        "demo.libs/libquadmath.so": elf(),
        "demo/libalone.so": elf(undefined=["nk_something_else"]),
        "demo/__init__.py": b'CDLL("libalone.so")',
    }
    (wheel,) = command("check", str(make_wheel(tmp_path, files, tag=LINUX)), "--json").json["wheels"]
    (finding,) = [one for one in wheel["findings"] if one["code"] == "WL301"]
    assert (finding["subject"], finding["severity"]) == ("nk_something_else", "error")


def test_a_library_of_the_wheel_that_cannot_be_loaded_first_leaves_a_warning(command, tmp_path: Path):
    host = elf(exports=["nk_configure_thread"], needed=["libgone.so"])
    files = {"demo/libhost.so": host, "demo/ext.abi3.so": TAKES}
    (wheel,) = command("check", str(make_wheel(tmp_path, files, tag=LINUX)), "--json").json["wheels"]
    (finding,) = [one for one in wheel["findings"] if one["code"] == "WL301"]
    assert finding["severity"] == "warning"
    assert "libhost.so, installed with it, defines that" in finding["evidence"][-1]["text"]


@pytest.mark.parametrize(("version", "installed"), [("6.12.1", True), ("6.11.2", False)])
def test_a_wheel_at_hand_of_another_version_than_is_declared_is_not_installed(command, tmp_path, version, installed):
    user = {"user/a.abi3.so": elf(needed=["libprovided.so.1"], runpath="$ORIGIN/../provider")}
    path = make_wheel(tmp_path, user, name="user", tag=LINUX, requires=["provider (>=6.12.0, <6.13.0)"])
    provider = {"provider/libprovided.so.1": elf(soname="libprovided.so.1")}
    make_wheel(tmp_path, provider, name="provider", version=version, tag=LINUX)
    verdict = command("check", str(path), "--json").json["wheels"][0]
    assert all(bool(one["loads"]) == installed for one in verdict["targets"])
    assert ("installed with it" in verdict["assumes"][0]) == installed


FOR_TORCH = {
    "demo/_demo.abi3.so": elf(),
    "demo/torch_ops.so": elf(needed=["libtorch.so", "libcudart.so.12"]),
    "demo/ml/__init__.py": b"import os\n",
}
IMPORTS_IT = b'import torch as _torch\n_torch.ops.load_library("torch_ops.so")\n'


@pytest.mark.parametrize(
    ("code", "requires", "severity"),
    [
        ({"demo/ml/torch.py": IMPORTS_IT}, (), "warning"),
        ({"demo/ml/torch.py": IMPORTS_IT}, ("torch; extra == 'ml'",), "warning"),
        ({"demo/ml/torch.py": b'load("torch_ops.so")'}, (), "error"),
        ({"demo/ml/torch.py": IMPORTS_IT, "demo/__init__.py": b'CDLL("torch_ops.so")'}, (), "error"),
    ],
)
def test_a_part_for_a_package_that_is_not_declared_is_optional_where_code_imports_that_first(
    command, tmp_path: Path, code, requires, severity
):
    """As open3d's operations for PyTorch."""
    path = make_wheel(tmp_path, {**FOR_TORCH, **code}, tag=LINUX, requires=requires)
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    about = [one for one in wheel["findings"] if one["code"] == "WL201"]
    assert {one["severity"] for one in about} == {severity}
    bundled = {one["severity"] for one in wheel["findings"] if one["code"] == "WL514"}
    assert bundled == {severity}


def test_what_an_extra_asks_for_brings_an_optional_part(command, tmp_path: Path):
    """As tensorflow-io-gcs-filesystem's, whose code loads it without a word of TensorFlow."""
    files = {"demo/libdemo.so": elf(needed=["libtensorflow_framework.so.2"]), "demo/__init__.py": b'load("libdemo.so")'}
    for requires, severity in ((["tensorflow<2.17; extra == 'tensorflow'"], "warning"), ([], "error")):
        path = make_wheel(tmp_path, files, tag="py3-none-manylinux_2_28_x86_64", requires=requires)
        (wheel,) = command("check", str(path), "--json").json["wheels"]
        assert {one["severity"] for one in wheel["findings"] if one["code"] == "WL201"} == {severity}


@pytest.mark.parametrize(
    ("code", "severity"), [(b'env["LD_PRELOAD"] = "libjemalloc.so"', "warning"), (b'CDLL("libjemalloc.so")', "error")]
)
@pytest.mark.oracle("gcc")
def test_what_is_preloaded_has_its_static_tls(command, tmp_path: Path, code: bytes, severity: str):
    """As ray's jemalloc, too large for what is left once a process has started."""
    source = '__thread char much[1 << 20] __attribute__((tls_model("initial-exec"))); char *get(void) { return much; }'
    files = {"demo/libjemalloc.so": SharedObject(source=source).bytes(), "demo/run.py": code}
    (wheel,) = command("check", str(make_wheel(tmp_path, files, tag="py3-none-linux_x86_64")), "--json").json["wheels"]
    assert [one["severity"] for one in wheel["findings"] if one["code"] == "WL602"] == [severity]


def test_plugins_that_lack_what_is_bought_fail_no_wheel_for_linux_either(command, tmp_path: Path):
    files = {"demo/a.abi3.so": elf(), "demo/libsolver_mosek.so": elf(needed=["libmosek64.so.9"])}
    ran = command("check", str(make_wheel(tmp_path, files, tag=LINUX)), "--json")
    assert ran.status == 0
    assert {one["code"] for one in ran.json["wheels"][0]["findings"]} == {"WL201", "WL514"}


@pytest.mark.parametrize(("declared", "status"), [("cuda-toolkit[cudart]==13.0.3", 0), ("cuda-toolkit==13.0.3", 1)])
def test_what_the_extras_of_a_meta_package_install_is_declared(command, tmp_path: Path, declared: str, status: int):
    """As torch's wheels: a module needs the runtime, and a plugin that nothing leads to the driver's library."""
    files = {
        "demo/a.abi3.so": elf(needed=["libcudart.so.13"]),
        "demo/libcaffe2_plugin.so": elf(needed=["libcudart.so.13", "libcuda.so.1"]),
    }
    ran = command("check", str(make_wheel(tmp_path, files, tag=LINUX, requires=[declared])), "--json")
    assert ran.status == status
    (about,) = [one for one in ran.json["wheels"][0]["findings"] if one["code"] == "WL514" and "driver" in one["title"]]
    assert (about["severity"], about["subject"]) == ("warning", "demo/libcaffe2_plugin.so")


def test_a_missing_gpu_runtime_of_an_optional_library_is_a_warning(command, tmp_path: Path):
    files = {"demo/lib_cpu.dll": pe(), "demo/lib_cuda12.dll": pe(needs=["cudart64_12.dll"])}
    ran = command("check", str(make_wheel(tmp_path, files, tag="py3-none-win_amd64")))
    assert (ran.status, "warning[WL201]: cudart64_12.dll" in ran.out) == (0, True)
    alone = {"demo/llama.dll": pe(needs=["cudart64_12.dll"])}
    ran = command("check", str(make_wheel(tmp_path, alone, name="alone", tag="py3-none-win_amd64")))
    assert (ran.status, "error[WL201]: cudart64_12.dll" in ran.out) == (1, True)


@pytest.mark.parametrize(("other", "status", "severity"), [("KERNEL32.dll", 0, "note"), ("impi.dll", 1, "error")])
def test_of_several_builds_of_a_module_one_must_load(command, tmp_path: Path, other: str, status: int, severity: str):
    builds = {
        "demo/MPI.ms.cp311-win_amd64.pyd": pe(needs=["msmpi.dll"]),
        "demo/MPI.x.cp311-win_amd64.pyd": pe(needs=[other]),
    }
    ran = command("check", str(make_wheel(tmp_path, builds)), "--json")
    found = {one["severity"] for one in ran.json["wheels"][0]["findings"] if one["code"] == "WL201"}
    assert (ran.status, found) == (status, {severity})


FORMATS = ([], ["--json"], ["--jsonl"], ["--format", "markdown"], ["--format", "html"], ["--format", "sarif"])


@pytest.mark.parametrize("how", FORMATS, ids=lambda how: how[-1].strip("-") if how else "terminal")
def test_what_was_left_out_for_its_size_is_said_in_every_format(command, tmp_path: Path, monkeypatch, how: list[str]):
    monkeypatch.setattr("wontload.wheels.unpacking.MOST_HASHED_BYTES", 4000)
    path = make_wheel(tmp_path, {**GOOD, "demo/large.bin": bytes(5000)})
    assert "large.bin" in command("check", str(path), *how).out
    assert "large.bin" not in command("check", str(path), "--thorough", *how).out


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_each_hash_that_installers_take_is_held_against_the_file(command, tmp_path: Path, algorithm: str):
    content = GOOD["demo/a.cp311-win_amd64.pyd"]
    for right in (True, False):
        value = base64.urlsafe_b64encode(hashlib.new(algorithm, content if right else b"").digest()).rstrip(b"=")
        record = f"demo/a.cp311-win_amd64.pyd,{algorithm}={value.decode()},{len(content)}\n"
        path = make_wheel(tmp_path, GOOD, record=record)
        found = command("check", str(path), "--json").json["wheels"][0]["findings"]
        told = next(one for one in found if one["code"] == "WL515")
        said = any("is not the file whose hash" in one["text"] for one in told["evidence"])
        assert said is not right


def test_of_large_gpu_code_the_first_is_listed_and_the_rest_said_to_be_missing(command, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("wontload.wheels.unpacking.LARGE_BYTES", 1000)
    monkeypatch.setattr("wontload.wheels.unpacking.LISTED_BYTES", 1000)
    code = b"".join(fatbin(fatbin_entry(2, target, payload=bytes(3000))) for target in (75, 80, 86, 89))
    path = make_wheel(tmp_path, {"demo/plain.dll": pe_with({".nv_fatbin": code})}, tag="py3-none-win_amd64")
    (wheel,) = command("check", str(path), "--json").json["wheels"]
    (row,) = wheel["gpu_code"]
    assert (row["native"], row["complete"]) == (["sm_75", "sm_80", "sm_86"], False)
    assert [(one["check"], one["files"]) for one in wheel["skipped"]] == [("gpu-code", ["demo/plain.dll"])]
    (wheel,) = command("check", str(path), "--json", "--thorough").json["wheels"]
    assert wheel["gpu_code"][0] == {**row, "native": ["sm_75", "sm_80", "sm_86", "sm_89"], "complete": True}
    assert wheel["skipped"] == []


@pytest.mark.parametrize(("fail_on", "status"), [("error", 0), ("warning", 1), ("never", 0)])
def test_fail_on_says_which_findings_count(command, tmp_path: Path, fail_on: str, status: int):
    path = make_wheel(tmp_path, {"demo/msvcp140.dll": pe()})
    ran = command("check", str(path), "--fail-on", fail_on)
    assert (ran.status, "--fail-on warning fails 1" in ran.out) == (status, fail_on == "warning")


def test_a_baseline_lets_known_findings_pass_and_no_others(command, tmp_path: Path):
    path, baseline = make_wheel(tmp_path, BAD), str(tmp_path / "known.json")
    assert command("check", str(path), "--write-baseline", baseline).status == 1
    ran = command("check", str(path), "--baseline", baseline)
    assert (ran.status, "(in the baseline)" in ran.out) == (0, True)
    assert "1 wheel has only what the baseline knows" in ran.out
    other = make_wheel(tmp_path, {"demo/a.pyd": pe(needs=["another.dll"])}, version="2.0")
    assert command("check", str(other), "--baseline", baseline).status == 1


@pytest.mark.parametrize("lines", [["--jsonl"], ["--resume", "done.jsonl"]])
@pytest.mark.parametrize("other", [["-o", "x.json"], ["--write-baseline", "x"], ["--format", "sarif"]])
def test_lines_are_no_report(complaint, tmp_path: Path, lines: list[str], other: list[str]):
    said = complaint(2, "check", str(make_wheel(tmp_path, GOOD)), *lines, *other)
    assert f"{lines[0]} writes a line for each wheel, and {other[0]}" in said


def test_a_baseline_that_is_not_there(complaint, tmp_path: Path):
    said = complaint(2, "check", str(make_wheel(tmp_path, GOOD)), "--baseline", "nowhere")
    assert "the baseline nowhere cannot be read: No such file or directory." in said


def test_a_pattern_that_no_shell_has_expanded(command, tmp_path: Path):
    make_wheel(tmp_path, GOOD)
    assert command("check", str(tmp_path / "dem*.whl"), "--json").json["wheels"][0]["name"] == "demo"


def test_it_goes_on_where_it_was_broken_off(command, tmp_path: Path):
    make_wheel(tmp_path, GOOD)
    make_wheel(tmp_path, BAD, name="broken")
    done = tmp_path / "done.jsonl"
    assert command("check", str(tmp_path), "--resume", str(done)).status == 1
    lines = done.read_text().splitlines()
    done.write_text(lines[0] + "\n" + lines[1][:50])  # the second line was cut off
    ran = command("check", str(tmp_path), "--resume", str(done), "--jsonl")
    assert (ran.status, [json.loads(line)["name"] for line in ran.out.splitlines()]) == (1, ["demo"])
    assert [json.loads(line)["name"] for line in done.read_text().splitlines()] == ["broken", "demo"]
    ran = command("check", str(tmp_path), "--resume", str(done), "--jsonl")
    assert (ran.status, ran.out) == (1, "")


def test_parts_of_a_project_that_is_fetched_are_fetched_as_well(command, tmp_path: Path, monkeypatch):
    """As polars', whose native code is in polars-runtime-32; what it requires of others is left alone."""
    offered, libc = tmp_path / "offered", elf(needed=["libc.so.6"])
    offered.mkdir()
    requires = ["demo-runtime-32==1.0", "demo-gone<2", "other", "demo-extra; extra == 'all'"]
    make_wheel(offered, {"demo/__init__.py": b""}, tag="py3-none-any", pure=True, requires=requires)
    for name in ("demo_runtime_32", "other", "demo_extra"):
        make_wheel(offered, {f"_{name}/a.abi3.so": libc}, name=name, tag="cp310-abi3-manylinux_2_17_x86_64")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(offered))
    main, runtime = command("check", "demo==1.0", "--json").json["wheels"]
    assert (main["name"], runtime["name"]) == ("demo", "demo_runtime_32")
    assert main["assumes"] == [
        "installed with it, from the wheels at hand: demo_runtime_32 1.0",
        "declared and not at hand, so not looked at: demo-gone, other",
    ]
    assert all(one["loads"] for one in runtime["targets"])


def test_several_processes_give_the_answers_of_one(command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(7):
        make_wheel(tmp_path, BAD if number % 3 else GOOD, name=f"demo{number}")
    several = command("check", str(tmp_path), "--json").json
    monkeypatch.setattr("wontload.app.workers.FEWEST_LONG_TASKS", 100)
    assert command("check", str(tmp_path), "--json").json == several


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing-here"], "no wheel, no directory and no NAME==VERSION"),
        (["."], "no wheel in"),
        (["demo==1.0", "--offline"], "--offline forbids"),
        (["x.whl", "--profile", "windows-95"], "no profile"),
        (["x.whl", "--baseline", "none.json"], "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(complaint, arguments: list[str], words: str):
    assert words in complaint(2, "check", *arguments)


def test_a_wheel_that_is_not_there_is_an_answer(command):
    ran = command("check", "gone-1.0-py3-none-any.whl")
    assert (ran.status, "could not be read" in ran.out) == (4, True)


def test_markdown_names_each_wheel_and_keeps_hostile_names_apart(command, tmp_path: Path):
    files = {"demo/<script>@you.dll": pe(needs=["a|b`c.dll"])}
    ran = command("check", str(make_wheel(tmp_path, files)), "--format", "markdown")
    assert ran.status == 1
    assert "demo-1.0-cp311-cp311-win_amd64.whl" in ran.out
    assert "<script>" not in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="the steps are for bash")
def test_the_steps_of_the_github_action_run(tmp_path: Path):
    """The script of its second step, as a runner would start it, with the first step's outcome in its place."""
    script = step_of("Check")
    make_wheel(tmp_path, BAD)
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "WONTLOAD_WHEELS": ".",
        "WONTLOAD_PROFILES": "windows-11 windows-10",
        "WONTLOAD_FAIL_ON": "error",
        "WONTLOAD_BASELINE": "",
        "WONTLOAD_SARIF": "found.sarif",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }
    ran = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert "windows-10 x86_64" in ran.stdout
    assert "WL201" in (tmp_path / "summary.md").read_text()
    assert json.loads((tmp_path / "found.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "output").read_text() == "sarif=found.sarif\n"


def step_of(name: str) -> str:
    """The shell script of one step of action.yml: the block behind its `run: |`, without the indentation."""
    text = (ROOT / "action.yml").read_text()
    block = text.partition(f"- name: {name}\n")[2].partition("run: |\n")[2].partition("\n    - name:")[0]
    return "\n".join(line[8:] for line in block.splitlines())


def test_the_pre_commit_hook_names_a_command_that_there_is(command, tmp_path: Path):
    entry = next(line for line in (ROOT / ".pre-commit-hooks.yaml").read_text().splitlines() if "entry:" in line)
    words = entry.partition("entry: ")[2].split()
    assert words[0] == "wontload"
    assert command(*words[1:], str(make_wheel(tmp_path, GOOD))).status == 0


def test_an_archive_made_to_do_harm_is_named_and_the_others_are_checked(command, tmp_path: Path):
    path = make_wheel(tmp_path, GOOD)
    with zipfile.ZipFile(tmp_path / "evil-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("../../evil", b"x")
    ran = command("check", str(tmp_path))
    assert ran.status == 4
    assert "'../../evil'" in ran.out
    assert f"{path.name} passes" in ran.out
