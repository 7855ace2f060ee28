"""`wontload TARGET`: say why it does not load."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from wontload.app.distribution import of_distribution
from wontload.app.targets import file_request, is_file_target
from wontload.loader import prepare
from wontload.machine.disks import every_directory
from wontload.machine.interpreters import chosen
from wontload.probe import Report, observe

if TYPE_CHECKING:
    from wontload.diagnosis import Diagnosis
    from wontload.machine import Machine
    from wontload.machine.snapshot import Snapshot


def diagnose(
    target: str,
    *,
    python: str | None = None,
    machine: Machine | Snapshot | None = None,
    timeout_s: float = 60.0,
    deep: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Diagnosis:
    """Say why `target` does not load, with the most likely cause first.

    The live system is examined by a child process of the target's interpreter, which tries the import: the broken
    package's code runs there and never in this process. With `machine` nothing is executed.

    Args:
        target: an import name, a distribution's name, the path of a library, or a library's bare name, which the loader
            searches.
        python: the interpreter that has the target; by default the active environment's, else the running one.
        machine: a machine captured elsewhere (`wontload.load_machine`).
        timeout_s: seconds that the import may take. One that takes longer is a finding.
        deep: look for copies of missing libraries on all disks.
        environment: all variables of the child that tries the import; `None`: this process's.

    Returns:
        The diagnosis. `verdict` is "undetermined" when the evidence does not decide; `would_settle` says what would.

    Raises:
        UnknownTarget: nothing of that name is installed in any environment that we see, or known.
        WontloadError: the interpreter does not start, or is older than 3.8.
    """
    if machine is not None:
        from wontload.app.saved import diagnose_saved
        from wontload.machine.snapshot import Snapshot

        return diagnose_saved(target, *(machine if isinstance(machine, Snapshot) else Snapshot(machine, ())))
    executable = python or chosen(as_module=True)[0]
    extra_directories = tuple(every_directory()) if deep else ()
    if is_file_target(target):
        name, flags = file_request(target)
        bare = not os.path.dirname(name)
        report = observe(
            name,
            python=executable,
            kind="file",
            flags=flags,
            bare=bare,
            timeout_s=timeout_s,
            environment=environment,
            meanwhile=_import_what_judges,
        )
        return _judged(target, "file", report, executable, extra_directories)
    asking = _Asking(executable, timeout_s, environment, extra_directories)
    report = asking.report(target)
    modules = report.modules_of_distribution
    if report.found or not modules:
        diagnosis = asking.judged(target, report)
        return replace(diagnosis, notes=(*diagnosis.notes, *_notes(target, report)))
    return of_distribution(target, [asking.judged(module, asking.report(module)) for module in modules])


class _Asking(NamedTuple):
    """How imports are tried: with which interpreter, for how long, with which variables; and further places to look."""

    python: str
    timeout_s: float
    environment: Mapping[str, str] | None
    extra_directories: tuple[str, ...]

    def report(self, name: str) -> Report:
        """What a child saw that imports it."""
        return observe(
            name,
            python=self.python,
            kind="import",
            timeout_s=self.timeout_s,
            environment=self.environment,
            meanwhile=_import_what_judges,
        )

    def judged(self, name: str, report: Report) -> Diagnosis:
        """What that comes of; where nothing tells, what the failure of a package comes of that it imports."""
        from wontload.app.dependency import with_cause_in_dependency

        return with_cause_in_dependency(self._alone(name, report), self._of_dependency)

    def _of_dependency(self, name: str) -> Diagnosis | None:
        report = self.report(name)
        return self._alone(name, report) if report.found else None

    def _alone(self, name: str, report: Report) -> Diagnosis:
        return _judged(name, "import", report, self.python, self.extra_directories)


def _import_what_judges() -> None:
    """The rules and the loader's model, while a child is busy: they take as long to import as many targets do."""
    from importlib import import_module

    for name in ("dependency", "judged"):
        import_module(f"wontload.app.{name}")
    prepare(sys.platform)


def _judged(target: str, kind: str, report: Report, executable: str, extra: tuple[str, ...]) -> Diagnosis:
    from wontload.app.judged import judged

    return judged(target, kind, report, executable, extra)


def _notes(target: str, report: Report) -> Iterator[str]:
    """How the word was understood, where it could be taken otherwise."""
    others = [name for name in report.modules_of_distribution if name != target]
    if others:
        yield f"{target} was taken as the import name; the distribution of that name also provides {', '.join(others)}"
    if report.namespace and "." not in target and report.found:
        places = ", ".join(report.locations)
        yield f"{target} is a folder without code of its own ({places}): importing it executes nothing"
