"""The report of `doctor`, and its JSON, from a checkup that is a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.checkups import CHECKUPS
from tests.support.schemas import check
from wontload.machine import Inventory
from wontload.machine.inventory import Cpu, Gpu, Unasked, Variable
from wontload.machine.inventory_parts import Unmet
from wontload.report.doctor import render_doctor
from wontload.report.doctor_document import doctor_document
from wontload.report.doctor_json import doctor_to_json
from wontload.report.html import render_html
from wontload.report.inventory import facts_of, overview
from wontload.report.screen import Terminal

Compare = Callable[[str, str], None]


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", CHECKUPS)
def test_the_report_reads_as_recorded(name: str, width: int, compare: Compare):
    text = render_doctor(CHECKUPS[name], Terminal(width=width, color=False, unicode=True))
    compare(f"doctor-{name}.{width}.txt", text)
    assert max(map(len, text.splitlines())) <= width


def test_quietly(compare: Compare):
    compare("doctor-quiet.100.txt", render_doctor(CHECKUPS["ailing"], Terminal(), quiet=True))


def test_in_ascii_and_in_full():
    text = render_doctor(CHECKUPS["ailing"], Terminal(unicode=False), verbose=True)
    assert text.isascii()
    assert "(-v" not in text


@pytest.mark.parametrize("name", CHECKUPS)
def test_its_json_fits_the_schema(name: str):
    found = check(doctor_to_json(CHECKUPS[name]))
    assert found["verdict"] == CHECKUPS[name].verdict
    assert "distributions" not in found["inventory"], "the packages tell of them"


def test_json_says_what_is_not_known_and_what_is_not_there():
    checkup = CHECKUPS["unknown"]
    found = doctor_to_json(checkup)
    assert (found["inventory"]["gpus"], found["packages"]) == (None, None)
    none = replace(checkup, machine=replace(checkup.machine, inventory=Inventory(gpus=())))
    assert doctor_to_json(none)["inventory"]["gpus"] == []
    assert ("GPU", ["none found"]) in list(overview(none.machine))
    assert ("GPU", ["not known"]) in list(overview(checkup.machine))


def test_what_packages_require_and_do_not_have():
    """Conflicts of versions, which no loader knows of: in the report, in the page and in the JSON."""
    checkup = CHECKUPS["ailing"]
    first, *rest = checkup.packages or ()
    lacks = (Unmet(name="torch", versions="==2.9.1", found="2.14.1"), Unmet(name="pillow", versions=""))
    checkup = replace(checkup, packages=(replace(first, unmet=lacks), *rest))
    about = f"{first.name} {first.version}"
    said = [
        f"{about} requires torch==2.9.1, and 2.14.1 is installed",
        f"{about} requires pillow, and it is not installed",
    ]
    lines = render_doctor(checkup, Terminal(width=200)).splitlines()
    assert [line.split("requires", 1)[1].strip() for line in lines if line.startswith("  requires")] == said[:1]
    assert any(line.strip() == said[1] for line in lines)
    page = render_html(doctor_document(checkup))
    assert all(one in page for one in said)
    assert check(doctor_to_json(checkup))["packages"][0]["unmet"] == [
        {"name": "torch", "versions": "==2.9.1", "found": "2.14.1"},
        {"name": "pillow", "versions": "", "found": ""},
    ]
    many = replace(first, unmet=tuple(replace(lacks[1], name=f"absent{number}") for number in range(9)))
    text = render_doctor(replace(checkup, packages=(many,)), Terminal(width=200))
    assert "absent4" in text
    assert "absent5" not in text
    assert "4 more (-v)" in text


def test_nothing_from_a_machine_reaches_the_terminal_untamed():
    evil = "\x1b]0;owned\x07\u202e" * 3
    inventory = Inventory(
        cpu=Cpu(model=evil),
        gpus=(Gpu(vendor="nvidia", name=evil),),
        variables=(Variable(name="CUDA_PATH", value=evil, origin="user"),),
        unasked=(Unasked(source=evil, why=evil),),
        container=evil,
    )
    checkup = CHECKUPS["ailing"]
    text = render_doctor(replace(checkup, machine=replace(checkup.machine, inventory=inventory)), Terminal())
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_a_saved_machine_in_one_breath():
    machine = CHECKUPS["ailing"].machine
    assert facts_of(machine) == {
        "GPU": "NVIDIA GeForce RTX 4070 SUPER, compute capability 8.9, 12 GB",
        "driver": "551.61, takes CUDA up to 12.4",
        "CUDA toolkit": r"12.4.1 in C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4",
        "VC++ runtime": "14.38.33135.0 (x86_64)",
        "Visual Studio": "2022 Build Tools and 2022 Community",
    }
    noted = replace(machine, inventory=Inventory(), facts={"GPU": "an old note"})
    assert facts_of(noted) == {"GPU": "an old note"}
    assert facts_of(replace(machine, facts={"GPU": "an old note"})) == facts_of(machine)


def test_the_next_command_is_about_the_python_that_was_asked_about():
    text = render_doctor(CHECKUPS["ailing"], Terminal(about=" --python /other/venv"))
    before = render_doctor(CHECKUPS["ailing"], Terminal())
    (sentence,) = [line for line in before.splitlines() if "tries the import" in line]
    name = sentence.split()[1]
    assert f"\nwontload {name} --python /other/venv tries the import" in text
