"""Whether the scope defines the symbols that the new objects leave to others.

Source: glibc 2.36, elf/dl-lookup.c (`_dl_lookup_symbol_x`, `do_lookup_x`, `check_match`), elf/dl-open.c
(`dl_open_worker_begin`: the order of relocation), elf/dl-sort-maps.c (`_dl_sort_maps_dfs`).
Oracle: tests/oracles/glibc/test_symbols.py
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from wontload.binary import Image, MalformedImage, Symbol
from wontload.binary.export_index import key_of
from wontload.loader.glibc.candidate import version_of
from wontload.loader.glibc.known import Known
from wontload.loader.glibc.objects import Mapped
from wontload.machine import NotKnown, Process, System

RTLD_LAZY = 1
# The process ends there; the line that the message names after the file differs between versions.
NO_VERSIONS = "Inconsistency detected by ld.so: dl-lookup.c: check_match: Assertion failed"
DF_1_NOW = 1
VERSIONS_ANYWHERE = (2, 30)  # from here on a symbol's version may be found behind the library that it is needed of
USER = "\0"  # in a message that is kept: the path of whose symbol it is
Trouble: TypeAlias = "tuple[str | None, str, str]"  # symbol, reason, message
_NO_EXPORTS = Image.__dataclass_fields__["read_exports"].default


def check(
    new: list[Mapped], local: list[Mapped], shared: list[Mapped], flags: int, process: Process, known: Known
) -> list[Mapped]:
    """Refuse each new object that binds to a symbol which neither scope defines; those refused, in glibc's order.

    Args:
        new: the objects that this load brought, in the order of their relocation.
        local: the object asked for and all it needs, breadth first.
        shared: the global scope. RTLD_DEEPBIND puts it last, which changes who defines a symbol, not whether.
        flags: of `dlopen`.
        process: whose LD_BIND_NOW counts.
        known: of the machine, whose version of glibc counts.
    """
    scope = [one for one in dict.fromkeys((*shared, *local)) if one.path is not None]
    images = {id(one.image): one.image for one in scope if one.image is not None}
    # RTLD_NOW beside RTLD_LAZY, which ctypes always adds, changes nothing: elf/dl-open.c, `dl_open_worker_begin`.
    now = not flags & RTLD_LAZY or bool(process.environment.get("LD_BIND_NOW"))
    refused = []
    for one in new:
        try:
            if one.image is None or _provided(one.image, images, known):
                continue
            trouble = _trouble_of(one, scope, images, now, known)
        except (MalformedImage, NotKnown):  # one whose exports cannot be read, or are not known, may define anything
            return []
        if trouble is not None:
            one.symbol, one.reason, one.error = trouble
            refused.append(one)
    return refused


def _trouble_of(
    one: Mapped, scope: list[Mapped], images: Mapping[int, Image], now: bool, known: Known
) -> Trouble | None:
    """The first symbol of an object that cannot be bound, why, and glibc's words; `None` when all can.

    Raises:
        MalformedImage, NotKnown: that depends on an object whose exports nobody can tell.
    """
    around = [(other.image, other.requested) for other in scope]
    how = f"{now} {version_of(known.system)}"
    if known.readings is not None and one.image is not None:
        remembered = known.readings.trouble(one.image, around, how)
        if remembered is not None:
            name, reason, text = remembered
            return name, reason, text.replace(USER, one.name)
    doubtful = _not_plainly_defined(one.image, images, known)
    if not doubtful:
        return None
    if not all(_exports_known(other) for other in scope):
        raise NotKnown(one.path)
    for symbol in _to_bind(one, now):
        if symbol in doubtful and (trouble := _trouble(symbol, one, scope, known.system)):
            if known.readings is not None and one.image is not None:
                known.readings.keep_trouble(one.image, around, how, (symbol.name or "", *trouble))
            reason, text = trouble
            return symbol.name, reason, text.replace(USER, one.name)
    return None


def relocation_order(local: list[Mapped]) -> list[Mapped]:
    """The new objects as glibc relocates them: each after those that it needs, as far as circles allow.

    glibc sorts with a depth-first walk from the last object to the first (2.35 and later; before, by another method
    with nearly always the same result), and relocates from the end of what that gives. The object asked for comes last
    whatever needs it (BZ #28937).
    """
    root, visited = local[0], {local[0]}
    order: list[Mapped] = []
    for start in reversed(local[1:]):
        walk: list[tuple[Mapped, Iterator[Mapped]]] = []
        if start not in visited:
            visited.add(start)
            walk.append((start, iter(start.needs)))
        while walk:
            one, needs = walk[-1]
            following = next((need for need in needs if need not in visited), None)
            if following is None:
                order.append(one)
                walk.pop()
            else:
                visited.add(following)
                walk.append((following, iter(following.needs)))
    return [one for one in (*order, root) if not one.already_loaded]


def _not_plainly_defined(image: Image | None, scope: Mapping[int, Image], known: Known) -> Collection[Symbol]:
    """What an image leaves undefined and no image of the scope has, apart from the finer points of `_trouble`.

    That is nearly always nothing, and hash tables find it out a hundred times faster than one symbol after the other.
    """
    if image is None:
        return ()
    try:
        undefined = image.read_undefined()  # not kept: few ask for it again
    except MalformedImage:  # nothing is known to be missing
        return ()
    strong = [one for one in undefined if one[0] and not one[3]]
    if version_of(known.system) < VERSIONS_ANYWHERE:
        return frozenset(strong)
    # Libraries ask for much the same: what one found, the next finds in the same place if that is in its scope too.
    places = [*map(known.definitions.get, strong)]
    used = set(places) - {None}
    left: Collection[Symbol] = ()
    if not used <= scope.keys() or None in places:
        unplaced = [symbol for symbol, place in zip(strong, places, strict=True) if place not in scope]
        left, found = _left_over(unplaced, (*(one for one in scope.values() if one is not image), image))
        known.definitions.update(found)
        known.images.update((one, scope[one]) for one in found.values())
        used = used & scope.keys() | set(found.values())
    if not left:
        known.are_providers(image, [scope[one] for one in used if one is not None])
    return left


def _provided(image: Image, scope: Mapping[int, Image], known: Known) -> bool:
    """Whether images are in scope that are known to define together all that an image leaves undefined."""
    providers = known.providers.get(id(image))
    if providers is not None and all(id(one) in scope for one in providers[1:]):
        return True
    if known.readings is None or version_of(known.system) < VERSIONS_ANYWHERE:
        return False
    remembered = known.readings.providers(image, scope.values())
    if remembered is None:
        return False
    known.providers[id(image)] = (image, *remembered)
    return True


def _left_over(unread: list[Symbol], scope: tuple[Image, ...]) -> tuple[set[Symbol], dict[Symbol, int]]:
    """What of some symbols no image of the scope has; and of the others the `id` of the first that has it."""
    left: set[Symbol] = set()
    found: dict[Symbol, int] = {}
    while unread:
        wanted: dict[int, Symbol] = {}
        # One name in two versions, or two names of one hash: the second has its turn afterwards.
        unread = [one for one in unread if wanted.setdefault(key_of(one[0] or ""), one) is not one]
        for other in scope:
            if not wanted:
                break
            for key in other.export_index.defined(wanted):
                found[wanted.pop(key)] = id(other)
        left.update(wanted.values())
    return left, found


def _to_bind(one: Mapped, now: bool) -> Iterator[Symbol]:
    """What must be found now, in the order of the relocations; weak symbols need not be."""
    if one.image is None:
        return
    try:
        if all(symbol.weak for symbol in one.image.undefined):
            return
        now = now or bool(one.image.flags_1 & DF_1_NOW)
        eager, lazy = one.image.bindings
    except MalformedImage:  # its symbols cannot be read: nothing is known to be missing
        return
    yield from (symbol for symbol in (*eager, *(lazy if now else ())) if not symbol.weak)


def _trouble(symbol: Symbol, user: Mapped, scope: list[Mapped], system: System) -> tuple[str, str] | None:
    """Why a symbol cannot be bound, and glibc's words for it with `USER` in place of the path; `None` when it can.

    The search takes the first object that has the symbol in the version needed or without a version. glibc asserts
    that the library that the version is needed of has versions: any that it defines, or needs of others. Before 2.30
    the search ended there (BZ #24741).
    """
    name, version = symbol.name or "", symbol.version
    library = _library_of(version, user) if version else None
    reason = f"nothing in scope defines {name}"
    for one in scope:
        index = one.image.export_index if one.image else None
        versions = index.versions(name) if index else ()
        is_library = library is not None and library in (one.requested, one.image and one.image.soname)
        if versions and version is not None and not _has_versions(one):
            if is_library:
                return f"{library} has no versions, and {version} of {name} is needed of it", NO_VERSIONS
            return None
        if index and (index.answers(name, version) or None in versions):
            return None
        if versions and version is None:
            reason = f"{one.name} has {name} in old versions alone, and a reference without a version gets none of them"
        if is_library and version_of(system) < VERSIONS_ANYWHERE:
            text = f"symbol {name} version {version} not defined in file {library} with link time reference"
            return f"{library} does not define {name} in version {version}", f"{USER}: {text}"
    text = f"undefined symbol: {name}" + (f", version {version}" if version else "")
    return reason, f"{USER}: {text}"


def _library_of(version: str, user: Mapped) -> str | None:
    needs = user.image.versions_needed if user.image else ()
    return next((need.library for need in needs if need.version == version), None)


def _has_versions(one: Mapped) -> bool:
    return one.image is not None and bool(one.image.versions_defined or one.image.versions_needed)


def _exports_known(one: Mapped) -> bool:
    image = one.image
    if image is None or (image.read_export_index is None and (image.opaque or image.read_exports is _NO_EXPORTS)):
        return False
    try:
        return image.export_index is not None
    except MalformedImage:
        return False
