"""What the writer of a text says of the machine: what was built, upgraded, tried, and what helped.

Each question is asked of the writer's own words (`text.remarks`), never of what programs printed, and a sentence that
denies it does not count.
"""

from __future__ import annotations

import re
from functools import lru_cache

from wontload.diagnosis.log.text import remarks, says

# What people say that helped: the variable, with the folder of the library in it.
_HELPED = re.compile(
    r"(?:\b(?:resolv|fix|solv)(?:ed|es|e)?\b|\bworks?\b|\bworked\b)[^.\n]{0,80}LD_LIBRARY_PATH"
    r"|\b(?:needs?|has|have|had) to (?:set|add|export)\b[^.\n]{0,30}LD_LIBRARY_PATH"
    r"|LD_LIBRARY_PATH[^.\n=]{0,60}(?:(?:needs?|has|have|must)(?: to)? be set|\b(?:resolv|fix|solv)(?:ed|es)\b|"
    r"\bworks\b|\bworked\b)"
)
_NOT_HELPED = re.compile(r"\b(?:no|not|without|tried|never)\b|n['’]t\b", re.IGNORECASE)
BEFORE = 30  # characters of a sentence before what is said, in which it may be denied


def _is_said(words: re.Pattern[str], text: str, *, denied: re.Pattern[str]) -> bool:
    """Whether somebody says so, in a sentence that does not deny it."""
    return any(
        not denied.search(re.split(r"[.\n]", part[max(0, match.start() - BEFORE) : match.start()])[-1] + match[0])
        for part in remarks(text)
        for match in words.finditer(part)
    )


# What people say that they have done: a variable, or a file of the shell's, has the library's folder.
_NAMED = re.compile(
    r"\b(?:specif(?:y|ied)|set|added|exported|gave|given|put|appended)\b[^.\n]{0,40}\b(?:paths?|folder|director(?:y|ies)|"
    r"it|them)\b[^.\n]{0,30}\b(?:in|to|into|as)\b[^.\n]{0,20}(?:\.(?:bashrc|zshrc|(?:bash_)?profile)\b|LD_LIBRARY_PATH\b)"
    r"|\b(?:set|added|exported|specified)\b[^.\n]{0,20}\bLD_LIBRARY_PATH\b",
    re.IGNORECASE,
)
_NOT_NAMED = re.compile(r"\b(?:no|not|without|never|should|need|have to|must|if|whether)\b|n['’]t\b", re.IGNORECASE)


@lru_cache(maxsize=1)  # asked for each library of one text
def was_named(text: str) -> bool:
    """Whether somebody says that the library's folder is in LD_LIBRARY_PATH or in a file of the shell's."""
    return _is_said(_NAMED, text, denied=_NOT_NAMED)


# The same as a command, and that it runs.
_RUNS_WITH = re.compile(
    r"\bLD_LIBRARY_PATH=[^\n]{1,160}?[\]`'\"\s,]\W{0,3}(?:then )?(?:there (?:is|are) no (?:more )?errors?\b|"
    r"(?:it |everything |this )?(?:works|worked|runs fine|is fine)\b)"
)


@lru_cache(maxsize=1)  # asked for each library of one text
def was_helped(text: str) -> bool:
    """Whether somebody says that setting LD_LIBRARY_PATH is what helps."""
    return _is_said(_HELPED, text, denied=_NOT_HELPED) or says(_RUNS_WITH, text)


_MADE = re.compile(
    r"\b(?:make|ninja|cmake|meson|checkinstall)\b[^\n]{0,40}\binstall(?:ed)?\b"
    r"|\b(?:built|buil[dt]ing|compiled|compiling|installed|installing|installation)\b(?:[^.\n]|\.\d){0,40} from "
    r"(?:the )?(?:sources?|github|git)\b"
    r"|\b(?:compil(?:e|ed|ing)|buil(?:d|t|ding))\b[^.\n]{0,40} (?:in|inside) (?:the |an? )?[\w.]{0,20} ?container\b"
    r"|\bbuil(?:ding|t) (?:the |an? |my )?docker (?:image|container)\b",
    re.IGNORECASE,
)


# What a program or a form asks its reader for, as numpy's own advice does. Source: numpy, numpy/_core/__init__.py.
_IF = re.compile(r"\b(?:if|whether|how|did|have|are|should|do) (?:you|your)\b", re.IGNORECASE)


