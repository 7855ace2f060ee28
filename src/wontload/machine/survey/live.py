"""The inventory of a live computer: each part asked when somebody first wants it, or all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any

from wontload.machine.inventory import Inventory
from wontload.machine.machine import Machine
from wontload.machine.survey.sources import Sources

if TYPE_CHECKING:
    from wontload.machine.inventory import Distribution

WORKERS = 8  # most of the time goes by waiting for programs

# Module and function of one name, and the fields that its answer fills (several: attributes of one value). Imported
# when asked: most questions need none of them. A field that nobody answers stays unknown.
PARTS: dict[str, tuple[str, ...]] = {
    "cpu": ("cpu",),
    "graphics": ("gpus", "drivers"),
    "toolkits": ("toolkits",),
    "vc_runtimes": ("vc_runtimes",),
    "visual_studios": ("visual_studios",),
    "tools": ("tools",),
    "pythons": ("pythons",),
    "distributions": ("distributions",),
    "half_installed": ("half_installed",),
    "path_lines": ("path_lines",),
    "variables": ("variables",),
    "device_files": ("device_files",),
    "container": ("container",),
    "libstdcxx": ("libstdcxx",),
}
ANSWERED_BY = {name: part for part, names in PARTS.items() for name in names}
DEFAULTS = {one.name: one.default for one in fields(Inventory)}


class LiveInventory(Inventory):
    """An inventory that asks for a part when it is first wanted, and only once.

    `unasked` tells of the parts that were asked until then. `in_full` makes a plain `Inventory` of it.
    """

    __slots__ = ("_answers", "_named", "_sources")
    _answers: dict[str, Any]
    _named: dict[frozenset[str], tuple[Distribution, ...]]
    _sources: Sources

    def __init__(self, sources: Sources) -> None:
        object.__setattr__(self, "_sources", sources)
        object.__setattr__(self, "_answers", {})
        object.__setattr__(self, "_named", {})

    def ask(self, name: str) -> Any:
        """The value of one field."""
        if name == "unasked":
            return tuple(self._sources.unasked)
        if name not in self._answers and name in ANSWERED_BY:
            self._answers.update(_answer(ANSWERED_BY[name], self._sources))
        return self._answers.get(name, DEFAULTS[name])

    def distributions_of(self, names: Collection[str], module: str | None) -> tuple[Distribution, ...]:
        """As `Inventory` has it, by the names alone, which the probe has found by the module.

        The records of the others stay unread, where nobody has asked for them.
        """
        if "distributions" in self._answers:
            return super().distributions_of(names, module)
        from wontload.machine.survey.distributions import distributions_named

        asked = frozenset(names)
        if asked not in self._named:
            try:
                self._named[asked] = distributions_named(self._sources, asked)
            except Exception as error:  # as in `_answer`
                self._sources.note("distributions", f"{type(error).__name__}: {error}"[:200])
                self._named[asked] = ()
        return self._named[asked]


def _asking(name: str) -> property:
    return property(lambda self: self.ask(name))


for _name in DEFAULTS:
    setattr(LiveInventory, _name, _asking(_name))


def _answer(part: str, sources: Sources) -> dict[str, Any]:
    """The fields of one part. A part that fails is noted and unknown: no answer fails for it."""
    names = PARTS[part]
    try:
        answer = _asker(part)(sources)
    except Exception as error:  # a machine that is odd in a way nobody thought of: the other parts still count
        sources.note(part, f"{type(error).__name__}: {error}"[:200])
        return {name: DEFAULTS[name] for name in names}
    return {names[0]: answer} if len(names) == 1 else {name: getattr(answer, name) for name in names}


def _asker(part: str) -> Callable[[Sources], Any]:
    found: Callable[[Sources], Any] = getattr(import_module(f"wontload.machine.survey.{part}"), part)
    return found


def live_inventory(machine: Machine) -> LiveInventory:
    """The inventory of this computer; `machine` has its system, interpreter, files and environment."""
    return LiveInventory(Sources(machine))


def in_full(inventory: Inventory) -> Inventory:
    """Everything asked, all parts side by side, as a plain value."""
    if isinstance(inventory, LiveInventory):
        from concurrent.futures import ThreadPoolExecutor

        for part in PARTS:  # now and not in the threads: imports that wait for each other see half a module
            _asker(part)
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(inventory.ask, [names[0] for names in PARTS.values()]))
    return Inventory(**{name: getattr(inventory, name) for name in DEFAULTS})
