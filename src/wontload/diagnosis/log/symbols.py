"""What the name of a missing symbol says of the cause."""

from __future__ import annotations

import re

from wontload.diagnosis.log.c_runtimes import OF_GLIBC_ITSELF, PARTS_OF_TWO
from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.facts import Facts
from wontload.diagnosis.log.outcome import Reading, base_name
from wontload.diagnosis.log.symbols_on_mac import of_symbol_on_mac
from wontload.diagnosis.log.text import says
from wontload.knowledge.stable_abi import stable_abi
from wontload.knowledge.symbol_versions import is_only_in_glibc, musl_of
from wontload.knowledge.vc_runtime import PART_OF_VC_RUNTIME

# Functions that glibc has only since a release, under names without a version. Source: glibc NEWS: __isoc23_* 2.38,
# fcntl64 2.28, __libc_single_threaded 2.32, pthread_cond_clockwait 2.30, arc4random 2.36, _dl_find_object 2.35.
_OF_NEWER_GLIBC = re.compile(
    r"__isoc23_|fcntl64$|__libc_single_threaded$|pthread_cond_clockwait$|arc4random|_dl_find_object$|strlcpy$|strlcat$"
)
# Families of names that grow with glibc, beside those of its release in the table.
_ONLY_IN_GLIBC = re.compile(r"__\w+_chk$|__isoc\d\d_|gnu_|\w+64(?:v2|_r)?$")
_OF_PYTHON = re.compile(r"_?_?Py(?![a-z])\w+|_?_?_Py\w+")
_OF_LIBSTDCXX = re.compile(r"_ZNK?(?:St|9__gnu_cxx)|_ZSt|_ZTINSt|__cxa_call_terminate|__cxa_init_primary")
# C++ names of torch's namespaces, as Microsoft's compiler spells them.
_OF_TORCH = re.compile(r"@(?:c10|at|torch|caffe2)@@")
# Names that every torch has: it was not loaded when the extension was. And those that torch had while its extensions
# were not linked to it: for them it is either that, or another torch.
# Source: PyTorch, C++ API, FAQ, "Undefined symbol errors from PyTorch/ATen"; torch/csrc/autograd/python_variable.cpp.
_OF_EVERY_TORCH = re.compile(r"THPVariableClass$")
_OF_OLD_TORCH = re.compile(r"_ZN2at19UndefinedTensorImpl|_ZN6caffe26detail|_ZT[ISV]N5torch8autograd8Variable")
# Functions of C's <math.h>, which Android has in libm alone. Source: ISO C, 7.12; bionic, libm/libm.map.txt;
# python-pillow/Pillow#4355, termux/termux-packages#2722.
_OF_LIBM = re.compile(
    r"(?:a?(?:sin|cos|tan)h?|atan2|exp(?:2|m1)?|log(?:2|10|1p|b)?|pow|sqrt|cbrt|hypot|modf|fmod|frexp|ldexp|scalbn|ceil|"
    r"floor|l?l?round|l?l?rint|trunc|erfc?|[lt]gamma|copysign|fma|fmin|fmax|fabs|nearbyint|remainder|nextafter)[fl]?$"
)
# What people say that helped. Source: lufficc/SSD#125; pytorch/pytorch#8036.
_TORCH_BEFORE = re.compile(r"\bimport(?:ing)? `{0,3}torch`{0,3} (?:first\b|before\b)", re.IGNORECASE)
_OF_OPENMP = re.compile(r"__kmpc_|GOMP_|omp_|kmp_")
_OF_MKL = re.compile(r"mkl_|iJIT_")  # Intel's MKL and ITT: their parts have to be of one release
# GLib's names; and modules that come with Python, and files of the system, each built with the libraries beside
# them. Source: GLib API reference; CPython, Modules/Setup; sqlmapproject/sqlmap#2194; AppImage/AppImageKit#1162.
_OF_GLIB = re.compile(r"g_[a-z]")
_OF_PYTHON_ITSELF = re.compile(r"/lib-dynload/[^/]+$")
_OF_SYSTEM = re.compile(r"/(?:usr/)?lib(?:32|64)?/(?!.*(?:-packages|lib-dynload)/)")
# NVIDIA's libraries call each other, and each exists in many builds of one file name.
_OF_CUDA = re.compile(r"__nvJitLink|nvJitLink|cublas|cudnn|cusparse|cusolver|cufft|nvrtc|cuda[A-Z]|ncc?l[A-Z]")


