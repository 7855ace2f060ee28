"""A saved machine without what tells who and where the person is: the same name becomes the same token everywhere.

A pure function over JSON values. What is looked for, and how it is replaced, says docs/snapshots.md; the words and
patterns are in `redaction_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wontload.machine.redaction_words import (
    COMMON,
    EVERYBODY,
    HOMES,
    HOST,
    KINDS,
    OWN_NAME,
    PATTERNS,
    PLAIN_NAME,
    STRUCTURE,
    TOKEN,
    sort_of_variable,
)

SHORTEST_NAME = 4  # letters of a user's or host's name that is replaced wherever it stands
SHORTEST_VALUE = 6  # of an unknown variable's value likewise
VARIABLES = ("environment", "environment_changes")
HOME = re.compile(rf"([\\/]+(?:{HOMES})[\\/]+)([^\\/:*?\"'<>|,;\s]+)", re.IGNORECASE)
WHOLE_HOME = re.compile(
    rf"(?:[A-Za-z]:|[\\/]{{2}}\?[\\/]\w:)?[\\/](?:{HOMES})[\\/]+([^\\/:*?\"<>|\n]+)[\\/]", re.IGNORECASE
)
LISTS_HOMES = re.compile(rf"(?:^|[\\/])(?:{HOMES})[\\/]*$", re.IGNORECASE)
NEEDED_PART = re.compile(r"[^\\/]+\.(?:dll|pyd|dylib|so)(?:\.[\w.]+)?$|[^\\/]+\.(?:dist|egg)-info", re.IGNORECASE)


class Redaction:
    """What is replaced by what, settled on one machine and good for every text about it.

    Args:
        windows: names are equal whatever their case.
        names: what must not be told, each with its kind of token.
        needed: what a diagnosis cannot do without, folded: a name that is part of it is replaced only where it
            stands as somebody's home directory or is the whole of a variable.
        first: number of the first token: higher than those that a text has by itself.
    """

    def __init__(
        self,
        *,
        windows: bool,
        names: Mapping[str, str],
        needed: str = "",
        known: frozenset[str] = frozenset(),
        first: int = 1,
    ) -> None:
        self._windows = windows
        self._first = first
        self._known = known
        self._kinds = {name.casefold(): kind for name, kind in names.items()}
        self._tokens: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._everywhere = [name for name, kind in names.items() if _stands_alone(name, kind, needed)]
        self._pattern = _any_of(self._everywhere)
        spaced = [name for name, kind in names.items() if kind == "user" and " " in name]
        self._spaced_home = _homes_of(spaced)

    @classmethod
    def of(cls, value: Any) -> Redaction:
        """The redaction of a `wontload.machine/1` object."""
        windows = value["machine"]["system"]["name"] == "windows"
        strings = list(_strings(value))
        known = frozenset(_named_variables(value))
        names = dict(_names(value, strings, known))
        numbers = [int(found[1]) for text in strings for found in TOKEN.finditer(text)]
        return cls(
            windows=windows,
            names=names,
            needed="\n".join(_needed(value, strings)).casefold(),
            known=known,
            first=max(numbers, default=0) + 1,
        )

    def __call__(self, value: Any, key: str = "") -> Any:
        """The same JSON value without what must not be told."""
        if isinstance(value, str):
            return self.variable(HOST[0], value) if key == "host" else self.text(value)
        if isinstance(value, list | tuple):
            if LISTS_HOMES.search(key) and all(isinstance(one, str) for one in value):
                return [one if one.casefold() in EVERYBODY else self._token("user", one) for one in value]
            return [self(one) for one in value]
        if not isinstance(value, Mapping):
            return value
        if key in VARIABLES:
            return {name: self.variable(name, one) for name, one in value.items()}
        if {"name", "value", "origin"} <= value.keys() and isinstance(value["value"], str):
            return {**value, "value": self.variable(value["name"], value["value"])}
        return {self.text(name): self(one, name) for name, one in value.items()}

    def variable(self, name: str, value: str) -> str:
        """The value of an environment variable."""
        sort = sort_of_variable(name)
        if not value or sort == "known" or name.upper() in self._known:
            return self.text(value)
        if sort in ("user", "host"):
            bare = value.lstrip("\\")
            return value[: len(value) - len(bare)] + (self._token(sort, bare) if bare else "")
        return self._token("proxy" if sort == "proxy" else "value", value)

    def text(self, text: str) -> str:
        """One text: a path, a message, a line of output."""
        if self._kinds.get(text.casefold()) in ("value", "proxy") and text in self._everywhere:
            return self._token(self._kinds[text.casefold()], text)
        for kind, pattern in PATTERNS:
            text = self._replaced(pattern, text, lambda found, kind=kind: self._part(kind, found))
        for pattern in (self._spaced_home, HOME):
            text = self._replaced(pattern, text, self._home)
        return self._replaced(self._pattern, text, self._name)

    def _replaced(self, pattern: re.Pattern[str], text: str, by: Any) -> str:
        """What is a token already stays one."""
        pieces, end = [], 0
        for token in TOKEN.finditer(text):
            if token[0] in self._tokens.values():
                pieces += [pattern.sub(by, text[end : token.start()]), token[0]]
                end = token.end()
        return "".join([*pieces, pattern.sub(by, text[end:])])

    def _part(self, kind: str, found: re.Match[str]) -> str:
        """A match whose one group is what must not be told."""
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found[0][:start] + self._token(kind, found[1]) + found[0][end:]

    def _home(self, found: re.Match[str]) -> str:
        name = found[2]
        return found[0] if name.casefold() in EVERYBODY else found[1] + self._name_token(name, "user")

    def _name(self, found: re.Match[str]) -> str:
        return self._name_token(found[0], "user")

    def _name_token(self, text: str, otherwise: str) -> str:
        """Of a name as it is spelled here: plain, in 8.3 form, percent-encoded."""
        folded = text.casefold()
        if folded in self._kinds:
            return self._token(self._kinds[folded], text)
        for name, kind in self._kinds.items():
            if folded == quote(name, safe="").casefold() or (
                kind != "value" and "%" in text and _decoded(text) == name
            ):
                return quote(self._token(kind, name), safe="")
            if kind == "user" and re.fullmatch(re.escape(_short(name)) + r"~\d", folded):
                return f"{self._token(kind, name)}~{text[-1]}"
        return self._token(otherwise, text)

    def _token(self, kind: str, text: str) -> str:
        key = (kind, text.casefold() if self._windows else text)
        if key not in self._tokens:
            number = self._counts.get(kind, self._first - 1) + 1
            # What has to be quoted in a command with the name has to be with the token.
            begins = f"<{kind} " if kind == "user" and not PLAIN_NAME.fullmatch(text) else f"<{kind}"
            names = [name for name in self._kinds if len(name) >= SHORTEST_NAME and name not in KINDS]
            while any(name in f"{begins}{number}>" for name in names):
                number += 1
            self._counts[kind] = number
            self._tokens[key] = f"{begins}{number}>"
        return self._tokens[key]


def _stands_alone(name: str, kind: str, needed: str) -> bool:
    """Whether a name may be replaced wherever its letters stand."""
    shortest = SHORTEST_NAME if kind in ("user", "host") else SHORTEST_VALUE
    folded = name.casefold()
    if len(name) < shortest or folded in COMMON or folded in needed:
        return False
    return kind in ("user", "host") or not re.search(r"[\\/]", name) or kind == "proxy"


def _any_of(names: list[str]) -> re.Pattern[str]:
    """The names in all their forms, the longest first."""
    spelled = {one for name in names for one in (name, name.upper(), name.casefold())}  # ß becomes SS
    forms = {form for name in spelled for form in (re.escape(name), re.escape(quote(name, safe="")))}
    forms |= {rf"{re.escape(_short(name))}~\d" for name in names if len(_short(name)) >= SHORTEST_NAME}
    return re.compile("|".join(sorted(forms, key=lambda form: (-len(form), form))) or r"(?!)", re.IGNORECASE)


def _homes_of(names: list[str]) -> re.Pattern[str]:
    """Home directories of names that hold blanks, which in a sentence would end the path."""
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"(?!)"
    return re.compile(rf"([\\/]+(?:{HOMES})[\\/]+)({either})(?![^\\/:*?\"'<>|,;\s])", re.IGNORECASE)


def _short(name: str) -> str:
    """What its 8.3 name begins with, folded (Microsoft, "Naming Files, Paths, and Namespaces")."""
    return re.sub(r"[ .]", "", name)[:6].casefold()


def _decoded(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text).casefold()


def _names(value: Any, strings: list[str], known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What must not be told, the surest kind last, so that it wins."""
    variables = [(HOST[0], value["machine"].get("host", "")), *_variables(value)]
    for name, one in variables:
        sort = sort_of_variable(name)
        if one and sort in ("", "proxy") and name.upper() not in known:
            yield one, "proxy" if sort == "proxy" else "value"
    homes = [found[1] for text in strings if (found := WHOLE_HOME.match(text))]
    homes += [found[2] for text in strings for found in HOME.finditer(text)]
    for name, one in variables:
        bare = one.strip("\\/ ")
        if bare and sort_of_variable(name) in ("user", "host"):
            if name.upper() in OWN_NAME:  # with its domain, or without
                yield bare.partition(".")[0], "host"
            yield bare, sort_of_variable(name)
        if name.upper() in ("HOME", "USERPROFILE") and re.search(r"[\\/]", bare):
            homes.append(re.split(r"[\\/]", bare)[-1])
    full = {name.casefold() for name in homes if "~" not in name and "%" not in name}
    for name in homes:
        shortened = "~" in name and any(name.casefold().startswith(_short(one)) for one in full)
        if name.casefold() not in EVERYBODY and not shortened and not ("%" in name and _decoded(name) in full):
            yield name, "user"


