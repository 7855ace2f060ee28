"""Why a file that does not load fails no import of its wheel: each reason a sentence, with the signs that speak for it.

None of them is certain, as no code of the wheel is run: they make warnings of errors, and nothing go away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from wontload.diagnosis.alone import undefined_symbols
from wontload.diagnosis.contents import MANGLED
from wontload.diagnosis.words import listed
from wontload.loader import Status, Verdict
from wontload.wheels.bringers import Bringers
from wontload.wheels.bringing import base_name
from wontload.wheels.judging import Judge, JudgedFile
from wontload.wheels.plugins import Plugins


class Excuses:
    """Sought for the files of one wheel on one machine.

    Args:
        absent: dependencies that the wheel declares and that are not at hand. judge: of the machine.
        judged: what came of all files there. plugins: of the wheel. bringers: of what is missing there.
    """

    def __init__(
        self,
        absent: Sequence[str],
        judge: Judge,
        judged: Sequence[JudgedFile],
        plugins: Plugins,
        bringers: Bringers,
    ) -> None:
        self._absent, self._judge, self._judged = absent, judge, judged
        self._plugins, self._bringers = plugins, bringers

    def of(self, judged: JudgedFile, code: str, *, broken: bool) -> str:
        """The first that holds for a file, as a sentence; empty for none.

        Args:
            code: of the finding about it. broken: it needs what the wheel has under another name, so that as a plugin
                it is of no use to anybody.
        """
        return next(filter(None, self._all(judged, code, broken)), "")

    def _all(self, judged: JudgedFile, code: str, broken: bool) -> Iterator[str]:
        yield self._other_copy(judged)
        if judged.mode == "import":
            yield self._gone_on_without(judged.member)
        else:
            yield self._only_listed(judged.member)
            if not broken:
                yield self._plugin(judged.member)
                yield self._for_a_partner(judged.member)
        if code == "WL602":
            yield self._preloaded(judged.member)
        if code == "WL301":
            yield self._defined_by_others(judged)

    def _other_copy(self, judged: JudgedFile) -> str:
        """Of which libraries that lack something another copy loads; empty where not of all.

        What is loaded serves whoever asks for that name later: the code of tables loads the libblosc2.dll of
        `tables.libs`, and its modules never come to the one beside them. musl and dyld go by more than the name.
        """
        system = self._judge.machine.system
        if system.name != "windows" and system.libc != "glibc":
            return ""
        missing = [one for one in judged.result.modules if one.status is Status.MISSING]
        users = sorted({base_name(one.needed_by or "").lower() for one in missing})
        if not users or not self._whole.issuperset(users) or not all(map(self._plugins.is_named, users)):
            return ""
        return f"of {listed(users)} the wheel has another copy, which loads: where Python code did so before, it serves"

    def _gone_on_without(self, member: str) -> str:
        if not self._plugins.does_without(member):
            return ""
        return f"where {base_name(member)} does not load, the Python code that imports it goes on"

    def _only_listed(self, member: str) -> str:
        """That a repairing tool gave the file its name: who wrote a loading line could not know it.

        Code may still find the file in a listing of its directory (rtree does).
        """
        name = base_name(member)
        if MANGLED.search(name) is None or name.lower() in self._plugins.askers:
            return ""
        return f"no file of the wheel asks for {name}: only code that lists its directory loads it"

    def _plugin(self, member: str) -> str:
        if not self._plugins.has(member, self._loading):
            return ""
        name, opener = base_name(member), self._plugins.opener_of(member, self._loading)
        if opener:
            return f"{opener} has the name of {name} in it and does not need it to load: it opens it when it is wanted"
        return f"no module of the wheel needs {name}, and no Python code in it names it: a plugin, by all signs"

    def _for_a_partner(self, member: str) -> str:
        partner, name = self._plugins.partner_of(member), base_name(member)
        if not partner:
            return ""
        return f"Python code imports {partner} before it loads {name}, and the wheel does not declare {partner}"

    def _preloaded(self, member: str) -> str:
        if not self._plugins.is_preloaded(member):
            return ""
        return "Python code that names it speaks of LD_PRELOAD: from a process's start on, there is room for it"

    def _defined_by_others(self, judged: JudgedFile) -> str:
        """ELF: who may define a symbol that nothing does which the file names."""
        symbols = undefined_symbols(self._judge.machine, judged.result)
        definers = [base_name(path) for symbol in symbols for path in self._judge.definers(symbol)]
        if definers:
            return f"{definers[0]}, installed with it, defines that: whatever loads it has to be there before"
        if symbols and self._absent:
            told = listed(sorted(self._absent), word="or")
            return f"{told}, which the wheel declares to need, may define that, loaded before; not at hand"
        return ""

    @cached_property
    def _whole(self) -> frozenset[str]:
        """Base names, in lower case, of what loads."""
        return frozenset(base_name(one.member).lower() for one in self._judged if one.verdict is Verdict.LOADS)

    @cached_property
    def _loading(self) -> frozenset[str]:
        """The same, and what would load if all that is declared were at hand."""
        lacking = (one for one in self._judged if self._lacks_others(one))
        return self._whole | {base_name(one.member).lower() for one in lacking}

    def _lacks_others(self, judged: JudgedFile) -> bool:
        missing = [one for one in judged.result.modules if one.status is Status.MISSING]
        return bool(missing) and all(self._bringers.of(one.name, one) for one in missing)
