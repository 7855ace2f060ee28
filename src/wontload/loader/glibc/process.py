"""What is loaded before the load: the process's own objects, and which of them are visible to all.

The list of modules says what is there and in which order; who brought what in is inferred from DT_NEEDED, which is how
the loader came to it. Without a list the start of the executable is worked out as any other load.
"""

from __future__ import annotations

import posixpath
import re

from wontload.binary import Image, MalformedImage
from wontload.loader.glibc.mapping import Mapper
from wontload.loader.glibc.objects import Mapped, Namespace, directory_of
from wontload.machine import Files, Kind, Machine, NotKnown, Process


def started(machine: Machine, process: Process) -> Namespace:
    """The process as the load finds it."""
    namespace = Namespace()
    paths = process.modules or (process.executable,)
    for number, path in enumerate(paths):
        image = _image(path, machine.files)
        if image is None and not process.modules:
            return namespace  # of this process nothing is known
        is_file = "/" in path
        namespace.add(
            Mapped(
                name=path,
                path=path if is_file else None,
                image=image,
                origin=directory_of(machine.files.real(path) if number == 0 else path),
                already_loaded=True,
            ),
            # glibc keeps no device and inode of the executable, which the kernel mapped.
            machine.files.identity(path) if number and is_file else None,
        )
    for name, path in process.asked_for:
        if known := namespace.of_file(machine.files.identity(path)):
            namespace.also_known_as(known, name)
    unanswered = _connect(namespace)
    if not process.modules:
        _start(Mapper(machine, process, namespace))
    elif unanswered:
        _find_aliases(unanswered, Mapper(machine, process, namespace))
    return namespace


def global_scope(namespace: Namespace, process: Process) -> list[Mapped]:
    """The objects whose symbols everything sees; empty when the executable is not known.

    The executable, LD_PRELOAD and what these need, breadth first; then what RTLD_GLOBAL has added.

    Source: glibc elf/rtld.c (`dl_main`: preloads become the executable's first dependencies), elf/dl-open.c
    (`add_to_global_update`).
    """
    if namespace.main is None or namespace.main.image is None:
        return []
    scope = [namespace.main, *_preloaded(namespace, process)]
    for one in scope:
        scope += [need for need in one.needs if need not in scope]
    wanted = set(process.global_modules)
    return scope + [one for one in namespace if one.path in wanted and one not in scope]


def breadth_first(root: Mapped) -> list[Mapped]:
    """An object and all it needs, in the order of its local scope."""
    found = [root]
    for one in found:
        found += [need for need in dict.fromkeys(one.needs) if need not in found]
    return found


def _start(mapper: Mapper) -> None:
    """Map what the executable needs, as at the process's start. What is missing stays away."""
    for one in mapper.namespace.objects:  # grows while it is walked: breadth first
        for needed in one.image.eager if one.image else ():
            found = mapper.map(needed.library, one)
            if isinstance(found, Mapped):
                found.already_loaded = True
                one.needs.append(found)


def _connect(namespace: Namespace) -> list[tuple[Mapped, str]]:
    """Say of each object what it needs, and of each who brought it in: the first before it that needs it.

    Returns the needs that no object answers to, neither by SONAME nor by its file's name.
    """
    unanswered = []
    order = {one: number for number, one in enumerate(namespace)}
    by_file_name = {posixpath.basename(one.name): one for one in reversed(namespace.objects)}
    for one in namespace:
        for needed in one.image.eager if one.image else ():
            found = namespace.named(needed.library) or by_file_name.get(needed.library)
            if found is None:
                unanswered.append((one, needed.library))
                continue
            namespace.also_known_as(found, needed.library)
            one.needs.append(found)
            if found.loader is None and order[found] > order[one]:
                found.loader = one
    return unanswered


def _find_aliases(unanswered: list[tuple[Mapped, str]], mapper: Mapper) -> None:
    """Seek what nothing answers to: it led to one of the files that are loaded, by a link of another name."""
    for one, name in unanswered:
        if (text := mapper.spelling(name, one)) is not None:
            path = mapper.search(name, one).absolute(text)
            if found := mapper.namespace.of_file(mapper.files.identity(path)):
                mapper.namespace.also_known_as(found, name)
                one.needs.append(found)


def _preloaded(namespace: Namespace, process: Process) -> list[Mapped]:
    value = "" if process.secure else process.environment.get("LD_PRELOAD", "")
    names = {posixpath.basename(name) for name in re.split("[ :]+", value) if name}
    return [one for one in namespace if names and posixpath.basename(one.name) in names]


def _image(path: str, files: Files) -> Image | None:
    if files.kind(path) is not Kind.FILE:
        return None
    try:
        return files.image(path)
    except (MalformedImage, NotKnown):
        return None
