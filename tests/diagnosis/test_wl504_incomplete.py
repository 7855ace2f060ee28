"""WL504: what RECORD lists is gone, or is another file than the one that was installed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    LINUX_SITE,
    PACKAGE,
    SITE,
    broken,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    of_kind,
    python_error,
    recorded,
    so,
    told,
    windows,
)
from wontload.binary import Defect
from wontload.diagnosis import Severity
from wontload.machine import Machine, Outcome
from wontload.machine.inventory import HalfInstalled
from wontload.machine.memory import MemoryFiles
from wontload.report.request import request_tree
from wontload.report.screen import Terminal

LLAMA, GGML = PACKAGE + r"\llama.dll", PACKAGE + r"\ggml.dll"
LIBRARY, OWN = LINUX_PACKAGE + "/_c.so", LINUX_SITE + "/pkg.libs/libown-1f2e.so"
RUNPATH = ("$ORIGIN/../pkg.libs",)


def test_a_dependency_that_was_installed_is_gone():
    machine = recorded(windows({LLAMA: dll("ggml.dll")}), pkg=[LLAMA, GGML])
    answer = diagnose(machine, ctypes_load(LLAMA))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL504", Severity.ERROR, True)
    assert first.title == "the installation of pkg is incomplete: ggml.dll is gone"
    assert (first.subject, first.chain) == ("ggml.dll", ("pkg", "llama.dll", "ggml.dll"))
    assert data(first, "record", "path") == [GGML]
    assert of_kind(first, "looked")[0].text.startswith("no file named ggml.dll")  # WL201 is its evidence
    assert "pip install --force-reinstall --no-deps --no-cache-dir pkg==1.0" in first.explanation


def test_all_that_went_is_one_cause():
    machine = recorded(windows({LLAMA: dll("ggml.dll", "b.dll")}), pkg=[LLAMA, GGML, PACKAGE + r"\b.dll"])
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert (first.subject, first.also) == ("ggml.dll", ("b.dll",))


def test_what_auditwheel_packed_beside_the_package():
    machine = recorded(linux({LIBRARY: so("libown-1f2e.so", runpath=RUNPATH)}), pkg=[LIBRARY, OWN])
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL504", "libown-1f2e.so", True)


def test_what_another_wheel_laid_where_the_load_looks():
    """As cuDNN's own wheel, for torch."""
    lost = LINUX_SITE + "/nvidia/cudnn/lib/libcudnn.so.9"
    machine = linux({LIBRARY: so("libcudnn.so.9", runpath=("$ORIGIN/../nvidia/cudnn/lib",))})
    machine = recorded(machine, pkg=[LIBRARY], nvidia_cudnn_cu12=[lost])
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, data(first, "record", "distribution")) == ("WL504", ["nvidia_cudnn_cu12"])
    elsewhere = recorded(linux({LIBRARY: so("libcudnn.so.9")}), pkg=[LIBRARY], nvidia_cudnn_cu12=[lost])
    (first,) = diagnose(elsewhere, dlopen(LIBRARY)).findings
    assert (first.code, data(first, "record", "path")) == ("WL201", [lost])
    assert "--force-reinstall" in of_kind(first, "record")[0].text


def test_the_file_asked_for_by_its_path():
    machine = recorded(windows(), pkg=[LLAMA])
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL504", "llama.dll", True)
    assert first.chain == ("pkg", "llama.dll")


def test_an_extension_module_that_python_misses():
    """Nothing is loaded: the import system does not see a file that is not there."""
    module = LINUX_PACKAGE + "/_c.cpython-311-x86_64-linux-gnu.so"
    machine = recorded(linux({LINUX_PACKAGE + "/__init__.py": None}), pkg=[module])
    error = python_error("ModuleNotFoundError", "No module named 'pkg._c'")
    answer = diagnose(machine, outcome=Outcome.FAILS, error=error, missing_module="pkg._c")
    (first,) = answer.findings
    assert (first.code, first.subject, first.explains_error) == ("WL504", "_c.cpython-311-x86_64-linux-gnu.so", True)
    assert first.chain == ("pkg", "pkg._c")
    assert [one.data["text"] for one in of_kind(first, "observed")] == ["No module named 'pkg._c'"]
    tree = "".join(piece.text for line in request_tree(first, answer, Terminal(width=80)) for piece in line)
    assert "import pkg._c" in tree
    assert first.subject in tree


