"""What only Wine does, where a flag alone does not say it; see `loader.quirks`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wontload.binary import Image
from wontload.loader import quirks
from wontload.loader.result import Module, Status
from wontload.loader.windows.names import as_read, base_name, fold, with_extension
from wontload.machine import System

# Of Wine's own DLLs those whose initialiser maps another one that no table of theirs names, with the quirk's flag.
# Oracle: test_wine.py::test_what_wines_initialisers_map.
INITIALISERS = {
    "msvcp140.dll": ("concrt140.dll", quirks.MSVCP140_MAPS_CONCRT140),
    "concrt140.dll": ("msvcp140.dll", quirks.MSVC_RUNTIME_MAPS_MSVCP140),
    "msvcp140_1.dll": ("msvcp140.dll", quirks.MSVC_RUNTIME_MAPS_MSVCP140),
    "secur32.dll": ("kerberos.dll", quirks.SECUR32_MAPS_KERBEROS),
    "avicap32.dll": ("uxtheme.dll", quirks.FIRST_WINDOW_CLASS_MAPS_UXTHEME),
    "comctl32.dll": ("uxtheme.dll", quirks.FIRST_WINDOW_CLASS_MAPS_UXTHEME),
    "riched20.dll": ("uxtheme.dll", quirks.FIRST_WINDOW_CLASS_MAPS_UXTHEME),
    "wined3d.dll": ("uxtheme.dll", quirks.FIRST_WINDOW_CLASS_MAPS_UXTHEME),
}


def failing(modules: Iterable[Module], images: Mapping[str, Image | None]) -> set[str]:
    """Keys of modules that fail by themselves, or because something in their import directory does.

    One that is still being loaded serves those that it brings in and that need it in turn: they stay, and it goes.
    """
    modules = list(modules)
    failed = {key(module) for module in modules if module.error}
    needs = {
        key(module): [fold(with_extension(as_read(one.library))) for one in image.eager]
        for module in modules
        if module.path is not None and (image := images.get(fold(module.path))) is not None
    }
    loading: dict[str, Iterator[str]] = {}  # the one that is at it last
    done: set[str] = set()
    for first in needs:  # in the order in which they were mapped: depth first
        if first not in done:
            loading[first] = iter(needs[first])
        while loading:
            name = next(reversed(loading))
            needed = next(loading[name], None)
            if needed is None:
                done.add(name)
                del loading[name]
                if name in failed and loading:
                    failed.add(next(reversed(loading)))
            elif needed in loading:
                continue
            elif needed in failed:
                failed.add(name)
            elif needed in needs and needed not in done:
                loading[needed] = iter(needs[needed])
    return failed


def key(module: Module) -> str:
    """The folded name under which other modules ask for it."""
    return fold(with_extension(base_name(module.path or module.name)))


def maps(module: Module, images: Mapping[str, Image | None], system: System) -> str | None:
    """The DLL that one of Wine's own maps when it is initialised; `None` for any other module."""
    found = INITIALISERS.get(key(module)) if module.status is Status.LOADED and module.path else None
    if found is None or not quirks.has(system, found[1]):
        return None
    image = images.get(fold(module.path or ""))
    return found[0] if image is not None and image.wine_builtin else None
