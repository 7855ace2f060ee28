"""WL406: the GPU is hidden from the process."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import gpu, gpu_devices
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.words import listed

VARIABLE = {"nvidia": "CUDA_VISIBLE_DEVICES", "amd": "HIP_VISIBLE_DEVICES"}


def gpu_hidden(case: Case) -> Iterator[Finding]:
    """A variable, a container, missing rights or WSL keep every GPU from a target that uses CUDA or HIP.

    It stops no load, and may be meant so: a note, but for rights and a driver in WSL, which nobody means. A library of
    the driver that is missing is WL402.
    """
    yield from _by_variable(case)
    yield from gpu_devices.hidden(case, uses=lambda vendor: _uses(case, vendor))


def _by_variable(case: Case) -> Iterator[Finding]:
    for vendor, name in VARIABLE.items():
        here = gpu.gpus(case, vendor)
        value = _value(case, name)
        if not here or value is None or not _hides_all(value, len(here)) or not _uses(case, vendor):
            continue
        yield Finding(
            code="WL406",
            severity=Severity.NOTE,
            title=f"{name} hides {'the GPU' if len(here) == 1 else 'all GPUs'} from this process",
            subject=name,
            chain=(case.target, name),
            evidence=(
                Evidence("variable", f"{name} is {value or 'set, and empty'}", {"name": name, "value": value}),
                Evidence("file", f"seen here: {listed([gpu.described(one) for one in here])}"),
            ),
            explanation="The list ends at the first number that is no GPU here, so none is left. Programs then say "
            "that no device is available, or go on with the processor without a word.",
        )


def _value(case: Case, name: str) -> str | None:
    changed = case.observation.environment_changes if case.observation else {}
    value = changed.get(name, case.machine.environment.get(name))
    return None if value == "" and case.windows else value  # Windows has no empty variables


def _hides_all(value: str, count: int) -> bool:
    """Whether the first entry is no device: nothing, a negative number, or one past the last.

    Source: NVIDIA, CUDA C++ Programming Guide, CUDA Environment Variables: devices before an invalid index are visible.
    An identifier (GPU-…, MIG-…) names a device that is not known by it here.
    """
    first = value.split(",")[0].strip()
    if not first:
        return True
    return first.lstrip("-").isdecimal() and not 0 <= int(first[:9]) < count


def _uses(case: Case, vendor: str) -> bool:
    if vendor == "nvidia":
        return gpu.uses_cuda(case)
    names = (case.path_module.basename(path).lower() for path in gpu.files(case))
    return any(name.startswith(("amdhip64", "libamdhip64.so")) for name in names)
