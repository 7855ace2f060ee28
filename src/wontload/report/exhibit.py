"""What every row of evidence is made from: one finding, the diagnosis it stands in, what to draw with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wontload.diagnosis import Diagnosis, Evidence, Finding
from wontload.report.layout import Span, listed, span, words
from wontload.report.names import Names
from wontload.report.screen import UNICODE, Glyphs

MOST_OF_A_KIND = 4
# Rules whose directories come from one variable with many entries: told as a number. `loader` names them so.
LONG_VARIABLES = {"path_variable": "PATH", "ld_library_path": "LD_LIBRARY_PATH"}
LABELS = {"provider": "provided by", "looked": "looked in", "copy": "a copy in"}


class Row(NamedTuple):
    """A label (empty: that of the row above) and what it is about; `brief`: cut off where its line ends."""

    label: str
    atoms: list[Span]
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One finding's evidence, and what is needed to show it."""

    finding: Finding
    diagnosis: Diagnosis
    names: Names
    glyphs: Glyphs = UNICODE
    verbose: bool = False

    def most(self, usual: int) -> int:
        """How many of a kind are shown: the usual number, with `-v` as good as all."""
        return 10_000 if self.verbose else usual

    def left_out(self, count: int, of_what: str) -> Iterator[Row]:
        """A row that says how many more there are, if any are not shown."""
        if count > 0 and not self.verbose:
            yield self.row("", words(f"and {count} more{of_what} (-v shows them)", "dim"))

    def of(self, kind: str) -> list[Evidence]:
        """All evidence of a kind, in order."""
        return [one for one in self.finding.evidence if one.kind == kind]

    def row(self, label: str, atoms: Iterable[Span]) -> Row:
        """A labelled row."""
        return Row(label, list(atoms))

    def items(self, items: Sequence[str], style: str = "") -> list[Span]:
        """Items separated by dots."""
        return listed(items, self.glyphs.dot, style)


Rows = Iterator[Row]


def told(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """Any kind: its path, where it has one, and its text."""
    label = LABELS.get(evidence[0].kind, evidence[0].kind.replace("_", " ")[:12])
    for number, one in enumerate(evidence[: exhibit.most(MOST_OF_A_KIND)]):
        yield exhibit.row("" if number else label, path_and_text(one, "directory" if one.kind == "added" else "path"))
    yield from exhibit.left_out(len(evidence) - MOST_OF_A_KIND, "")


def path_and_text(evidence: Evidence, key: str = "path") -> list[Span]:
    """A path in one piece, then the rest of the text, which may have begun with that path."""
    path = evidence.data.get(key)
    if not isinstance(path, str) or not path:
        return words(evidence.text)
    if evidence.text.startswith(path):
        return [span(path), *after_gap(words(evidence.text[len(path) :].lstrip(" :,")))]
    return words(evidence.text) if path in evidence.text else [span(path), *after_gap(words(evidence.text))]


def after_gap(atoms: list[Span]) -> list[Span]:
    """The same pieces, the first of them set apart from what stands before it."""
    return [atom._replace(glue="   ") if number == 0 else atom for number, atom in enumerate(atoms)]


def places_of(evidence: Evidence) -> list[tuple[str, str]]:
    """(rule, directory) of every place that a `searched` evidence holds."""
    places = evidence.data.get("places")
    if not isinstance(places, list | tuple):
        return []
    return [(str(one.get("rule", "")), str(one.get("directory", ""))) for one in places if isinstance(one, dict)]
