"""What the name of a missing symbol says of the cause."""

from __future__ import annotations

import re
from functools import lru_cache

from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.facts import Facts
from wontload.diagnosis.log.outcome import Reading, base_name
from wontload.diagnosis.log.runtimes import OF_GLIBC_ITSELF, PARTS_OF_TWO
from wontload.knowledge.stable_abi import stable_abi
from wontload.knowledge.symbol_versions import is_only_in_glibc
from wontload.knowledge.vc_runtime import PART_OF_VC_RUNTIME

# Functions that glibc has only since a release, under names without a version. Source: glibc NEWS: __isoc23_* 2.38,
# fcntl64 2.28, __libc_single_threaded 2.32, pthread_cond_clockwait 2.30, arc4random 2.36, _dl_find_object 2.35.
_OF_NEWER_GLIBC = re.compile(
    r"__isoc23_|fcntl64$|__libc_single_threaded$|pthread_cond_clockwait$|arc4random|_dl_find_object$|strlcpy$|strlcat$"
)
# Families of names that grow with glibc, beside those of its release in the table.
_ONLY_IN_GLIBC = re.compile(r"__\w+_chk$|__isoc\d\d_|gnu_|\w+64$")
_OF_PYTHON = re.compile(r"_?_?Py(?![a-z])\w+|_?_?_Py\w+")
_OF_LIBSTDCXX = re.compile(r"_ZNK?(?:St|9__gnu_cxx)|_ZSt|_ZTINSt|__cxa_call_terminate|__cxa_init_primary")
# Apple's C interfaces: Core Foundation, Security, System Configuration, the Objective-C runtime.
_OF_FRAMEWORKS = re.compile(r"_k?(?:CF|Sec|SC|IO|Audio|NS)[A-Z]|_objc_")
# C interfaces of libraries that packages without a wheel for the Mac link from Homebrew or an installer: databases'
# clients, OpenSSL, ZeroMQ, and so on. Source: those libraries' headers; PyMySQL/mysqlclient#496.
_OF_LINKED_LIBRARIES = re.compile(
    r"_(?:mysql_|mariadb_|PQ[a-z]|SQL[A-Z]|dbversion|bcp_|OCI|sqlite3_|SSL_|EVP_|ERR_|BIO_|X509_|zmq_|xml[A-Z]|xslt|ffi_|"
    r"png_|jpeg_|TIFF|FT_|cairo_|pango_|g_[a-z]|snappy_|LZ4_|ZSTD_|leveldb_|rocksdb_|rd_kafka_|av(?:codec|format|util)_|"
    r"Pa_|snd_|H5|GEOS|GDAL|OGR|proj_|curl_|krb5_|gss_|ldap_|uuid_|magic_|yaml_)"
)
# C++ names of torch's namespaces, as Microsoft's compiler spells them.
_OF_TORCH = re.compile(r"@(?:c10|at|torch|caffe2)@@")
# Names that every torch has: it was not loaded when the extension was. And those that torch had while its extensions
# were not linked to it: for them it is either that, or another torch.
# Source: PyTorch, C++ API, FAQ, "Undefined symbol errors from PyTorch/ATen"; torch/csrc/autograd/python_variable.cpp.
_OF_EVERY_TORCH = re.compile(r"THPVariableClass$")
_OF_OLD_TORCH = re.compile(r"_ZN2at19UndefinedTensorImpl|_ZN6caffe26detail|_ZT[ISV]N5torch8autograd8Variable")
_OF_OPENMP = re.compile(r"__kmpc_|GOMP_|omp_|kmp_")
_OF_MKL = re.compile(r"mkl_|iJIT_")  # Intel's MKL and ITT: their parts have to be of one release
# NVIDIA's libraries call each other, and each exists in many builds of one file name.
_OF_CUDA = re.compile(r"__nvJitLink|nvJitLink|cublas|cudnn|cusparse|cusolver|cufft|nvrtc|cuda[A-Z]|ncc?l[A-Z]")


