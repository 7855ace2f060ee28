"""Which installed native files would not load, judged on machines that are values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.loader.macos_machine import macho
from tests.support.images import elf
from tests.support.machines import LINUX_SITE, SITE, broken, dll, linux, so, windows
from tests.support.schemas import check as check_schema
from wontload.app.checkup import CheckedFile, Checker, Standing
from wontload.app.doctor import STANDARD_LIBRARY, Checkup, doctor
from wontload.app.places import saved_machine
from wontload.binary import Defect, parse_image
from wontload.machine import Inventory, Machine, System
from wontload.machine.inventory import Distribution, RecordedFile, Toolkit
from wontload.machine.live import content_of
from wontload.machine.memory import MemoryFiles
from wontload.report.doctor import render_doctor, why_of
from wontload.report.doctor_document import doctor_document
from wontload.report.doctor_json import doctor_to_json
from wontload.report.html import render_html
from wontload.report.screen import Terminal

CUDA = r"C:\CUDA\v12.4\bin"
SUFFIXES = {
    "linux": (".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"),
    "macos": (".cpython-311-darwin.so", ".abi3.so", ".so"),
    "windows": (".cp311-win_amd64.pyd", ".pyd"),
}
CORE = f"{LINUX_SITE}/pkg/core.cpython-311-x86_64-linux-gnu.so"


def distribution(machine: Machine, name: str, *paths: str, **fields: Any) -> Distribution:
    site = SITE if machine.system.name == "windows" else LINUX_SITE
    files = tuple(RecordedFile(path=path, present=machine.files.kind(path).value == "file") for path in (*paths,))
    return Distribution(name=name, version="1.0", location=site, files=files, **fields)


def check(
    machine: Machine,
    packages: Mapping[str, tuple[str, ...]],
    requires: Mapping[str, str] | None = None,
    tags: tuple[str, ...] = (),
    **inventory: Any,
) -> Checkup:
    """The checkup of a machine on which these distributions have these files."""
    assert machine.python is not None
    suffixes = SUFFIXES[machine.system.name]
    distributions = tuple(
        distribution(machine, name, *paths, requires=tuple((requires or {}).get(name, "").split()), tags=tags)
        for name, paths in packages.items()
    )
    made = replace(
        machine,
        python=replace(machine.python, extension_suffixes=suffixes),
        inventory=Inventory(distributions=distributions, **inventory),
    )
    return doctor(machine=made)


def files(checkup: Checkup, name: str) -> dict[str, CheckedFile]:
    (package,) = [one for one in checkup.packages or () if one.name == name]
    return {one.path.replace("\\", "/").rsplit("/", 1)[-1]: one for one in package.files}


def test_all_is_well():
    found = check(linux({CORE: so("libc.so.6")}), {"pkg": (CORE,)})
    assert found.verdict == "loads"
    assert found.packages is not None
    assert [(one.name, one.verdict, len(one.files)) for one in found.packages] == [("pkg", "loads", 1)]


def test_extension_modules_that_all_fail_are_a_broken_package():
    found = check(linux({CORE: so("libmpi.so.12")}), {"pkg": (CORE,)})
    (core,) = files(found, "pkg").values()
    assert (found.verdict, core.standing, core.extension, core.damaged) == ("fails", Standing.FAILS, True, False)
    assert [one.name for one in core.result.failed] == ["libmpi.so.12"]


def test_what_it_requires_is_there_and_does_not_count_as_missing():
    """As torchvision beside a torch of another CUDA: torch's own libraries are no part of what is wrong."""
    torch = f"{LINUX_SITE}/torch/lib/libtorch.so"
    machine = linux({CORE: so("libtorch.so", "libcudart.so.12"), torch: so(soname="libtorch.so")})
    found = check(machine, {"pkg": (CORE,), "torch": (torch,)}, requires={"pkg": "torch"})
    (core,) = files(found, "pkg").values()
    assert core.standing is Standing.FAILS
    assert [one.name for one in core.result.failed] == ["libcudart.so.12"]


