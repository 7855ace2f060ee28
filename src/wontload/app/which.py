"""`wontload which NAME`: who provides a library, and where it is on a machine."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from wontload.app.places import Place, saved_machine, this_computer
from wontload.app.targets import shown
from wontload.app.which_names import meant
from wontload.diagnosis.contents import MANGLED
from wontload.diagnosis.copies import Copy, CopyFinder, distinct
from wontload.errors import UsageError
from wontload.knowledge.components import Component, component_of
from wontload.knowledge.families import other_majors
from wontload.knowledge.providers import Provider, providers_of
from wontload.knowledge.symbol_versions import LIBRARY_OF, gcc_of, glibc_of
from wontload.loader import LoadResult
from wontload.loader import load as simulate
from wontload.loader.modes import default_mode, flags_for
from wontload.machine import LoadRequest, Machine, own_format
from wontload.machine.disks import every_directory
from wontload.machine.files import NATIVE_SUFFIX
from wontload.machine.interpreters import chosen
from wontload.machine.snapshot import Snapshot

LONGEST_NAME = 255  # of a file, on every system that matters
# What a path or a pattern has and a file's name has not.
NO_NAME = re.compile(r'[\\/*?<>|":\x00-\x1f]')
STEM = re.compile(r"(?:lib)?([a-z]+(?:[_-][a-z]+)*).*", re.DOTALL)  # of a name in lower case
SYMBOL_VERSION = re.compile(r"([A-Z]+)_\d+(?:\.\d+)*")
SYSTEM_OF_SUFFIX = {"dll": "windows", "pyd": "windows", "dylib": "macos", "so": "linux"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """What is known of a library's name, and the files of that name on one machine.

    Attributes:
        name: as looked for: with `.dll` behind it where Windows would put that; the file's that a bare name stands for.
        asked: as it was asked for. meant: what else a bare name may stand for, here or in the tables.
        machine: on which it was looked for. system: that the name belongs to: `windows`, `linux`, `macos`.
        component: the library that the name stands for; `None` for a name that no table has.
        providers: who brings it on the name's system, least effort first.
        copies: files of that name in the places that were looked into, each file once however many links lead to it.
        load: what a process of this interpreter would do with the bare name, as in `ctypes.CDLL(name)`; `None` for the
            name of another system's library.
        others: files here that are the same library in another version, by their names.
        counterparts: what the component's files are called on the machine's own system, where the name is another's.
        looked_in: the directories that were looked into.
    """

    name: str
    machine: Machine
    system: str
    component: Component | None
    providers: tuple[Provider, ...]
    copies: tuple[Copy, ...]
    load: LoadResult | None
    others: tuple[Copy, ...]
    counterparts: tuple[str, ...]
    looked_in: tuple[str, ...]
    asked: str = ""
    meant: tuple[str, ...] = ()

    @property
    def own_name(self) -> str:
        """What the library is called elsewhere, where its name is one that it was given in a wheel; else empty."""
        own = MANGLED.sub("", self.name, count=1)
        return own if own != self.name and self.component is None else ""

    @property
    def is_foreign(self) -> bool:
        """Whether the name is that of another system's library."""
        return self.system != self.machine.system.name

    @property
    def is_virtual(self) -> bool:
        """Whether the system provides the name without a file of it: Windows' API sets."""
        return self.load is not None and self.load.modules[0].status.value == "virtual"

    @property
    def taken(self) -> str | None:
        """The path that the load takes; `None` where it finds none, or where the name has no file."""
        module = None if self.load is None else self.load.modules[0]
        return module.path if module is not None and module.status.value in ("loaded", "already_loaded") else None

    @property
    def taken_copy(self) -> Copy | None:
        """The copy that the load takes; `None` also where that one lies in no place that was looked into."""
        if (taken := self.taken) is None:
            return None
        identity = self.machine.files.identity
        return next((copy for copy in self.copies if identity(copy.path) == identity(taken)), None)

    @property
    def is_here(self) -> bool:
        """Whether the machine has it at all, wherever."""
        return bool(self.copies) or self.is_virtual or self.taken is not None


