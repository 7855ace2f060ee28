"""What only Wine does, where a flag alone does not say it; see `loader.quirks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wontload.binary import Image
from wontload.loader.result import Module, Status
from wontload.loader.windows.names import base_name, fold, with_extension


def failing(modules: Iterable[Module], images: Mapping[str, Image | None]) -> set[str]:
    """Keys of modules that fail by themselves, or because something in their import directory does."""
    modules = list(modules)
    failed = {key(module) for module in modules if module.error}
    needs = {
        key(module): {fold(with_extension(one.library)) for one in image.eager}
        for module in modules
        if module.path is not None and (image := images.get(fold(module.path))) is not None
    }
    while more := {name for name, needed in needs.items() if name not in failed and needed & failed}:
        failed |= more
    return failed


def key(module: Module) -> str:
    """The folded name under which other modules ask for it."""
    return fold(with_extension(base_name(module.path or module.name)))


def maps_concrt140(modules: Iterable[Module], images: Mapping[str, Image | None]) -> str | None:
    """Path of Wine's own msvcp140.dll among modules that were mapped, whose initialiser maps concrt140.dll."""
    for module in modules:
        if module.status is Status.LOADED and module.path and key(module) == "msvcp140.dll":
            image = images.get(fold(module.path))
            return module.path if image is not None and image.wine_builtin else None
    return None
