"""What is loaded before the load: the process's own objects, and which of them are visible to all.

The list of modules says what is there and in which order; who brought what in is inferred from DT_NEEDED, which is how
the loader came to it. Without a list the start of the executable is worked out as any other load.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Hashable, Iterable, Iterator

from wontload.binary import Image, MalformedImage
from wontload.loader.glibc.expand import expand
from wontload.loader.glibc.known import Start, known_of
from wontload.loader.glibc.mapping import Mapper
from wontload.loader.glibc.objects import Mapped, Namespace, directory_of, filtered_names
from wontload.machine import Files, Kind, Machine, NotKnown, Process

KEPT_STARTS = 4
PRELOADS = "/etc/ld.so.preload"


def started(machine: Machine, process: Process) -> Namespace:
    """The process as the load finds it.

    Loads follow one another in one process, which has grown by a few modules since the last of them. So what was worked
    out for that is kept, and taken where the same would come out.
    """
    starts = known_of(machine).starts
    start = next((one for one in starts if _same(one.process, process)), None)
    if start is None:
        grown = (_grown(one, machine, process) for one in starts)
        start = next((one for one in grown if one is not None), None) or _from_nothing(machine, process)
        starts.insert(0, start)
        del starts[KEPT_STARTS:]
    return start.namespace.copy()


def _from_nothing(machine: Machine, process: Process) -> Start:
    namespace = Namespace()
    if not process.modules and image_of(process.executable, machine.files) is None:
        return Start(process, namespace, False)  # of this process nothing is known
    for path in process.modules or (process.executable,):
        main = namespace.main
        loader = main.image.interpreter if main and main.image else None
        namespace.add(*_as_loaded(path, machine.files, first=main is None, loader=loader))
        if main is None and namespace.main is not None:
            # Its `l_name`: it does not answer to its path (elf/rtld.c).
            namespace.also_known_as(namespace.main, "")
    asked = _take_names(namespace, process.asked_for, machine.files)
    unanswered = _connect(namespace, namespace)
    preloads = (*preload_names(process), *listed_preloads(machine.files))
    if (main := namespace.main) is not None:
        preloads = tuple(expand(name, main, machine.system) or name for name in preloads)
    namespace.preloads = preloads
    if preloads or not process.modules:
        _start(Mapper(machine, process, namespace), preloads)
    if process.modules and unanswered:
        _find_aliases(unanswered, Mapper(machine, process, namespace))
    return Start(process, namespace, asked and not unanswered and bool(process.modules))


def _same(one: Process, other: Process) -> bool:
    return one is other or _consulted(one) == _consulted(other)


def _consulted(process: Process) -> tuple[object, ...]:
    """All of a process that says what is loaded in it."""
    return (
        process.modules,
        process.asked_for,
        process.executable,
        process.current_directory,
        process.secure,
        process.environment,
    )


def _grown(start: Start, machine: Machine, process: Process) -> Start | None:
    """The process as an earlier one with some modules more; `None` where it might differ from one made from nothing.

    It cannot where every need of the earlier modules was answered and no new module answers to a name in use.
    """
    before, asked_before = start.process.modules, start.process.asked_for
    if not start.complete or process.modules[: len(before)] != before:
        return None
    if preload_names(process) != preload_names(start.process):
        return None
    if process.asked_for[: len(asked_before)] != asked_before:
        return None
    namespace = start.namespace.copy()
    new = [_as_loaded(path, machine.files, first=False) for path in process.modules[len(before) :]]
    for one, _ in new:
        if any(name and namespace.named(name) for name in (one.name, one.image and one.image.soname)):
            return None
    asked = process.asked_for[len(asked_before) :]
    if any(namespace.named(name) for name, _ in asked):
        return None
    for one, identity in new:
        namespace.add(one, identity)
    answered = _take_names(namespace, asked, machine.files)
    if _connect(namespace, [one for one, _ in new]):
        return None
    return Start(process, namespace, answered)


def _as_loaded(path: str, files: Files, *, first: bool, loader: str | None = None) -> tuple[Mapped, Hashable]:
    """The object at a path of the list of modules, and its file's identity.

    `loader`: the program's interpreter, as the program names it, which is what glibc calls itself.
    """
    is_file = "/" in path
    is_loader = loader is not None and is_file and files.identity(path) == files.identity(loader)
    one = Mapped(
        name="" if first else loader if loader is not None and is_loader else path,
        path=path if is_file else None,
        image=image_of(path, files),
        origin=directory_of(files.real(path) if first else path),
        already_loaded=True,
    )
    # glibc keeps no device and inode of the executable and of itself, which the kernel mapped: by another path than
    # that of PT_INTERP it maps its own file once more (elf/rtld.c, elf/dl-load.c, `_dl_map_object_from_fd`).
    return one, files.identity(path) if is_file and not first and not is_loader else None


def _take_names(namespace: Namespace, asked_for: Iterable[tuple[str, str]], files: Files) -> bool:
    """Give objects the names by which they were asked for; whether all of those are there."""
    complete = True
    for name, path in asked_for:
        if known := namespace.of_file(files.identity(path)):
            namespace.also_known_as(known, name)
        else:
            complete = False
    return complete


def global_scope(namespace: Namespace, process: Process) -> list[Mapped]:
    """The objects whose symbols everything sees; empty when the executable is not known.

    The executable, LD_PRELOAD and its file, and what these need, breadth first; then what RTLD_GLOBAL has added.

    Source: glibc elf/rtld.c (`dl_main`: preloads become the executable's first dependencies), elf/dl-open.c
    (`add_to_global_update`).
    """
    if namespace.main is None or namespace.main.image is None:
        return []
    scope = _with_needs([namespace.main, *_preloaded(namespace)])
    wanted = set(process.global_modules)
    return list(dict.fromkeys((*scope, *(one for one in namespace if one.path in wanted)))) if wanted else scope


def breadth_first(root: Mapped) -> list[Mapped]:
    """An object and all it needs, in the order of its local scope."""
    return _with_needs([root])


def _with_needs(roots: list[Mapped]) -> list[Mapped]:
    found = list(dict.fromkeys(roots))
    seen = set(found)
    for one in found:
        for need in one.needs:
            if need not in seen:
                seen.add(need)
                found.append(need)
    return found


def _start(mapper: Mapper, preloads: Iterable[str]) -> None:
    """Map what LD_PRELOAD and its file name and, where nothing is known to be loaded, what the executable needs.

    A list of modules may be that of a process without the variable, which the caller would set. What is missing stays
    away: of LD_PRELOAD glibc ignores it (elf/rtld.c, `do_preload`), else no process would have started. What LD_PRELOAD
    names must have all that it needs.
    Oracle: test_rules.py::test_ld_preload_in_a_process_that_is_only_assumed
    """
    main, known = mapper.namespace.main, set(mapper.namespace)
    found = [mapper.map(name, main) for name in preloads]
    new = list(dict.fromkeys(one for one in found if isinstance(one, Mapped) and one not in known))
    for one in (roots := ([] if mapper.process.modules or main is None else [main]) + new):
        one.already_loaded = True
        for name, must in _names_of(one.image):  # `roots` grows while it is walked: breadth first
            need = mapper.map(expand(name, one, mapper.system) or name, one)
            if isinstance(need, Mapped):
                one.needs.append(need)
                if need not in roots and need not in known:
                    roots.append(need)
            elif need.error and must and one is not main and not mapper.namespace.start_failed:
                text = f"{mapper.process.executable}: error while loading shared libraries: {need.error}"
                mapper.namespace.start_failed = text  # elf/rtld.c, `dl_main`, of what a preload needs


def _names_of(image: Image | None) -> Iterator[tuple[str, bool]]:
    """What an image has loaded with it, and whether that must be there."""
    if image is not None:
        yield from ((needed.library, True) for needed in image.eager)
        yield from filtered_names(image)


def _connect(namespace: Namespace, new: Iterable[Mapped]) -> list[tuple[Mapped, str]]:
    """Say of each new object what it needs, and of each who brought it in: the first before it that needs it.

    Returns the needs that no object answers to, neither by SONAME nor by its file's name.
    """
    unanswered = []
    order = {one: number for number, one in enumerate(namespace)}
    for one in new:
        for needed in one.image.eager if one.image else ():
            found = namespace.named(needed.library) or namespace.of_file_name(needed.library)
            if found is None:
                unanswered.append((one, needed.library))
                continue
            namespace.also_known_as(found, needed.library)
            one.needs.append(found)
            if found.loader is None and order[found] > order[one]:
                found.loader = one
        for name, _ in filtered_names(one.image) if one.image else ():
            if (filtered := namespace.named(name)) and filtered not in one.needs:
                one.needs.append(filtered)
    return unanswered


def _find_aliases(unanswered: list[tuple[Mapped, str]], mapper: Mapper) -> None:
    """Seek what nothing answers to: it led to one of the files that are loaded, by a link of another name."""
    for one, name in unanswered:
        if (text := mapper.spelling(name, one)) is not None:
            path = mapper.search(name, one).absolute(text)
            if found := mapper.namespace.of_file(mapper.files.identity(path)):
                mapper.namespace.also_known_as(found, name)
                one.needs.append(found)


def preload_names(process: Process) -> list[str]:
    """What LD_PRELOAD names; spaces and colons part names. Source: elf/rtld.c, `handle_preload_list`."""
    value = "" if process.secure else process.environment.get("LD_PRELOAD", "")
    return [name for name in re.split("[ :]+", value) if name]


def listed_preloads(files: Files) -> list[str]:
    """What /etc/ld.so.preload names, for each process there is, secure ones too.

    Source: elf/rtld.c, `dl_main` ("separated by white spaces or `:`", comments begin with `#`).
    Oracle: test_rules.py::test_the_file_that_preloads_for_every_process
    """
    text = files.text(PRELOADS) or b""
    names = re.split(r"[\s:]+", re.sub("#.*", "", text.decode("utf-8", "surrogateescape")))
    return [name for name in names if name]


def _preloaded(namespace: Namespace) -> list[Mapped]:
    names = {posixpath.basename(name) for name in namespace.preloads}
    return [one for one in namespace if names and posixpath.basename(one.name) in names]


def image_of(path: str, files: Files) -> Image | None:
    """The parsed file; `None` where nothing is known of it."""
    if files.kind(path) is not Kind.FILE:
        return None
    try:
        return files.image(path)
    except (MalformedImage, NotKnown):
        return None
