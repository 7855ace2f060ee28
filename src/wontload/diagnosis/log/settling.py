"""What would turn `undetermined` into an answer: the command for that machine, by the sort of question."""

from __future__ import annotations

import re

from wontload.diagnosis.finding import Finding
from wontload.diagnosis.log.cause import Log
from wontload.diagnosis.log.modules import OF_PYTHON_ITSELF
from wontload.knowledge.packages import distribution_for, owner_of_part

UNKNOWN = "PACKAGE"
UNKNOWN_FILE = "FILE"
# Findings of a file that is there: what it needs is the question.
OF_A_LOAD = ("WL201", "WL202", "WL103", "WL205", "WL206", "WL301", "WL304", "WL504", "WL601")
# Source: OpenJDK, ClassLoader.java; .NET, NativeLibrary; Node.js, lib/internal/modules/cjs/loader.js.
_OTHER_RUNTIMES = re.compile(
    r"\bUnsatisfiedLinkError\b|\bDllNotFoundException\b|\bBadImageFormatException\b|\bModule\._extensions\.\.node\b"
)
BUILDS = ("WL505", "WL701", "WL702", "WL703", "WL704", "WL705", "WL706", "WL707")
GPU = ("WL402", "WL403", "WL406")
GPU_CODE = ("WL404", "WL405")
# What the command does there, where it does not come to a load.
TRIES = {
    "WL105": "it tries the import, and says whether what was installed is whole",
    "WL501": "it says for which Python what is installed was made",
    "WL503": "it says which file or folder Python takes for the package",
    "WL506": "it says in which environments the package is, and which one the import asks",
}
WATCHES = "it watches the real load and names the file"


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
    if first.code in (*GPU, *GPU_CODE):
        return (_about_gpu(first, log), _taken_along(target))
    if first.code == "WL903" and not log.events and not log.numbers:
        return (
            f"Run wontload {target} on that machine: it watches the import and says which file is missing.",
            "Or paste more: the whole traceback, from `Traceback` on, or the build's whole output.",
        )
    if _is_of_another_runtime(log) and (first.code in OF_A_LOAD or not is_library(target)):
        return (
            f"Run wontload tree {_native_file(log)} on that machine: it starts nothing, and names each library that "
            "the file needs, where it was sought, and what is not there or does not fit.",
        )
    if is_library(target) and "/" not in target and "\\" not in target:
        watched = f"Run wontload which {target} on that machine: it says where copies are, and which one a load takes."
    else:
        named = f"{target} (the name that the program imports)" if target == UNKNOWN else target
        watched = f"Run wontload {named} on that machine: {TRIES.get(first.code, WATCHES)}."
    return (watched, _taken_along(target))


def next_step(findings: tuple[Finding, ...], log: Log) -> str:
    """What to do where the text tells the cause: a sentence with a command; empty where the finding itself says it."""
    first = findings[0]
    target = target_of(first, log)
    if first.code in (*GPU, *GPU_CODE):
        return _about_gpu(first, log)
    if first.code in BUILDS or is_library(target) or target == UNKNOWN or _is_of_another_runtime(log):
        return ""
    return (
        f"On that machine, wontload fix {target} looks for what mends it, proves it on a model of the machine, and "
        "applies it after asking."
    )


def _is_of_another_runtime(log: Log) -> bool:
    """Whether Java, .NET, Node.js, Perl or Ruby asked for the library: a command about a package misses that."""
    if "Traceback (most recent call last)" in log.text:
        return False
    said = any(event.message.speaker == "programs/runtimes" for event in log.events)
    return said or bool(_OTHER_RUNTIMES.search(log.text))


def _native_file(log: Log) -> str:
    """The native file that was asked for, as it is typed; `FILE` where the text does not name its place."""
    named = [event.values[key] for event in log.events for key in ("file", "library") if key in event.values]
    path = next((one for one in (*named, *log.facts.paths) if "/" in one or "\\" in one), UNKNOWN_FILE)
    return f'"{path}"' if " " in path else path


def _about_gpu(first: Finding, log: Log) -> str:
    if first.code in GPU_CODE and log.facts.package:
        return (
            f"Run wontload pick {log.facts.package} on that machine: it names the wheel that has code for its GPU, and "
            "the command that gets it."
        )
    return (
        "Run wontload doctor on that machine: it names the GPU, its driver, and the newest CUDA that this driver takes."
    )


def _taken_along(target: str) -> str:
    return (
        f"Or take that machine along: wontload snapshot {target} -o box.json there, then "
        f"wontload {target} --machine box.json here."
    )


def is_library(target: str) -> bool:
    """Whether a target is a library's file, and no package."""
    return target.lower().endswith((".dll", ".pyd", ".so", ".dylib")) or ".so." in target


def importable(module: str) -> str:
    """What a program imports of a module that a message names; empty where it is a part of some package unknown."""
    top, dot, _ = module.partition(".")
    if dot or not top.startswith("_") or top in OF_PYTHON_ITSELF or distribution_for(top):
        return owner_of_part(top) or top
    return owner_of_part(top) or ""


def target_of(finding: Finding, log: Log) -> str:
    """What to ask about there: the package, else the module or library that the message names."""
    if log.facts.target:
        return log.facts.target
    module = next((number.module for number in log.numbers if number.module), "")
    asking = (event for event in log.events if event.message.code != "WL304")  # that names the one that is asked
    named = next((event.values["module"] for event in asking if "module" in event.values), "")
    if known := importable(named or module):
        return known
    if is_library(finding.subject):
        return finding.subject
    return log.facts.package or UNKNOWN
