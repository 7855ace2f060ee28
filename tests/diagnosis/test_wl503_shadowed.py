"""WL503: a source folder is imported in place of the installed package."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    BASE,
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
    linux,
    of_kind,
    python_error,
    saw,
    so,
    windows,
)
from wontload.binary import Defect
from wontload.diagnosis import Severity
from wontload.loader.glibc.header import header_of
from wontload.machine import Machine, Outcome
from wontload.machine.inventory import Distribution, Inventory, PathLine

INSTALLED = {PACKAGE + r"\_c.pyd": dll(), PACKAGE + r"\__init__.py": None}
FOLDER = r"C:\work\pkg"
SHADOWED = windows({**INSTALLED, FOLDER + r"\__init__.py": None})
NO_C = {
    "outcome": Outcome.FAILS,
    "error": python_error("ModuleNotFoundError", "No module named 'pkg._c'"),
    "missing_module": "pkg._c",
    "origin": FOLDER + r"\__init__.py",
}


def test_the_current_directory_has_a_folder_of_that_name():
    answer = diagnose(SHADOWED, **NO_C)
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL503", Severity.ERROR, True)
    assert (first.subject, first.also, first.chain, first.load) == (FOLDER, (PACKAGE,), ("pkg",), None)
    assert first.title == rf"{FOLDER} is imported in place of the installed pkg: the current directory comes first"
    assert [one.kind for one in first.evidence] == ["observed", "file", "file"]
    assert data(first, "observed", "path") == [FOLDER + r"\__init__.py"]
    assert data(first, "file", "path") == [PACKAGE, FOLDER]
    assert of_kind(first, "file")[1].text == r"sys.path names C:\work first"
    assert answer.verdict == "fails"


@pytest.mark.parametrize("recorded", [True, False])
def test_an_installation_into_a_directory_of_any_name(recorded: bool):
    """`pip install --target C:\\deps`: the record beside it tells that it was installed, and nothing else would."""
    deps = r"C:\deps"
    files = {deps + r"\pkg\_c.pyd": dll(), deps + r"\pkg\__init__.py": None, FOLDER + r"\__init__.py": None}
    machine = windows(files, path=("", BASE + r"\Lib", deps), environment={"PYTHONPATH": deps})
    one = Distribution(name="pkg", version="1.0", location=deps, modules=("pkg",))
    machine = replace(machine, inventory=Inventory(distributions=(one,) if recorded else ()))
    assert codes(diagnose(machine, **NO_C)) == (["WL503"] if recorded else ["WL903"])


def test_a_script_of_that_name():
    (first,) = diagnose(SHADOWED, **{**NO_C, "origin": r"C:\work\pkg.py"}).findings
    assert (first.code, first.subject) == ("WL503", r"C:\work\pkg.py")


def test_an_import_hook_is_no_entry_of_sys_path():
    machine = windows({**INSTALLED, r"C:\src\pkg\__init__.py": None})
    (first,) = diagnose(machine, **{**NO_C, "origin": r"C:\src\pkg\__init__.py"}).findings
    assert "import hook" in of_kind(first, "file")[1].text


def test_another_package_that_is_missing_is_the_reason_and_this_a_suspicion():
    error = python_error("ModuleNotFoundError", "No module named 'numpy'")
    answer = diagnose(SHADOWED, **{**NO_C, "error": error, "missing_module": "numpy"})
    assert codes(answer) == ["WL506", "WL503"]
    assert (answer.findings[1].severity, answer.findings[1].explains_error) == (Severity.WARNING, False)


def test_is_silent_where_the_installed_package_was_imported():
    machine = windows({**INSTALLED, FOLDER + r"\__init__.py": None})
    assert codes(diagnose(machine, **{**NO_C, "origin": PACKAGE + r"\__init__.py"})) == ["WL903"]


def test_a_folder_that_works_is_named_as_what_was_imported():
    answer = diagnose(SHADOWED, origin=FOLDER + r"\__init__.py")
    (only,) = answer.findings
    assert (only.code, only.severity, only.explains_error, answer.verdict) == (
        "WL503",
        Severity.WARNING,
        False,
        "loads",
    )
    assert (only.subject, only.also) == (FOLDER, (PACKAGE,))
    assert only.explanation.startswith("What loads is that copy; of the installed package this says nothing.")


def test_a_copy_that_works_and_was_put_first_on_purpose_is_a_note():
    files = {**INSTALLED, r"C:\src\pkg\__init__.py": None}
    by_variable = windows(files, path=[r"C:\src", SITE], environment={"PYTHONPATH": r"C:\src"})
    for machine in (by_variable, windows(files)):
        (only,) = diagnose(machine, origin=r"C:\src\pkg\__init__.py").findings
        assert (only.code, only.severity) == ("WL503", Severity.NOTE)


def test_is_silent_of_what_loads_where_only_a_left_directory_is_in_site_packages():
    machine = windows({PACKAGE + r"\data\kept.dll": dll(), FOLDER + r"\__init__.py": None})
    assert codes(diagnose(machine, origin=FOLDER + r"\__init__.py")) == []


def test_is_silent_where_nothing_is_installed():
    """An editable installation from its own folder."""
    machine = windows({FOLDER + r"\__init__.py": None})
    assert codes(diagnose(machine, **NO_C)) == ["WL903"]


def test_is_silent_where_a_load_ended_the_import():
    library = FOLDER + r"\lib.dll"
    machine = windows({**INSTALLED, library: dll("gone.dll"), FOLDER + r"\__init__.py": None})
    assert codes(diagnose(machine, ctypes_load(library), origin=FOLDER + r"\__init__.py")) == ["WL201"]


def test_is_silent_about_another_site_directory():
    user = r"C:\Users\ada\AppData\Roaming\Python\Python311\site-packages"
    machine = windows({**INSTALLED, user + r"\pkg\__init__.py": None}, path=[user, SITE])
    assert codes(diagnose(machine, **{**NO_C, "origin": user + r"\pkg\__init__.py"})) == ["WL903"]


def test_a_folder_that_is_not_in_the_current_directory_needs_another_cure():
    machine = windows({**INSTALLED, r"C:\src\pkg\__init__.py": None}, path=[r"C:\src", SITE])
    (first,) = diagnose(machine, **{**NO_C, "origin": r"C:\src\pkg\__init__.py"}).findings
    assert "editable installation" in first.explanation
    assert "current directory" not in first.explanation


IN_SRC = {**NO_C, "origin": r"C:\src\pkg\__init__.py"}


def test_the_variable_that_names_its_directory():
    machine = windows(
        {**INSTALLED, r"C:\src\pkg\__init__.py": None},
        path=[r"C:\src", SITE],
        environment={"PythonPath": "C:\\else;c:\\SRC\\"},
    )
    (first,) = diagnose(machine, **IN_SRC).findings
    assert first.title.endswith("the installed pkg: PYTHONPATH names its directory")
    assert data(first, "variable", "name") == ["PYTHONPATH"]
    assert "-E -c" in first.explanation


def test_the_path_file_that_names_its_directory():
    machine = windows({**INSTALLED, r"C:\src\pkg\__init__.py": None}, path=[r"C:\src", SITE])
    line = PathLine(file=SITE + r"\a.pth", line=r"..\..\..\src", directory=r"C:\src")
    machine = replace(machine, inventory=replace(machine.inventory, path_lines=(line,)))
    (first,) = diagnose(machine, **IN_SRC).findings
    assert first.title.endswith(rf"{SITE}\a.pth names its directory")


def test_another_environments_packages_on_pythonpath_are_no_site_of_this_python():
    other = r"C:\other\Lib\site-packages"
    files = {**INSTALLED, other + r"\pkg\__init__.py": None}
    machine = windows(files, path=[other, SITE], environment={"PYTHONPATH": other})
    (first,) = diagnose(machine, **{**NO_C, "origin": other + r"\pkg\__init__.py"}).findings
    assert (first.code, first.subject, first.also) == ("WL503", other + r"\pkg", (PACKAGE,))


def test_a_load_that_the_installed_copy_would_do_well_has_it_behind():
    library, own = FOLDER + r"\lib.dll", PACKAGE + r"\lib.dll"
    machine = windows({**INSTALLED, library: dll("gone.dll"), own: dll(), FOLDER + r"\__init__.py": None})
    answer = diagnose(machine, ctypes_load(library), origin=FOLDER + r"\__init__.py")
    assert [(one.code, one.explains_error) for one in answer.findings] == [("WL201", True), ("WL503", False)]
    assert data(answer.findings[1], "simulated", "path") == [own]


@pytest.mark.parametrize("name", ["pkg", "other"])
def test_a_load_that_crashed_has_it_behind_as_well(name: str):
    """A library that was cut off ends the process on Linux, of the target or of what it imports."""
    taken, own = f"/src/{name}/_c.abi3.so", f"{LINUX_SITE}/{name}/_c.abi3.so"
    cut = broken(Defect.TRUNCATED, taken, part="segments", header=header_of(so()))
    begins = [f"{directory}/__init__.py" for directory in (f"/src/{name}", f"{LINUX_SITE}/{name}", LINUX_PACKAGE)]
    machine = linux({taken: cut, own: so("libc.so.6"), **dict.fromkeys(begins)}, path=("/src", LINUX_SITE))
    inside = saw(dlopen(taken, kind="import"), succeeded=None)
    origin = begins[0] if name == "pkg" else begins[2]
    crashed = {"outcome": Outcome.CRASHED, "exit_status": -7, "cut_short": True}
    answer = diagnose(machine, inside, origin=origin, **crashed)
    assert [(one.code, one.explains_error) for one in answer.findings] == [("WL102", True), ("WL503", False)]
    assert answer.findings[1].subject == f"/src/{name}"


LIB = BASE + r"\Lib"
NUMPY = r"C:\work\numpy"
NO_DUMPS = {
    "outcome": Outcome.FAILS,
    "error": python_error("ImportError", r"cannot import name 'dumps' from 'json' (C:\work\json.py)"),
    "origin": PACKAGE + r"\__init__.py",
    "from_elsewhere": {"json": r"C:\work\json.py"},
}


def with_modules(*files: str) -> Machine:
    """The current directory, the standard library and site-packages on `sys.path`, with these files."""
    machine = windows({**INSTALLED, **dict.fromkeys(files)})
    assert machine.python is not None
    return replace(machine, python=replace(machine.python, path=(r"C:\work", LIB, SITE)))


def test_a_script_in_place_of_a_module_of_pythons_that_the_target_imports():
    machine = with_modules(r"C:\work\json.py", LIB + r"\json\__init__.py")
    (first,) = diagnose(machine, **NO_DUMPS).findings
    assert (first.code, first.severity, first.explains_error) == ("WL503", Severity.ERROR, True)
    assert (first.subject, first.also, first.chain) == (r"C:\work\json.py", (LIB + r"\json",), ("pkg", "json"))
    assert (
        first.title == r"C:\work\json.py is imported in place of Python's own json: the current directory comes first"
    )
    assert first.explanation.endswith('-P -c "import pkg"`')


def test_a_folder_in_place_of_an_installed_package_of_which_the_error_alone_is_left():
    """numpy's import failed and was swallowed: what is known is its name, and that the folder comes first."""
    machine = with_modules(NUMPY + r"\__init__.py", SITE + r"\numpy\__init__.py")
    error = python_error("ImportError", "numpy._core.multiarray failed to import")
    swallowed = {**NO_DUMPS, "error": error, "from_elsewhere": {}, "missed": ("numpy._core", "numpy")}
    (first,) = diagnose(machine, **swallowed).findings
    assert (first.code, first.subject, first.also) == ("WL503", NUMPY, (SITE + r"\numpy",))
    assert (first.title.split(" is imported ")[1], first.explains_error) == (
        "in place of the installed numpy: the current directory comes first",
        True,
    )


