r"""Faults to compose machines of: each breaks one dependency of a library, and knows its code and its mending.

A machine has one library that is loaded (`ROOT`), which needs one file a fault, in the order of the faults. Where a
loader meets several of them it stops at the first; which that is, is documented, and not asked of the model:

- Windows maps a library with all that it needs, depth first in the order of its import directory, and binds symbols
  after that (docs/loaders.md, "Symbols").
- glibc maps breadth first, then checks versions in that order, then binds symbols from the last library to the first
  (docs/loaders-elf.md; tests/oracles/glibc/test_symbols.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from tests.support.machine_cases import ctypes_load, diagnose, dlopen
from tests.support.machine_values import (
    LINUX_PACKAGE,
    LINUX_SITE,
    PACKAGE,
    SITE,
    SYSTEM32,
    USR_LIB,
    broken,
    dll,
    linux,
    recorded,
    so,
    windows,
)
from wontload.binary import Defect
from wontload.diagnosis import Diagnosis
from wontload.machine import Machine
from wontload.machine.memory import Content
from wontload.machine.overlay import OverlayFiles


class Stage(IntEnum):
    """When a loader meets a fault, of several in one load."""

    ROOT = 0  # with the library itself
    MAPPING = 1
    DEEPER = 2  # glibc: with what a dependency needs, after all dependencies
    VERSIONS = 3
    SYMBOLS = 4  # glibc: in the reverse order


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What one fault does to a machine, in the slot that it was given.

    Attributes:
        subject: of the finding. name: what the library needs (its DT_NEEDED or import), empty for a fault of its own.
        files: what is on the disk. mended: what lies over it when this one is mended.
        listed: paths that the package's RECORD lists. root: what the library itself is in place of a sound one.
    """

    subject: str
    name: str = ""
    files: Mapping[str, Content] = field(default_factory=dict)
    mended: Mapping[str, Content] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    root: Content | str = ""  # `absent`, or its content


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One row: the code of the finding, the stage, and what it does in a slot, whose letter is part of every name."""

    code: str
    stage: Stage
    make: Callable[[str], Broken]

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A machine with several faults.

    Attributes:
        machine: as it is. turns: faults in the order in which the loader meets them, each with what it did.
        ask: the diagnosis of a machine.
    """

    machine: Machine
    turns: tuple[tuple[Fault, Broken], ...]
    ask: Callable[[Machine], Diagnosis]

    def mend(self, machine: Machine, broken_by: Broken) -> Machine:
        """The machine with the fix of one fault laid over it."""
        over = OverlayFiles(machine.files, broken_by.mended, windows=machine.system.name == "windows")
        return replace(machine, files=over)


# Windows

ROOT = PACKAGE + r"\root.dll"
TOOLS, LATE = r"C:\tools", r"C:\late"


def _here(name: str) -> str:
    return rf"{PACKAGE}\{name}"


def _absent(slot: str) -> Broken:
    name = f"gone_{slot}x.dll"
    return Broken(subject=name, name=name, mended={_here(name): dll()})


def _elsewhere(directory: str) -> Callable[[str], Broken]:
    def make(slot: str) -> Broken:
        name = f"moved_{slot}x.dll"
        return Broken(subject=name, name=name, files={rf"{directory}\{name}": dll()}, mended={_here(name): dll()})

    return make


def _other_major(slot: str) -> Broken:
    name = f"lib{slot}64_12.dll"
    old = rf"{TOOLS}\lib{slot}64_110.dll"
    return Broken(subject=name, name=name, files={old: dll()}, mended={_here(name): dll()})


def _unfit(content: Content) -> Callable[[str], Broken]:
    def make(slot: str) -> Broken:
        name = f"unfit_{slot}x.dll"
        return Broken(subject=name, name=name, files={_here(name): content}, mended={_here(name): dll()})

    return make


def _recorded(slot: str) -> Broken:
    name = f"listed_{slot}x.dll"
    return Broken(subject=name, name=name, mended={_here(name): dll()}, listed=(_here(name),))


def _debug(slot: str) -> Broken:
    """Each slot has a debug runtime of its own, so that two of them are two."""
    name, runtime = f"debug_{slot}x.dll", {"a": "vcruntime140d.dll", "b": "msvcp140d.dll"}.get(slot, "ucrtbased.dll")
    return Broken(subject=runtime, name=name, files={_here(name): dll(runtime)}, mended={_here(name): dll()})


def _unbound(provider: str, directory: str, better: str = "") -> Callable[[str], Broken]:
    """A dependency takes a symbol from `provider`, which does not export it."""

    def make(slot: str) -> Broken:
        user, library, symbol = f"user_{slot}x.dll", provider.format(slot), f"new_{slot}"
        path = rf"{directory}\{library}"
        files: dict[str, Content] = {_here(user): dll((library, [symbol])), path: dll(exports=["old"])}
        if better:
            files[rf"{better}\{library}"] = dll(exports=["old", symbol])
        mended = {path: dll(exports=["old", *(f"new_{one}" for one in "abc")])}
        return Broken(subject=library if better else symbol, name=user, files=files, mended=mended)

    return make