@pytest.mark.parametrize(("lies_in", "code"), [("part", "WL504"), ("part.libs", "WL903")])
def test_a_part_of_the_package_that_is_gone_as_a_whole(lies_in: str, code: str):
    """As onnxruntime without its capi: the folder that Python misses is where the modules lay."""
    module = f"{LINUX_PACKAGE}/{lies_in}/_c.cpython-311-x86_64-linux-gnu.so"
    machine = recorded(linux({LINUX_PACKAGE + "/__init__.py": None}), pkg=[module])
    error = python_error("ModuleNotFoundError", "No module named 'pkg.part'")
    (first, *_) = diagnose(machine, outcome=Outcome.FAILS, error=error, missing_module="pkg.part").findings
    assert first.code == code


def test_a_file_that_was_put_in_its_place_and_lacks_a_symbol():
    files = {LLAMA: dll(("ggml.dll", ["ggml_init"]), size_bytes=10), GGML: dll(size_bytes=99)}
    machine = recorded(windows(files), pkg=[(LLAMA, 10), (GGML, 50)])
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL504", "ggml.dll", True)
    assert "50 bytes, and it has 99" in told(first)
    assert first.title == "ggml.dll is not the file that pkg 1.0 installed, and it does not fit the others"


@pytest.mark.parametrize(
    ("needed", "size", "code"),
    [("libother-9a8b.so.5", 100, "WL504"), ("libother-9a8b.so.5", None, "WL201"), ("libGL.so.1", 100, "WL201")],
)
def test_a_file_that_was_put_in_its_place_and_needs_what_is_not_here(needed: str, size: int | None, code: str):
    """As another build's module under this one's name. Of a known library it says less: that may lack anyhow."""
    machine = recorded(linux({LIBRARY: so(needed, size_bytes=120)}), pkg=[(LIBRARY, size)])
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.explains_error) == (code, needed, True)
    if code == "WL504":
        assert first.title == f"_c.so is not the file that pkg 1.0 installed, and {needed}, which it needs, is not here"
        assert data(first, "record", "path") == [LIBRARY]


def test_a_damaged_file_is_told_as_that_with_what_record_says():
    machine = recorded(windows({LLAMA: dll("ggml.dll"), GGML: broken(Defect.TRUNCATED)}), pkg=[(GGML, 50, 12)])
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert first.code == "WL102"
    assert data(first, "record", "path") == [GGML]


def test_conda_brings_its_own_files_again():
    machine = recorded(windows({LLAMA: dll("ggml.dll")}), installer="conda", pkg=[LLAMA, GGML])
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert "conda install --force-reinstall pkg" in first.explanation


@pytest.mark.parametrize(
    "names", [{"other": [SITE + r"\other\ggml.dll"]}, {"pkg": [LLAMA]}, {}], ids=["another's", "not listed", "none"]
)
def test_is_silent_where_its_own_record_does_not_list_it(names):
    machine = recorded(windows({LLAMA: dll("ggml.dll")}), **names)
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == ["WL201"]


def test_is_silent_where_a_copy_is_elsewhere():
    """Then putting its directory on the list mends it; what the record says is told besides."""
    files = {LLAMA: dll("ggml.dll"), r"C:\tools\ggml.dll": dll()}
    machine = recorded(windows(files, environment={"PATH": r"C:\tools"}), pkg=[LLAMA, GGML])
    (first,) = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\tools"])).findings
    assert first.code == "WL202"


def test_is_silent_where_all_is_there():
    files = {LLAMA: dll("ggml.dll", size_bytes=5), GGML: dll(size_bytes=5)}
    machine = recorded(windows(files), pkg=[(LLAMA, 5), (GGML, 5)])
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == []


def test_is_silent_about_places_that_a_saved_machine_does_not_know():
    machine = recorded(windows({LLAMA: dll("gone.dll")}, complete=[PACKAGE]), pkg=[LLAMA, SITE + r"\other\gone.dll"])
    answer = diagnose(machine, ctypes_load(LLAMA, added=[]))
    assert "WL504" not in codes(answer)


def test_what_is_not_observed_is_judged_too():
    machine = recorded(windows({LLAMA: dll("ggml.dll")}), pkg=[LLAMA, GGML])
    answer = diagnose(machine, import_load(LLAMA))
    assert replace(answer.findings[0], load=None).code == "WL504"


INFO = LINUX_SITE + "/pkg-1.0.dist-info"


def left(machine: Machine, *leftovers: HalfInstalled) -> Machine:
    return replace(machine, inventory=replace(machine.inventory, half_installed=leftovers))


