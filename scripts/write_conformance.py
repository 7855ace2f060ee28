"""Write docs/conformance.md from what `make sweep` recorded under .cache/sweep.

python scripts/write_conformance.py
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.corpus import pins  # noqa: E402
from tests.sweep.excused import reason_for, without_excuse  # noqa: E402
from tests.sweep.records import Record, fingerprint, records  # noqa: E402

PAGE = ROOT / "docs/conformance.md"
# Kind of sweep, the platform whose wheels it loads, who answers for real.
LOADERS = (
    ("glibc", f"manylinux_{platform.machine()}", "glibc"),
    ("musl", f"musllinux_{platform.machine()}", "musl"),
    ("windows", "win_amd64", "Wine"),
)
LOADED, IMPORTED = ("glibc", "musl", "windows"), ("imports-windows", "imports-linux")
WORLDS_OF = {
    "windows worlds": "Wine, with the Windows CPython",
    "glibc worlds": "glibc",
    "musl worlds": "musl",
}
INTRODUCTION = """\
# Conformance: how far the model agrees with the real ones

`make sweep` holds wontload against other parsers and against real loaders, and `scripts/write_conformance.py` writes
this page from its records. Nothing here is typed by hand. The wheels are those of `tests/support/wheels_sweep.toml`.
"""
PARSERS = """\
## Parsers

