"""The Visual C++ runtime of Visual Studio 2015 and newer: its files, and which version code needs of it.

All toolsets 14.x share one binary interface. The runtime that a process loads must be at least as new as the newest
toolset that built anything in it. Source: Microsoft, "C++ binary compatibility between Visual Studio versions".
"""

from __future__ import annotations

import re
from collections.abc import Collection

PART_OF_VC_RUNTIME = re.compile(
    r"(msvcp140(_1|_2|_atomic_wait|_codecvt_ids)?|vcruntime140(_1|_threads)?|concrt140|vccorlib140|vcomp140|vcamp140)"
    r"\.dll$",
    re.IGNORECASE,
)
STANDARD_LIBRARY = "msvcp140.dll"  # the C++ part of it
# What a debug build asks for: the runtimes of Visual C++ and the Universal CRT, and CPython's own DLL. They come with
# Visual Studio and may not be handed on. Source: Microsoft, "Determining Which DLLs to Redistribute", "Preparing a Test
# Machine To Run a Debug Executable"; CPython, PC/pyconfig.h (python3XX_d.lib).
DEBUG_RUNTIME = re.compile(
    r"(ucrtbased|(msvcp|msvcr|vcruntime|concrt|vccorlib|vcomp|vcamp|mfcm?|atl)\d{2,3}(_\d)?u?d(_atomic_wait|_codecvt_ids)?"
    r"|python3\d*t?_d)\.dll$",
    re.IGNORECASE,
)
# The same before Visual Studio 2010, as side-by-side assemblies: `Microsoft.VC90.DebugCRT`.
DEBUG_ASSEMBLY = re.compile(r"^Microsoft\.VC\d+\.Debug", re.IGNORECASE)
# The constructor of std::mutex became constexpr: in the runtime and, if asked for, in code with 14.38
# (microsoft/STL#3824, #4000: Visual Studio 2022 17.8), in all code with 14.40 (#4339: 17.10). A runtime from before
# does not know such a mutex: who locks one follows a null pointer (STL's changelog of 17.10; #4730: runtime 14.32).
CONSTEXPR_MUTEX_RUNTIME = (14, 38)
# Code that makes its mutexes at run time has this procedure from the runtime (so has `std::recursive_mutex`, and what
# defines _DISABLE_CONSTEXPR_MUTEX_CONSTRUCTOR). Source: microsoft/STL, stl/inc/mutex, `_Mutex_base`.
MAKES_MUTEX, LOCKS_MUTEX = "_Mtx_init_in_situ", frozenset({"_Mtx_lock", "_Mtx_trylock"})


def locks_constexpr_mutexes(taken: Collection[str], linker_version: tuple[int, int] | None) -> bool:
    """Whether code locks mutexes that no runtime has made, by what it takes from msvcp140.dll and who linked it.

    The linker of older toolsets says that somebody else made them; LLVM's (14.0) says nothing of that.
    """
    if MAKES_MUTEX in taken or not LOCKS_MUTEX.intersection(taken) or linker_version is None:
        return False
    return linker_version >= CONSTEXPR_MUTEX_RUNTIME or linker_version == (14, 0)


def toolset_of_linker(linker_version: tuple[int, int] | None) -> tuple[int, int] | None:
    """The toolset of Visual C++ that a linker version stands for; `None` for other linkers, such as mingw's 2.40.

    The linker of LLVM (lld-link) writes 14.0 whatever it linked, which claims nothing that is not so.
    """
    return linker_version if linker_version is not None and linker_version[0] == 14 else None