def of_symbol(event: Event, facts: Facts, text: str) -> Reading:
    """What it means that a symbol is missing, by whose symbol it is."""
    symbol = event.values.get("symbol", "")
    bare = symbol.lstrip("_") if facts.system == "macos" else symbol
    if event.message.id == "musl-relocating" and (is_only_in_glibc(symbol) or _ONLY_IN_GLIBC.match(symbol)):
        return Reading("WL306", True, ("WL501",), f"{symbol} is glibc's alone: the file was built for glibc", _MUSL)
    if event.message.id == "musl-relocating" and (release := musl_of(symbol)):
        title = f"{symbol} came with musl {release}, and the musl there is older"
        return Reading("WL307", True, ("WL206", "WL501"), title, _OLD_MUSL)
    if _OF_NEWER_GLIBC.match(symbol):
        return Reading("WL302", True, ("WL304",), f"{symbol} came with a newer glibc than that machine has", _NEWER)
    if event.message.id == "bionic-symbol" and _OF_LIBM.match(symbol):
        title = f"{symbol} is libm's, and the file was not linked with that: Android's loader looks nowhere else"
        return Reading("WL704", False, ("WL304", "WL307"), title, _LINK_LIBM)
    if _OF_PYTHON.match(symbol) or _OF_PYTHON.match(bare):
        if told := _of_every_python(event, bare):
            return told
        return Reading(
            "WL501", True, ("WL304",), f"that Python has no {symbol}: the file was built for another one", _PYTHON
        )
    version = event.values.get("version", "")
    if version == "GLIBC_PRIVATE" or OF_GLIBC_ITSELF.search(event.values.get("importer", "")):
        return Reading("WL206", True, ("WL302",), "parts of two glibcs meet in one process", PARTS_OF_TWO)
    if version.startswith("GLIBC_"):
        return Reading("WL302", True, ("WL206",))
    if not version and (told := _of_unlinked_runtime(event, symbol)):
        return told
    if version.startswith(("GLIBCXX_", "CXXABI_")) or _OF_LIBSTDCXX.match(symbol):
        return Reading("WL303", True, ("WL206", "WL304"))
    library = base_name(event.values.get("library", ""))
    if _OF_CUDA.match(symbol) or (version and "nv" in library):
        return Reading(
            "WL206", True, ("WL304", "WL305"), f"an older copy of NVIDIA's library came first: it lacks {symbol}", _CUDA
        )
    if _OF_EVERY_TORCH.match(symbol) or (_OF_OLD_TORCH.match(symbol) and says(_TORCH_BEFORE, text)):
        title = f"{symbol} is torch's, and no torch was loaded before the file that needs it"
        return Reading("WL202", False, ("WL304", "WL206"), title, _TORCH_FIRST)
    if _OF_OLD_TORCH.match(symbol):
        return Reading("WL304", False, ("WL202", "WL206"), "", _TORCH_FIRST)
    if _OF_MKL.match(symbol):
        return Reading("WL206", False, ("WL201", "WL304"))
    if "bitsandbytes_cpu" in event.values.get("importer", ""):
        return Reading("WL405", False, ("WL304", "WL504"))
    if _OF_OPENMP.match(symbol):
        return Reading("WL206", False, ("WL604", "WL304"))
    if version:
        return Reading(
            "WL206", True, ("WL304",), f"another copy of a library came first: it has no {symbol} of version {version}"
        )
    told = of_symbol_on_mac(event, facts, text) or _of_elf(event, symbol)
    return told or Reading(event.message.code, event.message.decides, ("WL206", "WL301"))


