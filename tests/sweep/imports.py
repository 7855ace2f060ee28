"""The extension modules of a wheel: what `check` says of each, and what a real Python's import comes to."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tests.support.corpus import Wheel
from wontload.loader import LoadResult
from wontload.machine import Machine, Process
from wontload.wheels.archive import Archive
from wontload.wheels.judging import Judge
from wontload.wheels.laying import laid_over
from wontload.wheels.wheel import read_wheel

# What a loader's refusal reads like, under Python of any system. Everything else that an import raises comes of Python
# code: a package that is not installed, an assertion, a setting.
REFUSED = re.compile(
    r"DLL load failed|cannot open shared object|undefined symbol|version `|invalid ELF|executable stack|file too short|"
    r"WinError (126|127|182|193|1114)|Could not find module"
)
# The module by its name; where Python code ends that, its file alone, which is what the loader is asked for.
SCRIPT = """
import importlib, importlib.util, json, sys
name, path = sys.argv[1:]
said = []
def by_name():
    importlib.import_module(name)
def by_file():
    spec = importlib.util.spec_from_file_location(name.rpartition(".")[2], path)
    importlib.util.module_from_spec(spec)
for attempt in (by_name, by_file):
    try:
        attempt()
        said.append(["loads", ""])
    except BaseException as error:
        said.append([type(error).__name__, str(error)])
print("\\n" + json.dumps(said))
"""
LIMIT_S = 90
Run = Callable[[str, str], "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """One module.

    Attributes:
        member: its file in the wheel. predicted: `loads`, `fails` or `undetermined`.
        observed: `loads`, `refused` by the loader, `python` (an exception of Python code), or `died`.
        said: what came out.
        system: files of the system that it is said to load with, by name in lower case.
        lacks: those among them that the real system asked does not have, though the one that was meant does.
    """

    member: str
    predicted: str
    observed: str
    said: str
    system: frozenset[str] = frozenset()
    lacks: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """What Python code ended says nothing of the load, and neither does a process that died in an initialiser."""
        if self.observed in ("python", "died") or self.is_lacking:
            return True
        return (self.predicted, self.observed) in (("loads", "loads"), ("fails", "refused"))

    @property
    def is_lacking(self) -> bool:
        """Whether it was refused for want of a file that only the system that was asked does not have."""
        return bool(self.lacks) and (self.predicted, self.observed) == ("loads", "refused")


def compare(
    wheel: Path, beside: Sequence[Path], machine: Machine, process: Process, site: str, run: Run, most: int = 10_000
) -> Iterator[Imported]:
    """Every extension module of a wheel.

    Args:
        beside: other wheels that are installed with it. machine, process: as they are without them.
        site: where they lie on the machine, as it spells paths.
        run: imports one module in a fresh process there: its dotted name, its member in the wheel.
        most: how many modules.
    """
    with ExitStack() as opened:
        wheels = [read_wheel(opened.enter_context(Archive(path))) for path in (wheel, *beside)]
        judge = Judge(laid_over(machine, wheels, site), process, wheels, site)
        modules = (one for one in judge.judge(wheels[0]) if one.mode == "import" and module_of(one.member))
        for one in islice(modules, most):
            observed, said = outcome(run(module_of(one.member), one.member), alone=not one.added)
            if observed == "died" and not one.added:  # of what its package imports, mostly: the file alone, once more
                observed, said = outcome(run("", one.member), alone=True)
            yield Imported(
                member=one.member,
                predicted=one.verdict.value,
                observed=observed,
                said=said,
                system=_of_the_system(one.result, machine),
            )


def _of_the_system(result: LoadResult, machine: Machine) -> frozenset[str]:
    """The names of the files that come from Windows' own directory; of other systems none are asked for."""
    if machine.system.name != "windows":
        return frozenset()
    directory = machine.system.windows_directory.lower() + "\\"
    return frozenset(one.name.lower() for one in result.modules if (one.path or "").lower().startswith(directory))


def module_of(member: str) -> str:
    """The dotted name under which an extension module would be imported; empty for one that no import finds."""
    if ".data/" in member:
        return ""
    *packages, base = member.split("/")
    parts = [*packages, base.partition(".")[0]]
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def outcome(ran: subprocess.CompletedProcess[str], *, alone: bool) -> tuple[str, str]:
    """How an import ended, and what it said.

    Args:
        alone: the file is said to load by itself, so that a package whose own code ends early does not matter.
    """
    try:
        by_name, by_file = json.loads(ran.stdout.rstrip().rpartition("\n")[2])
    except ValueError:
        return "died", f"exit status {ran.returncode}"
    kind, text = by_name
    if kind != "loads" and alone:  # what its package's code, or another file of the package, came to is not asked
        kind, text = by_file
        kind = kind if REFUSED.search(text) else "loads"  # an exception of its own code comes of a file that was loaded
    if kind == "loads":
        return "loads", ""
    return "refused" if REFUSED.search(text) else "python", f"{kind}: {text}"[:300]


def summed(wheel: Wheel, found: Mapping[str, Sequence[Imported]]) -> dict[str, Any]:
    """What a record of a sweep keeps. `found`: the modules by what else was installed (`alone`, `with …`)."""
    every = [(beside, one) for beside, some in found.items() for one in some]
    ends = Counter(one.observed for _, one in every)
    return {
        "files": len({one.member for _, one in every}),
        "imports": len(every),
        "agree": sum(one.agrees for _, one in every if one.observed in ("loads", "refused") and not one.is_lacking),
        **{end: ends[end] for end in ("loads", "refused", "python")},
        "lacking": [f"{one.member} ({beside}): {', '.join(one.lacks)}" for beside, one in every if one.is_lacking],
        "died": [f"{one.member} ({beside}): {one.said}" for beside, one in every if one.observed == "died"],
        "differences": [
            {
                "file": f"{wheel.name}/{one.member}",
                "about": f"{beside} verdict",
                "predicted": one.predicted,
                "observed": one.said,
            }
            for beside, one in every
            if not one.agrees
        ],
    }


def differences(found: Iterable[Imported]) -> list[Imported]:
    """Those that disagree."""
    return [one for one in found if not one.agrees]
