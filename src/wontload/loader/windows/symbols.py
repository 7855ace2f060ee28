"""Whether the procedures that one image takes are exported by the one that it takes them from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wontload.binary import Export, Image, Import, MalformedImage, Symbol
from wontload.loader.windows.names import fold, with_extension
from wontload.machine import Files, Kind, NotKnown


@dataclass(frozen=True, slots=True)
class Forwarded:
    """An export that lives elsewhere: the library's file name, and the procedure there."""

    library: str
    symbol: Symbol


class ExportTable:
    """Exports of one image, by name and by ordinal."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._by_name = image.exports_by_name

    def find(self, symbol: Symbol) -> Export | None:
        """The export that a symbol is bound to; `None` when there is none."""
        if symbol.name is not None:
            return self._by_name.get(symbol.name)
        return self._image.exports_by_ordinal.get(symbol.ordinal)

    def remarkable(self, wanted: Import, *, keep: bool) -> tuple[tuple[Symbol, Export | None], ...]:
        """Of the symbols of an import those that are exported nowhere (`None`) or by a forwarder, in their order.

        A wheel's files are bound to each other again and again, on every machine that it is laid over.

        Args:
            keep: the answer, with the import, for the next time: it is an image's own.
        """
        known = self._image.remarkable.get(id(wanted))
        if known is not None:
            return known[1]
        found = ((symbol, self.find(symbol)) for symbol in wanted.symbols)
        some = tuple((symbol, export) for symbol, export in found if export is None or export.forwarder)
        if keep:
            self._image.remarkable[id(wanted)] = wanted, some  # so that nothing else comes by its `id`
        return some


class ExportTables:
    """The export tables of the modules that a load meets, each read once."""

    def __init__(self, files: Files, images: Mapping[str, Image | None]) -> None:
        """`images`: what the load mapped, by folded path; others were in the process before."""
        self._files = files
        self._images = images
        self._tables: dict[str, ExportTable | None] = {}

    def of(self, path: str) -> ExportTable | None:
        """The exports of a module; `None` when they are not known, which is not the same as none."""
        key = fold(path)
        if key not in self._tables:
            image = self._images.get(key) or self._earlier(path)
            self._tables[key] = None if image is None else _table(image)
        return self._tables[key]

    def _earlier(self, path: str) -> Image | None:
        if self._files.kind(path) is not Kind.FILE:
            return None
        try:
            return self._files.image(path)
        except (MalformedImage, NotKnown):
            return None


def _table(image: Image) -> ExportTable | None:
    try:
        return None if image.opaque else ExportTable(image)
    except MalformedImage:
        return None


def forwarded(export: Export) -> Forwarded | None:
    """Where a forwarder leads: `library.name` or `library.#ordinal`, cut at the last dot; `None`: nowhere.

    Source: Microsoft, "PE Format", "Export Address Table", Forwarder RVA; of spaces behind the library's name: Wine,
    ntdll/loader.c, build_import_name.
    """
    library, _, name = (export.forwarder or "").rpartition(".")
    if not library:
        return None
    library = library.rstrip(" ")
    if name.startswith("#") and name[1:].isdecimal():
        return Forwarded(with_extension(library), Symbol(None, int(name[1:])))
    return Forwarded(with_extension(library), Symbol(name))


def describe(symbol: Symbol) -> str:
    """How a report names it."""
    return symbol.name if symbol.name is not None else f"ordinal {symbol.ordinal}"