def test_a_module_of_which_the_error_says_nothing_is_a_suspicion():
    machine = with_modules(r"C:\work\json.py", LIB + r"\json\__init__.py")
    error = python_error("RuntimeError", "no json today")
    answer = diagnose(machine, **{**NO_DUMPS, "error": error})
    assert codes(answer) == ["WL903", "WL503"]
    assert (answer.findings[1].severity, answer.findings[1].explains_error) == (Severity.WARNING, False)


@pytest.mark.parametrize(("others", "explains"), [((), True), (("csv",), False)])
def test_cython_does_not_say_from_where_a_name_was_to_come(others: tuple[str, ...], explains: bool):
    files = [f"{directory}\\{name}.py" for name in ("json", *others) for directory in (r"C:\work", LIB)]
    seen = {name: rf"C:\work\{name}.py" for name in ("json", *others)}
    error = python_error("ImportError", "cannot import name dumps")
    found = diagnose(with_modules(*files), **{**NO_DUMPS, "error": error, "from_elsewhere": seen}).findings
    assert {one.explains_error for one in found if one.code == "WL503"} == {explains}


def test_is_silent_about_a_module_that_lies_nowhere_else():
    assert codes(diagnose(with_modules(r"C:\work\json.py"), **NO_DUMPS)) == ["WL903"]


