"""Findings about symbols that are missing: which belong together, and what all of them say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from wontload.diagnosis import blame, evidence, unmet
from wontload.diagnosis.c_library import image_of
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.grouping import component
from wontload.diagnosis.unbound import Unbound, unbound_of

Group = tuple[Unbound, ...]


def grouped(case: Case, code: str, cause: Callable[[Unbound], object] = lambda one: None) -> Iterator[Group]:
    """The missing symbols of one code, those with one cause together, in load order.

    Args:
        cause: what a person would have to mend, as a key. Without one all of them have the same.
    """
    groups: dict[object, list[Unbound]] = {}
    for one in unbound_of(case):
        if one.code == code:
            groups.setdefault((case.is_fatal(one.load), cause(one)), []).append(one)
    yield from map(tuple, groups.values())


def users(case: Case, group: Group) -> tuple[str, ...]:
    """File names of the modules that lack a symbol, each once."""
    return tuple(dict.fromkeys(case.path_module.basename(one.module.path or one.module.name) for one in group))


def symbols(group: Group) -> tuple[str, ...]:
    """What is missing, each once."""
    return tuple(dict.fromkeys(one.symbol for one in group))


def finding(
    case: Case,
    group: Group,
    *,
    code: str,
    title: str,
    explanation: str,
    facts: Iterable[Evidence] = (),
    subject: str = "",
    named_component: str | None = None,
) -> Finding:
    """A finding about a group, with what all of them say first: the request, what was seen, who takes what from whom.

    Args:
        subject: what it is about, where that is not the first symbol.
        named_component: the component, where the library's own is not it.
    """
    first, own = group[0], symbols(group)
    fatal = any(case.is_fatal(one.load) for one in group)
    return Finding(
        code=code,
        severity=Severity.ERROR if fatal else Severity.WARNING,
        title=title,
        subject=subject or own[0],
        also=tuple(one for one in own if one != (subject or own[0])) if not subject else own,
        component=named_component or component(first.library),
        chain=(*case.chain(first.load, first.module), subject or own[0]),
        evidence=(
            evidence.of_request(case, first.load),
            *evidence.of_observation(case, first.load),
            *(_taken(case, one) for one in group[: evidence.COPIES_SHOWN]),
            *facts,
            *unmet.of_users(case, (one.module.path for one in group)),
        ),
        explanation=explanation,
        explains_error=any(
            case.is_fatal(one.load) if one.seen else blame.explains(case, one.load, (one.module,)) for one in group
        ),
        load=first.load,
    )


def _taken(case: Case, one: Unbound) -> Evidence:
    """Who takes what from whom, with the files."""
    user, provider = one.module.path or one.module.name, one.provider.path if one.provider else None
    what = f"version {one.symbol}" if one.is_version else one.symbol
    lacks = "does not define it" if one.is_version else "does not export it"
    whose = f" from {one.library}" if one.library and (one.is_version or case.windows) else ""
    text = f"{case.path_module.basename(user)} takes {what}{whose}"
    text += f"; {provider} {lacks}" if provider else "; nothing that is loaded defines it"
    return Evidence(
        "observed" if one.seen else "simulated",
        text,
        {"user": user, "symbol": one.symbol, "library": one.library, "provider": provider},
    )


def version_of(case: Case, one: Unbound) -> str:
    """The version resource of the library that lacks the symbol, such as `14.29.30133.0`; empty where it has none."""
    image = image_of(case, one.provider.path if one.provider else None)
    return ".".join(map(str, image.file_version)) if image and image.file_version else ""
