"""What would turn `undetermined` into an answer: the command for that machine, by the sort of question."""

from __future__ import annotations

from wontload.diagnosis.finding import Finding
from wontload.diagnosis.log.cause import Log

BUILDS = ("WL505", "WL701", "WL702", "WL703", "WL704", "WL705", "WL706", "WL707")


def would_settle(findings: tuple[Finding, ...], log: Log) -> tuple[str, ...]:
    """One or two sentences, each with a command that can be typed as it stands."""
    first = findings[0]
    target = target_of(first, log)
    if first.code in BUILDS:
        package = log.facts.package or "PACKAGE"
        return (
            f"Send the whole output, from its first line: pip install -v --no-cache-dir {package} > build.txt 2>&1, "
            "then wontload log build.txt.",
        )
    if first.code == "WL903" and not log.events and not log.numbers:
        return (
            f"Run wontload {target} on that machine: it watches the import and says which file is missing.",
            "Or paste more: the whole traceback, from `Traceback` on, or the build's whole output.",
        )
    return (
        f"Run wontload {target} on that machine: it watches the real load and names the file.",
        f"Or take that machine along: wontload snapshot {target} -o box.json there, then "
        f"wontload {target} --machine box.json here.",
    )


def target_of(finding: Finding, log: Log) -> str:
    """What to ask about there: the package, else the module or library that the message names."""
    if log.facts.target:
        return log.facts.target
    module = next((number.module for number in log.numbers if number.module), "")
    named = next((event.values["module"] for event in log.events if "module" in event.values), "")
    if module or named:
        return (named or module).partition(".")[0]
    if finding.subject.lower().endswith((".dll", ".pyd", ".so", ".dylib")) or ".so." in finding.subject:
        return finding.subject
    return log.facts.package or "PACKAGE"
