"""What is loaded before the load: the process's own objects, by its list of modules or by how it must have started.

The list says what is there and in which order; which objects answer to a bare name is inferred from who needs them.

Source: musl, ldso/dynlink.c: `__dls3`, `load_preload`, `load_deps`.
"""

from __future__ import annotations

import posixpath
import re

from wontload.loader.glibc.objects import directory_of
from wontload.loader.glibc.process import breadth_first, image_of
from wontload.loader.musl.mapping import Mapper
from wontload.loader.musl.objects import LinkMap, Loaded
from wontload.machine import Machine, Process

# How the loader's own file is called: by the name in PT_INTERP, or where that is a link, by what it leads to.
LOADER_NAMES = re.compile(r"ld-musl-[^/]*\.so\.1|libc\.musl-[^/]*\.so\.1|libc\.so")
# By `System.architecture`, LDSO_ARCH in musl's arch/*/reloc.h.
NAME_OF = {"x86": "i386", "arm": "armhf", "ppc64le": "powerpc64le", "ppc64": "powerpc64"}


def started(machine: Machine, process: Process) -> tuple[LinkMap, Mapper]:
    """The process as the load finds it, and what maps further objects into it."""
    main = _executable(machine, process)
    link_map = LinkMap(main, _itself(main, machine, process))
    mapper = Mapper(machine, process, link_map)
    if process.modules:
        _take_over(link_map, mapper, process)
        _preload(link_map, mapper)
        link_map.startup = _at_start(link_map, process)
    else:
        _start(link_map, mapper)
        link_map.startup = {one: None for one in link_map if one.path is not None}
    return link_map, mapper


def global_scope(link_map: LinkMap, process: Process) -> list[Loaded]:
    """The objects whose symbols all others see: those of the start, then what RTLD_GLOBAL has added."""
    wanted = set(process.global_modules)
    return [*link_map.startup, *(one for one in link_map if one.path in wanted and one not in link_map.startup)]


def _executable(machine: Machine, process: Process) -> Loaded:
    path = process.modules[0] if process.modules else process.executable
    origin = directory_of(machine.files.real(path))  # by /proc/self/exe
    return Loaded(name=path, path=path, image=image_of(path, machine.files), origin=origin, already_loaded=True)


def _itself(main: Loaded, machine: Machine, process: Process) -> Loaded:
    """The loader: by the executable's PT_INTERP, else by its name among the modules, else where it usually is."""
    listed = (path for path in process.modules[1:] if LOADER_NAMES.fullmatch(posixpath.basename(path)))
    architecture = machine.system.architecture
    usual = f"/lib/ld-musl-{NAME_OF.get(architecture, architecture)}.so.1"
    path = (main.image.interpreter if main.image is not None else None) or next(listed, usual)
    image = image_of(path, machine.files)
    return Loaded(name=path, path=path, image=image, short_name="libc.so", already_loaded=True, loader=main)


def _take_over(link_map: LinkMap, mapper: Mapper, process: Process) -> None:
    """Enter the modules of a list, and infer who needs whom."""
    files = mapper.files
    own = {link_map.main.name, link_map.itself.name}
    loader_identity = files.identity(link_map.itself.name)
    for path in process.modules[1:]:
        identity = files.identity(path) if "/" in path else None
        if identity is None or path in own or identity == loader_identity:
            continue  # the kernel's object, which some lists give the executable's name; the loader
        link_map.add(
            Loaded(
                name=path,
                path=path,
                image=image_of(path, files),
                origin=path.rpartition("/")[0],
                already_loaded=True,
                loader=link_map.main,
            ),
            identity,
        )
    for name, path in process.asked_for:
        found = link_map.of_file(files.identity(path))
        if found is not None and "/" not in name:
            link_map.found_by_search(found)
    _connect(link_map, mapper)


def _connect(link_map: LinkMap, mapper: Mapper) -> None:
    """Say of each object what it needs, and which objects a search has led to."""
    by_name: dict[str, list[Loaded]] = {}
    for one in link_map:
        by_name.setdefault(posixpath.basename(one.name), []).append(one)
    for one in list(link_map):
        for needed in one.image.eager if one.image else ():
            found = _answering(needed.library, one, by_name, mapper)
            if found is None:
                continue
            one.needs.append(found)
            if "/" not in needed.library:
                link_map.found_by_search(found)
            if found.loader is link_map.main and link_map.is_before(one, found):
                found.loader = one


def _answering(name: str, one: Loaded, by_name: dict[str, list[Loaded]], mapper: Mapper) -> Loaded | None:
    """The object of the process that a DT_NEEDED entry led to."""
    link_map = mapper.link_map
    if link_map.is_itself(name):
        return link_map.itself
    candidates = by_name.get(name, [])
    if len(candidates) == 1 and "/" not in name:
        return candidates[0]
    path = mapper.found_path(name, one)
    found = link_map.of_file(mapper.files.identity(path)) if path is not None else None
    return found or next(iter(candidates), None)


def _preload(link_map: LinkMap, mapper: Mapper) -> None:
    """Map what LD_PRELOAD names, where the list of modules is that of a process without it.

    A name that is nowhere is passed over; what is there must have all that it needs, or no process starts (`__dls3`).
    Oracle: test_rules.py::test_ld_preload_in_a_process_that_is_only_assumed
    """
    known = set(link_map)
    for name in _preloads(mapper.process):
        mapper.map(name, None)
    for one in link_map.objects:  # grows while it is walked: breadth first
        if one not in known:
            one.already_loaded = True
            found = [mapper.map(needed.library, one) for needed in (one.image.eager if one.image else ())]
            one.needs += [need for need in found if isinstance(need, Loaded)]
            failed = [need.error for need in found if need.error and not isinstance(need, Loaded)]
            link_map.start_failed = link_map.start_failed or next(iter(failed), "")


def _start(link_map: LinkMap, mapper: Mapper) -> None:
    """Map what LD_PRELOAD names and the executable needs. What is missing stays away."""
    for name in _preloads(mapper.process):
        found = mapper.map(name, None)
        if isinstance(found, Loaded):
            link_map.main.needs.append(found)
    for one in link_map.objects:  # grows while it is walked: breadth first
        if one is link_map.itself:
            continue
        for needed in one.image.eager if one.image else ():
            found = mapper.map(needed.library, one)
            if isinstance(found, Loaded):
                one.needs.append(found)
    for one in link_map:
        one.already_loaded = True


def _at_start(link_map: LinkMap, process: Process) -> dict[Loaded, None]:
    """The executable, the loader, LD_PRELOAD's objects, and what all of these need."""
    names = {posixpath.basename(name) for name in _preloads(process)}
    preloaded = [one for one in link_map if names and posixpath.basename(one.name) in names]
    reached = [one for first in (link_map.main, *preloaded) for one in breadth_first(first)]
    return {one: None for one in (link_map.itself, *reached) if isinstance(one, Loaded)}


def _preloads(process: Process) -> list[str]:
    """The names in LD_PRELOAD, which colons and white space separate."""
    value = "" if process.secure else process.environment.get("LD_PRELOAD", "")
    return [name for name in re.split(r"[:\s]+", value) if name]
