"""Every object fits its schema, and says what the values say."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.support.diagnoses import DIAGNOSES, EVIL
from tests.support.schemas import check, validator
from wontload.diagnosis import Diagnosis, Evidence, Finding, Severity
from wontload.report.as_json import dump, load_to_json, tree_to_json, why_to_json
from wontload.report.schema import schema


def module(**changes: object) -> dict[str, object]:
    sound = {"name": "a", "path": "a", "status": "loaded", "needed_by": None, "rule": None, "reason": None}
    return {**sound, **changes}


@pytest.mark.parametrize("name", DIAGNOSES)
def test_every_diagnosis_fits_its_schema(name):
    found = check(why_to_json(DIAGNOSES[name]))
    assert found["fixes"] == found["advice"] == []
    assert [one["code"] for one in found["findings"]] == [one.code for one in DIAGNOSES[name].findings]


@pytest.mark.parametrize("name", [name for name in DIAGNOSES if DIAGNOSES[name].loads])
def test_every_load_and_tree_fits_its_schema(name):
    results = [load.simulated for load in DIAGNOSES[name].loads if load.simulated]
    loads = [load_to_json(one, path=one.request.name, machine="this", mode="ctypes") for one in results]
    for load, result in zip(loads, results, strict=True):
        found = check(load)
        assert [one["name"] for one in found["modules"]] == [one.name for one in result.modules]
        assert found["error"] == result.error
    assert check(tree_to_json(loads))["loads"] == loads


def test_the_case_reads_as_a_program_expects():
    found = check(dump(why_to_json(DIAGNOSES["wl203"])))
    assert found["error"]["number"] == 126
    finding, load = found["findings"][0], found["loads"][0]
    assert (finding["subject"], finding["also"]) == ("cudart64_12.dll", ["cublas64_12.dll"])
    copy = next(one for one in finding["evidence"] if one["kind"] == "copy")
    assert copy["version"] == "12.4.99"
    assert load["mode"] == "legacy"
    assert load["request"]["flags"] == 0
    assert load["request"]["line"] == 67
    assert (load["observed"]["succeeded"], load["simulated"]["verdict"]) == (False, "fails")
    assert [one["name"] for one in load["modules"] if one["status"] == "missing"] == [
        "cudart64_12.dll",
        "cublas64_12.dll",
    ]


def test_the_real_loader_has_the_first_word_and_the_model_keeps_its_own():
    load = check(why_to_json(DIAGNOSES["wl605"]))["loads"][0]
    assert (load["verdict"], load["error"]) == ("fails", "the process ended during this load")
    assert (load["simulated"]["verdict"], load["simulated"]["error"]) == ("loads", 0)
    assert load["observed"]["succeeded"] is None


def test_one_line_is_one_ascii_line():
    line = dump(why_to_json(DIAGNOSES["hostile"]), lines=True)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["target"] == EVIL


def test_evidence_cannot_pose_as_another_kind():
    evidence = Evidence("copy", "here", {"kind": "observed", "text": "no", "places": ({"a": (1, Severity.NOTE)},)})
    finding = Finding(code="WL202", severity=Severity.ERROR, title="t", subject="s", evidence=(evidence,))
    diagnosis = Diagnosis(target="t", machine=DIAGNOSES["wl203"].machine, verdict="fails", findings=(finding,))
    found = check(why_to_json(diagnosis))["findings"][0]["evidence"][0]
    assert found == {"kind": "copy", "text": "here", "places": [{"a": [1, "note"]}]}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"verdict": "maybe"}, "verdict"),
        ({"verdict": "undetermined", "would_settle": []}, "would_settle"),
        ({"findings": [{}]}, "findings"),
        ({"tool": None}, "tool"),
    ],
)
def test_the_schema_of_why_is_strict(change, complaint):
    found = {**why_to_json(DIAGNOSES["wl203"]), **change}
    with pytest.raises(AssertionError, match=complaint):
        check(found)


@pytest.mark.parametrize(
    "change",
    [
        {"error": 0},
        {"error": None},
        {"verdict": "loads"},
        {"modules": []},
        {"modules": [module(status="missing", path="a", reason="r")]},
        {"modules": [module(status="missing", path=None)]},
        {"modules": [module(needed_by="b")]},
        {"modules": [module(status="lost")]},
    ],
)
def test_the_schema_of_load_is_strict(change):
    result = DIAGNOSES["wl203"].loads[0].simulated
    assert result is not None
    load = load_to_json(result, path="llama.dll", machine="this", mode="legacy")
    with pytest.raises(jsonschema.ValidationError):
        validator("wontload.load/1").validate({**load, **change})


@pytest.mark.parametrize("name", ["nothing/1", "why/2", "../load-1", "why"])
def test_no_other_schema_is_made_up(name):
    with pytest.raises(LookupError):
        schema(name)
