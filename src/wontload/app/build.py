"""`wontload build NAME`: plan it for a machine, check what it needs, run it, name the wheel, keep it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from wontload.app.places import Place, this_computer
from wontload.build.fetch import fetch_source, unreachable
from wontload.build.frontend import frontend
from wontload.build.here import circumstances, lying_in, resources
from wontload.build.judging import JudgedWheel, judge_wheel
from wontload.build.plan import BuildPlan, plan_build
from wontload.build.progress import Progress
from wontload.build.relabel import NotAWheel, relabel
from wontload.build.run import Built, run_build
from wontload.build.source import NoSource, Source, read_source, required_name
from wontload.build.unpack import bring
from wontload.build.wheelhouse import CannotKeep, built_before, keep, key_of, refuse_unwritable, rescue
from wontload.build.wishes import Wishes
from wontload.diagnosis import Finding
from wontload.diagnosis.finding import Severity
from wontload.errors import UsageError
from wontload.knowledge.packages import normalised
from wontload.machine import Machine
from wontload.machine.own_places import wheelhouse
from wontload.machine.snapshot import Snapshot

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9](?:[\w.-]{0,80}[A-Za-z0-9])?)(?:==(?P<version>[\w.+!]{1,60}))?")
Told = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for.

    Attributes:
        name, version: of the package. source: a directory or a source distribution; `None`: from the index.
        python: the interpreter that the wheel is for. wishes: see `Wishes`.
        offline, find_links: nothing is fetched but from those directories.
        into: where the wheel is laid; `None`: the wheelhouse. again: build although a wheel of just this lies there.
    """

    name: str
    version: str = ""
    source: str | None = None
    python: str = ""
    wishes: Wishes = Wishes()  # noqa: RUF009 (frozen)
    offline: bool = False
    find_links: tuple[str, ...] = ()
    into: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildAnswer:
    """The answer of `build`.

    Attributes:
        machine: for which. plan: what was, or would be, run.
        built: how the run ended; `None` when nothing was run. wheel: where the wheel lies now; `None` without one.
        judged: what it is worth here. again: it was built before, from and for exactly this, and lay in the wheelhouse.
    """

    machine: Machine
    plan: BuildPlan
    built: Built | None = None
    wheel: str | None = None
    judged: JudgedWheel | None = None
    again: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What hinders it, what its log says although it succeeded, what the wheel lacks."""
        remarks = self.built.remarks if self.built else ()
        hindrances = [one for one in self.plan.findings if self.wheel is None or one.severity is not Severity.NOTE]
        return (*hindrances, *remarks, *(self.judged.findings if self.judged else ()))

    @property
    def verdict(self) -> str:
        """`planned`, `hindered` (something is missing, nothing was run), `failed`, or of a wheel: `built`, `unfit`."""
        if self.wheel is not None:
            return "unfit" if self.judged is not None and self.judged.verdict == "fails" else "built"
        if self.built is not None:
            return "failed"
        return "hindered" if self.plan.hindered else "planned"


def ordered(target: str) -> tuple[str, str]:
    """Name and version of `llama-cpp-python==0.3.16`. Raises `UsageError` for what is no such requirement."""
    found = REQUIREMENT.fullmatch(target.strip())
    if found is None:
        raise UsageError(
            f"{target!r} is no package's name.", "Write NAME or NAME==VERSION; a directory is given with --source."
        )
    return found["name"], found["version"] or ""


def plan_only(order: Order, machine: Machine | Snapshot | None = None) -> BuildAnswer:
    """What would be run, on this computer or a saved one; a source that is at hand is read, nothing is fetched."""
    if machine is not None:
        saved = machine.machine if isinstance(machine, Snapshot) else machine
        with _read_at_hand(order) as source:
            plan = plan_build(saved, order.name, version=order.version, source=source, wishes=order.wishes)
        return BuildAnswer(machine=saved, plan=plan)
    live = this_computer(order.python).machine
    with _read_at_hand(order) as source:
        return BuildAnswer(machine=live, plan=_plan(order, live, source, tempfile.gettempdir()))


def build(order: Order, *, told: Told = lambda progress: None) -> BuildAnswer:
    """Build for this computer.

    Raises:
        NoSource, NoFrontend, CannotBuild: see there.
        KeyboardInterrupt: after everything of the build has ended and been removed.
    """
    place = this_computer(order.python)
    with _workplace() as directory:
        starter = frontend(order.python, directory, os.environ, find_links=order.find_links)
        source = _read(order, _brought(order, place.machine, directory))
        beyond = _beyond_reach(order, place.machine, source)
        plan = _plan(order, place.machine, source, os.path.dirname(directory), unreachable=beyond)
        answer = BuildAnswer(machine=place.machine, plan=plan)
        if plan.hindered:
            return answer
        house, key = order.into or wheelhouse(), key_of(plan, place.machine)
        if not order.again and (wheel := built_before(house, key)):
            return _judged(replace(answer, wheel=wheel, again=True), place)
        refuse_unwritable(house)
        built = run_build(
            plan, starter, directory=directory, offline=order.offline, find_links=order.find_links, told=told
        )
        if built.wheel is None:
            return replace(answer, built=built)
        wheel = _kept(built.wheel, os.path.join(directory, "named"), plan.local, house, key)
    return _judged(replace(answer, built=built, wheel=wheel), place)


def _kept(wheel: str, named: str, local: str, house: str, key: str) -> str:
    """The wheel under its local version, where it is kept; what was built is not lost where that fails."""
    os.mkdir(named)
    try:
        wheel = relabel(wheel, named, local)
        return keep(wheel, house, key)
    except (CannotKeep, NotAWheel) as error:
        raise CannotKeep(error.message, f"What was built lies in {rescue(wheel)}") from error


def _judged(answer: BuildAnswer, place: Place) -> BuildAnswer:
    assert answer.wheel is not None
    return replace(answer, judged=judge_wheel(answer.wheel, answer.plan, place.machine, place.process))


def _beyond_reach(order: Order, machine: Machine, source: Source) -> str:
    """Why what the build's environment needs cannot be fetched; a source that was fetched answers that itself."""
    if order.offline or order.source is None:
        return ""
    here = lying_in(order.find_links)
    wanted = [name for name in map(required_name, source.requires) if name and name not in here]
    return unreachable(wanted, machine, find_links=order.find_links)


