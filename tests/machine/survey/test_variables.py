"""Variables that matter, and where each was set."""

from __future__ import annotations

from tests.support.machines import linux, windows
from tests.support.sources import RecordedSources
from wontload.machine.survey.variables import MACHINE_KEY, USER_KEY, parse_assignments, variables

CUDA = r"C:\CUDA\v12.4"


def test_windows_tells_user_machine_and_process_apart():
    registry = {
        MACHINE_KEY: {"CUDA_PATH": CUDA, "Path": r"%SystemRoot%\system32", "TEMP": "x", "OMP_NUM_THREADS": "4"},
        USER_KEY: {"Path": r"C:\me\bin", "OMP_NUM_THREADS": "8"},
    }
    environment = {
        "SystemRoot": r"C:\Windows",
        "CUDA_PATH": r"D:\mine",
        "Path": r"C:\Windows\system32;C:\me\bin",
        "OMP_NUM_THREADS": "8",
        "USERNAME": "ada",
    }
    machine = windows()
    machine.environment.clear()  # type: ignore[attr-defined]
    machine.environment.update(environment)  # type: ignore[attr-defined]
    found = variables(RecordedSources(machine, registry=registry))
    assert [(one.name, one.value, one.origin) for one in found] == [
        ("CUDA_PATH", CUDA, "machine"),
        ("OMP_NUM_THREADS", "4", "machine"),
        ("Path", r"%SystemRoot%\system32", "machine"),
        ("OMP_NUM_THREADS", "8", "user"),
        ("Path", r"C:\me\bin", "user"),
        ("CUDA_PATH", r"D:\mine", "process"),
    ]


def test_linux():
    texts = {"/etc/environment": 'PATH="/usr/bin:/bin"\n# LD_PRELOAD=x\nEDITOR=vi\n'}
    environment = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": "/opt/lib", "HOME": "/home/ada"}
    found = variables(RecordedSources(linux(environment=environment), texts=texts))
    assert [(one.name, one.value, one.origin) for one in found] == [
        ("PATH", "/usr/bin:/bin", "machine"),
        ("LD_LIBRARY_PATH", "/opt/lib", "process"),
    ]


def test_nobody_learns_a_password():
    environment = {"PIP_INDEX_URL": "https://ada:secret@packages.example/simple"}
    (found,) = variables(RecordedSources(linux(environment=environment)))
    assert found.value == "https://packages.example/simple"


def test_assignments():
    text = "export CUDA_HOME='/usr/local/cuda'\nCC = gcc\nLD_LIBRARY_PATH=\nnonsense\n"
    assert list(parse_assignments(text)) == [("CUDA_HOME", "/usr/local/cuda"), ("LD_LIBRARY_PATH", "")]
