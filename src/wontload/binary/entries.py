"""The entries of native files' tables, in one spelling for all formats: what an `Image` consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Symbol(NamedTuple):
    """One imported procedure: by name, or (PE only) by ordinal.

    A named tuple and no dataclass, because a file can name a hundred thousand: this is made five times faster.

    Attributes:
        name: as spelled in the file, mangled if it is; `None` when imported by ordinal.
        ordinal: 1 to 65535, PE only.
        version: ELF symbol version such as `GLIBC_2.34`.
        weak: its absence is no error (ELF STB_WEAK, Mach-O weak reference).
    """

    name: str | None
    ordinal: int | None = None
    version: str | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """One library that an image names, in file order.

    Attributes:
        library: as spelled in the file: a DLL name, DT_NEEDED, an install name.
        delayed: a PE delay import or a Mach-O lazy library: sought when first used, not at load time.
        weak: a Mach-O weak library: its absence is no error.
        symbols: what is taken from it (PE: per library; ELF binds by scope, so always empty there).
    """

    library: str
    delayed: bool = False
    weak: bool = False
    symbols: Sequence[Symbol] = ()


class Export(NamedTuple):
    """One exported procedure. `forwarder` is PE's `DLL.name` or `DLL.#ordinal` when it lives elsewhere."""

    name: str | None
    ordinal: int | None = None
    forwarder: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class VersionNeeded:
    """ELF: `library` must define `version` (for example `libc.so.6`, `GLIBC_2.38`); `weak` if it may be absent."""

    library: str
    version: str
    weak: bool = False


class Bindings(NamedTuple):
    """ELF: what relocations refer to and others must define, each symbol once, in the order of the relocations.

    Attributes:
        eager: bound whenever the image is loaded (DT_REL, DT_RELA).
        lazy: bound at load time only if asked so (DT_JMPREL under RTLD_NOW), else when first called.
    """

    eager: tuple[Symbol, ...] = ()
    lazy: tuple[Symbol, ...] = ()


class Relocation(NamedTuple):
    """ELF: one kind of relocation against one symbol.

    Attributes:
        type: the number that the architecture gives it.
        symbol: its name; `None` when the relocation is of no symbol.
        optional: no definition need be found: it is undefined and weak.
        local: it is the image's own, whatever others define.
        slot: it stands in the PLT's table (DT_JMPREL), to which loaders come at different times.
    """

    type: int
    symbol: str | None = None
    optional: bool = False
    local: bool = False
    slot: bool = False


class Assembly(NamedTuple):
    """A side-by-side assembly as a manifest names it; empty strings for what it does not say.

    Attributes:
        token: of the publisher's public key. optional: the manifest says that it may be absent.
    """

    name: str
    version: str = ""
    architecture: str = ""
    token: str = ""
    language: str = ""
    optional: bool = False


NO_ASSEMBLY = Assembly("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """PE: what a manifest says.

    Attributes:
        identity: the assembly that it describes. dependencies: side-by-side assemblies that it depends on, in order.
        files: file names that the assembly consists of.
        sound: its root element is that of a manifest, and closed: else a loader makes nothing of it.
    """

    identity: Assembly = NO_ASSEMBLY
    dependencies: tuple[Assembly, ...] = ()
    files: tuple[str, ...] = ()
    sound: bool = True


TYPE_CHECKING = False
if TYPE_CHECKING:
    new_import = Import
else:
    _SET = tuple(vars(Import)[name].__set__ for name in ("library", "delayed", "weak", "symbols"))

    def new_import(library: str, delayed: bool = False, weak: bool = False, symbols: Sequence[Symbol] = ()) -> Import:
        """`Import(...)` for parsers in two fifths of the time: descriptors set slots, past the freezing."""
        made = object.__new__(Import)
        set_library, set_delayed, set_weak, set_symbols = _SET
        set_library(made, library)
        set_delayed(made, delayed)
        set_weak(made, weak)
        set_symbols(made, symbols)
        return made
