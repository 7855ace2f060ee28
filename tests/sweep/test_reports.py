"""Real reports with the cause that people established, where they are at hand: how often `wontload log` is right.

They are other people's texts and stand outside of the repository, in `../shared/cases-dev.jsonl`: one JSON object a
line with `message` (lines), `codes` (each of them right) and `log_alone_decides`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.logs import read

CASES = Path(__file__).parents[3] / "shared" / "cases-dev.jsonl"
RIGHT_FIRST, WRONG_AND_SURE = 0.85, 0.03


@pytest.mark.sweep
def test_the_right_cause_stands_first():
    if not CASES.is_file():
        pytest.skip(f"no {CASES.name}")
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines() if line.strip()]
    right, wrong = 0, []
    for case in cases:
        answer = read("\n".join(case["message"]))
        found = answer.findings[0].code
        right += found in case["codes"]
        if answer.verdict == "fails" and found not in case["codes"]:
            wrong.append((case["source"], found, case["codes"]))
    rates = f"right cause first {right / len(cases):.0%}, wrong and sure {len(wrong) / len(cases):.0%}"
    print(f"\n{len(cases)} reports: {rates}")
    assert right / len(cases) >= RIGHT_FIRST
    assert len(wrong) / len(cases) < WRONG_AND_SURE, wrong
