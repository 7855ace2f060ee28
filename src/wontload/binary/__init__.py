"""What a native file asks for: PE, ELF and Mach-O in, one immutable `Image` out.

`read_image(path)` maps a file and touches only the pages of the tables it needs; `parse_image(data, path)` does the
same for bytes. Whatever is wrong with a file comes out as `MalformedImage`, never as anything else.

Not here: which file a loader would choose (`loader`), who provides it (`knowledge`).
"""

from wontload.binary.image import Export, Format, Image, Import, Symbol, VersionNeeded
from wontload.binary.malformed import Defect, MalformedImage

__all__ = ["Defect", "Export", "Format", "Image", "Import", "MalformedImage", "Symbol", "VersionNeeded"]
