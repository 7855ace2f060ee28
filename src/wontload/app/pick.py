"""`wontload pick NAME`: what is offered of a project, judged on a machine before anything is installed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from wontload.app.pick_offers import Question, offered, parsed
from wontload.app.pick_places import Options, with_places
from wontload.app.pick_reading import Consent, Progress, Reader
from wontload.app.pick_runtime import Runtimes
from wontload.app.places import Place as Where
from wontload.app.places import saved_machine, this_computer
from wontload.diagnosis import Finding
from wontload.knowledge.packages import normalised
from wontload.machine import Machine
from wontload.machine.interpreters import chosen as interpreter
from wontload.machine.snapshot import Snapshot
from wontload.wheels.cache import Cache
from wontload.wheels.candidates import Candidate, Target, same_file
from wontload.wheels.changes import changes
from wontload.wheels.choosing import Request
from wontload.wheels.choosing import chosen as choose
from wontload.wheels.commands import Wanted, asks, install_command
from wontload.wheels.index.constraints import constraint_on
from wontload.wheels.index.gather import Asked
from wontload.wheels.index.settings import Settings
from wontload.wheels.no_wheel import no_wheel
from wontload.wheels.ranking import Ranked, rank, settled, waves

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

MOST_READ = 24  # wheels, unless all are asked for
MOST_FETCHED = 64 << 20  # bytes of wheels after which no further wave is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The answer.

    Attributes:
        project: normalised name. machine: for which. installed: version there; empty for none that is known.
        asked: every place, with what it gave. candidates: every file of the project.
        ranked: those that were judged, the best first. recommended: the best that would work; `None` for none.
        plain: what pip takes if it is given the name and the places that were given here; `None`: nothing.
        findings: what `pip install NAME` alone would come to here, where that is no wheel (WL505).
        constraint: versions that pip's constraint files here leave; empty for all.
        commands: by installer, the line that gets the recommended one. changes: what would make something fit.
        fetched_bytes: over the network, pages included. offline: nobody was asked, all is from the cache.
        specifier: versions that were asked for; empty for any. called: how a command calls the interpreter.
    """

    project: str
    machine: Machine
    installed: str
    asked: tuple[Asked, ...]
    candidates: tuple[Candidate, ...]
    ranked: tuple[Ranked, ...]
    recommended: Ranked | None
    plain: Candidate | None
    findings: tuple[Finding, ...] = ()
    constraint: str = ""
    commands: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    fetched_bytes: int = 0
    offline: bool = False
    specifier: str = ""
    called: str = "python"

    @property
    def verdict(self) -> str:
        """`loads`: something would work here; `undetermined`: something may, or was not reached; else `fails`."""
        if self.recommended is not None:
            return "loads"
        is_open = any(one.open for one in self.ranked) or any(one.problem for one in self.asked)
        return "undetermined" if is_open else "fails"


def pick(
    requirement: str,
    *,
    python: str | None = None,
    machine: Machine | Snapshot | None = None,
    options: Options = Options(),  # noqa: B008
    consent: Consent = lambda link, size: False,
    progress: Progress = lambda text: None,
    cache: Cache | None = None,
) -> Pick:
    """Say which wheel of a project would load on a machine and use its GPU, and how to have it installed.

    Nothing is installed and nothing of a wheel is executed; of remote wheels a few megabytes are fetched.

    Args:
        requirement: a distribution's name, perhaps with versions (`torch>=2.4`).
        python: the interpreter that it is for. machine: a machine captured elsewhere, in place of this computer.
        consent: asked before a wheel is fetched as a whole, from a server that sends no pieces.
        progress: told what is being done.

    Raises:
        UnknownTarget: no place offers such a project, or these versions. WontloadError: no place could be reached.
    """
    from packaging.specifiers import SpecifierSet

    project, specifier = parsed(requirement)
    place = saved_machine(machine, None) if machine else this_computer(python or interpreter(as_module=True)[0])
    cache = cache or Cache()
    question = Question.of(project, specifier, place, options, cache)
    asked, candidates, wanted = offered(question, progress)
    constraint = constraint_on(project, question.pip.constraints)
    plain = _plain(project, specifier & SpecifierSet(constraint), candidates, with_places(question.pip, options))
    ranked, fetched_bytes = _judged(question, candidates, plain, consent, progress)
    cache.prune()
    recommended = next((one for one in ranked if (one.goes_along if options.alone else one.works)), None)
    return Pick(
        project=project,
        machine=place.machine,
        installed=_installed(project, place.machine),
        called=_called(place),
        asked=asked,
        candidates=candidates,
        ranked=ranked,
        recommended=recommended,
        plain=plain,
        findings=tuple(filter(None, [no_wheel(project, wanted, plain)])),
        constraint=constraint,
        commands=_commands(question, recommended, candidates, asked, constraint),
        changes=() if recommended else changes(wanted, ranked, Target(place.machine)),
        fetched_bytes=fetched_bytes,
        offline=options.offline,
        specifier=str(specifier),
    )


