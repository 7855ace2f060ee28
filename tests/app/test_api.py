"""The Python API: what `wontload` re-exports, and that its types are known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import wontload
from tests.support.images import elf

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "rtx4070super.json")
LLAMA = r"C:\venvs\chat\Lib\site-packages\llama_cpp\lib\llama.dll"


def test_every_public_name_is_there():
    assert all(getattr(wontload, name) is not None for name in wontload.__all__)
    assert set(wontload.__all__) <= set(dir(wontload))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = wontload.nonsense


def test_diagnose_a_saved_machine():
    box = wontload.load_machine(EXAMPLE)
    answer = wontload.diagnose("llama_cpp", machine=box)
    assert isinstance(answer, wontload.Diagnosis)
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL203")
    assert isinstance(box.machine, wontload.Machine)


def test_a_machine_alone_has_no_records():
    machine = wontload.load_machine(EXAMPLE).machine
    answer = wontload.diagnose(LLAMA, machine=machine)
    assert answer.loads[0].observed is None
    assert "WL902" in [finding.code for finding in answer.findings]


def test_diagnose_this_computer():
    assert wontload.diagnose("json", python=sys.executable).verdict == "loads"
    with pytest.raises(wontload.UnknownTarget) as raised:
        wontload.diagnose("no_such_name", python=sys.executable)
    assert isinstance(raised.value, wontload.WontloadError)
    assert raised.value.next_step


@pytest.mark.skipif(sys.platform == "win32", reason="ELF files")
def test_tree(tmp_path: Path):
    path = tmp_path / "x.so"
    path.write_bytes(elf(needed=["libnowhere.so"]))
    (answer,) = wontload.tree([str(path)], python=sys.executable)
    assert (answer.path, answer.result.verdict.value) == (str(path), "fails")
    (saved,) = wontload.tree([LLAMA], machine=wontload.load_machine(EXAMPLE))
    assert (saved.machine, saved.result.error) == ("rtx4070super", 126)
    with pytest.raises(wontload.UsageError):
        wontload.tree([str(path)], mode="legacy", python=sys.executable)
    with pytest.raises(wontload.UsageError, match="no mode 'fast'"):
        wontload.tree([str(path)], mode="fast", python=sys.executable)


def test_the_types_are_known_to_a_type_checker(tmp_path: Path):
    program = tmp_path / "program.py"
    program.write_text(
        "import wontload\n"
        "box: wontload.Snapshot = wontload.load_machine('box.json')\n"
        "answer: wontload.Diagnosis = wontload.diagnose('llama_cpp', machine=box)\n"
        "text: str = answer.findings[0].code\n"
        "for load in wontload.tree(['x.dll'], machine=box.machine):\n"
        "    verdict: str = load.result.verdict.value\n"
        "wrong: int = wontload.diagnose('x').verdict\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path), str(program)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={"MYPYPATH": str(Path(wontload.__file__).parents[1])},
    )
    if "No module named mypy" in done.stderr:
        pytest.skip("no mypy here")
    assert done.stdout.splitlines()[:-1] == [
        f'{program}:7: error: Incompatible types in assignment (expression has type "str", variable has type "int")'
        "  [assignment]"
    ], done.stdout
