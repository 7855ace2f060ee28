"""Texts for `wontload log`, and what is said of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from wontload.diagnosis.finding import Finding
from wontload.diagnosis.log.judging import LogDiagnosis, diagnose_log

# A row of knowledge/messages, a text in which it speaks, the verdict and the first code, and a text that resembles it
# in which it does not.
Row = tuple[str, str, tuple[str, str], str]


def read(text: str) -> LogDiagnosis:
    """What is said of a text."""
    return diagnose_log(text.encode())


def first(text: str) -> Finding:
    """The finding that stands first."""
    return read(text).findings[0]


def codes(text: str) -> list[str]:
    """The codes of all findings, in order."""
    return [finding.code for finding in read(text).findings]


def verdict(text: str) -> tuple[str, str]:
    """The verdict and the first code."""
    answer = read(text)
    return answer.verdict, answer.findings[0].code


def said(text: str) -> set[str]:
    """The names of the messages that are recognised in a text."""
    return {event.message.id for event in read(text).events}


def pip(*arguments: str, cwd: Path | None = None, **environment: str) -> str:
    """What this interpreter's pip prints, without an index to ask."""
    return ran(
        [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments], cwd, **environment
    )


def ran(command: list[str], cwd: Path | None = None, **environment: str) -> str:
    """Both streams of a command."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
        timeout=240,
        check=False,
    )
    return done.stdout


def project(folder: Path, name: str = "wontload-probe", *, extension: bool = True) -> Path:
    """The source of a package with one extension module in C."""
    folder.mkdir()
    (folder / "probe.c").write_text("#include <Python.h>\nPyObject *PyInit_probe(void) { return 0; }\n")
    extensions = 'ext_modules=[setuptools.Extension("probe", ["probe.c"])]' if extension else "py_modules=[]"
    (folder / "setup.py").write_text(
        f"import setuptools\nsetuptools.setup(name={name!r}, version='1.0', {extensions})\n"
    )
    return folder
