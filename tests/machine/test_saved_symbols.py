"""Symbols of a large saved machine: each once in a table, and back; a stranger's table is bounded."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wontload.machine.saved_symbols import numbered, spelled
from wontload.machine.shapes import Misfit
from wontload.machine.snapshot_json import LARGEST_FILE_BYTES, MOST_CONTAINERS

NAMES = st.text(st.sampled_from("_ZNabé 7\n"), max_size=12)
ROWS = st.one_of(
    st.tuples(NAMES),
    st.tuples(NAMES, st.none(), st.sampled_from(["GLIBC_2.2.5", "X"])),
    st.tuples(st.none(), st.integers(1, 99)),  # of a DLL: by its ordinal alone
)
TABLES = st.lists(ROWS.map(list), max_size=8)


def machine(**tables: Any) -> dict[str, Any]:
    """A machine with one file. `needed` is what it takes from one library."""
    needed = tables.pop("needed", None)
    image = {} if needed is None else {"image": {"needed": [{"name": "libx.so", "symbols": needed}]}}
    return {"machine": {"files": {"images": {"/a.so": {**image, **tables}}}}}


@given(TABLES, TABLES, TABLES)
@settings(max_examples=80)
def test_what_was_numbered_is_spelled_again(exports: list[Any], undefined: list[Any], needed: list[Any]) -> None:
    value = machine(exports=exports, undefined=undefined, needed=needed)
    small = numbered(copy.deepcopy(value))
    names = [row for row in (*exports, *undefined, *needed) if row[0] is not None]
    assert len(small["symbols"]) == len({json.dumps(row) for row in names})
    back = spelled(json.loads(json.dumps(small)))
    del back["symbols"], back["traits"]
    assert back == value


def test_what_thousands_have_besides_their_names_stands_once() -> None:
    given, taken = (
        [[f"{number:04}", *more] for number in range(2000)] for more in ([None, "V_1"], [None, None, "V_1"])
    )
    small = numbered(copy.deepcopy(machine(exports=given, undefined=taken)))
    assert small["traits"] == [[None, "V_1"], [None, None, "V_1"]]
    assert len(json.dumps(small["symbols"])) < 4000 * len('"3/1 9", ')


def test_long_names_that_begin_alike_take_little() -> None:
    rows = [[f"_ZN2at{'x' * 200}{number:04}"] for number in range(500)]
    value = machine(exports=rows, undefined=rows)
    assert len(json.dumps(numbered(copy.deepcopy(value)))) * 10 < len(json.dumps(value))


@pytest.mark.parametrize(
    ("table", "rows", "says"),
    [
        (["0 a"], [1], "1 is not in a table of 1"),
        (["0 a"], [-1], "-1 is not in a table of 1"),
        (["1 a"], [0], "no name that goes on from"),
        (["a"], [0], "no name that goes on from"),
        ([7], [0], "no name that goes on from"),
        ([[]], [0], "no name that goes on from"),
        (["0/1 a"], [0], "1 is not in a table of 1 traits"),
        (["0/0 a"], [0], "a whole number stands where a list belongs"),
        ("0 a", [0], "a text stands where a list belongs"),
        (["0 a"], [0] * (MOST_CONTAINERS + 1), "symbols of all files"),
        ([f"0 {'x' * 100_000}", *["100000 x"] * (LARGEST_FILE_BYTES // 100_000)], [0], "more than .* characters"),
    ],
)
def test_a_table_of_a_stranger_s(table: Any, rows: list[Any], says: str) -> None:
    with pytest.raises(Misfit, match=says):
        spelled({**machine(exports=rows), "symbols": table, "traits": [7]})


def test_what_is_no_table_is_left_to_the_reader() -> None:
    for images in (None, [], {"/a.so": None}, {"/a.so": {"image": [], "exports": {}}}):
        value = {"machine": {"files": {"images": images}}, "symbols": []}
        assert spelled(copy.deepcopy(value)) == value
