"""The report of `wontload doctor`: the computer at a glance, then the packages of which something would not load."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.app.checkup import CheckedFile, Standing
from wontload.app.doctor import STANDARD_LIBRARY, CheckedPackage, Checkup
from wontload.machine import Machine
from wontload.report.inventory import overview
from wontload.report.layout import Line, Span, draw, flow, headed, labelled, listed, span, to_type, words
from wontload.report.names import Names, environment_of, system_of
from wontload.report.screen import Terminal
from wontload.report.text import and_list, base_name, counted

GROUPS_SHOWN, ITEMS_SHOWN = 4, 6
GRAVITY = ("fails", "undetermined", "loads")


def render_doctor(checkup: Checkup, terminal: Terminal, *, quiet: bool = False, verbose: bool = False) -> str:
    """The whole report. Its first line alone answers whether anything is amiss.

    Args:
        checkup: what to report.
        terminal: what it is drawn for.
        quiet: the first line and a line for each package.
        verbose: everything that was found, and every file.
    """
    lines = [*_header(checkup, terminal)]
    if not quiet:
        lines.append([])
        for label, items in overview(checkup.machine):
            shown = items if verbose or len(items) <= ITEMS_SHOWN else [*items[: ITEMS_SHOWN - 1], _more(items)]
            lines += labelled(label, listed(shown, terminal.glyphs.dot), terminal.width)
    ailing = ailing_of(checkup)
    for package in ailing:
        lines += [] if quiet else [[]]
        lines += _package(package, checkup, terminal, quiet=quiet, verbose=verbose)
    lines += [] if quiet else _unmet(checkup, terminal, verbose=verbose)
    lines += [] if quiet else _last_lines(ailing, checkup, terminal)
    return draw(lines, terminal)


def ailing_of(checkup: Checkup) -> list[CheckedPackage]:
    """Packages of which something would not load, or may not, the worst first."""
    ailing = [one for one in checkup.packages or () if one.strange or one.failing or one.open]
    return sorted(ailing, key=lambda one: GRAVITY.index(one.verdict))


def unmet_of(checkup: Checkup) -> list[str]:
    """What packages require of others and do not have, a clause each: what a loader cannot know of."""
    return [lacks.told(one.name, one.version) for one in checkup.packages or () for lacks in one.unmet]


def _unmet(checkup: Checkup, terminal: Terminal, *, verbose: bool) -> Iterator[Line]:
    found = unmet_of(checkup)
    shown = found if verbose or len(found) <= ITEMS_SHOWN else found[: ITEMS_SHOWN - 1]
    if found:
        yield []
    for number, one in enumerate(shown):
        yield from labelled("" if number else "requires", words(one, "warning"), terminal.width)
    if len(shown) < len(found):
        yield from labelled("", words(_more(found), "dim"), terminal.width)


def _more(items: list[str]) -> str:
    return f"{len(items) - ITEMS_SHOWN + 1} more (-v)"


def _header(checkup: Checkup, terminal: Terminal) -> Iterator[Line]:
    machine = checkup.machine
    right = listed(environment_of(machine.python), terminal.glyphs.dot, "dim") if machine.python else []
    yield from headed(verdict_of(checkup), right, terminal.width)
    where = "" if machine.id == "this" else f"on the saved machine {machine.id}: "
    yield from flow(listed(system_facts(machine), terminal.glyphs.dot, "dim"), terminal.width, [span(where, "dim")])


def system_facts(machine: Machine) -> list[str]:
    """The system, its architecture, the container that it is in."""
    container = machine.inventory.container
    facts = [system_of(machine.system), machine.system.architecture, f"in {container}" if container else ""]
    return [one for one in facts if one]


def verdict_of(checkup: Checkup) -> list[Span]:
    """Whether anything is amiss, in one clause."""
    packages = checkup.packages
    if packages is None:
        return words("which packages are installed is not known", "warning")
    files = sum(len(one.files) + len(one.strange) for one in packages)
    judged = f"{counted(files, 'native file')} of {counted(len(packages), 'package')}"
    failing = [one for one in packages if one.verdict == "fails"]
    if failing:
        what = f"{len(failing)} packages would" if len(failing) > 1 else "one package would"
        return [*words(f"{what} not load", "error"), *words(f"({judged} judged, none imported)", "dim")]
    ailing = sum(len(one.failing) + len(one.open) for one in packages)
    if ailing:
        what = "one may not load" if ailing == 1 else f"{ailing} may not load"
        return words(f"{judged}: {what}; no package is surely broken by it", "warning")
    return words(f"{judged}: all would load", "good")


def _package(
    package: CheckedPackage, checkup: Checkup, terminal: Terminal, *, quiet: bool, verbose: bool
) -> Iterator[Line]:
    severity = "error" if package.verdict == "fails" else "warning"
    standing = "; ".join(how_many(package))
    title = [span(f"{package.name} {package.version}", "strong"), span(":", "", ""), *words(standing)]
    start = [Span(terminal.glyphs.cross if severity == "error" else "?", severity), Span(" ")]
    yield from flow(title, terminal.width, start, 2)
    if quiet:
        return
    names = Names(checkup.machine)
    if package.strange:
        more = f" and {len(package.strange) - 1} more" if len(package.strange) > 1 else ""
        made = [span(names.inside(package.strange[0])), *words(more), Span(":", "", "")]
        yield from labelled("made for", [*made, *words(mismatch(package, checkup.machine), "dim")], terminal.width)
    groups: dict[tuple[str, str], list[CheckedFile]] = {}
    for file in (*package.failing, *package.open):
        groups.setdefault((kind_of(file), why_of(file)) if not verbose else (file.path, ""), []).append(file)
    for first, *others in list(groups.values())[: None if verbose else GROUPS_SHOWN]:
        more = f" and {len(others)} more" if others else ""
        last = [*words(more), Span(":", "", "")]
        atoms = [span(names.inside(first.path)), *last, *words(why_of(first), "dim")]
        yield from labelled(kind_of(first), atoms, terminal.width)
    if not verbose and len(groups) > GROUPS_SHOWN:
        rest = sum(map(len, list(groups.values())[GROUPS_SHOWN:]))
        yield from labelled("", words(f"{counted(rest, 'file')} more (-v shows all)", "dim"), terminal.width)


def how_many(package: CheckedPackage) -> Iterator[str]:
    """How many of which files would not load, and of how many nobody knows."""
    if package.strange:
        yield f"made for another Python or platform ({counted(len(package.strange), 'file')} that this one cannot load)"
    for word, extension in (("extension module", True), ("library", False)):
        of_kind = [one for one in package.files if one.extension is extension and not one.spared]
        failing = sum(one.standing is Standing.FAILS for one in of_kind)
        unknown = sum(one.standing is Standing.UNDETERMINED for one in of_kind)
        total = counted(len(of_kind), word)
        if failing:
            yield f"{failing} of {total} would not load"
        if unknown:
            yield f"{unknown} more may or may not load" if failing else f"{unknown} of {total} may or may not load"


def mismatch(package: CheckedPackage, machine: Machine) -> str:
    """For what a package was made that is none of this Python's, and what this Python is, in one clause."""
    python = machine.python
    this = f"{python.implementation} {python.version} on {python.platform}" if python else system_of(machine.system)
    return f"its wheel is {package.made_for}; this is {this}" if package.made_for else f"this is {this}"


