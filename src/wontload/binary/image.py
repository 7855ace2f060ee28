"""The value that every parser answers with: what one native file asks for, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum
from functools import cached_property

from wontload.binary.entries import Bindings, Export, Import, Manifest, Relocation, Symbol, VersionNeeded
from wontload.binary.export_index import ExportIndex, ListedExports


class Format(str, Enum):
    """A family of native files, and with it of loaders."""

    PE = "pe"
    ELF = "elf"
    MACHO = "macho"


class LoadDefect(str, Enum):
    """What is wrong with how an ELF file would be mapped (PT_LOAD), whatever it holds."""

    NONE_AT_ALL = "none at all"
    OFFSET = "offset"  # a segment whose address and offset in the file lie differently within a page of 4096 bytes


def _nothing() -> tuple[()]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Image:
    """A parsed PE, ELF or Mach-O file. Immutable; the costly tables are parsed when first asked for.

    Attributes:
        format: which family of files.
        architecture: one spelling for all formats: `x86`, `x86_64`, `arm`, `aarch64`, `arm64ec`, `arm64x` (PE: both
            `aarch64` and `arm64ec` code), `riscv64`, `ppc64le`, `s390x` and the like, else the field's number in
            hexadecimal such as `0x1f0`.
        bits: 32 or 64: of the addresses in the file.
        big_endian: byte order of the file (ELF, Mach-O).
        size_bytes: of the whole file.
        is_library: PE IMAGE_FILE_DLL, ELF ET_DYN, Mach-O MH_DYLIB or MH_BUNDLE.
        needed: libraries named, in file order, without their symbols: eager first, then delayed (PE).
        filters, auxiliaries: ELF DT_FILTER and DT_AUXILIARY: libraries in whose place this one stands, to be searched
            before it. The former must be there.
        soname: ELF DT_SONAME, Mach-O install name, PE name in the export directory; `None` without one.
        rpath, runpath: ELF DT_RPATH and DT_RUNPATH split at `:`, unexpanded (Mach-O: LC_RPATHs in `rpath`).
            `None` when absent, which is not the same as empty.
        flags_1: ELF DT_FLAGS_1, with DF_1_NOW also where DF_BIND_NOW in DT_FLAGS says the same, as loaders take it.
        interpreter: ELF PT_INTERP.
        os_abi: ELF EI_OSABI.
        versions_needed: ELF version needs, in file order.
        versions_defined: ELF version definitions, in file order, the file's own (the first, its SONAME) included.
        executable_stack: ELF: PT_GNU_STACK asks for one (`True`), does not (`False`), or is absent (`None`).
        packed_relocations: ELF: it has DT_RELR, which loaders of before 2022 do not know. Mach-O: chained fix-ups
            (LC_DYLD_CHAINED_FIXUPS), which those of before macOS 10.15 do not know.
        dependent_load_flags: PE load configuration, `DependentLoadFlags`; 0 without one.
        has_dotnet: PE with a CLR header.
        any_processor: PE: such a file of .NET's own code alone; though a 32-bit one, 64-bit processes map it too.
        entry_defect: PE: why nothing can run at its entry point, so that its initialisation fails; empty where
            something can, or there is none.
        wine_builtin: PE: a DLL of Wine's own, which Wine maps in place of any file of that name.
        file_version: PE version resource, four numbers; `None` without one.
        minimum_os: PE major/minor subsystem version, Mach-O minimum OS, ELF ABI note's kernel version.
        opaque: only its presence and architecture are known, as of a clean system's own files: taken to load, without
            its tables.
        elf_type: ELF e_type: 2 ET_EXEC, 3 ET_DYN; 0 for other formats. A position-independent executable is ET_DYN
            with DF_1_PIE (0x08000000) in `flags_1`.
        slices: architectures of a fat Mach-O file, in file order; empty for a thin one and for other formats.
        file_type: Mach-O filetype: 2 MH_EXECUTE, 6 MH_DYLIB, 8 MH_BUNDLE; 0 for other formats and where not known.
        platforms: Mach-O: PLATFORM_* numbers that it was built for (1 macOS, 2 iOS, 6 Catalyst), where it says any.
        sdk: Mach-O: version of the SDK that it was built with; `None` when it says none.
        uuid: Mach-O LC_UUID, in upper case with hyphens; `None` without one.
        linker_version: PE: major and minor version of the linker, which for Microsoft's is that of the toolset
            (14.40); mingw's writes that of binutils (2.40). `None` for other formats.
        static_tls: ELF: it must have its thread-local data in the block that every thread gets at its start
            (DF_STATIC_TLS, "initial-exec").
        tls_bytes: ELF: thread-local data of each thread (PT_TLS), in bytes.
        tls_alignment, tls_offset: ELF: its alignment, and its address modulo that.
        isa_needed: ELF: x86-64 levels that a CPU must have, a bit each: 1 for the baseline, 2 for x86-64-v2 and so on.
        reexports: Mach-O: install names of those of `needed` whose symbols it offers as its own.
        load_defect: ELF: see `LoadDefect`; `None` where nothing is wrong, or that is not known.
        header: ELF: the file's first 64 bytes, which loaders check before anything else; empty when not known.
        is_dynamic: ELF: it has a dynamic section; a static executable and separate debug information have none.
        read_imports, read_exports, read_undefined, read_bindings, read_relocations, read_plain_names: parse the costly
            tables; called once, through `imports`, `exports` and so on.
        read_export_index: ELF: reads the hash table through which names are found; see `export_index`.
        read_as: ELF, of a file without segments or dynamic section: as `MalformedImage.read_as`.
        read_slice: fat Mach-O: parses another slice, by architecture; see `sliced`.
    """

    format: Format
    architecture: str
    bits: int
    big_endian: bool = False
    size_bytes: int = 0
    is_library: bool = True
    needed: tuple[Import, ...] = ()
    filters: tuple[str, ...] = ()
    auxiliaries: tuple[str, ...] = ()
    soname: str | None = None
    rpath: tuple[str, ...] | None = None
    runpath: tuple[str, ...] | None = None
    flags_1: int = 0
    interpreter: str | None = None
    os_abi: int = 0
    versions_needed: tuple[VersionNeeded, ...] = ()
    versions_defined: tuple[str, ...] = ()
    executable_stack: bool | None = None
    packed_relocations: bool = False
    dependent_load_flags: int = 0
    has_dotnet: bool = False
    any_processor: bool = False
    entry_defect: str = ""
    wine_builtin: bool = False
    file_version: tuple[int, int, int, int] | None = None
    minimum_os: tuple[int, ...] | None = None
    opaque: bool = False
    elf_type: int = 0
    slices: tuple[str, ...] = ()
    file_type: int = 0
    platforms: tuple[int, ...] = ()
    sdk: tuple[int, ...] | None = None
    uuid: str | None = None
    linker_version: tuple[int, int] | None = None
    static_tls: bool = False
    tls_bytes: int = 0
    tls_alignment: int = 0
    tls_offset: int = 0
    isa_needed: int = 0
    reexports: tuple[str, ...] = ()
    is_dynamic: bool = True
    load_defect: LoadDefect | None = None
    header: bytes = field(default=b"", repr=False)
    read_imports: Callable[[], tuple[Import, ...]] | None = field(default=None, repr=False, compare=False)
    read_exports: Callable[[], Sequence[Export]] = field(default=_nothing, repr=False, compare=False)
    read_undefined: Callable[[], tuple[Symbol, ...]] = field(default=_nothing, repr=False, compare=False)
    read_bindings: Callable[[], Bindings] | None = field(default=None, repr=False, compare=False)
    read_manifest: Callable[[], Manifest | None] | None = field(default=None, repr=False, compare=False)
    read_assembly_manifest: Callable[[], Manifest | None] | None = field(default=None, repr=False, compare=False)
    read_relocations: Callable[[], tuple[Relocation, ...]] | None = field(default=None, repr=False, compare=False)
    read_plain_names: Callable[[], frozenset[str]] | None = field(default=None, repr=False, compare=False)
    read_export_index: Callable[[], ExportIndex] | None = field(default=None, repr=False, compare=False)
    read_slice: Callable[[str], Image] | None = field(default=None, repr=False, compare=False)
    read_as: Callable[[int, str], Image] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """`needed`, with the symbols taken from each. Raises `MalformedImage`."""
        return self.needed if self.read_imports is None else self.read_imports()

    @cached_property
    def exports(self) -> Sequence[Export]:
        """What it offers to others, in table order. Raises `MalformedImage`."""
        return self.read_exports()

    @cached_property
    def undefined(self) -> tuple[Symbol, ...]:
        """ELF: symbols that some other image must define, with their versions, in table order. Raises `MalformedImage`.

        ELF binds a symbol to whichever image of the scope defines it first, so none of these belongs to one library.
        """
        return self.read_undefined()

    @cached_property
    def bindings(self) -> Bindings:
        """ELF: those of `undefined` that relocations refer to, in the order in which a loader comes to them.

        What no relocation refers to, no loader looks for. Raises `MalformedImage`.
        """
        return Bindings(self.undefined) if self.read_bindings is None else self.read_bindings()

    @cached_property
    def relocations(self) -> tuple[Relocation, ...] | None:
        """ELF: each kind of relocation against each symbol once: those of the PLT first, then the others.

        `None` when they are not known. Raises `MalformedImage`.
        """
        return None if self.read_relocations is None else self.read_relocations()

    @cached_property
    def plain_names(self) -> frozenset[str] | None:
        """ELF: the names that a loader finds here which asks for no version and calls no IFUNC resolver.

        `None` when that is not known. Raises `MalformedImage`.
        """
        return None if self.read_plain_names is None else self.read_plain_names()

    def sliced(self, architecture: str) -> Image | None:
        """A Mach-O file as a process of that architecture sees it; `None` when nobody kept what is in that slice.

        Itself, when it is the right one already or has none of that kind. Raises `MalformedImage`.
        """
        if architecture == self.architecture or architecture not in self.slices:
            return self
        return None if self.read_slice is None else self.read_slice(architecture)

    @cached_property
    def manifest(self) -> Manifest | None:
        """PE: the manifest that the loader heeds: of an EXE with number 1, of a DLL with number 2; `None` without one.

        Source: Microsoft, "Using Side-by-Side Assemblies as a Resource". Raises `MalformedImage`.
        """
        return None if self.read_manifest is None else self.read_manifest()

    @cached_property
    def assembly_manifest(self) -> Manifest | None:
        """PE: the manifest with number 1 of a DLL that is an assembly itself. Raises `MalformedImage`."""
        return None if self.read_assembly_manifest is None else self.read_assembly_manifest()

    @cached_property
    def eager(self) -> tuple[Import, ...]:
        """The libraries that must be there when this one is loaded, in file order."""
        return tuple(one for one in self.needed if not one.delayed)

    @cached_property
    def delayed(self) -> tuple[Import, ...]:
        """The libraries sought when first used."""
        return tuple(one for one in self.needed if one.delayed)

    @cached_property
    def export_versions(self) -> Mapping[str, tuple[str | None, ...]]:
        """ELF: the versions in which each name is exported; `None` among them for one without a version."""
        versions: dict[str, tuple[str | None, ...]] = {}
        for name, _, _, version in self.exports:
            if name is not None:
                versions[name] = (*versions[name], version) if name in versions else (version,)
        return versions

    @cached_property
    def export_index(self) -> ExportIndex:
        """ELF: the same as `export_versions` for a few names, where all of them would be too many to read.

        Raises `MalformedImage`.
        """
        return ListedExports(self.export_versions) if self.read_export_index is None else self.read_export_index()

    @cached_property
    def exports_by_name(self) -> Mapping[str, Export]:
        """Exports that have a name."""
        return {export.name: export for export in self.exports if export.name is not None}

    @cached_property
    def exports_by_ordinal(self) -> Mapping[int | None, Export]:
        """All exports, by their numbers: Qt's libraries have tens of thousands, which hardly anybody asks for so."""
        return {export.ordinal: export for export in self.exports}

    @cached_property
    def remarkable(self) -> dict[int, tuple[Import, tuple[tuple[Symbol, Export | None], ...]]]:
        """What loads found of the imports that are bound to this image, by the import's `id`; see `loader.windows`."""
        return {}


TYPE_CHECKING = False
if TYPE_CHECKING:
    new_image = Image
else:
    _DEFAULTS = {one.name: one.default for one in fields(Image) if one.default is not MISSING}

    def new_image(**given: object) -> Image:
        """`Image(...)` for parsers: a frozen dataclass sets its fields one by one, which takes as long as a header."""
        image = object.__new__(Image)
        object.__setattr__(image, "__dict__", {**_DEFAULTS, **given})
        return image