def test_one_of_several_may_be_a_plugin_that_nobody_misses():
    plugin = f"{LINUX_SITE}/pkg/plugin.abi3.so"
    found = check(linux({CORE: so("libc.so.6"), plugin: so("libtbb.so.12")}), {"pkg": (CORE, plugin)})
    assert found.verdict == "undetermined"
    assert files(found, "pkg")["plugin.abi3.so"].standing is Standing.FAILS


@pytest.mark.parametrize(("needed", "verdict"), [("libc.so.6", "loads"), ("libmpi.so.12", "fails")])
def test_of_several_builds_of_a_module_one_is_enough(needed: str, verdict: str):
    builds = {
        f"{LINUX_SITE}/pkg/MPI.{name}.abi3.so": so(library)
        for name, library in (("one", needed), ("two", "libmpi.so.40"))
    }
    found = check(linux(builds), {"pkg": tuple(builds)})
    assert (found.verdict, len(files(found, "pkg"))) == (verdict, 2)
    ailing = doctor_to_json(found)["packages"][0]["ailing"]
    assert len(ailing) == (0 if verdict == "loads" else 2)


@pytest.mark.parametrize("content", [None, "gone", "damaged"])
def test_a_file_that_is_gone_or_damaged_is_no_plugin(content: str | None):
    library = f"{LINUX_SITE}/pkg.libs/libz.so.1"
    contents = {CORE: so("libc.so.6")}
    if content == "damaged":
        contents[library] = broken(Defect.EMPTY, library)
    elif content is None:
        contents[library] = so("libc.so.6")
    found = check(linux(contents), {"pkg": (CORE, library)})
    assert found.verdict == ("loads" if content is None else "fails")
    assert files(found, "pkg")["libz.so.1"].damaged is (content is not None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "it was installed, and is not there any more"),
        (so("libc.so.6", architecture="aarch64"), "it is built for aarch64, and this Python is for x86_64"),
        (broken(Defect.NOT_NATIVE, CORE, content="html"), str(broken(Defect.NOT_NATIVE, CORE, content="html").what)),
        (so("libgone.so.1"), "needs libgone.so.1: not found"),
    ],
)
def test_what_the_file_itself_is_stands_before_the_loaders_words(content, told: str):
    found = check(linux({} if content is None else {CORE: content}), {"pkg": (CORE,)})
    assert found.verdict == "fails"
    assert why_of(files(found, "pkg")[CORE.rpartition("/")[2]]) == told


@pytest.mark.parametrize("architecture", ["arm64x", "arm64ec", "aarch64"])
def test_a_dll_for_two_processors_is_not_called_unfit(architecture: str):
    module = f"{SITE}\\pkg\\_c.pyd"
    found = check(windows({module: dll("gone.dll", architecture=architecture)}), {"pkg": (module,)})
    assert why_of(files(found, "pkg")["_c.pyd"]).startswith("it is built" if architecture == "aarch64" else "needs")


def test_what_a_snapshot_does_not_hold_is_neither_gone_nor_damaged():
    other = f"{LINUX_SITE}/other/core.abi3.so"
    files_of = MemoryFiles({CORE: so("libc.so.6")}, windows=False, complete=())
    found = check(replace(linux(), files=files_of), {"pkg": (CORE,), "other": (other,)})
    (unknown,) = files(found, "other").values()
    assert (unknown.standing, unknown.saved, unknown.damaged) == (Standing.UNDETERMINED, False, False)
    assert files(found, "pkg")[CORE.rpartition("/")[2]].saved
    assert why_of(unknown) == "not in this snapshot; one that is made without a target holds all"


def test_directories_of_the_package_itself_are_its_own_business():
    """delvewheel and torch add them before they import: so do most wheels on Windows."""
    core, library = SITE + r"\pkg\core.cp311-win_amd64.pyd", SITE + r"\pkg.libs\foo-1234.dll"
    found = check(windows({core: dll("foo-1234.dll"), library: dll()}), {"pkg": (core, library)})
    assert found.verdict == "loads"