def of_symbol(event: Event, facts: Facts, text: str) -> Reading:
    """What it means that a symbol is missing, by whose symbol it is."""
    symbol = event.values.get("symbol", "")
    bare = symbol.lstrip("_") if facts.system == "macos" else symbol
    if event.message.id == "musl-relocating" and (is_only_in_glibc(symbol) or _ONLY_IN_GLIBC.match(symbol)):
        return Reading("WL306", True, ("WL501",), f"{symbol} is glibc's alone: the file was built for glibc", _MUSL)
    if _OF_NEWER_GLIBC.match(symbol):
        return Reading("WL302", True, ("WL304",), f"{symbol} came with a newer glibc than that machine has", _NEWER)
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
    if version.startswith(("GLIBCXX_", "CXXABI_")) or _OF_LIBSTDCXX.match(symbol):
        return Reading("WL303", True, ("WL206", "WL304"))
    library = base_name(event.values.get("library", ""))
    if _OF_CUDA.match(symbol) or (version and "nv" in library):
        return Reading(
            "WL206", True, ("WL304", "WL305"), f"an older copy of NVIDIA's library came first: it lacks {symbol}", _CUDA
        )
    if _OF_EVERY_TORCH.match(symbol):
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
    if _of_system_copy(event):
        return Reading("WL206", False, ("WL307", "WL304"), f"macOS' own {library} was taken, and lacks {symbol}", _OWN)
    if _is_for_macos_itself(event):
        title = f"a part of macOS got another's {library} in place of macOS' own, and it has no {symbol}"
        return Reading("WL206", True, ("WL304",), title, _FOREIGN)
    if facts.system == "macos" and _OF_ICONV.match(symbol):
        title = f"{symbol} is in one of two libraries that are called libiconv, and the other one was taken"
        return Reading("WL206", False, ("WL304", "WL704"), title, _ICONV)
    if facts.system == "macos" and _is_set_for_dyld(text):
        title = f"{symbol} is missing, and DYLD_LIBRARY_PATH is set, which puts other copies of libraries first"
        return Reading("WL206", False, ("WL304",), title, _FOREIGN)
    if facts.system == "macos" and _is_flat(event) and _OF_FRAMEWORKS.match(symbol):
        title = f"{symbol} is in a framework of macOS that the file was not linked with"
        return Reading(
            "WL704", False, ("WL304", "WL505"), title, "A build that lacks a flag leaves that; a wheel fits."
        )
    if facts.system == "macos" and _is_flat(event) and not symbol.startswith("__Z"):
        title = f"{symbol} is in none of the loaded libraries: the one that has it was not linked in"
        if _OF_LINKED_LIBRARIES.match(symbol):
            return Reading("WL205", False, ("WL706", "WL304", "WL201"), title, _FLAT)
        return Reading("WL304", False, ("WL205", "WL706", "WL301"), title, _FLAT)
    return Reading(event.message.code, event.message.decides, ("WL206", "WL301"))


_OLDEST_OF_STABLE_ABI = (3, 2)


def _of_every_python(event: Event, symbol: str) -> Reading | None:
    """What it means that a module misses what every Python 3 has: it does not see Python's symbols at all.

    Source: CPython, configure.ac (`On Android and Cygwin the shared libraries must be linked with libpython`);
    numpy/numpy#15948, #13717 and #14480, where a program embeds Python.
    """
    if stable_abi().get(symbol) != _OLDEST_OF_STABLE_ABI:
        return None
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
    if PART_OF_VC_RUNTIME.match(name) or "@std@@" in symbol:
        title = f"the Visual C++ runtime that was loaded has no {symbol}: it is older than the code needs"
        return Reading("WL305", True, ("WL206",), title)
    if _OF_TORCH.search(symbol):
        return Reading("WL304", True, ("WL206",), f"{name} was built for another torch than the one that is installed")
    if _OF_WINDOWS.match(name) and _IN_WINDOWS.match(library):
        return Reading("WL307", True, ("WL206",), f"the {name} of that Windows has no {symbol}: it is too old")
    return Reading("WL206", False, ("WL304", "WL301", "WL604" if _OF_OPENMP.match(symbol) else "WL305"))


