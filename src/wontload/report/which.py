"""The report of `wontload which`: what the name stands for, where its copies are, which is taken, who provides it."""

from __future__ import annotations

from collections.abc import Iterator

from wontload._version import __version__
from wontload.diagnosis.copies import Copy
from wontload.diagnosis.words import listed as listing
from wontload.report.layout import Line, Span, draw, flow, labelled, listed, span, words
from wontload.report.names import environment_of, system_of
from wontload.report.screen import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wontload.app.which import Which
    from wontload.knowledge.providers import Provider

COPIES_SHOWN = 8
OTHERS_SHOWN = 4
PROVIDERS_SHOWN = 6
SYSTEMS = {"windows": "Windows", "linux": "Linux", "macos": "macOS"}


def render_which(answer: Which, terminal: Terminal, *, quiet: bool = False, verbose: bool = False) -> str:
    """The whole report. Its first line alone answers what the name is and whether it is here.

    Args:
        answer: what to report.
        terminal: what it is drawn for.
        quiet: the answer and the paths only.
        verbose: also every copy, every provider, and every directory that was looked into.
    """
    lines: list[Line] = [*flow(_answer(answer), terminal.width)]
    if not quiet:
        lines += _where(answer, terminal)
        lines += _meant(answer, terminal)
        lines += _in_a_wheel(answer, terminal)
    lines += [[], *copies] if (copies := [*_copies(answer, terminal, everything=verbose)]) else []
    if quiet:
        return draw(lines, terminal)
    lines += _others(answer, terminal, everything=verbose)
    lines += _providers(answer, terminal, everything=verbose)
    lines += _looked_in(answer, terminal, everything=verbose)
    return draw(lines, terminal)


def _answer(answer: Which) -> list[Span]:
    if answer.component:
        of = answer.component
        what = of.title + (f" ({of.name})" if of.name != of.title else "")
    else:
        what = "in no table of libraries"
    name = span(f"{answer.name}:", "strong")
    if answer.is_virtual and not answer.copies:
        return [name, *words(f"{what};"), *words("Windows serves this name without a file of it", "good")]
    count = len(answer.copies) or (1 if answer.taken else 0)
    here = {0: "no copy of it is here", 1: "one copy is here"}.get(count, f"{count} copies are here")
    return [name, *words(f"{what};"), *words(here, "good" if count else "bad")]


def _meant(answer: Which, terminal: Terminal) -> list[Line]:
    """What a bare name was taken for, or may stand for."""
    others = listing(answer.meant, word="or") if answer.meant else ""
    if answer.asked and answer.name.removesuffix(".dll") != answer.asked.removesuffix(".dll"):
        text = f"{answer.asked} was taken for {answer.name}" + (f"; it may also mean {others}" if others else "")
    elif others:
        text = f"{answer.asked} may mean {others}"
    else:
        return []
    return flow(words(text, "dim"), terminal.width)


def _in_a_wheel(answer: Which, terminal: Terminal) -> list[Line]:
    """Whose name it is, where a repairing tool gave it: no other place has a file of that name."""
    if not answer.own_name:
        return []
    text = (
        f"By its form it is the name that auditwheel or delvewheel gave {answer.own_name} in a wheel: what brings it "
        "is that wheel, installed again, and a copy of the library from elsewhere has another name."
    )
    return flow(words(text), terminal.width)


def _where(answer: Which, terminal: Terminal) -> list[Line]:
    """On which machine, and for which interpreter."""
    python = answer.machine.python
    items = environment_of(python) if python else [system_of(answer.machine.system)]
    if answer.machine.id != "this":
        items.append(f"saved machine {answer.machine.id}")
    lines = flow(listed(items, terminal.glyphs.dot, "dim"), terminal.width)
    if answer.is_foreign:
        here = SYSTEMS.get(answer.machine.system.name, answer.machine.system.name)
        text = f"It is a {SYSTEMS[answer.system]} library, and this machine runs {here}: nothing here can load it."
        if answer.counterparts:
            text += f" What does the same here is {' or '.join(answer.counterparts[:3])}."
        lines += flow(words(text, "warning"), terminal.width)
    return lines


def _copies(answer: Which, terminal: Terminal, *, everything: bool) -> Iterator[Line]:
    """The copy that the bare name leads to, then the others in the order of the places."""
    chosen = answer.taken_copy
    rest = [one for one in answer.copies if one is not chosen]
    if path := answer.taken:  # without a copy: it lies in no place that was looked into
        details = _details(chosen, terminal) if chosen else []
        yield from labelled("taken", [span(chosen.path if chosen else path, "good"), *details], terminal.width)
        yield from labelled("", words(_how(answer), "dim"), terminal.width)
    elif rest and answer.load is not None:
        yield from labelled("taken", words(f"none: {_how(answer)}", "bad"), terminal.width)
    shown = rest if everything else rest[:COPIES_SHOWN]
    for number, copy in enumerate(shown):
        yield from labelled("" if number else "also here", [span(copy.path), *_details(copy, terminal)], terminal.width)
    if len(shown) < len(rest):
        yield from labelled("", words(f"and {len(rest) - len(shown)} more; -v lists them", "dim"), terminal.width)


