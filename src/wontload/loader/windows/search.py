"""From a name to a file: what comes before the search, then the search itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wontload.binary import Image
from wontload.loader import quirks
from wontload.loader.result import Status, Tried
from wontload.loader.windows import before
from wontload.loader.windows.candidates import (
    ERROR_BAD_EXE_FORMAT,
    ERROR_FILE_NOT_FOUND,
    ERROR_FILENAME_EXCED_RANGE,
    ERROR_MOD_NOT_FOUND,
    MAX_PATH,
    Candidate,
    examine,
    is_too_long,
    stand_in,
)
from wontload.loader.windows.context import Load
from wontload.loader.windows.flags import AS_DATA
from wontload.loader.windows.loaded import LoadedModules
from wontload.loader.windows.names import LITERAL_PREFIXES, base_name, is_bare, is_qualified, with_extension


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Which file a name stands for, and how that was decided.

    Attributes:
        name: as spelled by who asked.
        status, path, rule, reason, tried, error: as in `Module`.
        image: of a module that becomes mapped; `None` when it is not known.
        host: of an API set, its file name in System32.
        unsettled: what would have to be known to decide this; empty when it is decided.
    """

    name: str
    status: Status
    path: str | None = None
    rule: str | None = None
    reason: str | None = None
    tried: tuple[Tried, ...] = ()
    error: int | None = None
    image: Image | None = None
    host: str | None = None
    unsettled: str = ""


def resolve(load: Load, name: str, loaded: LoadedModules, *, first: bool = False) -> Answer:
    """Say which file `name` stands for. `first`: it is the file of the request, not a dependency."""
    asked = with_extension(name.rstrip(" "))
    answer = _before_search(load, asked, loaded)
    if answer is None:
        answer = _explicit(load, asked, loaded) if _names_a_place(asked) else _search(load, asked, loaded)
    if first and load.flags & AS_DATA and answer.error == ERROR_MOD_NOT_FOUND:
        # As data it is opened as any other file. Wine's own tests, which Windows passes, say so of a full path
        # (kernel32/tests/module.c, testLoadLibraryEx). Oracle: test_flags.py::test_a_file_that_is_not_there
        answer = replace(answer, error=ERROR_FILE_NOT_FOUND)
    if not first and answer.error and load.has_quirk(quirks.DEPENDENCY_FAILS_AS_MISSING):
        answer = replace(answer, error=ERROR_MOD_NOT_FOUND)
    return replace(answer, name=name)


def _names_a_place(name: str) -> bool:
    return is_qualified(name) or name[1:2] == ":"


def _before_search(load: Load, name: str, loaded: LoadedModules) -> Answer | None:
    if copy := before.dot_local(load, name):
        return _mapped_or_file(load, copy, "dot_local", loaded)
    if not is_bare(name):
        return None
    if (contract := before.api_set(load, name)) is not None:
        return _virtual(name, contract)
    if copy := before.side_by_side(load, name):
        return _mapped_or_file(load, copy, "side_by_side", loaded)
    if same := loaded.by_base_name(name):
        return already_loaded(name, same)
    if known := before.known_dlls(load, name):
        return _mapped_or_file(load, known, "known_dlls", loaded)
    return None


def already_loaded(name: str, path: str) -> Answer:
    """A module of that base name is in the process, from whatever directory: it is the answer.

    Source: Microsoft, "Dynamic-link library search order", loaded-module list.
    Oracle: test_already_loaded.py
    """
    return Answer(name=name, status=Status.ALREADY_LOADED, path=path, rule="already_loaded")


def _virtual(name: str, contract: before.ApiSet) -> Answer:
    if contract.host != "":
        return Answer(name=name, status=Status.VIRTUAL, rule="api_set", host=contract.host)
    if contract.optional:
        # lucasg/Dependencies#39 calls them optional; what an import in the import directory does is not documented.
        unsettled = (
            f"Try it there: whether a load survives {name}, which this Windows does not host, is not documented."
        )
        return Answer(name=name, status=Status.VIRTUAL, rule="api_set", reason="not hosted here", unsettled=unsettled)
    reason = "this Windows does not host this API set"
    return Answer(name=name, status=Status.MISSING, rule="api_set", reason=reason, error=ERROR_MOD_NOT_FOUND)


def _explicit(load: Load, name: str, loaded: LoadedModules) -> Answer:
    r"""A full path is that file and no other: no directory is searched for it.

    Source: Microsoft, LoadLibraryExW, lpLibFileName; on `\\?\`: "Naming Files, Paths, and Namespaces", "Win32 File
    Namespaces". Oracle: test_names.py::test_names_of_nothing, ::test_what_means_nothing_special_in_a_path
    """
    if name.startswith(LITERAL_PREFIXES) and ("/" in name or {".", ".."} & {*name.split("\\")}):
        reason = "behind such a prefix a slash is no separator and a dot is no directory, and no name holds these"
        return Answer(name=name, status=Status.MISSING, reason=reason, error=ERROR_MOD_NOT_FOUND)
    return _mapped_or_file(load, load.absolute(name), "explicit_path", loaded)


