"""What dyld does not search: a library that a Mac did not find, and by its path or name is likely there."""

from __future__ import annotations

import re

from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.facts import Facts
from wontload.diagnosis.log.outcome import Reading
from wontload.diagnosis.log.text import says

_NUMBERED_DYLIB = re.compile(r"\.\d+(?:\.\d+)*\.dylib$")
# A name with more than one number is of one release, or of few: after an upgrade what was linked lacks it. So is one
# with a high number, as ICU's. Source: ICU, Packaging; Homebrew/homebrew-php#1718, Homebrew/brew#7860.
_OF_ONE_RELEASE = re.compile(r"\.(?:\d+(?:\.\d+)+|[3-9]\d|[12]\d\d)\.dylib$")
_PREFIXES = ("/opt/homebrew/", "/opt/local/", "/usr/local/")
# R's own installer has a folder for each version, and packages are for one. Source: R for macOS, installation;
# dipetkov/eems#52; stuart-lab/signac#1391.
_OF_VERSIONED_FRAMEWORK = re.compile(r"/(R)\.framework/Versions/(\d[\w.-]{0,12})/")
_FRAMEWORK = (
    "An upgrade of R leaves packages of the version before behind that it cannot load. Each has to be installed again "
    "with the R that runs it, those that it needs too; a library folder of the old version is best removed."
)
# A program that was delivered ready to run, by where it lies: in an application, an installer's folder, or unpacked.
# Source: Apple, File System Programming Guide, where to put files; MariaDB/mariadb.org-tools#178.
_DELIVERED = re.compile(
    r"/Library/(?!Frameworks/|Python/|Ruby/|Perl/|Developer/)[^/]{1,60}/(?!.*-packages/)"
    r"|(?:/private)?/var/folders/|/.{0,200}\.app/Contents/(?!.*-packages/)"
)
_NOT_BUNDLED = (
    "Whoever made the program linked it with Homebrew's library and left that out (delocate and dylibbundler bring it "
    "in). A formula of that version at that path helps here; a release that brings it, on every Mac."
)
# Homebrew's formula had its runtime libraries in a folder for each version. Source: Homebrew/homebrew-science#3718.
_OF_OLD_GCC = re.compile(r"/gcc/lib/gcc/\d{1,2}/")
_BREW_MOVED = (
    "The path is written into the file, and nothing is searched. Homebrew has one version of a library at a time: "
    "either it is not installed, or `brew upgrade` replaced it by one with another number, and what was built against "
    "it has to be built again."
)
_BREW_UPGRADED = (
    "Homebrew has one version of a library at a time. What was linked against the one before has to be built again: "
    "`pip install --force-reinstall --no-cache-dir --no-binary PACKAGE PACKAGE`, or a wheel that brings its own."
)
# Where pip and builders build: such a folder is removed when the build is done. Source: pip, temp_dir.py;
# clab/dynet#1116.
_OF_BUILD = re.compile(r"/(?:private/)?tmp/(?!_MEI)[^/]{1,100}/|/pip-(?:build|req-build|install|wheel)-[^/]{1,60}/")
_BUILT = (
    "The path of the build was left in the file, and that folder is gone. The library mostly was installed elsewhere: "
    "DYLD_FALLBACK_LIBRARY_PATH with its folder, or that path in the file (install_name_tool -change), makes it found. "
    "Where it was not installed, it has to be."
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
# Source: dyld(1), Dynamic Library Loading; ld.so(8), Rpath token expansion; amazon-ion/ion-python#300.
_ORIGIN = (
    "The file was linked with an rpath for Linux. macOS has @loader_path for the same: `install_name_tool -rpath OLD "
    "NEW FILE` puts it right, and so does a build whose script heeds the system. Until then no library is found by it."
)
# Source: pyo3-build-config, add_python_framework_link_args; PyO3/pyo3#2437; root-project/root#9793.
_OF_APPLES_PYTHON = (
    "It lies in /Library/Developer/CommandLineTools/Library/Frameworks, or inside Xcode. A program that embeds it is "
    "linked with that folder as an rpath (-Wl,-rpath,…; pyo3_build_config::add_python_framework_link_args), or with "
    "another Python; DYLD_FALLBACK_FRAMEWORK_PATH with that folder gets by meanwhile."
)
# Source: dyld-1042 (Apple open source), Loader.cpp; e-dant/watcher#59; xgo-dev/llgo#234.
_NO_RPATH = (
    "So no folder was searched at all. `install_name_tool -add_rpath FOLDER FILE` gives it one, and codesign signs it "
    "again; DYLD_FALLBACK_LIBRARY_PATH with the library's folder gets by meanwhile. If it is installed nowhere, it has "
    "to be."
)
BREW = "The path is written into the file, and nothing is searched: the library is not installed, or elsewhere."


def of_mac(event: Event, library: str, facts: Facts, text: str) -> Reading | None:
    """What dyld does not search: Homebrew's folders, for a name without a path; and the prefix of the other Homebrew.

    Source: dyld(1), DYLD_FALLBACK_LIBRARY_PATH; Kozea/WeasyPrint#2159; Homebrew, Installation: /usr/local on Intel,
    /opt/homebrew on Apple silicon.
    """
    path = event.values.get("library", "")
    if facts.system != "macos" and not path.endswith(".dylib"):
        return None
    if framework := _OF_VERSIONED_FRAMEWORK.search(path):
        title = f"{framework[1]} {framework[2]} is asked for, which is not there: the file was built for that version"
        return Reading("WL204", False, ("WL501", "WL201", "WL202"), title, _FRAMEWORK)
    if event.message.id == "dyld-not-loaded" and _OF_BUILD.search(path):
        title = f"{library} is asked for in the folder in which it was built, which is not there any more"
        return Reading("WL202", False, ("WL201", "WL504"), title, _BUILT)
    if "tried: '$ORIGIN/" in text and path.startswith("@rpath/"):
        title = f"{library} is sought in $ORIGIN, which is a word of Linux' loaders: dyld takes it for a directory"
        return Reading("WL202", False, ("WL201", "WL504"), title, _ORIGIN)
    if path.startswith("@rpath/Python3.framework/"):
        title = "the Python of Apple's tools is asked for, and the program has no rpath that leads to it"
        return Reading("WL202", False, ("WL201", "WL706"), title, _OF_APPLES_PYTHON)
    if path.startswith("@rpath/") and "no LC_RPATH's found" in text:
        title = f"{library} is sought by an rpath, and neither the file nor the program that loads it has one"
        return Reading("WL202", False, ("WL201", "WL504"), title, _NO_RPATH)
    if is_of_homebrew(path, facts):
        if _OF_OLD_GCC.search(path):
            title = f"{library} is asked for in the folder of one version of GCC, and Homebrew has gone on to another"
            return Reading("WL204", False, ("WL201", "WL202"), title, _BREW_MOVED)
        if path.startswith("/usr/local/") and "/opt/homebrew/" in text:
            title = f"{library} is wanted at {path}, as on an Intel Mac, and Homebrew is in /opt/homebrew there"
            return Reading("WL202", False, ("WL201", "WL205", "WL706"), title, BREW)
        if path.startswith("/usr/local/") and _is_in_the_other_prefix(path, text):
            title = f"{library} is wanted at {path}, as on an Intel Mac, and Apple silicon's Homebrew has another place"
            return Reading("WL202", False, ("WL205", "WL201", "WL706"), title, BREW)
        if keg := _keg_without(path, library, text):
            title = f"{keg} is there and has no {library}: it is another version than the one that was linked"
            return Reading("WL204", True, ("WL201",), title, _BREW_UPGRADED)
        if _DELIVERED.match(event.values.get("importer", "")):
            title = (
                f"{library} is asked for at {path}, as on the Mac that the program was made on: it does not bring it"
            )
            return Reading("WL201", False, ("WL204", "WL202", "WL504"), title, _NOT_BUNDLED)
        if _OF_ONE_RELEASE.search(library):
            title = f"{library} is of one release, and is not at {path}: Homebrew mostly has another one there"
            return Reading("WL204", False, ("WL201", "WL202"), title, _BREW_UPGRADED)
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


# Words for Apple's processors; and that a formula was installed there.
_APPLE_SILICON = re.compile(r"\bM[1-9](?: (?:Pro|Max|Ultra))?\b|\bapple silicon\b|\barm64\b", re.IGNORECASE)


def _is_in_the_other_prefix(path: str, text: str) -> bool:
    """Whether somebody with Apple's processor says that the formula of that path is installed: in /opt/homebrew, then.

    Source: Homebrew, Installation, the two prefixes; mkleehammer/pyodbc#1070.
    """
    formula = re.search(r"/opt/([\w.+-]{1,60}?)(?:@[\d.]+)?/lib/", path)
    if not formula or not _APPLE_SILICON.search(text):
        return False
    name = re.escape(formula[1])
    return says(re.compile(rf"\b(?:brew |to |have |had |already |i )?install(?:ed|ing)? (?:the )?{name}\b", re.I), text)


def _keg_without(path: str, library: str, text: str) -> str:
    """The installed version of Homebrew's in which dyld sought the library and did not find it; empty where none is.

    dyld goes on to where the link `opt/FORMULA` leads, and Homebrew has that as long as the formula is installed.
    Source: Homebrew, Formula Cookbook, opt_prefix; rasterio/rasterio#2412 and Toblerity/Fiona#1054, where it was there.
    """
    formula = re.search(r"/opt/([\w.+@-]{1,60})/lib/", path)
    if not formula:
        return ""
    name, file = re.escape(formula[1]), re.escape(library)
    sought = re.search(rf"'/[^'\n]{{1,80}}/Cellar/({name}/[^/'\n]{{1,40}})/lib/{file}' \(no such file", text)
    return sought[1] if sought else ""


def is_of_homebrew(path: str, facts: Facts) -> bool:
    """A library of Homebrew's or MacPorts', by its prefix, which is written into files that were linked there."""
    return path.startswith(("/usr/local/", "/opt/")) and (facts.system == "macos" or path.endswith(".dylib"))
