"""One question to every parser, answered in one shape. The tests compare the answers, the benchmarks the clocks too.

Answers are made of tuples and of lists whose order is the parser's own; `comparable` gives them an order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from wontload.binary import Symbol, read_image
from wontload.binary.columns import Columns

Answer = tuple[Any, ...]


def comparable(answer: Answer) -> Answer:
    """The answer without the order of its lists, and its columns as rows."""
    return tuple([_without_order(one) for one in answer])


def _without_order(part: Any) -> Any:
    if isinstance(part, Table):
        return frozenset(zip(*part, strict=True))
    return frozenset(part) if isinstance(part, list) else part


class Table(NamedTuple):
    """What a PE file exports, a column each: that is how names are had from all of these libraries without detours."""

    names: Sequence[str | None]
    ordinals: Sequence[int]
    forwarders: Sequence[str | None]


def wontload_pe(path: str) -> Answer:
    """(Imports as (library, delayed, names and ordinals), exports)."""
    image = read_image(path, symbols=True)
    imports = tuple([(one.library, one.delayed, _names_and_ordinals(one.symbols)) for one in image.imports])
    exports = image.exports
    if not isinstance(exports, Columns):  # there are none
        return imports, Table((), (), ())
    return imports, Table(*map(exports.column, ("name", "ordinal", "forwarder")))


def _names_and_ordinals(symbols: Sequence[Symbol]) -> tuple[str | int | None, ...]:
    if not isinstance(symbols, Columns):
        return tuple([symbol.name or symbol.ordinal for symbol in symbols])
    names = tuple(symbols.column("name"))
    if None not in names:
        return names
    return tuple([name or ordinal for name, ordinal in zip(names, symbols.column("ordinal"), strict=True)])


def lief_pe(path: str) -> Answer:
    import lief

    binary: Any = lief.PE.parse(path)
    imports = []
    for delayed, libraries in ((False, binary.imports), (True, binary.delay_imports)):
        for library in libraries:
            symbols = tuple([one.ordinal if one.is_ordinal else one.name for one in library.entries])
            if symbols or delayed:
                imports.append((library.name, delayed, symbols))
    table = binary.get_export()
    exports = Table([], [], [])
    name, ordinal, forward = (column.append for column in exports)
    for one in table.entries if table else ():
        forwarder = None
        if one.is_forwarded:
            forwarder = f"{one.forward_information.library}.{one.forward_information.function}"
        if one.address or forwarder:
            name(one.name or None)
            ordinal(one.ordinal)
            forward(forwarder)
    return tuple(imports), exports


def pefile_pe(path: str) -> Answer:
    import pefile

    # Its limits are for malware; names of C++ go beyond them.
    pefile.MAX_SYMBOL_NAME_LENGTH = pefile.MAX_IMPORT_NAME_LENGTH = pefile.MAX_IMPORT_SYMBOLS = 1 << 16
    with pefile.PE(path, fast_load=True, max_symbol_exports=1 << 16, max_repeated_symbol=1 << 16) as binary:
        binary.parse_data_directories([0, 1, 13])
        imports = []
        for delayed, attribute in ((False, "DIRECTORY_ENTRY_IMPORT"), (True, "DIRECTORY_ENTRY_DELAY_IMPORT")):
            for library in getattr(binary, attribute, ()):
                symbols = tuple(
                    [one.ordinal if one.import_by_ordinal else one.name.decode() for one in library.imports]
                )
                if symbols or delayed:
                    imports.append((library.dll.decode(), delayed, symbols))
        table = getattr(binary, "DIRECTORY_ENTRY_EXPORT", None)
        symbols = table.symbols if table else ()
        names = [_text(one.name) for one in symbols]
        exports = Table(names, [one.ordinal for one in symbols], [_text(one.forwarder) for one in symbols])
    return tuple(imports), exports


def _text(name: bytes | None) -> str | None:
    return name.decode() if name else None


def wontload_elf(path: str, exports: bool = False) -> Answer:
    """(needed, SONAME, RPATH, RUNPATH, version needs and definitions, undefined and, if asked, defined symbols)."""
    image = read_image(path)
    return (
        tuple([one.library for one in image.needed]),
        image.soname,
        image.rpath and ":".join(image.rpath),
        image.runpath and ":".join(image.runpath),
        tuple([(one.library, one.version) for one in image.versions_needed]),
        image.versions_defined,
        [(name, version, weak) for name, _, version, weak in image.undefined],
        [(name, version) for name, _, _, version in image.exports] if exports else [],
    )


def lief_elf(path: str, exports: bool = False) -> Answer:
    import lief

    config = lief.ELF.ParserConfig()
    config.parse_relocations = False
    binary: Any = lief.ELF.parse(path, config)
    tags = lief.ELF.DynamicEntry.TAG
    entries = {entry.tag: entry for entry in binary.dynamic_entries}
    soname, rpath, runpath = (entries.get(tag) for tag in (tags.SONAME, tags.RPATH, tags.RUNPATH))
    undefined: list[Any] = []
    defined: list[Any] = []
    for symbol in binary.dynamic_symbols:
        name = symbol.name
        if not name or symbol.binding == lief.ELF.Symbol.BINDING.LOCAL:
            continue
        found = symbol.symbol_version
        auxiliary = found.symbol_version_auxiliary if found else None
        version = auxiliary.name if auxiliary else None
        if symbol.shndx == 0:
            undefined.append((name, version, symbol.binding == lief.ELF.Symbol.BINDING.WEAK))
        elif exports and symbol.visibility in (
            lief.ELF.Symbol.VISIBILITY.DEFAULT,
            lief.ELF.Symbol.VISIBILITY.PROTECTED,
        ):
            defined.append((name, version))
    return (
        tuple(binary.libraries),
        soname and soname.name,
        rpath and rpath.rpath,
        runpath and runpath.runpath,
        tuple(
            [
                (need.name, one.name)
                for need in binary.symbols_version_requirement
                for one in need.get_auxiliary_symbols()
            ]
        ),
        tuple([next(iter(one.auxiliary_symbols)).name for one in binary.symbols_version_definition]),
        undefined,
        defined,
    )


def pyelftools_elf(path: str, exports: bool = False) -> Answer:
    from elftools.elf.elffile import ELFFile

    with open(path, "rb") as stream:
        elf = ELFFile(stream)
        dynamic = next((one for one in elf.iter_segments() if one["p_type"] == "PT_DYNAMIC"), None)
        if dynamic is None:
            return (), None, None, None, (), (), [], []
        tags: dict[str, list[Any]] = {}
        for tag in dynamic.iter_tags():
            tags.setdefault(tag.entry.d_tag, []).append(tag)
        names, needs, definitions = _pyelftools_versions(elf)
        undefined, defined = _pyelftools_symbols(elf, names, exports)
        texts = [
            getattr(tags[name][0], attribute) if name in tags else None
            for name, attribute in (("DT_SONAME", "soname"), ("DT_RPATH", "rpath"), ("DT_RUNPATH", "runpath"))
        ]
        needed = tuple([tag.needed for tag in tags.get("DT_NEEDED", ())])
        return (needed, *texts, needs, definitions, undefined, defined)


def _pyelftools_versions(elf: Any) -> tuple[dict[int, str], tuple[Any, ...], tuple[Any, ...]]:
    names, needs, definitions = {}, [], []
    for section in elf.iter_sections():
        if section["sh_type"] == "SHT_GNU_verneed":
            for need, auxiliaries in section.iter_versions():
                for one in auxiliaries:
                    needs.append((need.name, one.name))
                    names[one["vna_other"] & 0x7FFF] = one.name
        elif section["sh_type"] == "SHT_GNU_verdef":
            for one, auxiliaries in section.iter_versions():
                name = next(auxiliaries).name
                definitions.append(name)
                if one["vd_ndx"] > 1:
                    names[one["vd_ndx"] & 0x7FFF] = name
    return names, tuple(needs), tuple(definitions)


def _pyelftools_symbols(elf: Any, names: dict[int, str], exports: bool) -> tuple[list[Any], list[Any]]:
    undefined: list[Any] = []
    defined: list[Any] = []
    versions = next((one for one in elf.iter_sections() if one["sh_type"] == "SHT_GNU_versym"), None)
    table = next((one for one in elf.iter_sections() if one["sh_type"] == "SHT_DYNSYM"), None)
    for index, symbol in enumerate(table.iter_symbols() if table else ()):
        binding, kind = symbol["st_info"]["bind"], symbol["st_info"]["type"]
        if not symbol.name or binding == "STB_LOCAL":
            continue
        number = versions.get_symbol(index)["ndx"] if versions else None
        version = names.get(number & 0x7FFF) if isinstance(number, int) else None
        if symbol["st_shndx"] == "SHN_UNDEF":
            undefined.append((symbol.name, version, binding == "STB_WEAK"))
        elif (
            exports
            and kind not in ("STT_SECTION", "STT_FILE")
            and symbol["st_other"]["visibility"]
            in (
                "STV_DEFAULT",
                "STV_PROTECTED",
            )
        ):
            defined.append((symbol.name, version))
    return undefined, defined


PE: dict[str, Callable[[str], Answer]] = {"wontload": wontload_pe, "LIEF": lief_pe, "pefile": pefile_pe}
ELF: dict[str, Callable[[str], Answer]] = {"wontload": wontload_elf, "LIEF": lief_elf, "pyelftools": pyelftools_elf}
ELF_WITH_EXPORTS = {name: partial(answer, exports=True) for name, answer in ELF.items()}
