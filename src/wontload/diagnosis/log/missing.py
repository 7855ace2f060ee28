"""What the name of a library that was not found says of the cause."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache

from wontload.diagnosis.log.elsewhere import AS_SAID, elsewhere
from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.facts import Facts
from wontload.diagnosis.log.outcome import Reading, base_name
from wontload.diagnosis.log.text import remarks
from wontload.diagnosis.log.told import was_built_shared, was_made
from wontload.diagnosis.log.unsearched import VENDORED, by_place, has_other_major, names_of_distributions
from wontload.diagnosis.log.unsearched_on_mac import BREW, is_of_homebrew, of_mac
from wontload.knowledge.components import Component, component_of, components
from wontload.knowledge.families import family_of
from wontload.knowledge.packages import packages
from wontload.knowledge.providers import in_newest_debian, providers_of

BORNE_OUT = 12  # a listing says more than a number of an error does

# A part of Windows, also with Cyrillic letters that look alike, as programs read a picture: youtubediscord/zapret#187.
_API_SET = re.compile("(?:[a\\u0430][p\\u0440][i\\u0456]-ms-win-|ext-ms-)", re.IGNORECASE)
# A library as people call it, without the ending that a file has.
_SPOKEN = re.compile(r"(lib[a-z]\w*?)\.(\d+(?:\.\d+)*)")
# A library of the graphics driver: no package brings it, the driver's installer does. Source: NVIDIA, CUDA Driver API
# and NVML; Khronos, Vulkan loader; each row of `knowledge/pages.toml` of kind `driver`.
_OF_DRIVER = re.compile(
    r"(?:libcuda\.so\.1|nvcuda\.dll|libnvidia-ml\.so\.1|nvml\.dll|vulkan-1\.dll|libvulkan\.so\.1)$", re.I
)
# The same without a version: a link that a machine with a driver need not have where the loader looks. Under WSL the
# cache of ld.so lists libcuda.so.1 alone. Source: NVIDIA/cuda-python#17; microsoft/WSL#8587.
_DRIVER_FOR_LINKERS = frozenset(("libcuda.so", "libnvidia-ml.so"))
_OF_WSL = re.compile(r"\b(?:WSL|wsl)[12]?\b|/usr/lib/wsl|microsoft-standard|/mnt/[a-z]/")
# Alpine's names for musl, and glibc's own. Source: Alpine, abuild; glibc, shlib-versions.
_OF_MUSL = re.compile(r"(?:libc\.musl-|ld-musl-)")
_OF_GLIBC = re.compile(r"(?:ld-linux|libc\.so\.6|libm\.so\.6|libdl\.so\.2|libpthread\.so\.0|librt\.so\.1)")
_OF_PYTHON = re.compile(r"libpython(?P<version>\d\.\d+)|python(?P<digits>3\d+)\.dll", re.I)
# A package's own file, on a machine of which the text tells that it is no PC: wheels for every system bring a PC's.
# Source: docs/loaders-elf.md, another machine; kneron/host_lib#12.
_OF_ARM = re.compile(r"\b(?:aarch64|arm64|armv[678]\w{0,2}|jetson|raspberry ?pi|raspbian)\b|/home/pi\d{0,2}/", re.I)
# Where auditwheel, delvewheel and delocate put what they bring. Source: their documentation.
_BESIDE_ITS_PACKAGE = re.compile(r"@loader_path/(?:\.\./)*[\w.-]{0,60}(?:\.dylibs|\.libs)/")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]")
# torch's own libraries lie in torch/lib, which `import torch` maps; its CUDA part was split in 1.9 to 1.13 alone.
# Source: pytorch, caffe2/CMakeLists.txt, BUILD_SPLIT_CUDA.
_OF_TORCH = re.compile(r"lib(?:torch|c10|shm|caffe2)[\w]*\.(?:so|dylib)", re.I)
_SPLIT_OF_TORCH = re.compile(r"libtorch_cuda_c(?:u|pp)\.so")
# Behind others of torch's in what an extension asks for, so that those were there: a torch without this part.
# Source: the DT_NEEDED lists of torchvision 0.23 and torchaudio 2.8; pytorch, cpp_extension.py, CUDAExtension.
_GPU_OF_TORCH = re.compile(r"libtorch_(?:cuda|hip|xpu)\.so")
# Parts of CUDA of which another major version may well be installed. Source: the families of knowledge/families.toml.
_VERSIONED_CUDA = re.compile(
    r"(?:lib)?(?:cudart|cublas|cublaslt|cufft|curand|cusolver|cusparse|nvrtc(?:-builtins)?|nvjitlink|npp\w*)(?:64)?[._]",
    re.I,
)
_CUDNN = re.compile(r"(?:lib)?cudnn\w*?(?:64)?[._]", re.I)
# CUDA 11 and older: a machine that a log comes from today mostly has 12 or 13. Source: NVIDIA, CUDA release archive.
_OLD_CUDA = re.compile(r"\.so\.(?:[1-9]|10|11)(?:\.\d+)*$|_(?:[1-9]\d|100|101|102|110|11)\.dll$", re.I)
# A name with more than one number is of one release, or of few: Boost, OpenCV, VTK, Poco, spdlog give each its own.
# Source: Debian Policy, 8.1 (SONAME); Boost, Jamroot, the tag of its libraries.
_OF_ONE_RELEASE = re.compile(r"\.so\.\d+\.\d+(?:\.\d+)?$|[a-z]\d+\.\d+\.so$")
# So is one with a high number, as libx264.so.155 and libprotobuf.so.32. Source: VideoLAN, x264, x264.h, X264_BUILD.
_OFTEN = re.compile(r"\.so\.(?:[3-9]\d|[12]\d\d)$")
# Python, the shell or a system's own programs use them, so that a system without one version of it has another, or has
# it under another name: libbz2.so.1.0 is Debian's, libbz2.so.1 Fedora's. Source: CPython, Modules/_ssl.c, _ctypes,
# _crypt, _bz2 and readline; Bash, termcap; popgenmethods/smcpp#70; each of several versions in linux.txt.
_IN_EVERY_SYSTEM = frozenset(("openssl", "ffi", "crypt", "tinfo", "bzip2", "readline", "ncurses"))


def of_missing(event: Event, facts: Facts, text: str) -> Reading:
    """What it means that a library was not found, by whose library it is and by what else the text lists."""
    library = base_name(event.values.get("library", ""))
    if spoken := _SPOKEN.fullmatch(library):
        library = f"{spoken[1]}.so.{spoken[2]}"
    if library.lower() in _DRIVER_FOR_LINKERS:
        has_driver = _OF_WSL.search(text) or elsewhere(f"{library}.1", text).itself
        code, suspect = ("WL202", "WL402") if has_driver else ("WL402", "WL202")
        title = f"{library} is the name that linkers have for the graphics driver's library, and was not found"
        return Reading(code, False, (suspect, "WL406", "WL203"), title, _UNVERSIONED)
    if library.endswith("_dri.so") and "linux-gnu/dri:" in event.text:
        title = (
            f"{library} was not taken from Debian's directory of Mesa's drivers, and the path named is the last tried"
        )
        return Reading("WL303", False, ("WL206", "WL201"), title, _MESA)
    if _OF_DRIVER.match(library):
        return Reading("WL402", True, ("WL406",), f"{library} is the graphics driver's, and is not there", _DRIVER)
    if _OF_MUSL.match(library):
        return Reading("WL306", True, ("WL501",), f"{library} is musl's: the file is for Alpine", _MUSL)
    if _OF_GLIBC.match(library) and event.message.id.startswith("musl"):
        return Reading("WL306", True, ("WL501",), f"{library} is glibc's, and that system has musl", _MUSL)
    if other := _of_another_python(library, facts):
        title = f"{library} is asked for, which is another Python's: the text is of Python {other}"
        return Reading("WL501", False, ("WL201", "WL202"), title)
    if _OF_PYTHON.match(library) and was_built_shared(text):
        title = f"{library} was built there, into a directory that the loader does not search"
        return Reading("WL202", False, ("WL201", "WL501"), title, _SHARED)
    if _OF_PYTHON.match(library):
        return by_place(event, library, text) or Reading("WL201", False, ("WL202", "WL501"))
    if _GPU_OF_TORCH.match(library):
        title = f"{library} is asked for after others of torch's, which were found: the torch there is built without it"
        return Reading("WL405", False, ("WL304", "WL202", "WL502"), title, _TORCH_OF_CPU)
    if _OF_TORCH.match(library):
        code = "WL304" if _SPLIT_OF_TORCH.match(library) else "WL202"
        return Reading(code, False, ("WL202", "WL304", "WL201"), "", _TORCH)
    if library.lower().startswith("api-ms-win-crt-"):
        title = f"{library} is the Universal C Runtime's, which is a part of Windows since 10"
        return Reading("WL307", False, ("WL201", "WL305"), title, _UNIVERSAL_CRT)
    if _API_SET.match(library):
        return Reading("WL307", True, ("WL201",), f"{library} is a part of newer versions of Windows", "")
    if ".dll" in library.lower() and (folder := _folder_of_a_package(library)):
        title = f"{library} comes with its package, in {folder}, which something has to add to what is searched"
        return Reading("WL202", False, ("WL504", "WL201", "WL203", "WL204"), title, _ADDED_FOLDER)
    if event.message.row.get("dialog"):
        return Reading("WL201", True, (), "", "")
    return (
        _by_listing(event.values.get("library", ""), library, text)
        or of_mac(event, library, facts, text)
        or by_place(event, library, text)
        or _by_component(event, library, facts, text)
    )


@cache
def _in_added_folders() -> tuple[tuple[str, str], ...]:
    """The DLLs that packages bring in folders that they add to the search, as patterns, each with its folder."""
    return tuple(
        (file.lower(), folder)
        for package in packages()
        if package.loading
        for folder, _, file in (name.rpartition("/") for name in package.loading.libraries["windows"])
        if file.endswith(".dll") and f"{{site}}/{folder}" in package.loading.add_dll_directory
    )


def _folder_of_a_package(library: str) -> str:
    """The folder of site-packages that has a DLL, where its package adds that; else empty.

    A program that is not Python, as pywin32's host for services, does not get it. Source: mhammond/pywin32#1656.
    """
    return next((folder for file, folder in _in_added_folders() if fnmatchcase(library.lower(), file)), "")


def _of_another_python(library: str, facts: Facts) -> str:
    """The Python that a text is of, where a library of another one is asked for; else empty."""
    asked = _OF_PYTHON.match(library)
    if not asked or not facts.python:
        return ""
    version = asked["version"] or f"{asked['digits'][0]}.{asked['digits'][1:]}"
    return "" if facts.python == version or facts.python.startswith(f"{version}.") else facts.python


def _was_seen_by_java(path: str, text: str) -> bool:
    """Whether Java was told to load that file: it looks whether a file is there before it asks the loader.

    The loader's own message stands behind the path. Source: OpenJDK, NativeLibraries.loadLibrary; usb4java/usb4java#26.
    """
    return f"UnsatisfiedLinkError: {path}: {path}: " in text


def _by_listing(path: str, library: str, text: str) -> Reading | None:
    found = elsewhere(path, text)
    is_seen = found.itself == AS_SAID or _was_seen_by_java(path, text)
    if is_seen and path.startswith("/") and not path.endswith(".dylib"):
        title = f"{library} is there, and glibc passes it over: mostly a file for another processor"
        return Reading("WL103", False, ("WL501", "WL101", "WL104"), title, _FULL_PATH, lift=BORNE_OUT)
    if found.itself:
        title = f"{library} is on that machine ({found.itself}), and not where this load searches"
        return Reading("WL202", False, ("WL203", "WL205", "WL204"), title, lift=BORNE_OUT)
    if found.others:
        title = f"{found.others[0]} is there, and {library} is asked for"
        return Reading("WL204", False, ("WL201", "WL202"), title, lift=BORNE_OUT)
    return None


# Libraries that have CUDA's own number. Source: NVIDIA, CUDA release notes, component versions.
_NUMBERED_AS_CUDA = frozenset(("cuda-runtime", "cublas", "nvrtc", "nvjitlink"))
# How wheels, indexes and folders name a CUDA; nvidia-smi's `CUDA Version` is the driver's, and not meant.
_NAMED_CUDA = re.compile(r"(?:/cu|\+cu|[-_]cu)(1\d)(?:\d)?\b|\bcuda-(1\d)\.\d|CUDA[\\/]{1,2}v(1\d)\.\d", re.IGNORECASE)


def _is_of_another_cuda(library: str, text: str) -> bool:
    """Whether what is installed, as far as the text names it, is all of another CUDA than a library."""
    component = component_of(library)
    if component is None or component.family not in _NUMBERED_AS_CUDA:
        return False
    named = {number for match in _NAMED_CUDA.finditer(text) for number in match.groups() if number}
    return bool(named) and component.major not in named


# A toolkit: its folder, or what nvcc says of itself. Source: NVIDIA, CUDA Installation Guide, 13; nvcc --version.
_TOOLKIT = re.compile(r"/(?:usr/local|opt)/cuda(?:-1\d)?\b|\brelease 1\d\.\d, V1\d|\bnvcc\b|CUDA_(?:PATH|HOME)=")


def _is_named_there(library: str, text: str) -> bool:
    """Whether the text names a toolkit of CUDA, or something of that one version, so that it is likely on the disk."""
    component = component_of(library)
    named = {number for match in _NAMED_CUDA.finditer(text) for number in match.groups() if number}
    return bool(_TOOLKIT.search(text)) or (component is not None and component.major in named)


# What people and forms say is installed: `CUDA v11.2.2`, `CUDA/cuDNN version: 11.2`; not what a message tells them to
# install. Source: tensorflow/tensorflow#58458.
_STATED = re.compile(
    r"(?<!install )(?<!need )(?<!requires )"
    r"\bCUDA(?:/cuDNN)?(?: toolkit)?(?: version)?[: ]{1,3}(?:CUDA[: ]{1,2})?v?(1\d\.\d)",
    re.IGNORECASE,
)
_OF_DRIVER_S_TABLE = "Driver Version:"  # nvidia-smi's line has the newest CUDA that a driver takes, and none installed


def _is_stated(library: str, text: str) -> bool:
    """Whether the writer says that a CUDA of a library's own version is installed."""
    component = component_of(library)
    if component is None:
        return False
    lines = (line for part in remarks(text) for line in part.split("\n") if _OF_DRIVER_S_TABLE not in line)
    return any(number.split(".")[0] == component.major for line in lines for number in _STATED.findall(line))


