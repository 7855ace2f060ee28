"""WL405: a CPU-only build, where a GPU is here that another build would use."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import gpu
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.gpu_backend import is_marker, package_files
from wontload.diagnosis.words import listed
from wontload.knowledge.gpu_builds import GpuBuild, gpu_build
from wontload.machine import Outcome


def cpu_only(case: Case) -> Iterator[Finding]:
    """The package loads, a GPU is here, and no file of the package is one that only its GPU builds have.

    It stops nothing, and may be meant so: a note. Of a package of which no GPU build is recorded nothing is said, and
    so where its directory cannot be listed.
    """
    found = build_for_the_cpu(case)
    if found is not None and (here := gpu.gpus(case, found[0].vendor)):
        yield _finding(case, *found, [gpu.described(one) for one in here])


def build_for_the_cpu(case: Case) -> tuple[GpuBuild, tuple[str, ...]] | None:
    """What is known of the package's GPU builds, and its files, none of which is theirs; `None` of another package."""
    build = gpu_build(case.target) if case.kind == "import" and case.outcome is Outcome.LOADS else None
    names = package_files(case, build) if build is not None else ()
    if build is None or not names or any(is_marker(build, name) for name in names):
        return None
    return build, tuple(names)


def _finding(case: Case, build: GpuBuild, names: tuple[str, ...], here: list[str]) -> Finding:
    directories = [case.path_module.join(*case.package_directories, one) for one in build.directories]
    return Finding(
        code="WL405",
        severity=Severity.NOTE,
        title=f"this {build.import_name} is a build for the CPU alone, and a GPU is here: {listed(here)}",
        subject=build.import_name,
        chain=(case.target,),
        evidence=(
            Evidence(
                "looked",
                f"none of {len(names)} files in {listed(directories)} is one that builds with GPU support have",
                {"directories": directories},
            ),
            *(
                Evidence("record", f"installed as {name} {version}", {"distribution": name, "version": version})
                for name, version in (case.observation.distributions if case.observation else ())
            ),
        ),
        explanation=f"It works, and computes on the processor. For the GPU: {build.remedy}.",
    )
