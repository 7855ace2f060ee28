"""What `check` says of the extension modules of real wheels, and what real Pythons make of importing them.

Each wheel is installed twice: alone, and with those of the same list that it declares to need.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.support.corpus import Wheel, pins
from tests.support.downloads import wheel as download
from tests.sweep.excused import without_excuse
from tests.sweep.imports import LIMIT_S, SCRIPT, Imported, compare, summed
from tests.sweep.records import Record, recorded
from tests.sweep.test_windows import fresh_lab
from wontload.app.places import this_computer
from wontload.knowledge.packages import normalised
from wontload.machine.profile import clean_machine
from wontload.wheels.archive import Archive
from wontload.wheels.laying import site_of
from wontload.wheels.wheel import read_wheel, required_name

LINUX, WINDOWS = "manylinux_x86_64", "win_amd64"


@pytest.mark.sweep
@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("wheel", pins(LINUX), ids=lambda wheel: wheel.file)
def test_on_this_linux(wheel: Wheel, tmp_path: Path) -> None:
    def ask(beside: Sequence[Path]) -> list[Imported]:
        return on_linux(wheel.path(), beside, tmp_path / str(len(beside)))

    record = recorded("imports-linux", wheel, partial(both_ways, ask))
    assert without_excuse("imports-linux", record["differences"]) == []


@pytest.mark.sweep
@pytest.mark.oracle("wine")
@pytest.mark.parametrize("wheel", pins(WINDOWS), ids=lambda wheel: wheel.file)
def test_under_wine(wheel: Wheel) -> None:
    record = recorded("imports-windows", wheel, partial(both_ways, partial(on_windows, wheel.path())))
    assert without_excuse("imports-windows", record["differences"]) == []


def both_ways(ask: Callable[[Sequence[Path]], list[Imported]], wheel: Wheel) -> Record:
    """A wheel alone, and with what it needs where the list has any of that."""
    found = {"alone": ask([])}
    if beside := needed(wheel):
        found["with what it needs"] = ask(beside)
    return summed(wheel, found)


def needed(wheel: Wheel) -> list[Path]:
    """The wheels of the list that a wheel declares to need, and what those need."""
    by_name = {normalised(one.name): one for one in pins(wheel.platform)}
    found: dict[str, Path] = {}
    waiting = [wheel.path()]
    while waiting:
        with Archive(waiting.pop()) as archive:
            names = {required_name(one) for one in read_wheel(archive).requires_dist if "extra" not in one}
        for name in names & by_name.keys() - found.keys() - {normalised(wheel.name)}:
            found[name] = by_name[name].path()
            waiting.append(found[name])
    return list(found.values())


def on_linux(wheel: Path, beside: Sequence[Path], directory: Path, most: int = 10_000) -> list[Imported]:
    """Installed into a directory of its own, which a fresh process of this Python has on its path."""
    site = directory / "site"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", f"--target={site}"]
    place = this_computer(sys.executable)  # looked at before anything is installed
    subprocess.run([*command, str(wheel), *map(str, beside)], check=True, capture_output=True)

    def run(module: str, member: str) -> subprocess.CompletedProcess[str]:
        script = f"import sys; sys.path.insert(0, {str(site)!r})\n{SCRIPT}"
        return subprocess.run(
            [sys.executable, "-c", script, module, str(site / member)],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    return list(compare(wheel, beside, place.machine, place.process, str(site), run, most))


def on_windows(wheel: Path, beside: Sequence[Path], most: int = 10_000) -> list[Imported]:
    """Installed into a fresh Windows Python; predicted for a clean Windows with the VC++ runtime, which Wine has.

    numpy 2 calls crealf of ucrtbase.dll as soon as it is imported, which Wine 8 does not have, so that every module
    which imports it would end the process: 1.26 stands for it, as all that was built for numpy 2 takes that as well.
    """
    beside = [download("numpy") if one.name.startswith("numpy-2.") else one for one in beside]
    with fresh_lab() as lab:
        lab.python.install(wheel, *beside)
        machine, process = clean_machine("windows-11+vc", architecture="x86_64", python=(3, 11))
        script = lab.python.root / "import_one.py"
        script.write_text(SCRIPT)

        def run(module: str, member: str) -> subprocess.CompletedProcess[str]:
            path = lab.windows.to_windows(lab.python.place_of(member))
            try:
                return lab.python.run(lab.windows.to_windows(script), module, path, timeout=LIMIT_S)
            except (
                subprocess.TimeoutExpired
            ) as late:  # under load, Wine now and then starts a process that does nothing
                return subprocess.CompletedProcess(late.cmd, 1, "", f"no answer within {LIMIT_S} s")

        theirs = {path.name.lower() for path in lab.place("system32").iterdir()}
        found = compare(wheel, beside, machine, process, site_of(machine), run, most)
        return [replace(one, lacks=tuple(sorted(one.system - theirs))) for one in found]
