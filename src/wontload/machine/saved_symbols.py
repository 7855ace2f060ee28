"""Symbols in a large saved machine: each once, in a table that the files' own tables count into.

What one library takes another gives, so most symbols stand in a file twice or more, and C++ makes their names long. The
table `symbols` is sorted by name; each entry says how many characters its name begins with that the one before it has
as well: `0 _ZN2at3addE`, then `8 subE`. What there is to a symbol besides its name (its version, that it is weak) is
the same for thousands: it stands once in the table `traits`, which an entry names by its index: `8/2 subE`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wontload.machine.shapes import Misfit, entries, within
from wontload.machine.snapshot_json import LARGEST_FILE_BYTES, MOST_CONTAINERS

TABLES = ("exports", "undefined")  # of an image; and the symbols of each library that it needs
ENTRY = re.compile(r"(\d{1,6})(?:/(\d{1,6}))? (.*)", re.DOTALL)


def numbered(value: dict[str, Any]) -> dict[str, Any]:
    """The `wontload.machine/1` object with a number for each symbol that has a name. The object is changed."""
    tables = list(_tables(value))
    rows = {json.dumps(row): row for table in tables for row in table if isinstance(row[0], str)}
    order = sorted(rows, key=lambda text: (rows[text][0], text))
    numbers = {text: number for number, text in enumerate(order)}
    for table in tables:
        table[:] = [numbers.get(json.dumps(row), row) for row in table]
    traits: dict[str, int] = {}
    value["symbols"] = list(_shortened((rows[text] for text in order), traits))
    value["traits"] = [json.loads(text) for text in traits]
    return value


def spelled(raw: dict[str, Any]) -> dict[str, Any]:
    """The object with the symbols where the numbers stood. It is changed. Raises `Misfit`."""
    if "symbols" not in raw:
        return raw
    with within("symbols"):
        symbols = _whole(entries(raw["symbols"]), entries(raw.get("traits", [])))
    spare = MOST_CONTAINERS
    for table in _tables(raw):
        spare -= len(table)
        if spare < 0:
            raise Misfit(f"more than {MOST_CONTAINERS} symbols of all files")
        table[:] = [_at(symbols, row) if type(row) is int else row for row in table]
    return raw


def _tables(value: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Every list of symbols of every file; what is no such list is left to whoever reads it strictly."""
    images: Any = value
    for name in ("machine", "files", "images"):
        images = images.get(name) if isinstance(images, dict) else None
    for saved in images.values() if isinstance(images, dict) else ():
        if isinstance(saved, dict):
            yield from (rows for name in TABLES if isinstance(rows := saved.get(name), list))
            yield from _of_needed(saved.get("image"))


def _of_needed(image: object) -> Iterator[list[Any]]:
    needed = image.get("needed") if isinstance(image, dict) else None
    for one in needed if isinstance(needed, list) else ():
        if isinstance(one, dict) and isinstance(rows := one.get("symbols"), list):
            yield rows


def _shortened(rows: Iterable[list[Any]], traits: dict[str, int]) -> Iterator[str]:
    """The entries; what they name of `traits` is put there."""
    last = ""
    for name, *more in rows:
        most = min(len(last), len(name))
        shared = next((at for at in range(most) if last[at] != name[at]), most)
        trait = f"/{traits.setdefault(json.dumps(more), len(traits))}" if more else ""
        yield f"{shared}{trait} {name[shared:]}"
        last = name


def _whole(table: Sequence[object], traits: Sequence[object]) -> list[list[Any]]:
    found: list[list[Any]] = []
    last, spare = "", LARGEST_FILE_BYTES
    for number, entry in enumerate(table):
        match = ENTRY.fullmatch(entry) if isinstance(entry, str) else None
        if match is None or int(match[1]) > len(last):
            raise Misfit("no name that goes on from the one before it").inside(number)
        last = last[: int(match[1])] + match[3]
        spare -= len(last)
        if spare < 0:
            raise Misfit(f"names of more than {LARGEST_FILE_BYTES} characters")
        found.append([last, *(entries(_at(traits, int(match[2]), "traits")) if match[2] else ())])
    return found


def _at(table: Sequence[Any], number: int, of: str = "symbols") -> Any:
    if not 0 <= number < len(table):
        raise Misfit(f"{str(number)[:20]} is not in a table of {len(table)} {of}")
    return table[number]
