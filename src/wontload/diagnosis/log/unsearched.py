"""What loaders do not search: a library that was not found, and by its path or name is likely there."""

from __future__ import annotations

import re
from functools import cache

from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.outcome import Reading, base_name
from wontload.diagnosis.log.text import says
from wontload.diagnosis.log.told import (
    is_said_to_be_gone,
    was_helped,
    was_ldconfig,
    was_made,
    was_mended_by_installing,
    was_named,
    was_upgraded,
    worked_with_an_older_python,
    works_elsewhere,
)
from wontload.knowledge.components import component_of, components
from wontload.knowledge.families import family_of

# Python code that sets the loader's variable for its own process, which the loader read when the process started.
# Source: ld.so(8), LD_LIBRARY_PATH; python/cpython#100567.
_SET_TOO_LATE = re.compile(
    r"(?:os\.)?(?:environ\[['\"]LD_LIBRARY_PATH['\"]\]\s{0,3}\+?=|(?:environ\.update|putenv|environ\.setdefault)\(['\"{]{1,3}"
    r"LD_LIBRARY_PATH)"
)
_RELATIVE_PATH = re.compile(r"(?!.*-packages/)[A-Za-z_][\w.-]{0,60}/[^:]{1,200}\.so")
# What a program says of it: its libraries lie where the loader does not look. Source: PaddlePaddle/Paddle#14784.
_HINTED = re.compile(
    r"\byou (?:may|might) need to (?:run|set|add|export)\b[^\n.]{0,40}\bLD_LIBRARY_PATH\b", re.IGNORECASE
)
# A program that a package manager installs together with the libraries that it needs.
_PACKAGED = re.compile(r"\W{0,3}/usr/(?:s?bin|lib(?:64|exec)?)/\S{1,200}: error while loading shared libraries")
# Libraries without a version in their names that an installer brings, not a build. Source: Oracle Instant Client, SAP
# NetWeaver RFC SDK, OpenJDK, TensorFlow's C API, ONNX Runtime, oneMKL, CUDA Toolkit: their lists of files.
_BROUGHT = re.compile(
    r"lib(?:clntsh|occi|sapnwrfc|jvm|jli|tensorflow\w*|onnxruntime\w*|aio|ngt|mkl_\w+|nv\w+|cu\w+)\.so$"
)
# As auditwheel and delvewheel rename what they put into a wheel: before the version, with eight digits of its hash, or
# with thirty-two. Source: auditwheel, repair.py, copylib; delvewheel, _dll_utils.py and _wheel_repair.py.
VENDORED = re.compile(r"-[0-9a-f]{6,32}\.(?:\d+\.)*(?:so|dll|dylib)", re.IGNORECASE)
# A program that was installed by hand: its libraries went to /usr/local/lib. Red Hat's kin leave that out of
# ld.so.conf; Debian's have it, and a new library is found when `ldconfig` has run. So it is with a Python that was
# configured with --enable-shared, and not with one that an AppImage or PyInstaller unpacked.
# Source: FHS 3.0, 4.9; ld.so(8), ldconfig(8); openkim/kim-api#1; GrammarSoft/cg3#94; dynobo/normcap#654.
_INSTALLED_BY_HAND = re.compile(
    r"\W{0,3}(?:/usr/local/(?:s?bin|libexec)/\S{1,200}|(?!\S*/(?:\.mount_|_MEI))\S{0,200}\bpython[\d.]{0,5})"
    r": error while loading shared libraries"
)
# A package beside its library, as one `make install` lays them: Python's search path has a folder of /usr/local, the
# loader's may not.
_LAID_BESIDE = re.compile(r"/usr/local/lib(?:64)?/python[\d.]{1,5}/(?:dist|site)-packages/(?:lib)?(\w{3,40})[/.]")
# A program that is asked for by its name alone, as what somebody built and installed is.
_STARTED_BY_NAME = re.compile(r"\W{0,3}[\w.-]{1,60}: error while loading shared libraries")
# A program that is started where it was built or unpacked, and a library that by its name is its own.
# Source: lutris/ffmpeg-nvenc#23.
_STARTED_IN_PLACE = re.compile(r"\W{0,3}\./(?:[\w.-]{1,40}/){0,3}(\w{3,40}): error while loading shared libraries")
_VERSIONED = re.compile(r"\.so\.\d|\d\.so\b|\.\d+(?:\.\d+)*\.dylib$")
# The last frames of a traceback, in a package's own code and then in ctypes'.
_BY_CTYPES = re.compile(
    r"(?:site|dist)-packages/[^\n]{1,200}\n(?:[^\n]{0,300}\n){1,12}?[^\n]{0,200}/ctypes/__init__\.py"
)
NEAR_TRACEBACK = 2000  # characters above the error