@pytest.mark.parametrize(("requires", "verdict"), [("torch", "loads"), ("", "undetermined")])
def test_directories_of_what_it_requires(requires: str, verdict: str):
    c10 = f"{LINUX_SITE}/torch/lib/libc10.so"
    found = check(
        linux({CORE: so("libc10.so"), c10: so("libc.so.6")}),
        {"pkg": (CORE,), "Torch": (c10,)},
        {"pkg": requires},
    )
    (core,) = files(found, "pkg").values()
    assert (found.verdict, core.standing.value) == (verdict, verdict)
    assert core.elsewhere == (() if requires else (f"{LINUX_SITE}/torch/lib",))


def test_what_a_toolkit_has_is_known_and_not_relied_on():
    core = SITE + r"\pkg\core.pyd"
    toolkit = Toolkit(kind="cuda", version="12.4", directory=r"C:\CUDA\v12.4", libraries=(CUDA,))
    machine = windows({core: dll("cudart64_12.dll"), CUDA + r"\cudart64_12.dll": dll()})
    found = check(machine, {"pkg": (core,)}, toolkits=(toolkit,))
    (file,) = files(found, "pkg").values()
    assert (found.verdict, file.standing, file.elsewhere) == ("undetermined", Standing.UNDETERMINED, (CUDA,))


def test_help_that_needs_help():
    """What lies elsewhere needs something in turn, which is nowhere: then it does not help."""
    a = f"{LINUX_SITE}/pkg.libs/liba.so"
    found = check(linux({CORE: so("liba.so"), a: so("libb.so")}), {"pkg": (CORE, a)})
    assert files(found, "pkg")[CORE.rsplit("/", 1)[-1]].standing is Standing.FAILS


LLAMA = SITE + r"\llama_cpp\lib\llama.dll"


@pytest.mark.parametrize(("path", "verdict"), [((), "fails"), ((CUDA,), "loads")])
def test_a_load_whose_flags_are_known_is_judged_by_them(path: tuple[str, ...], verdict: str):
    """The case that started it: winmode=0 looks on PATH, and ignores what the package adds."""
    environment = {"CUDA_PATH": r"C:\CUDA\v12.4", "PATH": ";".join((r"C:\Windows\System32", *path))}
    machine = windows({LLAMA: dll("cudart64_12.dll"), CUDA + r"\cudart64_12.dll": dll()}, environment=environment)
    found = check(machine, {"llama_cpp_python": (LLAMA,)})
    (file,) = files(found, "llama_cpp_python").values()
    assert (found.verdict, file.mode, file.known) == (verdict, "legacy", True)


GIVER = f"{LINUX_SITE}/giver/giver.cpython-311-x86_64-linux-gnu.so"
GSL, BLAS = f"{LINUX_SITE}/pkg.libs/libgsl.so", f"{LINUX_SITE}/pkg.libs/libblas.so"


@pytest.mark.parametrize(("requires", "verdict"), [("giver", "loads"), ("", "fails")])
def test_symbols_of_a_library_of_what_it_requires_that_is_loaded_first(requires: str, verdict: str):
    """As usearch's module takes numkong's."""
    contents = {CORE: so("libc.so.6", takes=["nk_run"]), GIVER: so("libc.so.6", exports=["nk_run"])}
    found = check(linux(contents), {"pkg": (CORE,), "giver": (GIVER,)}, requires={"pkg": requires})
    assert files(found, "pkg")[CORE.rsplit("/", 1)[-1]].standing.value == verdict


def test_symbols_of_what_the_module_brings_that_needs_the_library():
    """As cvxopt's GSL takes those of its BLAS."""
    quadmath = f"{LINUX_SITE}/pkg.libs/libquadmath.so"
    libraries = {GSL: so(takes=["cblas_run"]), BLAS: so("libquadmath.so", exports=["cblas_run"]), quadmath: so()}
    core = so("libgsl.so", "libblas.so", rpath=("$ORIGIN/../pkg.libs",))  # for what those need as well
    found = check(linux({CORE: core, **libraries}), {"pkg": (CORE, *libraries)})
    assert found.verdict == "loads"
    assert {one.standing for one in files(found, "pkg").values()} == {Standing.LOADS}


