"""The report of `wontload tree`: for each file, every module that it would bring, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from wontload.loader import LoadResult, Module, Status, Verdict
from wontload.report.layout import Line, Span, draw, flow, labelled, listed, measure, span, words
from wontload.report.screen import Terminal
from wontload.report.text import base_name, cells, folder, shorten

PASSED_OVER = "passed over"  # `Tried.outcome` of a file for another machine type
DEEPEST = 12  # levels drawn; what lies deeper is counted
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
# Rules whose identifiers (docs/loaders.md) a person would spell otherwise.
_RULES = {
    "known_dlls": "KnownDLLs",
    "ld_library_path": "LD_LIBRARY_PATH",
    "ld_so_cache": "ld.so.cache",
    "path_variable": "on PATH",
    "rpath": "RPATH",
    "runpath": "RUNPATH",
}
_SAID_OF = {Status.ALREADY_LOADED: "already loaded", Status.DELAYED: "when first used"}
_FAILED = (Status.MISSING, Status.REFUSED)


def render_tree(
    loads: Iterable[tuple[str, LoadResult]], terminal: Terminal, *, machines: Sequence[str] | None = None
) -> str:
    """One tree for each file, in the order given; `machines`: the clean machine assumed for each, empty for none."""
    pairs = list(loads)
    assumed = machines or [""] * len(pairs)
    trees = (draw(_one(*pair, machine, terminal), terminal) for pair, machine in zip(pairs, assumed, strict=True))
    return "\n".join(trees)


def _one(path: str, result: LoadResult, machine: str, terminal: Terminal) -> Iterator[Line]:
    yield from flow([span(path, "strong"), *_verdict(result, terminal)], terminal.width, hang=2)
    if machine:
        text = f"a clean {machine} with Python on it, and the files around this one"
        yield from labelled("assumed", words(text), terminal.width)
    if result.modules:
        yield from _Drawing(result, terminal).below(result.modules[0], "", 1)
    if result.modules and any(one.outcome == PASSED_OVER for one in result.modules[0].tried):
        text = "the file is there, and built for another processor: the loader passes such a file over"
        yield from labelled("but", words(text), terminal.width)
    yield from _searched(result, terminal)
    for sentence in result.would_settle:
        yield from labelled("not known", words(sentence), terminal.width)


def _searched(result: LoadResult, terminal: Terminal) -> Iterator[Line]:
    """Where the missing modules were sought: one list, or with a RUNPATH of its own for each file one for each."""
    lists: dict[tuple[str, ...], Module] = {}
    for module in filter(_was_sought, result.modules):
        if directories := _directories(result, module):
            lists.setdefault(directories, module)
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


def _verdict(result: LoadResult, terminal: Terminal) -> list[Span]:
    if result.verdict is Verdict.LOADS:
        return [span("loads", "good", "  ")]
    if result.verdict is Verdict.UNDETERMINED:
        return [span("undetermined", "warning", "  ")]
    atoms = [span(terminal.glyphs.cross, "bad", "  "), span("fails:", "bad")]
    itself = result.modules[0] if result.modules and result.modules[0].status in _FAILED else None
    if isinstance(result.error, int):
        meaning = (itself.reason if itself else None) or WINDOWS_ERRORS.get(result.error)
        return [*atoms, *words(f"error {result.error}{f', {meaning}' if meaning else ''}")]
    return [*atoms, *words(result.error or "")]


class _Drawing:
    """One result's modules by their first importer."""

    def __init__(self, result: LoadResult, terminal: Terminal) -> None:
        self.terminal, self.draw = terminal, terminal.glyphs
        self.children: dict[str | None, list[Module]] = {}
        for module in result.modules[1:]:
            self.children.setdefault(module.needed_by, []).append(module)
        self.ailing = self._with_failures(result)
        self.drawn: set[str] = set()  # a path listed twice, or its own importer, is drawn out once

    def _with_failures(self, result: LoadResult) -> set[str]:
        """Paths of modules with a failed one somewhere below."""
        importer = {one.path: one.needed_by for one in reversed(result.modules) if one.path}
        found: set[str] = set()
        for module in result.failed:
            above = module.needed_by
            while above is not None and above not in found:
                found.add(above)
                above = importer.get(above)
        return found

    def below(self, module: Module, stem: str, depth: int) -> Iterator[Line]:
        """The modules that `module` was the first to ask for."""
        if module.path is None or module.path in self.drawn:
            return
        self.drawn.add(module.path)
        asked = self.children.get(module.path, [])
        shown = [one for one in asked if one.status is not Status.VIRTUAL]
        quiet = len(asked) - len(shown)
        for number, child in enumerate(shown):
            last = number == len(shown) - 1 and not quiet
            start = [Span(stem + (self.draw.last if last else self.draw.branch), "dim")]
            folded = self._count(child) if self._folds(child) or depth >= DEEPEST else 0
            yield from self._line(child, module, start, folded)
            if not folded:
                yield from self.below(child, stem + ("  " if last else self.draw.down), depth + 1)
        if quiet:
            start = [Span(stem + self.draw.last, "dim")]
            yield from flow(words(_virtual(asked), "dim"), self.terminal.width, start, len(stem) + 2)

    def _folds(self, module: Module) -> bool:
        """Whether what the system's own module brings is only counted: nobody looks there unless it fails."""
        own = module.status is Status.ALREADY_LOADED or "\\system32\\" in (module.path or "").casefold()
        return own and module.path not in self.ailing

    def _count(self, module: Module) -> int:
        waiting, seen = [module.path], {module.path}
        while waiting:
            for child in self.children.get(waiting.pop(), []):
                if child.path not in seen or child.path is None:
                    seen.add(child.path)
                    waiting += [child.path] if child.path else []
        return len(seen) - 1

    def _line(self, module: Module, parent: Module, start: list[Span], folded: int) -> list[Line]:
        failed = module.status in _FAILED
        atoms = [span(base_name(module.name), "bad" if failed else "")]
        if failed:
            atoms += [span(self.draw.cross, "bad", "  "), *words(module.reason or module.status.value, "bad")]
            return flow(atoms, self.terminal.width, start, measure(start) + 2)
        atoms.append(span(self._place(module, parent, measure(start)), "dim", "  "))
        remarks = [
            _SAID_OF.get(module.status) or _spelled(module.rule or ""),
            f"+{folded} below" * bool(folded),
        ]
        for remark in filter(None, remarks):
            if measure(start) + sum(cells(one.text) + 2 for one in atoms) + cells(remark) <= self.terminal.width:
                atoms.append(span(f"({remark})", "dim", " " if atoms[-1].text else ""))
        return flow(atoms, self.terminal.width, start, measure(start) + 2)

    def _place(self, module: Module, parent: Module, indent: int) -> str:
        """The directory; where the file is called otherwise than the name asked for (a link), the path."""
        path = module.path or ""
        same_name = base_name(path).casefold() == base_name(module.name).casefold()
        if same_name and parent.path and folder(path) == folder(parent.path):
            return "same directory"
        room = self.terminal.width - indent - cells(base_name(module.name)) - 2
        return shorten(folder(path) if same_name else path, max(room, 20), self.draw.ellipsis)


def _spelled(rule: str) -> str:
    return _RULES.get(rule, rule.replace("_", " "))


def _virtual(asked: list[Module]) -> str:
    virtual = [one for one in asked if one.status is Status.VIRTUAL]
    if len(virtual) == 1:
        return f"{base_name(virtual[0].name)} (the system's own, no file)"
    return f"{len(virtual)} names that the system answers by itself"
