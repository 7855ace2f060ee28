"""Mach-O files as LIEF reads them, slice by slice, in one shape with ours.

Two tables say which symbols are bound: the symbol table, which both read, and the binding opcodes or chained fix-ups,
which only LIEF reads. What the second says beyond the first is a difference; so it is with the trie of exports.
"""

from __future__ import annotations

from typing import Any

from wontload.binary import Image, read_image

Slice = tuple[Any, ...]
# Apple, mach-o/fixup-chains.h and loader.h.
BIND_SPECIAL_DYLIB_WEAK_LOOKUP = -3
N_WEAK_REF, N_STAB = 0x40, 0xE0
SLICE_PARTS = (
    "architecture",
    "install name",
    "rpaths",
    "minimum OS",
    "libraries",
    "undefined",
    "exports",
    "bound beyond the symbol table",
    "exported beyond the symbol table",
)


def wontload_macho(path: str) -> tuple[Slice, ...]:
    """What we say of each slice."""
    first = read_image(path, symbols=True)
    others = [read_image(path, architecture=name, symbols=True) for name in first.slices[1:]]
    return tuple(_of_image(image) for image in (first, *others))


def _of_image(image: Image) -> Slice:
    undefined: list[tuple[str | None, str | None, bool]] = [
        (one.library, symbol.name, symbol.weak) for one in image.imports for symbol in one.symbols
    ]
    undefined += [(None, symbol.name, symbol.weak) for symbol in image.undefined]
    return (
        image.architecture,
        image.soname,
        image.rpath or (),
        image.minimum_os,
        tuple((one.library, one.delayed, one.weak) for one in image.needed),
        frozenset(undefined),
        frozenset(one.name for one in image.exports),
        frozenset(),
        frozenset(),
    )


def lief_macho(path: str) -> tuple[Slice, ...]:
    """What LIEF says of each slice."""
    import lief

    fat: Any = lief.MachO.parse(path, lief.MachO.ParserConfig.deep)
    return tuple(_of_lief(fat.at(index)) for index in range(fat.size))


def _of_lief(binary: Any) -> Slice:
    import lief

    kinds = lief.MachO.LoadCommand.TYPE
    named = [one for one in binary.libraries if one.command != kinds.ID_DYLIB]
    own = [one.name for one in binary.libraries if one.command == kinds.ID_DYLIB]
    undefined, exports = _symbols(binary, [one.name for one in named])
    bound = {(one.library.name if one.has_library else None, one.symbol.name) for one in _bindings(binary)}
    trie = {one.symbol.name for one in binary.dyld_exports_trie.exports} if binary.has_dyld_exports_trie else set()
    if binary.has_dyld_info:
        trie |= {one.symbol.name for one in binary.dyld_info.exports}
    return (
        _architecture(binary),
        own[0] if own else None,
        tuple(one.path for one in binary.rpaths),
        _minimum_os(binary),
        tuple((one.name, one.command == kinds.LAZY_LOAD_DYLIB, one.command == kinds.LOAD_WEAK_DYLIB) for one in named),
        frozenset(undefined),
        frozenset(exports),
        frozenset(bound - {(library, name) for library, name, _ in undefined}),
        frozenset(trie - exports),
    )


def _symbols(binary: Any, libraries: list[str]) -> tuple[set[tuple[str | None, str, bool]], set[str]]:
    """(library, name, weak) of undefined symbols; names of external ones."""
    import lief

    category = lief.MachO.Symbol.CATEGORY
    table = [one for one in binary.symbols if one.origin == lief.MachO.Symbol.ORIGIN.SYMTAB]
    two_level = binary.header.has(lief.MachO.Header.FLAGS.TWOLEVEL)
    undefined = set()
    for one in table:
        if one.category == category.UNDEFINED:
            ordinal = one.library_ordinal if two_level else 0
            library = libraries[ordinal - 1] if 0 < ordinal <= len(libraries) else None
            undefined.add((library, one.name, bool(one.description & N_WEAK_REF)))
    exports = {one.name for one in table if one.category == category.EXTERNAL and not one.raw_type & N_STAB}
    return undefined, exports


def _bindings(binary: Any) -> list[Any]:
    """Those that take a symbol from a library: weak lookups may end in the image itself."""
    import lief

    def is_weak(one: Any) -> bool:
        if isinstance(one, lief.MachO.DyldBindingInfo):
            return bool(one.binding_class == one.CLASS.WEAK)
        return bool(one.library_ordinal == BIND_SPECIAL_DYLIB_WEAK_LOOKUP)

    return [one for one in binary.bindings if one.has_symbol and not is_weak(one)]


def _architecture(binary: Any) -> str:
    kind = str(binary.header.cpu_type).rpartition(".")[2]
    return {"ARM64": "aarch64", "X86_64": "x86_64", "X86": "x86"}.get(kind, kind)


def _minimum_os(binary: Any) -> tuple[int, ...] | None:
    if binary.has_build_version:
        return tuple(binary.build_version.minos)
    return tuple(binary.version_min.version) if binary.has_version_min else None


MACHO = {"wontload": wontload_macho, "LIEF": lief_macho}