def _by_component(event: Event, library: str, facts: Facts, text: str) -> Reading:
    if _CUDNN.match(library):
        return Reading("WL201", False, ("WL204", "WL202", "WL207"))
    if _VERSIONED_CUDA.match(library):
        if _is_of_another_cuda(library, text):
            title = f"{library} is asked for, and what the text names is of another CUDA"
            return Reading("WL204", False, ("WL202", "WL201"), title)
        if library.lower().endswith(".dll") and _is_stated(library, text):
            title = f"{library} is of the CUDA that is there, as the text says, and its folder was not searched"
            return Reading("WL202", False, ("WL203", "WL201", "WL204"), title)
        if _OLD_CUDA.search(library):
            return Reading("WL204", False, ("WL201", "WL202"))
        if library.startswith("lib") and (event.message.row.get("opened") or _is_named_there(library, text)):
            return Reading("WL202", False, ("WL204", "WL201", "WL207"))
        if library.startswith("lib"):
            return Reading("WL201", False, ("WL204", "WL202", "WL207"))
        return Reading("WL204", False, ("WL201", "WL202", "WL203"))
    path = event.values.get("library", "")
    if VENDORED.search(library) or _BESIDE_ITS_PACKAGE.search(path):
        title = f"{library} is a wheel's own copy of a library, by its name, and was not found: files of it are gone"
        return Reading("WL504", False, ("WL202", "WL206", "WL201"), title, _OWN_COPY)
    if path.startswith(("@rpath", "@loader_path", "@executable_path")):
        if path.startswith("@rpath") and _is_of_another_environment(event, library, facts.layout):
            return Reading("WL204", False, ("WL201", "WL504", "WL202"))
        return Reading("WL201", False, ("WL504", "WL202"))
    if event.message.id != "dyld-not-loaded" and not is_of_homebrew(path, facts) and _ABSOLUTE.match(path):
        if "-packages/" in path and _OF_ARM.search(text):
            title = f"{library} is not there, or is for another processor: glibc says the same of both"
            return Reading("WL103", False, ("WL501", "WL101", "WL504"), title, _FULL_PATH)
        return Reading("WL101", False, ("WL504", "WL103", "WL201"))
    component = component_of(library)
    if component is None and "/" not in path and _OFTEN.search(library):
        title = (
            f"{library} is of one release of a library that changes its number with each: another one mostly is there"
        )
        return Reading("WL204", False, ("WL201", "WL202"), title)
    if component is None and (has_other_major(library) or _OF_ONE_RELEASE.search(library)):
        return Reading("WL204", False, ("WL201", "WL202", "WL504"))
    if component is not None and component.family in _IN_EVERY_SYSTEM and ".so." in library:
        title = f"{library} is not there, and another version of {component.title.partition(' ')[0]} mostly is"
        return Reading("WL204", False, ("WL201", "WL202"), title)
    if component is not None and _is_renumbered(component, library):
        title = f"{library} is of some release of {component.title.partition(' ')[0]}, and another one mostly is there"
        return Reading("WL204", False, ("WL201", "WL202"), title)
    if component is not None and _is_superseded(component, library):
        title = f"{library} is of another version than the one that distributions have today"
        return Reading("WL204", False, ("WL201", "WL202"), title)
    if component is not None and facts.system != "windows" and _is_of_system(library, path):
        title = f"{library} ({component.title}) is not installed there"
        if _has_sisters(component, library):
            return Reading("WL201", False, ("WL204", "WL202"), title, _SYSTEM)
        return Reading("WL201", not was_made(text), ("WL202",), title, _SYSTEM)
    if is_of_homebrew(path, facts):
        return Reading("WL201", True, ("WL202",), f"{library} is not at {path}, where the file wants it", BREW)
    return Reading("WL201", False, ("WL202", "WL204", "WL504"))


