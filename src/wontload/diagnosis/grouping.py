"""One finding a root cause: which missing files one and the same cause took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wontload.diagnosis import blame, records, unmet
from wontload.diagnosis.case import Case
from wontload.diagnosis.evidence import of_observation, of_request, of_search, providers_here
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.missing import API_SET, Missing, missing_of
from wontload.knowledge.components import component_of
from wontload.knowledge.families import family_of
from wontload.knowledge.suites import suite_of

# Their major version is that of the CUDA Toolkit. Source: NVIDIA, CUDA Toolkit release notes, component versions.
NUMBERED_LIKE_CUDA = frozenset({"cuda-runtime", "cublas", "nvrtc", "nvjitlink"})


def grouped(case: Case, code: str) -> Iterator[tuple[Missing, ...]]:
    """The missing files of one code, those with one cause together, in load order.

    Where some files of a suite are here in another major version (WL204), those that are not here at all lack for the
    same reason.
    """
    groups: dict[str, list[Missing]] = {}
    for missing in missing_of(case):
        if missing.code in (code, *(("WL201",) if code == "WL204" else ("WL204",) if code == "WL201" else ())):
            groups.setdefault(_cause(case, missing), []).append(missing)
    for cause, group in groups.items():
        in_another_major = any(missing.code == "WL204" for missing in group)
        suite = cause.partition(" suite ")[1]
        if not suite:
            group = [missing for missing in group if missing.code == code]
        elif in_another_major != (code == "WL204") and code in ("WL201", "WL204"):
            continue
        if group:
            yield tuple(group)


def names(group: tuple[Missing, ...]) -> tuple[str, ...]:
    """File names of a group."""
    return tuple(missing.file for missing in group)


def component(name: str) -> str | None:
    """The component that a file belongs to, such as `cublas 12`."""
    found = component_of(name)
    return found.name if found else None


def severity(case: Case, group: tuple[Missing, ...]) -> Severity:
    """An error where it ended the import; a warning where the program survived it."""
    fatal = any(case.is_fatal(missing.load) for missing in group)
    return Severity.ERROR if fatal else Severity.WARNING


def explains(case: Case, group: tuple[Missing, ...]) -> bool:
    """Whether one of the group is what the error that ended the import is about."""
    return any(blame.explains(case, missing.load, (missing.module,)) for missing in group)


def finding(
    case: Case,
    group: tuple[Missing, ...],
    *,
    code: str,
    title: str,
    evidence: Iterable[Evidence],
    explanation: str,
) -> Finding:
    """A finding about a group, with what all of them say first: the request, what was seen, where was searched."""
    first, own = group[0], names(group)
    offered = (one.package for missing in group for one in providers_here(case, missing.file))
    return Finding(
        code=code,
        severity=severity(case, group),
        title=title,
        subject=own[0],
        also=own[1:],
        component=component(own[0]),
        chain=_chain(case, first),
        evidence=(
            of_request(case, first.load),
            *of_observation(case, first.load),
            of_search(case, first),
            *evidence,
            *unmet.of_users(case, (one.module.needed_by for one in group), offered),
        ),
        explanation=explanation,
        explains_error=explains(case, group),
        load=first.load,
    )


def _chain(case: Case, missing: Missing) -> tuple[str, ...]:
    """From the target to the file that is missing, under the name of that file."""
    *importers, _ = case.chain(missing.load, missing.module)
    return (*importers, case.path_module.basename(missing.file))


def _cause(case: Case, missing: Missing) -> str:
    """What a person would have to mend, as a key: equal for the files that one and the same cause took."""
    fatal = "fatal" if case.is_fatal(missing.load) else "survived"
    return f"{fatal} {missing.way.value if missing.way else ''} {_what_to_mend(case, missing)}"


def _what_to_mend(case: Case, missing: Missing) -> str:
    """A vendor's suite, the place where the copies are, a library of its own, or what belongs to the importer."""
    name, importer = missing.file, missing.module.needed_by
    if missing.module.rule == API_SET:
        return "this Windows"
    if missing.code == "WL504":  # gone, or asked for by a file that was not installed
        return f"what was installed {importer if records.altered(case, importer) else ''}"
    if missing.code == "WL209":
        return "a release build"
    if importer is None:  # one line of Python that tries names in turn: any of them would do
        request = case.loads[missing.load].request
        return f"asked for at {request.file}:{request.line}" if request.file else f"asked for as {name}"
    if found := component_of(name):
        return f"suite {suite_of(found)} {_toolkit(case, missing)}"
    if missing.fit:
        return f"beside {case.fold(case.path_module.dirname(missing.fit[0].path))}"
    family = family_of(name)
    if not case.windows and family is not None:  # libfoo.so.1: a library that a distribution packs by itself
        return f"library {family.stem}"
    return f"beside {case.fold(case.path_module.dirname(importer))}"


def _toolkit(case: Case, missing: Missing) -> str:
    """Which CUDA Toolkit a file is of, so that CUDA 11 and CUDA 12 stay two causes; empty elsewhere.

    Some files have a number of their own (cuFFT 11 is CUDA 12's): they go with what the same importer needs.
    """
    if sure := _surely_of(missing):
        return sure
    found = component_of(missing.file)
    if found is None or suite_of(found) != "cuda":
        return ""
    others = [other for other in missing_of(case) if _surely_of(other)]
    same = [other for other in others if other.module.needed_by == missing.module.needed_by]
    return next((_surely_of(other) for other in (*same, *others)), "")


def _surely_of(missing: Missing) -> str:
    found = component_of(missing.file)
    return found.major.partition(".")[0] if found is not None and found.family in NUMBERED_LIKE_CUDA else ""