def misses(machine: Machine, module: str, outcome: Outcome = Outcome.FAILS, **more: object):
    error = python_error("ModuleNotFoundError", f"No module named {module!r}")
    return diagnose(machine, outcome=outcome, error=error, missing_module=module, **more)  # type: ignore[arg-type]


HERE = left(linux({LINUX_PACKAGE + "/__init__.py": None}))


def test_metadata_without_a_record():
    machine = left(HERE, HalfInstalled(path=INFO, name="Pkg", version="1.0", modules=("pkg",)))
    (first,) = misses(machine, "pkg._c").findings
    assert (first.code, first.subject, first.explains_error) == ("WL504", "pkg._c", True)
    assert first.title.startswith("the installation of Pkg is incomplete: pkg._c is missing, and no RECORD")
    assert data(first, "record", "path") == [INFO]
    assert first.explanation.endswith("--no-cache-dir Pkg==1.0`")


PROJECT = "/home/user/dev/pkg"


@pytest.mark.parametrize("there", [False, True])
def test_an_editable_install_whose_project_was_moved(there: bool):
    """Nothing is to be fetched: what an index has under that name may be somebody else's."""
    machine = left(linux({PROJECT + "/README": None} if there else {}))
    found = misses(machine, "pkg", Outcome.NOT_FOUND, distributions=(("pkg", "1.0"),), source=PROJECT)
    (first,) = found.findings
    assert (first.code, first.explains_error) == ("WL504", True)
    assert data(first, "file", "path") == [PROJECT]
    assert ("is not there any more" in first.title) is not there
    assert "pip install -e FOLDER" in first.explanation
    assert "pkg==1.0" not in first.explanation


@pytest.mark.parametrize("name", ["~kg", "~-g", "~%g"])
def test_what_pip_renamed_and_did_not_bring_back(name: str):
    machine = left(HERE, HalfInstalled(path=f"{LINUX_SITE}/{name}", set_aside=True))
    (first,) = misses(machine, "pkg._c", distributions=()).findings
    assert first.code == "WL504"
    assert f"{name} is what pip leaves" in told(first)


@pytest.mark.parametrize("name", ["~ackage", "~xg", "kg~"])
def test_a_name_that_pip_would_not_have_made_of_it_is_no_evidence(name: str):
    machine = left(linux(), HalfInstalled(path=f"{LINUX_SITE}/{name}", set_aside=True))
    assert "WL504" not in codes(misses(machine, "pkg", Outcome.NOT_FOUND, distributions=()))


def test_a_package_that_no_distribution_owns_lacks_a_module():
    (first,) = misses(HERE, "pkg._c", distributions=()).findings
    assert (first.code, first.severity) == ("WL504", Severity.ERROR)
    assert "no installed distribution owns pkg" in told(first)


def test_a_record_whose_package_is_gone():
    """Of two distributions of the same files one was removed, and took them along."""
    (first,) = misses(linux(), "pkg", Outcome.NOT_FOUND, distributions=(("pkg", "1.0"),)).findings
    assert (first.code, first.subject) == ("WL504", "pkg")
    assert first.title == "the installation of pkg is incomplete: the package pkg is gone"


def test_a_module_that_another_package_lacks_is_not_its_own():
    assert codes(misses(HERE, "other", distributions=())) == ["WL506"]


def test_an_owned_package_that_lacks_a_pure_module_stays_undetermined():
    assert codes(misses(HERE, "pkg.helper", distributions=(("pkg", "1.0"),))) == ["WL903"]


TWO = (("pkg", "1.0"), ("pkg", "2.0"))


def in_two_versions(machine: Machine, one: list[object], two: list[object]) -> Machine:
    """Version 1.0 with the lines `one`, and 2.0 of another spelling in the same directory with the lines `two`."""
    found = recorded(machine, pkg=one, Pkg=two).inventory.distributions or ()
    second = replace(found[1], version="2.0", modules=("pkg",))
    return replace(machine, inventory=replace(machine.inventory, distributions=(found[0], second)))


