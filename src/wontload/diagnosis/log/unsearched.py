"""What loaders do not search: a library that was not found, and by its path or name is likely there."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.facts import Facts
from wontload.diagnosis.log.outcome import Reading, base_name
from wontload.diagnosis.log.text import remarks
from wontload.knowledge.components import component_of, components

# Python code that sets the loader's variable for its own process, which the loader read when the process started.
# Source: ld.so(8), LD_LIBRARY_PATH; python/cpython#100567.
_SET_TOO_LATE = re.compile(
    r"(?:os\.)?(?:environ\[['\"]LD_LIBRARY_PATH['\"]\]\s{0,3}\+?=|(?:environ\.update|putenv|environ\.setdefault)\(['\"{]{1,3}"
    r"LD_LIBRARY_PATH)"
)

# What people say that helped: the variable, with the folder of the library in it.
_HELPED = re.compile(
    r"(?:\b(?:resolv|fix|solv)(?:ed|es|e)?\b|\bworks?\b|\bworked\b)[^.\n]{0,80}LD_LIBRARY_PATH"
    r"|\b(?:needs?|has|have|had) to (?:set|add|export)\b[^.\n]{0,30}LD_LIBRARY_PATH"
    r"|LD_LIBRARY_PATH[^.\n=]{0,60}(?:(?:needs?|has|have|must)(?: to)? be set|\b(?:resolv|fix|solv)(?:ed|es)\b|"
    r"\bworks\b|\bworked\b)"
)
_NOT_HELPED = re.compile(r"\b(?:no|not|without|tried|never)\b|n['’]t\b", re.IGNORECASE)

# A program that a package manager installs together with the libraries that it needs.
_PACKAGED = re.compile(r"\W{0,3}/usr/(?:s?bin|lib(?:64|exec)?)/\S{1,200}: error while loading shared libraries")
# Libraries without a version in their names that an installer brings, not a build. Source: Oracle Instant Client, SAP
# NetWeaver RFC SDK, OpenJDK, TensorFlow's C API, ONNX Runtime, oneMKL, CUDA Toolkit: their lists of files.
_BROUGHT = re.compile(
    r"lib(?:clntsh|occi|sapnwrfc|jvm|jli|tensorflow\w*|onnxruntime\w*|aio|ngt|mkl_\w+|nv\w+|cu\w+)\.so$"
)
_VENDORED = re.compile(r"-[0-9a-f]{6,16}\.")  # as auditwheel renames what it puts into a wheel


def by_place(event: Event, library: str, text: str) -> Reading | None:
    """What a relative path, a variable that Python code sets, and a name that no distribution gives say."""
    path = event.values.get("library", "")
    if path.startswith(("./", "../")):
        title = f"{library} is asked for by a path that begins at the working directory, and is not there"
        return Reading("WL202", False, ("WL101", "WL504"), title, _RELATIVE)
    if event.message.row.get("sought") and "add_dll_directory" in text:
        title = f"{library} was not found: it is sought in PATH, and a directory was added with os.add_dll_directory"
        return Reading("WL203", False, ("WL202", "WL201"), title, _ADDED)
    if "LD_LIBRARY_PATH" in text and _SET_TOO_LATE.search(text):
        title = f"{library} was not found: LD_LIBRARY_PATH is set by the program itself, when the loader has read it"
        return Reading("WL203", False, ("WL202", "WL201"), title, _TOO_LATE)
    if "LD_LIBRARY_PATH" in text and _was_helped(text):
        title = f"{library} is there, and found where LD_LIBRARY_PATH names its folder, as the text says"
        return Reading("WL202", False, ("WL203", "WL201"), title)
    if _VERSIONED.search(library) and was_upgraded(text):
        title = f"{library} is of the version that was there before the upgrade that the text tells of"
        return Reading("WL204", False, ("WL201", "WL202"), title, _BUMPED)
    if works_elsewhere(text):
        title = f"{library} was not found, and is where another program starts Python, as the text says"
        return Reading("WL202", False, ("WL201", "WL206"), title, OTHER_START)
    if _is_of_local_build(event, library, text):
        title = f"{library} was built and installed on that machine, into a folder that the loader does not search yet"
        return Reading("WL202", False, ("WL201", "WL204"), title, _LOCAL)
    if _PACKAGED.match(event.text) and ".so." in library and component_of(library) is None:
        title = f"{library} is asked for by a program of the system's packages, which had it when that was built"
        return Reading("WL204", False, ("WL201", "WL202"), title, _BUMPED)
    if _is_of_own_build(event, library) and not _is_asked_by_a_package(event, text):
        title = f"{library} has a name that no distribution gives: it was built on its own, into a folder not searched"
        return Reading("WL202", False, ("WL201", "WL504", "WL101"), title, _OWN_BUILD)
    return None


# A program that was installed by hand: its libraries went to /usr/local/lib. Red Hat's kin leave that out of
# ld.so.conf; Debian's have it, and a new library is found when `ldconfig` has run. So it is with a Python that was
# configured with --enable-shared. Source: FHS 3.0, 4.9; ld.so(8), ldconfig(8); openkim/kim-api#1; GrammarSoft/cg3#94.
_INSTALLED_BY_HAND = re.compile(
    r"\W{0,3}(?:/usr/local/(?:s?bin|libexec)/\S{1,200}|\S{0,200}\bpython[\d.]{0,5})"
    r": error while loading shared libraries"
)
_MADE = re.compile(
    r"\b(?:make|ninja|cmake|meson|checkinstall)\b[^\n]{0,40}\binstall(?:ed)?\b"
    r"|\b(?:built|buil[dt]ing|compiled|compiling|installed|installing|installation)\b[^.\n]{0,40} from (?:the )?"
    r"(?:sources?|github|git)\b",
    re.IGNORECASE,
)
# A package beside its library, as one `make install` lays them: Python's search path has a folder of /usr/local, the
# loader's may not.
_LAID_BESIDE = re.compile(r"/usr/local/lib(?:64)?/python[\d.]{1,5}/(?:dist|site)-packages/(?:lib)?(\w{3,40})[/.]")


def _is_of_local_build(event: Event, library: str, text: str) -> bool:
    """Whether a library that no distribution brings was installed on that machine by `make install` or its like."""
    if ".so" not in library or "/" in event.values.get("library", "") or _VENDORED.search(library):
        return False
    if _INSTALLED_BY_HAND.match(event.text):
        return True
    if _STARTED_BY_NAME.match(event.text) and was_made(text):
        return True
    if component_of(library) is not None or has_other_major(library):
        return False
    stem = library.removeprefix("lib").partition(".so")[0].lower()
    beside = {name.lower() for name in _LAID_BESIDE.findall(text)}
    if any(name in stem or stem in name for name in beside) and "pip install" not in text:
        return True
    return was_made(text)


# A program that is asked for by its name alone, as what somebody built and installed is.
_STARTED_BY_NAME = re.compile(r"\W{0,3}[\w.-]{1,60}: error while loading shared libraries")


@lru_cache(maxsize=1)  # asked for each library of one text
def was_made(text: str) -> bool:
    """Whether somebody says that something was built and installed on that machine."""
    return any(_MADE.search(part) for part in remarks(text))


NEAR = 20  # characters behind "upgraded" in which its object stands
_VERSIONED = re.compile(r"\.so\.\d|\d\.so\b|\.\d+(?:\.\d+)*\.dylib$")
# What people say that went before: a release of the system, or of the library.
_UPGRADED = re.compile(
    r"\b(?:after|since|once|when|recently|just|was|were|been|got)\b[^.\n]{0,30}\b(?:upgrad|updat)(?:ed|ing|e)\b"
    r"|\b(?:after|since)\b[^.\n]{0,20}\b(?:upgrade|update)\b"
    r"|^\W{0,8}(?:run: |sudo |\$ ){0,2}(?:pacman -Syu|brew upgrade|apt(?:-get)? (?:full-|dist-)?upgrade|dnf upgrade)\b",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_THAT = re.compile(r"\b(?:pip|wheel|setuptools|driver|need|should|please|try|tried)\b|n['’]t\b", re.IGNORECASE)


@lru_cache(maxsize=1)  # asked for each library of one text
def was_upgraded(text: str) -> bool:
    """Whether somebody says that the system, or a part of it, was upgraded before."""
    return any(
        not _NOT_THAT.search(part[part.rfind("\n", 0, match.start()) + 1 : match.end() + NEAR].partition("\n")[0])
        for part in remarks(text)
        for match in _UPGRADED.finditer(part)
    )


_STARTERS = (
    r"(?:from|in|on|with|using) (?:the |an? |my )?(?:\w{1,20} )?(?:command[- ]line|cmd|terminal|console|prompt|"
    r"powershell|shell|i?python|jupyter\w*|notebook|spyder|pycharm|vs ?code|visual studio|ide|interpreter)\b"
)
_WORKS_ELSEWHERE = re.compile(
    r"\b(?:works?|worked|can import|runs? (?:fine|ok|well|perfectly))\b[^.\n]{0,50}\b" + _STARTERS
    + r"|\b" + _STARTERS + r"[^.\n]{0,30}\b(?:works?\b|worked\b|runs? (?:fine|ok|well|perfectly|without)\b)",
    re.IGNORECASE,
)  # fmt: skip
_NOT_SO = re.compile(r"\b(?:no|not|tried|never)\b|n['’]t\b", re.IGNORECASE)


@lru_cache(maxsize=1)  # asked for each library of one text
def works_elsewhere(text: str) -> bool:
    """Whether somebody says that the same import works where another program starts Python.

    What differs is the environment: PATH and LD_LIBRARY_PATH, which a shell's start-up files and `conda activate` set.
    """
    return any(
        not _NOT_SO.search(re.split(r"[.\n]", part[max(0, match.start() - 30) : match.start()])[-1] + match[0])
        for part in remarks(text)
        for match in _WORKS_ELSEWHERE.finditer(part)
    )


@lru_cache(maxsize=1)  # asked for each library of one text
def _was_helped(text: str) -> bool:
    """Whether somebody says that setting LD_LIBRARY_PATH is what helps."""
    for part in remarks(text):
        for match in _HELPED.finditer(part):
            before = re.split(r"[.\n]", part[max(0, match.start() - 30) : match.start()])[-1]
            if not _NOT_HELPED.search(before + match[0]):
                return True
    return False


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
    if worked_with_an_older_python(text):
        title = f"a DLL that {base_name(file)} needs is where Python before 3.8 searched, and newer ones do not"
        return Reading("WL202", False, ("WL203", "WL201", "WL204"), title, _BY_NAME)
    if works_elsewhere(text):
        title = f"{base_name(file)}, or a DLL that it needs, is found by another program's Python, as the text says"
        return Reading("WL202", False, ("WL201", "WL206", "WL203"), title, OTHER_START)
    return None


_OLDER_PYTHON = re.compile(
    r"\b3\.[67](?:\.\d{1,2})?\b[^.\n]{0,60}(?:\bworks?\b|\bworked\b|\bno (?:issue|problem|error)|\bfine\b|without)"
    r"|(?:\bworks?\b|\bworked\b|\bfine\b|\bno (?:issue|problem|error)\w*)[^.\n]{0,40}(?:python|py) ?3\.[67]\b",
    re.IGNORECASE,
)


def worked_with_an_older_python(text: str) -> bool:
    """Whether somebody says that it loads with a Python before 3.8, which searched PATH for DLLs."""
    return any(_OLDER_PYTHON.search(part) for part in remarks(text))


def _is_of_own_build(event: Event, library: str) -> bool:
    """Whether the loader missed a library without a version in its name, which no package that we know brings.

    Distributions bring libraries to run with under versioned names; those without one are links for the compiler.
    Source: Debian Policy, 8.1 and 8.4; Fedora Packaging Guidelines, Devel Packages.
    """
    by_loader = event.message.id == "glibc-no-file" and "-packages/" not in event.text
    if not by_loader or not library.endswith(".so") or "/" in event.values.get("library", ""):
        return False
    if _BROUGHT.match(library) or _VENDORED.search(library):
        return False
    return library.startswith("lib") and component_of(library) is None and not has_other_major(library + ".0")


# The last frames of a traceback, in a package's own code and then in ctypes'.
_BY_CTYPES = re.compile(
    r"(?:site|dist)-packages/[^\n]{1,200}\n(?:[^\n]{0,300}\n){1,12}?[^\n]{0,200}/ctypes/__init__\.py"
)
NEAR_TRACEBACK = 2000  # characters above the error


def _is_asked_by_a_package(event: Event, text: str) -> bool:
    """Whether code of an installed package asked ctypes for the library: then by a name that somebody distributes."""
    if not event.text.lstrip().startswith("OSError"):
        return False
    place = text.find(event.text.strip()[:80])
    return place >= 0 and _BY_CTYPES.search(text[max(0, place - NEAR_TRACEBACK) : place]) is not None


def of_mac(event: Event, library: str, facts: Facts, text: str) -> Reading | None:
    """What dyld does not search: Homebrew's folders, for a name without a path; and the prefix of the other Homebrew.

    Source: dyld(1), DYLD_FALLBACK_LIBRARY_PATH; Kozea/WeasyPrint#2159; Homebrew, Installation: /usr/local on Intel,
    /opt/homebrew on Apple silicon.
    """
    path = event.values.get("library", "")
    if facts.system != "macos" and not path.endswith(".dylib"):
        return None
    if is_of_homebrew(path, facts):
        if path.startswith("/usr/local/") and "/opt/homebrew/" in text:
            title = f"{library} is wanted at {path}, as on an Intel Mac, and Homebrew is in /opt/homebrew there"
            return Reading("WL202", False, ("WL201", "WL205", "WL706"), title, BREW)
        if _NUMBERED_DYLIB.search(library):
            return Reading("WL201", False, ("WL204", "WL202"), f"{library} is not at {path}", _BREW_MOVED)
        return None
    if "/" in path or path.startswith("@"):
        return None
    if event.message.id == "dyld-not-loaded":
        title = f"{library} is asked for without a path: dyld looks for that in a few folders only"
        return Reading("WL202", False, ("WL203", "WL201"), title, _BARE)
    if "not in dyld cache" in text and not any(prefix in text for prefix in _PREFIXES):
        title = f"{library} was not found, and Homebrew's and MacPorts' folders were not searched"
        return Reading("WL202", False, ("WL201", "WL203", "WL205"), title, _UNSEARCHED)
    return None


def is_of_homebrew(path: str, facts: Facts) -> bool:
    """A library of Homebrew's or MacPorts', by its prefix, which is written into files that were linked there."""
    return path.startswith(("/usr/local/", "/opt/")) and (facts.system == "macos" or path.endswith(".dylib"))


def has_other_major(library: str) -> bool:
    """Whether distributions bring the library in another version than this one, which they have in one only."""
    stem, so, version = library.partition(".so.")
    return bool(so and version) and any(name.partition(".so.")[0] == stem for name in names_of_distributions())


@cache
def names_of_distributions() -> frozenset[str]:
    """The versioned file names that distributions have for the libraries that are known."""
    return frozenset(file for component in components() for file in component.row.get("linux", ()) if ".so." in file)


_NUMBERED_DYLIB = re.compile(r"\.\d+(?:\.\d+)*\.dylib$")
_BREW_MOVED = (
    "The path is written into the file, and nothing is searched. Homebrew has one version of a library at a time: "
    "either it is not installed, or `brew upgrade` replaced it by one with another number, and what was built against "
    "it has to be built again."
)
_PREFIXES = ("/opt/homebrew/", "/opt/local/", "/usr/local/")
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
_BY_NAME = (
    "Since Python 3.8 a DLL is sought in the directory of the file that needs it, in Windows' own and in those that "
    "os.add_dll_directory adds. With its full path, or its directory added, it is found; where it is not installed, it "
    "has to be."
)
_BUMPED = (
    "A package manager installs what a program needs. Where the library went on to another version, as after an "
    "upgrade of a part of the system, the program has to be built or installed again."
)
_BARE = (
    "The file was linked on that machine, or on one like it, against a library that does not say where it lies. It is "
    "likely still there: DYLD_FALLBACK_LIBRARY_PATH with its folder, or its full path in the file (install_name_tool "
    "-change), makes it found."
)
_UNSEARCHED = (
    "Homebrew's Python searches Homebrew's folders; the ones of python.org, pyenv, uv and conda do not. If the library "
    "is installed there, DYLD_FALLBACK_LIBRARY_PATH=$(brew --prefix)/lib makes it found; else it has to be installed."
)
BREW = "The path is written into the file, and nothing is searched: the library is not installed, or elsewhere."