def which(
    name: str, *, python: str | None = None, machine: Machine | Snapshot | None = None, deep: bool = False
) -> Which:
    """Say who provides a library, and where it is here.

    Nothing is loaded: which copy an interpreter would take is the model's answer.

    Args:
        name: file name of a library: `cudart64_12.dll`, `libGL.so.1`; or `zmq`, where one such file is meant.
        python: the interpreter whose search and site-packages count; by default the active environment's.
        machine: a saved machine in place of this one.
        deep: also walk all local disks, which can take minutes.

    Raises:
        UsageError: a path, a pattern, or no name at all; `deep` with a saved machine.
    """
    _check(name)
    if machine is not None and deep:
        raise UsageError("--deep walks the disks of this computer.", "Leave it out for a saved machine.")
    place = saved_machine(machine, None) if machine is not None else this_computer(python or chosen(as_module=True)[0])
    extra = tuple(every_directory()) if deep else ()
    found = look(_with_suffix(name, place.machine), place, extra=extra)
    if found.is_here or found.component is not None:
        return replace(found, asked=name)
    likely = meant(name, place.machine.system.name, _finder(place, extra=extra).names())
    if not likely:
        return replace(found, asked=name)
    first = look(likely[0], place, extra=extra)
    if not first.is_here and len(likely) > 1:  # nothing tells which of them
        return replace(found, asked=name, meant=likely)
    return replace(first, asked=name, meant=likely[1:])


def look(name: str, place: Place, *, extra: tuple[str, ...] = ()) -> Which:
    """The answer for one place; `extra` are more directories to look into."""
    system = place.machine.system
    load = None
    if (own := _system_of(name, system.name)) == system.name:
        flags = flags_for(default_mode(name) if own == "windows" else "ctypes", own_format(system), name)
        load = simulate(place.machine, LoadRequest(kind="ctypes", name=name, flags=flags, process=place.process))
    searched = tuple(entry.directory for entry in load.search_order) if load is not None else ()
    finder = _finder(place, extra=extra, searched=searched)
    component = component_of(name)
    return Which(
        name=name,
        machine=place.machine,
        system=own,
        component=component,
        providers=providers_of(
            name,
            system=own,
            architecture=system.architecture,
            distribution=system.version if own == system.name == "linux" else None,
        ),
        copies=distinct(finder.named(name), place.machine),
        load=load,
        others=distinct(
            [copy for one in other_majors(name, finder.names()) for copy in finder.named(one)], place.machine
        ),
        counterparts=_counterparts(name, component, own, system.name),
        looked_in=finder.looked_in(),
    )


def _finder(place: Place, *, extra: tuple[str, ...], searched: tuple[str, ...] = ()) -> CopyFinder:
    """What looks into all places of a machine."""
    return CopyFinder(
        place.machine,
        processes=(place.process,),
        origins=(),
        extra=extra,
        searched=tuple(one for one in searched if place.path_module.isabs(one)),
    )


def _check(name: str) -> None:
    """Refuse what is no file's name."""
    if found := NO_NAME.search(name):
        what = "a pattern" if found[0] in "*?" else "a path" if found[0] in "\\/:" else "no file's name"
        raise UsageError(f"{shown(name)} is {what}.", "Give the name of a library alone, such as cudart64_12.dll.")
    version = SYMBOL_VERSION.fullmatch(name)
    if version and (library := LIBRARY_OF.get(version[1])):
        release = glibc_of(name) or gcc_of(name)
        maker = "glibc" if library == LIBRARY_OF["GLIBC"] else "GCC"
        since = f", of {maker} {release} and newer," if release else ""
        raise UsageError(
            f"{shown(name)} is a version of symbols in {library}{since} and no file's name.",
            f"Ask about {library}; `wontload log -` tells what a message with that version comes of.",
        )
    if not name.strip(". ") or len(name) > LONGEST_NAME:
        raise UsageError(f"{shown(name)} is no file's name.", "Give the name of a library, such as cudart64_12.dll.")


def _with_suffix(name: str, machine: Machine) -> str:
    """The name as LoadLibrary reads it: without any extension, it is a DLL's (Microsoft, LoadLibraryW)."""
    return f"{name}.dll" if machine.system.name == "windows" and "." not in name else name


def _system_of(name: str, own: str) -> str:
    """The system that a library of this name belongs to: `own` where the name does not tell, or may be of several."""
    match = NATIVE_SUFFIX.search(name)
    system = SYSTEM_OF_SUFFIX[match[1].lower()] if match else own
    return own if system == "linux" and own == "macos" else system  # macOS has extension modules that end in .so


def _counterparts(name: str, component: Component | None, system: str, own: str) -> tuple[str, ...]:
    """The component's file of that name on the machine's own system, else all; empty where it has none there."""
    if component is None or system == own:
        return ()
    names = tuple(one for one in component.row.get(own, ()) if "*" not in one and "?" not in one)
    return tuple(one for one in names if _stem(one) == _stem(name)) or names


def _stem(name: str) -> str:
    """What a library is called on every system: `cublasLt64_13.dll` and `libcublasLt.so.13` are `cublaslt`."""
    return STEM.sub(r"\1", name.lower())
