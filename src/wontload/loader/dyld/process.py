"""What is loaded before the load: the executable, and what the process has brought in since its start.

The list of a process's modules says what is there; where it is missing, the start of the executable is worked out.
"""

from __future__ import annotations

import posixpath
import re

from wontload.binary import Image, MalformedImage
from wontload.loader.dyld import shared_cache
from wontload.loader.dyld.mapping import Mapper
from wontload.loader.dyld.objects import Loaded, LoadedList
from wontload.machine import Files, Kind, LoadRequest, Machine, NotKnown, Process, System

# CPython's own code that calls dlopen: for an import the interpreter's library, where it is not in the executable
# (Python/dynload_shlib.c); for ctypes its extension module (Modules/_ctypes/callproc.c).
PYTHON_LIBRARY = re.compile(r"/(libpython\d+\.\d+\w*\.dylib|Python\.framework/Versions/[^/]+/Python|Python3)$")
CTYPES_MODULE = re.compile(r"/_ctypes\.[^/]*so$")


def started(machine: Machine, process: Process) -> LoadedList:
    """The process as the load finds it."""
    paths = process.modules or (process.executable,)
    main, *others = (_present(path, machine.files, machine.system) for path in paths)
    loaded = LoadedList(main)
    for one in others:
        loaded.add(one, None if one.cached else machine.files.identity(one.path))
    mapper = Mapper(machine, process, loaded)
    if process.modules:
        _connect(loaded)
    else:
        _start(mapper, main, (main,))
    return loaded


def caller_of(request: LoadRequest, loaded: LoadedList) -> Loaded | None:
    """The image that calls `dlopen`, whose LC_RPATHs and directory count; `None` when it is not known."""
    if request.caller is not None:
        return loaded.matching(request.caller)
    pattern = {"import": PYTHON_LIBRARY, "ctypes": CTYPES_MODULE}.get(request.kind)
    if pattern is None:
        return None
    if found := next((one for one in loaded if pattern.search(one.path)), None):
        return found
    return loaded.main if request.kind == "import" else None


def _present(path: str, files: Files, system: System) -> Loaded:
    image = _image(path, files, system)
    cached = image is None and shared_cache.contains(system, path, named=True)
    real = path if cached else posixpath.normpath(files.real(path)) if path else path
    return Loaded(path=real, image=image, cached=cached, already_loaded=True)


def _connect(loaded: LoadedList) -> None:
    """Say of each image what it needs, as far as the list of modules tells: by install name, else by file name."""
    by_leaf = {posixpath.basename(one.path): one for one in reversed(loaded.images)}
    for one in loaded:
        for needed in one.image.eager if one.image else ():
            found = loaded.matching(needed.library) or by_leaf.get(posixpath.basename(needed.library))
            if found is not None:
                one.needs[needed.library] = found
        one.complete = True


def _start(mapper: Mapper, one: Loaded, chain: tuple[Loaded, ...]) -> None:
    """Load what an image needs, as at the process's start. What is missing stays away."""
    if one.complete:
        return
    one.complete = True
    for needed in one.image.eager if one.image else ():
        found = mapper.map(needed.library, (one, *chain), linked=True, fallbacks=one.needs_fallbacks)
        if isinstance(found, Loaded):
            found.already_loaded = True
            one.needs[needed.library] = found
    for need in list(one.needs.values()):
        if need is not None:
            _start(mapper, need, (one, *chain))


def _image(path: str, files: Files, system: System) -> Image | None:
    if files.kind(path) is not Kind.FILE:
        return None
    try:
        return files.image(path).sliced(system.architecture)
    except (MalformedImage, NotKnown):
        return None
