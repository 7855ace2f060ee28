"""A load's modules as a tree, by their first importers: what hangs below what, and what of it is only counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wontload.loader import LoadResult, Module, Status
from wontload.report.text import base_name, folder

DEEPEST = 12  # levels drawn; what lies deeper is counted
FAILED = (Status.MISSING, Status.REFUSED)
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


@dataclass(frozen=True, slots=True)
class Branch:
    """One module below another.

    Attributes:
        module: which. parent: its first importer.
        below: what it was the first to ask for, drawn in turn.
        folded: how many modules lie below that are only counted.
        virtual: names asked for here that the system answers by itself.
        ailing: it failed, or something below it did.
    """

    module: Module
    parent: Module
    below: tuple[Branch, ...]
    folded: int
    virtual: tuple[Module, ...]
    ailing: bool

    @property
    def failed(self) -> bool:
        """Whether the module itself is missing or was refused."""
        return self.module.status in FAILED

    @property
    def reason(self) -> str:
        """Why it failed, one clause."""
        return self.module.reason or self.module.status.value

    @property
    def place(self) -> str:
        """The directory; where the file is called otherwise than the name asked for (a link), the path."""
        path, importer = self.module.path or "", self.parent.path
        same_name = base_name(path).casefold() == base_name(self.module.name).casefold()
        if same_name and importer and folder(path) == folder(importer):
            return "same directory"
        return folder(path) if same_name else path

    @property
    def remarks(self) -> list[str]:
        """How it was found, and what is only counted."""
        how = _SAID_OF.get(self.module.status) or spelled(self.module.rule or "")
        return [one for one in (how, f"+{self.folded} below" * bool(self.folded)) if one]


class Branches:
    """The branches of one result.

    A path that is listed twice, or that is its own importer, is drawn out once.
    """

    def __init__(self, result: LoadResult) -> None:
        self._children: dict[str | None, list[Module]] = {}
        for module in result.modules[1:]:
            self._children.setdefault(module.needed_by, []).append(module)
        self._ailing = self._with_failures(result)
        self._drawn: set[str] = set()
        first = result.modules[:1]
        self.below = tuple(self._below(first[0], 1)) if first else ()
        self.virtual = self._virtual(first[0]) if first else ()

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

    def _below(self, module: Module, depth: int) -> Iterator[Branch]:
        """What `module` was the first to ask for."""
        if module.path is None or module.path in self._drawn:
            return
        self._drawn.add(module.path)
        for child in self._children.get(module.path, []):
            if child.status is Status.VIRTUAL:
                continue
            folded = self._count(child) if self._folds(child) or depth >= DEEPEST else 0
            drawn = not folded and child.path not in self._drawn
            yield Branch(
                module=child,
                parent=module,
                below=() if folded else tuple(self._below(child, depth + 1)),
                folded=folded,
                virtual=self._virtual(child) if drawn else (),
                ailing=child.status in FAILED or child.path in self._ailing,
            )

    def _virtual(self, module: Module) -> tuple[Module, ...]:
        if module.path is None:
            return ()
        return tuple(one for one in self._children.get(module.path, []) if one.status is Status.VIRTUAL)

    def _folds(self, module: Module) -> bool:
        """Whether what the system's own module brings is only counted: nobody looks there unless it fails."""
        own = module.status is Status.ALREADY_LOADED or "\\system32\\" in (module.path or "").casefold()
        return own and module.path not in self._ailing

    def _count(self, module: Module) -> int:
        waiting, seen = [module.path], {module.path}
        while waiting:
            for child in self._children.get(waiting.pop(), []):
                if child.path not in seen or child.path is None:
                    seen.add(child.path)
                    waiting += [child.path] if child.path else []
        return len(seen) - 1


def spelled(rule: str) -> str:
    """A loader's rule in a person's words."""
    return _RULES.get(rule, rule.replace("_", " "))


def answered_by_itself(virtual: tuple[Module, ...]) -> str:
    """What is said of names that stand for no file."""
    if len(virtual) == 1:
        return f"{base_name(virtual[0].name)} (the system's own, no file)"
    return f"{len(virtual)} names that the system answers by itself"
