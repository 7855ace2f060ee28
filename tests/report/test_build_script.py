"""Scripts of `build`: every line of the usual recipe is accounted for, and no text of a machine is executed."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.windows import windows
from wontload.app.build import plan_only
from wontload.app.build_order import Order
from wontload.build.account import account
from wontload.machine.inventory import Gpu
from wontload.machine.snapshot import load
from wontload.report.build_script import SHELLS, render_build_script
from wontload.report.quoting import CannotQuote, cmd, powershell, sh

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
# CASE: remedy 4, in its own words.
RECIPE = ["clean environment", "CMake and Ninja", "Desktop development with C++", "CUDA_HOME", "PATH", "FORCE_CMAKE=1",
          "-DGGML_CUDA=on", "-DLLAMA_CUBLAS=on", "pip install ."]  # fmt: skip
HOSTILE = "$(touch pwned) `touch pwned` ; touch pwned & touch pwned | x '\" %PATH% !PATH! ^ \u2019 ü"


def answer(machine=None, **order: object):
    return plan_only(Order(name="llama-cpp-python", **order), machine or load(str(EXAMPLE)).machine)


def test_every_line_of_the_recipe_is_accounted_for():
    found = answer()
    lines = account(found.plan, found.machine)
    for said in RECIPE:
        assert any(
            said in line.said and line.verdict in ("kept", "corrected", "dropped") and line.why for line in lines
        ), said


@pytest.mark.parametrize(
    ("version", "kept", "dropped"),
    [("", "GGML_CUDA", "LLAMA_CUBLAS"), ("0.2.50", "LLAMA_CUBLAS", "GGML_CUDA"), ("0.2.70", "", "LLAMA_CUBLAS")],
)
def test_the_option_that_is_kept_is_that_versions_own(version, kept, dropped):
    found = answer(version=version)
    verdicts = {line.said: line.verdict for line in account(found.plan, found.machine)}
    assert verdicts[f"CMAKE_ARGS=-D{dropped}=on"] == "dropped"
    assert not kept or verdicts[f"CMAKE_ARGS=-D{kept}=on"] == "kept"


def test_what_is_said_of_a_machine_without_a_gpu():
    machine = load(str(EXAMPLE)).machine
    found = answer(replace(machine, inventory=replace(machine.inventory, gpus=(), toolkits=(), tools=())))
    verdicts = {line.said: line.verdict for line in account(found.plan, found.machine)}
    assert verdicts["CUDA_HOME"] == "dropped"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_has_the_recipe_the_settings_and_the_check_at_the_end(shell):
    text = render_build_script(answer(), shell)
    for said in (
        "FORCE_CMAKE=1",
        "GGML_CUDA=ON",
        "CMAKE_CUDA_ARCHITECTURES=89-real",
        "--no-cache-dir",
        "import llama_cpp",
    ):
        assert said in text
    if shell != "sh":
        assert "vcvarsall.bat" in text


@pytest.mark.parametrize("shell", SHELLS)
def test_a_hostile_machine_gets_no_line_of_its_own(shell):
    machine = load(str(EXAMPLE)).machine
    gpu = Gpu(vendor="nvidia", name="GPU\n\rcalc.exe \u2028 calc.exe \x1b[2J & calc.exe ^", compute_capability=(8, 9))
    text = render_build_script(answer(replace(machine, inventory=replace(machine.inventory, gpus=(gpu,)))), shell)
    mark = "rem" if shell == "cmd" else "#"
    assert all(line.startswith(mark) for line in text.splitlines() if "calc.exe" in line)
    assert "\x1b" not in text
    assert "&" not in "".join(line for line in text.splitlines() if line.startswith("rem"))


@given(st.text(max_size=40))
def test_a_powershell_literal_ends_where_it_should(text):
    word = powershell(text)
    if text.isascii() and text.isprintable():
        assert re.fullmatch(r"'(?:[^']|'')*'", word)
        assert word[1:-1].replace("''", "'") == text
    else:
        assert re.fullmatch(
            r"\(\[Text\.Encoding\]::UTF8\.GetString\(\[Convert\]::FromBase64String\('[\w+/=]*'\)\)\)", word
        )


@pytest.mark.parametrize("text", [HOSTILE, "plain", "a'b", "two\nlines", "-n", "$HOME", "*"])
def test_a_real_sh_reads_the_word_as_it_is(text, tmp_path):
    done = subprocess.run(["sh", "-c", f"printf %s {sh(text)}"], capture_output=True, cwd=tmp_path, check=True)
    assert done.stdout.decode() == text
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("text", ['a"b', "two\nlines"])
def test_what_cmd_cannot_hold_is_refused(text):
    with pytest.raises(CannotQuote):
        cmd(text)


@pytest.mark.oracle("wine")
def test_a_real_cmd_reads_the_word_as_it_is(tmp_path):
    text = "a & echo pwned | more ^ %PATH% !PATH! ' (b) > c"
    lines = ["@echo off", "setlocal DisableDelayedExpansion", "set " + cmd(f"ODD={text}"), "set ODD"]
    (tmp_path / "odd.cmd").write_text("\r\n".join([*lines, ""]))
    done = windows().run(["cmd", "/c", windows().to_windows(tmp_path / "odd.cmd")], cwd=tmp_path)
    assert f"ODD={text}" in done.stdout.splitlines()
    assert os.listdir(tmp_path) == ["odd.cmd"]
