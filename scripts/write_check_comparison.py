"""Write docs/check-comparison.md: what other tools find in wheels, and what `wontload check` finds in the same ones.

    python -m venv TOOLS && TOOLS/bin/pip install auditwheel delvewheel abi3audit check-wheel-contents
    python scripts/write_check_comparison.py TOOLS/bin WHEEL-OR-DIRECTORY…

Each tool is asked as its own documentation says. A line of the table is one thing that a tool said of one wheel.
"""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.images import elf, pe
from tests.support.wheels import make_wheel
from wontload.app.check import checking
from wontload.wheels.checking import CheckedWheel

DOCUMENT = Path(__file__).parent.parent / "docs/check-comparison.md"
TAG = re.compile(r"following platform tag:?\s+\"(\S+?)\"")
WANTED = re.compile(r"((?:many|musl)linux_\d+_\d+)_")
# Which of our findings says the same.
SAME = {
    "auditwheel": ("WL511", "WL512", "WL514"),
    "delvewheel": ("WL201", "WL202", "WL209"),
    "abi3audit": ("WL513",),
    "W001": ("WL519",), "W002": ("WL519",), "W003": ("WL519",), "W004": ("WL519",), "W005": ("WL519",),
    "W006": ("WL519",), "W007": ("WL519",), "W008": ("WL519",), "W009": ("WL519",), "W010": ("WL519",),
}  # fmt: skip


def main(tools: Path, subjects: list[str]) -> None:
    """Ask all tools, and write the table."""
    with tempfile.TemporaryDirectory() as directory:
        made = [str(path) for path in faulty(Path(directory))]
        with checking([*subjects, *made], python=lambda: sys.executable) as found:
            rows = [row for path in found.paths for row in compared(tools, found.check(path))]
    versions = subprocess.run([tools / "pip", "freeze"], capture_output=True, text=True, check=True).stdout.split()
    named = [one.replace("==", " ") for one in versions if one.partition("==")[0].replace("_", "-") in NAMES]
    missed = sum(not ours for *_, ours in rows)
    lines = [f"| {wheel} | {tool} | {said} | {ours or '**nothing**'} |" for wheel, tool, said, ours in rows]
    DOCUMENT.write_text(HEAD.format(date=datetime.date.today(), tools=", ".join(named), count=len(found.paths), said=len(rows), missed=missed) + "\n".join(lines) + "\n")  # fmt: skip
    print(f"{len(rows)} lines, {missed} of which we find nothing")


NAMES = {"auditwheel", "delvewheel", "abi3audit", "check-wheel-contents"}
HEAD = """\
# What other tools find, and what `wontload check` finds

Written by `scripts/write_check_comparison.py` on {date}, with {tools}. Of {count} wheels (those of the tests, and some that
were made faulty on purpose) the other tools said {said} things; of {missed} of them `wontload check` says nothing.

| wheel | tool | says | `wontload check` |
|---|---|---|---|
"""


def faulty(directory: Path) -> Iterator[Path]:
    """Wheels with one fault each."""
    linux = "cp39-abi3-manylinux_2_17_x86_64"
    new = elf(needed=["libc.so.6"], versions_needed=[("libc.so.6", "GLIBC_2.34")], undefined=["PyList_New"])
    yield make_wheel(directory, {"demo/a.abi3.so": new}, name="too_new", tag=linux)
    outside = elf(needed=["libssl.so.3", "libc.so.6"], undefined=["PyList_New"])
    yield make_wheel(directory, {"demo/a.abi3.so": outside}, name="not_bundled", tag=linux)
    beyond = elf(needed=["libc.so.6"], undefined=["_PyLong_AsByteArray", "PyObject_CallNoArgs"])
    yield make_wheel(directory, {"demo/a.abi3.so": beyond}, name="beyond_abi3", tag=linux)
    lost = pe(needs=["lost.dll", "MSVCP140.dll", "KERNEL32.dll"])
    yield make_wheel(directory, {"demo/a.pyd": lost}, name="lost_dll")
    layout = {"tests/__init__.py": b"", "demo/__init__.py": b"", "demo/a.pyc": b"x", "__init__.py": b"", "readme.txt": b"1"}
    yield make_wheel(directory, layout, name="layout", tag="py3-none-any", pure=True)
    yield make_wheel(directory, {}, name="empty", tag="py3-none-any", pure=True)


def compared(tools: Path, wheel: CheckedWheel) -> Iterator[tuple[str, str, str, str]]:
    """(wheel, tool, what it says, our findings that say the same)."""
    name = Path(wheel.path).name
    codes = sorted({one.finding.code for one in wheel.findings})
    for tool, said in things(tools, wheel):
        kind = said.partition(":")[0] if tool == "check-wheel-contents" else tool
        ours = [code for code in codes if code in SAME.get(kind, ())]
        yield name, tool, said.replace("|", "\\|"), ", ".join(ours)


def things(tools: Path, wheel: CheckedWheel) -> Iterator[tuple[str, str]]:
    """What each tool says against a wheel."""
    platforms = {tag.rpartition("-")[2] for tag in wheel.tags}
    if any(one.startswith(("manylinux", "musllinux")) for one in platforms):
        out = ask(tools / "auditwheel", "show", wheel.path)
        match = TAG.search(" ".join(out.split()))
        if match and not keeps(match[1], platforms):
            yield "auditwheel", f"consistent with {match[1]} only"
    if any(one.startswith("win") for one in platforms):
        out = ask(tools / "delvewheel", "show", wheel.path)
        lacking = re.findall(r"^\s+(\S+\.dll)(?: \(not found\)|: not found)", out, re.MULTILINE | re.IGNORECASE)
        if lacking:
            yield "delvewheel", f"not found: {', '.join(lacking)}"
    if any("-abi3-" in tag for tag in wheel.tags):
        out = ask(tools / "abi3audit", "-s", wheel.path)
        if "0 ABI version mismatches and 0 ABI violations" not in out and "violation" in out:
            yield "abi3audit", " ".join(out.split())[-160:]
    for code, what in re.findall(r": (W\d+): ([^\n:]+)", ask(tools / "check-wheel-contents", wheel.path)):
        yield "check-wheel-contents", f"{code}: {what}"


def keeps(tag: str, platforms: set[str]) -> bool:
    """Whether auditwheel's tag is as old as the oldest that the wheel claims."""
    ages = [tuple(map(int, re.findall(r"_(\d+)_(\d+)_", one)[0])) for one in (tag, *platforms) if WANTED.match(one)]
    return tag in platforms or (bool(WANTED.match(tag)) and ages[0] <= min(ages[1:], default=ages[0]))


def ask(program: Path, *arguments: str) -> str:
    """All that a tool writes."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=600, check=False)
    return done.stdout + done.stderr


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), sys.argv[2:])