def kind_of(file: CheckedFile) -> str:
    """What sort of native file it is."""
    return "extension" if file.extension else "library"


def why_of(file: CheckedFile) -> str:
    """What keeps it from loading, in one clause."""
    if not file.saved:
        return "not in this snapshot; one that is made without a target holds all"
    if file.unfit:
        return file.unfit
    if file.damaged:
        first = file.result.modules[0]
        return first.reason or str(file.result.error)
    missing = list(dict.fromkeys(base_name(one.name) for one in file.result.failed))
    if file.elsewhere:
        what, where = and_list(missing), and_list(list(file.elsewhere))
        asked = "this load does not search that" if file.known else "does something add that?"
        return f"needs {what}; found in {where}: {asked}"
    if file.standing is Standing.UNDETERMINED:
        return "; ".join(file.result.would_settle) or "what it needs is not known"
    for failed in file.result.failed[:1]:
        reason = failed.reason or "not found"
        if failed is file.result.modules[0]:
            return reason
        return f"{missing[0]}: {reason}" if failed.symbol else f"needs {and_list(missing)}: {reason}"
    return str(file.result.error)


def _last_lines(ailing: list[CheckedPackage], checkup: Checkup, terminal: Terminal) -> Iterator[Line]:
    if sentence := next_step(ailing, checkup, terminal.about):
        yield from ([], *flow(sentence, terminal.width))


def next_step(ailing: list[CheckedPackage], checkup: Checkup, about: str = "") -> list[Span]:
    """The command that asks on, in a sentence; nothing where there is none."""
    worst = next((one for one in ailing if one.name != STANDARD_LIBRARY), None)
    if worst is None or checkup.machine.id != "this":
        return []
    command = to_type(f"wontload {worst.name}{about}")
    return [command, *words("tries the import in a child process and says why it fails, if it does.")]
