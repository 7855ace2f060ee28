"""What a native file asks for: PE, ELF and Mach-O in, one immutable `Image` out.

`read_image(path)` maps a file and touches only the pages of the tables it needs; `parse_image(data, path)` does the
same for bytes. Whatever is wrong with a file comes out as `MalformedImage`, never as anything else.
`read_api_sets(path)` reads which DLLs stand behind the API sets of a Windows version.

One module for each format (`pe`, `elf`, `macho`), with its tables in modules of their own beside it. Every access to
a file's bytes goes through `source`. Not here: which file a loader would choose (`loader`), who provides it
(`knowledge`).
"""

from wontload.binary.apiset import ApiSets, contract_of, read_api_set_schema, read_api_sets
from wontload.binary.image import Export, Format, Image, Import, Symbol, VersionNeeded
from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.reading import parse_image, read_image

__all__ = [
    "ApiSets",
    "Defect",
    "Export",
    "Format",
    "Image",
    "Import",
    "MalformedImage",
    "Symbol",
    "VersionNeeded",
    "contract_of",
    "parse_image",
    "read_api_set_schema",
    "read_api_sets",
    "read_image",
]
