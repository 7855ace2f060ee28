"""The report of `pick`: in any width, and whatever an index says of its files."""

from __future__ import annotations

import re

import pytest
from packaging.version import Version

from tests.support.machines import windows
from wontload.app.pick import Pick
from wontload.report.pick import render_pick
from wontload.report.pick_json import pick_to_json
from wontload.report.pick_words import build_of, standing_of
from wontload.report.screen import Terminal
from wontload.wheels.appraisal import Appraisal
from wontload.wheels.candidates import Candidate
from wontload.wheels.gpu_use import GpuUse
from wontload.wheels.index.gather import Asked, Place
from wontload.wheels.index.link import Link
from wontload.wheels.ranking import Ranked
from wontload.wheels.weighing import Standing

EVIL = "\x1b[31mred\x1b]0;title\x07\u202e"

PTX = GpuUse(accelerator="cuda", cuda=(12,), runs=True, how="PTX")


def candidate(name: str, version: str, **how) -> Candidate:
    place = how.pop("place", Place(kind="simple", url="https://me:secret@example.org/simple"))
    link = Link(filename=name, url=f"https://example.org/{name}", index="i", yanked=how.pop("yanked", None))
    return Candidate(link=link, place=place, order=0, version=Version(version), **how)


def answer(*ranked: Ranked, **how) -> Pick:
    return Pick(
        project="pkg",
        machine=windows(),
        installed=how.pop("installed", ""),
        asked=how.pop("asked", (Asked(place=Place(kind="simple", url="https://example.org/simple")),)),
        candidates=tuple(one.candidate for one in ranked),
        ranked=ranked,
        recommended=next((one for one in ranked if one.works), None),
        plain=how.pop("plain", None),
        **how,
    )


def appraised(standing: Standing, **how) -> Appraisal:
    return Appraisal(standing=standing, **how)


CASES = {
    "loads": answer(
        Ranked(candidate("pkg-1.0-py3-none-any.whl", "1.0"), appraised(Standing.LOADS, size_bytes=5, fetched_bytes=3)),
        commands={"pip": "python -m pip install pkg"},
        installed="2.0",
    ),
    "needs": answer(
        Ranked(
            candidate("pkg-1.0-py3-none-any.whl", "1.0"),
            appraised(
                Standing.NEEDS, needs=("a", "b"), gpu=GpuUse(accelerator="cuda", cuda=(12,), runs=True, how="PTX")
            ),
        ),
        commands={"pip": "python -m pip install pkg"},
    ),
    "nothing": answer(
        Ranked(candidate("pkg-1.0.tar.gz", "1.0", wheel=False)),
        Ranked(candidate("pkg-1.0-cp312-cp312-win_amd64.whl", "1.0", objection="for CPython 3.12")),
        Ranked(candidate("pkg-0.9-py3-none-any.whl", "0.9"), problem="it took too long"),
        changes=("CPython 3.12: pkg-1.0-cp312-cp312-win_amd64.whl is for it.",),
    ),
    "hostile": answer(
        Ranked(candidate(f"pkg-1.0-{EVIL}.whl", "1.0", yanked=EVIL, objection=EVIL), problem=EVIL),
        asked=(Asked(place=Place(kind="simple", url=f"https://example.org/{EVIL}"), problem=EVIL),),
        changes=(EVIL,),
    ),
}


@pytest.mark.parametrize("width", [40, 60, 100])
@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_it_keeps_to_the_width_and_lets_nothing_through(name, verbose, width):
    text = render_pick(CASES[name], Terminal(width=width), verbose=verbose)
    commands = [line for line in text.splitlines() if "pip install" in line]
    assert max(len(line) for line in text.splitlines() if line not in commands) <= width
    assert all(any(command in line for line in commands) for command in CASES[name].commands.values())
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    assert "secret" not in text
    assert "secret" not in str(pick_to_json(CASES[name], every=True))


def test_a_wheel_of_python_code_alone_is_not_said_to_lack_anything():
    alone = appraised(Standing.LOADS, requires=())
    assert standing_of(alone, CASES["loads"].machine) == "is Python code alone"
    kin = appraised(Standing.LOADS, requires=("polars-runtime-32",))
    told = "is Python code alone; native code may be in what it requires (polars-runtime-32)"
    assert standing_of(kin, CASES["loads"].machine) == told


def test_what_stands_first_answers():
    first = {name: render_pick(one, Terminal(width=160)).splitlines()[0] for name, one in CASES.items()}
    assert "pkg 1.0 from ****@example.org/simple: holds no native code for this machine" in first["loads"]
    assert "would load once a and b are installed and found; CUDA 12: PTX for this GPU" in first["needs"]
    assert first["nothing"].startswith("pkg: no wheel is known to fit")


def test_older_than_installed_is_said():
    assert "older than the 2.0 that is installed" in " ".join(render_pick(CASES["loads"], Terminal(width=160)).split())


def test_a_release_is_named_by_its_tag():
    place = Place(kind="releases", url="https://github.com/a/b/releases")
    link = Link(filename="x.whl", url="https://github.com/a/b/releases/download/v1-cu124/x.whl", index="i")
    one = Candidate(link=link, place=place, order=0, version=Version("1"))
    assert build_of(one) == "a: v1-cu124"