# What is to be done about each.
_LOCAL = (
    "`make install` puts libraries into /usr/local/lib. `sudo ldconfig` makes the loader know a new one there; where "
    "/usr/local/lib is in no file of /etc/ld.so.conf.d, as on Red Hat's kin, it has to be written into one first."
)
OTHER_START = (
    "What differs between the two is the environment. A shell's start-up files and `conda activate` set PATH and "
    "LD_LIBRARY_PATH; a program that was started from a menu, a service or another tool does not get them."
)
_RELATIVE = (
    "Such a path is taken from the directory that the program was started in, and nothing else is searched. The full "
    "path, made from the place of the Python file, is found from everywhere."
)
_TOO_LATE = (
    "The loader reads LD_LIBRARY_PATH once, when a process starts. It has to be set before Python is started; or the "
    "library, and before it those that it needs, is loaded by its full path."
)
_OWN_BUILD = (
    "Where it was built or unpacked tells what to do: LD_LIBRARY_PATH with that folder, an rpath in the file that "
    "needs it, or a line in /etc/ld.so.conf.d and `ldconfig`. If it is nowhere, its build was left out."
)
# Source: CPython, Lib/ctypes/util.py; python/cpython#111104 and #132328.
_ADDED = (
    "ctypes.util.find_library looks into the directories of PATH and asks nothing else, so that what "
    "os.add_dll_directory added does not count. In PATH, before Python starts, the directory is found."
)
_GONE = (
    "Whatever took it away, the package or program has to be installed again, whole; where an antivirus did, it has to "
    "be excepted first."
)
_BY_NAME = (
    "Since Python 3.8 a DLL is sought in the directory of the file that needs it, in Windows' own and in those that "
    "os.add_dll_directory adds. With its full path, or its directory added, it is found; where it is not installed, it "
    "has to be."
)
# Source: Andrettin/Wyrmsun#84.
_DELIVERED = (
    "No distribution has a library of such a name: it belongs to the program, which has to bring it. Steam's check of "
    "the installed files fetches one that was lost; where the release lacks it, its makers have to add it."
)
_NAMED = (
    "`echo $LD_LIBRARY_PATH` in the shell that starts the program shows what it gets: a file of the shell's is read by "
    "new shells alone, sudo and services start without the variable, and a folder that is misspelt is passed over "
    "without a word. `ls` of each folder in it has to show the file by that very name."
)
_BUMPED = (
    "A package manager installs what a program needs. Where the library went on to another version, as after an "
    "upgrade of a part of the system, the program has to be built or installed again."
)


