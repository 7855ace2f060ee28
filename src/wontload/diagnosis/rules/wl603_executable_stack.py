"""WL603: an executable stack is asked for and refused."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import blame, evidence
from wontload.diagnosis.c_library import image_of
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.messages import EXECUTABLE_STACK, file_named, said
from wontload.loader import Module


def executable_stack(case: Case) -> Iterator[Finding]:
    """A library asks for a stack that can be executed: glibc 2.41 and newer refuse it, and the kernel's policy may."""
    for index, load in enumerate(case.loads):
        if not case.load_failed(index):
            continue
        for module in load.simulated.modules if load.simulated else ():
            if _is_refused(case, index, module):
                yield _finding(case, index, module)


def is_refused_for_its_stack(case: Case, index: int) -> bool:
    """Whether a load was refused for its stack, which the model foresees of glibc 2.41 and newer alone."""
    return bool(EXECUTABLE_STACK.search(said(case, index)))


def _is_refused(case: Case, index: int, module: Module) -> bool:
    if EXECUTABLE_STACK.search(str(module.error or "")):
        return True
    text, base = said(case, index), case.path_module.basename
    return is_refused_for_its_stack(case, index) and base(module.path or module.name) == base(file_named(text))


def _finding(case: Case, index: int, module: Module) -> Finding:
    path = module.path or module.name
    name = case.path_module.basename(path)
    foreseen = module.error is not None
    return Finding(
        code="WL603",
        severity=Severity.ERROR if case.is_fatal(index) else Severity.WARNING,
        title=f"{name} asks for an executable stack, and that is refused here",
        subject=name,
        chain=case.chain(index, module),
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            _mark(case, path),
            *_system(case),
        ),
        explanation="Few libraries mean it: one assembler file without a .note.GNU-stack section is enough to mark the "
        "whole. glibc 2.41 and newer no longer make the stack executable for a library that comes when the program runs"
        f"{'' if foreseen else '; here an older one asked the kernel to, and its policy forbids it'}.",
        explains_error=blame.explains(case, index, (module,)) if foreseen else case.is_fatal(index),
        load=index,
    )


def _mark(case: Case, path: str) -> Evidence:
    image = image_of(case, path)
    absent = image is not None and image.executable_stack is None
    how = "has no PT_GNU_STACK header, which counts as asking for it" if absent else "asks for it (PT_GNU_STACK, PF_X)"
    return Evidence("file", f"{path} {how}", {"path": path})


def _system(case: Case) -> Iterator[Evidence]:
    version = case.machine.system.libc_version
    if version:
        yield Evidence("file", f"this system has glibc {version}", {"version": version})