def _how(answer: Which) -> str:
    """What the load of the bare name comes to."""
    call = f'ctypes.CDLL("{answer.name}")'
    load = answer.load
    if load is None:
        return ""
    if answer.taken is None:
        reason = load.modules[0].reason
        return f"{call} finds no copy in its search" + (f" ({reason})" if reason and answer.copies else "")
    if load.verdict.value == "loads":
        return f"{call} loads this one"
    if load.verdict.value == "undetermined":
        return f"{call} takes this one; whether it loads is not known"
    lacking = [module.name for module in load.failed]
    return f"{call} takes this one and fails" + (f": {lacking[0]} is missing or refused" if lacking else "")


def _details(copy: Copy, terminal: Terminal) -> list[Span]:
    """Version, architecture and place; why it cannot be used."""
    known = [one for one in (copy.version, copy.architecture or "", copy.what) if one]
    text = [span(f"({', '.join(known)})", "dim")] if known else []
    if copy.defect:
        text += words(f"{terminal.glyphs.cross} {copy.defect}", "bad")
    elif not copy.fits:
        text += words(f"{terminal.glyphs.cross} not for this interpreter's architecture", "bad")
    return text


def _others(answer: Which, terminal: Terminal, *, everything: bool) -> Iterator[Line]:
    """Files that are the same library in another version."""
    shown = answer.others if everything else answer.others[:OTHERS_SHOWN]
    if shown:
        yield []
    for number, copy in enumerate(shown):
        atoms = [span(copy.path), *_details(copy, terminal)]
        yield from labelled("" if number else "other version", atoms, terminal.width)
    if len(shown) < len(answer.others):
        yield from labelled("", words(f"and {len(answer.others) - len(shown)} more", "dim"), terminal.width)


def _providers(answer: Which, terminal: Terminal, *, everything: bool) -> Iterator[Line]:
    """What brings it, with the exact command."""
    shown = answer.providers if everything else answer.providers[:PROVIDERS_SHOWN]
    python = answer.machine.python
    prefix = python.prefix if python and not answer.is_foreign else "the environment"  # there, none of this system's
    if shown:
        yield []
    for number, provider in enumerate(shown):
        yield from labelled("" if number else "get it with", [_command(provider)], terminal.width)
        text = provider.told(prefix)
        yield from labelled("", words(text, "dim"), terminal.width)


def _command(provider: Provider) -> Span:
    return span(provider.command or provider.where, "strong")


def _looked_in(answer: Which, terminal: Terminal, *, everything: bool) -> Iterator[Line]:
    yield []
    count = len(answer.looked_in)
    if everything:
        yield from labelled("looked in", listed(answer.looked_in, terminal.glyphs.dot), terminal.width)
        return
    text = f"{count} directories (-v lists them)"
    if not answer.is_here and answer.machine.id == "this":
        text += "; --deep walks all disks"
    yield from labelled("looked in", words(text, "dim"), terminal.width)


def which_to_json(answer: Which) -> dict[str, Any]:
    """`wontload.which/1`."""
    python, component, load, taken = answer.machine.python, answer.component, answer.load, answer.taken_copy
    return {
        "schema": "wontload.which/1",
        "tool": __version__,
        "name": answer.name,
        "asked": answer.asked,
        "meant": list(answer.meant),
        "machine": answer.machine.id,
        "python": python.executable if python else None,
        "system": answer.system,
        "is_here": answer.is_here,
        "component": {
            "name": component.name,
            "title": component.title,
            "family": component.family,
            "major": component.major,
        }
        if component
        else None,
        "providers": [
            {"kind": one.kind, "package": one.package, "where": one.where, "command": one.command, "text": one.text}
            for one in answer.providers
        ],
        "copies": [{**_copy(one), "taken": one is taken} for one in answer.copies],
        "load": {
            "verdict": load.verdict.value,
            "error": load.error,
            "path": load.modules[0].path,
            "status": load.modules[0].status.value,
            "rule": load.modules[0].rule,
        }
        if load
        else None,
        "others": [_copy(one) for one in answer.others],
        "counterparts": list(answer.counterparts),
        "own_name": answer.own_name,
        "looked_in": list(answer.looked_in),
    }


def _copy(copy: Copy) -> dict[str, Any]:
    return {
        "path": copy.path,
        "place": copy.what,
        "version": copy.version,
        "architecture": copy.architecture,
        "fits": copy.fits,
        "defect": copy.defect,
    }
