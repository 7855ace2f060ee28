"""`wontload TARGET`: say why it does not load."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from wontload import knowledge
from wontload.app.judging import judged_loads
from wontload.app.live import machine_of
from wontload.app.targets import file_request, is_file_target
from wontload.diagnosis import Case, Diagnosis, Elsewhere, Finding
from wontload.diagnosis import diagnose as judge
from wontload.errors import UnknownTarget
from wontload.machine import Machine, Outcome, Record
from wontload.machine.disks import every_directory
from wontload.machine.interpreters import chosen, installed_elsewhere
from wontload.probe import Report, describe_exit, observe


def diagnose(
    target: str,
    *,
    python: str | None = None,
    machine: Machine | None = None,
    records: tuple[Record, ...] = (),
    timeout_s: float = 60.0,
    deep: bool = False,
) -> Diagnosis:
    """Say why `target` does not load, with the most likely cause first.

    The live system is examined by a child process of the target's interpreter, which tries the import: the broken
    package's code runs there and never in this process. With `machine` nothing is executed.

    Args:
        target: an import name, a distribution's name, or the path of a library.
        python: the interpreter that has the target; by default the active environment's, else the running one.
        machine: a machine captured elsewhere, with its `records` (`wontload.machine.snapshot.load`).
        timeout_s: seconds that the import may take. One that takes longer is a finding.
        deep: look for copies of missing libraries on all disks.

    Returns:
        The diagnosis. `verdict` is "undetermined" when the evidence does not decide; `would_settle` says what would.

    Raises:
        UnknownTarget: nothing of that name is installed in any environment that we see, or known.
        WontloadError: the interpreter does not start, or is older than 3.8.
    """
    if machine is not None:
        from wontload.app.saved import diagnose_saved

        return diagnose_saved(target, machine, records)
    executable = python or chosen(as_module=True)[0]
    extra_directories = tuple(every_directory()) if deep else ()
    if is_file_target(target):
        path, flags = file_request(target)
        report = observe(path, python=executable, kind="file", flags=flags, timeout_s=timeout_s)
        return _judge(target, "file", report, executable, extra_directories)
    report = observe(target, python=executable, kind="import", timeout_s=timeout_s)
    modules = report.modules_of_distribution
    if report.found or not modules:
        diagnosis = _judge(target, "import", report, executable, extra_directories)
        return _with_note(diagnosis, target, modules)
    return _of_distribution(target, modules, executable, timeout_s, extra_directories)


def _judge(target: str, kind: str, report: Report, executable: str, extra: tuple[str, ...]) -> Diagnosis:
    machine = machine_of(report)
    observation = report.observation
    elsewhere: tuple[Elsewhere, ...] = ()
    known_as = None
    if observation is not None and observation.outcome is Outcome.NOT_FOUND:
        elsewhere = tuple(_elsewhere(target, report.python.prefix))
        known_as = knowledge.distribution_for(target.partition(".")[0])
        if not elsewhere and known_as is None and not _is_submodule(target, report):
            raise UnknownTarget(
                f"nothing named {target!r} is installed for {executable}, or known to wontload.",
                "Give an import name (llama_cpp), a distribution (llama-cpp-python) or the path of a library; "
                "--python names another interpreter.",
            )
    return judge(
        Case(
            target=target,
            kind=kind,
            machine=machine,
            start=report.process,
            observation=observation,
            loads=judged_loads(machine, observation),
            elsewhere=elsewhere,
            known_as=known_as,
            describe_exit=describe_exit,
            extra_directories=extra,
        )
    )


def _is_submodule(target: str, report: Report) -> bool:
    """`package.nothing`: the package is there, so the name is not unknown, only wrong or broken."""
    return "." in target and report.observation is not None and report.observation.origin is not None


def _elsewhere(target: str, prefix: str) -> Iterator[Elsewhere]:
    found = installed_elsewhere(target.partition(".")[0], os.environ, os.getcwd(), except_prefix=prefix)
    for environment, location in found:
        yield Elsewhere(environment=environment, location=location)


def _with_note(diagnosis: Diagnosis, target: str, modules: tuple[str, ...]) -> Diagnosis:
    others = [name for name in modules if name != target]
    if not others:
        return diagnosis
    note = f"{target} was taken as the import name; the distribution of that name also provides {', '.join(others)}"
    return replace(diagnosis, notes=(*diagnosis.notes, note))


def _of_distribution(
    target: str, modules: tuple[str, ...], executable: str, timeout_s: float, extra: tuple[str, ...]
) -> Diagnosis:
    """Every top-level module of a distribution, each in a child of its own; the worst verdict is the answer."""
    order = ("fails", "undetermined", "degraded", "loads")
    answers = []
    for module in modules:
        report = observe(module, python=executable, kind="import", timeout_s=timeout_s)
        answers.append(_judge(module, "import", report, executable, extra))
    worst = min(answers, key=lambda answer: order.index(answer.verdict))
    rest = [answer for answer in answers if answer is not worst]
    names = ", ".join(modules)
    note = f"{target} is a distribution; its top-level {'module is' if len(modules) == 1 else 'modules are'} {names}"
    return replace(
        worst,
        target=target,
        findings=worst.findings + tuple(finding for one in rest for finding in _unindexed(one)),
        would_settle=tuple(sentence for answer in answers for sentence in answer.would_settle),
        notes=(note, *(note for answer in answers for note in answer.notes)),
        import_s=sum(answer.import_s or 0.0 for answer in answers),
    )


def _unindexed(diagnosis: Diagnosis) -> Iterator[Finding]:
    """Findings of another module: they do not point into the answer's own list of loads."""
    for finding in diagnosis.findings:
        yield replace(finding, load=None, explains_error=False)