def _of_system_copy(event: Event) -> bool:
    """Whether dyld took a library of macOS that Homebrew and conda bring too, as all but its runtimes are.

    Source: dyld(1), DYLD_LIBRARY_PATH; conda/conda-libmamba-solver#639.
    """
    library = event.values.get("library", "")
    return library.startswith("/usr/lib/lib") and not library.startswith(_RUNTIMES_OF_MACOS)


# macOS' own libiconv has iconv, GNU's has libiconv, and both go by one file name.
# Source: GNU libiconv, iconv.h; apache/arrow-adbc#530; conda/conda-build#3770.
_OF_ICONV = re.compile(r"_?(?:lib)?iconv(?:_open|_close|ctl)?$")
# A value of the variable, as a form or `env` has it.
_SET_FOR_DYLD = re.compile(r"\bDYLD_(?:FALLBACK_)?LIBRARY_PATH['\"]?\s{0,3}[:=]\s{0,3}['\"]?[/~$]")


@lru_cache(maxsize=1)  # asked for each symbol of one text
def _is_set_for_dyld(text: str) -> bool:
    return _SET_FOR_DYLD.search(text) is not None


def _is_for_macos_itself(event: Event) -> bool:
    """Whether a file of macOS asks, and a library that is not of macOS should have the symbol.

    Source: dyld(1), DYLD_LIBRARY_PATH; HiveChat/hive-desktop#28; boxen/our-boxen#301; NLeSC/root-conda-recipes#38.
    """
    importer, library = event.values.get("importer", ""), event.values.get("library", "")
    return importer.startswith(_OF_MACOS) and library.startswith("/") and not library.startswith(_OF_MACOS)


_OF_MACOS = ("/System/", "/usr/lib/")
_FOREIGN = (
    "DYLD_LIBRARY_PATH makes dyld take a library of the same name from its directories, for macOS' own programs and "
    "frameworks too, whatever path they ask for. Without the variable (`unset DYLD_LIBRARY_PATH`) each gets its own."
)
_ICONV = (
    "macOS' libiconv calls its functions iconv, GNU's (Homebrew, MacPorts, conda) libiconv, and the file was built "
    "with one and finds the other. DYLD_LIBRARY_PATH, or a build that mixed headers of one with the other, does that."
)
_RUNTIMES_OF_MACOS = ("/usr/lib/libSystem", "/usr/lib/libc++", "/usr/lib/libobjc")
_OWN = (
    "conda and Homebrew bring a newer copy of it. DYLD_LIBRARY_PATH or DYLD_FALLBACK_LIBRARY_PATH with /usr/lib in it "
    "puts the system's first; without such a variable, this macOS is older than the file expects."
)


def _is_flat(event: Event) -> bool:
    """Whether the file names no library for the symbol.

    Extension modules are linked with `-undefined dynamic_lookup`, and ld leaves out a library of another processor
    with a warning only.

    Source: Apple, ld(1), -undefined and -flat_namespace; PyMySQL/mysqlclient#496.
    """
    return event.message.id == "dyld-flat-namespace" or event.values.get("library", "").startswith("flat")


_FLAT = (
    "An extension module is linked although a library is left out, as ld does with one that is for the other kind of "
    "processor: Homebrew's under /usr/local is Intel's, that under /opt/homebrew is Apple silicon's."
)
_FRAMEWORK = (
    "A build without the flag that links it leaves such a file. The package's own wheel for this Mac has it linked."
)
_TORCH_FIRST = (
    'Such an extension finds torch\'s symbols when torch is imported before it. `python -c "import torch, MODULE"` '
    "tells: if that works, import torch first; if not, build the extension with the torch that runs it."
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
_NEWER = (
    "The file was built on a newer distribution than its wheel's tag promises. A build on that machine, an older "
    "release of the package, or a newer system is what helps."
)
_PYTHON = "An extension module fits the Python that it was built for. Install it again with the Python that runs it."
_CUDA = (
    "The file was built with a newer release of that library. The copy that the process got came from LD_LIBRARY_PATH, "
    "the system's CUDA or another package."
)