def test_two_versions_are_recorded_and_a_file_is_gone():
    files = {LLAMA: dll("ggml.dll", size_bytes=20)}
    machine = in_two_versions(windows(files), [(LLAMA, 10), (GGML, 30)], [(LLAMA, 20), (GGML, 40)])
    (first,) = diagnose(machine, ctypes_load(LLAMA), distributions=TWO).findings
    assert (first.code, first.subject, first.explains_error) == ("WL504", "ggml.dll", True)
    assert (
        first.title
        == "the installation of pkg is incomplete: its versions 1.0 and 2.0 are recorded, and ggml.dll is gone"
    )
    assert data(first, "record", "version")[:2] == ["2.0", "1.0"]  # what the disk has more of stands first
    assert "Pkg 2.0 is recorded: 1 of its 2 native files are there as it was installed" in told(first)
    assert "pip uninstall --yes Pkg`, once for each of the 2 records, and then " in first.explanation
    assert first.explanation.endswith("Pkg==2.0`")


def test_a_mixture_of_two_versions_lacks_a_symbol():
    files = {LLAMA: dll(("ggml.dll", ["ggml_new"]), size_bytes=20), GGML: dll(size_bytes=30)}
    machine = in_two_versions(windows(files), [(LLAMA, 10), (GGML, 30)], [(LLAMA, 20), (GGML, 40)])
    (first,) = diagnose(machine, ctypes_load(LLAMA), distributions=TWO).findings
    assert (first.code, first.explains_error) == ("WL504", True)
    assert first.title.endswith("it does not fit the others: its versions 1.0 and 2.0 are recorded")


def test_a_record_that_was_left_behind_is_no_evidence_of_the_files():
    """All is as 2.0 installed it: what it lacks, no record of 1.0's explains."""
    files = {LLAMA: dll("ggml.dll", size_bytes=20)}
    machine = in_two_versions(windows(files), [(LLAMA, 10), (GGML, 30)], [(LLAMA, 20)])
    first, second = diagnose(machine, ctypes_load(LLAMA), distributions=TWO).findings
    assert (first.code, first.explains_error) == ("WL201", True)
    assert (second.code, second.severity, second.explains_error) == ("WL504", Severity.WARNING, False)
    assert second.title == "Pkg is recorded in the versions 1.0 and 2.0, in one directory"


def test_two_records_of_what_loads_are_a_note():
    machine = in_two_versions(windows({LLAMA: dll(size_bytes=20)}), [(LLAMA, 10)], [(LLAMA, 20)])
    answer = diagnose(machine, ctypes_load(LLAMA), distributions=TWO)
    assert (answer.verdict, [(one.code, one.severity) for one in answer.findings]) == (
        "loads",
        [("WL504", Severity.NOTE)],
    )


def test_one_version_for_the_user_and_one_for_all_is_no_disorder():
    machine = in_two_versions(windows({LLAMA: dll(size_bytes=20)}), [(LLAMA, 10)], [(LLAMA, 20)])
    one, two = machine.inventory.distributions or ()
    apart = (replace(one, location=r"C:\Users\me\site-packages"), two)
    machine = replace(machine, inventory=replace(machine.inventory, distributions=apart))
    assert codes(diagnose(machine, ctypes_load(LLAMA), distributions=TWO)) == []


C, DEEP = LINUX_PACKAGE + "/_c.abi3.so", LINUX_PACKAGE + "/deep/_d.abi3.so"
LOADED = {"origin": LINUX_PACKAGE + "/__init__.py", "distributions": (("pkg", "1.0"),)}


@pytest.mark.parametrize(
    ("content", "line"),
    [(broken(Defect.TRUNCATED, DEEP), (DEEP, 3000, 100)), (broken(Defect.EMPTY, DEEP), (DEEP, 3000, 0))],
)
def test_what_the_import_did_not_ask_for_is_warned_of(content: object, line: object):
    files = {C: so("libc.so.6"), DEEP: content}
    machine = recorded(linux(files), pkg=[C, line])
    answer = diagnose(machine, dlopen(C, kind="import"), **LOADED)
    (only,) = answer.findings
    assert (only.code, only.severity, only.explains_error, answer.verdict) == (
        "WL504",
        Severity.WARNING,
        False,
        "loads",
    )
    assert only.title == "_d.abi3.so of pkg 1.0 is damaged; this import did not ask for it"
    assert data(only, "record", "path") == [DEEP]
    assert "--force-reinstall --no-deps --no-cache-dir pkg==1.0" in only.explanation


