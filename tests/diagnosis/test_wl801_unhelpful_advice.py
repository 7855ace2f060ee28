"""WL801 marks what would not help, and is silent on what would and on what is not decided.

What decides is tested in tests/remedy/test_advice.py and, live, in tests/cases/test_advice_windows.py.
"""

from __future__ import annotations

import pytest

from tests.support.machines import PACKAGE, codes, diagnose, dll, import_load, windows
from wontload.diagnosis.rules.wl801_unhelpful_advice import JudgedAdvice
from wontload.remedy.advice import judge_advice
from wontload.report.as_json import why_to_json


@pytest.mark.parametrize(("works", "code"), [(False, "WL801"), (True, None), (None, None)])
def test_it_marks_what_would_not_help(works: bool | None, code: str | None):
    assert JudgedAdvice(id="x", title="do it", works_here=works, why="Because.").code == code


def test_it_stands_among_the_advice_and_not_among_the_findings():
    module = PACKAGE + r"\_c.pyd"
    answer = diagnose(windows({module: dll("nowhere.dll")}), import_load(module))
    advice = judge_advice(answer)
    assert {one.id for one in advice if one.code == "WL801"} >= {"vc-redistributable", "path", "cuda-toolkit"}
    assert codes(answer) == ["WL201"]
    found = {one["id"]: one["code"] for one in why_to_json(answer, (), advice)["advice"]}
    assert (found["path"], found["from-source"]) == ("WL801", None)
