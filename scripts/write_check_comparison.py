"""Write docs/check-comparison.md: what other tools find in wheels, and what `wontload check` finds in the same ones.

    python -m venv TOOLS && TOOLS/bin/pip install auditwheel delvewheel abi3audit check-wheel-contents
    python scripts/write_check_comparison.py TOOLS/bin WHEEL-OR-DIRECTORY…

Each tool is asked as its own documentation says. A line of the table is one thing that a tool said of one wheel.
What the tools wrote is kept under `.cache/check-comparison`: of hundreds of wheels that takes most of an hour, and from
run to run only our own answers change.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.corpus import pins
from tests.support.images import pe
from tests.support.locks import CACHE
from tests.support.wheels import make_wheel

from wontload.app.check import checking
from wontload.wheels.checking import CheckedWheel

DOCUMENT = Path(__file__).parent.parent / "docs/check-comparison.md"
KEPT = CACHE / "check-comparison"
LONGEST_S = 900
TAG = re.compile(r"following platform tag:?\s+\"(\S+?)\"")
WANTED = re.compile(r"((?:many|musl)linux_\d+_\d+)_")
GRAFTED = re.compile(r"[^/]+\.libs/.+\.so")  # what auditwheel puts there is no module, though its name ends in .so
# Which of our findings says the same, and in which words.
SAME = {
    "auditwheel": {"WL511": "", "WL512": "", "WL514": ""},
    "delvewheel": {"WL201": "", "WL202": "", "WL209": ""},
    "abi3audit": {"WL513": ""},
    "W001": {"WL519": "byte code"},
    "W002": {"WL519": "has the bytes of"},
    "W003": {"WL519": "no "},  # is no module; no import statement can spell it
    "W004": {"WL519": "no import statement"},
    "W005": {"WL519": "as those of other projects"},
    "W006": {"WL519": "site-packages itself"},
    "W007": {"WL519": "is all that"},
    "W008": {"WL519": "is all that"},
    "W009": {"WL519": "names at the top"},
    "W010": {"WL519": "holds no Python module"},
}


def main(tools: Path, subjects: list[str]) -> None:
    """Ask all tools, and write the table."""
    with tempfile.TemporaryDirectory() as directory:
        made = [str(path) for path in faulty(Path(directory))]
        with checking([*subjects, *made], python=lambda: sys.executable) as found:
            wheels = list({Path(path).name: path for path in found.paths}.values())
            rows = [row for path in wheels for row in compared(tools, found.check(path))]
    missed = sum(not ours for *_, ours in rows)
    lines = [f"| {wheel} | {tool} | {said} | {ours or '**nothing**'} |" for wheel, tool, said, ours in rows]
    today, named = datetime.date.today(), ", ".join(f"{name} {version}" for name, version in versions(tools).items())
    head = HEAD.format(date=today, tools=named, count=len(wheels), said=len(rows), missed=missed, broke=len(BROKEN))
    DOCUMENT.write_text(head + "\n".join(lines) + "\n")
    print(f"{len(rows)} lines, {missed} of which we find nothing", *sorted(BROKEN), sep="\n")


NAMES = ("abi3audit", "auditwheel", "check-wheel-contents", "delvewheel")
BROKEN: set[str] = set()  # of what answers the table lacks: tool and wheel
HEAD = """\
# What other tools find, and what `wontload check` finds

Written by `scripts/write_check_comparison.py` on {date}, with {tools}.
Of {count} wheels (those of the tests and of the sweep, and some that were made faulty on purpose) the other tools said
{said} things; of {missed} of them `wontload check` says nothing. {broke} times a tool broke off instead.
abi3audit goes by names alone: what a module for Windows imports from another DLL than Python's (`PyRun_String` of
shiboken6.abi3.dll) is no question of Python's ABI. And delvewheel's table of what a Python brings has no 3.7 for
Windows on ARM64, which the tag cp37-abi3-win_arm64 claims: those that it has, 3.9 and newer, bring vcruntime140.dll.

