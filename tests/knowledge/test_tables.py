"""Every row is a fact with a source and a date, no file is claimed twice, and no table is slow to read."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from wontload.knowledge.components import components, files_of
from wontload.knowledge.tables import HERE, table, table_names

TEXT_TABLES = sorted(path.relative_to(HERE).as_posix() for path in Path(HERE).rglob("*.txt"))
FIRST_DAY = datetime.date(2026, 1, 1)


def faults(row) -> list[str]:
    """What a row lacks to be a fact that somebody can check."""
    found = []
    if len(str(row.get("source", "")).strip()) < 8:
        found.append("no source")
    if not isinstance(row.get("checked"), datetime.date) or row["checked"] < FIRST_DAY:
        found.append("no date")
    return found


@pytest.mark.parametrize("name", list(table_names()))
def test_every_row_has_a_source_and_a_date(name):
    rows = [row for kind in table(name).values() for row in kind]
    assert rows
    assert [(row, faults(row)) for row in rows if faults(row)] == []


def test_a_row_without_source_or_date_is_refused():
    assert faults({"name": "x", "checked": datetime.date(2026, 11, 23)}) == ["no source"]
    assert faults({"name": "x", "source": "PyPI, member list"}) == ["no date"]


@pytest.mark.parametrize("name", TEXT_TABLES)
def test_every_plain_list_names_its_source_and_date(name):
    header = "".join(
        line for line in Path(HERE, name).read_text("utf-8").splitlines(keepends=True) if line.startswith("#")
    )
    assert re.search(r"^# source: .{8,}", header, re.MULTILINE)
    assert re.search(r"^# checked: 2026-\d\d-\d\d$", header, re.MULTILINE)


def claims() -> list[tuple[str, str]]:
    """(file name as its system compares it, component) for every claim."""
    return [
        (file.lower() if file.lower().endswith(".dll") else file, component.name)
        for component in components()
        for file in files_of(component)
    ]


def claimed_twice(claims: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    seen: dict[str, str] = {}
    twice = []
    for file, component in claims:
        if file in seen:
            twice.append((file, seen[file], component))
        seen[file] = component
    return twice


def test_no_file_is_claimed_by_two_components():
    assert claimed_twice(claims()) == []


def test_a_file_claimed_by_two_components_is_refused():
    assert claimed_twice([("a.dll", "one"), ("b.dll", "one"), ("a.dll", "two")]) == [("a.dll", "one", "two")]


def test_a_pattern_takes_no_name_that_another_family_has():
    """Within a family an exact name is one version, and the pattern the rest."""
    everything = claims()
    family = {component.name: component.family for component in components()}
    taken = [
        (name, pattern)
        for pattern, owner in everything
        if "*" in pattern or "?" in pattern
        for name, other in everything
        if "*" not in name and "?" not in name and family[other] != family[owner] and fnmatchcase(name, pattern)
    ]
    assert taken == []


def test_component_names_are_unique():
    names = [component.name for component in components()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", list(table_names()))
def test_no_table_is_large(name):
    """Reading TOML takes about half a millisecond a kB, and a diagnosis may have to read a table while one waits."""
    assert Path(HERE, f"{name}.toml").stat().st_size < 48_000


def test_importing_the_room_reads_no_table():
    script = (
        "import sys; opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "import wontload.knowledge\n"
        "print([path for path in opened if path.endswith(('.toml', '.txt'))])"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
