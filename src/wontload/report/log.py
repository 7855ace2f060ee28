"""The report of `wontload log`: the cause, or the suspects, the lines that say it, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.catalogue import CODES
from wontload.diagnosis.finding import Finding
from wontload.report import providers
from wontload.report.layout import Line, Span, draw, flow, labelled, listed, prose, span, words
from wontload.report.screen import Terminal
from wontload.report.settle import settle_section
from wontload.report.text import and_list, clean, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.diagnosis.log.judging import LogDiagnosis

LINES_SHOWN = 3
LONGEST_QUOTED = 240  # characters of a line of the log; -v shows more
ALSO_SHOWN = 6


def render_log(diagnosis: LogDiagnosis, terminal: Terminal, *, quiet: bool = False, verbose: bool = False) -> str:
    """The whole report. Its first line alone answers whether the text tells a cause.

    Args:
        diagnosis: what to report.
        terminal: what it is drawn for.
        quiet: the answer and the titles of the findings only.
        verbose: also everything that was recognised, and where.
    """
    lines: list[Line] = [*_header(diagnosis, terminal)]
    first, *rest = diagnosis.findings
    lines += [[], *_title(first, terminal)]
    if not quiet:
        lines += _in_full(first, terminal, verbose)
    if rest:
        lines += [[], *_others(diagnosis, rest, terminal, quiet=quiet, verbose=verbose)]
    if quiet:
        return draw(lines, terminal)
    if verbose:
        lines += [[], *_recognised(diagnosis, terminal)]
    lines += settle_section(diagnosis.would_settle, terminal)
    if diagnosis.next_step:
        lines += [[], *labelled("next", words(diagnosis.next_step), terminal.width)]
    if first.code in CODES:
        command = span(f"wontload explain {first.code}", "strong")
        lines += [[], *flow([command, *words("tells the whole story.")], terminal.width)]
    return draw(lines, terminal)


def _header(diagnosis: LogDiagnosis, terminal: Terminal) -> Iterator[Line]:
    """The answer, and what the text tells of the machine that it comes from."""
    decided = diagnosis.verdict == "fails"
    said = "the text tells the cause" if decided else "the text alone does not decide what the cause is"
    yield from flow(words(said, "error" if decided else "warning"), terminal.width)
    facts = diagnosis.facts
    items = [
        facts.package,
        f"Python {facts.python}" if facts.python else "",
        {"windows": "Windows", "linux": "Linux", "macos": "macOS"}.get(facts.system, ""),
        *(f"CUDA {version}" for version in facts.cuda[:2]),
        facts.layout,
    ]
    if known := [item for item in items if item]:
        yield from flow([span("it speaks of", "dim"), *listed(known, terminal.glyphs.dot, "dim")], terminal.width)
    if diagnosis.left_out_bytes:
        note = f"{diagnosis.left_out_bytes} bytes in the middle of the text were left out: it is longer than 20 MB"
        yield from flow(words(note, "warning"), terminal.width)


def _title(finding: Finding, terminal: Terminal) -> list[Line]:
    severity = finding.severity.value
    start = [Span(f"{severity}[{finding.code}]", severity), Span(": ")]
    return flow(words(finding.title, "strong"), terminal.width, start, 2)


def _in_full(finding: Finding, terminal: Terminal, verbose: bool) -> Iterator[Line]:
    if finding.also:
        few = list(finding.also if verbose or len(finding.also) <= ALSO_SHOWN else finding.also[: ALSO_SHOWN - 1])
        more = [] if len(few) == len(finding.also) else [f"{len(finding.also) - len(few)} more"]
        yield from labelled("also", words(and_list([*few, *more])), terminal.width)
    quotes = [one for one in finding.evidence if one.kind == "said"]
    for one in quotes if verbose else quotes[:LINES_SHOWN]:
        text = shorten(
            clean(str(one.data.get("said"))), LONGEST_QUOTED * (8 if verbose else 1), terminal.glyphs.ellipsis
        )
        yield from labelled(f"line {one.data.get('line')}", words(text), terminal.width)
    for line in providers.lines([one for one in finding.evidence if one.kind == "provider"])[:LINES_SHOWN]:
        yield from labelled("provided by", words(line), terminal.width)
    if finding.explanation:
        yield from labelled("why", prose(finding.explanation), terminal.width)


def _others(
    diagnosis: LogDiagnosis, rest: list[Finding], terminal: Terminal, *, quiet: bool, verbose: bool
) -> Iterator[Line]:
    """What else the text shows; when it does not decide, what else it may come of."""
    if diagnosis.verdict != "fails":
        yield [Span("it may also be", "strong")]
    for finding in rest:
        yield from _title(finding, terminal)
        if not quiet and finding.evidence:
            yield from _in_full(finding, terminal, verbose) if verbose else _first_line(finding, terminal)


def _first_line(finding: Finding, terminal: Terminal) -> Iterator[Line]:
    for one in finding.evidence[:1]:
        if one.kind == "said":
            text = shorten(clean(str(one.data.get("said"))), LONGEST_QUOTED // 2, terminal.glyphs.ellipsis)
            yield from labelled(f"line {one.data.get('line')}", words(text, "dim"), terminal.width)


def _recognised(diagnosis: LogDiagnosis, terminal: Terminal) -> Iterator[Line]:
    """Everything that was recognised, in order."""
    yield [Span("recognised", "strong")]
    found = [(one.place, one.line, one.message.id, one.text) for one in diagnosis.events]
    found += [(one.place, one.line, f"error {one.meaning.number:#x}" if one.meaning.number > 0xFFFF else
               f"error {one.meaning.number}", one.text) for one in diagnosis.numbers]  # fmt: skip
    for _, line, name, text in sorted(found):
        atoms = [span(name, "dim"), *words(shorten(clean(text), LONGEST_QUOTED, terminal.glyphs.ellipsis))]
        yield from labelled(f"line {line}", atoms, terminal.width)
    if not found:
        yield from labelled("", words("nothing"), terminal.width)
    read = f"{diagnosis.lines} lines, read as {diagnosis.encoding}"
    yield from labelled("text", words(read), terminal.width)
