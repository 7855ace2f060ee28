"""WL604: two OpenMP runtimes, or other runtimes of which a process can have one, collide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.contents import Contents
from wontload.diagnosis.contents import finding as contents_finding
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.sites import package_of
from wontload.diagnosis.started import ACCESS_VIOLATION, initialisation_that_failed
from wontload.diagnosis.words import listed
from wontload.knowledge.components import component_of
from wontload.machine import Outcome

# What a runtime prints before it ends the process. LLVM, openmp/runtime/src/i18n/en_US.txt (DuplicateLibrary, message
# 15); protobuf, descriptor_database.cc (a .proto file registered twice).
COMPLAINTS = (
    ("OpenMP", re.compile(r"OMP: \w+ #15\b")),
    ("protobuf", re.compile(r"File already exists in database|CHECK failed: GeneratedDatabase\(\)->Add")),
)
# Intel's runtime and LLVM's are one code base and look for each other; GCC's and Microsoft's do not
# (LLVM, openmp/runtime/src/kmp_runtime.cpp, __kmp_register_library_startup).
LOOK_FOR_EACH_OTHER = ("openmp-llvm", "openmp-intel")
ENDED = (Outcome.CRASHED, Outcome.EXITED)


def runtimes_collide(case: Case) -> Iterator[Finding]:
    """A runtime found another copy of itself in the process; or two are mapped, and the start of something failed.

    Two that are mapped and do no harm yet are worth a note where they are known to quarrel.
    """
    if case.observation is None:
        return
    kind = next((name for name, words in COMPLAINTS if any(map(words.search, case.observation.printed))), None)
    runtimes = _openmp_runtimes(case)
    quarrel = [path for path, family in runtimes.items() if family in LOOK_FOR_EACH_OTHER]
    suspected = len(runtimes) > 1 and (
        case.outcome is Outcome.TIMED_OUT or initialisation_that_failed(case, also={ACCESS_VIOLATION}) is not None
    )
    if kind == "OpenMP":
        yield _finding(case, Severity.ERROR, quarrel or list(runtimes))
    elif kind is not None:
        yield _of_another(case, kind)
    elif suspected:
        yield _finding(case, Severity.WARNING, list(runtimes))
    elif len(quarrel) > 1 and case.outcome not in ENDED:
        yield _finding(case, Severity.NOTE, quarrel)


def bundled_together(contents: Contents) -> Iterator[Finding]:
    """A wheel holds two OpenMP runtimes, so that a process which uses all of it has both."""
    found: dict[str, str] = {}
    for native, _ in contents.images:
        component = component_of(_plain(native.base))
        if component is not None and component.group == "openmp":
            found[native.name] = component.family
    if len(set(found.values())) > 1:
        yield contents_finding(
            "WL604",
            f"the wheel holds {len(set(found.values()))} OpenMP runtimes",
            {name: f"is {family}" for name, family in found.items()},
            severity=Severity.WARNING,
            component="openmp",
            explanation="Each keeps a pool of threads of its own and believes to be the only one. Programs that start "
            "threads from both may crash, hang or slow down: link everything in the wheel against one of them.",
        )


def _openmp_runtimes(case: Case) -> dict[str, str]:
    """Path and family of every OpenMP runtime that was mapped, each file once."""
    found: dict[str, str] = {}
    seen = set()
    observation = case.observation
    paths = [path for load in (observation.loads if observation else ()) for path in load.mapped]
    for path in dict.fromkeys((*paths, *(observation.modules if observation else ()))):
        component = component_of(_plain(case.path_module.basename(path)))
        if component is None or component.group != "openmp" or not case.path_module.isabs(path):
            continue
        identity = case.machine.files.identity(path)
        if identity not in seen:
            seen.add(identity)
            found[path] = component.family
    return found


def _plain(name: str) -> str:
    """A file's own name, without what auditwheel and delvewheel put into it: `libgomp-a34b3233.so.1.0.0`."""
    name = re.sub(r"-[0-9a-f]{8,}(?=\.)", "", name)
    return re.sub(r"(\.so\.\d+)[\d.]*$", r"\1", name)


def _finding(case: Case, severity: Severity, runtimes: list[str]) -> Finding:
    names = tuple(dict.fromkeys(case.path_module.basename(path) for path in runtimes)) or ("OpenMP",)
    told = [str(package_of(case, path) or path) for path in runtimes]
    owners = listed(list(dict.fromkeys(told))) if told else "two packages"
    ended = severity is Severity.ERROR
    return Finding(
        code="WL604",
        severity=severity,
        title=f"two OpenMP runtimes {'collide in' if ended else 'are in'} one process"
        + (f": those of {owners}" if told else ""),
        subject=names[0],
        also=names[1:],
        component="openmp",
        chain=(case.target, names[0]),
        evidence=(
            *_printed(case, ended),
            *(Evidence("file", f"{path} was mapped", {"path": path}) for path in runtimes),
        ),
        explanation="Each keeps a pool of threads of its own and believes to be the only one. "
        + (
            "This one found the other and ended the process. KMP_DUPLICATE_LIB_OK=TRUE silences it and may give wrong "
            "results: one of the packages should be had in a build that shares the other's runtime."
            if ended
            else "Programs that start threads from both may crash, hang or slow down."
        ),
        explains_error=ended,
    )


def _of_another(case: Case, kind: str) -> Finding:
    return Finding(
        code="WL604",
        severity=Severity.ERROR,
        title=f"two copies of {kind} collide in one process",
        subject=kind,
        chain=(case.target, kind),
        evidence=tuple(_printed(case, True)),
        explanation=f"Two libraries that were imported each hold a copy of {kind}, and the second registers what the "
        "first has registered already. Bring the two packages to versions that share one, or import only one of them.",
        explains_error=True,
    )


def _printed(case: Case, ended: bool) -> Iterator[Evidence]:
    for line in case.observation.printed if case.observation and ended else ():
        if any(words.search(line) for _, words in COMPLAINTS):
            yield Evidence("observed", f"the process printed: {line}", {"text": line})
