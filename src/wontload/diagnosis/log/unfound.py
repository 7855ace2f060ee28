"""What a text says of a DLL that Windows did not find, or found and did not take: where it is added, and to whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from wontload.diagnosis.log.text import own_words, says
from wontload.diagnosis.log.told import is_not_activated, worked_with_an_older_python, works_elsewhere
from wontload.diagnosis.log.unsearched import OTHER_START

FILE_NOT_FOUND = 2
# With these Windows ends a program before its own code runs. Source: Microsoft, MS-ERREF, STATUS_INVALID_IMAGE_FORMAT,
# STATUS_DLL_NOT_FOUND, STATUS_ENTRYPOINT_NOT_FOUND.
ENDS_A_START = frozenset((0xC000007B, 0xC0000135, 0xC0000139))
MODULE_NOT_FOUND = 126
PROCEDURE_NOT_FOUND = 127
INVALID_PARAMETER = 87


@dataclass(frozen=True, slots=True)
class Told:
    """What a number of Windows comes of, by the text around it; an empty `why` or `title` leaves the number's own."""

    code: str
    suspects: tuple[str, ...]
    why: str = ""
    title: str = ""


def of_not_found(text: str, has_directories: bool) -> Told | None:
    """What error 126 comes of; `has_directories`: the package adds directories of its own for its DLLs."""
    if is_not_activated(text):
        return Told("WL202", ("WL201", "WL206"), _NOT_ACTIVATED, _OF_ENVIRONMENT)
    if works_elsewhere(text):
        return Told("WL202", ("WL201", "WL206", "WL203"), OTHER_START)
    if "CONDA_DLL_SEARCH_MODIFICATION_ENABLE" in own_words(text):
        return Told("WL203", ("WL202", "WL206", "WL201"), _OF_CONDA)
    if was_added_in_vain(text):
        return Told("WL203", ("WL202", "WL201"), _IN_VAIN)
    if _BY_CFFI.search(text) and _ADDS.search(text):
        return Told("WL203", ("WL202", "WL201", "WL103"), _OF_CFFI)
    if has_directories or worked_with_an_older_python(text):
        return Told("WL202", ("WL203", "WL201", "WL504"))
    if _CALLED_BY_NAME.search(text):
        return Told("WL202", ("WL201", "WL203", "WL204", "WL101"), _BY_NAME)
    return None


def of_python_dll(text: str, file: str) -> Told | None:
    """What error 126 comes of for Python's own DLL: 3.9 and newer need functions that Windows 7 has not.

    Source: Python 3.9, What's New: Windows 7 is no longer supported; leapbtw/uxplay-windows#13.
    """
    if _OF_NEWER_PYTHON.search(file) and _is_of_old_windows(text):
        return Told("WL307", ("WL201", "WL504"), _OLD_WINDOWS, "{file} does not load on that Windows, which is too old")
    return None


_OF_NEWER_PYTHON = re.compile(r"python3(?:9|1\d)t?\.dll$", re.IGNORECASE)
_SAYS_NEWER_PYTHON = re.compile(r"\bpython\b[^.\n]{0,40}\b3\.(?:9|1\d)\b|\bpython3(?:9|1\d)t?\.dll\b", re.IGNORECASE)


def of_start(text: str) -> Told | None:
    """What it comes of that Windows ends a start: a program made with Python 3.9 or newer does not start on Windows 7.

    Source: Python 3.9, What's New; DazedNConfused-/CDDA-Game-Launcher#48.
    """
    if says(_SAYS_NEWER_PYTHON, text) and _is_of_old_windows(text):
        return Told("WL307", ("WL201", "WL103"), _OLD_WINDOWS, "that Windows is too old for a Python of 3.9 or newer")
    return None


def of_no_procedure(text: str) -> Told | None:
    """What error 127 comes of."""
    if _is_of_old_windows(text):
        return Told("WL307", ("WL206", "WL301", "WL305", "WL304"), _OLD_WINDOWS)
    if _BY_TORCH.search(text):
        return Told("WL304", ("WL206", "WL301", "WL305"), _OF_OPERATORS, _OTHER_TORCH)
    return None


# torch's own way to load a library of operators, which is linked with one release of torch.
# Source: pytorch, torch/_ops.py; pyg-team/pytorch_geometric#6931; rusty1s/pytorch_scatter#186.
_BY_TORCH = re.compile(r"torch[\\/]{1,2}_ops\.py\", line \d{1,5}, in load_library|\btorch\.ops\.load_library\(")


def of_parameter(text: str, module: str) -> Told | None:
    """What error 87 comes of: a Windows without the update that brings the flags of a search says it of every module.

    Python asks for its own modules by full paths. Source: Microsoft, LoadLibraryExW, remarks on KB2533623.
    """
    if module in OF_PYTHONS_DLLS or _is_of_old_windows(text):
        return Told("WL307", ("WL202",), _OLD_WINDOWS, "Windows does not know the flags that {file} is loaded with")
    if _ADDS.search(text):
        return Told("WL208", ("WL203", "WL202"), _NO_FULL_PATH, _ADDED_IN_PART)
    return None


