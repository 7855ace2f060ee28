"""WL404: no code in the binary for this GPU."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import gpu
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.words import listed
from wontload.knowledge.gpu_targets import RULES


def no_code_for_gpu(case: Case) -> Iterator[Finding]:
    """All GPU code of a file is for other GPUs than those that are here, by the rules that NVIDIA documents.

    One piece that runs, or of which it is not known, and it is silent; so too about a GPU whose compute capability is
    not known. PTX that only a newer driver compiles is WL403. No load fails of it: the first kernel does.
    """
    found = [one for one in gpu.unfit(case) if not any(fit.rule == "ptx-too-new" for fit in one.fits)]
    if not found:
        return
    names = [case.path_module.basename(one.path) for one in found]
    here = [gpu.described(one) for one in gpu.gpus(case, "nvidia")]
    yield Finding(
        code="WL404",
        severity=Severity.WARNING,
        title=f"{listed(names)} {'has' if len(names) == 1 else 'have'} no code for this GPU: {listed(here)}",
        subject=names[0],
        also=tuple(names[1:]),
        chain=(case.target, names[0]),
        evidence=tuple(
            Evidence(
                "file",
                f"{one.path} holds code for {listed(one.targets, 8)}: "
                f"{listed(list(dict.fromkeys(RULES[fit.rule] for fit in one.fits)))}",
                {"path": one.path, "targets": list(one.targets), "rules": sorted({fit.rule for fit in one.fits})},
            )
            for one in found
        ),
        explanation="Machine code runs on GPUs of its own major only, and PTX on its own and newer ones. The library "
        "loads; its first kernel ends with error 209 (no kernel image is available for execution on the device).",
    )