def _judged(
    question: Question,
    candidates: Sequence[Candidate],
    plain: Candidate | None,
    consent: Consent,
    progress: Progress,
) -> tuple[tuple[Ranked, ...], int]:
    """The wheels that were read, the best first, and the bytes that were fetched in all.

    They are read wave after wave, until the best of what was read is as good as it gets; with `every`, all at once.
    What the best one needs is read before it counts as that.
    """
    place, options, web = question.place, question.options, question.web
    reader = Reader(
        question.project, web, question.cache, read_all=options.read_all, consent=consent, progress=progress
    )
    runtimes = Runtimes(
        place=place, web=web, cache=question.cache, pip=question.pip, uv=question.uv, options=options, progress=progress
    )
    judged: list[Ranked] = []
    ranked: tuple[Ranked, ...] = ()
    found = waves(candidates, question.specifier, place.machine)

    def is_enough() -> bool:
        counting = [one for one in ranked if one.goes_along or not one.works] if options.alone else ranked
        return len(judged) >= MOST_READ or reader.fetched_bytes >= MOST_FETCHED or settled(counting, place.machine)

    for number, wave in enumerate([tuple(chain.from_iterable(found))] if options.every else found):
        known = plain is None or any(same_file(one, plain) for one in wave)
        more = (plain,) if number == 0 and plain is not None and not known else ()
        judged += reader.judged((*wave, *more), place)
        ranked = runtimes.with_extras(runtimes.with_parts(rank(judged, place.machine)))
        judged = list(ranked)
        if is_enough():
            ranked = runtimes.look_into(ranked)
            judged = list(ranked)
            if is_enough():
                break
    ranked = runtimes.look_into(ranked)
    return ranked, web.fetched_bytes + reader.fetched_bytes + runtimes.fetched_bytes


def _plain(
    project: str, specifier: SpecifierSet, candidates: Sequence[Candidate], settings: Settings
) -> Candidate | None:
    """What `pip install NAME` takes as pip is set up here, with the places that were given."""
    own = [one for one in candidates if asks(settings, one.place)]
    return choose(own, Request(project=project, specifier=specifier), settings)


def _installed(project: str, machine: Machine) -> str:
    found = machine.inventory.distributions or ()
    return next((one.version for one in found if normalised(one.name) == project), "")


def _commands(
    question: Question,
    best: Ranked | None,
    candidates: Sequence[Candidate],
    asked: Sequence[Asked],
    constraint: str,
) -> dict[str, str]:
    if best is None:
        return {}
    wanted = Wanted(
        candidate=best.candidate,
        candidates=candidates,
        project=question.project,
        extra=best.appraisal.extra if best.appraisal else "",
        installed=_installed(question.project, question.place.machine),
        python=_called(question.place),
        index_url=question.options.index_url,
        constraint=constraint,
    )
    return {
        settings.installer: install_command(
            replace(wanted, known_now=_known_now(settings, asked, question.options)), settings
        )
        for settings in (question.pip, question.uv)
    }


def _known_now(settings: Settings, asked: Sequence[Asked], options: Options) -> bool:
    """Whether every place that an installer asks has just told what it offers; one that has not may have more."""
    return not options.offline and not any(one.problem for one in asked if asks(settings, one.place))


def _called(place: Where) -> str:
    """How a person calls the interpreter: `python` where that is the one, else by its path."""
    python = place.machine.python
    if python is None or not place.live or shutil.which("python") == python.executable:
        return "python"
    return f'"{python.executable}"'