def _variables(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every environment variable in a value, with its value."""
    if isinstance(value, Mapping):
        if key in VARIABLES:
            yield from ((name, one) for name, one in value.items() if isinstance(one, str))
        elif {"name", "value", "origin"} <= value.keys():
            yield value["name"], value["value"]
        else:
            for name, one in value.items():
                yield from _variables(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _variables(one)


def _named_variables(value: Any) -> Iterator[str]:
    """Variables that a program was seen to take directories from: a diagnosis shows them."""
    if isinstance(value, Mapping):
        if isinstance(value.get("expression"), str) and sort_of_variable(value["expression"]) == "":
            yield value["expression"].upper()
        for one in value.values():
            yield from _named_variables(one)
    elif isinstance(value, list):
        for one in value:
            yield from _named_variables(one)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield name
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _needed(value: Any, strings: list[str]) -> Iterator[str]:
    """Names of libraries, packages and fields: a diagnosis consists of them."""
    machine = value["machine"]
    places = ("library_cache", "mounts")
    yield from _strings({name: one for name, one in machine["system"].items() if name not in places})
    python = machine.get("python") or {}
    yield from (one for one in python.values() if isinstance(one, str) and not re.search(r"[\\/]", one))
    for record in value.get("observations", ()):
        yield from (one for one in (record["observation"]["target"],) if not re.search(r"[\\/]", one))
    for one in (machine.get("inventory") or {}).get("distributions") or ():
        yield from (one["name"], *one.get("modules", ()))
    for text in strings:
        if found := NEEDED_PART.search(text):
            yield found[0]
    yield from _structure(value)


def _structure(value: Any) -> Iterator[str]:
    """Names of fields, and words that stand for a choice of a few."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            if re.fullmatch(r"[a-z_0-9]+", name):
                yield name
            if name in STRUCTURE and isinstance(one, str):
                yield one
            yield from _structure(one)
    elif isinstance(value, list):
        for one in value:
            yield from _structure(one)