Every native file of every wheel, read by wontload and by LIEF, and by pefile (PE) or pyelftools (ELF). Compared:
libraries with the symbols taken from each, delay loads, exports with ordinals and forwarders; SONAME, RPATH, RUNPATH,
symbol versions, undefined and defined symbols; of each Mach-O slice libraries, install name, rpaths, minimum OS,
symbols. Where one of them differs, the reason stands [below](#differences-and-their-reasons).
"""
LOADS = """\
## Real wheels

Every native file of a wheel is asked of the model, and then loaded for real by its path: as an import opens an
extension module, and as `ctypes` does (Linux) or with `winmode=0` (Windows). musl is asked in two versions, 1.2.3 and
1.2.5, by a program that has a library with Python's symbols, or has none. Only the one wheel is installed, so many
files lack what they need, and must fail with the same error: the number on Windows, the whole text on Linux. Where both
succeed, every module that became mapped is compared. A process that dies in the load, from what an initialiser does,
leaves nothing to compare.
"""
IMPORTS = """\
## Imports, as `wontload check` foretells them

Every extension module of a wheel is judged for a clean machine (Windows 11 with the Visual C++ runtime; this Linux) and
then imported for real by a fresh process, alone and, where the list has any of them, with the wheels that it declares
to need. Where its package's own code ends the process, the file alone is loaded. What only Wine lacks, though Windows
has it, is counted apart.
"""
GENERATED = """\
## Generated worlds

Random libraries in random places, one load each; verdict, error, every path and the order are compared.
"""
LAST = """\
## What no real loader confirmed

[What follows from documents alone](loaders.md) is marked there. Mach-O files are compared between parsers; no dyld was
asked.
"""


def main() -> None:
    """Write the page. A part of which nothing was recorded here stays as it is, with the commit that it is about."""
    found = {kind: list(records(kind)) for kind in (*LOADED, "parsers", *IMPORTED, "generated")}
    before = standing(PAGE.read_text()) if PAGE.is_file() else {}
    parts = (
        (("parsers",), [PARSERS, parsers(found["parsers"])]),
        (LOADED, [LOADS, loads(found), died(found)]),
        (IMPORTED, [IMPORTS, imports(found)]),
        (("generated",), [GENERATED, generated(found["generated"])]),
        (("parsers", *LOADED), [differences(found)]),
    )
    written = []
    for kinds, texts in parts:
        made = [one for kind in kinds for one in found[kind]]
        heading = texts[0].partition("\n")[0]
        new = "\n".join(filter(None, [*texts, provenance(made)]))
        written.append(new if made or heading not in before else before[heading])
    PAGE.write_text("\n".join([INTRODUCTION, *written, LAST]))


def standing(page: str) -> dict[str, str]:
    """The parts of a page, by their headings."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: part.rstrip("\n") + "\n" for part in parts}


def provenance(made: Sequence[Record]) -> str:
    """Which source, when, with which programs."""
    if not made:
        return ""
    commits = Counter(one["commit"] for one in made)
    days = sorted({one["date"] for one in made})
    counted = ", ".join(f"{commit} ({count} records)" for commit, count in commits.most_common())
    earlier = sum(one["fingerprint"] != fingerprint(kind_of(one)) for one in made)
    programs = (
        os.confstr("CS_GNU_LIBC_VERSION") or "glibc",
        f"Wine {wine()}",
        f"CPython {platform.python_version()} on Linux, 3.11.9 for Windows",
        *(f"{name} {version(name)}" for name in ("lief", "pefile", "pyelftools")),
    )
    lines = [
        f"- Commits: {counted}; a plus means with changes that were not committed.",
        f"- Dates: {days[0]} to {days[-1]}.",
        f"- {earlier} records are from an earlier source than the one beside this page." if earlier else "",
        f"- Programs: {', '.join(programs)}; {platform.machine()}.",
    ]
    return "\n".join(filter(None, lines)) + "\n"


def kind_of(record: Record) -> str:
    """The kind of sweep that made a record: what its fingerprint is of."""
    if "kind" in record:
        return str(record["kind"])
    if "imports" in record:
        return f"imports-{'windows' if record['platform'].startswith('win') else 'linux'}"
    if "loads" not in record:
        return "parsers"
    system = str(record["platform"]).partition("_")[0]
    return {"manylinux": "glibc", "musllinux": "musl"}.get(system, "windows")


def wine() -> str:
    """Its version's number."""
    try:
        said = subprocess.run(["wine", "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return "not here"
    return match[0] if (match := re.search(r"\d+\.\d+", said)) else "of an unknown version"


def parsers(made: Sequence[Record]) -> str:
    """The figures of the parsers, by platform."""
    rows = []
    for name in dict.fromkeys(wheel.platform for wheel in pins()):
        some = [one for one in made if one["platform"] == name]
        rows.append((name, of(some, name), *counts("parsers", some)))
    return table(
        ("platform", "wheels", "files", "files that differ", "of these with a reason"),
        [*rows, ("all", f"{len(made)} of {len(pins())}", *counts("parsers", made))],
    )


def counts(kind: str, some: Iterable[Record]) -> tuple[int, int, int]:
    """Files, those with a difference, those of which every difference is excused."""
    some = list(some)
    differing = {(record["wheel"], one["file"]) for record in some for one in record["differences"]}
    bad = {(record["wheel"], one["file"]) for record in some for one in without_excuse(kind, record["differences"])}
    return sum(record["files"] for record in some), len(differing), len(differing - bad)


def of(some: Sequence[Record], name: str) -> str:
    """How many of a platform's wheels there are."""
    return f"{len(some)} of {len(pins(name))}"


def loads(found: dict[str, list[Record]]) -> str:
    """The figures of the loaders."""
    rows = []
    for kind, name, real in LOADERS:
        some = found[kind]
        total: Counter[str] = Counter()
        for record in some:
            total.update({key: value for key, value in record.items() if isinstance(value, int)})
        rows.append(
            (
                f"{real} ({name})",
                of(some, name),
                total["files"],
                total["loads"],
                share(total["same_verdict"], total["loads"]),
                share(total["same_modules"], total["modules"]),
                share(total["same_order"], total["succeed"]),
            )
        )
    return table(
        ("loader", "wheels", "files", "loads", "same verdict and error", "same module paths", "same list in order"),
        rows,
    )


def share(part: int, whole: int) -> str:
    """A part of a whole, with its percentage rounded down, so that 100 % means all."""
    percent = f" ({part * 10000 // whole / 100:g} %)" if whole else ""
    return f"{part} of {whole}{percent}"


def died(found: dict[str, list[Record]]) -> str:
    """The loads that ended the process."""
    gone = [f"- {real}: `{one}`" for kind, _, real in LOADERS for record in found[kind] for one in record["died"]]
    return "\n".join(["Loads that ended the process, which are not counted above:", "", *gone, ""]) if gone else ""


def imports(found: dict[str, list[Record]]) -> str:
    """The figures of the imports, what they ended in, and what differs."""
    rows, told = [], []
    for kind, name, real in (("imports-windows", "win_amd64", "Wine"), ("imports-linux", LOADERS[0][1], "this Linux")):
        some = found[kind]
        if not some:
            continue
        total, raised = sum(one["imports"] for one in some), sum(one["python"] for one in some)
        lacking = [line for one in some for line in one["lacking"]]
        gone = [line for one in some for line in one["died"]]
        answered = total - len(lacking) - len(gone) - raised
        agree = share(sum(one["agree"] for one in some), answered)
        rows.append((real, of(some, name), total, agree, raised, len(gone), len(lacking)))
        names = Counter(file for line in lacking for file in line.rpartition(": ")[2].split(", "))
        told += [f"- {real} lacks {file}, which {count} imports need." for file, count in sorted(names.items())]
        told += [f"- {real}, the process ended: {line}" for line in shortened([f"`{line}`" for line in gone])]
        for one in (one for record in some for one in record["differences"]):
            reason = reason_for(kind, one) or "No reason yet: to be mended."
            told.append(f"- {real}: `{one['file']}` ({one['about']}) differs. {reason}")
    header = (
        "asked",
        "wheels",
        "imports",
        "same answer",
        "ended by Python code",
        "process ended",
        "only Wine lacks it",
    )
    return table(header, rows) + "\n" + "\n".join([*told, ""])


def generated(made: Sequence[Record]) -> str:
    """The figures of the generated worlds."""
    kinds: dict[str, list[Record]] = defaultdict(list)
    for one in made:
        kinds[one["kind"]].append(one)
    rows = []
    for kind, batches in kinds.items():
        wrong = sum(not one["passed"] for one in batches)
        rows.append(
            (
                WORLDS_OF[kind],
                sum(one["worlds"] for one in batches),
                f"{len(batches) - wrong} of {len(batches)} batches agree" if wrong else "all agree",
                ", ".join(sorted({one["commit"] for one in batches})),
                " to ".join(
                    sorted({one["date"] for one in batches})[:: max(len({one["date"] for one in batches}) - 1, 1)]
                ),
            )
        )
    return table(("loader", "worlds", "outcome", "commits", "dates"), rows) if rows else "None was recorded yet.\n"


def differences(found: dict[str, list[Record]]) -> str:
    """Every difference with its reason, and those that have none."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for kind in ("parsers", "glibc", "musl", "windows"):
        for one in (one for record in found[kind] for one in record["differences"]):
            by_reason[reason_for(kind, one) or "No reason yet: to be mended."].append(f"{one['file']} ({one['about']})")
    lines = ["## Differences and their reasons", ""]
    for reason, files in by_reason.items():
        lines += [f"{reason} {len(files)} in all:", *(f"- `{file}`" for file in shortened(files)), ""]
    return "\n".join(lines if by_reason else [*lines, "There is none.", ""])


def shortened(files: list[str]) -> Iterator[str]:
    """A list that a reader can take in."""
    yield from files[:12]
    if len(files) > 12:
        yield f"and {len(files) - 12} more"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
