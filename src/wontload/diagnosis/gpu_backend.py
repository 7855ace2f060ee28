"""The files that only a package's GPU builds have, and whether the import mapped them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from wontload.diagnosis.case import Case
from wontload.knowledge.gpu_builds import GpuBuild, gpu_build


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuBackend:
    """What an installed package has for GPUs.

    Attributes:
        files: relative to the package, with `/`; empty for a build for the processor alone. mapped: those of them that
            the import brought into the process. Some packages map theirs when a GPU is first asked for, so that none
            mapped is no proof of anything.
    """

    files: tuple[str, ...]
    mapped: tuple[str, ...]


def gpu_backend(case: Case) -> GpuBackend | None:
    """Of an import that was tried; `None` for a package of which no GPU builds are recorded, or without files."""
    build = gpu_build(case.target) if case.kind == "import" and case.observation is not None else None
    names = package_files(case, build) if build is not None else ()
    if build is None or not names or case.observation is None:
        return None
    files = tuple(name for name in names if is_marker(build, name))
    real = case.machine.files.real
    there = {case.fold(real(path)) for path in case.observation.modules}
    mapped = tuple(
        name
        for name in files
        if any(case.fold(real(case.path_module.join(one, name))) in there for one in case.package_directories)
    )
    return GpuBackend(files=files, mapped=mapped)


def package_files(case: Case, build: GpuBuild) -> tuple[str, ...]:
    """Files where a GPU build has its own, relative to the package and with `/`; none where nothing could be listed."""
    return tuple(
        f"{directory}/{name}"
        for package in case.package_directories
        for directory in build.directories
        for name in case.machine.files.listing(case.path_module.join(package, directory)) or ()
    )


def is_marker(build: GpuBuild, name: str) -> bool:
    """Whether a file is one that only a build with GPU support has."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in build.markers)
