"""Documents of every report for the tests of what they are written as, and the same with hostile text everywhere."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.checkups import CHECKUPS
from tests.support.diagnoses import DIAGNOSES
from wontload.app.explain import pages_of
from wontload.app.fix import plan
from wontload.app.tree import TreeLoad
from wontload.diagnosis import Diagnosis
from wontload.machine.snapshot import load
from wontload.remedy.advice import judge_advice
from wontload.remedy.fix import Fix
from wontload.report.doctor_document import doctor_document
from wontload.report.document import Document
from wontload.report.tree_document import tree_document
from wontload.report.why_document import why_document

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
PAYLOADS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' onmouseover='alert(1)",
    "</style></title></details></summary><b>&lt;i&gt;",
    "<!-- --> --> <![CDATA[ ]]> <?x ?>",
    "\x00\x1b[2J\x9b\u202e\u2066\u200f\u2028\r\n# \ud800\udc80",
    "` ``` ~~~ | || **b** _i_ [l](javascript:x) ![i](//x.example/i.png) &copy; \\",
    "@everyone #1 GH-1 https://x.example/ www.x.example $x$ <https://x.example>",
)
# What code compares, and what is no text at all.
KEPT = {"verdict", "code", "kind", "system", "files", "process", "case", "inventory", "change", "sha256", "severity"}


@cache
def of_the_case() -> tuple[Diagnosis, tuple[Fix, ...], tuple[Any, ...]]:
    """The machine of the first report: its diagnosis, fixes and judged advice."""
    planned = plan("llama_cpp", machine=load(str(EXAMPLE)))
    return planned.diagnosis, tuple(planned.fixes), tuple(judge_advice(planned.diagnosis))


def of_the_case_as_document() -> Document:
    """All that a report can hold, with the pages of its findings."""
    diagnosis, fixes, advice = of_the_case()
    pages = pages_of(one.code for one in diagnosis.findings)
    return why_document(diagnosis, fixes=fixes, advice=advice, pages=pages)


def tree_loads() -> list[TreeLoad]:
    """Files that load, that fail, and that nobody knows of."""
    found = [load for name in ("wl203", "wl201", "wl102", "loads", "wl201_linux") for load in DIAGNOSES[name].loads]
    return [
        TreeLoad(path=one.request.name, machine="this", mode="ctypes", result=one.simulated)
        for one in found
        if one.simulated
    ]


def documents() -> dict[str, Document]:
    """One document of each sort, and every diagnosis."""
    return {
        "case": of_the_case_as_document(),
        **{f"why-{name}": why_document(one) for name, one in DIAGNOSES.items()},
        **{f"doctor-{name}": doctor_document(one) for name, one in CHECKUPS.items()},
        "tree": tree_document(tree_loads()),
        "tree-of-one": tree_document(tree_loads()[:1]),
    }


def poisoned_documents(payload: str) -> dict[str, Document]:
    """The same with `payload` at the end of every text that comes from a file or a machine."""
    diagnosis, fixes, advice = of_the_case()
    ailing = CHECKUPS["ailing"]
    return {
        "why": why_document(
            poisoned(diagnosis, payload), fixes=poisoned(fixes, payload), advice=poisoned(advice, payload)
        ),
        "linux": why_document(poisoned(DIAGNOSES["wl201_linux"], payload)),
        "undetermined": why_document(poisoned(DIAGNOSES["undetermined"], payload)),
        "doctor": doctor_document(replace(ailing, packages=poisoned(ailing.packages, payload))),
        "tree": tree_document(poisoned(tree_loads(), payload)),
    }


def poisoned(value: Any, payload: str) -> Any:
    """A value of dataclasses with `payload` behind every text, but for what `KEPT` names."""
    if isinstance(value, Enum) or value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value + payload
    if isinstance(value, tuple | list):
        return type(value)(poisoned(one, payload) for one in value)
    if isinstance(value, dict):
        return {key: poisoned(one, payload) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in fields(value) if one.init and one.name not in KEPT]
        return replace(value, **{name: poisoned(getattr(value, name), payload) for name in names})
    return value
