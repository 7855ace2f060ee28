"""What a wheel would be worth on a machine: would its files load, with what added, and would it use the GPU.

Which files decide says `deciding`. Where nothing is known of that, every native file counts, and a part that fails
leaves the answer open: a package may do without some of its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wontload.diagnosis import Finding, Severity
from wontload.diagnosis.module_builds import module_of
from wontload.knowledge.packages import normalised
from wontload.loader import Verdict
from wontload.machine import Machine, Process
from wontload.machine.inventory_parts import Unmet
from wontload.machine.overlay import OverlayFiles
from wontload.wheels.deciding import Deciding
from wontload.wheels.gpu_use import GpuUse, gpu_use
from wontload.wheels.judging import Judge, JudgedFile
from wontload.wheels.laying import laid_over, site_of
from wontload.wheels.reading import Opened
from wontload.wheels.requirements import here, required_names
from wontload.wheels.weighing import Standing, Weighed, weigh


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """One wheel on one machine.

    Attributes:
        standing: see there. files: the judged ones. deciding: names of members that decide.
        added: places on the machine, or libraries there, that have to be made to count.
        needs: distributions that bring what is nowhere here. brought: the same, which the wheel requires, so that they
            come with it. drivers: GPU drivers that are not here.
        runtimes: wheels that were looked into for these; it was judged with them. None: nobody looked.
        extra: of the wheel, that asks for some of these, where it does not load without them; empty for none.
        replaces: installed distributions with native files that the wheel does not go with, so that an installer puts
            other versions in their place. It was judged without them.
        unoffered: requirements of which no wheel is offered, though one of them may bring what is missing.
        missing: libraries that are nowhere and that nobody is known to bring.
        undefined: symbols that nothing defines, where what the wheel requires may.
        instead: for the first of these or of `needs` that decides for one build of a module, what other builds of that
            module, as far from loading, lack in its place.
        findings: why what decides would fail, one a code and subject.
        requires: of a wheel of Python code alone what it requires on this machine; `None` for one with native files.
        gpu: what it makes of the GPU. cuda: majors of the CUDA runtime that its files import.
        fetched_bytes, size_bytes: read, of all. unread, unread_bytes: members that were not read, and what they cost.
    """

    standing: Standing
    files: tuple[JudgedFile, ...] = ()
    deciding: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    runtimes: tuple[str, ...] = ()
    extra: str = ""
    replaces: tuple[Unmet, ...] = ()
    unoffered: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    requires: tuple[str, ...] | None = None
    gpu: GpuUse = field(default_factory=GpuUse)
    fetched_bytes: int = 0
    size_bytes: int = 0
    unread: tuple[str, ...] = ()
    unread_bytes: int = 0


def appraise(opened: Opened, machine: Machine, process: Process, runtimes: Sequence[Opened] = ()) -> Appraisal:
    """Lay a wheel over a machine, in place of the version that is installed there, and judge it.

    What it requires and is installed there counts as loaded before it, as by its own code.

    Args:
        opened: as `reading` gives it. process: a fresh one of the machine's Python.
        runtimes: wheels that are installed with it, and whose directories count as found.
    """
    wheel = opened.wheel
    site = site_of(machine)
    together = [wheel, *(one.wheel for one in runtimes)]
    brought = {normalised(one.wheel.name) for one in runtimes}
    required = required_names(wheel.requires_dist, machine)
    stays, replaced = here(wheel.requires_dist, machine)
    stays = tuple(one for one in stays if normalised(one.name) not in brought)
    bare = machine
    for name in (*(one.name for one in together), *(one.name for one in replaced)):
        bare = without(bare, name)
    beside = [file.path for one in stays for file in one.files]
    judge = Judge(laid_over(bare, together, site), process, together, site, beside)
    files = tuple(judge.judge(wheel))
    unread = tuple(member.name for member in opened.unread)
    left = frozenset(name.rpartition("/")[2] for name in unread)
    unseen = required - brought - {normalised(one.name) for one in stays}
    judged = [
        weigh(one, judge.machine, own=normalised(wheel.name), required=required | brought, unread=left, unseen=unseen)
        for one in files
    ]
    rules = Deciding.of(wheel.name, machine)
    groups = list(rules.groups(judged))
    representatives = [min(group, key=lambda one: one.standing) for group in groups]
    waiting = [name for name in unread if rules.waits_for(name, representatives)]
    standing = max((one.standing for one in representatives), default=Standing.LOADS)
    if waiting:
        standing = max(standing, Standing.UNDETERMINED)
    if not rules.knows(judged) and standing is not Standing.LOADS and any(map(_loads, files)):
        standing = Standing.UNDETERMINED
    return Appraisal(
        standing=standing,
        files=files,
        deciding=(*(one.file.member for one in representatives), *waiting),
        added=_joined(one.added for one in representatives),
        needs=_joined(one.needs for one in representatives),
        brought=_joined(one.brought for one in representatives),
        replaces=replaced,
        drivers=_joined(one.drivers for one in representatives),
        missing=_joined(one.missing for one in representatives),
        undefined=_joined(one.undefined for one in representatives),
        instead=dict(pair for one, group in zip(representatives, groups, strict=True) for pair in _instead(one, group)),
        findings=_first_of_each(representatives),
        requires=None if wheel.natives or unread else tuple(sorted(required)),
        gpu=gpu_use(opened, machine) if wheel.natives or unread else GpuUse(),
        fetched_bytes=opened.fetched_bytes,
        size_bytes=opened.size_bytes,
        unread=unread,
        unread_bytes=opened.unread_bytes,
    )


def _instead(best: Weighed, group: Sequence[Weighed]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a build of a module lacks, and in its place other builds that stand as well; nothing where there is none."""
    if module_of(best.file.member) is None:
        return
    lacks = {*best.missing, *best.needs}
    others = [(*one.missing, *one.needs) for one in group if one is not best and one.standing is best.standing]
    named = tuple(dict.fromkeys(name for names in others for name in names if name not in lacks))
    first = next((name for name in (*best.missing, *best.needs) if not any(name in names for names in others)), None)
    if first is not None and named:
        yield first, named