def _plan(order: Order, machine: Machine, source: Source | None, directory: str, *, unreachable: str = "") -> BuildPlan:
    return plan_build(
        machine,
        order.name,
        version=order.version,
        source=source,
        wishes=order.wishes,
        resources=resources(directory),
        circumstances=circumstances(
            order.python,
            offline=order.offline,
            find_links=order.find_links,
            directory=directory,
            unreachable=unreachable,
        ),
    )


@contextmanager
def _workplace() -> Iterator[str]:
    """A directory of the build's own, with a short name; removed whatever happens."""
    with tempfile.TemporaryDirectory(prefix="wl-", ignore_cleanup_errors=True) as directory:
        yield os.path.realpath(directory)


@contextmanager
def _read_at_hand(order: Order) -> Iterator[Source | None]:
    if order.source is None:
        yield None
    elif os.path.isdir(order.source):
        yield _read(order, order.source)
    else:
        with _workplace() as directory:
            yield _read(order, bring(order.source, directory))


def _brought(order: Order, machine: Machine, directory: str) -> str:
    place = os.path.join(directory, "source")
    os.mkdir(place)
    if order.source is not None:
        return bring(order.source, place)
    sdist = fetch_source(
        order.name, order.version, machine, directory, offline=order.offline, find_links=order.find_links
    )
    return bring(sdist, place)


def _read(order: Order, directory: str) -> Source:
    """What a source tells of itself; it must be of the package that was asked for, and complete."""
    source = read_source(directory)
    if source.name and normalised(source.name) != normalised(order.name):
        raise UsageError(
            f"the source is of {source.name}, and {order.name} was asked for.", "Give the one or the other."
        )
    if order.version and source.version and source.version != order.version:
        raise UsageError(f"the source is of version {source.version}, and {order.version} was asked for.")
    if source.empty_submodules:
        raise NoSource(
            f"{', '.join(source.empty_submodules)} is empty: the source's Git submodules were not fetched.",
            "Run `git submodule update --init --recursive` in it, or take the source distribution from PyPI.",
        )
    return source
