"""How many compilers side by side, and what a build takes in minutes and on disk: from builds that were measured."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.knowledge.builds import Measured, measured, release

# Where nothing was measured: what one compiler process may need. C++ of ordinary projects stays well below 1 GiB.
USUAL_JOB_BYTES = 1 << 30
CUDA_JOB_BYTES = 2 << 30
LEFT_TO_OTHERS_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a build may use; `None`: not known.

    Attributes:
        cores: processors that this process may run on. memory_bytes: free memory. disk_bytes: free, where it is built.
    """

    cores: int | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a build takes.

    Attributes:
        jobs: compilers side by side. jobs_why: one clause.
        minutes, disk_bytes: estimates; `None` where no build of the package was measured.
        basis: the measurement that they come from; empty for none.
    """

    jobs: int
    jobs_why: str
    minutes: float | None = None
    disk_bytes: int | None = None
    basis: str = ""


def cost_of(
    package: str, version: str, backend: str, architectures: int, resources: Resources, *, jobs: int | None = None
) -> Cost:
    """The cost on this machine.

    Args:
        backend: see `Switch.backend`. architectures: how many of GPUs. jobs: as many, if somebody said so.
    """
    known = _nearest(package, version, backend)
    needed = known.job_bytes if known else CUDA_JOB_BYTES if backend in ("cuda", "hip") else USUAL_JOB_BYTES
    count, why = (jobs, "as asked") if jobs else _jobs(resources, needed)
    if known is None:
        return Cost(jobs=count, jobs_why=why)
    # GPU code is compiled once for each architecture; the rest of a build does not grow with it.
    seconds = known.seconds * known.jobs / count * max(1.0, architectures / max(known.architectures, 1))
    basis = f"{known.package} {known.version}, measured {known.checked}: {known.seconds:.0f} s with {known.jobs} jobs"
    return Cost(jobs=count, jobs_why=why, minutes=seconds / 60, disk_bytes=known.disk_bytes, basis=basis)


def _nearest(package: str, version: str, backend: str) -> Measured | None:
    """The measured build of the same backend whose version is nearest, the newest where no version is given."""
    fitting = [one for one in measured(package) if one.backend == backend]
    wanted = release(version)
    older = [one for one in fitting if not wanted or release(one.version) <= wanted]
    return max(older or fitting, key=lambda one: release(one.version), default=None)


def _jobs(resources: Resources, needed_bytes: int) -> tuple[int, str]:
    cores = resources.cores or 1
    if resources.memory_bytes is None:
        return cores, f"{cores} processors; how much memory is free is not known"
    room = max(1, (resources.memory_bytes - LEFT_TO_OTHERS_BYTES) // needed_bytes)
    if room < cores:
        gib = resources.memory_bytes / (1 << 30)
        return int(room), f"{gib:.0f} GiB of memory are free, for {cores} processors"
    return cores, f"{cores} processors, and memory for all"
