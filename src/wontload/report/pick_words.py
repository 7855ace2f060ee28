"""What `pick` says of one candidate, in clauses: shared by the terminal's report and the JSON answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from wontload.app.pick import Pick
from wontload.diagnosis import Finding
from wontload.diagnosis.words import listed
from wontload.knowledge.gpu_builds import gpu_build
from wontload.knowledge.packages import import_name_for
from wontload.machine import Machine
from wontload.machine.inventory_parts import Unmet
from wontload.report.text import and_list, counted
from wontload.wheels.appraisal import Appraisal
from wontload.wheels.candidates import Candidate, kind_of_objection
from wontload.wheels.gpu_use import GpuUse
from wontload.wheels.index.gather import Asked
from wontload.wheels.index.link import shown_url
from wontload.wheels.ranking import Ranked
from wontload.wheels.system_packages import system_package
from wontload.wheels.weighing import Standing

NAMED = 4
ACCELERATORS = {"rocm": "ROCm", "vulkan": "Vulkan", "sycl": "SYCL", "opencl": "OpenCL", "metal": "Metal"}


def build_of(candidate: Candidate) -> str:
    """Where a candidate comes from, short enough for a line: an index's path, a release, a folder."""
    place = candidate.place
    url = shown_url(candidate.link.url if place.kind == "releases" else place.url)
    if place.kind == "releases":  # https://github.com/OWNER/NAME/releases/download/TAG/FILE
        parts = url.split("/")
        return f"{parts[3]}: {parts[7]}" if len(parts) > 8 else shown_url(place.url)
    return url.partition("://")[2] or url


def standing_of(appraisal: Appraisal, machine: Machine) -> str:
    """Whether it would load on this machine, in one clause."""
    if appraisal.standing is Standing.LOADS and appraisal.extra:
        return f"would load with what its extra {appraisal.extra} brings ({_names(appraisal.brought)})"
    if appraisal.standing is Standing.LOADS and appraisal.brought:
        return f"would load with what it requires ({_names(appraisal.brought)}){_looked_into(appraisal)}"
    if appraisal.standing is Standing.LOADS and appraisal.requires is not None:
        also = f"; native code may be in what it requires ({_names(appraisal.requires)})" if appraisal.requires else ""
        return f"is Python code alone{also}"
    if appraisal.standing is Standing.LOADS:
        return "would load" if appraisal.files else "holds no native code for this machine"
    if appraisal.standing is Standing.ADDED:
        return f"finds {_names(appraisal.added)} only with help: on this machine, where it does not look"
    if appraisal.standing is Standing.NEEDS:
        needed = and_list(_with_others(appraisal.needs[:NAMED], appraisal))
        return f"would load once {needed} {_is(appraisal.needs)} installed and found{_looked_into(appraisal)}"
    if appraisal.standing is Standing.UNDETERMINED:
        return "may load or not" + _because(appraisal, machine)
    return "would not load" + _because(appraisal, machine)


def _looked_into(appraisal: Appraisal) -> str:
    return " (their files were read, too)" if appraisal.runtimes else ""


def _because(appraisal: Appraisal, machine: Machine) -> str:
    if appraisal.drivers:
        return f" without the {and_list(list(appraisal.drivers))}"
    waiting = [one.rpartition("/")[2] for one in appraisal.unread]
    if waiting and not appraisal.missing and appraisal.standing is Standing.UNDETERMINED:
        size = max(1, appraisal.unread_bytes >> 20)
        return f": the tables of {_names(waiting)} may take {size} MB more (--read-all reads them)"
    if appraisal.unoffered:
        return f": it requires {_names(appraisal.unoffered)}, of which no wheel is offered"
    if appraisal.missing:
        known = [one for one in appraisal.missing if system_package(one, machine)]
        nobody = [one for one in appraisal.missing if one not in known]
        lacks = [f"this system lacks {_names(_with_others(known, appraisal))}"] if known else []
        lost = [f"nobody is known to bring {_names(_with_others(nobody, appraisal))}"] if nobody else []
        return f": {' and '.join([*lacks, *lost])}"
    if appraisal.undefined:
        return f": nothing that was looked at defines {_names(appraisal.undefined)}; what it requires may"
    if appraisal.findings:
        return f": {titled(appraisal.findings[0])}"
    return ""


def _with_others(names: Sequence[str], appraisal: Appraisal) -> list[str]:
    """Names, each with what another build of the module needs in its place."""
    others = appraisal.instead
    return [f"{one} (or {listed(others[one], word='or')} in its place)" if one in others else one for one in names]


def titled(finding: Finding) -> str:
    """A finding in one clause with its code."""
    return f"{finding.title.replace('{subject}', finding.subject)} [{finding.code}]"