def test_is_silent_about_a_folder_without_code_which_is_passed_by():
    machine = with_modules(NUMPY + r"\data.txt", SITE + r"\numpy\__init__.py")
    error = python_error("ImportError", "numpy._core.multiarray failed to import")
    swallowed = {**NO_DUMPS, "error": error, "from_elsewhere": {}, "missed": ("numpy",)}
    assert codes(diagnose(machine, **swallowed)) == ["WL903"]


PART = PACKAGE + r"\part\__init__.py"
NO_PART = {
    "outcome": Outcome.NOT_FOUND,
    "error": python_error("ModuleNotFoundError", "No module named 'pkg.part'"),
    "missing_module": "pkg.part",
    "origin": FOLDER + r"\__init__.py",
    "distributions": (),
}


@pytest.mark.parametrize("target", ["pkg.part", "other"])
def test_ones_own_folder_hides_the_parts_of_a_namespace_package(target: str):
    """The installed one has no `__init__.py`, as `google` has none: Python would have gone on looking for its parts."""
    machine = windows({PART: None, FOLDER + r"\__init__.py": None})
    seen = NO_PART
    if target == "other":
        own = {"outcome": Outcome.FAILS, "origin": SITE + r"\other.py"}
        seen = {**NO_PART, **own, "from_elsewhere": {"pkg": FOLDER + r"\__init__.py"}}
    (first,) = diagnose(machine, target=target, **seen).findings
    assert (first.code, first.subject, first.also, first.explains_error) == ("WL503", FOLDER, (PACKAGE,), True)


def test_a_part_that_the_installed_package_lacks_too_is_not_hidden():
    machine = windows({PACKAGE + r"\other\__init__.py": None, FOLDER + r"\__init__.py": None})
    assert codes(diagnose(machine, target="pkg.part", **NO_PART)) == ["WL506"]
