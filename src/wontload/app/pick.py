"""`wontload pick NAME`: what is offered of a project, judged on a machine before anything is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wontload.app.pick_places import Options, places_for, settings_here, web_for, with_places
from wontload.app.pick_reading import Consent, Progress, Reader
from wontload.app.pick_runtime import Runtimes
from wontload.app.places import Place as Where
from wontload.app.places import saved_machine, this_computer
from wontload.diagnosis import Finding
from wontload.errors import UnknownTarget, WontloadError
from wontload.knowledge.packages import normalised
from wontload.machine import Machine
from wontload.machine.interpreters import chosen as interpreter
from wontload.machine.snapshot import Snapshot
from wontload.wheels.cache import Cache
from wontload.wheels.candidates import Candidate, Target, candidates_of, same_file
from wontload.wheels.changes import changes
from wontload.wheels.choosing import Request
from wontload.wheels.choosing import chosen as choose
from wontload.wheels.commands import Wanted, asks, install_command
from wontload.wheels.index.constraints import constraint_on
from wontload.wheels.index.gather import Asked, gather
from wontload.wheels.index.settings import Settings
from wontload.wheels.no_wheel import no_wheel
from wontload.wheels.ranking import Ranked, rank, settled, waves
from wontload.wheels.variants import with_properties
from wontload.wheels.versions import not_offered, of_versions

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
        specifier: versions that were asked for; empty for any.
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

    project, specifier = _parsed(requirement)
    place = saved_machine(machine, None) if machine else this_computer(python or interpreter(as_module=True)[0])
    pip, uv = settings_here(place, options)
    cache = cache or Cache()
    web = web_for(pip, cache, options)
    places = places_for(project, place.machine, pip, uv, options)
    progress(f"asking {len(places)} places for {project}")
    asked = gather(project, places, web)
    target = Target(place.machine)
    candidates = with_properties(candidates_of(project, asked, target), asked, web)
    if not candidates:
        raise _nothing(project, asked)
    if not (wanted := of_versions(candidates, specifier)):
        raise not_offered(project, specifier, candidates, asked)
    constraint = constraint_on(project, pip.constraints)
    plain = _plain(project, specifier & SpecifierSet(constraint), candidates, with_places(pip, options))
    reader = Reader(project, web, cache, read_all=options.read_all, consent=consent, progress=progress)
    runtimes = Runtimes(place=place, web=web, cache=cache, pip=pip, uv=uv, options=options, progress=progress)
    ranked = _judged(waves(candidates, specifier, place.machine), plain, reader, runtimes, place, every=options.every)
    cache.prune()
    recommended = next((one for one in ranked if one.works), None)
    installed = _installed(project, place.machine)
    return Pick(
        project=project,
        machine=place.machine,
        installed=installed,
        asked=asked,
        candidates=candidates,
        ranked=ranked,
        recommended=recommended,
        plain=plain,
        findings=tuple(filter(None, [no_wheel(project, wanted, plain)])),
        constraint=constraint,
        commands=_commands(recommended, candidates, project, installed, place, options, constraint, (pip, uv), asked),
        changes=() if recommended else changes(wanted, ranked, target),
        fetched_bytes=web.fetched_bytes + reader.fetched_bytes + runtimes.fetched_bytes,
        offline=options.offline,
        specifier=str(specifier),
    )


def _judged(
    found: Iterable[Sequence[Candidate]],
    plain: Candidate | None,
    reader: Reader,
    runtimes: Runtimes,
    place: Where,
    *,
    every: bool,
) -> tuple[Ranked, ...]:
    """Read wave after wave, until the best of what was read is as good as it gets; with `every`, all.

    What the best one needs is read before it counts as that.
    """
    judged: list[Ranked] = []
    ranked: tuple[Ranked, ...] = ()
    reading = [tuple(one for wave in found for one in wave)] if every else found
    for number, wave in enumerate(reading):
        known = plain is None or any(same_file(one, plain) for one in wave)
        more = (plain,) if number == 0 and plain is not None and not known else ()
        judged += reader.judged((*wave, *more), place)
        ranked = rank(judged, place.machine)
        enough = len(judged) >= MOST_READ or reader.fetched_bytes >= MOST_FETCHED
        if enough or settled(ranked, place.machine):
            ranked = runtimes.look_into(ranked)
            judged = list(ranked)
            if enough or settled(ranked, place.machine):
                break
    return runtimes.look_into(ranked)


def _parsed(requirement: str) -> tuple[str, SpecifierSet]:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(requirement)
    except InvalidRequirement as error:
        raise UnknownTarget(
            f"{requirement!r} is no distribution's name.", "Give one such as llama-cpp-python."
        ) from error
    return normalised(parsed.name), parsed.specifier


def _nothing(project: str, asked: Sequence[Asked]) -> WontloadError:
    failed = [one for one in asked if one.problem]
    if failed:
        return WontloadError(
            f"nothing of {project} was found: {failed[0].problem}", "Is there a network, and is the name right?"
        )
    return UnknownTarget(f"no index that was asked knows {project}.", "See --index-url and --find-links for others.")


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
    best: Ranked | None,
    candidates: Sequence[Candidate],
    project: str,
    installed: str,
    place: Where,
    options: Options,
    constraint: str,
    installers: Sequence[Settings],
    asked: Sequence[Asked],
) -> dict[str, str]:
    if best is None:
        return {}
    wanted = Wanted(
        candidate=best.candidate,
        candidates=candidates,
        project=project,
        installed=installed,
        python=_called(place),
        index_url=options.index_url,
        constraint=constraint,
    )
    return {
        settings.installer: install_command(replace(wanted, known_now=_known_now(settings, asked, options)), settings)
        for settings in installers
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