def by_place(event: Event, library: str, text: str) -> Reading | None:
    """What a relative path, a variable that Python code sets, and a name that no distribution gives say."""
    path = event.values.get("library", "")
    if path.startswith(("./", "../")) or (event.message.id == "glibc-no-file" and _RELATIVE_PATH.match(path)):
        title = f"{library} is asked for by a path that begins at the working directory, and is not there"
        return Reading("WL202", False, ("WL101", "WL504"), title, _RELATIVE)
    if event.message.row.get("sought") and "add_dll_directory" in text:
        title = f"{library} was not found: it is sought in PATH, and a directory was added with os.add_dll_directory"
        return Reading("WL203", False, ("WL202", "WL201"), title, _ADDED)
    if "LD_LIBRARY_PATH" in text and _SET_TOO_LATE.search(text):
        title = f"{library} was not found: LD_LIBRARY_PATH is set by the program itself, when the loader has read it"
        return Reading("WL203", False, ("WL202", "WL201"), title, _TOO_LATE)
    if "LD_LIBRARY_PATH" in text and was_helped(text):
        title = f"{library} is there, and found where LD_LIBRARY_PATH names its folder, as the text says"
        return Reading("WL202", False, ("WL203", "WL201"), title)
    if "LD_LIBRARY_PATH" in text and _HINTED.search(text):
        title = f"{library} is sought in LD_LIBRARY_PATH, as the program itself says: its folder is not in it"
        return Reading("WL202", False, ("WL201", "WL203"), title)
    if ".so" in library and "ldconfig" in text and was_ldconfig(text):
        title = f"{library} is there, and the loader does not know it before `ldconfig` has run, as the text says"
        return Reading("WL202", False, ("WL201", "WL204"), title, _LOCAL)
    if component_of(library) is None and was_mended_by_installing(text):
        return Reading("WL201", False, ("WL204", "WL202"), f"{library} was not installed there, as the text says")
    if _VERSIONED.search(library) and was_upgraded(text):
        title = f"{library} is of the version that was there before the upgrade that the text tells of"
        return Reading("WL204", False, ("WL201", "WL202"), title, _BUMPED)
    if ".so" in library and was_named(text):
        title = f"{library} has a folder that the writer set a variable to, and the process does not search it"
        return Reading("WL202", False, ("WL208", "WL203", "WL201"), title, _NAMED)
    if works_elsewhere(text):
        title = f"{library} was not found, and is where another program starts Python, as the text says"
        return Reading("WL202", False, ("WL201", "WL206"), title, OTHER_START)
    if ".so" in library and _has_a_prefix_of_its_own(library, text):
        title = f"{library} lies in a prefix of its own that the text names, and the loader does not search there"
        return Reading("WL202", False, ("WL201", "WL204"), title, _OWN_BUILD)
    if _is_of_local_build(event, library, text):
        title = f"{library} was built and installed on that machine, into a folder that the loader does not search yet"
        return Reading("WL202", False, ("WL201", "WL204"), title, _LOCAL)
    if _PACKAGED.match(event.text) and ".so." in library and component_of(library) is None:
        title = f"{library} is asked for by a program of the system's packages, which had it when that was built"
        return Reading("WL204", False, ("WL201", "WL202"), title, _BUMPED)
    if "/steamapps/common/" in event.text.lower() and _is_of_own_build(event, library):
        title = f"{library} is a part of that program, and was not delivered with it"
        return Reading("WL504", False, ("WL201", "WL202"), title, _DELIVERED)
    if _is_of_own_build(event, library) and not _is_asked_by_a_package(event, text):
        title = f"{library} has a name that no distribution gives: it was built on its own, into a folder not searched"
        return Reading("WL202", False, ("WL201", "WL504", "WL101"), title, _OWN_BUILD)
    return None


def _is_of_local_build(event: Event, library: str, text: str) -> bool:
    """Whether a library that no distribution brings was installed on that machine by `make install` or its like."""
    if ".so" not in library or "/" in event.values.get("library", "") or VENDORED.search(library):
        return False
    if _INSTALLED_BY_HAND.match(event.text):
        return True
    if _STARTED_BY_NAME.match(event.text) and was_made(text):
        return True
    stem = library.removeprefix("lib").partition(".so")[0].lower()
    if _is_in_a_prefix(stem, text):
        return True
    if component_of(library) is not None or has_other_major(library):
        return False
    started = _STARTED_IN_PLACE.match(event.text)
    if started and stem.startswith(started[1].lower()):
        return True
    beside = {name.lower() for name in _LAID_BESIDE.findall(text)}
    if any(name in stem or stem in name for name in beside) and "pip install" not in text:
        return True
    return was_made(text)


def _is_in_a_prefix(stem: str, text: str) -> bool:
    """Whether the text names a directory of that library's in a prefix that `configure --prefix` and CMake install to.

    Source: confluentinc/confluent-kafka-python#65 and #158.
    """
    if len(stem) < 3 or stem not in text.lower():
        return False
    name = rf"(?:lib)?{re.escape(stem)}(?:-[\d.]+)?(?=[/\s'\":,;)]|$)"
    place = rf"(?:\bprefix[= ]['\"]?/\S{{0,80}}/|/usr/local/(?:include|share|src)/){name}"
    return says(re.compile(place, re.IGNORECASE | re.MULTILINE), text)


# The programs that tell of an installation, in a prefix that the loader does not search; and the prefixes that
# PostgreSQL and MySQL have where they are built or unpacked by hand.
# Source: psycopg/psycopg2#44; PostgreSQL, configure --prefix; MySQL, Installing on Unix/Linux Using Generic Binaries.
_TELLS = re.compile(r"(?<![\w/.])/(?!(?:usr/(?:local/)?)?bin/|usr/lib/)[\w./@+-]{1,200}/bin/(\w{1,30})[-_]config\b")
_NAMED_OTHERWISE = {"pg": "pq", "krb5": "gssapi"}
_BY_HAND = {"pq": "/usr/local/pgsql", "mysqlclient": "/usr/local/mysql", "perconaserverclient": "/usr/local/mysql"}