def _root(content: Content | str) -> Callable[[str], Broken]:
    return lambda slot: Broken(subject="root.dll", root=content)


WINDOWS_FAULTS = (
    Fault(code="WL101", stage=Stage.ROOT, make=_root("absent")),
    Fault(code="WL102", stage=Stage.ROOT, make=_root(broken(Defect.TRUNCATED))),
    Fault(code="WL103", stage=Stage.ROOT, make=_root(dll(architecture="aarch64"))),
    Fault(code="WL201", stage=Stage.MAPPING, make=_absent),
    Fault(code="WL202", stage=Stage.MAPPING, make=_elsewhere(TOOLS)),
    Fault(code="WL203", stage=Stage.MAPPING, make=_elsewhere(LATE)),
    Fault(code="WL204", stage=Stage.MAPPING, make=_other_major),
    Fault(code="WL205", stage=Stage.MAPPING, make=_unfit(dll(architecture="x86"))),
    Fault(code="WL102", stage=Stage.MAPPING, make=_unfit(broken(Defect.EMPTY))),
    Fault(code="WL104", stage=Stage.MAPPING, make=_unfit(broken(Defect.NOT_NATIVE, content="git-lfs pointer"))),
    Fault(code="WL209", stage=Stage.MAPPING, make=_debug),
    Fault(code="WL504", stage=Stage.MAPPING, make=_recorded),
    Fault(code="WL206", stage=Stage.SYMBOLS, make=_unbound("two_{}x.dll", PACKAGE, better=TOOLS)),
    Fault(code="WL301", stage=Stage.SYMBOLS, make=_unbound("own_{}x.dll", PACKAGE)),
    Fault(code="WL304", stage=Stage.SYMBOLS, make=_unbound("sister_{}x.dll", SITE + r"\sister")),
    Fault(code="WL305", stage=Stage.SYMBOLS, make=_unbound("msvcp140.dll", SYSTEM32)),
    Fault(code="WL307", stage=Stage.SYMBOLS, make=_unbound("kernel32.dll", SYSTEM32)),
)


def on_windows(faults: tuple[Fault, ...]) -> Composed:
    """A Windows machine with these faults, in the order of the import directory."""
    made = [(fault, fault.make(slot)) for fault, slot in zip(faults, "abc", strict=False)]
    sound: Content = dll(*(one.name for _, one in made if one.name))
    files, made = _with_root(ROOT, sound, made)
    machine = recorded(
        windows(files, environment={"PATH": f"{SYSTEM32};{TOOLS}"}, directories=[TOOLS, LATE, SITE + r"\sister"]),
        pkg=[path for _, one in made for path in one.listed],
    )
    load = ctypes_load(ROOT, path=[SYSTEM32, TOOLS, LATE], added=[SITE + r"\sister"])
    turns = sorted(enumerate(made), key=lambda item: (item[1][0].stage, item[0]))
    return Composed(machine=machine, turns=tuple(one for _, one in turns), ask=lambda machine: diagnose(machine, load))


def _with_root(
    path: str, sound: Content, made: list[tuple[Fault, Broken]]
) -> tuple[dict[str, Content], list[tuple[Fault, Broken]]]:
    """All files, and the faults with the sound library as the mending of those that spoil it."""
    files: dict[str, Content] = {path: sound}
    for _, one in made:
        files |= one.files
        if one.root == "absent":
            del files[path]
        elif one.root != "":
            files[path] = one.root  # type: ignore[assignment]
    return files, [(fault, replace(one, mended={path: sound}) if one.root != "" else one) for fault, one in made]


# Linux

LINUX_ROOT = LINUX_PACKAGE + "/libroot.so"
OPT, SISTER = "/opt/new", LINUX_SITE + "/sister"
RUNPATH = ("$ORIGIN", "$ORIGIN/../sister")


def _so(*needs: str, **more) -> Content:
    return so("libc.so.6", *needs, runpath=RUNPATH, executable_stack=False, **more)


def _beside(name: str) -> str:
    return f"{LINUX_PACKAGE}/{name}"


def _so_absent(slot: str) -> Broken:
    name = f"libgone{slot}.so.1"
    return Broken(subject=name, name=name, mended={_beside(name): _so()})


def _so_elsewhere(slot: str) -> Broken:
    name = f"libmoved{slot}.so.1"
    other = f"{LINUX_SITE}/other/lib/{name}"
    return Broken(subject=name, name=name, files={other: _so()}, mended={_beside(name): _so()})


def _so_unfit(content: Content, name: str = "libunfit{}.so.1") -> Callable[[str], Broken]:
    def make(slot: str) -> Broken:
        own = name.format(slot)
        return Broken(subject=own, name=own, files={_beside(own): content}, mended={_beside(own): _so()})

    return make


def _so_recorded(slot: str) -> Broken:
    name = f"liblisted{slot}-1f2e3d4c.so"
    return Broken(subject=name, name=name, mended={_beside(name): _so()}, listed=(_beside(name),))


def _so_musl(slot: str) -> Broken:
    name = f"libmusl{slot}.so"
    musl = so("libc.musl-x86_64.so.1", executable_stack=False)
    return Broken(subject=name, name=name, files={_beside(name): musl}, mended={_beside(name): _so()})


