"""What file a person means who names a library as compilers do: `zmq` for libzmq.so.5, `zlib` for libz.so.1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wontload.diagnosis.contents import plain
from wontload.knowledge.components import Component, components
from wontload.machine.files import NATIVE_SUFFIX

SUFFIX = {"windows": r"\.dll", "linux": r"\.so(?:\.\d[\w.]*)?", "macos": r"(?:\.\d[\d.]*)?\.dylib"}
# What stands between a library's name and its suffix: MinGW's and Microsoft's manners of writing a version.
VERSION = {"windows": r"(?:[-_]?\d[\d_.-]*)?", "linux": "", "macos": ""}


def meant(name: str, system: str, here: Iterable[str]) -> tuple[str, ...]:
    """File names that a bare name may stand for, the likeliest first; none for a name that is a file's itself.

    Args:
        name: such as `zmq`. system: whose files. here: names of files on the machine.

    A file that is here comes before one that only a table has; of one library in several versions the newest first. Of
    a library whose own name is the word (`zlib`) the files do not have to be called like it.
    """
    if NATIVE_SUFFIX.search(name):
        return ()
    known = list(_in_tables(name, system))
    pattern = _pattern(name, system)
    files = dict.fromkeys(here)
    found = [one for one in files if pattern.fullmatch(plain(one))]
    known_here = [one for one in known if one in files]
    return tuple(dict.fromkeys((*known_here, *sorted(found, key=_newest), *known)))


def _pattern(name: str, system: str) -> re.Pattern[str]:
    folded = re.IGNORECASE if system == "windows" else 0
    return re.compile(f"(?:lib)?{re.escape(name)}{VERSION[system]}{SUFFIX[system]}", folded)


def _newest(name: str) -> tuple[object, ...]:
    """Order of files of one library: `libfoo.so.2` before `libfoo.so.1`, the short name before `libfoo.so.1.2.3`.

    What a repairing tool renamed (`libfoo-5a2c77e1.so.1`) is a wheel's own and comes last.
    """
    own = plain(name)
    numbers = [int(one) for one in re.findall(r"\d{1,9}", own.partition(".")[2])]
    return (own != name, not numbers, [-one for one in numbers[:1]], len(name), name)


def _in_tables(name: str, system: str) -> Iterator[str]:
    """Files that the tables have under that name, exact ones alone; the newest major version first."""
    pattern, word = _pattern(name, system), name.lower()
    fitting: list[tuple[tuple[int, ...], list[str]]] = []
    for one in components():
        files = [file for file in one.row.get(system, ()) if not re.search(r"[*?\[]", file)]
        called = word in (one.family.lower(), one.title.lower())
        if kept := files if called else [file for file in files if pattern.fullmatch(file)]:
            fitting.append((_major(one), kept))
    for _, files in sorted(fitting, key=lambda pair: pair[0], reverse=True):
        yield from files


def _major(component: Component) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d{1,9}", component.major)))