def _has_a_prefix_of_its_own(library: str, text: str) -> bool:
    """Whether the text names the prefix in which a library's installation lies, none that the loader searches."""
    stem = library.removeprefix("lib").partition(".so")[0].lower()
    if (prefix := _BY_HAND.get(stem)) and prefix in text:
        return True
    named = {_NAMED_OTHERWISE.get(name.lower(), name.lower()) for name in _TELLS.findall(text)}
    return any(stem.startswith(name) for name in named)


def by_name_on_windows(event: Event, text: str) -> Reading | None:
    """What it means that ctypes did not find a DLL in the words of Python 3.8 and newer; `None`: they do not tell.

    Source: CPython, What's New In Python 3.8, ctypes and os; ynyyn/Miniblink-Python-SimpleDemo#4.
    """
    file = event.values.get("file", "")
    if "/" not in file and "\\" not in file:
        title = (
            f"{file} is asked for by its name alone, for which Python no longer searches PATH and the working directory"
        )
        return Reading("WL202", False, ("WL201", "WL203", "WL204", "WL103"), title, _BY_NAME)
    if is_said_to_be_gone(base_name(file), text):
        title = f"{base_name(file)} is not there any more, as the text says"
        return Reading("WL101", False, ("WL504", "WL105", "WL201"), title, _GONE)
    if worked_with_an_older_python(text):
        title = f"a DLL that {base_name(file)} needs is where Python before 3.8 searched, and newer ones do not"
        return Reading("WL202", False, ("WL203", "WL201", "WL204"), title, _BY_NAME)
    if works_elsewhere(text):
        title = f"{base_name(file)}, or a DLL that it needs, is found by another program's Python, as the text says"
        return Reading("WL202", False, ("WL201", "WL206", "WL203"), title, OTHER_START)
    return None


def _is_of_own_build(event: Event, library: str) -> bool:
    """Whether the loader missed a library without a version in its name, which no package that we know brings.

    Distributions bring libraries to run with under versioned names; those without one are links for the compiler.
    Source: Debian Policy, 8.1 and 8.4; Fedora Packaging Guidelines, Devel Packages.
    """
    by_loader = event.message.id == "glibc-no-file" and "-packages/" not in event.text
    if not by_loader or not library.endswith(".so") or "/" in event.values.get("library", ""):
        return False
    if _BROUGHT.match(library) or VENDORED.search(library) or family_of(library):
        return False
    return library.startswith("lib") and component_of(library) is None and not has_other_major(library + ".0")


def _is_asked_by_a_package(event: Event, text: str) -> bool:
    """Whether code of an installed package asked ctypes for the library: then by a name that somebody distributes."""
    if not event.text.lstrip().startswith("OSError"):
        return False
    place = text.find(event.text.strip()[:80])
    return place >= 0 and _BY_CTYPES.search(text[max(0, place - NEAR_TRACEBACK) : place]) is not None


def has_other_major(library: str) -> bool:
    """Whether distributions bring the library in another version than this one, which they have in one only."""
    stem, so, version = library.partition(".so.")
    names = names_of_distributions()
    return bool(so and version) and library not in names and any(name.partition(".so.")[0] == stem for name in names)


# Libraries of which no component is known here, under the number that they have in Debian 12; others have another.
# Source: Debian 12, names of packages (`apt-cache search --names-only '^libaom'`), 2026-11-27.
_ALSO_NUMBERED = frozenset(
    f"lib{name}" for name in (
        "aom.so.3 armadillo.so.11 avif.so.15 cdio.so.19 cfitsio.so.10 cln.so.6 dav1d.so.6 exiv2.so.27 fmt.so.9 "
        "gcrypt.so.20 ginac.so.11 gnutls.so.30 hogweed.so.6 jsoncpp.so.25 muparser.so.2 nettle.so.8 qpdf.so.29 "
        "raw.so.20 re2.so.9 ssh.so.4 tinyxml2.so.9 vpx.so.7 zip.so.4"
    ).split()
)  # fmt: skip


@cache
def names_of_distributions() -> frozenset[str]:
    """The versioned file names that distributions have for the libraries that are known."""
    of_components = (file for component in components() for file in component.row.get("linux", ()))
    return _ALSO_NUMBERED | {file for file in of_components if ".so." in file}
