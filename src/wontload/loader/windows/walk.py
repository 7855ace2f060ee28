"""The modules of one load, in the order in which they are mapped: depth first, each library in import order.

Oracle: tests/oracles/windows, which compares the order with the module list of the process (`InLoadOrder`) on Wine.
That Windows' own loader maps in this order, now that it maps with several threads, is believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from wontload.binary import Assembly, Image, Import, MalformedImage, Symbol
from wontload.loader import quirks
from wontload.loader.result import Module, Status, Tried
from wontload.loader.windows import before, wine
from wontload.loader.windows.assemblies import Context, context_of
from wontload.loader.windows.assemblies import describe as describe_assembly
from wontload.loader.windows.candidates import (
    ERROR_INVALID_ORDINAL,
    ERROR_PROC_NOT_FOUND,
    ERROR_SXS_CANT_GEN_ACTCTX,
)
from wontload.loader.windows.context import Load
from wontload.loader.windows.flags import AS_DATA, DONT_RESOLVE_DLL_REFERENCES, dependent_search
from wontload.loader.windows.loaded import LoadedModules
from wontload.loader.windows.names import as_read, fold, is_under, with_extension
from wontload.loader.windows.rules import with_flags
from wontload.loader.windows.search import Answer, resolve
from wontload.loader.windows.symbols import ExportTables, Forwarded, describe, forwarded

ForwardedKey: TypeAlias = "tuple[str, Symbol]"  # folded name of the library, and what is taken from it
MOST_MODULES = 5000  # of one load: a bound against hostile files; the largest real ones have a few hundred


@dataclass
class _Importer:
    """An image whose import directory is being worked through.

    Attributes:
        path: of the image, or of the one whose export forwards.
        load: the context in which its own imports are sought.
        imports: what is still to be done.
        row: index of the module that fails when a symbol is missing.
        start: how many modules there were before its first import.
        forwarded: keys of the export forwarders that led here, each to the next; empty for an import directory.
        waiting: the import whose subtree was mapped last, to be bound next.
    """

    path: str
    load: Load
    imports: Iterator[Import]
    row: int
    start: int | None = None
    forwarded: tuple[ForwardedKey, ...] = ()
    waiting: Import | None = None


class Walk:
    """Maps one file and everything that it needs. Goes on behind a failure, so that every missing file is listed."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.modules: list[Module] = []
        self.unsettled: list[str] = []
        self.delayed: list[tuple[str, Import]] = []
        self.loaded = LoadedModules(load.machine.files, load.process.modules)
        self.images: dict[str, Image | None] = {}
        self._tables = ExportTables(load.machine.files, self.images)
        self._failed: set[str] = set()
        self._forwarded: set[ForwardedKey] = set()
        self._stack: list[_Importer] = []

    def run(self) -> None:
        """Fill in `modules`, `unsettled` and `delayed`."""
        self.take(resolve(self.load, self.load.first_name, self.loaded, first=True), None, self.load)
        while self._stack and len(self.modules) < MOST_MODULES:
            self._step(self._stack[-1])
        if self._stack:
            self.unsettled.append(f"This load maps more than {MOST_MODULES} modules, and the simulation stopped there.")

    def entry_defect(self, module: Module) -> str:
        """Why a module's initialiser cannot run; empty where it can, or none is called.

        None is of an EXE, of what is mapped as data, and of .NET's own code (Windows; mscoree.dll starts that).
        """
        image = self.images.get(fold(module.path or "")) if module.status is Status.LOADED else None
        if image is None or not image.is_library or image.has_dotnet:
            return ""
        return "" if self.load.flags & (AS_DATA | DONT_RESOLVE_DLL_REFERENCES) else image.entry_defect

    def _step(self, importer: _Importer) -> None:
        if importer.start is None:
            importer.start = len(self.modules)
            if importer.forwarded:
                self._forwarded.add(importer.forwarded[-1])
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
        tolerated = importer.forwarded and self.load.has_quirk(quirks.MISSING_SYMBOLS_LOAD)
        if not tolerated or not any(module.error for module in segment):
            return
        failing = wine.failing(segment, self.images)
        self.modules[importer.start :] = [module for module in segment if wine.key(module) not in failing]
        self._failed -= failing
        for module in segment:
            if wine.key(module) in failing and module.path is not None:
                self.loaded.remove(module.path)
                self.images.pop(fold(module.path), None)

    def _need(self, importer: _Importer, library: str) -> None:
        library = as_read(library)
        name = with_extension(library)
        if fold(name) in self._failed:
            return
        answer = resolve(importer.load, library, self.loaded)
        if importer.forwarded and answer.status is Status.ALREADY_LOADED:
            return  # nothing new, and nobody's import directory names it
        if answer.status in (Status.MISSING, Status.REFUSED):
            self._failed.add(fold(name))
        self.take(answer, importer.path, importer.load)

    def take(self, answer: Answer, needed_by: str | None, load: Load) -> None:
        """Add a module's row, unless this load mapped it before, and go into its imports."""
        if answer.status is Status.ALREADY_LOADED and answer.path is not None:
            if fold(answer.path) in self.images:
                return
            self.images[fold(answer.path)] = None  # its row stands; its image is read only if a symbol is taken
        if answer.status is Status.VIRTUAL and fold(answer.name) in self._failed:
            return
        self.modules.append(row_of(answer, needed_by))
        if answer.unsettled:
            self.unsettled.append(answer.unsettled)
        if answer.status is Status.LOADED and answer.path is not None:
            self._map(answer.path, answer.image, load)
        elif answer.status is Status.VIRTUAL:
            self._failed.add(fold(answer.name))  # listed once
            if answer.host:
                self.take(_host(load, answer.host, self.loaded), needed_by, load)

    def _map(self, path: str, image: Image | None, load: Load) -> None:
        self.loaded.add(path)
        self.images[fold(path)] = image
        # An EXE is mapped and nothing is resolved. Source: Microsoft, LoadLibraryExW, "Remarks".
        if image is None or not image.is_library or self.load.flags & (AS_DATA | DONT_RESOLVE_DLL_REFERENCES):
            return
        self.delayed += [(path, one) for one in image.delayed if not is_under(path, self.load.windows_directory)]
        row = len(self.modules) - 1
        own = self._load_of(path, image, load)
        self._stack.append(_Importer(path, own, iter(self._imports(image)), row))

    def _load_of(self, path: str, image: Image, load: Load) -> Load:
        """How a module's own imports are sought: as the load's, unless its DependentLoadFlags say otherwise.

        Its manifest's activation context, or else that of its importer (`load`), is consulted first.
        That DLL_LOAD_DIR then means this module's directory, and that its dependencies' imports are sought as before,
        is believed.
        """
        own, flags = self.load, dependent_search(image.dependent_load_flags)
        if flags and not self.load.has_quirk(quirks.NO_DEPENDENT_LOAD_FLAGS):
            own = with_flags(self.load, flags, first_name=path)
        context = self._context_of(path, image)
        return own.within(load.context if context is None else context)

    def _context_of(self, path: str, image: Image) -> Context | None:
        """The activation context of a module's manifest, empty where that asks for nothing; `None` without one.

        Rows are added for the assemblies that are nowhere. Source of the error: Microsoft, "System Error Codes",
        ERROR_SXS_CANT_GEN_ACTCTX.
        """
        try:
            manifest = image.manifest
        except MalformedImage:
            return None
        if manifest is None:
            return None
        if not manifest.sound:
            if not self.load.has_quirk(quirks.MISSING_ASSEMBLIES_ARE_IGNORED):
                self.unsettled.append(f"Try it there: Windows may refuse {path} for its manifest, which is damaged.")
            return None
        context = context_of(self.load.machine, manifest, path)
        if self.load.has_quirk(quirks.MISSING_ASSEMBLIES_ARE_IGNORED):
            return None if context.missing else context
        self.unsettled += context.unsettled
        self.modules += [_absent_assembly(assembly, tried, path) for assembly, tried in context.missing]
        return context

    def _imports(self, image: Image) -> tuple[Import, ...]:
        """Eager imports with their symbols, as far as those can be read."""
        try:
            return tuple(one for one in image.imports if not one.delayed)
        except MalformedImage:
            return image.eager

    def _bind(self, importer: _Importer, import_: Import) -> None:
        """Find each symbol in the module that took the import's name, and follow export forwarders."""
        provider = self.loaded.by_base_name(with_extension(as_read(import_.library))) if import_.symbols else None
        table = None if provider is None or self._goes_without_saying(provider) else self._tables.of(provider)
        if provider is None or table is None:
            return
        targets: list[Forwarded] = []
        for symbol, export in table.remarkable(import_, keep=not importer.forwarded):
            target = None if export is None else forwarded(export)
            if target is not None:
                targets.append(target)
            elif not self.load.has_quirk(quirks.MISSING_SYMBOLS_LOAD):
                self._refuse(importer.row, symbol.name, describe(symbol), provider)
        for target in reversed(targets):  # the last one put on the stack has its turn first
            self._follow(provider, target, importer)

    def _goes_without_saying(self, provider: str) -> bool:
        """Whether reading a system library's thousand exports would decide nothing."""
        earlier = self.loaded.is_earlier(provider) and is_under(provider, self.load.windows_directory)
        return earlier and self.load.has_quirk(quirks.MISSING_SYMBOLS_LOAD)

    def _follow(self, provider: str, target: Forwarded, importer: _Importer) -> None:
        """Map what an export forwards to. Windows' own forwards to API sets add nothing that is not there anyway."""
        key = fold(target.library), target.symbol
        if key in importer.forwarded:
            self.unsettled.append(
                f"Try it there: what a load makes of exports that forward to one another in a circle, as those of "
                f"{provider} do, is not documented."
            )
            return
        if key in self._forwarded:
            return
        if is_under(provider, self.load.windows_directory) and before.api_set(self.load, target.library):
            return
        imports = iter((Import(target.library, symbols=(target.symbol,)),))
        self._stack.append(
            _Importer(provider, importer.load, imports, importer.row, forwarded=(*importer.forwarded, key))
        )

    def _refuse(self, row: int, name: str | None, text: str, provider: str) -> None:
        """Note the first missing symbol of an importer; Windows' own files are taken to fit together.

        Source of the numbers: Microsoft, "System Error Codes".
        """
        module = self.modules[row]
        if module.status is Status.LOADED and not is_under(module.path or "", self.load.windows_directory):
            self.modules[row] = replace(
                module,
                status=Status.REFUSED,
                symbol=text,
                reason=f"it takes {text} from {provider}, which does not export it",
                error=ERROR_INVALID_ORDINAL if name is None else ERROR_PROC_NOT_FOUND,
            )


def _host(load: Load, host: str, loaded: LoadedModules) -> Answer:
    """The module behind an API set, in System32 and nowhere else."""
    if same := loaded.by_base_name(host):
        return Answer(name=host, status=Status.ALREADY_LOADED, path=same, rule="api_set")
    answer = resolve(load, f"{load.system_directory}\\{host}", loaded)
    return replace(answer, name=host, rule="api_set" if answer.rule else None)


def _absent_assembly(assembly: Assembly, tried: tuple[Tried, ...], needed_by: str) -> Module:
    return Module(
        name=assembly.name,
        path=None,
        status=Status.MISSING,
        needed_by=needed_by,
        rule="side_by_side",
        reason=f"the side-by-side assembly {describe_assembly(assembly)} is neither in WinSxS nor beside the file",
        tried=tried,
        error=ERROR_SXS_CANT_GEN_ACTCTX,
    )


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
