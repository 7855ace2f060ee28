"""`find_library` on Linux: what ldconfig lists, then what gcc or ld would link; or, patched for musl, directories.

Source: CPython, Lib/ctypes/util.py, `_findSoname_ldconfig`, `_findLib_gcc`, `_findLib_ld`, `_get_soname`. conda's
Python looks in its prefix before that (conda-forge/python-feedstock, "Fix find_library so that it looks in
sys.prefix/lib first").
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from wontload.binary import Format, Image, MalformedImage
from wontload.loader.find_library import NOT_KNOWN, Sought
from wontload.loader.result import SearchedPlace, Tried
from wontload.machine import Finder, Kind, Machine, NotKnown

LDCONFIG = "/sbin/ldconfig"
# By what `uname -m` says: the flags that ldconfig prints as find_library wants them (`libc6,x86-64`): the kind of
# library in the low byte, the architecture's bits above. Of others only the kind counts. Source: `mach_map`; glibc,
# elf/cache.c.
LIBC6 = 0x03
WANTED_FLAGS = {"x86_64": 0x0303, "s390x": 0x0403, "ppc64": 0x0503}
# Where GNU ld looks when it is not told (binutils, ld/genscripts.sh, LIB_PATH), besides the loader's own directories.
LINKER_DIRECTORIES = ("/usr/local/lib64", "/lib64", "/usr/lib64", "/usr/local/lib", "/lib", "/usr/lib")
# Alpine, main/python3/musl-find_library.patch: musl has all of these in its libc.
MUSL_DIRECTORIES = ("/lib", "/usr/lib", "/usr/local/lib")
IN_MUSL = dict.fromkeys(("m", "crypt", "pthread"), "c")
IN_MUSL |= {f"lib{name}.so": "libc.so" for name in IN_MUSL}


class _Unknown(Exception):
    """What a path holds is not known."""


def by_ldconfig(machine: Machine, name: str, finder: Finder, here: str) -> Sought:
    """The loader's cache, by the beginning of the file name; where that has none, the linker's directories."""
    tried: list[Tried] = []
    places: list[SearchedPlace] = []
    try:
        if finder.prefix and (answer := _in_prefix(machine, name, finder, places, tried)):
            return Sought(answer)
        if answer := _listed_by_ldconfig(machine, name, places):
            return Sought(answer)
        for way in (_linked_by_gcc, _linked_by_ld):
            if answer := way(machine, name, finder, places, tried):
                return Sought(answer)
    except _Unknown as unknown:
        return Sought(None, tuple(places), tuple(tried), doubt=NOT_KNOWN.format(unknown))
    return Sought(None, tuple(places), tuple(tried))


def _in_prefix(
    machine: Machine, name: str, finder: Finder, places: list[SearchedPlace], tried: list[Tried]
) -> str | None:
    """conda's: the very name or `libNAME.so`; by its SONAME where objdump tells that and it is there too."""
    directory = posixpath.join(finder.prefix, "lib")
    places.append(SearchedPlace("conda_prefix", directory))
    found = _first_of(machine, directory, (name, f"lib{name}.so"), tried)
    soname = _soname(machine, found, finder) if found else None
    return (_first_of(machine, directory, (soname, f"lib{soname}.so"), tried) if soname else None) or found


def _first_of(machine: Machine, directory: str, names: Sequence[str], tried: list[Tried]) -> str | None:
    for one in names:
        path = posixpath.join(directory, one)
        if _kind(machine, path) in (Kind.FILE, Kind.DIRECTORY):
            return path
        tried.append(Tried("conda_prefix", path, "absent"))
    return None


def _listed_by_ldconfig(machine: Machine, name: str, places: list[SearchedPlace]) -> str | None:
    """The first name in the cache that begins so, and is for this architecture."""
    entries = machine.system.library_cache
    if not entries or _kind(machine, LDCONFIG) is Kind.ABSENT:
        return None
    directories = dict.fromkeys(posixpath.dirname(entry.path) for entry in entries)
    places += [SearchedPlace("ldconfig", directory) for directory in directories]
    wanted, start = WANTED_FLAGS.get(machine.system.architecture), f"lib{name}."
    for entry in entries:
        fits = entry.flags == wanted if wanted else entry.flags & 0xFF == LIBC6
        if fits and entry.name.startswith(start) and entry.name != start:
            return entry.name
    return None