# Compilers' runtime libraries, by names that each release of them has; the newer ones of Fortran's are no exception, as
# the system's is often newer than conda's. Source: GCC, libstdc++ ABI (all of GLIBCXX_3.4 and CXXABI_1.3), libgfortran,
# gfortran.map; Intel compilers, libsvml, libirc and libifcore; travis-ci/travis-ci#7007;
# flexible-atomic-code/fac#491.
_OF_RUNTIMES = (
    (re.compile(r"_gfortran_"), "libgfortran", ("WL206", "WL303", "WL304")),
    (
        re.compile(r"__svml_|__intel_|_intel_fast_|for_(?:write|read|stop|alloc|dealloc|open|close)_?"),
        "Intel's compilers' runtime",
        ("WL304", "WL206"),
    ),
    (
        re.compile(
            r"(?:__gxx_personality_v0|_ZTVN10__cxxabiv1\w+|_ZSt4c(?:out|err|in)|_ZNSt8ios_base4InitC1Ev|_Zn[wa]m|_Zd[la]Pv|"
            r"__cxa_(?:pure_virtual|begin_catch|end_catch|guard_acquire|throw|rethrow|allocate_exception))$"
        ),
        "C++'s runtime",
        ("WL704", "WL304"),
    ),
)


def _of_unlinked_runtime(event: Event, symbol: str) -> Reading | None:
    """What it means that a file misses what every release of a compiler's runtime library has."""
    if event.message.id != "undefined-symbol":
        return None
    for names, runtime, suspects in _OF_RUNTIMES:
        if names.match(symbol):
            title = f"{symbol} is in {runtime}, which the file was not linked with"
            return Reading("WL205", False, suspects, title, _UNLINKED)
    return None


def _of_elf(event: Event, symbol: str) -> Reading | None:
    """What a symbol without a version means for a file that was built together with the library that has it."""
    importer = event.values.get("importer", "")
    if event.message.id != "undefined-symbol":
        return None
    if _OF_PYTHON_ITSELF.search(importer):
        title = f"{base_name(importer)} came with Python, and an older copy of the library that has {symbol} came first"
        return Reading("WL206", False, ("WL304",), title, _OTHER_COPY)
    if not _OF_SYSTEM.match(importer):
        return None
    if _OF_GLIB.match(symbol):
        title = f"the system's {base_name(importer)} got an older copy of GLib than its own: it has no {symbol}"
        return Reading("WL206", False, ("WL304",), title, _OTHER_COPY)
    return Reading("WL304", False, ("WL206", "WL301"))


# What Python 2 has by other names: its headers make PyString_ of PyBytes_, and put UCS2 or UCS4 into PyUnicode_.
# Source: CPython 2.7, Include/bytesobject.h and unicodeobject.h; salilab/imp#1039.
_NOT_OF_PYTHON_2 = re.compile(r"PyBytes_|PyUnicode_|PyModule_Create2$")
_OLDEST_OF_STABLE_ABI = (3, 2)


def _of_every_python(event: Event, symbol: str) -> Reading | None:
    """What it means that a module misses what every Python 3 has: it does not see Python's symbols at all.

    Source: CPython, configure.ac (`On Android and Cygwin the shared libraries must be linked with libpython`);
    numpy/numpy#15948, #13717 and #14480, where a program embeds Python.
    """
    if stable_abi().get(symbol) != _OLDEST_OF_STABLE_ABI:
        return None
    if _NOT_OF_PYTHON_2.match(symbol) and event.message.id != "bionic-symbol":
        title = f"every Python 3 has {symbol}, and Python 2 has not: the file was built for another Python"
        return Reading("WL501", False, ("WL304", "WL704"), title, _PYTHON)
    if event.message.id == "bionic-symbol":
        title = f"the module was not linked with libpython, which on Android it has to be: it does not see {symbol}"
        return Reading("WL704", False, ("WL304", "WL501"), title, _LINK_PYTHON)
    title = f"every Python has {symbol}, and in that process it is not open to modules"
    return Reading("WL304", False, ("WL501", "WL704", "WL301"), title, _EMBEDDED)


# DLLs of Windows itself: one that lacks a function is of an older Windows. Source: Microsoft, API sets and system DLLs.
_OF_WINDOWS = re.compile(
    r"(?:kernel32|kernelbase|ntdll|user32|advapi32|gdi32|shell32|ole32|combase|ws2_32|bcrypt\w*|ucrtbase|msvcrt|mf\w*|"
    r"d3d\w+|dxgi|api-ms-win-[\w-]+|ext-ms-[\w-]+)\.dll$",
    re.IGNORECASE,
)
# Named alone, or in Windows' own directory: elsewhere lies a copy that a program brought along.
_IN_WINDOWS = re.compile(r"(?:.*[\\/]windows[\\/](?:.*[\\/])?)?[^\\/]*$", re.IGNORECASE | re.DOTALL)
_PYTHON_DLL = re.compile(r"python3\d*t?\.dll$", re.IGNORECASE)