def with_runtimes(
    before: Appraisal, opened: Opened, runtimes: Sequence[Opened], machine: Machine, process: Process
) -> Appraisal:
    """The appraisal of a wheel, once the wheels that bring what it needs were looked into.

    It stays what it was where they make it load; it is theirs where it fails with them. Where that is not known (one of
    their files was not read), it stays, and nothing is said to have been looked into. One that was open before, as
    nobody knew who brings what it lacks, is what they make of it, and they bring it.
    """
    names = tuple(one.wheel.file_name for one in runtimes)
    if before.requires is not None:
        return _as_its_parts(before, runtimes, machine, process)
    after = appraise(opened, machine, process, runtimes)
    if before.standing is Standing.LOADS and after.standing is Standing.NEEDS:
        return replace(after, runtimes=names)  # none of them has it, whatever they bring in other versions
    if after.standing is Standing.UNDETERMINED or (
        any(one.unread for one in runtimes) and after.standing > before.standing
    ):
        return before
    if after.standing is Standing.FAILS:
        return replace(after, runtimes=names, needs=before.needs, brought=before.brought)
    if before.standing is Standing.UNDETERMINED:
        bringing = tuple(normalised(one.wheel.name) for one in runtimes if one.wheel.natives)
        return replace(after, runtimes=names, brought=(*after.brought, *bringing))
    return replace(before, runtimes=names)


def with_extra(
    before: Appraisal, opened: Opened, extra: str, parts: Sequence[Opened], machine: Machine, process: Process
) -> Appraisal:
    """The appraisal of a wheel that fails, with what one of its extras asks for; the same where that is no help.

    Args:
        parts: what the extra asks for, and what those require.
    """
    after = appraise(opened, machine, process, parts)
    if after.standing > Standing.NEEDS:
        return before
    native = tuple(normalised(one.wheel.name) for one in parts if one.wheel.natives)
    names = tuple(one.wheel.file_name for one in parts)
    return replace(after, runtimes=names, extra=extra, brought=(*after.brought, *native))


def _as_its_parts(before: Appraisal, parts: Sequence[Opened], machine: Machine, process: Process) -> Appraisal:
    """The appraisal of a wheel of Python code alone, whose native code is in its parts: that of the worst of them."""
    native = [one for one in parts if one.wheel.natives or one.unread]
    judged = [appraise(one, machine, process, [other for other in parts if other is not one]) for one in native]
    worst = max(judged, key=lambda one: one.standing, default=before)
    names = tuple(one.wheel.file_name for one in parts)
    if worst is before or worst.standing is Standing.UNDETERMINED:
        return before
    brought = tuple(normalised(one.wheel.name) for one in native)
    return replace(
        worst,
        runtimes=names,
        brought=brought,
        requires=before.requires,
        fetched_bytes=before.fetched_bytes,
        size_bytes=before.size_bytes,
    )


def without(machine: Machine, project: str) -> Machine:
    """The machine once a distribution's native files are gone, as an installer removes them before it installs another.

    Source: pip, `UninstallPathSet`: everything that RECORD lists.
    """
    name = normalised(project)
    removed = [
        file.path for one in machine.inventory.distributions or () if normalised(one.name) == name for file in one.files
    ]
    if not removed:
        return machine
    windows = machine.system.name == "windows"
    return replace(machine, files=OverlayFiles(machine.files, {}, windows=windows, removed=removed))


def _loads(file: JudgedFile) -> bool:
    return file.verdict is Verdict.LOADS


def _joined(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


def _first_of_each(files: Iterable[Weighed]) -> tuple[Finding, ...]:
    """Findings that explain a failure, one a code and subject."""
    found: dict[tuple[str, str], Finding] = {}
    for one in files:
        if one.standing is not Standing.LOADS:
            for finding in one.file.findings:
                if finding.severity is Severity.ERROR:
                    found.setdefault((finding.code, finding.subject), finding)
    return tuple(found.values())
