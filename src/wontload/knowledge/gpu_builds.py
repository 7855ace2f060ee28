"""Packages that come with and without GPU support, and how the one is told from the other by its files."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.knowledge.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuBuild:
    """How a build with GPU support is known.

    Attributes:
        import_name: of the package. vendor: of the GPUs that such a build is for, as `Gpu.vendor`.
        directories: below the package's own, in which the files lie. markers: patterns of files (`lib/ggml-cuda*.dll`),
            any of which tells a build with GPU support. remedy: how to get one, one clause.
    """

    import_name: str
    vendor: str
    directories: tuple[str, ...]
    markers: tuple[str, ...]
    remedy: str


def gpu_build(import_name: str) -> GpuBuild | None:
    """What is known of a package by its top-level import name; `None` for one that has no two kinds of builds."""
    for row in table("gpu/builds")["build"]:
        if row["import_name"] == import_name.partition(".")[0]:
            return GpuBuild(
                import_name=row["import_name"],
                vendor=row["vendor"],
                directories=tuple(row["directories"]),
                markers=tuple(row["markers"]),
                remedy=row["remedy"],
            )
    return None
