"""Evidence, in labelled rows, in the order in which a finding brings its kinds."""

from __future__ import annotations

from collections.abc import Callable

from wontload.diagnosis import Diagnosis, Evidence, Finding
from wontload.report import providers
from wontload.report.copies import added_rows, copy_rows, other_major_rows
from wontload.report.exhibit import LONG_VARIABLES, MOST_OF_A_KIND, Exhibit, Row, Rows, after_gap, places_of, told
from wontload.report.layout import Span, span, words
from wontload.report.names import Names
from wontload.report.screen import UNICODE, Glyphs
from wontload.report.text import clean

MOST_PLACES = 10
MOST_OF_A_VARIABLE = 3


def evidence_rows(
    finding: Finding,
    diagnosis: Diagnosis,
    glyphs: Glyphs = UNICODE,
    *,
    verbose: bool = False,
    without: tuple[str, ...] = (),
) -> Rows:
    """Yield the rows, but of the kinds `without`; the `request` is not among them, as it stands in the request tree."""
    exhibit = Exhibit(finding, diagnosis, Names(diagnosis.machine), glyphs, verbose)
    for kind in dict.fromkeys(one.kind for one in finding.evidence if one.kind not in ("request", *without)):
        yield from SHOWN.get(kind, told)(exhibit, exhibit.of(kind))


def _observed(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """What really happened. A message that the finding accounts for takes one line: its reader has seen it before."""
    for number, one in enumerate(evidence[: exhibit.most(MOST_OF_A_KIND)]):
        label = "" if number else one.kind
        message = one.data.get("text")
        if exhibit.finding.explains_error and not exhibit.verbose and isinstance(message, str) and message:
            brief = exhibit.names.brief_within(clean(message), exhibit.glyphs.ellipsis)
            yield Row(label, [Span(_numbered(brief, one.data.get("number")))], brief=True)
        else:
            yield exhibit.row(label, words(one.text))


def _numbered(message: str, number: object) -> str:
    """The message behind its error number, if it does not hold that itself."""
    return message if not isinstance(number, int) or str(number) in message else f"error {number}: {message}"


def _searched(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """The search order as one list, a long variable as a number; the text where there is no list."""
    for one in evidence:
        items = _summed_up(places_of(one), exhibit)
        yield exhibit.row("searched", exhibit.items(items, "dim") if items else words(one.text))


def _summed_up(places: list[tuple[str, str]], exhibit: Exhibit) -> list[str]:
    counts = {rule: sum(one == rule for one, _ in places) for rule in LONG_VARIABLES}
    items: dict[str, str] = {}  # by folded path: what is asked twice is said once
    for rule, directory in places:
        if counts.get(rule, 0) > exhibit.most(MOST_OF_A_VARIABLE):
            items.setdefault(rule, f"{counts[rule]} on {LONG_VARIABLES[rule]}")
        elif directory:
            items.setdefault(exhibit.names.folded(directory), directory)
    shown, most = list(items.values()), exhibit.most(MOST_PLACES)
    return shown if len(shown) <= most + 1 else [*shown[:most], f"{len(shown) - most} more"]


def _looked(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """Where copies were sought in vain: the places when they are few, else how many."""
    for one in evidence:
        found = one.data.get("directories")
        directories = [str(item) for item in found] if isinstance(found, list | tuple) else []
        few = 0 < len(directories) <= exhibit.most(4)
        yield exhibit.row("looked in", exhibit.items(directories, "dim") if few else words(one.text))


def _providers(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """Who provides what is missing; where a wheel lays it this load may not look, and a row says so."""
    lines = providers.lines(evidence)[: exhibit.most(MOST_OF_A_KIND)]
    for number, line in enumerate(lines):
        yield exhibit.row("" if number else "provided by", words(line))
    sought = all(one.data.get("sought") for one in evidence)
    if any(line.startswith("pip ") for line in lines) and not sought:
        yield exhibit.row("", words("(brings the files; this load must also search where pip puts them)", "dim"))


def _variable(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """A variable as it is set, and what is wrong with that."""
    for number, one in enumerate(evidence[: exhibit.most(MOST_OF_A_KIND)]):
        name, value = one.data.get("name"), one.data.get("value")
        set_to = isinstance(name, str) and isinstance(value, str) and value not in one.text
        atoms = [span(f"{name} ="), span(str(value)), *after_gap(words(one.text))] if set_to else words(one.text)
        yield exhibit.row("" if number else "variable", atoms)


SHOWN: dict[str, Callable[[Exhibit, list[Evidence]], Rows]] = {
    "observed": _observed,
    "searched": _searched,
    "copy": copy_rows,
    "added": added_rows,
    "other_major": other_major_rows,
    "looked": _looked,
    "provider": _providers,
    "variable": _variable,
}