def _so_version(library: str, version: str, *, better: bool = False) -> Callable[[str], Broken]:
    """A dependency needs a version that the library does not define; its fix is a build that asks for less."""

    def make(slot: str) -> Broken:
        user, own = f"libuser{slot}.so", library.format(slot)
        files: dict[str, Content] = {_beside(user): _so(own, needs_versions=[(own, version)])}
        if own != "libc.so.6":
            files[f"{USR_LIB}/{own}"] = so("libc.so.6", soname=own, versions=[own, "OLD_1"], executable_stack=False)
        if better:
            files[f"{OPT}/{own}"] = so(soname=own, versions=[own, "OLD_1", version], executable_stack=False)
        return Broken(subject=own if better else version, name=user, files=files, mended={_beside(user): _so()})

    return make


def _so_symbol(symbol: str, sister: str = "") -> Callable[[str], Broken]:
    """A dependency takes a symbol that nothing defines; from a library of a sister package, where one is named."""

    def make(slot: str) -> Broken:
        user, wanted = f"libtaker{slot}.so", symbol.format(slot)
        needs = (sister.format(slot),) if sister else ()
        files: dict[str, Content] = {_beside(user): _so(*needs, takes=[wanted])}
        files |= {f"{SISTER}/{name}": _so(soname=name, exports=["old"]) for name in needs}
        return Broken(subject=wanted, name=user, files=files, mended={_beside(user): _so(*needs)})

    return make


def _so_root(content: Content | str) -> Callable[[str], Broken]:
    return lambda slot: Broken(subject="libroot.so", root=content)


LFS = broken(Defect.NOT_NATIVE, content="git-lfs pointer", header=b"version https://git-lfs".ljust(64))
LINUX_FAULTS = (
    Fault(code="WL101", stage=Stage.ROOT, make=_so_root("absent")),
    Fault(code="WL103", stage=Stage.ROOT, make=_so_root(so(architecture="aarch64"))),
    Fault(code="WL201", stage=Stage.MAPPING, make=_so_absent),
    Fault(code="WL202", stage=Stage.MAPPING, make=_so_elsewhere),
    Fault(code="WL205", stage=Stage.MAPPING, make=_so_unfit(so(architecture="aarch64"))),
    Fault(code="WL102", stage=Stage.MAPPING, make=_so_unfit(broken(Defect.EMPTY), "libempty{}.so.1")),
    Fault(code="WL104", stage=Stage.MAPPING, make=_so_unfit(LFS, "libpointer{}.so.1")),
    Fault(code="WL603", stage=Stage.MAPPING, make=_so_unfit(so("libc.so.6", executable_stack=True), "libstack{}.so")),
    Fault(code="WL504", stage=Stage.MAPPING, make=_so_recorded),
    Fault(code="WL306", stage=Stage.DEEPER, make=_so_musl),
    Fault(code="WL302", stage=Stage.VERSIONS, make=_so_version("libc.so.6", "GLIBC_2.50")),
    Fault(code="WL303", stage=Stage.VERSIONS, make=_so_version("libstdc++.so.6", "GLIBCXX_3.4.50")),
    Fault(code="WL301", stage=Stage.VERSIONS, make=_so_version("libssl{}.so.3", "OPENSSL_3.9.0")),
    Fault(code="WL206", stage=Stage.VERSIONS, make=_so_version("libtwo{}.so.3", "TWO_2", better=True)),
    Fault(code="WL301", stage=Stage.SYMBOLS, make=_so_symbol("nowhere_{}")),
    Fault(code="WL304", stage=Stage.SYMBOLS, make=_so_symbol("_ZN6sister3new{}Ev", "libsister{}.so")),
    Fault(code="WL501", stage=Stage.SYMBOLS, make=_so_symbol("_PyNew_{}")),
)


def on_linux(faults: tuple[Fault, ...]) -> Composed:
    """Debian with glibc 2.41 and these faults, in the order of DT_NEEDED."""
    made = [(fault, fault.make(slot)) for fault, slot in zip(faults, "abc", strict=False)]
    sound = _so(*(one.name for _, one in made if one.name))
    files, made = _with_root(LINUX_ROOT, sound, made)
    versions = ("libc.so.6", "GLIBC_2.36", "GLIBC_2.41")
    files[USR_LIB + "/libc.so.6"] = so(soname="libc.so.6", versions=versions, executable_stack=False)
    machine = recorded(
        linux(files, system={"libc_version": "2.41"}, directories=[OPT]),
        pkg=[path for _, one in made for path in one.listed],
    )
    load = dlopen(LINUX_ROOT, library_path=f"{USR_LIB}:{OPT}")
    turns = sorted(enumerate(made), key=lambda item: _linux_turn(*item))
    return Composed(machine=machine, turns=tuple(one for _, one in turns), ask=lambda machine: diagnose(machine, load))


def _linux_turn(position: int, made: tuple[Fault, Broken]) -> tuple[int, int]:
    stage = made[0].stage
    return stage, -position if stage is Stage.SYMBOLS else position
