"""Whether each library offers what its users take from it.

Source: dyld/Loader.cpp (`resolveSymbol`, `hasExportedSymbol`).

Mach-O names belong to one library each (two-level namespace), so that is where dyld looks, and in what that library
re-exports. Names that are looked up everywhere (`-undefined dynamic_lookup`, as extension modules do with Python's own)
could come from any library of the shared cache, whose tables nobody has here: only those of CPython's API are judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wontload.binary import Image, MalformedImage, Symbol
from wontload.loader.dyld.objects import Loaded
from wontload.loader.dyld.text import Text

RTLD_NOW = 2
# From macOS 12 on linkers write chained fix-ups, which know no lazy binding (man dlopen; mach_o/Policy.cpp).
CHAINED_FIXUPS_SINCE = (12,)
OF_PYTHON = ("_Py", "__Py")


def check(new: list[Loaded], everything: Iterable[Loaded], flags: int, text: Text) -> Loaded | None:
    """Refuse the first new image that binds to a symbol which is not there; in the order in which they were loaded."""
    for one in new:
        if one.image is None or one.image.opaque or not _binds_now(one.image, flags):
            continue
        try:
            trouble = _two_level(one, one.image, text) or _flat(one.image, list(everything))
        except MalformedImage:  # its symbols cannot be read: nothing is known to be missing
            continue
        if trouble is not None:
            one.symbol, one.reason, one.error = trouble
            return one
    return None


def _binds_now(image: Image, flags: int) -> bool:
    return bool(flags & RTLD_NOW) or (image.minimum_os or ()) >= CHAINED_FIXUPS_SINCE


def _two_level(one: Loaded, image: Image, text: Text) -> tuple[str, str, str] | None:
    for needed in image.imports:
        provider = one.needs.get(needed.library)
        for symbol in needed.symbols if provider is not None else ():
            if symbol.name and not symbol.weak and provider and not _offers(provider, symbol.name, set()):
                return symbol.name, f"{needed.library} does not offer it", text.symbol(symbol.name, one, provider)
    return None


def _offers(provider: Loaded, name: str, seen: set[Loaded]) -> bool:
    """Whether a library has a symbol, of its own or by what it re-exports. One of which too little is known has it."""
    if provider in seen:
        return False
    seen.add(provider)
    image = provider.image
    if image is None or image.opaque:
        return True
    try:
        if not image.exports or name in image.exports_by_name:
            return True
    except MalformedImage:
        return True
    for library in image.reexports:
        target = provider.needs.get(library)
        if target is None or _offers(target, name, seen):
            return True
    return False


def _flat(image: Image, everything: list[Loaded]) -> tuple[str, str, str] | None:
    wanted = [one for one in image.undefined if _is_of_python(one)]
    if not wanted:
        return None
    offered: set[str] = set()
    for other in everything:
        if other.cached:
            continue
        if other.image is None or other.image.opaque:
            return None
        offered.update(_names(other.image))
    if not any(name.startswith(OF_PYTHON) for name in offered):
        return None  # the interpreter's own tables are not known
    for symbol in wanted:
        if symbol.name is not None and symbol.name not in offered:
            text = f"symbol not found in flat namespace '{symbol.name}'"
            return symbol.name, "nothing that is loaded offers it", text
    return None


def _is_of_python(symbol: Symbol) -> bool:
    return not symbol.weak and symbol.name is not None and symbol.name.startswith(OF_PYTHON)


def _names(image: Image) -> Iterator[str]:
    return (export.name for export in image.exports if export.name is not None)
