"""The sister of a package that does without the GPU, or how a package is told to (`cpu_builds.toml`)."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.knowledge.packages import normalised
from wontload.knowledge.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuBuild:
    """How one distribution can do without a GPU.

    Attributes:
        distribution: normalised name. loses: what is given up, one clause.
        requirement: for `str.format` with `name` and `version`; empty where nothing is installed for it.
        index: URL of an index of other wheels than PyPI's; empty for PyPI. replaces: the distribution itself goes.
        also: distributions that must be exchanged with it where they are installed.
        variable, value: an environment variable that keeps the GPU out; empty for none.
        option: what a program says for itself, in words; empty for none.
    """

    distribution: str
    loses: str
    requirement: str = ""
    index: str = ""
    replaces: bool = False
    also: tuple[str, ...] = ()
    variable: str = ""
    value: str = ""
    option: str = ""


def cpu_build_of(distribution: str) -> CpuBuild | None:
    """Of a distribution whose name may be spelled in any way; `None` where none is known."""
    name = normalised(distribution)
    for row in table("cpu_builds")["build"]:
        if row["distribution"] == name:
            known = {key: value for key, value in row.items() if key not in ("source", "checked")}
            return CpuBuild(**{**known, "also": tuple(row.get("also", ()))})
    return None
