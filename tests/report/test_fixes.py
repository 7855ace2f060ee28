"""The plan of `wontload fix` as it reads, and as a script that does the same."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.machines import PACKAGE, ctypes_load, diagnose, dll, saw, windows
from wontload.app.fix import Plan, plan
from wontload.app.trying import Attempt
from wontload.diagnosis import Diagnosis
from wontload.loader import Verdict
from wontload.machine.snapshot import load
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix
from wontload.remedy.proof import Proof
from wontload.remedy.steps import ByHand, MoveFile, ReplaceText, SetMode, SetVariable, Step, WriteFile
from wontload.report.fix_json import fix_to_json
from wontload.report.fixes import costs, download_of, render_attempt, render_next, render_plan, said
from wontload.report.screen import Terminal
from wontload.report.script import render_script
from wontload.report.why import render_why

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
NOTHING = Proof(before=(), after=())


@pytest.fixture(scope="module")
def case() -> Plan:
    return plan("llama_cpp", machine=load(str(EXAMPLE)))


@pytest.mark.parametrize("width", [60, 100])
def test_the_plan_reads_as_recorded(case: Plan, width: int, compare: Callable[[str, str], None]):
    text = render_plan(case, Terminal(width=width))
    compare(f"plan.{width}.txt", text)
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [60, 100])
def test_a_diagnosis_ends_with_its_fixes(case: Plan, width: int, compare: Callable[[str, str], None]):
    text = render_why(case.diagnosis, Terminal(width=width), fixes=case.fixes)
    compare(f"why-with_fixes.{width}.txt", text)
    assert max(map(len, text.splitlines())) <= width


def test_only_commands_are_wider_than_a_narrow_terminal(case: Plan):
    lines = render_why(case.diagnosis, Terminal(width=40), fixes=case.fixes).splitlines()
    assert [line for line in lines if len(line) > 40 and "wontload " not in line and "pip install" not in line] == []


def fix(*steps: Step) -> Fix:
    return Fix(id="x", kind="x", title="a\ntitle; rm -rf /", steps=steps, change=Change(), proof=NOTHING)


def test_only_a_fix_that_fetches_something_is_proven_on_what_is_fetched():
    """A rename whose effect the model cannot tell has nothing to download: the import alone can tell."""
    rename = fix(MoveFile(path="/work/h5py", to="/work/h5py.aside-by-wontload"))
    assert costs(rename) == "nothing to download · undoable · the import is tried after it"
    assert costs(replace(rename, download_bytes=None)).endswith("undoable · to be proven on what is fetched")


def test_a_kept_fix_says_how_it_would_be_taken_back():
    found = Diagnosis(target="zmq", machine=load(str(EXAMPLE)), verdict="loads")
    attempt = Attempt(fix=fix(), journal="20260101-000000000-abcd", diagnosis=found, kept=True)
    assert render_attempt(attempt, Terminal(width=100)).strip() == (
        "x applied: zmq loads (to take it back: wontload undo 20260101-000000000-abcd)"
    )


def test_a_kept_fix_says_where_the_import_went_otherwise_than_the_model():
    library = PACKAGE + r"\llama.dll"
    diagnosis = diagnose(windows({library: dll()}), saw(ctypes_load(library), mapped=[r"C:\other\llama.dll"]))
    assert [one.code for one in diagnosis.findings] == ["WL901"]
    attempt = Attempt(fix=fix(), journal="1", diagnosis=diagnosis, kept=True)
    text = " ".join(render_attempt(attempt, Terminal(about=" --python p")).split())
    assert "It loads, but the real loader did otherwise with llama.dll" in text
    assert "`wontload pkg --python p` shows it." in text
    assert fix_to_json(Plan(diagnosis=diagnosis), [attempt])["attempts"][0]["unforeseen"] == list(attempt.unforeseen)
    assert Attempt(fix=fix()).unforeseen == ()


def test_the_shell_script_does_what_the_steps_say(tmp_path: Path):
    place = tmp_path / "it's ünï $HOME `x`"
    place.mkdir()
    old = place / "loader.py"
    old.write_text("a = 1\nwinmode = 0\n")
    digest = hashlib.sha256(old.read_bytes()).hexdigest()
    script = render_script(
        fix(
            WriteFile(path=str(place / "new" / "shim.py"), content="print('it''s')\n# $(touch owned) `touch owned`\n"),
            ReplaceText(path=str(old), sha256=digest, before="winmode = 0", after="pass  # 'quoted'"),
            SetVariable(name="CUDA_PATH", value="/opt/it's"),
            SetMode(path=str(place), was=0o755, mode=0o750),
            ByHand(text="Install\nthe driver.", command="touch owned"),
        ),
        "pkg\ntouch owned",
        windows=False,
        python="python3",
    )
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    subprocess.run(["sh", "-c", script], check=True, cwd=tmp_path, env=env)
    assert (place / "new" / "shim.py").read_text().endswith("`touch owned`\n")
    assert old.read_text() == "a = 1\npass  # 'quoted'\n"
    assert (place / "loader.py.before-wontload").read_text() == "a = 1\nwinmode = 0\n"
    said = subprocess.run(["sh", "-c", ". ./.profile; echo $CUDA_PATH"], cwd=tmp_path, env=env, capture_output=True)
    assert said.stdout == b"/opt/it's\n"
    assert place.stat().st_mode & 0o777 == 0o750
    assert not list(tmp_path.rglob("owned"))
    again = subprocess.run(["sh", "-c", script], check=False, cwd=tmp_path, env=env, capture_output=True)
    assert again.returncode != 0
    assert b"exists already" in again.stderr


def test_a_file_that_changed_stops_the_script(tmp_path: Path):
    old = tmp_path / "loader.py"
    old.write_text("other")
    step = ReplaceText(path=str(old), sha256="0" * 64, before="a", after="b")
    done = subprocess.run(["sh", "-c", render_script(fix(step), "pkg", windows=False, python="python3")], check=False)
    assert done.returncode != 0
    assert old.read_text() == "other"


def test_powershell_keeps_every_text_a_literal():
    step = MoveFile(path="C:\\it's $(calc) `n", to="C:\\ünï‘s")
    script = render_script(fix(step), "pkg", windows=True, python="python")
    assert "-LiteralPath 'C:\\it''s $(calc) `n'" in script
    assert script.isascii()
    assert "[Convert]::FromBase64String(" in script


def test_the_command_that_applies_is_about_the_python_that_was_asked_about(case: Plan):
    text = render_why(case.diagnosis, Terminal(about=" --python '/my venv'"), fixes=case.fixes)
    assert "\nRun wontload fix llama_cpp --python '/my venv' to apply 1 and check the import.\n" in text


def test_a_plan_ends_with_the_next_command(case: Plan):
    """On a saved machine nothing can be applied from here: a script can be written for it."""
    asked = Terminal(about=" --python /v/bin/python")
    first = "Run wontload fix llama_cpp --python /v/bin/python to apply 1 and check the import."
    assert render_next(case, asked) == f"{first}\n"
    chosen = case.fixes[1]
    named = f"Run wontload fix llama_cpp --use {chosen.id} to apply 2 and check the import."
    assert render_next(case, Terminal(), use=chosen.id) == f"{named}\n"
    script = "Run wontload fix llama_cpp --dry-run=script --machine box.json to have it as a script for that machine."
    assert render_next(case, Terminal(width=120, about=" --machine box.json")) == f"{script}\n"
    by_hand = replace(case, fixes=(replace(chosen, steps=(ByHand(text="Do it."),)),))
    assert render_next(by_hand, Terminal()).startswith("Run wontload fix llama_cpp to be led through 1")
    refuted = next(one for one in case.fixes[0].proof.before if one.verdict is Verdict.FAILS)
    short = replace(case.fixes[0], proof=Proof(before=(), after=(refuted,)))
    assert render_next(replace(case, fixes=(short,)), asked).startswith(
        "None of these is enough alone: wontload llama_cpp --advice --python /v/bin/python"
    )


def test_a_fix_of_which_nothing_was_begun_took_nothing_back():
    attempt = Attempt(fix=fix(), problem="a==1 was not built: no compiler. `wontload build a==1` tells more.")
    assert " ".join(render_attempt(attempt, Terminal(about=" --python p")).split()) == (
        "x was not applied, and nothing was changed: a==1 was not built: no compiler. "
        "`wontload build a==1 --python p` tells more."
    )


@pytest.mark.parametrize(
    ("value", "line"), [(None, "unset LD_LIBRARY_PATH"), ("/a b:/c", "export LD_LIBRARY_PATH='/a b:/c'")]
)
def test_a_variable_is_said_with_the_file_that_it_is_written_to(value: str | None, line: str):
    step = SetVariable(name="LD_LIBRARY_PATH", value=value)
    assert said(step, windows=False).startswith(
        f"adds `{line}` to ~/.profile; it counts from your next login on, and this shell keeps"
    )
    assert "profile" not in said(step, windows=True)


@pytest.mark.parametrize(
    ("size", "said"),
    [(None, "size not known"), (0, "nothing to download"), (7, "1 kB"), (60_400, "60 kB"), (556_000_000, "556 MB")],
)
def test_how_much_would_be_fetched(size: int | None, said: str):
    assert download_of(replace(fix(), download_bytes=size)) == said
