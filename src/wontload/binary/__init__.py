"""What a native file asks for: PE, ELF and Mach-O in, one immutable `Image` out.

`read_image(path)` maps a file, or reads a PE file in pieces, and touches only the tables it needs;
`parse_image(data, path)` does the same for bytes. Whatever is wrong with a file comes out as `MalformedImage`, never as
anything else.
`read_gpu_code(path)` lists what the file holds for GPUs, `read_pe_extras` and `read_elf_extras` what is asked seldom.
`read_api_sets(path)` reads which DLLs stand behind the API sets of a Windows version.

One module for each format (`pe`, `elf`, `macho`), with its tables in modules of their own beside it. Every access to
a file's bytes goes through `source`. Not here: which file a loader would choose (`loader`), who provides it
(`knowledge`).
"""

from wontload.binary.entries import Assembly, Export, Import, Manifest, Symbol, VersionNeeded
from wontload.binary.image import Format, Image, LoadDefect
from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.reading import parse_image, read_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.binary.apiset import ApiSets, contract_of, read_api_set_schema, read_api_sets
    from wontload.binary.elf_extras import ElfExtras, read_elf_extras
    from wontload.binary.gpu_code import CodeContainer, CodeKind, DeviceCode, GpuCode
    from wontload.binary.gpu_reading import read_device_code, read_gpu_code
    from wontload.binary.pe_extras import PEExtras, read_pe_extras

# Needed by few, so imported when one of these names is first used.
_ON_DEMAND = {
    "apiset": ("ApiSets", "contract_of", "read_api_set_schema", "read_api_sets"),
    "elf_extras": ("ElfExtras", "read_elf_extras"),
    "gpu_code": ("CodeContainer", "CodeKind", "DeviceCode", "GpuCode"),
    "gpu_reading": ("read_device_code", "read_gpu_code"),
    "pe_extras": ("PEExtras", "read_pe_extras"),
}

__all__ = [
    "ApiSets",
    "Assembly",
    "CodeContainer",
    "CodeKind",
    "Defect",
    "DeviceCode",
    "ElfExtras",
    "Export",
    "Format",
    "GpuCode",
    "Image",
    "Import",
    "LoadDefect",
    "MalformedImage",
    "Manifest",
    "PEExtras",
    "Symbol",
    "VersionNeeded",
    "contract_of",
    "parse_image",
    "read_api_set_schema",
    "read_api_sets",
    "read_device_code",
    "read_elf_extras",
    "read_gpu_code",
    "read_image",
    "read_pe_extras",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    for module, names in _ON_DEMAND.items():
        if name in names:
            globals()[name] = found = getattr(import_module(f"{__name__}.{module}"), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