@pytest.mark.parametrize(
    ("content", "line", "installer"),
    [
        (so("libc.so.6"), (DEEP, 3000, 2000), "pip"),  # stripped, or signed
        (broken(Defect.TRUNCATED, DEEP), (DEEP, 100, 100), "pip"),  # as it was installed: a file for tests
        (None, DEEP, "pip"),  # left out of a slim image, or found elsewhere
    ],
)
def test_is_silent_of_a_file_that_is_as_it_may_be(content: object, line: object, installer: str):
    files = {C: so("libc.so.6"), **({DEEP: content} if content else {})}
    machine = recorded(linux(files), installer=installer, pkg=[C, line])
    assert codes(diagnose(machine, dlopen(C, kind="import"), **LOADED)) == []


def test_is_silent_of_the_damage_of_another_package_and_of_what_is_not_known():
    other = LINUX_SITE + "/other/_o.so"
    machine = recorded(linux({C: so("libc.so.6")}), pkg=[C], other=[other])
    assert codes(diagnose(machine, dlopen(C, kind="import"), **LOADED)) == []
    unknown = replace(machine, files=MemoryFiles({C: so("libc.so.6")}, windows=False, complete=()))
    assert codes(diagnose(recorded(unknown, pkg=[C, DEEP]), **LOADED)) == []


@pytest.mark.parametrize("system", ["linux", "windows"])
def test_a_package_of_which_the_folder_alone_is_left(system: str):
    """Its import executes nothing and succeeds: another distribution of the same files was removed."""
    gone, plugin = (LIBRARY, LINUX_PACKAGE + "/qt/p.so") if system == "linux" else (LLAMA, PACKAGE + r"\qt\p.dll")
    machine = linux({plugin: so()}) if system == "linux" else windows({plugin: dll()})
    answer = diagnose(recorded(machine, pkg=[gone, plugin]), outcome=Outcome.LOADS, origin=None)
    (first,) = answer.findings
    assert (answer.verdict, first.code, first.explains_error) == ("fails", "WL504", True)
    assert data(first, "record", "path") == [gone]


@pytest.mark.parametrize("recorded_files", [[LIBRARY], [LINUX_PACKAGE + "/sub/_c.so"], []])
def test_is_silent_of_a_namespace_whose_parts_are_there(recorded_files: list[str]):
    machine = recorded(linux({LIBRARY: so(), LINUX_PACKAGE + "/sub/_c.so": so()}), pkg=recorded_files)
    answer = diagnose(machine, outcome=Outcome.LOADS, origin=None)
    assert (answer.verdict, codes(answer)) == ("loads", [])


STRAY = "/opt/old/libown-1f2e.so"


def with_a_stray_copy(*, gone: bool) -> Machine:
    """LD_LIBRARY_PATH has an older file of the name, which lacks what the module takes."""
    files = {LIBRARY: so("libown-1f2e.so", takes=["own"], rpath=RUNPATH), STRAY: so(exports=["old"])}
    return recorded(linux(files), pkg=[LIBRARY, OWN] if gone else [LIBRARY])


def test_a_stray_copy_in_place_of_a_file_that_is_gone():
    load = dlopen(LIBRARY, library_path="/opt/old", kind="import")
    (first,) = diagnose(with_a_stray_copy(gone=True), load).findings
    assert (first.code, first.subject, first.explains_error) == ("WL504", "libown-1f2e.so", True)
    assert first.title.endswith("libown-1f2e.so is gone, and another file of that name is taken")
    assert data(first, "record", "path") == [OWN]
    assert data(first, "file", "path") == [STRAY]
    assert "undefined symbol: own" in told(first)


def test_is_silent_of_a_library_that_never_was_the_packages():
    load = dlopen(LIBRARY, library_path="/opt/old", kind="import")
    assert codes(diagnose(with_a_stray_copy(gone=False), load)) == ["WL301"]


def test_source_that_was_taken_as_what_was_compiled_of_it_is_gone():
    compiled = f"{LINUX_PACKAGE}/_c.cpython-311-x86_64-linux-gnu.so"
    error = python_error("ImportError", "the backend has not been compiled", file=f"{LINUX_PACKAGE}/_c.py", line=3)
    ended = {"outcome": Outcome.FAILS, "error": error, "origin": LINUX_PACKAGE + "/__init__.py"}
    machine = recorded(linux({LINUX_PACKAGE + "/_c.py": None}), pkg=[compiled])
    (first,) = diagnose(machine, **ended).findings
    assert (first.code, first.explains_error, data(first, "record", "path")) == ("WL504", True, [compiled])
    other = recorded(linux({LINUX_PACKAGE + "/_c.py": None}), pkg=[f"{LINUX_PACKAGE}/_d.abi3.so"])
    assert "WL504" not in codes(diagnose(other, **ended))
