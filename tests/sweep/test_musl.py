"""Every native file of the musllinux wheels, predicted and then loaded for real by two versions of musl's loader.

There is no Python for musl here. A program of a few lines does the load (`tests.support.musl`), with a library that
defines Python's symbols and without one. What `check` says is held against the newer musl, which is as old as that of
the profile; libraries of Alpine's own are stood in for, as `check` knows nothing of them but that they are there.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.oracles.musl.oracle import Answer, both, observe
from tests.support.corpus import Wheel, native_members, pins, unpacked
from tests.support.debian import newer_musl
from tests.support.musl import Program, python_for, stand_in
from tests.sweep.excused import without_excuse
from tests.sweep.loads import Asked, added_up, asked
from tests.sweep.records import Record, recorded
from wontload.binary import read_image
from wontload.knowledge.profiles import profile
from wontload.loader import Verdict
from wontload.machine.musl import musl_facts
from wontload.machine.profile import clean_machine
from wontload.wheels.archive import Archive
from wontload.wheels.judging import Judge, JudgedFile
from wontload.wheels.laying import laid_over, site_of
from wontload.wheels.wheel import read_wheel

PLATFORM = f"musllinux_{platform.machine()}"
PROFILE, PYTHON = "alpine-3.22", (3, 11)
OWN = "stand-ins"  # a directory beside a wheel's files, for what is not of the wheel
# A process that dies does so in a constructor that calls what is stood in for: the loader had nothing against the file.
ACCEPTED = (None, "Segmentation fault", "Bus error")


@dataclass(frozen=True)
class Musl:
    """One version: the program that it starts, and what the model is told of it."""

    program: Path
    facts: Mapping[str, Any]


@cache
def versions() -> dict[str, Musl]:
    """This system's, and a newer one that knows packed relocations (DT_RELR), as most of these wheels have."""
    newer = newer_musl()
    started_by_it = Program(options=(f"-Wl,--dynamic-linker={newer}",)).built()
    return {
        "": Musl(started_by_it, musl_facts(str(newer))),
        " older": Musl(Program().built(), musl_facts()),
    }


@pytest.mark.sweep
@pytest.mark.oracle("gcc", "musl", "apt")
@pytest.mark.parametrize("wheel", pins(PLATFORM), ids=lambda wheel: wheel.file)
def test_a_wheels_files(wheel: Wheel) -> None:
    record = recorded("musl", wheel, ask)
    assert record["files"] > 0
    assert without_excuse("musl", record["differences"]) == []


@pytest.mark.sweep
@pytest.mark.oracle("gcc", "musl", "apt")
@pytest.mark.parametrize("wheel", pins(PLATFORM), ids=lambda wheel: wheel.file)
def test_what_check_says_of_them(wheel: Wheel) -> None:
    assert misjudged(wheel) == []


def ask(wheel: Wheel) -> Record:
    """Load each file of a wheel, with Python's symbols and without, in a process of its own."""
    members = [name for name in native_members(wheel.path()) if ".so" in name]
    with unpacked(wheel) as directory:
        (directory / OWN).mkdir()
        python = python_for([directory / member for member in members], directory / OWN / "python.so")
        modes = {"import": {"LD_PRELOAD": str(python)}, "ctypes": {}}
        return added_up(
            load(wheel, directory, member, mode + version, environment, musl)
            for member in members
            for mode, environment in modes.items()
            for version, musl in versions().items()
        )


def load(wheel: Wheel, directory: Path, member: str, mode: str, environment: Mapping[str, str], musl: Musl) -> Asked:
    """One file, asked for by its path."""
    path = str(directory / member)
    predicted, observed = both(
        path, directory=directory, environment=environment, program=musl.program, facts=musl.facts
    )
    return asked(f"{wheel.name}/{member}", mode, predicted, observed, directory)


def misjudged(wheel: Wheel) -> list[str]:
    """The files of which `check` says for a clean Alpine Linux what musl's loader does not bear out."""
    machine, process = clean_machine(PROFILE, architecture=platform.machine(), python=PYTHON)
    site = site_of(machine)
    with Archive(wheel.path()) as archive, unpacked(wheel) as directory:
        read = read_wheel(archive)
        judged = list(Judge(laid_over(machine, [read], site), process, [read], site).judge(read))
        environment = _stand_ins([directory / one.member for one in judged], directory / OWN)
        observed = [(one, _observed(one, directory, site, environment)) for one in judged]
    return [
        f"{one.member}: {one.verdict.value}, and musl says {answer.error or 'nothing against it'}"
        for one, answer in observed
        if (one.verdict is Verdict.LOADS) != (answer.error in ACCEPTED)
    ]


def _stand_ins(objects: list[Path], directory: Path) -> dict[str, str]:
    """What a process of Alpine's Python would have besides: Python's symbols, and libraries of the system's list."""
    directory.mkdir()
    images = [read_image(str(one)) for one in objects]
    listed = {one for one in profile(PROFILE).libraries if not one.startswith("libc.")}
    taken = {one.library for image in images for one in image.needed} & listed
    left_open = {
        symbol.name or ""
        for image in images
        if taken & {one.library for one in image.needed}
        for symbol in image.undefined
        if not symbol.weak
    }
    defined = {one.name for path in (*objects, newer_musl()) for one in read_image(str(path)).exports}
    for name in taken:
        stand_in((), directory / name)
    python = python_for(objects, directory / "python.so")
    others = stand_in(
        left_open - defined - {one.name for one in read_image(str(python)).exports}, directory / "others.so"
    )
    return {"LD_PRELOAD": f"{python}:{others}", "LD_LIBRARY_PATH": str(directory)}


def _observed(one: JudgedFile, directory: Path, site: str, environment: Mapping[str, str]) -> Answer:
    """What musl says of a file once the directories are searched that it was judged to need."""
    added = [path.replace(site, str(directory), 1) for path in one.added]
    searched = {**environment, "LD_LIBRARY_PATH": ":".join((*added, environment["LD_LIBRARY_PATH"]))}
    return observe(str(directory / one.member), str(directory), searched, [], versions()[""].program)[0]
