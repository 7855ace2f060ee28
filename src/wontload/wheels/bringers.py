"""Who may bring what a wheel's files lack: distributions that it declares to need and that are not at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from wontload.diagnosis.contents import plain
from wontload.knowledge.packages import project_of
from wontload.knowledge.vc_runtime import PART_OF_VC_RUNTIME
from wontload.loader import Module
from wontload.machine.dist_info import is_of_an_extra
from wontload.wheels.bringing import base_name, known_to_bring, may_bring
from wontload.wheels.deciding import is_extension
from wontload.wheels.judging import Judge
from wontload.wheels.requirements import declared, declared_names
from wontload.wheels.wheel import Wheel


class Bringers:
    """Asked about the missing libraries of one wheel on one machine.

    Args:
        wheel: that is checked. absent: dependencies that it declares and that are not at hand. judge: of that machine.
    """

    def __init__(self, wheel: Wheel, absent: Sequence[str], judge: Judge) -> None:
        self._wheel, self._absent, self._judge = wheel, absent, judge

    def of_all(self, modules: Mapping[str, Module], missing: Iterable[Module]) -> dict[str, tuple[str, ...]]:
        """Of each library those that may bring it.

        Who brings libraries for Windows has the Visual C++ runtime beside them more often than not, as PyQt6-Qt6 has.

        Args:
            modules: that a finding is about, by name. missing: all that the same file lacks.
        """
        found = {name: self.of(name, module) for name, module in modules.items()}
        bare = [name for name, some in found.items() if not some and PART_OF_VC_RUNTIME.match(base_name(name))]
        if bare:
            others = tuple(dict.fromkeys(one for each in missing for one in self.of(each.name, each)))
            found.update(dict.fromkeys(bare, others))
        return found

    def of(self, name: str, module: Module) -> tuple[str, ...]:
        """Those that bring one library, or may by their names."""
        if known := known_to_bring(name, self._absent):
            return (known,)
        judge = self._judge
        return may_bring(module, self._absent, self._wheel.name, judge.machine, judge.site, self._projects)

    def known(self, libraries: Iterable[str]) -> tuple[str, ...]:
        """Those that are known to bring the libraries, if that is so of every one; else nothing."""
        return _all_known(libraries, self._absent)

    def in_extras(self, libraries: Iterable[str]) -> tuple[str, ...]:
        """The same of distributions that only extras of the wheel ask for."""
        return _all_known(libraries, self._extras)

    def perhaps_in_extras(self, modules: Iterable[Module]) -> tuple[str, ...]:
        """Distributions that only extras ask for and that may bring the libraries, by their names; all, or nothing."""
        judge = self._judge
        found = [
            may_bring(one, self._extras, self._wheel.name, judge.machine, judge.site, self._projects) for one in modules
        ]
        return tuple(sorted({name for names in found for name in names})) if all(found) else ()

    @cached_property
    def _extras(self) -> tuple[str, ...]:
        asked = [(name, is_of_an_extra(one)) for one in declared(self._wheel) for name in declared_names(one)]
        always = {name for name, is_extra in asked if not is_extra}
        return tuple(dict.fromkeys(name for name, _ in asked if name not in always))

    @cached_property
    def _projects(self) -> frozenset[str]:
        """Of the wheel's own libraries, which are no modules."""
        return frozenset(
            project_of(plain(base_name(one.name))) for one in self._wheel.natives if not is_extension(one.name)
        )


def _all_known(libraries: Iterable[str], distributions: Sequence[str]) -> tuple[str, ...]:
    found = [known_to_bring(name, distributions) for name in libraries]
    return tuple(sorted(set(found))) if all(found) else ()
