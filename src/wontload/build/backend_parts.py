"""Whether what a backend is compiled with is here, apart from CUDA (`toolchain`): findings WL701."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.build.hindrance import found
from wontload.build.remedies import remedies
from wontload.build.settings import Choice
from wontload.diagnosis.finding import Finding, Severity
from wontload.knowledge.build_needs import Sign, signs
from wontload.machine import Kind

# Kinds of `machine.inventory.Toolkit` by the backend that they are for.
SDKS = {"hip": ("hip", "rocm"), "vulkan": ("vulkan",), "sycl": ("oneapi",)}
# Debian's names of the directories in which it has libraries by architecture (its policy, "Multiarch").
TRIPLETS = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu", "x86": "i386-linux-gnu"}
VENDOR = "BLAS_VENDOR"


def no_backend_parts(choice: Choice) -> Iterator[Finding]:
    """What is missing of the SDK of the backend that the plan builds."""
    backend = choice.backend.name
    if backend == "metal" and choice.machine.system.name != "macos":
        why = "It is built where it runs; there is nothing to install for it elsewhere."
        yield found("WL701", "Metal is part of macOS, and this is not macOS", backend, why)
        return
    kinds, toolkits = SDKS.get(backend, ()), choice.machine.inventory.toolkits
    if kinds and toolkits is not None and any(one.kind in kinds for one in toolkits):
        return
    if known := tuple(signs(backend, choice.machine.system.name)):
        yield from () if _other_vendor(choice) else _absent(choice, known)
    elif kinds and toolkits is not None:
        yield found(
            "WL701",
            f"the SDK for {backend} is not here",
            backend,
            f"None of its usual directories and variables leads to one ({', '.join(kinds)}).",
            remedies(backend, choice.machine),
        )


def _other_vendor(choice: Choice) -> bool:
    """Whether another BLAS than OpenBLAS was asked for."""
    return any(name.endswith(VENDOR) and value != "OpenBLAS" for name, value in choice.wishes.defines.items())


def _absent(choice: Choice, known: tuple[Sign, ...]) -> Iterator[Finding]:
    """A warning: CMake may be told of other directories, in ways that are not looked at here."""
    machine = choice.machine
    values = {
        "triplet": TRIPLETS.get(machine.system.architecture, ""),
        "prefix": machine.python.prefix if machine.python else "",
    }
    for sign in known:
        if all(machine.files.kind(one.format(**values)) is Kind.ABSENT for one in sign.files):
            yield found(
                "WL701",
                f"{sign.what} {'are' if sign.what.endswith('files') else 'is'} not where the system has such",
                sign.subject,
                "Unless CMake is told where else they are, the build ends without them.",
                remedies(choice.backend.name, machine),
                severity=Severity.WARNING,
            )
