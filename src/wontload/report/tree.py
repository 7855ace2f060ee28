"""The report of `wontload tree`: for each file, every module that it would bring, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from wontload.loader import LoadResult, Module, Status, Verdict
from wontload.report.branches import FAILED, Branch, Branches, answered_by_itself
from wontload.report.layout import Line, Span, draw, flow, labelled, listed, measure, span, words
from wontload.report.screen import UNICODE, Glyphs, Terminal
from wontload.report.text import base_name, cells, folder, shorten

PASSED_OVER = "passed over"  # `Tried.outcome` of a file for another machine type
# What Windows reports, in words of ours (Microsoft, System Error Codes 0-499 and 1000-1299).
WINDOWS_ERRORS = {
    2: "the file is not found",
    5: "access is denied",
    126: "a module is not found",
    127: "a procedure is not found",
    182: "an ordinal is not found",
    193: "not a valid image for this process",
    1114: "an initialisation failed",
}


def render_tree(
    loads: Iterable[tuple[str, LoadResult]], terminal: Terminal, *, machines: Sequence[str] | None = None
) -> str:
    """One tree for each file, in the order given; `machines`: the clean machine assumed for each, empty for none."""
    pairs = list(loads)
    assumed = machines or [""] * len(pairs)
    trees = (draw(_one(*pair, machine, terminal), terminal) for pair, machine in zip(pairs, assumed, strict=True))
    return "\n".join(trees)


def _one(path: str, result: LoadResult, machine: str, terminal: Terminal) -> Iterator[Line]:
    yield from flow([span(path, "strong"), *verdict_of(result, terminal.glyphs)], terminal.width, hang=2)
    if machine:
        yield from labelled("assumed", words(assumed_of(machine)), terminal.width)
    branches = Branches(result)
    yield from _Drawing(terminal).below(branches.below, branches.virtual, "")
    if sentence := passed_over(result):
        yield from labelled("but", words(sentence), terminal.width)
    yield from _searched(result, terminal)
    for sentence in result.would_settle:
        yield from labelled("not known", words(sentence), terminal.width)


def assumed_of(machine: str) -> str:
    """What is said of a file of another system."""
    return f"a clean {machine} with Python on it, and the files around this one"


def passed_over(result: LoadResult) -> str:
    """What is said of a file that is there and that the loader does not look at; empty for others."""
    if result.modules and any(one.outcome == PASSED_OVER for one in result.modules[0].tried):
        return "the file is there, and built for another processor: the loader passes such a file over"
    return ""


def searches_of(result: LoadResult) -> dict[tuple[str, ...], Module]:
    """Where missing modules were sought: one list, or with a RUNPATH of its own for each file one for each."""
    lists: dict[tuple[str, ...], Module] = {}
    for module in filter(_was_sought, result.modules):
        if directories := _directories(result, module):
            lists.setdefault(directories, module)
    return lists


def _searched(result: LoadResult, terminal: Terminal) -> Iterator[Line]:
    lists = searches_of(result)
    for number, (directories, module) in enumerate(lists.items()):
        few = directories if len(directories) <= 11 else (*directories[:10], f"{len(directories) - 10} more")
        whose = [span(f"for {base_name(module.name)}:")] if len(lists) > 1 else []
        atoms = [*whose, *listed(few, terminal.glyphs.dot, "dim")]
        yield from labelled("" if number else "searched", atoms, terminal.width)


def _directories(result: LoadResult, module: Module) -> tuple[str, ...]:
    """The directories of one search; those of the first module's, if nothing tells of this one's own."""
    tried = list(dict.fromkeys(folder(one.path) for one in module.tried))
    order = list(dict.fromkeys((place.rule, place.directory) for place in result.search_order))
    if not tried:
        return tuple(dict.fromkeys(directory for _, directory in order))
    known = [directory for rule, directory in order if directory in tried or rule == "ld_so_cache"]
    return tuple(dict.fromkeys([*(one for one in tried if one not in known), *known]))


def _was_sought(module: Module) -> bool:
    """Whether directories were searched for it in vain: a file asked for by its path is looked for nowhere else."""
    return module.status is Status.MISSING and not re.search(r"[\\/]", module.name)


def verdict_of(result: LoadResult, glyphs: Glyphs = UNICODE) -> list[Span]:
    """How the load ends, with the error in words."""
    if result.verdict is Verdict.LOADS:
        return [span("loads", "good", "  ")]
    if result.verdict is Verdict.UNDETERMINED:
        return [span("undetermined", "warning", "  ")]
    atoms = [span(glyphs.cross, "bad", "  "), span("fails:", "bad")]
    itself = result.modules[0] if result.modules and result.modules[0].status in FAILED else None
    if isinstance(result.error, int):
        meaning = (itself.reason if itself else None) or WINDOWS_ERRORS.get(result.error)
        return [*atoms, *words(f"error {result.error}{f', {meaning}' if meaning else ''}")]
    return [*atoms, *words(result.error or "")]


class _Drawing:
    """One result's modules by their first importer."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal, self.draw = terminal, terminal.glyphs

    def below(self, branches: tuple[Branch, ...], virtual: tuple[Module, ...], stem: str) -> Iterator[Line]:
        """Branches that hang from one stem, and behind them the names without a file."""
        for number, branch in enumerate(branches):
            last = number == len(branches) - 1 and not virtual
            start = [Span(stem + (self.draw.last if last else self.draw.branch), "dim")]
            yield from self._line(branch, start)
            yield from self.below(branch.below, branch.virtual, stem + ("  " if last else self.draw.down))
        if virtual:
            start = [Span(stem + self.draw.last, "dim")]
            said = words(answered_by_itself(virtual), "dim")
            yield from flow(said, self.terminal.width, start, len(stem) + 2)

    def _line(self, branch: Branch, start: list[Span]) -> list[Line]:
        name = base_name(branch.module.name)
        atoms = [span(name, "bad" if branch.failed else "")]
        if branch.failed:
            atoms += [span(self.draw.cross, "bad", "  "), *words(branch.reason, "bad")]
            return flow(atoms, self.terminal.width, start, measure(start) + 2)
        room = self.terminal.width - measure(start) - cells(name) - 2
        atoms.append(span(shorten(branch.place, max(room, 20), self.draw.ellipsis), "dim", "  "))
        for remark in branch.remarks:
            if measure(start) + sum(cells(one.text) + 2 for one in atoms) + cells(remark) <= self.terminal.width:
                atoms.append(span(f"({remark})", "dim", " " if atoms[-1].text else ""))
        return flow(atoms, self.terminal.width, start, measure(start) + 2)
