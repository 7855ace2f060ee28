"""The ways of loading that `tree --load-as` names, as the flags that CPython hands to the loader for each."""

from __future__ import annotations

import re

from wontload.binary import Format

# Python/dynload_win.c of CPython 3.8 and newer: LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR.
WINDOWS_IMPORT = 0x1100
# Lib/ctypes/__init__.py, CDLL.__init__: DEFAULT_DIRS; a name with a slash or backslash in it is made absolute and gets
# DLL_LOAD_DIR too.
WINDOWS_CTYPES_BARE_NAME = 0x1000
WINDOWS_LEGACY = 0  # winmode=0
RTLD_NOW = 2  # the same number on Linux and macOS
MACOS_RTLD_LOCAL = 4  # 0 on Linux
ELF_IMPORT = RTLD_NOW  # Modules/posixmodule.c and pystate: sys.getdlopenflags() of a fresh interpreter

FORMATS = {
    "import": frozenset(Format),
    "ctypes": frozenset(Format),
    "legacy": frozenset({Format.PE}),
    "dlopen": frozenset({Format.ELF, Format.MACHO}),
}
MODES = tuple(FORMATS)

# importlib.machinery.EXTENSION_SUFFIXES of the interpreters in use, without the plain `.so`, which says nothing.
_IMPORTABLE = re.compile(r"\.pyd$|\.(cpython-\d+|abi3|abi3t|pypy\d+|graalpy\d+)[\w.-]*\.so$", re.IGNORECASE)


def default_mode(file_name: str) -> str:
    """`import` for a name that an import could find, else `ctypes`."""
    return "import" if _IMPORTABLE.search(file_name) else "ctypes"


def fits(mode: str, image_format: Format) -> bool:
    """Whether a file of this format can be loaded in this mode at all."""
    return image_format in FORMATS[mode]


def flags_for(mode: str, image_format: Format, name: str) -> int:
    """The flags (Windows: of `LoadLibraryExW`, elsewhere: the mode of `dlopen`) with which CPython loads `name`."""
    if image_format is Format.PE:
        bare = not re.search(r"[\\/]", name)
        ctypes = WINDOWS_CTYPES_BARE_NAME if bare else WINDOWS_IMPORT
        return {"import": WINDOWS_IMPORT, "ctypes": ctypes, "legacy": WINDOWS_LEGACY}[mode]
    if mode == "import":
        return ELF_IMPORT
    return RTLD_NOW | (MACOS_RTLD_LOCAL if image_format is Format.MACHO else 0)
