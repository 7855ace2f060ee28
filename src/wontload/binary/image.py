"""The value that every parser answers with: what one native file asks for, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property


class Format(str, Enum):
    """A family of native files, and with it of loaders."""

    PE = "pe"
    ELF = "elf"
    MACHO = "macho"


@dataclass(frozen=True, slots=True)
class Symbol:
    """One imported procedure: by name, or (PE only) by ordinal.

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
    symbols: tuple[Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
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


def _nothing() -> tuple[()]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Image:
    """A parsed PE, ELF or Mach-O file. Immutable; the costly tables are parsed when first asked for.

    Attributes:
        format: which family of files.
        architecture: one spelling for all formats: `x86`, `x86_64`, `arm`, `aarch64`, `arm64ec`, `riscv64`, `ppc64le`,
            `s390x`, else the field's number in hexadecimal such as `0x1c4`.
        bits: 32 or 64: of the addresses in the file.
        big_endian: byte order of the file (ELF, Mach-O).
        size_bytes: of the whole file.
        is_library: PE IMAGE_FILE_DLL, ELF ET_DYN, Mach-O MH_DYLIB or MH_BUNDLE.
        needed: libraries named, in file order, without their symbols: eager first, then delayed (PE).
        soname: ELF DT_SONAME, Mach-O install name, PE name in the export directory; `None` without one.
        rpath, runpath: ELF DT_RPATH and DT_RUNPATH split at `:`, unexpanded (Mach-O: LC_RPATHs in `rpath`).
            `None` when absent, which is not the same as empty.
        flags_1: ELF DT_FLAGS_1.
        interpreter: ELF PT_INTERP.
        os_abi: ELF EI_OSABI.
        versions_needed: ELF version needs, in file order.
        versions_defined: ELF version definitions, in file order.
        executable_stack: ELF: PT_GNU_STACK asks for one (`True`), does not (`False`), or is absent (`None`).
        dependent_load_flags: PE load configuration, `DependentLoadFlags`; 0 without one.
        has_dotnet: PE with a CLR header.
        file_version: PE version resource, four numbers; `None` without one.
        minimum_os: PE major/minor subsystem version, Mach-O minimum OS, ELF ABI note's kernel version.
        read_imports, read_exports: parse the costly tables; called once, through `imports` and `exports`.
    """

    format: Format
    architecture: str
    bits: int
    big_endian: bool = False
    size_bytes: int = 0
    is_library: bool = True
    needed: tuple[Import, ...] = ()
    soname: str | None = None
    rpath: tuple[str, ...] | None = None
    runpath: tuple[str, ...] | None = None
    flags_1: int = 0
    interpreter: str | None = None
    os_abi: int = 0
    versions_needed: tuple[VersionNeeded, ...] = ()
    versions_defined: tuple[str, ...] = ()
    executable_stack: bool | None = None
    dependent_load_flags: int = 0
    has_dotnet: bool = False
    file_version: tuple[int, int, int, int] | None = None
    minimum_os: tuple[int, ...] | None = None
    read_imports: Callable[[], tuple[Import, ...]] | None = field(default=None, repr=False, compare=False)
    read_exports: Callable[[], tuple[Export, ...]] = field(default=_nothing, repr=False, compare=False)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """`needed`, with the symbols taken from each. Raises `MalformedImage`."""
        return self.needed if self.read_imports is None else self.read_imports()

    @cached_property
    def exports(self) -> tuple[Export, ...]:
        """What it offers to others, in table order. Raises `MalformedImage`."""
        return self.read_exports()

    @cached_property
    def eager(self) -> tuple[Import, ...]:
        """The libraries that must be there when this one is loaded, in file order."""
        return tuple(one for one in self.needed if not one.delayed)

    @cached_property
    def delayed(self) -> tuple[Import, ...]:
        """The libraries sought when first used."""
        return tuple(one for one in self.needed if one.delayed)

    @cached_property
    def exports_by_name(self) -> Mapping[str, Export]:
        """Exports that have a name."""
        return {export.name: export for export in self.exports if export.name is not None}
