"""What a simulated load answers: every module, where it came from, and what was tried."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from wontload.machine import LoadRequest


class Verdict(str, Enum):
    """How a load ends."""

    LOADS = "loads"
    FAILS = "fails"
    UNDETERMINED = "undetermined"


class Status(str, Enum):
    """What became of one module."""

    LOADED = "loaded"
    ALREADY_LOADED = "already_loaded"
    VIRTUAL = "virtual"
    DELAYED = "delayed"
    MISSING = "missing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Tried:
    """One candidate that a rule proposed and that was not taken.

    Attributes:
        rule: identifier of the rule, documented in docs/loaders.md.
        path: the candidate.
        outcome: `absent`, `passed over` (another machine type), `denied`, or `unknown`.
    """

    rule: str
    path: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One module of a load.

    Attributes:
        name: as spelled by the importer (the request's name for the first; the file that a `find_library` looks for).
        path: what the loader chooses; `None` when missing or virtual.
        status: what became of it.
        needed_by: path of the first importer; `None` for the first module.
        rule: identifier of the rule that chose it; `None` when none did.
        reason: for `refused` and `missing`: one clause.
        tried: candidates that were not taken, in order; for a missing module the whole search.
        error: what this module alone would make the load fail with (a Windows error number or the exact text).
        symbol: the missing symbol, where `reason` is about one.
    """

    name: str
    path: str | None
    status: Status
    needed_by: str | None
    rule: str | None = None
    reason: str | None = None
    tried: tuple[Tried, ...] = ()
    error: int | str | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class SearchedPlace:
    """One entry of a search order: a directory, the rule that put it there."""

    rule: str
    directory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What the loader would do with one request.

    Attributes:
        request: what was asked.
        verdict: a missing delayed module does not change it.
        error: 0 when it loads; the Windows error number or the exact text when it fails; `None` when undetermined.
        modules: the file itself first, then in the loader's own order; the walk goes on behind a failure.
        search_order: Windows: the one search order of this load. ELF: that of the first module's dependencies.
        would_settle: when undetermined: what is not known, one sentence each.
        answer: of a `find_library` that found something: what it returns, which the modules are the load of.
    """

    request: LoadRequest
    verdict: Verdict
    error: int | str | None
    modules: tuple[Module, ...]
    search_order: tuple[SearchedPlace, ...] = ()
    would_settle: tuple[str, ...] = ()
    answer: str | None = None

    @property
    def failed(self) -> tuple[Module, ...]:
        """Missing and refused modules, in order."""
        return tuple(one for one in self.modules if one.status in (Status.MISSING, Status.REFUSED))

    def chain(self, module: Module) -> tuple[str, ...]:
        """Base names from the first module to `module`, by first importers."""
        by_path = {one.path: one for one in reversed(self.modules) if one.path}
        names, seen = [module.name], {module.path}
        while module.needed_by in by_path and module.needed_by not in seen:
            module = by_path[module.needed_by]
            seen.add(module.path)
            names.append(module.name)
        return tuple(name.replace("\\", "/").rsplit("/", 1)[-1] for name in reversed(names))
