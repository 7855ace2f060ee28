"""The environment of a build: the person's own, less what would steer it unasked, plus what the plan says."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wontload.build.settings import Setting
from wontload.build.wishes import joined_cmake_args
from wontload.knowledge.builds import left_out

# Settings of pip that put the wheel elsewhere, take one from a cache, or leave the isolated environment out.
PIP = frozenset(
    {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_DRY_RUN", "PIP_WHEEL_DIR", "PIP_NO_BUILD_ISOLATION",
     "PIP_CONFIG_SETTINGS", "PIP_GLOBAL_OPTION", "PIP_BUILD_OPTION", "PIP_ONLY_BINARY", "PIP_PREFER_BINARY",
     "PIP_NO_INDEX", "PIP_LOG"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildEnvironment:
    """Variables for the build's processes, and what was left out of the person's: name and reason."""

    variables: Mapping[str, str]
    left_out: tuple[tuple[str, str], ...]


def build_environment(
    own: Mapping[str, str],
    *,
    variables: Iterable[Setting],
    defines: Iterable[Setting],
    kept: Mapping[str, str],
    others: Sequence[str] = (),
    temporary: str = "",
    first_on_path: Sequence[str] = (),
) -> BuildEnvironment:
    """The environment of one build.

    Args:
        own: of the person's shell, or of Visual Studio's prompt.
        variables, defines: of the plan. kept, others: the person's own definitions and CMake arguments, which win.
        temporary: a directory of the build's own, for all that it makes on its way.
        first_on_path: directories.
    """
    reasons = {name: one.why for one in left_out() for name in one.names}
    passed = {name: value for name, value in own.items() if name.upper() not in reasons and name.upper() not in PIP}
    removed = tuple((name, reasons[name.upper()]) for name in own if name.upper() in reasons)
    given = {one.name: one.value for one in variables}
    given["CMAKE_ARGS"] = joined_cmake_args({**{one.name: one.value for one in defines}, **kept}, others)
    if temporary:
        given.update(TMPDIR=temporary, TEMP=temporary, TMP=temporary)
    path = next((name for name in passed if name.upper() == "PATH"), "PATH")
    entries = (*first_on_path, *(one for one in (passed.get(path, ""),) if one))
    passed = {name: value for name, value in passed.items() if name.upper() not in {one.upper() for one in given}}
    return BuildEnvironment(
        variables={**passed, path: os.pathsep.join(entries), **given, "PYTHONUNBUFFERED": "1"}, left_out=removed
    )
