"""What a missing symbol comes of on a Mac: dyld took another copy of a library, or the file was not linked with it."""

from __future__ import annotations

import re
from functools import lru_cache

from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.facts import Facts
from wontload.diagnosis.log.outcome import Reading, base_name

# Apple's C interfaces: Core Foundation, Security, System Configuration, the Objective-C runtime.
_OF_FRAMEWORKS = re.compile(r"_k?(?:CF|Sec|SC|IO|Audio|NS)[A-Z]|_objc_")
# C interfaces of databases' clients: packages without a wheel for the Mac link them from Homebrew or an installer,
# which may be Intel's. Source: those libraries' headers; PyMySQL/mysqlclient#496; psycopg/psycopg2#236.
_OF_DATABASES = re.compile(r"_(?:mysql_|mariadb_|PQ[a-z]|SQL[A-Z]|dbversion|bcp_|OCI)")
# macOS' own libiconv has iconv, GNU's has libiconv, and both go by one file name.
# Source: GNU libiconv, iconv.h; apache/arrow-adbc#530; conda/conda-build#3770.
_OF_ICONV = re.compile(r"_?(?:lib)?iconv(?:_open|_close|ctl)?$")
# A value of the variable, as a form or `env` has it.
_SET_FOR_DYLD = re.compile(r"\bDYLD_(?:FALLBACK_)?LIBRARY_PATH['\"]?\s{0,3}[:=]\s{0,3}['\"]?[/~$]")
_OF_MACOS = ("/System/", "/usr/lib/")
_IN_PROGRAM = re.compile(r"/Applications/(?:[^/]{1,60}/){0,2}?([^/]{1,60})\.app/")
_RUNTIMES_OF_MACOS = ("/usr/lib/libSystem", "/usr/lib/libc++", "/usr/lib/libobjc")

# What is to be done about each.
_FOREIGN = (
    "DYLD_LIBRARY_PATH makes dyld take a library of the same name from its directories, for macOS' own programs and "
    "frameworks too, whatever path they ask for. Without the variable (`unset DYLD_LIBRARY_PATH`) each gets its own."
)
_PROGRAM = (
    "A program that brings a library loads its own copy first, and what is loaded later gets that. The file has to be "
    "built with the program's copy, or to bring its own under another name."
)
_ICONV = (
    "macOS' libiconv calls its functions iconv, GNU's (Homebrew, MacPorts, conda) libiconv, and the file was built "
    "with one and finds the other. DYLD_LIBRARY_PATH, or a build that mixed headers of one with the other, does that."
)
_OWN = (
    "conda and Homebrew bring a newer copy of it. DYLD_LIBRARY_PATH or DYLD_FALLBACK_LIBRARY_PATH with /usr/lib in it "
    "puts the system's first; without such a variable, this macOS is older than the file expects."
)
_FLAT = (
    "An extension module is linked although a library is left out, as ld does with one that is for the other kind of "
    "processor: Homebrew's under /usr/local is Intel's, that under /opt/homebrew is Apple silicon's."
)
_FRAMEWORK = (
    "A build without the flag that links it leaves such a file. The package's own wheel for this Mac has it linked."
)


def of_symbol_on_mac(event: Event, facts: Facts, text: str) -> Reading | None:
    """What it means that dyld does not find a symbol; `None` where nothing more is known, or it is no Mac."""
    symbol, library = event.values.get("symbol", ""), base_name(event.values.get("library", ""))
    if _of_system_copy(event):
        return Reading("WL206", False, ("WL307", "WL304"), f"macOS' own {library} was taken, and lacks {symbol}", _OWN)
    if _is_for_macos_itself(event):
        title = f"a part of macOS got another's {library} in place of macOS' own, and it has no {symbol}"
        return Reading("WL206", True, ("WL304",), title, _FOREIGN)
    if program := _of_another_program(event):
        title = f"{program}'s own {library} was taken, and lacks {symbol}"
        return Reading("WL206", False, ("WL304",), title, _PROGRAM)
    if facts.system != "macos":
        return None
    if _OF_ICONV.match(symbol):
        title = f"{symbol} is in one of two libraries that are called libiconv, and the other one was taken"
        return Reading("WL206", False, ("WL304", "WL704"), title, _ICONV)
    if _is_set_for_dyld(text):
        title = f"{symbol} is missing, and DYLD_LIBRARY_PATH is set, which puts other copies of libraries first"
        return Reading("WL206", False, ("WL304",), title, _FOREIGN)
    if _is_flat(event) and _OF_FRAMEWORKS.match(symbol):
        title = f"{symbol} is in a framework of macOS that the file was not linked with"
        return Reading("WL704", False, ("WL304", "WL505"), title, _FRAMEWORK)
    if _is_flat(event) and not symbol.startswith("__Z"):
        title = f"{symbol} is in none of the loaded libraries: the one that has it was not linked in"
        if _OF_DATABASES.match(symbol):
            return Reading("WL205", False, ("WL706", "WL304", "WL201"), title, _FLAT)
        return Reading("WL304", False, ("WL205", "WL206", "WL706", "WL301"), title, _FLAT)
    return None


def _of_system_copy(event: Event) -> bool:
    """Whether dyld took a library of macOS that Homebrew and conda bring too, as all but its runtimes are.

    Source: dyld(1), DYLD_LIBRARY_PATH; conda/conda-libmamba-solver#639.
    """
    library = event.values.get("library", "")
    return library.startswith("/usr/lib/lib") and not library.startswith(_RUNTIMES_OF_MACOS)


def _of_another_program(event: Event) -> str:
    """The program with whose own copy of a library a file that is not of that program was given; empty where none was.

    Source: dyld(1): a library that is loaded already is taken by its install name; kw/pymex#12.
    """
    importer, library = event.values.get("importer", ""), event.values.get("library", "")
    program = _IN_PROGRAM.match(library)
    if not program or not importer.startswith("/") or importer.startswith(program[0]):
        return ""
    return program[1]


@lru_cache(maxsize=1)  # asked for each symbol of one text
def _is_set_for_dyld(text: str) -> bool:
    return _SET_FOR_DYLD.search(text) is not None


def _is_for_macos_itself(event: Event) -> bool:
    """Whether a file of macOS asks, and a library that is not of macOS should have the symbol.

    Source: dyld(1), DYLD_LIBRARY_PATH; HiveChat/hive-desktop#28; boxen/our-boxen#301; NLeSC/root-conda-recipes#38.
    """
    importer, library = event.values.get("importer", ""), event.values.get("library", "")
    return importer.startswith(_OF_MACOS) and library.startswith("/") and not library.startswith(_OF_MACOS)


def _is_flat(event: Event) -> bool:
    """Whether the file names no library for the symbol.

    Extension modules are linked with `-undefined dynamic_lookup`, and ld leaves out a library of another processor
    with a warning only.

    Source: Apple, ld(1), -undefined and -flat_namespace; PyMySQL/mysqlclient#496.
    """
    return event.message.id == "dyld-flat-namespace" or event.values.get("library", "").startswith("flat")
