"""What a machine has besides files: processor, GPUs, drivers, toolkits, runtimes, compilers, installed distributions.

No loader looks at these; findings about GPUs, processors and installations do, and a person reads them in `doctor`.
Every source is optional: `None` means that it was not asked or gave no answer, which is not "none here"; an empty tuple
means that it was asked and there is none. What went wrong while asking stands in `Inventory.unasked`.

The parts (`inventory_parts`) are imported when one of their names is first used: fifteen classes that most
loads never need.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.machine.inventory_parts import Cpu as Cpu
    from wontload.machine.inventory_parts import DeviceFile as DeviceFile
    from wontload.machine.inventory_parts import Distribution as Distribution
    from wontload.machine.inventory_parts import Driver as Driver
    from wontload.machine.inventory_parts import FoundPython as FoundPython
    from wontload.machine.inventory_parts import Gpu as Gpu
    from wontload.machine.inventory_parts import HalfInstalled as HalfInstalled
    from wontload.machine.inventory_parts import PathLine as PathLine
    from wontload.machine.inventory_parts import RecordedFile as RecordedFile
    from wontload.machine.inventory_parts import Tool as Tool
    from wontload.machine.inventory_parts import Toolkit as Toolkit
    from wontload.machine.inventory_parts import Unasked as Unasked
    from wontload.machine.inventory_parts import Variable as Variable
    from wontload.machine.inventory_parts import VcRuntime as VcRuntime
    from wontload.machine.inventory_parts import VisualStudio as VisualStudio


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All of it. `None`: not asked, or no answer; empty: asked, and there is none.

    Attributes:
        device_files: Linux: those of GPUs that are there; empty elsewhere.
        container: `docker`, `podman`, `wsl2` …; empty for none, `None` when not known.
        libstdcxx: newest `GLIBCXX_…` version of the system's own libstdc++, such as `3.4.30`; empty elsewhere.
    """

    cpu: Cpu | None = None
    gpus: tuple[Gpu, ...] | None = None
    drivers: tuple[Driver, ...] | None = None
    toolkits: tuple[Toolkit, ...] | None = None
    vc_runtimes: tuple[VcRuntime, ...] | None = None
    visual_studios: tuple[VisualStudio, ...] | None = None
    tools: tuple[Tool, ...] | None = None
    pythons: tuple[FoundPython, ...] | None = None
    distributions: tuple[Distribution, ...] | None = None
    half_installed: tuple[HalfInstalled, ...] | None = None
    path_lines: tuple[PathLine, ...] | None = None
    variables: tuple[Variable, ...] | None = None
    device_files: tuple[DeviceFile, ...] | None = None
    container: str | None = None
    libstdcxx: str = ""
    unasked: tuple[Unasked, ...] = ()

    def distributions_of(self, names: Collection[str], module: str | None) -> tuple[Distribution, ...]:
        """Those of `distributions` that own a module: with one of some names, or with that top-level module."""
        return tuple(one for one in self.distributions or () if one.name in names or module in one.modules)


def __getattr__(name: str) -> object:
    if not name.startswith("_"):  # the import system asks for `__path__`
        from wontload.machine import inventory_parts

        if hasattr(inventory_parts, name):
            globals()[name] = found = getattr(inventory_parts, name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