| wheel | tool | says | `wontload check` |
|---|---|---|---|
"""


def faulty(directory: Path) -> Iterator[Path]:
    """Wheels with one fault each, two of them real ones under a tag that they do not keep."""
    by_name = {wheel.name: wheel.path() for wheel in pins("manylinux_x86_64") if wheel.name in ("lxml", "msgpack")}
    yield retagged(by_name["lxml"], directory, "cp311-cp311-manylinux_2_17_x86_64")
    yield retagged(
        by_name["msgpack"], directory, "cp39-abi3-manylinux_2_28_x86_64", (".cpython-311-x86_64-linux-gnu", ".abi3")
    )
    lost = pe(needs=["lost.dll", "MSVCP140.dll", "KERNEL32.dll"])
    yield make_wheel(directory, {"demo/a.pyd": lost}, name="lost_dll")
    layout = {
        "tests/__init__.py": b"",
        "demo/__init__.py": b"",
        "demo/a.pyc": b"x",
        "__init__.py": b"",
        "readme.txt": b"1",
    }
    yield make_wheel(directory, layout, name="layout", tag="py3-none-any", pure=True)
    yield make_wheel(directory, {}, name="empty", tag="py3-none-any", pure=True)


def retagged(wheel: Path, directory: Path, tag: str, renamed: tuple[str, str] = ("", "")) -> Path:
    """A copy of a wheel under another tag, parts of its members' names replaced."""
    name, version = wheel.name.split("-")[:2]
    path = directory / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as copy:
        for one in whole.infolist():
            copy.writestr(one.filename.replace(*renamed) if renamed[0] else one.filename, whole.read(one))
    return path


def compared(tools: Path, wheel: CheckedWheel) -> Iterator[tuple[str, str, str, str]]:
    """(wheel, tool, what it says, our findings that say the same)."""
    name = Path(wheel.path).name
    for tool, said in dict.fromkeys(things(tools, wheel)):
        same = SAME.get(said.partition(":")[0] if tool == "check-wheel-contents" else tool, {})
        ours = {
            one.finding.code
            for one in wheel.findings
            for fact in one.finding.evidence
            if one.finding.code in same and same[one.finding.code] in fact.text
        }
        yield name, tool, said.replace("|", "\\|"), ", ".join(sorted(ours))


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
        lacking = re.findall(r"^\s+(\S+\.dll) \(Error: Not Found\)", out, re.MULTILINE | re.IGNORECASE)
        with zipfile.ZipFile(wheel.path) as archive:
            own = {name.rpartition("/")[2].lower() for name in archive.namelist()}
        if lacking and not own.issuperset(lacking):  # what lies beside its user is not found by it either
            yield "delvewheel", f"not found: {', '.join(lacking)}"
    if any("-abi3-" in tag for tag in wheel.tags):
        out = re.sub(r"\s+", " ", ask(tools / "abi3audit", "-s", wheel.path))
        match = re.search(r"(\d+) ABI version mismatches and (\d+) ABI violations", out)
        if match and match.groups() != ("0", "0"):
            yield "abi3audit", match[0]
    layout = ask(tools / "check-wheel-contents", wheel.path)
    for code, what, files in re.findall(r": (W\d+): ([^\n:]+):?\n((?:  \S.*\n?)*)", layout):
        if code != "W004" or not all(GRAFTED.match(one.strip()) for one in files.splitlines()):
            yield "check-wheel-contents", f"{code}: {what}"


def keeps(tag: str, platforms: set[str]) -> bool:
    """Whether auditwheel's tag is as old as the oldest that the wheel claims."""
    ages = [tuple(map(int, re.findall(r"_(\d+)_(\d+)_", one)[0])) for one in (tag, *platforms) if WANTED.match(one)]
    return tag in platforms or (bool(WANTED.match(tag)) and ages[0] <= min(ages[1:], default=ages[0]))


def ask(program: Path, *arguments: str) -> str:
    """All that a tool writes, kept from when it was first asked this."""
    wheel = Path(arguments[-1])
    asked = "\n".join([*arguments[:-1], *versions(program.parent).values(), hashed(wheel)])
    kept = KEPT / f"{wheel.name}.{program.name}.{hashlib.sha256(asked.encode()).hexdigest()[:16]}.txt"
    if not kept.is_file():
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(written(program, *arguments), errors="backslashreplace")
    found = kept.read_text()
    if "Traceback" in found:
        BROKEN.add(f"{program.name} {wheel.name}")
    return found


def written(program: Path, *arguments: str) -> str:
    """The same, asked now."""
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        return f"Traceback: no answer within {LONGEST_S} s"
    return done.stdout + done.stderr


@cache
def hashed(wheel: Path) -> str:
    """Its hash."""
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@cache
def versions(tools: Path) -> dict[str, str]:
    """The versions of the tools."""
    out = subprocess.run([tools / "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    found = dict(line.split("==") for line in out.split() if "==" in line)
    return {name: found[name] for name in NAMES}


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), sys.argv[2:])
