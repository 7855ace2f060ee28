"""A wheel checked: what it says against what is in it, and every native file on clean machines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wontload.binary.gpu_code import CodeKind, GpuCode
from wontload.diagnosis.contents_rules import findings_of
from wontload.diagnosis.finding import Finding, Severity
from wontload.knowledge.packages import normalised
from wontload.loader import Verdict
from wontload.machine.dist_info import is_of_an_extra
from wontload.wheels.describing import contents_of
from wontload.wheels.gpu_listing import GpuListing
from wontload.wheels.gravity import Gravity
from wontload.wheels.judging import Judge, with_companions
from wontload.wheels.laying import Laying, site_of
from wontload.wheels.merging import merged
from wontload.wheels.plugins import Plugins
from wontload.wheels.requirements import declared, declared_names, specifier_of
from wontload.wheels.targets import Target, is_for_another_python, machine_of, targets_for
from wontload.wheels.unpacking import Skipped, Unpacking
from wontload.wheels.wheel import Wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTarget:
    """What came of one target.

    Attributes:
        loads, fails, undetermined: names of native files in the wheel. helped: those among the first that load only
            once something adds a directory for them, with the directories.
        would_settle: of the undetermined ones, what would tell, one sentence each.
    """

    target: Target
    loads: tuple[str, ...]
    fails: tuple[str, ...]
    undetermined: tuple[str, ...]
    helped: Mapping[str, tuple[str, ...]]
    would_settle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """A finding about a wheel, with the targets on which it holds; none: it holds whatever the machine."""

    finding: Finding
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuRow:
    """GPU code of one file: what each kind of container holds (`sm_89`, `compute_90`, `gfx1100`).

    `complete`: all of it was looked at, and not only the first.
    """

    member: str
    native: tuple[str, ...]
    portable: tuple[str, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedWheel:
    """The answer for one wheel.

    Attributes:
        path: as asked, or where it was fetched. name, version: of the distribution; tags as its file name has them.
        findings: the grave first. targets: one for each machine.
        gpu: files with GPU code. assumes: what it was taken to have without being looked at, one sentence each.
        skipped: what was not looked at, for what it would take.
        problem: why it could not be read; empty when it could.
    """

    path: str
    name: str = ""
    version: str = ""
    tags: tuple[str, ...] = ()
    findings: tuple[CheckFinding, ...] = ()
    targets: tuple[OnTarget, ...] = ()
    gpu: tuple[GpuRow, ...] = ()
    assumes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    problem: str = ""

    @property
    def verdict(self) -> str:
        """`passes`, `fails` (an error), `undetermined` (some file cannot be judged), or `unreadable`."""
        if self.problem:
            return "unreadable"
        if any(one.finding.severity is Severity.ERROR for one in self.findings):
            return "fails"
        return "undetermined" if any(one.undetermined for one in self.targets) else "passes"


def check_wheel(
    wheel: Wheel,
    others: Mapping[str, Sequence[Wheel]],
    unpacking: Unpacking,
    *,
    profiles: Sequence[str] = (),
) -> CheckedWheel:
    """Check a wheel.

    Args:
        wheel: its archive open. others: wheels at hand by normalised name, from which declared dependencies are taken.
        unpacking: of this wheel, begun. profiles: see `targets_for`.

    Raises:
        BadArchive: a member cannot be read. UsageError: a profile that there is not.
    """
    with_it, absent = _dependencies(wheel, others)
    targets, on_targets = [], []
    unpacking.read_tables()
    plugins = Plugins(wheel)
    contents = contents_of(wheel, unpacking.digest, plugins)
    laying = Laying([wheel, *with_it])
    for target in targets_for(wheel, profiles) if contents.natives else ():
        judged, findings = _on(target, wheel, with_it, absent, laying, plugins)
        targets.append(judged)
        on_targets += [(finding, str(target)) for finding in findings]
    found = [CheckFinding(finding=one) for one in findings_of(contents)]
    gpu = [_gpu_row(name, listing) for name, listing in unpacking.gpu().items() if listing.containers]
    found += [CheckFinding(finding=finding, targets=on) for finding, on in merged(on_targets)]
    gravity = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    found.sort(key=lambda one: gravity.index(one.finding.severity))
    return CheckedWheel(
        path=wheel.archive.name,
        name=wheel.name,
        version=wheel.version,
        tags=tuple(map(str, wheel.tags)),
        findings=tuple(found),
        targets=tuple(targets),
        gpu=tuple(gpu),
        assumes=tuple(_assumptions(with_it, absent, targets, profiles if contents.natives else None)),
        skipped=tuple(unpacking.skipped()),
    )


def _dependencies(wheel: Wheel, others: Mapping[str, Sequence[Wheel]]) -> tuple[list[Wheel], list[str]]:
    """Wheels at hand that it declares to need, and what those need; and the names that are not at hand."""
    found: dict[str, Wheel] = {}
    absent: dict[str, None] = {}
    waiting = [wheel]
    platforms = {tag.platform for tag in wheel.tags}
    while waiting:
        asked = [one for one in declared(waiting.pop()) if not is_of_an_extra(one)]
        for name, requirement in ((name, one) for one in asked for name in declared_names(one)):
            if name in found or name == normalised(wheel.name):
                continue
            fitting = [
                one for one in others.get(name, ()) if _fits(one, platforms) and _is_wanted(one, name, requirement)
            ]
            if fitting:
                absent.pop(name, None)  # of another marker's line
                found[name] = fitting[-1]
                waiting.append(fitting[-1])
            else:
                absent[name] = None
    return list(found.values()), list(absent)


def _fits(wheel: Wheel, platforms: set[str]) -> bool:
    own = {tag.platform for tag in wheel.tags}
    return (
        "any" in own | platforms
        or bool(own & platforms)
        or any(_kind(one) in {_kind(two) for two in platforms} for one in own)
    )


def _is_wanted(wheel: Wheel, name: str, requirement: str) -> bool:
    """Whether its version is one that a requirement allows; of a version that nobody can compare it is not known."""
    from packaging.version import InvalidVersion

    try:
        return specifier_of(name, [requirement]).contains(wheel.version, prereleases=True)
    except InvalidVersion:
        return True


def _kind(platform: str) -> str:
    """A platform tag without its age: `manylinux x86_64`."""
    return re.sub(r"^(manylinux|musllinux|macosx)(?:\d*|_\d+_\d+)_", r"\1 ", platform)


def _on(
    target: Target, wheel: Wheel, with_it: Sequence[Wheel], absent: Sequence[str], laying: Laying, plugins: Plugins
) -> tuple[OnTarget, list[Finding]]:
    machine, process = machine_of(target)
    site = site_of(machine)
    judge = Judge(laying.over(machine, site), process, [wheel, *with_it], site)
    strangers = {one.name for one in wheel.natives if is_for_another_python(wheel, one, target)}
    judged = with_companions([one for one in judge.judge(wheel) if one.member not in strangers])
    on = OnTarget(
        target=target,
        loads=tuple(one.member for one in judged if one.verdict is Verdict.LOADS),
        fails=tuple(one.member for one in judged if one.verdict is Verdict.FAILS),
        undetermined=tuple(one.member for one in judged if one.verdict is Verdict.UNDETERMINED),
        helped={one.member: one.added for one in judged if one.added and one.verdict is Verdict.LOADS},
        would_settle=tuple(dict.fromkeys(text for one in judged for text in one.result.would_settle)),
    )
    gravity = Gravity(wheel, absent, judge, judged, plugins)
    findings = [weighed for one in judged for finding in one.findings for weighed in gravity.weigh(finding, one)]
    return on, [replace(one, load=None) for one in findings]


def _gpu_row(member: str, listing: GpuListing) -> GpuRow:
    code = GpuCode(listing.containers)
    portable = {one.target for one in code if one.kind in (CodeKind.PTX, CodeKind.SPIRV)}
    native = {one.target for one in code if one.kind in (CodeKind.CUBIN, CodeKind.AMD)}
    return GpuRow(
        member=member,
        native=tuple(one for one in code.targets if one in native),
        portable=tuple(one for one in code.targets if one in portable),
        complete=listing.complete,
    )


def _assumptions(
    with_it: Sequence[Wheel],
    absent: Sequence[str],
    targets: Sequence[OnTarget],
    profiles: Sequence[str] | None,
) -> Iterator[str]:
    """Sentences. `profiles`: the clean machines that were named; `None` for a wheel without native files."""
    if profiles is not None and not targets:
        which = (
            "none of the clean machines that were named takes this wheel"
            if profiles
            else "its tags name no machine, or none with a CPython 3"
        )
        yield f"{which}, so none of its files was judged on one"
    if with_it:
        yield f"installed with it, from the wheels at hand: {', '.join(f'{one.name} {one.version}' for one in with_it)}"
    if absent:
        yield f"declared and not at hand, so not looked at: {', '.join(absent)}"
    for text in dict.fromkeys(text for one in targets if one.undetermined for text in one.would_settle):
        yield f"not decided, and this would settle it: {text}"
    helped = {
        (name, directory) for one in targets for name, directories in one.helped.items() for directory in directories
    }
    if helped:
        names = sorted({name for name, _ in helped})
        yield (
            f"the package's own code adds the directory, or loads what is in it, before {len(names)} of its files: "
            f"{', '.join(names[:4])}{' …' * (len(names) > 4)}"
        )