def _is_of_another_environment(event: Event, library: str, layout: str) -> bool:
    """Whether a versioned library of an environment's own `lib` is asked for: there it is mostly of another version.

    A wheel's own libraries lie in the package; a package of conda's takes them from `lib`. What is of one version
    everywhere, such as libz.1, is not meant.
    Source: conda/conda-build#279, and the install names that conda-build writes (`@rpath/libNAME.VERSION.dylib`).
    """
    family = family_of(library)
    importer = event.values.get("importer") or event.values.get("asked", "")
    if family is None or ("-packages/" in importer and layout != "conda") or ".app/Contents/" in importer:
        return False
    stem = f"{family.stem.removesuffix('.dylib')}.so."
    return {name for name in names_of_distributions() if name.startswith(stem)} != {f"{stem}{family.major}"}


def _is_superseded(component: Component, library: str) -> bool:
    """Whether distributions have another major version of it in its place: OpenSSL 3 in that of 1.1."""
    return ".so." in library and not in_newest_debian(component, library) and any(
        other.family == component.family and other.major != component.major and in_newest_debian(other, file)
        for other in components() for file in other.row.get("linux", ())
    )  # fmt: skip


# Suites of AMD and Intel, which come as a whole and in one release.
_AS_A_WHOLE = frozenset(("rocm", "openvino"))