@pytest.mark.parametrize(("directory", "verdict"), [("pgsql/bin", "loads"), ("elsewhere/bin", "fails")])
def test_symbols_of_a_program_beside_the_library_that_loads_it(directory: str, verdict: str):
    """As PostgreSQL's server loads its languages."""
    plugin, server = f"{LINUX_SITE}/pkg/pgsql/lib/modules/plpgsql.so", f"{LINUX_SITE}/pkg/{directory}/postgres"
    program = replace(so("libc.so.6", exports=["palloc"]), elf_type=2, is_library=False)
    machine = linux({plugin: so("libc.so.6", takes=["palloc"]), server: program})
    (file,) = files(check(machine, {"pkg": (plugin,)}), "pkg").values()
    assert file.standing.value == verdict


@pytest.mark.parametrize(("named", "spared"), [("libtransport_%s.so", True), ("libother.so", False)])
def test_what_a_library_that_loads_opens_by_its_name_is_missed_by_nobody(tmp_path: Path, named: str, spared: bool):
    """As NVSHMEM has a part for each network and each MPI."""
    contents = {
        "libhost.so": elf(needed=["libc.so.6"]) + named.encode() + b"\0",
        "libtransport_mpi.so": elf(needed=["libnobodys_mpi.so.40"]),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in contents]
    listed = tuple(RecordedFile(path=path) for path in paths)
    installed = Distribution(name="pkg", version="1.0", location=str(tmp_path), files=listed)
    images = {path: parse_image(content, path) for path, content in zip(paths, contents.values(), strict=True)}
    place = saved_machine(linux(images), None)
    told = {one.path: one.spared for one in Checker(place, [installed], (), content_of).check(installed)}
    assert told == {paths[0]: False, paths[1]: spared}
    assert not any(one.spared for one in Checker(place, [installed], ()).check(installed))


def test_files_for_others_are_left_out():
    other_python = f"{LINUX_SITE}/pkg/core.cpython-38-x86_64-linux-gnu.so"
    other_system, other_machine = f"{LINUX_SITE}/pkg/a.dll", f"{LINUX_SITE}/pkg/libarm.so"
    contents = {
        CORE: so("libc.so.6"),
        other_python: so("nowhere.so"),
        other_system: dll("nowhere.dll"),
        other_machine: so("nowhere.so", architecture="aarch64"),
    }
    found = check(linux(contents), {"pkg": tuple(contents)})
    assert list(files(found, "pkg")) == [CORE.rsplit("/", 1)[-1]]


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        ("cp312-cp312-manylinux_2_17_x86_64", ["core.cpython-312-x86_64-linux-gnu.so"]),
        ("cp311-cp311-win_amd64", ["core.cp311-win_amd64.pyd"]),
        ("cp311-cp311-manylinux_2_17_aarch64", ["core.cpython-311-aarch64-linux-gnu.so"]),
        ("py3-none-win_amd64", ["lib/llama.dll"]),
    ],
)
def test_a_package_for_another_python_or_system_is_no_all_clear(tag: str, names: list[str]):
    """What none of its modules tells, a library of its own for this machine does not heal."""
    strange = tuple(f"{LINUX_SITE}/pkg/{name}" for name in names)
    library = f"{LINUX_SITE}/pkg.libs/libz.so.1"
    contents = {path: dll() if path.endswith((".pyd", ".dll")) else so("libc.so.6") for path in strange}
    with_library = {**contents, library: so("libc.so.6")} if "linux" in tag else contents
    found = check(linux(with_library), {"pkg": tuple(with_library)}, tags=(tag,))
    assert found.packages is not None
    (package,) = found.packages
    assert (found.verdict, package.verdict, package.strange, package.made_for) == ("fails", "fails", strange, tag)
    said = render_doctor(found, Terminal())
    assert "one package would not load" in said
    assert f"its wheel is {tag}" in " ".join(said.split())
    assert tag in render_html(doctor_document(found))
    answer = doctor_to_json(found)
    assert check_schema(answer)["packages"][0]["strange"] == list(strange)