# Modules that CPython's installer for Windows puts into DLLs. Source: CPython, Tools/msi/lib.
OF_PYTHONS_DLLS = frozenset(
    "_asyncio _bz2 _ctypes _decimal _elementtree _hashlib _lzma _msi _multiprocessing _overlapped _queue _socket "
    "_sqlite3 _ssl _tkinter _uuid pyexpat select unicodedata winsound".split()
)
# What people say that they did, and that it did not help: PYTHONPATH is for modules alone, and what
# os.add_dll_directory adds counts for loads alone that ask for it. Source: Python documentation, PYTHONPATH and
# os.add_dll_directory; FNCS/fncs#18; conda/conda#10897; projecthorus/horusdemodlib#307.
_IN_VAIN_WORDS = re.compile(
    r"\b(?:even (?:if|with|though|after|when)|although|despite|in spite of)\b[^\n]{0,140}"
    r"\b(?:add_dll_directory|PYTHONPATH)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)  # asked for each library of one text
def was_added_in_vain(text: str) -> bool:
    """Whether somebody says that a directory was added in a way of those, and the library not found all the same."""
    return says(_IN_VAIN_WORDS, text)


# cffi before 1.17 loads by LoadLibrary alone, which does not search what os.add_dll_directory adds.
# Source: libvips/pyvips#489, where 1.17 helped.
_BY_CFFI = re.compile(r"\bffi\.dlopen\b|\bcffi\b")
_ADDS = re.compile(r"\badd_dll_dir(?:ectory)?\(")
# A line of Python code that asks for a DLL by its name alone.
_CALLED_BY_NAME = re.compile(r"\b(?:(?:Win|Ole|C|Py)DLL|LoadLibrary)\(['\"][\w.-]{1,80}['\"]\)")
# Windows before 8, where the text names no newer one. Source: Microsoft, Operating System Version: 6.1 is Windows 7.
_OLD = re.compile(
    r"\bwin(?:dows)? ?(?:xp|vista|7|server 2008)\b|\bWindows-7-|\[Version (?:5\.|6\.[01])|\bXP,? SP-?\d",
    re.IGNORECASE,
)
_NEW = re.compile(r"\bwin(?:dows)? ?-?(?:8|10|11)\b|\[Version 10\.", re.IGNORECASE)


@lru_cache(maxsize=1)
def _is_of_old_windows(text: str) -> bool:
    return says(_OLD, text) and not says(_NEW, text)


_OF_ENVIRONMENT = "the DLLs of a conda environment were not found: it is not activated"
_NOT_ACTIVATED = (
    "conda has DLLs in five folders of an environment (Library\\bin among them), and `conda activate` puts those into "
    "PATH. `conda run -n NAME python …` does it for one command; an IDE has to be told to, or be started from there."
)
_OF_CONDA = (
    "conda's Python 3.8 and 3.9 for Windows change the search for DLLs so that os.add_dll_directory does not count; "
    "CONDA_DLL_SEARCH_MODIFICATION_ENABLE=1 changes it so that it does."
)
_IN_VAIN = (
    "PYTHONPATH is searched for modules, never for DLLs. What os.add_dll_directory adds counts for extension modules "
    "and ctypes from Python 3.8 on, as long as what it returned is kept, and not for code that searches PATH."
)
_OF_CFFI = (
    "What os.add_dll_directory adds counts for cffi from 1.17 on; before that cffi asks as programs do, and PATH is "
    "what counts. With its full path the DLL is found; those that it needs lie beside it or in PATH."
)
_BY_NAME = (
    "A name alone is sought in the program's directory, Windows' own and those that were added, since Python 3.8 not "
    "in the working directory and PATH. With its full path the DLL is found; those that it needs lie beside it."
)
_ADDED_IN_PART = "a directory is added for DLLs by a path that is not a full one, which Windows refuses"
# Source: Microsoft, AddDllDirectory, NewDirectory; rasterio/rasterio#2705.
_NO_FULL_PATH = (
    "os.add_dll_directory wants a path from the drive on. Code that adds each entry of PATH meets `.`, an empty entry "
    "or one that begins with a slash: take that out of PATH. What one writes oneself os.path.abspath makes right."
)
_OTHER_TORCH = "a library of operators for torch was built for another torch than the one that is installed"
_OF_OPERATORS = (
    "It takes functions from torch's DLLs by their names, which change from release to release. A wheel that is built "
    "for this torch, its CUDA and this Python fits; the package's page says where those are."
)
_OLD_WINDOWS = (
    "Newer packages call functions that Windows has only since 8 or 10, or on 7 with an update (KB2533623 and "
    "KB3063858 bring AddDllDirectory). Python 3.8 was the last for Windows 7."
)