def _is_renumbered(component: Component, library: str) -> bool:
    """Whether it has a new number in nearly each release (`.so.*` in the table), and this is not the table's own."""
    names = component.row.get("linux", ())
    stem = library.partition(".so.")[0]
    return (
        ".so." in library and library not in names and f"{stem}.so.*" in names and component.family not in _AS_A_WHOLE
    )


def _has_sisters(component: Component, library: str) -> bool:
    """Whether other releases of distributions have it under another version, so that this one may be there."""
    stem = library.partition(".so.")[0]
    return any(
        other.family == component.family and other.major != component.major and file.partition(".so.")[0] == stem
        for other in components()
        for file in other.row.get("linux", ())
    )


def _is_of_system(library: str, path: str) -> bool:
    """Whether it is one that a distribution brings into directories that are always searched."""
    return ".so" in library and "/" not in path and any(
        provider.kind in ("apt", "dnf", "zypper", "pacman", "apk") for provider in providers_of(library, system="linux")
    )  # fmt: skip


_DRIVER = (
    "No package brings it: it comes with the driver, and in a container the host's has to be passed in. On a machine "
    "without such a GPU a build for the CPU is what fits."
)
_FULL_PATH = (
    "glibc passes over a file for another processor as if it were not there, also at the end of a full path; `file` "
    "says which one it is for. Else it is a link that leads nowhere, or not in what the process sees (a container)."
)
# Source: Mesa, src/loader/loader.c, loader_open_driver; Debian, libglx-mesa0, Depends; ir-lab/bimanual-imitation#5.
_MESA = (
    "Debian's and Ubuntu's libGL depends on the package of its drivers, so that they mostly are there and do not load: "
    "a libstdc++.so.6 of conda, older than theirs, came first. LIBGL_DEBUG=verbose says why for each directory."
)
_UNVERSIONED = (
    "With a driver there is libcuda.so.1, and this link need not be where the loader searches: under WSL both lie in "
    "/usr/lib/wsl/lib. Without a driver, or in a container that the host's was not passed into, there is neither."
)
# Source: Microsoft, Upgrade your code to the Universal CRT; Update for Universal C Runtime in Windows (KB2999226).
_UNIVERSAL_CRT = (
    "On Windows Vista to 8.1 it is installed: by Windows Update (KB2999226), or with the Visual C++ Redistributable of "
    "2015 to 2022 in the bitness of the program. Single files of it from a newer computer do not fit."
)
_MUSL = (
    "A process has one C library, and installing the other does not help. The wheel for this system's own C library, "
    "or a build there, is what fits."
)
_ADDED_FOLDER = (
    "Python adds that folder as it starts (a .pth file) or as the package is imported. A program of another kind, a "
    "service, a frozen program or a Python without site does not: there the folder has to be in PATH, or the DLL "
    "beside the program. Where the folder or the DLL is not there, the package has to be installed again."
)
_SHARED = (
    "A Python that was configured with --enable-shared has libpython in its prefix's lib. `ldconfig`, LD_LIBRARY_PATH, "
    "or -Wl,-rpath when it, or what embeds it, is linked, makes it found there."
)
_OWN_COPY = (
    "No system has a library of that name: it is put into the wheel when that is made. An installation that was "
    "interrupted, two installers over one folder (pip and conda), files left of a release before, or a tool that left "
    "its folder out (NAME.libs, .dylibs) are why it is not there. Install the package again, whole."
)
_TORCH = (
    "It is one of torch's own files. An extension of torch finds it when torch is imported before it, and both are of "
    "one release."
)
_TORCH_OF_CPU = (
    "pip takes another build of torch where an index, a lock file or another package asks for it. torch and what was "
    'built for it have to be of one CUDA: `python -c "import torch; print(torch.__version__, torch.version.cuda)"`.'
)
_SYSTEM = (
    "It is one of the system's own packages. Were it installed, it would lie in a directory that is always searched."
)