@lru_cache(maxsize=1)  # asked for each library of one text
def was_made(text: str) -> bool:
    """Whether somebody says that something was built and installed on that machine."""
    return _is_said(_MADE, text, denied=_IF)


# The command that makes the loader know a new library; `ldconfig -p` only lists. Source: ldconfig(8).
_LDCONFIG = re.compile(r"\bldconfig\b(?! ?(?:-p|-v|--print|\|))(?![^.\n]{0,40}(?:n['’]t\b|\bnot?\b|\bnothing\b))")


@lru_cache(maxsize=1)  # asked for each library of one text
def was_ldconfig(text: str) -> bool:
    """Whether somebody says that ldconfig is what was missing."""
    return _is_said(_LDCONFIG, text, denied=_NOT_HELPED)


# CPython, README: --enable-shared. Source: GrahamDumpleton/mod_wsgi#282; without it devcartel/pyrfa#56.
_ENABLE_SHARED = re.compile(r"--enable-shared\b")


def was_built_shared(text: str) -> bool:
    """Whether somebody says that a Python was configured to have its own shared library."""
    return _is_said(_ENABLE_SHARED, text, denied=_NOT_HELPED)


NEAR = 20  # characters behind "upgraded" in which its object stands
# What people say that went before: a release of the system, or of the library; or that it worked the day before, so
# that something was exchanged since.
_UPGRADED = re.compile(
    r"\b(?:after|since|once|when|recently|just|was|were|been|got)\b[^.\n]{0,30}\b(?:upgrad|updat)(?:ed|ing|e)\b"
    r"|\b(?:after|since)\b[^.\n]{0,20}\b(?:upgrade|update)\b"
    r"|\b(?:upgrading|updating|(?:upgrade|update) (?:of|to))\b(?:[^.\n]|\.\d){0,60}\b"
    r"(?:caus(?:es?|ed|ing)|breaks?|broke|results? in|leads? to|led to)\b"
    r"|\b(?:was|were|been) (?:working|running)(?: \w{1,10})? (?:yesterday|last week|this morning|until)\b"
    r"|\bworked (?:\w{1,10} )?(?:yesterday|last week|until (?:yesterday|today|recently|now|last))\b"
    r"|^\W{0,8}(?:run: |sudo |\$ ){0,2}(?:pacman -Syu|brew upgrade|apt(?:-get)? (?:full-|dist-)?upgrade|dnf upgrade)\b",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_THAT = re.compile(r"\b(?:pip|wheel|setuptools|driver|need|should|please|try|tried)\b|n['’]t\b", re.IGNORECASE)


@lru_cache(maxsize=1)  # asked for each library of one text
def was_upgraded(text: str) -> bool:
    """Whether somebody says that the system, or a part of it, was upgraded before, or that all worked until then."""
    return any(
        not _NOT_THAT.search(part[part.rfind("\n", 0, match.start()) + 1 : match.end() + NEAR].partition("\n")[0])
        for part in remarks(text)
        for match in _UPGRADED.finditer(part)
    )


_MENDED_BY_INSTALLING = re.compile(
    r"\binstalling \W{0,4}(?:the )?[\w.+-]{2,40}\W{0,4}(?: package)? (?:has |have )?(?:fix|solv|resolv|help)(?:ed|es)\b"
    r"|\b(?:fixed|solved|resolved) (?:it |this |that |the (?:issue|problem|error) )?(?:by|with|after) installing\b",
    re.IGNORECASE,
)


def was_mended_by_installing(text: str) -> bool:
    """Whether somebody says that installing something is what helped."""
    return _is_said(_MENDED_BY_INSTALLING, text, denied=_NOT_SO)


_STARTERS = (
    r"(?:from|in|on|with|using) (?:the |an? |my |both )?(?:\w{1,20} )?[`'\"]?(?:command[- ]line|cmd|terminal|console|"
    r"prompt|powershell|shell|i?python|jupyter\w*|notebook|spyder|pycharm|vs ?code|visual studio|ide|interpreter)\b"
)
_WORKS_ELSEWHERE = re.compile(
    r"\b(?:works?|worked|can import|runs? (?:fine|ok|well|perfectly))\b[^.\n]{0,50}\b" + _STARTERS
    + r"|\b" + _STARTERS + r"[^.\n]{0,40}\b(?:works?\b|worked\b|runs? (?:fine|ok|well|perfectly|without)\b)",
    re.IGNORECASE,
)  # fmt: skip
# The other way about: what runs, and then where it does not; and where it fails, and then where it does not fail.
_FAILS_ELSEWHERE = re.compile(
    r"\bfail(?:s|ed|ing)?\b[^.\n]{0,40}\b" + _STARTERS + r",?[^.\n]{0,20} but not (?:when )?" + _STARTERS
    + r"|\b(?:works?|worked|runs?) (?:fine|ok|well|perfectly|properly|correctly)\b[^.\n]{0,40}[.,;]?\s{1,3}"
    r"(?:but|however|yet|though)\b[^.\n]{0,60}\b(?:in|from|with|using) (?:the |an? |my )?"
    r"(?:py ?charm|vim|emacs|spyder|vs ?code|visual studio|jupyter\w*|notebook|cron|systemd|an? (?:ide|service))\b",
    re.IGNORECASE,
)  # fmt: skip
_NOT_SO = re.compile(r"\b(?:no|not|tried|never)\b|n['’]t\b", re.IGNORECASE)


@lru_cache(maxsize=1)  # asked for each library of one text
def works_elsewhere(text: str) -> bool:
    """Whether somebody says that the same import works where another program starts Python.

    What differs is the environment: PATH and LD_LIBRARY_PATH, which a shell's start-up files and `conda activate` set.
    """
    return _is_said(_WORKS_ELSEWHERE, text, denied=_NOT_SO) or says(_FAILS_ELSEWHERE, text)


# Python's own warning at its start, and what people say. Source: conda's python, recipe, the patch that warns;
# ContinuumIO/anaconda-issues#10054 and #10705.
_WARNS = "interpreter is in a conda environment, but the environment has"
_NOT_ACTIVATED = re.compile(
    r"(?:\b(?:not|without)(?: (?:been|being))?|n['’]t(?: been)?|\bnon-(?:conda)?)[ -]?activat(?:ed|ing)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\b(?:whether|if you|make sure|did you|have you|did not help)\b", re.IGNORECASE)


@lru_cache(maxsize=1)  # asked for each library of one text
def is_not_activated(text: str) -> bool:
    """Whether it fails in an environment of conda that is not activated, as Python warns or somebody says."""
    return _WARNS in text or ("conda" in text and _is_said(_NOT_ACTIVATED, text, denied=_ASKED))


_OLDER_PYTHON = re.compile(
    r"\b3\.[67](?:\.\d{1,2})?\b[^.\n]{0,60}(?:\bworks?\b|\bworked\b|\bno (?:issue|problem|error)|\bfine\b|without)"
    r"|(?:\bworks?\b|\bworked\b|\bfine\b|\bno (?:issue|problem|error)\w*)[^.\n]{0,40}(?:python|py) ?3\.[67]\b"
    r"|\bdowngrad(?:ed|ing) (?:from [^.\n]{1,30} )?to (?:python |py ?)?3\.[67]\b"
    r"|\b(?:on|under|since|from|with) (?:python|py) ?3\.8"
    r"(?: ?\+(?!\w)| (?:and|or) (?:up|newer|later|above|higher|onwards)\b)"
    r"|\b(?:on|under|with|for|in) (?:python|py) ?3\.8(?:[^.\n]|\.\d){0,30} only\b",
    re.IGNORECASE,
)


def worked_with_an_older_python(text: str) -> bool:
    """Whether somebody says that it loads with a Python before 3.8, which searched PATH for DLLs."""
    return says(_OLDER_PYTHON, text)


@lru_cache(maxsize=4)  # asked for each library of one text
def is_said_to_be_gone(name: str, text: str) -> bool:
    """Whether somebody says of a file, by its name, that it is not there any more."""
    file = rf"(?<![\w.-]){re.escape(name)}['\"`]?"
    words = re.compile(
        rf"{file} (?:was|is|got|gets|has been|had been) (?:\w{{2,12}} )?(?:deleted|removed|gone|not there)\b"
        rf"|{file} (?:does|did)(?: not|n['’]t) exist\b",
        re.IGNORECASE,
    )
    return _is_said(words, text, denied=_ASKED)
