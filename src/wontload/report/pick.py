"""The report of `wontload pick`: what to install and how, then the candidates with what speaks for and against each."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from wontload.app.pick import Pick
from wontload.report.layout import Line, Span, draw, flow, headed, labelled, listed, span, to_type, words
from wontload.report.names import environment_of
from wontload.report.pick_words import build_of, passed_over, reasons, unreached
from wontload.report.screen import SAVED, Terminal
from wontload.report.text import counted
from wontload.wheels.appraisal import Appraisal
from wontload.wheels.candidates import same_file
from wontload.wheels.ranking import Ranked
from wontload.wheels.weighing import Standing

SHOWN = 8


def render_pick(answer: Pick, terminal: Terminal, *, quiet: bool = False, verbose: bool = False) -> str:
    """The whole report. Its first line alone says which file, or that there is none.

    Args:
        answer: what to report. terminal: what it is drawn for.
        quiet: the first line and the commands. verbose: every candidate and place.
    """
    lines = [*_header(answer, terminal), *_commands(answer, terminal)]
    if quiet:
        return draw(lines, terminal)
    lines += _plain(answer, terminal)
    lines += _candidates(answer, terminal, everything=verbose)
    lines += _changes(answer, terminal)
    lines += _places(answer, terminal, everything=verbose)
    return draw(lines, terminal)


def _header(answer: Pick, terminal: Terminal) -> list[Line]:
    python = answer.machine.python
    right = listed(environment_of(python), terminal.glyphs.dot, "dim") if python else []
    return headed(_verdict(answer), right, terminal.width)


def _verdict(answer: Pick) -> list[Span]:
    best = answer.recommended
    if best is None:
        how = "no wheel is known to fit" if answer.verdict == "undetermined" else "no wheel fits"
        return [span(f"{answer.project}:", "strong"), *words(how, "warning" if answer.verdict != "fails" else "error")]
    name = span(f"{answer.project} {best.candidate.version}", "strong")
    return [
        name,
        *words(f"from {_cached(answer)}{build_of(best.candidate)}:"),
        *words("; ".join(_short(best, answer)), "good"),
    ]


def _cached(answer: Pick) -> str:
    best = answer.recommended
    is_here = best is not None and urlsplit(best.candidate.link.url).scheme == "file"
    return "the cache of " if answer.offline and not is_here else ""


def _short(best: Ranked, answer: Pick) -> list[str]:
    return [one for one in reasons(best, answer) if not one.startswith("older")]


def _commands(answer: Pick, terminal: Terminal) -> Iterator[Line]:
    if answer.commands:
        yield []
    for installer, command in answer.commands.items():
        # On one line, however long: it is there to be copied.
        yield [*labelled(installer, (), terminal.width)[0], Span(command, "code")]
    appraisal = answer.recommended.appraisal if answer.recommended else None
    if appraisal is not None and appraisal.standing in (Standing.ADDED, Standing.NEEDS):
        yield from labelled("then", _then(answer, appraisal, terminal), terminal.width)


def _then(answer: Pick, appraisal: Appraisal, terminal: Terminal) -> list[Span]:
    """What makes it load once it is installed: the command, and what that does."""
    if chosen := [one for one in appraisal.needs if one in appraisal.instead]:
        # A package with several builds of a module chooses by itself, by the library that it finds.
        return [to_type(f"{answer.called} -m pip install {chosen[0]}"), *words("brings what it looks for.")]
    about = "" if terminal.about.startswith(SAVED) else terminal.about  # to be typed on that machine, as the others
    text = "makes it find what it does not look for."
    if appraisal.standing is Standing.NEEDS:
        text = f"brings {' '.join(appraisal.needs)} and makes it find them."
        text += "" if appraisal.runtimes else " What is in them was not looked into."
    return [to_type(f"wontload fix {answer.project}{about}"), *words(text)]


def _plain(answer: Pick, terminal: Terminal) -> Iterator[Line]:
    plain, best = answer.plain, answer.recommended
    if plain is not None and best is not None and same_file(plain, best.candidate):
        return
    named = f'"{answer.project}{answer.specifier}"' if answer.specifier else answer.project
    start = [to_type(f"pip install {named}"), *words("alone would take")]
    codes = "".join(f" [{one.code}]" for one in answer.findings)
    if plain is None:
        fitting = any(one.candidate.takes for one in answer.ranked)
        why = "as it is set up here, it passes over what fits" if fitting else "no file there fits this Python"
        said = words(f"nothing: {why}{codes}.")
    elif not plain.wheel:
        said = words(f"{plain.link.filename}, a source distribution, and try to build it{codes}.")
    else:
        judged = next((one for one in answer.ranked if same_file(one.candidate, plain)), None)
        why = f" ({'; '.join(reasons(judged, answer))})" if judged else ""
        said = words(f"{plain.link.filename}{why}.")
    yield from ([], *flow([*start, *said], terminal.width))


def _candidates(answer: Pick, terminal: Terminal, *, everything: bool) -> Iterator[Line]:
    if answer.ranked:
        yield from ([], [Span("candidates that were judged, best first", "strong")])
    shown = answer.ranked if everything else answer.ranked[:SHOWN]
    for one in shown:
        mark = Span("+", "good") if one.works else Span("?", "warning")
        if not one.works and not one.open:
            mark = Span(terminal.glyphs.cross, "bad")
        name = span(f"{one.candidate.version}{' source' if not one.candidate.wheel else ''}", "strong")
        place = span(f"({build_of(one.candidate)})", "dim")
        read = [span(_read(one), "dim")] if _read(one) else []
        atoms = [name, place, *words("; ".join(reasons(one, answer))), *read]
        yield from flow(atoms, terminal.width, [Span("  "), mark, Span(" ")], 4)
    rest = len(answer.ranked) - len(shown)
    if rest:
        yield from labelled("", words(f"{counted(rest, 'other')} (-v shows all)", "dim"), terminal.width)
    over = passed_over(answer.candidates)
    if over:
        said = ", ".join(f"{count} {reason}" for reason, count in over)
        yield from flow(words(f"Passed over: {said}.", "dim"), terminal.width)


def _read(one: Ranked) -> str:
    found = one.appraisal
    if found is None or not found.fetched_bytes:
        return ""
    return f"[{_megabytes(found.fetched_bytes)} of {_megabytes(found.size_bytes)} MB read]"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}" if size < 10e6 else f"{size / 1e6:.0f}"


def _changes(answer: Pick, terminal: Terminal) -> Iterator[Line]:
    if answer.changes:
        yield from ([], [Span("what would make something fit", "strong")])
    for text in answer.changes:
        yield from flow(words(text), terminal.width, [Span(f"  {terminal.glyphs.bullet} ")], 4)


def _places(answer: Pick, terminal: Terminal, *, everything: bool) -> Iterator[Line]:
    from wontload.wheels.index.link import shown_url

    failed = unreached(answer.asked)
    if failed:
        yield []
    for text in failed:
        yield from labelled("not reached", words(text, "warning"), terminal.width)
    yield []
    if everything:
        for one in answer.asked:
            said = f"{shown_url(one.place.url)}: {'no such project' if one.absent else counted(len(one.links), 'file')}"
            yield from labelled("asked", words(said, "dim"), terminal.width)
    places = (
        f"{counted(len(answer.asked), 'place')} {'looked up in the cache (--offline)' if answer.offline else 'asked'}"
    )
    size = answer.fetched_bytes
    read = f"{_megabytes(size)} MB fetched, nothing installed" if size else "nothing fetched or installed"
    yield from flow(words(f"{places}; {read}.", "dim"), terminal.width)
