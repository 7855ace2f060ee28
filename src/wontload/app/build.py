"""`wontload build NAME`: plan it for a machine, check what it needs, run it, name the wheel, keep it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace

from wontload.app.build_order import Order
from wontload.app.build_source import Sought, brought, read, read_at_hand, sought, workplace
from wontload.app.places import Place, this_computer
from wontload.build.frontend import frontend
from wontload.build.here import circumstances, lying_in, resources
from wontload.build.judging import JudgedWheel, judge_wheel
from wontload.build.plan import BuildPlan, plan_build
from wontload.build.progress import Progress
from wontload.build.relabel import NotAWheel, relabel
from wontload.build.run import Built, run_build
from wontload.build.seek import unreachable
from wontload.build.source import Source, required_name
from wontload.build.wheelhouse import CannotKeep, built_before, keep, key_of, refuse_unwritable, rescue
from wontload.diagnosis import Finding
from wontload.diagnosis.finding import Severity
from wontload.machine import Machine
from wontload.machine.own_places import wheelhouse
from wontload.machine.snapshot import Snapshot

Told = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildAnswer:
    """The answer of `build`.

    Attributes:
        machine: for which. plan: what was, or would be, run. sought: what a mere plan knows of the source; `None`
            where the source was given or is here.
        built: how the run ended; `None` when nothing was run. wheel: where the wheel lies now; `None` without one.
        judged: what it is worth here. again: it was built before, from and for exactly this, and lay in the wheelhouse.
    """

    machine: Machine
    plan: BuildPlan
    sought: Sought | None = None
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


def plan_only(order: Order, machine: Machine | Snapshot | None = None) -> BuildAnswer:
    """What would be run, on this computer or a saved one.

    A source that is at hand is read. Without one, what would be built on this computer is asked for, and not fetched.

    Raises:
        UnknownTarget, NoSource: there is nothing that could be built.
    """
    if machine is not None:
        saved = machine.machine if isinstance(machine, Snapshot) else machine
        with read_at_hand(order) as source:
            plan = plan_build(saved, order.name, version=order.version, source=source, wishes=order.wishes)
        unasked = Sought(unasked="no index is asked for a saved machine") if order.source is None else None
        return BuildAnswer(machine=saved, plan=plan, sought=unasked)
    live = this_computer(order.python).machine
    found = sought(order, live) if order.source is None else None
    if found is not None:
        order = replace(order, version=order.version or found.version)
    with read_at_hand(order) as source:
        return BuildAnswer(machine=live, plan=_plan(order, live, source, tempfile.gettempdir()), sought=found)


def build(order: Order, *, told: Told = lambda progress: None) -> BuildAnswer:
    """Build for this computer.

    Raises:
        NoSource, NoFrontend, CannotBuild: see there.
        KeyboardInterrupt: after everything of the build has ended and been removed.
    """
    place = this_computer(order.python)
    with workplace() as directory:
        starter = frontend(order.python, directory, os.environ, find_links=order.find_links)
        source = read(order, brought(order, place.machine, directory))
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
