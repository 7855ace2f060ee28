"""From what a log says to an answer: causes weighed against each other, findings, and what would settle the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.log.cause import Cause, Log
from wontload.diagnosis.log.events import Event, events_of
from wontload.diagnosis.log.facts import Facts, facts_of
from wontload.diagnosis.log.hints import hints
from wontload.diagnosis.log.numbers import NumberEvent, numbers_of
from wontload.diagnosis.log.reading import decoded
from wontload.diagnosis.log.rules import LOG_RULES
from wontload.diagnosis.log.settling import next_step, would_settle
from wontload.diagnosis.log.suspects import title_of_suspect
from wontload.diagnosis.log.text import cleaned, numbered
from wontload.knowledge.components import component_of
from wontload.knowledge.development import development_packages
from wontload.knowledge.messages import messages
from wontload.knowledge.providers import Provider, providers_of

MOST_SUSPECTS = 6
MOST_EVIDENCE = 8
MOST_ALSO = 24
MOST_OFFERS = 4  # files of one finding for which somebody is named who provides them
# Findings of which it is a remedy that a library is fetched: it is nowhere, not searched, or of another version.
OF_MISSING = frozenset(("WL201", "WL202", "WL204", "WL207", "WL302", "WL303", "WL305", "WL402"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDiagnosis:
    """The answer to `wontload log`.

    Attributes:
        name: where the text came from.
        verdict: `fails` when the text tells a cause, else `undetermined`: a log tells of no success that counts.
        findings: the cause first; when undetermined, suspects, the likelier first.
        facts: what the text tells of the machine.
        events, numbers: everything that was recognised, in order.
        would_settle: sentences with commands, when undetermined. next_step: one, when the text tells the cause; may be
            empty.
        encoding: that the bytes were taken for. lines: of the text. left_out_bytes: of a text that was too long.
    """

    name: str
    verdict: str
    findings: tuple[Finding, ...]
    facts: Facts
    events: tuple[Event, ...]
    numbers: tuple[NumberEvent, ...]
    would_settle: tuple[str, ...]
    encoding: str
    lines: int
    left_out_bytes: int = 0
    next_step: str = ""


def diagnose_log(data: bytes, *, name: str = "-", left_out_bytes: int = 0) -> LogDiagnosis:
    """Say what a pasted message or a build log comes of.

    Args:
        data: the text, in any encoding.
        name: where it came from.
        left_out_bytes: how many bytes were left out of its middle.
    """
    raw, encoding = decoded(data)
    text = numbered(cleaned(raw))
    log = Log(text.text, events_of(text), numbers_of(text), facts_of(text.text))
    causes = weighed(cause for rule in LOG_RULES for cause in rule(log)) or weighed(hints(log))
    findings = tuple(_findings(causes, log.facts))
    fails = any(finding.explains_error for finding in findings)
    return LogDiagnosis(
        name=name,
        verdict="fails" if fails else "undetermined",
        findings=findings,
        facts=log.facts,
        events=log.events,
        numbers=log.numbers,
        would_settle=() if fails else would_settle(findings, log),
        next_step=next_step(findings, log) if fails else "",
        encoding=encoding,
        lines=len(text.starts),
        left_out_bytes=left_out_bytes,
    )


def weighed(causes: Iterable[Cause]) -> list[list[Cause]]:
    """Causes of one code together, the first of all groups the one to name.

    What decides stands before what does not, then the higher rank, then what was said last: in a chain of exceptions
    and in a build that goes on after an error the last one is what ended it.
    """
    groups: dict[tuple[str, bool], list[Cause]] = {}
    for cause in sorted(causes, key=lambda one: (-one.rank, one.place)):
        groups.setdefault((cause.code, cause.decides), []).append(cause)
    decided = {code for code, decides in groups if decides}
    kept = [group for (code, decides), group in groups.items() if decides or code not in decided]
    return sorted(kept, key=lambda group: (not group[0].decides, -group[0].rank, -max(one.place for one in group)))


def _findings(groups: list[list[Cause]], facts: Facts) -> Iterator[Finding]:
    if not groups:
        yield _nothing_known()
        return
    if groups[0][0].decides:
        for number, group in enumerate(group for group in groups if group[0].decides):
            yield _finding(group, facts, Severity.WARNING if number else Severity.ERROR)
        return
    first = groups[0]
    yield _finding(first, facts, Severity.WARNING)
    named = {first[0].code}
    rest = {group[0].code: group for group in groups[1:]}
    for code in [*first[0].suspects, *rest][: MOST_SUSPECTS * 2]:
        if code in named or len(named) > MOST_SUSPECTS:
            continue
        named.add(code)
        yield _finding(rest[code], facts, Severity.NOTE) if code in rest else _suspect(code, first[0])


def _finding(group: list[Cause], facts: Facts, severity: Severity) -> Finding:
    first = group[0]
    named = {message.id for message in messages()}  # of a message that names nothing, its own name is the subject
    subjects = tuple(dict.fromkeys(one.subject for one in group if one is first or one.subject not in named))
    evidence = list(dict.fromkeys(item.text for one in group for item in one.evidence))
    items = {item.text: item for one in group for item in one.evidence}
    component = component_of(first.subject)
    return Finding(
        code=first.code,
        severity=severity,
        title=first.title,
        subject=first.subject,
        also=subjects[1:MOST_ALSO],
        component=component.name if component else None,
        chain=tuple(dict.fromkeys(name for name in (facts.target, first.subject) if name)),
        evidence=(*(items[text] for text in evidence[:MOST_EVIDENCE]), *_offers(group, subjects, facts)),
        explanation=first.why,
        explains_error=severity is Severity.ERROR,
    )


def _suspect(code: str, cause: Cause) -> Finding:
    return Finding(
        code=code,
        severity=Severity.NOTE,
        title=title_of_suspect(code, cause.subject),
        subject=cause.subject,
        chain=(cause.subject,),
    )


def _nothing_known() -> Finding:
    return Finding(
        code="WL903",
        severity=Severity.NOTE,
        title="nothing in this text says why a library would not load or a build would fail",
        subject="the text",
        explanation="Either the lines that tell are not in it, or they are a program's whose words are not known here.",
    )


def _offers(group: list[Cause], subjects: tuple[str, ...], facts: Facts) -> Iterator[Evidence]:
    """Who provides what is missing: libraries where the system is known; development files on both where it is not."""
    if group[0].code in OF_MISSING:
        for name in subjects[:MOST_OFFERS] if facts.system else ():
            yield from _offer(name, providers_of(name, system=facts.system) if "." in name else ())
    for name in dict.fromkeys([one.development for one in group if one.development][:MOST_OFFERS]):
        for system in (facts.system,) if facts.system else ("linux", "macos"):
            yield from _offer(name, development_packages(name, system=system), alternative=not facts.system)


def _offer(name: str, providers: tuple[Provider, ...], *, alternative: bool = False) -> Iterator[Evidence]:
    if providers:
        offers = [
            {"kind": one.kind, "package": one.package, "where": one.where, "command": one.command} for one in providers
        ]
        data: dict[str, object] = {"file": name, "package": providers[0].package, "providers": offers}
        if alternative:
            data["alternative"] = True
        yield Evidence("provider", f"{name}: {providers[0].text}", data)
