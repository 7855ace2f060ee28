"""Scripts for PowerShell as a parser of that language reads them; nothing here could run one.

tree-sitter's grammar stands in: no PowerShell comes from PyPI, npm or Debian.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from tests.support.cli import wontload
from wontload.app.build import plan_only
from wontload.app.build_order import Order
from wontload.app.fix import plan
from wontload.build.wishes import Wishes
from wontload.machine.snapshot import load
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix
from wontload.remedy.proof import Proof
from wontload.remedy.steps import InstallWheels, MoveFile, RemoveInstalled, ReplaceText, SetVariable, WriteFile
from wontload.report.build_script import render_build_script
from wontload.report.quoting import powershell
from wontload.report.script import render_script

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
ODD = 'C:\\it\'s $(odd) `n & {x} "y" ü\\z.dll'
PARSER = Parser(Language(tree_sitter_powershell.language()))


def nodes(script: str) -> Iterator[Node]:
    """Every node of the script's tree."""
    waiting = [PARSER.parse(script.encode()).root_node]
    while waiting:
        yield (node := waiting.pop())
        waiting += node.children


def broken(script: str) -> list[str]:
    """The lines of which the parser makes nothing."""
    lines = script.splitlines()
    return [lines[one.start_point[0]] for one in nodes(script) if one.is_error or one.is_missing]


@pytest.mark.parametrize("text", ["if (1 { }", "throw 'it's'", "& $python (", "$x = @{ a = }"])
def test_the_parser_refuses_what_is_broken(text):
    assert broken(text)


@pytest.mark.parametrize("generator", ["ninja", "visual-studio"])
@pytest.mark.parametrize("source", [None, ODD])
def test_the_script_of_a_build(generator, source):
    wishes = Wishes(generator=generator, defines={"ODD": "it's a 'b' ü"})
    answer = plan_only(Order(name="llama-cpp-python", wishes=wishes), load(str(EXAMPLE)).machine)
    assert broken(render_build_script(answer, "ps1", source=source)) == []


def test_the_scripts_of_the_cases_fixes():
    found = plan("llama_cpp", machine=load(str(EXAMPLE)))
    python = "C:\\venvs\\chat\\Scripts\\python.exe"
    texts = [render_script(fix, "llama_cpp", windows=True, python=python) for fix in found.fixes]
    assert len(texts) > 2
    assert [line for text in texts for line in broken(text)] == []


def test_every_kind_of_step():
    steps = (
        WriteFile(path=ODD, content="a 'b'\n$c\n"),
        ReplaceText(path=ODD, before="'a'", after='"b"', sha256="00"),
        MoveFile(path=ODD, to=ODD + "x"),
        SetVariable(name="ODD'S", value="a;b"),
        SetVariable(name="ODD", value=None),
        SetVariable(name="PATH", value=ODD, extends=True),
        InstallWheels(python=ODD, wheels=(ODD,), places={}, installer="pip"),
        RemoveInstalled(path=ODD, within=(ODD,), name="odd", python=ODD),
        RemoveInstalled(path=ODD, within=(ODD,), name="", python=ODD),
    )
    fix = Fix(id="odd", kind="odd", title="odd\n}", steps=steps, change=Change(), proof=Proof(before=(), after=()))
    assert broken(render_script(fix, "odd", windows=True, python=ODD)) == []


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_a_word_is_one_word(text):
    script = f"write {powershell(text)}\n"
    kinds = [one.type for one in nodes(script)]
    assert broken(script) == []
    assert kinds.count("command") == 1
    assert kinds.count("variable") == 0


def test_a_fix_that_builds_is_the_script_of_a_build():
    ran = wontload("fix", "llama_cpp", "--machine", str(EXAMPLE), "--use", "build", "--dry-run=script")
    assert "pip wheel -v --no-cache-dir" in ran.out, ran.err
    assert "vcvarsall.bat" in ran.out
    assert broken(ran.out) == []
