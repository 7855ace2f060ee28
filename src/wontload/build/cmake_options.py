"""Which options a CMake project has, read from its own files: names, obsolete names, and every name that it mentions.

Source: CMake, option(), set(… CACHE …), mark_as_advanced(); llama.cpp, `llama_option_depr`. CMake's language is not
executed: an option below an `if` counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

OPTION = re.compile(r"\b(?:cmake_dependent_)?option\s*\(\s*(\w{2,80})\s", re.IGNORECASE)
CACHED = re.compile(r"\bset\s*\(\s*(\w{2,80})\s[^()]{0,400}?\bCACHE\s+(?:BOOL|STRING|PATH|FILEPATH)\b", re.IGNORECASE)
# `llama_option_depr(WARNING LLAMA_CUDA GGML_CUDA)`: a function of the project's own, whose name says what it is.
OBSOLETE = re.compile(
    r"^\s*\w{0,40}depr\w{0,20}\s*\(\s*(FATAL_ERROR|SEND_ERROR|WARNING|DEPRECATION)\s+(\w{2,80})(?:\s+(\w{2,80}))?\s*\)",
    re.IGNORECASE | re.MULTILINE,
)
# `option(LLAMA_CUBLAS "llama: use CUDA (deprecated, use LLAMA_CUDA)" OFF)`
DEPRECATED = re.compile(r"\boption\s*\(\s*(\w{2,80})\s+\"[^\"]{0,200}deprecated[,;:]? use (\w{2,80})", re.IGNORECASE)
MENTIONED = re.compile(r"\b[A-Za-z][A-Za-z0-9]{0,30}(?:_[A-Za-z0-9]+){1,12}\b")
COMMENT = re.compile(r"#\[(=*)\[.*?\]\1\]|#[^\n]*", re.DOTALL)
MINIMUM = re.compile(r"\bcmake_minimum_required\s*\(\s*VERSION\s+(\d+(?:\.\d+){1,3})", re.IGNORECASE)
# What CMake itself, its modules and packages' configuration files read, so that no project need mention it.
CMAKES_OWN = re.compile(
    r"CMAKE_\w+|BUILD_SHARED_LIBS|BUILD_TESTING|FETCHCONTENT_\w+|(?:Python3?|CUDAToolkit|CUDA|OpenMP|BLAS|BLA)_\w+"
    r"|\w+_(?:ROOT|DIR|INCLUDE_DIRS?|LIBRARY|LIBRARIES)|SKBUILD\w*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obsolete:
    """An option under its old name: `new` is empty where nothing took its place; `refused`: the build ends there."""

    old: str
    new: str
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a project's CMake files tell.

    Attributes:
        declared: names that it declares as options. obsolete: by old name. mentioned: every name in its files.
        minimum: of CMake, as the first file asks for; empty when it does not.
    """

    declared: frozenset[str] = frozenset()
    obsolete: Mapping[str, Obsolete] = field(default_factory=dict)
    mentioned: frozenset[str] = frozenset()
    minimum: str = ""

    @property
    def known(self) -> bool:
        """Whether there are CMake files at all."""
        return bool(self.mentioned)

    def has(self, name: str) -> bool:
        """Whether the project takes an option under this very name."""
        return name in self.declared

    def reads(self, name: str) -> bool:
        """Whether anything can read a variable of this name: the project, or CMake itself."""
        return name in self.mentioned or CMAKES_OWN.fullmatch(name) is not None

    def like(self, name: str) -> str:
        """The declared option that somebody who wrote `name` most likely meant; empty for none."""
        return next(iter(get_close_matches(name, sorted(self.declared), n=1, cutoff=0.8)), "")


def options_of(texts: Iterable[str]) -> Options:
    """The options in the texts of a project's CMake files, the top one first."""
    declared: set[str] = set()
    mentioned: set[str] = set()
    obsolete: dict[str, Obsolete] = {}
    minimum = ""
    for text in texts:
        text = COMMENT.sub("", text)
        declared.update(OPTION.findall(text))
        declared.update(CACHED.findall(text))
        mentioned.update(MENTIONED.findall(text))
        for level, old, new in OBSOLETE.findall(text):
            obsolete.setdefault(old, Obsolete(old=old, new=new, refused=level.upper() in ("FATAL_ERROR", "SEND_ERROR")))
        for old, new in DEPRECATED.findall(text):
            obsolete.setdefault(old, Obsolete(old=old, new=new, refused=False))
        if not minimum and (found := MINIMUM.search(text)):
            minimum = found[1]
    return Options(declared=frozenset(declared), obsolete=obsolete, mentioned=frozenset(mentioned), minimum=minimum)