def gpu_of(use: GpuUse, has_gpu: bool | None, *, of_several: bool) -> str:
    """What it makes of the GPU, in one clause; empty where there is nothing to say.

    Args:
        has_gpu: `None` if not known. of_several: the project has builds for a GPU as well: most have no such thing.
    """
    if use.accelerator in ACCELERATORS:
        return f"a build for {ACCELERATORS[use.accelerator]}"
    if use.accelerator != "cuda":
        return "a build for the CPU" if use.accelerator == "cpu" and has_gpu and of_several else ""
    major = f"CUDA {'/'.join(map(str, use.cuda))}" if use.cuda else "CUDA"
    if use.driver_too_old:
        return f"{major}, which this driver does not take"
    if use.runs:
        return f"{major}: {use.how} for this GPU" + (", compiled at first use" if use.how == "PTX" else "")
    targets = _names(use.targets)
    if use.runs is False:
        return f"{major}: no code for this GPU, only {targets}"
    if not has_gpu:
        return major if has_gpu is None else f"{major}, for which there is no GPU here"
    return f"{major}: whether it has code for this GPU is not known" + (f" ({targets} seen)" if targets else "")


def reasons(one: Ranked, answer: Pick) -> Iterator[str]:
    """What is to be known of a candidate, the weightiest first."""
    if not one.candidate.wheel:
        yield "a source distribution: it would have to be built"
        return
    if one.problem:
        yield one.problem.removesuffix(".")
    if one.candidate.link.yanked is not None:
        yield f"yanked{': ' + one.candidate.link.yanked if one.candidate.link.yanked else ''}"
    if one.candidate.objection:
        yield one.candidate.objection
    if one.cpu_lacks:
        yield f"made for processors with {and_list(list(one.cpu_lacks))}, which this one lacks"
    if one.appraisal is not None:
        yield standing_of(one.appraisal, answer.machine)
        yield from map(_replaced, one.appraisal.replaces)
        gpus = answer.machine.inventory.gpus
        has_gpu = None if gpus is None else any(gpu.vendor == "nvidia" for gpu in gpus)
        if said := gpu_of(one.appraisal.gpu, has_gpu, of_several=_has_gpu_builds(answer)):
            yield said
        if one.appraisal.gpu.runs is None and one.appraisal.gpu.accelerator == "cuda" and has_gpu:
            yield from _what_it_would_take(one.appraisal)
    if answer.constraint and not _allowed(one.candidate, answer.constraint):
        yield f"pip's constraints here leave only {answer.constraint}"
    yield from _age(one.candidate, answer)


def _has_gpu_builds(answer: Pick) -> bool:
    """Whether a build of the project for a GPU is known, offered in an index of its own, or among those judged."""
    return (
        gpu_build(import_name_for(answer.project) or answer.project.replace("-", "_")) is not None
        or any(one.place.known is not None for one in answer.candidates)
        or any(one.appraisal is not None and one.appraisal.gpu.accelerator not in ("", "cpu") for one in answer.ranked)
    )


def _replaced(one: Unmet) -> str:
    return f"it requires {one.name}{one.versions}, which takes the place of the {one.found} that is installed"


def _what_it_would_take(appraisal: Appraisal) -> Iterator[str]:
    rest = appraisal.size_bytes - appraisal.fetched_bytes if appraisal.unread_bytes or not appraisal.gpu.complete else 0
    size = min(appraisal.unread_bytes or rest, rest) >> 20
    if size:
        yield f"--read-all may read {size} MB more for it"


def _allowed(candidate: Candidate, constraint: str) -> bool:
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(constraint).contains(candidate.version, prereleases=True)


def _age(candidate: Candidate, answer: Pick) -> Iterator[str]:
    from packaging.version import InvalidVersion, Version

    try:
        here = Version(answer.installed)
    except InvalidVersion:
        return
    if candidate.version < here:
        yield f"older than the {answer.installed} that is installed"


def passed_over(candidates: Sequence[Candidate]) -> list[tuple[str, int]]:
    """Why files are no candidates here, the most frequent reason first."""
    counts = Counter(kind_of_objection(one.objection) for one in candidates if one.objection)
    return counts.most_common()


def unreached(asked: Sequence[Asked]) -> list[str]:
    """The places that gave nothing, those of one host that failed alike in one clause."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in asked:
        if one.problem:
            url = shown_url(one.place.url)
            host = url.partition("://")[2].partition("/")[0] if "://" in url else url
            why = one.problem.partition("could not be reached: ")[2] or one.problem
            groups.setdefault((host, why), []).append(url)
    return [
        f"{urls[0]}: {why}" if len(urls) == 1 else f"{len(urls)} places of {host}: {why}"
        for (host, why), urls in groups.items()
    ]


def _names(names: Sequence[str]) -> str:
    shown = list(names[:NAMED])
    more = len(names) - len(shown)
    return and_list([*shown, counted(more, "other")]) if more > 0 else and_list(shown) if shown else ""


def _is(names: Sequence[str]) -> str:
    return "are" if len(names) > 1 else "is"
