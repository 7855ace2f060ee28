"""How grave a finding about one file is for the wheel as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from wontload.diagnosis.contents import MANGLED, plain
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.gpu_parts import is_gpu_part, is_of_a_gpu
from wontload.diagnosis.module_builds import spared
from wontload.diagnosis.words import listed
from wontload.loader import Status, Verdict
from wontload.wheels.bringers import Bringers
from wontload.wheels.bringing import base_name
from wontload.wheels.excuses import Excuses
from wontload.wheels.judging import Judge, JudgedFile
from wontload.wheels.nowhere import is_plain, narrowed
from wontload.wheels.plugins import Plugins
from wontload.wheels.wheel import Wheel


class Gravity:
    """Weighs what is found on one machine.

    Args:
        wheel: that is checked. absent: dependencies that it declares and that are not at hand. judge: of that machine.
        judged: what came of all its files there. plugins: of the wheel, the same for all machines.
    """

    def __init__(
        self, wheel: Wheel, absent: Sequence[str], judge: Judge, judged: Sequence[JudgedFile], plugins: Plugins
    ) -> None:
        self._wheel = wheel
        self._bringers = Bringers(wheel, absent, judge)
        self._excuses = Excuses(absent, judge, judged, plugins, self._bringers)
        loads = [one for one in judged if one.verdict is Verdict.LOADS]
        failing = (one.member for one in judged if one.verdict is not Verdict.LOADS)
        self._spared = spared(failing, (one.member for one in loads))

    def weigh(self, finding: Finding, judged: JudgedFile) -> list[Finding]:
        """The finding with the wheel's file at the head of its chain, and as grave as it is for this wheel.

        Two where some of what is missing may come with a declared dependency, and the rest with nobody.
        """
        finding = replace(finding, chain=(judged.member, *finding.chain[1:]))
        if finding.severity is not Severity.ERROR:
            return [finding]
        if judged.member in self._spared:
            text = "another build of the same module loads, and an import takes one of them"
            return [_less_grave(finding, Severity.NOTE, text)]
        missing = {base_name(one.name): one for one in judged.result.modules if one.status is Status.MISSING}
        names = [name for name in (finding.subject, *finding.also) if base_name(name) in missing]
        renamed = tuple(map(self._renamed, self._here_renamed(names)))
        if text := self._excuses.of(judged, finding.code, broken=bool(renamed)):
            return [_less_grave(finding, Severity.WARNING, text)]
        finding = replace(finding, evidence=(*finding.evidence, *renamed))
        bringers = self._bringers.of_all({name: missing[base_name(name)] for name in names}, missing.values())
        with_others = [name for name in names if bringers[name]]
        if not is_plain(finding) or len(with_others) in (0, len(names)):
            return [self._of_missing(finding, judged, bringers)]
        rest = [name for name in names if name not in with_others]
        parts = (narrowed(finding, some) for some in (rest, with_others))
        return [
            self._of_missing(one, judged, {name: bringers[name] for name in (one.subject, *one.also)}) for one in parts
        ]

    def _here_renamed(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Those of the names under which the wheel had a library before a repairing tool renamed it; and the member."""
        for name in names:
            if member := self._plain_names.get(base_name(name).lower()):
                yield base_name(name), member

    @cached_property
    def _plain_names(self) -> Mapping[str, str]:
        """Members that a repairing tool renamed, by the name in lower case that each had before."""
        names = [one.name for one in self._wheel.natives if MANGLED.search(base_name(one.name))]
        return {plain(base_name(name)).lower(): name for name in names}

    @staticmethod
    def _renamed(here: tuple[str, str]) -> Evidence:
        name, member = here
        return Evidence(
            "renamed",
            f"the wheel has {name} as {member}: a repairing tool gave it that name, and did not write that into this "
            "file. delvewheel's --analyze-existing takes files along that lie in the wheel already",
            {"path": member, "name": name},
        )

    def _of_missing(self, finding: Finding, judged: JudgedFile, bringers: Mapping[str, tuple[str, ...]]) -> Finding:
        """Who may bring what is missing, and whether the wheel gets on without it."""
        if not bringers:
            return finding
        if known := self._bringers.known(bringers):
            text = f"{', '.join(known)}, which the wheel declares to need, brings it; it was not at hand"
            return _less_grave(finding, Severity.NOTE, text)
        if optional := self._bringers.in_extras(bringers):
            text = f"{', '.join(optional)}, which an extra of the wheel asks for, brings it: an optional part"
            return _less_grave(finding, Severity.WARNING, text)
        if all(bringers.values()):
            told = listed(sorted({one for some in bringers.values() for one in some}), word="or")
            text = f"{told}, which the wheel declares to need, may bring this, by its name; it was not at hand"
            return _less_grave(finding, Severity.WARNING, text)
        if all(map(is_of_a_gpu, bringers)) and self._is_optional(judged):
            return replace(finding, severity=Severity.WARNING)
        missing = [one for one in judged.result.modules if one.status is Status.MISSING and one.name in bringers]
        if may := self._bringers.perhaps_in_extras(missing):
            text = f"{listed(may, word='or')}, which only extras of the wheel ask for, may bring this, by the name"
            return replace(finding, evidence=(*finding.evidence, Evidence("provider", text)))
        return finding

    def _is_optional(self, judged: JudgedFile) -> bool:
        """Whether the wheel can do without it: a part for a GPU that is no module of its own."""
        return judged.mode != "import" and is_gpu_part(judged.member, (one.name for one in self._wheel.natives))


def _less_grave(finding: Finding, severity: Severity, text: str) -> Finding:
    return replace(finding, severity=severity, evidence=(*finding.evidence, Evidence("provider", text)))