def test_without_tags_only_extension_modules_tell_that_it_is_anothers():
    other = f"{LINUX_SITE}/pkg/core.cpython-312-x86_64-linux-gnu.so"
    found = check(linux({other: so("libc.so.6")}), {"pkg": (other,)})
    assert found.verdict == "fails"
    library = f"{LINUX_SITE}/pkg/tool.dll"
    assert check(linux({library: dll()}), {"pkg": (library,)}).packages == ()


def test_what_a_pure_wheel_carries_for_other_systems_is_left_out():
    library = f"{LINUX_SITE}/pkg/helper.cp311-win_amd64.pyd"
    assert check(linux({library: dll()}), {"pkg": (library,)}, tags=("py3-none-any",)).packages == ()


def test_an_extension_module_of_another_machine_is_a_failure():
    found = check(linux({CORE: so("libc.so.6", architecture="aarch64")}), {"pkg": (CORE,)})
    assert found.verdict == "fails"


def test_a_plain_name_is_an_extension_module_if_python_could_start_it():
    module, library = f"{LINUX_SITE}/fast.so", f"{LINUX_SITE}/libslow.so"
    contents = {module: so("libc.so.6", exports=("PyInit_fast",)), library: so("libc.so.6")}
    found = files(check(linux(contents), {"pkg": tuple(contents)}), "pkg")
    assert {name: one.extension for name, one in found.items()} == {"fast.so": True, "libslow.so": False}


def test_the_standard_library_counts():
    module = "/usr/lib/python3.11/lib-dynload/_tkinter.cpython-311-x86_64-linux-gnu.so"
    machine = linux({module: so("libtk8.6.so")}, path=("", "/usr/lib/python3.11/lib-dynload", LINUX_SITE))
    found = check(machine, {})
    assert found.packages is not None
    assert [(one.name, one.verdict) for one in found.packages] == [(STANDARD_LIBRARY, "fails")]


def test_a_machine_of_which_nobody_knows_what_is_installed():
    found = doctor(machine=linux())
    assert (found.packages, found.verdict) == (None, "undetermined")


def test_progress_is_told():
    told: list[tuple[int, int]] = []
    machine = replace(linux(), inventory=Inventory(distributions=()))
    assert doctor(machine=machine, progress=lambda done, total: told.append((done, total))).verdict == "loads"
    module = "/usr/lib/python3.11/lib-dynload/x.so"
    again = replace(
        linux({module: so()}, path=("/usr/lib/python3.11/lib-dynload",)), inventory=Inventory(distributions=())
    )
    doctor(machine=again, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 1)]


def test_macs():
    site = "/Users/me/site-packages"
    core, library = f"{site}/pkg/core.cpython-311-darwin.so", f"{site}/pkg/.dylibs/libz.dylib"
    contents = {
        core: macho("@loader_path/.dylibs/libz.dylib", "/opt/homebrew/opt/libomp/lib/libomp.dylib"),
        library: macho("/usr/lib/libSystem.B.dylib", name="@loader_path/.dylibs/libz.dylib"),
        f"{site}/pkg/core.so": macho("@rpath/nowhere.dylib", architecture="x86_64"),
    }
    system = System(name="macos", version="14.5", architecture="aarch64")
    machine = Machine(id="mac", system=system, files=MemoryFiles(contents, windows=False), python=linux().python)
    found = files(check(machine, {"pkg": tuple(contents)}), "pkg")
    assert {name: one.standing.value for name, one in found.items()} == {
        "core.cpython-311-darwin.so": "fails",
        "libz.dylib": "loads",
    }