def _mapped_or_file(load: Load, path: str, rule: str, loaded: LoadedModules) -> Answer:
    if same := loaded.by_path(load.on_disk(path)):
        return already_loaded(path, same)
    candidate = examine(load, path)
    tried = Tried(rule, path, candidate.outcome)
    if candidate.outcome == "absent":
        reason = "there is no such file"
        return Answer(name=path, status=Status.MISSING, reason=reason, tried=(tried,), error=ERROR_MOD_NOT_FOUND)
    if candidate.outcome == "unknown":
        return _unknown(path, (tried,), directory_known=False)
    if candidate.outcome == "taken" and (same := _stand_in_mapped(load, path, loaded)):
        return already_loaded(path, same)
    return _found(load, candidate, rule, ())


def _stand_in_mapped(load: Load, path: str, loaded: LoadedModules) -> str | None:
    """The module that Wine mapped for another file of that name, if it maps its own DLL for both."""
    same = loaded.by_base_name(base_name(path))
    return same if same and stand_in(load, path) else None


def _search(load: Load, name: str, loaded: LoadedModules) -> Answer:
    """Ask each directory of the search order for `name`, which may hold directories itself.

    A candidate for another machine is passed over, and remembered: if nothing else fits, the answer is 193. That is
    Wine's behaviour (search_dll_file) and believed to be Windows'. A candidate that is no image ends the search.
    """
    tried: list[Tried] = []
    unfit: Candidate | None = None
    for place in load.search_order:
        path = _join(load, place.directory, name)
        if same := loaded.by_path(load.on_disk(path)):
            return already_loaded(name, same)
        candidate = examine(load, path)
        if candidate.outcome not in ("absent", "unknown", "passed over"):
            return _with_rival(load, _found(load, candidate, place.rule, tuple(tried)), name)
        tried.append(Tried(place.rule, path, candidate.outcome))
        if candidate.outcome == "passed over":
            unfit = unfit or candidate
    if any(one.outcome == "unknown" for one in tried):
        return _unknown(name, tuple(tried), directory_known=True)
    if unfit is not None:
        rule = next(one.rule for one in tried if one.path == unfit.path)
        return replace(_found(load, unfit, rule, ()), tried=tuple(tried))
    reason = f"not in any of the {len(tried)} directories that this load searches"
    return Answer(name=name, status=Status.MISSING, reason=reason, tried=tuple(tried), error=ERROR_MOD_NOT_FOUND)


def _join(load: Load, directory: str, name: str) -> str:
    path = f"{directory}{name}" if directory.endswith("\\") else f"{directory}\\{name}"
    if is_bare(name) and name[-1] not in ". ":  # most are, and a directory of the search order is normal already
        return path
    return load.absolute(path)


def _found(load: Load, candidate: Candidate, rule: str, tried: tuple[Tried, ...]) -> Answer:
    path = load.on_disk(candidate.path)
    if candidate.error:
        return Answer(
            name=path,
            status=Status.REFUSED,
            path=path,
            rule=rule,
            reason=candidate.reason,
            tried=tried,
            error=candidate.error or ERROR_BAD_EXE_FORMAT,
        )
    too_long = is_too_long(load, path)
    if too_long:
        reason = f"its path has {len(path)} characters, and this Windows takes {MAX_PATH - 1}"
        error = ERROR_FILENAME_EXCED_RANGE
        return Answer(name=path, status=Status.REFUSED, path=path, rule=rule, reason=reason, tried=tried, error=error)
    known = candidate.image is not None or load.flags & AS_DATA
    unsettled = "" if known else f"Look what {path} needs: the record of this machine lists it and no more."
    if too_long is None:
        unsettled = (
            f"Ask that Windows whether it takes paths of {len(path)} characters (registry, "
            r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem, LongPathsEnabled)."
        )
    return Answer(
        name=path, status=Status.LOADED, path=path, rule=rule, tried=tried, image=candidate.image, unsettled=unsettled
    )


def _with_rival(load: Load, answer: Answer, name: str) -> Answer:
    """Say so when the choice fell among added directories, where Windows promises no order."""
    if answer.rule != "added_directories" or load.has_quirk(quirks.NEWEST_ADDED_FIRST):
        return answer
    for place in load.search_order:
        rival = _join(load, place.directory, name)
        if place.rule == "added_directories" and rival != answer.path and examine(load, rival).outcome == "taken":
            reason = f"{rival} is in an added directory too, and Windows promises no order among them"
            return replace(answer, reason=answer.reason or reason)
    return answer


def _unknown(name: str, tried: tuple[Tried, ...], *, directory_known: bool) -> Answer:
    place = next(one.path for one in tried if one.outcome == "unknown")
    what = base_name(name) if directory_known else name
    return Answer(
        name=name,
        status=Status.MISSING,
        reason=f"not known: whether {place} exists",
        tried=tried,
        unsettled=f"Look whether {place} exists there: the record of this machine does not say, and {what} may be it.",
    )
