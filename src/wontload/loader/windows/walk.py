"""The modules of one load, in the order in which they are mapped: depth first, each library in import order.

Oracle: tests/oracles/windows, which compares the order with the module list of the process (`InLoadOrder`) on Wine.
That Windows' own loader maps in this order, now that it maps with several threads, is believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wontload.binary import Image, Import, MalformedImage
from wontload.loader import quirks
from wontload.loader.result import Module, Status
from wontload.loader.windows import before
from wontload.loader.windows.candidates import ERROR_INVALID_ORDINAL, ERROR_PROC_NOT_FOUND
from wontload.loader.windows.context import Load
from wontload.loader.windows.flags import AS_DATA, DONT_RESOLVE_DLL_REFERENCES
from wontload.loader.windows.loaded import LoadedModules
from wontload.loader.windows.names import base_name, fold, is_under, with_extension
from wontload.loader.windows.search import Answer, resolve
from wontload.loader.windows.symbols import ExportTable, Forwarded, describe, export_table, forwarded
from wontload.machine import Kind, NotKnown

MOST_MODULES = 5000  # of one load: a bound against hostile files; the largest real ones have a few hundred


@dataclass
class _Importer:
    """An image whose import directory is being worked through.

    Attributes:
        path: of the image, or of the one whose export forwards.
        load: the context in which its own imports are sought.
        imports: what is still to be done.
        row: index of the module that fails when a symbol is missing.
        start: how many modules there were before.
        forwards: the imports come from an export forwarder.
        waiting: the import whose subtree was mapped last, to be bound next.
    """

    path: str
    load: Load
    imports: Iterator[Import]
    row: int
    start: int
    forwards: bool = False
    waiting: Import | None = None


class Walk:
    """Maps one file and everything that it needs. Goes on behind a failure, so that every missing file is listed."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.modules: list[Module] = []
        self.unsettled: list[str] = []
        self.delayed: list[tuple[str, Import]] = []
        self.loaded = LoadedModules(load.machine.files, load.process.modules)
        self._images: dict[str, Image | None] = {}
        self._tables: dict[str, ExportTable | None] = {}
        self._failed: set[str] = set()
        self._forwarded: set[tuple[str, object]] = set()
        self._stack: list[_Importer] = []

    def run(self) -> None:
        """Fill in `modules`, `unsettled` and `delayed`."""
        self._take(resolve(self.load, self.load.first_name, self.loaded, first=True), None, self.load)
        while self._stack and len(self.modules) < MOST_MODULES:
            self._step(self._stack[-1])
        if self._stack:
            self.unsettled.append(f"This load maps more than {MOST_MODULES} modules, and the simulation stopped there.")

    def initialise(self) -> None:
        """What initialisers are known to map, after all else: nothing on Windows."""
        if not self.load.has_quirk(quirks.MSVCP140_MAPS_CONCRT140):
            return
        for path in [module.path for module in self.modules if module.status is Status.LOADED and module.path]:
            image = self._images.get(fold(path))
            if fold(base_name(path)) == "msvcp140.dll" and image is not None and image.wine_builtin:
                answer = resolve(self.load.with_flags(0, ""), "concrt140.dll", self.loaded)
                if answer.status is Status.LOADED:
                    self._take(answer, path, self.load)

    def _step(self, importer: _Importer) -> None:
        if importer.waiting is not None:
            bound, importer.waiting = importer.waiting, None
            self._bind(importer, bound)
            return
        importer.waiting = next(importer.imports, None)
        if importer.waiting is None:
            self._stack.pop()
            self._give_up_forwarder(importer)
        else:
            self._need(importer, importer.waiting.library)

    def _give_up_forwarder(self, importer: _Importer) -> None:
        """Where a symbol may be missing, so may the library that an export forwards to, or what that one needs.

        Wine unmaps those that fail, and leaves what they brought in.
        """
        segment = self.modules[importer.start :]
        tolerated = importer.forwards and self.load.has_quirk(quirks.MISSING_SYMBOLS_LOAD)
        if not tolerated or not any(module.error for module in segment):
            return
        failing = self._failing(segment)
        self.modules[importer.start :] = [module for module in segment if _key(module) not in failing]
        self._failed -= failing
        for module in segment:
            if _key(module) in failing and module.path is not None:
                self.loaded.remove(module.path)
                self._images.pop(fold(module.path), None)

    def _failing(self, segment: list[Module]) -> set[str]:
        """Folded names of modules that fail by themselves, or because something in their import directory does."""
        failing = {_key(module) for module in segment if module.error}
        needs = {
            _key(module): {fold(with_extension(one.library)) for one in image.eager}
            for module in segment
            if module.path is not None and (image := self._images.get(fold(module.path))) is not None
        }
        while more := {name for name, needed in needs.items() if name not in failing and needed & failing}:
            failing |= more
        return failing

    def _need(self, importer: _Importer, library: str) -> None:
        name = with_extension(library)
        if fold(name) in self._failed:
            return
        answer = resolve(importer.load, library, self.loaded)
        if importer.forwards and answer.status is Status.ALREADY_LOADED:
            return  # nothing new, and nobody's import directory names it
        if answer.status in (Status.MISSING, Status.REFUSED):
            self._failed.add(fold(name))
        self._take(answer, importer.path, importer.load)

    def _take(self, answer: Answer, needed_by: str | None, load: Load) -> None:
        """Add a module's row, unless this load mapped it before, and go into its imports."""
        if answer.status is Status.ALREADY_LOADED and answer.path is not None:
            if fold(answer.path) in self._images:
                return
            self._images[fold(answer.path)] = None  # its row stands; its image is read only if a symbol is taken
        if answer.status is Status.VIRTUAL and fold(answer.name) in self._failed:
            return
        self.modules.append(row_of(answer, needed_by))
        if answer.unsettled:
            self.unsettled.append(answer.unsettled)
        if answer.status is Status.LOADED and answer.path is not None:
            self._map(answer.path, answer.image)
        elif answer.status is Status.VIRTUAL:
            self._failed.add(fold(answer.name))  # listed once
            if answer.host:
                self._take(_host(load, answer.host, self.loaded), needed_by, load)

    def _map(self, path: str, image: Image | None) -> None:
        self.loaded.add(path)
        self._images[fold(path)] = image
        # An EXE is mapped and nothing is resolved. Source: Microsoft, LoadLibraryExW, "Remarks".
        if image is None or not image.is_library or self.load.flags & (AS_DATA | DONT_RESOLVE_DLL_REFERENCES):
            return
        self.delayed += [(path, one) for one in image.delayed if not is_under(path, self.load.windows_directory)]
        imports = iter(self._imports(path, image))
        self._stack.append(
            _Importer(path, self._load_of(path, image), imports, len(self.modules) - 1, len(self.modules))
        )

    def _load_of(self, path: str, image: Image) -> Load:
        """The context of a module's own imports: the load's, unless its DependentLoadFlags say otherwise.

        Source: Microsoft, "/DEPENDENTLOADFLAG". That DLL_LOAD_DIR then means this module's directory, and that its
        dependencies' imports are sought as before, is believed.
        """
        if image.dependent_load_flags and not self.load.has_quirk(quirks.NO_DEPENDENT_LOAD_FLAGS):
            return self.load.with_flags(image.dependent_load_flags, first_name=path)
        return self.load

    def _imports(self, path: str, image: Image) -> tuple[Import, ...]:
        """Eager imports; with their symbols where binding may matter: Windows' own files are taken to fit together."""
        if is_under(path, self.load.windows_directory):
            return image.eager
        try:
            return tuple(one for one in image.imports if not one.delayed)
        except MalformedImage:
            return image.eager

    def _bind(self, importer: _Importer, import_: Import) -> None:
        """Find each symbol in the module that took the import's name, and follow export forwarders."""
        provider = self.loaded.by_base_name(with_extension(import_.library)) if import_.symbols else None
        table = None if provider is None or self._goes_without_saying(provider) else self._table(provider)
        if provider is None or table is None:
            return
        for symbol in import_.symbols:
            export = table.find(symbol)
            if export is None:
                if not self.load.has_quirk(quirks.MISSING_SYMBOLS_LOAD):
                    self._refuse(importer.row, symbol.name, describe(symbol), provider)
            elif export.forwarder and (target := forwarded(export)):
                self._follow(provider, target, importer)

    def _goes_without_saying(self, provider: str) -> bool:
        """Whether reading a system library's thousand exports would decide nothing."""
        earlier = self.loaded.is_earlier(provider) and is_under(provider, self.load.windows_directory)
        return earlier and self.load.has_quirk(quirks.MISSING_SYMBOLS_LOAD)

    def _follow(self, provider: str, target: Forwarded, importer: _Importer) -> None:
        """Map what an export forwards to. Windows' own forwards to API sets add nothing that is not there anyway."""
        if (fold(target.library), target.symbol) in self._forwarded:
            return
        if is_under(provider, self.load.windows_directory) and before.api_set(self.load, target.library):
            return
        self._forwarded.add((fold(target.library), target.symbol))
        imports = iter((Import(target.library, symbols=(target.symbol,)),))
        self._stack.append(_Importer(provider, importer.load, imports, importer.row, len(self.modules), True))

    def _refuse(self, row: int, name: str | None, text: str, provider: str) -> None:
        """Note the first missing symbol of an importer. Source of the numbers: Microsoft, "System Error Codes"."""
        module = self.modules[row]
        if module.status is Status.LOADED:
            self.modules[row] = replace(
                module,
                status=Status.REFUSED,
                symbol=text,
                reason=f"it takes {text} from {provider}, which does not export it",
                error=ERROR_INVALID_ORDINAL if name is None else ERROR_PROC_NOT_FOUND,
            )

    def _table(self, path: str) -> ExportTable | None:
        key = fold(path)
        if key not in self._tables:
            self._tables[key] = export_table(self._images.get(key) or self._image_of_earlier(path))
        return self._tables[key]

    def _image_of_earlier(self, path: str) -> Image | None:
        """The image of a module that was there before the load."""
        if self.load.machine.files.kind(path) is not Kind.FILE:
            return None
        try:
            return self.load.machine.files.image(path)
        except (MalformedImage, NotKnown):
            return None


def _host(load: Load, host: str, loaded: LoadedModules) -> Answer:
    """The module behind an API set, in System32 and nowhere else."""
    if same := loaded.by_base_name(host):
        return Answer(name=host, status=Status.ALREADY_LOADED, path=same, rule="api_set")
    answer = resolve(load, f"{load.system_directory}\\{host}", loaded)
    return replace(answer, name=host, rule="api_set" if answer.rule else None)


def _key(module: Module) -> str:
    return fold(with_extension(base_name(module.path or module.name)))


def row_of(answer: Answer, needed_by: str | None) -> Module:
    """The answer as a row of the result."""
    return Module(
        name=answer.name,
        path=answer.path,
        status=answer.status,
        needed_by=needed_by,
        rule=answer.rule,
        reason=answer.reason,
        tried=answer.tried,
        error=answer.error,
    )
