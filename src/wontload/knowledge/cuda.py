"""CUDA releases: which driver each takes, and which CUDA and PTX a driver takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from wontload.knowledge.gpus import version_pair
from wontload.knowledge.tables import Row, table

CudaVersion = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFloor:
    """The oldest NVIDIA drivers for programs of one CUDA version, on one system.

    A driver from `release` on takes the whole of that CUDA. One between `minor_compatible` and `release` runs programs
    that were compiled for the GPU (minor-version compatibility), but no PTX of that release, and none of its newer
    features. One before `minor_compatible` runs nothing of it, unless a forward-compatibility package is installed.

    Attributes:
        cuda: major and minor; the minor is `None` when only the major was asked for.
        release: such as `551.61`; `None` where the minor is unknown or no table names a driver.
        minor_compatible: such as `528.33`; `None` before CUDA 11, which had no such compatibility.
        branch: the first driver branch that knows this CUDA: 550; `None` when unknown.
    """

    cuda: tuple[int, int | None]
    release: str | None
    minor_compatible: str | None
    branch: int | None

    @property
    def lowest(self) -> str | None:
        """The oldest driver that runs anything of this CUDA."""
        return self.minor_compatible or self.release or (str(self.branch) if self.branch else None)


def driver_floor(cuda: CudaVersion | int, system: str) -> DriverFloor | None:
    """The oldest drivers for a CUDA release (`(12, 4)`), or for any release of a major (`12`).

    Args:
        cuda: version of the CUDA *runtime or toolkit* that a program uses.
        system: `windows` or `linux`; NVIDIA names no drivers for others.

    Returns:
        The floors; `None` for a CUDA or a system that no table has.
    """
    major, minor = (cuda, None) if isinstance(cuda, int) else cuda
    minor_row = next((row for row in table("gpu/releases")["minor"] if row["cuda"] == major), None)
    release = _releases().get((major, minor)) if minor is not None else None
    if system not in ("windows", "linux") or (minor_row is None and release is None):
        return None
    return DriverFloor(
        cuda=(major, minor),
        release=_shipped_with(release, system) if release else None,
        minor_compatible=minor_row[system] if minor_row else None,
        branch=release.get("branch") if release else None,
    )


def _shipped_with(release: Row, system: str) -> str | None:
    """The driver that a table names for a release, else the branch that knows it."""
    branch = release.get("branch")
    return release.get(system) or (str(branch) if branch else None)


def cuda_of_driver(driver: str) -> CudaVersion | None:
    """The newest CUDA (major, minor) that a driver takes: `551.61` takes 12.4.

    Returns:
        The version; `None` for text that is no driver version, for a driver older than the tables, and for one of a
        branch newer than the newest in them: it takes more than they know.

    Source: NVIDIA, PTX ISA, PTX Release History: each CUDA release with its driver branch.
    """
    version = driver_version(driver)
    if not version:
        return None
    branches = sorted((row["branch"], cuda) for cuda, row in _releases().items() if "branch" in row)
    if version[0] >= branches[-1][0] + 5:  # branches are at least five apart: this may be the next one
        return None
    return max((cuda for branch, cuda in branches if branch <= version[0]), default=None)


def driver_version(text: str) -> tuple[int, ...]:
    """A driver's version as numbers that compare: `550.54.14`, or Windows' `31.0.15.5161`, which is 551.61.

    Empty for text that is neither.

    Source: NVIDIA's number is the last five digits of the file version that Windows shows.
    """
    numbers = re.fullmatch(r"\d{1,9}(?:\.\d{1,9}){0,5}", text.strip())
    if numbers is None:
        return ()
    parts = text.strip().split(".")
    if len(parts) == 4 and int(parts[0]) < 100:
        digits = (parts[2] + parts[3].zfill(4))[-5:]
        return int(digits[:3]), int(digits[3:])
    return tuple(map(int, parts))


def cuda_of_ptx(ptx: tuple[int, int]) -> CudaVersion | None:
    """The first CUDA release that knows a PTX version: what a driver must take to compile it. `None`: unknown."""
    found = [cuda for cuda, row in _releases().items() if version_pair(row["ptx"]) == ptx]
    return min(found, default=None)


def cuda_releases() -> tuple[CudaVersion, ...]:
    """Every CUDA release that the tables have, oldest first."""
    return tuple(sorted(_releases()))


@cache
def _releases() -> Mapping[CudaVersion, Row]:
    return {version_pair(row["cuda"]): row for row in table("gpu/releases")["release"]}
