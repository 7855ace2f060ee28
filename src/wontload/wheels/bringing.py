"""Which dependency that a wheel declares, and that is not at hand, brings a library that its files lack."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from wontload.diagnosis.gpu import comes_with_a_driver
from wontload.knowledge.components import component_of
from wontload.knowledge.linux_releases import WheelPolicy, wheel_policy
from wontload.knowledge.packages import family_of, named_after, project_of
from wontload.loader import Module
from wontload.machine import Kind, Machine


def known_to_bring(library: str, absent: Sequence[str]) -> str:
    """The one that tables have, as a wheel to find it in or one that loads it into the process; empty for none.

    Args:
        library: as its user asks for it. absent: normalised names of what is declared and not at hand.
    """
    component = component_of(library)
    return next((one for one in component.distributions if one in absent), "") if component else ""


def may_bring(
    module: Module, absent: Sequence[str], wheel: str, machine: Machine, site: str, projects: Collection[str] = ()
) -> tuple[str, ...]:
    """Those that may by what they are called; nothing is known of them but that.

    Of a library of the system's, or of a GPU's driver: none.

    The library has the name of a dependency (`shiboken2.abi3.dll` of shiboken2). Or the loader looks in a directory of
    site-packages that none of the wheels at hand has, and a dependency has the name of its top (`nvidia/cublas/lib`,
    `PyQt5/Qt5/lib`), or in one that several share (`cmeel.prefix/lib`). Or a dependency is by its name a part of the
    wheel's own project (`sherpa-onnx-core` of `sherpa-onnx`, `xpresslibs` of `xpress`), and no table knows the library,
    or the wheel has others like it (`Qt` …). Or it is named after the library's project (`eckitlib`, `libeckit_geo`).

    Args:
        module: a missing one. absent: see `known_to_bring`. wheel: its name. machine: it is laid over it, at `site`.
        projects: of the wheel's own libraries, see `project_of`.
    """
    if base_name(module.name) in of_the_system().libraries or comes_with_a_driver(module.name):
        return ()
    if namesakes := tuple(one for one in absent if one in named_after(module.name)):
        return namesakes
    unknown = component_of(base_name(module.name)) is None
    families = {family_of(top) for top, here in _tops(module, machine, site) if unknown or not here}
    if unknown or project_of(module.name) in projects:
        families.add(family_of(wheel))
    if unknown:
        families.add(project_of(module.name))
    return tuple(one for one in absent if family_of(one) in families)


@cache
def of_the_system() -> WheelPolicy:
    """What wheels for Linux may leave to the system, by the tag that most of them have."""
    policy = wheel_policy("manylinux_2_28")
    assert policy is not None
    return policy


def base_name(library: str) -> str:
    """The file's name of a library that is asked for by a path, as Mach-O files do."""
    return library.replace("\\", "/").rpartition("/")[2]


def _tops(module: Module, machine: Machine, site: str) -> set[tuple[str, bool]]:
    """The first parts below site-packages of directories that were searched, and whether those are there."""
    path = machine.path_module
    directories = {path.normpath(path.dirname(tried.path)) for tried in module.tried}
    return {
        (one[len(site) :].strip("\\/").replace("\\", "/").partition("/")[0], machine.files.kind(one) is Kind.DIRECTORY)
        for one in directories
        if one.startswith(site + path.sep)
    }
