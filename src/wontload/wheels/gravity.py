"""How grave a finding about one file is for the wheel as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from wontload.diagnosis.alone import undefined_symbols
from wontload.diagnosis.contents import MANGLED, plain
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.gpu_parts import is_gpu_part, is_of_a_gpu
from wontload.diagnosis.module_builds import spared
from wontload.diagnosis.words import listed
from wontload.knowledge.packages import project_of
from wontload.knowledge.vc_runtime import PART_OF_VC_RUNTIME
from wontload.loader import Module, Status, Verdict
from wontload.wheels.bringing import base_name, known_to_bring, may_bring
from wontload.wheels.deciding import is_extension
from wontload.wheels.judging import Judge, JudgedFile
from wontload.wheels.nowhere import is_plain, narrowed
from wontload.wheels.plugins import Plugins
from wontload.wheels.requirements import declared_names
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
        self._wheel, self._absent, self._judge, self._plugins = wheel, absent, judge, plugins
        loads = [one for one in judged if one.verdict is Verdict.LOADS]
        failing = (one.member for one in judged if one.verdict is not Verdict.LOADS)
        self._spared = spared(failing, (one.member for one in loads))
        self._judged = judged

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
        if text := self._other_copy(missing.values()):
            return [_less_grave(finding, Severity.WARNING, text)]
        names = [name for name in (finding.subject, *finding.also) if base_name(name) in missing]
        renamed = tuple(map(self._renamed, self._here_renamed(names)))
        if text := self._not_needed(judged, broken=bool(renamed)):
            return [_less_grave(finding, Severity.WARNING, text)]
        if finding.code == "WL602" and self._plugins.is_preloaded(judged.member):
            text = "Python code that names it speaks of LD_PRELOAD: from a process's start on, there is room for it"
            return [_less_grave(finding, Severity.WARNING, text)]
        if finding.code == "WL301" and (text := self._defined_by_others(judged)):
            return [_less_grave(finding, Severity.WARNING, text)]
        finding = replace(finding, evidence=(*finding.evidence, *renamed))
        bringers = self._bringers({name: missing[base_name(name)] for name in names}, missing.values())
        with_others = [name for name in names if bringers[name]]
        if not is_plain(finding) or len(with_others) in (0, len(names)):
            return [self._of_missing(finding, judged, bringers)]
        rest = [name for name in names if name not in with_others]
        parts = (narrowed(finding, some) for some in (rest, with_others))
        return [
            self._of_missing(one, judged, {name: bringers[name] for name in (one.subject, *one.also)}) for one in parts
        ]

    @cached_property
    def _loading(self) -> frozenset[str]:
        """Base names, in lower case, of what loads, or would if all that is declared were at hand."""
        return frozenset(base_name(one.member).lower() for one in self._judged if self._may_load(one))

    def _may_load(self, judged: JudgedFile) -> bool:
        missing = [one for one in judged.result.modules if one.status is Status.MISSING]
        lacks_others = bool(missing) and all(self._brought_by(one.name, one) for one in missing)
        return judged.verdict is Verdict.LOADS or lacks_others

    def _here_renamed(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Those of the names under which the wheel had a library before a repairing tool renamed it; and the member."""
        for name in names:
            if member := self._alwaysnames.get(base_name(name).lower()):
                yield base_name(name), member

    @cached_property
    def _alwaysnames(self) -> Mapping[str, str]:
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

    def _bringers(self, modules: Mapping[str, Module], missing: Iterable[Module]) -> dict[str, tuple[str, ...]]:
        """Of each library those that may bring it.

        Who brings libraries for Windows has the Visual C++ runtime beside them more often than not, as PyQt6-Qt6 has.

        Args:
            modules: that a finding is about, by name. missing: all that the same file lacks.
        """
        found = {name: self._brought_by(name, module) for name, module in modules.items()}
        bare = [name for name, some in found.items() if not some and PART_OF_VC_RUNTIME.match(base_name(name))]
        if bare:
            others = tuple(dict.fromkeys(one for each in missing for one in self._brought_by(each.name, each)))
            found.update(dict.fromkeys(bare, others))
        return found

    def _brought_by(self, name: str, module: Module) -> tuple[str, ...]:
        """Declared dependencies that are not at hand and bring a library, or may by their names."""
        known = known_to_bring(name, self._absent)
        judge = self._judge
        if known:
            return (known,)
        return may_bring(module, self._absent, self._wheel.name, judge.machine, judge.site, self._projects)

    @cached_property
    def _extras(self) -> tuple[str, ...]:
        """Distributions that only extras of the wheel ask for."""
        asked = [(name, "extra" in one) for one in self._wheel.requires_dist for name in declared_names(one)]
        always = {name for name, is_extra in asked if not is_extra}
        return tuple(dict.fromkeys(name for name, _ in asked if name not in always))

    @cached_property
    def _projects(self) -> frozenset[str]:
        """Of the wheel's own libraries, which are no modules."""
        return frozenset(
            project_of(plain(base_name(one.name))) for one in self._wheel.natives if not is_extension(one.name)
        )

    def _of_missing(self, finding: Finding, judged: JudgedFile, bringers: Mapping[str, tuple[str, ...]]) -> Finding:
        """Who may bring what is missing, and whether the wheel gets on without it."""
        if not bringers:
            return finding
        known = [known_to_bring(name, self._absent) for name in bringers]
        if all(known):
            text = f"{', '.join(sorted(set(known)))}, which the wheel declares to need, brings it; it was not at hand"
            return _less_grave(finding, Severity.NOTE, text)
        if all(optional := [known_to_bring(name, self._extras) for name in bringers]):
            text = (
                f"{', '.join(sorted(set(optional)))}, which an extra of the wheel asks for, brings it: an optional part"
            )
            return _less_grave(finding, Severity.WARNING, text)
        if all(bringers.values()):
            told = listed(sorted({one for some in bringers.values() for one in some}), word="or")
            text = f"{told}, which the wheel declares to need, may bring this, by its name; it was not at hand"
            return _less_grave(finding, Severity.WARNING, text)
        if all(map(is_of_a_gpu, bringers)) and self._is_optional(judged):
            return replace(finding, severity=Severity.WARNING)
        return finding

    def _defined_by_others(self, judged: JudgedFile) -> str:
        """ELF: who may define a symbol that nothing does which the file names, as a sentence; empty for nobody."""
        symbols = undefined_symbols(self._judge.machine, judged.result)
        definers = [base_name(path) for symbol in symbols for path in self._judge.definers(symbol)]
        if definers:
            return f"{definers[0]}, installed with it, defines that: whatever loads it has to be there before"
        if symbols and self._absent:
            told = listed(sorted(self._absent), word="or")
            return f"{told}, which the wheel declares to need, may define that, loaded before; not at hand"
        return ""

    def _other_copy(self, missing: Collection[Module]) -> str:
        """Of which libraries that lack something another copy loads, as a sentence; empty where not of all.

        What is loaded serves whoever asks for that name later: the code of tables loads the libblosc2.dll of
        `tables.libs`, and its modules never come to the one beside them. musl and dyld go by more than the name.
        """
        system = self._judge.machine.system
        if system.name != "windows" and system.libc != "glibc":
            return ""
        users = sorted({base_name(one.needed_by or "").lower() for one in missing})
        loading = {base_name(one.member).lower() for one in self._judged if one.verdict is Verdict.LOADS}
        if not users or not loading.issuperset(users) or not all(map(self._plugins.is_named, users)):
            return ""
        return f"of {listed(users)} the wheel has another copy, which loads: where Python code did so before, it serves"

    def _not_needed(self, judged: JudgedFile, *, broken: bool) -> str:
        """That no import of the wheel is seen to load a file, as a sentence; empty where one may well do.

        A person who wrote a loading line could not know a name that a repairing tool gave; code may find the file in a
        listing (rtree does). A `broken` plugin needs what the wheel has under another name, so that it is of no use to
        anybody.
        """
        name = base_name(judged.member)
        if judged.mode == "import":
            does_without = self._plugins.does_without(judged.member)
            return f"where {name} does not load, the Python code that imports it goes on" if does_without else ""
        if MANGLED.search(name) is not None and name.lower() not in self._plugins.askers:
            return f"no file of the wheel asks for {name}: only code that lists its directory loads it"
        if not broken and self._plugins.has(judged.member, self._loading):
            return f"no module of the wheel needs {name}, and no Python code in it names it: a plugin, by all signs"
        if not broken and (partner := self._plugins.partner_of(judged.member)):
            return f"Python code imports {partner} before it loads {name}, and the wheel does not declare {partner}"
        return ""

    def _is_optional(self, judged: JudgedFile) -> bool:
        """Whether the wheel can do without it: a part for a GPU that is no module of its own."""
        return judged.mode != "import" and is_gpu_part(judged.member, (one.name for one in self._wheel.natives))


def _less_grave(finding: Finding, severity: Severity, text: str) -> Finding:
    return replace(finding, severity=severity, evidence=(*finding.evidence, Evidence("provider", text)))
