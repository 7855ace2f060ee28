"""What builds: Visual Studio, compilers and their kin; and other Pythons.

The shape of vswhere's JSON: its wiki, "Examples", and its JSON as CMake's and colcon's tests keep it (instances of 2017
to 2026); state.json: as Visual Studio's installer leaves it (not documented).
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.environments import environment
from tests.support.machines import dll, linux, so, windows
from tests.support.sources import RecordedSources
from wontload.machine.live import LiveFiles
from wontload.machine.survey.programs import Answer
from wontload.machine.survey.pythons import parse_pyvenv, pythons
from wontload.machine.survey.sources import Sources
from wontload.machine.survey.tools import parse_version, tools
from wontload.machine.survey.visual_studios import parse_state, parse_vswhere, visual_studios

PROGRAMS_X86 = r"C:\Program Files (x86)"
TOOLS = PROGRAMS_X86 + r"\Microsoft Visual Studio\2022\BuildTools"
COMMUNITY = r"C:\Program Files\Microsoft Visual Studio\18\Community"
VSWHERE = PROGRAMS_X86 + r"\Microsoft Visual Studio\Installer\vswhere.exe"
VCTOOLS = "Microsoft.VisualStudio.Workload.VCTools"
JSON = json.dumps(
    [
        {
            "instanceId": "9c1a2b3d",
            "installationName": "VisualStudio/17.9.2+34622.214",
            "installationPath": TOOLS,
            "installationVersion": "17.9.34622.214",
            "productId": "Microsoft.VisualStudio.Product.BuildTools",
            "isComplete": True,
            "displayName": "Visual Studio Build Tools 2022",
            "catalog": {"productDisplayVersion": "17.9.2", "productLine": "Dev17", "productLineVersion": "2022"},
            "packages": [
                {"id": VCTOOLS, "type": "Workload"},
                {"id": "Microsoft.VisualStudio.Component.VC.Tools.x86.x64", "type": "Component"},
                {"id": "Microsoft.VisualStudio.Setup.Configuration", "type": "Msi"},
            ],
        },
        {
            "installationPath": COMMUNITY,
            "installationVersion": "18.10.12217.157",
            "productId": "Microsoft.VisualStudio.Product.Community",
            "displayName": "Visual Studio Community 2026",
            "catalog": {"productDisplayVersion": "18.10.2", "productLineVersion": "18"},
        },
        {"instanceId": "VisualStudio.12.0", "installationPath": "", "installationVersion": "12.0"},
    ]
)
STATE = json.dumps(
    {
        "installationPath": TOOLS,
        "installationVersion": "17.9.34622.214",
        "product": {"id": "Microsoft.VisualStudio.Product.BuildTools", "version": "17.9.34622.214"},
        "catalogInfo": {"productLineVersion": "2022"},
        "selectedPackages": [{"id": VCTOOLS, "selectedState": "IndividuallySelected"}, {"id": "Win11SDK"}],
    }
)
FILES = {
    TOOLS + r"\VC\Tools\MSVC\14.39.33519\bin\Hostx64\x64\cl.exe": dll(),
    TOOLS + r"\VC\Tools\MSVC\14.29.30133\bin\Hostx64\x64\cl.exe": dll(),
    TOOLS + r"\MSBuild\Microsoft\VC\v170\BuildCustomizations\CUDA 12.4.props": None,
    TOOLS + r"\MSBuild\Microsoft\VC\v170\BuildCustomizations\masm.props": None,
}
ENVIRONMENT = {"ProgramFiles(x86)": PROGRAMS_X86, "ProgramFiles": r"C:\Program Files"}


def test_vswhere():
    machine = windows({**FILES, VSWHERE: dll()}, environment=ENVIRONMENT)
    newest, older, *old = visual_studios(RecordedSources(machine, programs={"vswhere.exe -all": JSON}))
    assert (newest.product, newest.year, newest.version) == ("Community", "2026", "18.10.12217.157")
    assert (newest.toolsets, newest.cuda) == ((), ())
    assert (older.product, older.year, older.directory, older.source) == ("BuildTools", "2022", TOOLS, "vswhere")
    assert older.workloads == ("Microsoft.VisualStudio.Component.VC.Tools.x86.x64", VCTOOLS)
    assert (older.toolsets, older.cuda) == (("14.29.30133", "14.39.33519"), ("12.4",))
    assert [one.version for one in old] == ["12.0"]


@pytest.mark.parametrize("answer", [None, Answer(None, ""), Answer(0, "[]"), Answer(87, "Error 0x57")])
def test_its_files_where_vswhere_is_of_no_use(answer: Answer | None):
    state = r"C:\ProgramData\Microsoft\VisualStudio\Packages\_Instances\9c1a2b3d\state.json"
    files = {**FILES, state: None, **({VSWHERE: dll()} if answer else {})}
    programs = {"vswhere.exe": answer} if answer and answer.status is not None else {}
    sources = RecordedSources(windows(files, environment=ENVIRONMENT), programs=programs, texts={state: STATE})
    (found,) = visual_studios(sources)
    assert (found.product, found.year, found.workloads, found.source) == ("BuildTools", "2022", (VCTOOLS,), "files")
    assert found.toolsets == ("14.29.30133", "14.39.33519")
    assert any(one.source.startswith("vswhere") for one in sources.unasked)


@pytest.mark.parametrize("text", ["", "{", "null", "[[]]", '[{"installationPath": 3}]', "[" * 100_000])
def test_json_that_is_something_else(text: str):
    assert list(parse_vswhere(text)) == []
    assert list(parse_state(text)) == []


def test_other_systems_have_no_visual_studio():
    assert visual_studios(RecordedSources(linux())) == ()


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("cmake version 3.28.1\n\nCMake suite maintained and supported by Kitware", "3.28.1"),
        ("1.11.1\n", "1.11.1"),
        ("1.11.1.git.kitware.jobserver-1\n", "1.11.1"),
        ("nvcc: NVIDIA (R) Cuda compiler driver\nCopyright (c) 2005-2024\nBuilt on Thu_Mar_28_02:30:10\n"
         "Cuda compilation tools, release 12.4, V12.4.131\n", "12.4.131"),
        ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022", "12.2.0"),
        ("g++ (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0\n", "13.3.0"),
        ("gcc.exe (x86_64-posix-seh-rev0, Built by MinGW-W64 project) 8.1.0\n", "8.1.0"),
        ("Apple clang version 15.0.0 (clang-1500.1.0.2.5)\n", "15.0.0"),
        ("Ubuntu clang version 18.1.3 (1ubuntu1)\n", "18.1.3"),
        ("GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu\n", "4.3"),
        ("git version 2.43.0.windows.1\n", "2.43.0"),
        ("cargo 1.80.0 (376290515 2024-07-16)\n", "1.80.0"),
        ("", ""),
    ],
)  # fmt: skip
def test_versions(said: str, version: str):
    assert parse_version(said) == version


def test_tools_on_windows():
    cmake = TOOLS + r"\Common7\IDE\CommonExtensions\Microsoft\CMake\CMake\bin\cmake.exe"
    files = {**FILES, cmake: dll(), r"C:\tools\git.exe": dll(), r"C:\Users\me\WindowsApps\git.exe": dll()}
    machine = windows(files, environment={**ENVIRONMENT, "PATH": r"C:\Users\me\WindowsApps;C:\tools;"})
    programs = {"cmake.exe": "cmake version 3.28.1\n", "git.exe": "git version 2.43.0.windows.1\n"}
    found = tools(RecordedSources(machine, programs=programs))
    assert [(one.name, one.version) for one in found] == [
        ("cmake", "3.28.1"), ("git", "2.43.0"), ("cl", "14.29.30133"), ("cl", "14.39.33519"),
    ]  # fmt: skip
    assert (found[0].path, found[1].path) == (cmake, r"C:\tools\git.exe")


def test_one_tool_behind_two_names_counts_once():
    machine = linux({"/usr/bin/gcc-12": so()}, links={"/usr/bin/gcc": "/usr/bin/gcc-12", "/bin/gcc": "/usr/bin/gcc-12"})
    machine = replace(machine, environment={"PATH": "/usr/bin:/bin"})
    (found,) = tools(RecordedSources(machine, programs={"gcc": "gcc (Debian 12.2.0-14) 12.2.0\n"}))
    assert (found.name, found.version, found.path) == ("gcc", "12.2.0", "/usr/bin/gcc")


@pytest.mark.parametrize("has_settings", [False, True])
def test_a_cargo_of_rustup_s_is_not_asked_where_it_would_write(tmp_path: Path, has_settings: bool):
    """It makes `.rustup` in the home of whoever asks for its version."""
    rustup = tmp_path / "bin" / "rustup"
    rustup.parent.mkdir()
    rustup.write_text(f"#!/bin/sh\n: > '{tmp_path}/asked'\necho 'cargo 1.80.0 (376290515 2024-07-16)'\n")
    rustup.chmod(0o755)
    (rustup.parent / "cargo").symlink_to("rustup")
    if has_settings:
        (tmp_path / ".rustup").mkdir()
        (tmp_path / ".rustup" / "settings.toml").touch()
    machine = replace(linux(), files=LiveFiles(), environment={"PATH": str(rustup.parent), "HOME": str(tmp_path)})
    (found,) = [one for one in tools(Sources(machine)) if one.name == "cargo"]
    assert (found.path, found.version) == (str(rustup.parent / "cargo"), "1.80.0" if has_settings else "")
    assert (tmp_path / "asked").exists() is has_settings


def test_a_tool_that_does_not_answer_is_there_all_the_same():
    machine = linux({"/usr/bin/ninja": so()}, environment={"PATH": "/usr/bin"})
    sources = RecordedSources(machine)
    assert [(one.name, one.version) for one in tools(sources)] == [("ninja", "")]
    assert [one.source for one in sources.unasked] == ["ninja"]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("home = /usr/bin\nversion = 3.11.2\n", "3.11.2"),
        ("home = /x\nversion_info = 3.12.1.final.0\n", "3.12.1"),
        ("uv = 0.4\nversion_info = 3.13\n", "3.13"),
        ("home = /usr/bin\n", ""),
    ],
)
def test_what_environments_say_of_their_python(text: str, version: str):
    assert parse_pyvenv(text) == version


@pytest.mark.skipif(os.name == "nt", reason="environments made by hand are POSIX ones")
def test_pythons_are_seen_and_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    environment(tmp_path / ".venv")
    with open(tmp_path / ".venv" / "pyvenv.cfg", "a") as file:
        file.write("version = 3.11.2\n")
    plain = tmp_path / "versions" / "3.9.1"
    for directory in ("bin", "lib/python3.9", "include/python3.9"):
        (plain / directory).mkdir(parents=True)
    (plain / "bin" / "python").write_text("#!/bin/false\n")
    (plain / "include" / "python3.9" / "patchlevel.h").write_text('#define PY_VERSION      \t"3.9.1"\n')
    monkeypatch.chdir(tmp_path)
    machine = linux(environment={"PATH": "", "PYENV_ROOT": str(tmp_path)})
    found = {one.prefix: one for one in pythons(Sources(replace(machine, files=LiveFiles())))}
    assert (found[str(tmp_path / ".venv")].version, found[str(tmp_path / ".venv")].layout) == ("3.11.2", "venv")
    assert (found[str(plain)].version, found[str(plain)].layout) == ("3.9.1", "plain")