def _linked_by_gcc(
    machine: Machine, name: str, finder: Finder, places: list[SearchedPlace], tried: list[Tried]
) -> str | None:
    """What `gcc -lNAME` would link. It asks LIBRARY_PATH, not LD_LIBRARY_PATH (GCC manual, Environment Variables)."""
    if not (_on_path(machine, "gcc", finder) or _on_path(machine, "cc", finder)):
        return None
    return _linked(machine, name, finder, _entries(finder, "LIBRARY_PATH"), places, tried)


def _linked_by_ld(
    machine: Machine, name: str, finder: Finder, places: list[SearchedPlace], tried: list[Tried]
) -> str | None:
    """What `ld -lNAME` would link, with LD_LIBRARY_PATH's directories first."""
    if not _on_path(machine, "ld", finder):
        return None
    return _linked(machine, name, finder, _entries(finder, "LD_LIBRARY_PATH"), places, tried)


def _linked(
    machine: Machine,
    name: str,
    finder: Finder,
    first: Sequence[str],
    places: list[SearchedPlace],
    tried: list[Tried],
) -> str | None:
    """The SONAME, as objdump tells it, of `libNAME.so` in the first directory that has it or `libNAME.a`."""
    for directory in dict.fromkeys((*first, *machine.system.default_directories, *LINKER_DIRECTORIES)):
        places.append(SearchedPlace("linker", directory))
        path = posixpath.join(directory, f"lib{name}.so")
        kind = _kind(machine, path)
        image = _image(machine, path) if kind is Kind.FILE else None
        if image is not None and image.architecture == machine.system.architecture:
            return _soname(machine, path, finder)
        if kind is Kind.FILE and image is None:  # a linker script, which names other files
            raise _Unknown(path)
        tried.append(Tried("linker", path, "absent" if image is None else "passed over"))
        if _kind(machine, posixpath.join(directory, f"lib{name}.a")) is Kind.FILE:
            return None
    return None


def _soname(machine: Machine, path: str, finder: Finder) -> str | None:
    if not _on_path(machine, "objdump", finder):
        return None
    image = _image(machine, path)
    return image.soname or None if image is not None else None


def _image(machine: Machine, path: str) -> Image | None:
    """The file as ELF; `None` for anything else."""
    try:
        image = machine.files.image(path)
    except MalformedImage:
        return None
    except NotKnown as unknown:
        raise _Unknown(path) from unknown
    return image if image.format is Format.ELF else None


def _on_path(machine: Machine, program: str, finder: Finder) -> bool:
    return any(
        _kind(machine, posixpath.join(directory, program)) is Kind.FILE for directory in _entries(finder, "PATH")
    )


def _entries(finder: Finder, name: str) -> tuple[str, ...]:
    """The absolute directories that a variable names."""
    return tuple(one for one in finder.environment.get(name, "").split(":") if one.startswith("/"))


def _kind(machine: Machine, path: str) -> Kind:
    kind = machine.files.kind(path)
    if kind is Kind.UNKNOWN:
        raise _Unknown(path)
    return kind


def by_directories(machine: Machine, name: str, finder: Finder, here: str) -> Sought:
    """Files of that name in LD_LIBRARY_PATH and three fixed directories; the answer is a bare file name."""
    name = IN_MUSL.get(name, name)
    tried: list[Tried] = []
    directories = (*_entries(finder, "LD_LIBRARY_PATH"), *MUSL_DIRECTORIES)
    places = tuple(SearchedPlace("directories", directory) for directory in dict.fromkeys(directories))
    try:
        for directory in directories:
            for path in _named(machine, directory, name):
                if _kind(machine, path) is Kind.FILE and _is_elf(machine, path):
                    return Sought(posixpath.basename(path))
                tried.append(Tried("directories", path, "absent"))
    except _Unknown as unknown:
        return Sought(None, places, tuple(tried), doubt=NOT_KNOWN.format(unknown))
    return Sought(None, places, tuple(tried))


def _named(machine: Machine, directory: str, name: str) -> Iterator[str]:
    """The very name, `libNAME.so`, and `libNAME.so.*` in the order in which the directory has them."""
    yield posixpath.join(directory, name)
    yield posixpath.join(directory, f"lib{name}.so")
    listing = machine.files.listing(directory)
    if listing is None and machine.files.kind(directory) is Kind.UNKNOWN:
        raise _Unknown(directory)
    for one in listing or ():
        if one.startswith(f"lib{name}.so."):
            yield posixpath.join(directory, one)


def _is_elf(machine: Machine, path: str) -> bool:
    """By the first four bytes. What an overlay lays there without saying what is in it is taken for one."""
    try:
        return machine.files.image(path).format is Format.ELF
    except MalformedImage as malformed:
        return malformed.header.startswith(b"\x7fELF")
    except NotKnown:
        return True
