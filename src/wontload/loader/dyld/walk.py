"""One `dlopen` from its name to its answer: load the image, what it needs, what these need; then bind symbols.

Source: dyld/DyldAPIs.cpp (`dlopen_from`), dyld/JustInTimeLoader.cpp (`loadDependents`).
"""

from __future__ import annotations

from dataclasses import replace

from wontload.loader.dyld import symbols
from wontload.loader.dyld.mapping import Failure, Mapper
from wontload.loader.dyld.objects import Loaded
from wontload.loader.dyld.process import caller_of, started
from wontload.loader.dyld.rules import Search, places
from wontload.loader.dyld.text import Text
from wontload.loader.result import LoadResult, Module, Status, Verdict
from wontload.machine import LoadRequest, Machine

RTLD_NOLOAD = 0x10  # <dlfcn.h> of Apple


class Walk:
    """One load, walked to its end even where dyld gives up, so that everything missing is listed.

    Attributes:
        modules: the answer's, in the order in which dyld makes images: the file asked for, all that it needs, then what
            the first of these needs, and so on.
        errors: what dyld has to say, in its order. It writes one behind the other, without a space between them.
        failures: those that count, known and unknown.
    """

    def __init__(self, machine: Machine, request: LoadRequest) -> None:
        self.request = request
        self.loaded = started(machine, request.process)
        self.mapper = Mapper(machine, request.process, self.loaded)
        self.text = Text(machine.system)
        self.modules: list[Module] = []
        self.new: list[Loaded] = []
        self.errors: list[str] = []
        self.failures: list[Failure] = []
        self._listed: set[Loaded | str] = set()

    def result(self) -> LoadResult:
        """The answer."""
        caller = caller_of(self.request, self.loaded)
        chain = (self.loaded.main,) if caller is None else (caller, self.loaded.main)
        fallbacks = caller is not None and caller.needs_fallbacks
        root = self._root(chain, fallbacks)
        if isinstance(root, Failure):
            self._fail(root, root.text, self.request.name, None, live=True)
        else:
            self._list(root, self.request.name, None)
            if not self.request.flags & RTLD_NOLOAD:
                self._load_dependents(root, (root, *chain), live=True)
                self._check_symbols()
        start = chain if isinstance(root, Failure) else (root, *chain)
        return self._answer(self.mapper.search("@rpath/", start, linked=True, fallbacks=fallbacks))

    def _root(self, chain: tuple[Loaded, ...], fallbacks: bool) -> Loaded | Failure:
        if not self.request.name:  # the whole program: RTLD_DEFAULT
            return self.loaded.main
        if self.request.flags & RTLD_NOLOAD:
            return self.mapper.loaded_already(self.request.name, chain, fallbacks=fallbacks)
        return self.mapper.map(self.request.name, chain, linked=False, fallbacks=fallbacks)

    def _load_dependents(self, one: Loaded, chain: tuple[Loaded, ...], *, live: bool) -> None:
        """Load what an image needs, then what these need.

        Args:
            chain: whose LC_RPATHs count besides its own. The file asked for is in it already, so its own count twice.
            live: dyld comes here. It leaves an image at the first library that it cannot load, goes on with those
                beside it, and no deeper.
        """
        if one.complete or one.image is None:
            return
        one.complete = True
        stopped = False
        for needed in one.image.eager:
            found = self.mapper.map(needed.library, (one, *chain), linked=True, fallbacks=one.needs_fallbacks)
            if isinstance(found, Loaded):
                one.needs[needed.library] = found
                self._list(found, needed.library, one)
                continue
            weak = needed.weak and needed.library not in one.image.reexports
            one.needs[needed.library] = None
            text = None if found.text is None else self.text.library(needed.library, one, found.text)
            self._fail(replace(found, weak=weak), text, needed.library, one, live=live and not stopped)
            stopped = stopped or not weak
        self._list_lazy(one)
        deeper = live and not self.errors
        for need in list(one.needs.values()):
            if need is not None:
                self._load_dependents(need, (one, *chain), live=deeper)

    def _list(self, found: Loaded, name: str, user: Loaded | None) -> None:
        if found in self._listed:
            return
        self._listed.add(found)
        if not (found.cached or found.already_loaded):
            self.new.append(found)
        self.modules.append(found.module(name, user.path if user else None))

    def _list_lazy(self, one: Loaded) -> None:
        """LC_LAZY_LOAD_DYLIB: this dyld does not look at it (mach_o/Header.cpp, `forEachLinkedDylib`)."""
        for needed in one.image.delayed if one.image else ():
            if needed.library not in self._listed:
                self._listed.add(needed.library)
                module = Module(name=needed.library, path=None, status=Status.DELAYED, needed_by=one.path)
                self.modules.append(module)

    def _fail(self, failure: Failure, text: str | None, name: str, user: Loaded | None, *, live: bool) -> None:
        """Note a library that cannot be loaded. `text` is dyld's for it; `None` when it is not known to fail."""
        if text is not None and not failure.weak:
            failure = replace(failure, error=self.text.whole(self.request.name, self.request.flags, text))
            if live:
                self.errors.append(text)
        if not failure.weak:
            self.failures.append(failure)
        if name not in self._listed:
            self._listed.add(name)
            self.modules.append(failure.module(name, user.path if user else None))

    def _check_symbols(self) -> None:
        """Bind what was loaded, if all was."""
        if self.failures:
            return
        refused = symbols.check(self.new, self.loaded, self.request.flags, self.text)
        if refused is None or refused.error is None:
            return
        self.errors.append(refused.error)
        refused.error = self.text.whole(self.request.name, self.request.flags, refused.error)
        for number, module in enumerate(self.modules):
            if module.path == refused.path:
                self.modules[number] = refused.module(module.name, module.needed_by)

    def _answer(self, search: Search) -> LoadResult:
        certain = [one.error for one in self.failures if one.error is not None]
        unknown = [one for one in self.failures if one.error is None]
        verdict = Verdict.LOADS
        error: int | str | None = 0
        if self.errors:
            verdict = Verdict.FAILS
            error = self.text.whole(self.request.name, self.request.flags, "".join(self.errors))
        elif certain:
            verdict, error = Verdict.FAILS, certain[0]
        elif unknown:
            verdict, error = Verdict.UNDETERMINED, None
        return LoadResult(
            request=self.request,
            verdict=verdict,
            error=error,
            modules=tuple(self.modules),
            search_order=places(search),
            would_settle=tuple(map(_would_settle, unknown)) if verdict is Verdict.UNDETERMINED else (),
        )


def _would_settle(part: Failure) -> str:
    unknown = [tried.path for tried in part.tried if tried.outcome == "unknown"]
    where = unknown[0] if unknown else part.path or part.name
    return f"Whether {where} exists on that machine, and what it holds, is not known; a snapshot taken there would say."