def of_entry_point(event: Event) -> Reading:
    """What the dialog of a missing entry point means, by the DLL and the function that it names.

    Windows names the DLL that lacks the function, or, since Windows 8, the file that asks for it, with its path.
    """
    library, symbol = event.values.get("library", ""), event.values.get("symbol", "")
    name = base_name(library)
    if _PYTHON_DLL.match(name) or _OF_PYTHON.match(symbol):
        return Reading("WL501", True, ("WL206",), "", _PYTHON)
    if symbol.startswith("ucrtbase."):
        title = f"two releases of Windows' C runtime met: the ucrtbase.dll that was loaded has no {symbol[9:]}"
        return Reading("WL305", False, ("WL307", "WL206", "WL301"), title, _TWO_UCRTS)
    if PART_OF_VC_RUNTIME.match(name) or "@std@@" in symbol:
        title = f"the Visual C++ runtime that was loaded has no {symbol}: it is older than the code needs"
        return Reading("WL305", True, ("WL206",), title)
    if _OF_TORCH.search(symbol):
        return Reading("WL304", True, ("WL206",), f"{name} was built for another torch than the one that is installed")
    if _OF_WINDOWS.match(name) and _IN_WINDOWS.match(library):
        return Reading("WL307", True, ("WL206",), f"the {name} of that Windows has no {symbol}: it is too old")
    return Reading("WL206", False, ("WL304", "WL301", "WL604" if _OF_OPENMP.match(symbol) else "WL305"))


_TORCH_FIRST = (
    'Such an extension finds torch\'s symbols when torch is imported before it. `python -c "import torch, MODULE"` '
    "tells: if that works, import torch first; if not, build the extension with the torch that runs it."
)
_UNLINKED = (
    "A module that another language's compiler linked (C's for C++ or Fortran) does not ask for the runtime, and finds "
    "it only where something else loaded it before. Built with the compilers of one source, all of them conda's or all "
    "the system's, and linked by that language's own command, it asks for it."
)
_OTHER_COPY = (
    "A program that brings its own copy, as an AppImage, MATLAB, R or conda does, loads it first, or sets "
    "LD_LIBRARY_PATH, which counts for everything that it starts. Half an upgrade of the system leaves the same."
)
_LINK_PYTHON = (
    'LDFLAGS="-Wl,--no-as-needed,-lpython3.X", with that Python\'s version, before `pip install --no-binary` of the '
    "package links it."
)
_EMBEDDED = (
    "A program that embeds Python has to be linked with -export-dynamic, or to load libpython with RTLD_GLOBAL: with a "
    "plugin's private copy of libpython no compiled module finds Python's functions. Where no program embeds Python, "
    "the module is for another kind of Python."
)
_MUSL = (
    "Alpine and its kin have musl. Installing a compatibility layer rarely carries a whole package: the musllinux "
    "wheel, or a build on that system, is what fits."
)
_OLD_MUSL = (
    "The file was built on a newer Alpine, or for one. A newer release of the system, an image and a wheel that go "
    "together, or a build there is what fits."
)
_LINK_LIBM = 'LDFLAGS="-lm" before `pip install --no-binary` of the package links it, if Termux has no package of it.'
_NEWER = (
    "The file was built on a newer distribution than its wheel's tag promises. A build on that machine, an older "
    "release of the package, or a newer system is what helps."
)
# Sources: Microsoft, Universal CRT deployment; Wulfre/e621dl#25, where the update for Windows 7 was the advice.
_TWO_UCRTS = (
    "The files api-ms-win-crt-*.dll pass on to ucrtbase.dll and have to be of one release with it. On Windows 7 and 8 "
    "the update of the Universal C Runtime (KB2999226) brings a newer one; copies beside a program count first."
)
_PYTHON = "An extension module fits the Python that it was built for. Install it again with the Python that runs it."
_CUDA = (
    "The file was built with a newer release of that library. The copy that the process got came from LD_LIBRARY_PATH, "
    "the system's CUDA or another package."
)
