"""What a sweep found out, one file a wheel under `.cache/sweep`, so that one that was broken off goes on where it was.

A record holds for the code that it was made with: `fingerprint` covers the rooms that a sweep is about and the code
that asks. When any of it changes, the wheel is asked again; so is one with a difference that nothing excuses.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.corpus import Wheel
from tests.support.locks import CACHE, ROOT
from tests.sweep.excused import without_excuse

RECORDS = CACHE / "sweep"
# What each kind of sweep is a statement about, and who asks.
SUBJECTS = {
    "parsers": (
        "src/wontload/binary",
        "benchmarks/parse_contenders.py",
        "tests/sweep/comparison.py",
        "tests/sweep/macho.py",
    ),
    "glibc": (
        "src/wontload/binary",
        "src/wontload/machine",
        "src/wontload/loader/glibc",
        "tests/oracles/glibc/oracle.py",
        "tests/oracles/glibc/child.py",
        "tests/sweep/loads.py",
        "tests/sweep/test_glibc.py",
    ),
    "musl": (
        "src/wontload/binary",
        "src/wontload/machine",
        "src/wontload/loader/musl",
        "tests/oracles/musl/oracle.py",
        "tests/support/musl.py",
        "tests/sweep/loads.py",
        "tests/sweep/test_musl.py",
    ),
    "windows": (
        "src/wontload/binary",
        "src/wontload/machine",
        "src/wontload/loader/quirks.py",
        "src/wontload/loader/windows",
        "tests/oracles/windows/world.py",
        "tests/oracles/windows/child.py",
        "tests/sweep/loads.py",
        "tests/sweep/test_windows.py",
    ),
}
JUDGING = ("src/wontload/wheels/judging.py", "src/wontload/wheels/laying.py", "src/wontload/knowledge/profiles.py")
IMPORTS = ("tests/sweep/imports.py", "tests/sweep/test_imports.py")
SUBJECTS |= {
    "imports-linux": (*SUBJECTS["glibc"][:3], *JUDGING, *IMPORTS),
    "imports-windows": (*SUBJECTS["windows"][:4], *JUDGING, *IMPORTS),
    "glibc worlds": (*SUBJECTS["glibc"][:5], "tests/oracles/glibc/worlds.py", "tests/support/gcc.py"),
    "musl worlds": (
        *SUBJECTS["musl"][:4],
        "tests/oracles/musl/worlds.py",
        "tests/oracles/glibc/worlds.py",
        "tests/support/gcc.py",
    ),
    "windows worlds": (*SUBJECTS["windows"][:6], "tests/oracles/windows/test_generated.py", "tests/support/mingw.py"),
}
Record = dict[str, Any]


def recorded(kind: str, wheel: Wheel, ask: Callable[[Wheel], Record]) -> Record:
    """The record of a wheel: the one that is there if it holds and says nothing bad, else a new one."""
    path = RECORDS / kind / f"{wheel.file}.json"
    found = json.loads(path.read_text()) if path.is_file() else {}
    if found.get("fingerprint") == fingerprint(kind) and not without_excuse(kind, found["differences"]):
        return found
    record = {"wheel": wheel.file, "platform": wheel.platform, **ask(wheel), **provenance(kind)}
    write(path, record)
    return record


def write(path: Path, record: Record) -> None:
    """Put a record where it belongs, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(record, indent=1) + "\n")
    unfinished.replace(path)


def records(kind: str) -> Iterator[Record]:
    """All records of a kind, by wheel."""
    for path in sorted((RECORDS / kind).glob("*.json")):
        yield json.loads(path.read_text())


def today() -> str:
    return datetime.date.today().isoformat()


def provenance(kind: str) -> Record:
    """When, and with which code."""
    return {"fingerprint": fingerprint(kind), "commit": commit(), "date": today()}


@cache
def fingerprint(kind: str) -> str:
    """Of the source that a record depends on."""
    digest = hashlib.sha256()
    for subject in SUBJECTS[kind]:
        place = ROOT / subject
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def commit() -> str:
    """The commit checked out, with a plus where `src` differs from it."""
    head = _git("rev-parse", "--short", "HEAD")
    return head + ("+" if _git("status", "--porcelain", "src") else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or ("unknown" if done.returncode else "")
