"""An interpreter that is none: one clear sentence, the next step, and the exit status."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from wontload.errors import UsageError
from wontload.probe import NoPython, PythonDoesNotStart, ask
from wontload.probe.child_process import Ended
from wontload.probe.runner import _explain_silence


def program(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_a_path_that_does_not_exist():
    with pytest.raises(NoPython, match=r"no interpreter /nowhere/python.*--python") as raised:
        ask("/nowhere/python")
    assert raised.value.exit_status == 2


def test_a_name_that_is_not_on_path():
    with pytest.raises(NoPython, match="no interpreter pythooon"):
        ask("pythooon")


def test_a_directory(tmp_path: Path):
    with pytest.raises(NoPython, match="is a directory"):
        ask(str(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="scripts")
class TestPrograms:
    def test_a_file_that_cannot_be_executed(self, tmp_path: Path):
        (tmp_path / "python").write_text("hello")
        with pytest.raises(NoPython, match=r"cannot be started: Permission denied\."):
            ask(str(tmp_path / "python"))

    def test_a_file_of_no_known_format(self, tmp_path: Path):
        with pytest.raises(NoPython, match="cannot be started: Exec format error"):
            ask(program(tmp_path / "python", "hello"))

    def test_another_program(self):
        with pytest.raises(NoPython, match="is not a Python that works: it ended with exit code 0"):
            ask(shutil.which("true") or "/bin/true")

    def test_what_it_said_is_quoted(self, tmp_path: Path):
        with pytest.raises(NoPython, match="exit code 3 and said: what is -c"):
            ask(program(tmp_path / "shell", "#!/bin/sh\necho what is -c\nexit 3\n"))

    def test_the_complaint_is_quoted_and_not_the_advice_behind_it(self, tmp_path: Path):
        """As pyenv's shims put it."""
        said = "pyenv: python3.9: command not found\n\nThe command exists in:\n  3.9.1\n\nNote: see the help\n"
        script = f"#!/bin/sh\ncat <<'END'\n{said}END\nexit 127\n"
        with pytest.raises(PythonDoesNotStart, match=r"127 and said: pyenv: python3\.9: command not found\. Repair"):
            ask(program(tmp_path / "python3.9", script))

    def test_one_that_never_answers(self, tmp_path: Path):
        with pytest.raises(PythonDoesNotStart, match=r"did not start within 0\.3 seconds"):
            ask(program(tmp_path / "python", "#!/bin/sh\nsleep 20\n"), timeout_s=0.3)

    def test_a_broken_python(self):
        with pytest.raises(PythonDoesNotStart, match="does not start: it ended with exit code 1") as raised:
            ask(sys.executable, environment={"PYTHONHOME": "/nowhere"})
        assert raised.value.exit_status == 4
        assert "PYTHONHOME is /nowhere" in str(raised.value)

    def test_one_that_reports_its_age_as_python_2_does(self, tmp_path: Path):
        """`BOOTSTRAP` is valid in every Python there is; a real Python 2 is asked where there is one."""
        with pytest.raises(NoPython, match=r"is Python 2\.7, which is too old"):
            ask(program(tmp_path / "python", "#!/bin/sh\necho 'too old 2.7' >> \"$4\"\nexit 3\n"))

    @pytest.mark.parametrize("version", ["2.7", "3.6", "3.7"])
    def test_a_real_old_python(self, version: str):
        root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
        found = sorted(root.glob(f"versions/{version}.*/bin/python"))
        if not found:
            pytest.skip(f"no Python {version} here")
        with pytest.raises(NoPython, match=rf"is Python {version}, which is too old"):
            ask(str(found[0]))


def test_a_directory_to_start_in_that_is_not_there():
    with pytest.raises(UsageError, match="no directory /nowhere"):
        ask(sys.executable, cwd="/nowhere")


def test_a_store_alias_with_nothing_behind_it():
    """What such an alias does when nothing is installed: it says so and ends with 9009."""
    alias = r"C:\Users\me\AppData\Local\Microsoft\WindowsApps\python.exe"
    error = _explain_silence(alias, [], Ended(status=9009, output_tail="Python was not found"), 60)
    assert isinstance(error, NoPython)
    assert "Microsoft Store alias" in str(error)
