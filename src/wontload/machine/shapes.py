"""Plain JSON data as the values that the program works with, and back. What is read was written by strangers.

Reading is strict and stops at the first thing that does not fit: a number is no text, a text is no list, no table holds
more than it may, and the error says where in the file it stands. What a later version adds is passed over.
A dataclass is an object without the fields that hold their default; a named tuple, which comes by the thousand, is a
list without the defaults that it ends on.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

LONGEST_TEXT = 1 << 18  # characters: as much of a text as `live` reads
MOST_ENTRIES = 200_000  # of one table
LARGEST_WHOLE = 1 << 64  # what a file's own fields hold
LARGEST_SECONDS = 1e9
WORDS = {str: "a text", int: "a whole number", bool: "true or false", float: "a number", list: "a list"}
WORDS |= {dict: "an object", NoneType: "nothing"}

Reader = Callable[[Any], Any]


class Misfit(ValueError):
    """Data that does not fit: what is wrong, and the keys that lead to it, the outermost first."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.keys: list[Any] = []

    def inside(self, key: Any) -> Misfit:
        """The same, as whoever read the value under `key` sees it."""
        self.keys.insert(0, key)
        return self

    def where(self) -> str:
        """The place in the file, such as `machine.system.mounts[0]`; empty for the whole."""
        return "".join(map(_step, self.keys)).removeprefix(".")


@contextmanager
def within(*keys: Any) -> Iterator[None]:
    """What does not fit in here stands under `keys`."""
    try:
        yield
    except Misfit as error:
        for key in reversed(keys):
            error.inside(key)
        raise


def _step(key: Any) -> str:
    if isinstance(key, str):
        return f".{key}" if re.fullmatch(r"\w{1,40}", key) else f"[{key[:80]!r}]"
    return f"[{key}]"


def reader(
    kind: Any, most: Mapping[tuple[type, str], int] | None = None, own: Mapping[Any, Reader] | None = None
) -> Reader:
    """What makes a value of the type `kind` from JSON data, or raises `Misfit`.

    Args:
        most: how many entries a field's table may have, by dataclass and field; `MOST_ENTRIES` elsewhere.
        own: readers of types that are written in a way of their own.
    """
    limits, own = most or {}, own or {}

    @cache
    def of(kind: Any) -> Reader:
        if kind in own:
            return own[kind]
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, UnionType):
            (one,) = (argument for argument in arguments if argument is not NoneType)
            return _optional(of(one))
        if origin is tuple and arguments[-1] is not Ellipsis:
            return _fixed([of(argument) for argument in arguments])
        if origin in (tuple, Sequence):
            return _sequence(of(arguments[0]), tuple)
        if origin is frozenset:
            return _sequence(of(arguments[0]), frozenset)
        if origin in (dict, Mapping):
            return _mapping(of(arguments[1]))
        if kind in SCALARS:
            return SCALARS[kind]
        if issubclass(kind, Enum):
            return _choice(kind)
        if issubclass(kind, tuple):
            return _row(kind)
        if is_dataclass(kind):
            return dataclass_of(kind)
        raise TypeError(f"no reader of {kind}")

    def dataclass_of(kind: Any) -> Reader:
        hints = _hints(kind)
        given = {one.name: _bounded(of(hints[one.name]), limits.get((kind, one.name))) for one in data_fields(kind)}
        needed = [one.name for one in data_fields(kind) if one.default is one.default_factory is MISSING]
        return _object(kind, given, needed)

    found: Reader = of(kind)
    return found


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The types of a class's fields, whose names its module may import only when it is asked for them."""
    while True:
        try:
            return get_type_hints(kind)
        except NameError as missing:
            getattr(sys.modules[kind.__module__], missing.name or "")


def data_fields(kind: Any) -> list[Any]:
    """The fields of a dataclass that are data: all but functions, which no file holds."""
    return [one for one in fields(kind) if not one.name.startswith("read_")]


def plain(value: Any, own: Mapping[type, Callable[[Any], Any]] | None = None) -> Any:
    """JSON data of a value: what `reader` takes for it; `own` as there, the other way."""
    if own and type(value) in own:
        return own[type(value)](value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return plain_fields(value, own)
    if isinstance(value, tuple) and hasattr(value, "_field_defaults"):
        return _shortened(value)
    if isinstance(value, Mapping):
        return {key: plain(one, own) for key, one in value.items()}
    if isinstance(value, frozenset):  # a set has no order, and a file must have one
        return sorted(value)
    if isinstance(value, bytes):
        return base64.b85encode(value).decode("ascii")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one, own) for one in value]
    return value


def plain_fields(value: Any, own: Mapping[type, Callable[[Any], Any]] | None = None) -> dict[str, Any]:
    """A dataclass as an object, even one that has a way of its own."""
    found = {}
    for one in data_fields(type(value)):
        held = getattr(value, one.name)
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if default is MISSING or held != default:
            found[one.name] = plain(held, own)
    return found


def _shortened(row: Any) -> list[Any]:
    values, defaults = list(row), type(row)._field_defaults
    for name in reversed(row._fields):
        if len(values) == 1 or name not in defaults or values[-1] != defaults[name]:
            break
        values.pop()
    return [plain(one) for one in values]


def misfit(value: Any, wanted: str) -> Misfit:
    """What to raise where `value` stands and something else belongs."""
    return Misfit(f"{WORDS.get(type(value), type(value).__name__)} stands where {wanted} belongs")


def _text(value: Any) -> str:
    if type(value) is not str:
        raise misfit(value, "a text")
    if len(value) > LONGEST_TEXT:
        raise Misfit(f"a text of more than {LONGEST_TEXT} characters")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise misfit(value, "a whole number")
    if not -LARGEST_WHOLE < value < LARGEST_WHOLE:
        raise Misfit("a number of more than 64 bits")
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise misfit(value, "true or false")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise misfit(value, "a number")
    if not math.isfinite(value) or abs(value) > LARGEST_SECONDS:
        raise Misfit("a number that is no count of seconds")
    return float(value)


def _bytes(value: Any) -> bytes:
    try:
        return base64.b85decode(_text(value))
    except (ValueError, binascii.Error) as error:
        raise Misfit("a text that is not base 85") from error


SCALARS: dict[Any, Reader] = {str: _text, int: _whole, bool: _flag, float: _number, bytes: _bytes, Any: lambda x: x}


def _optional(read: Reader) -> Reader:
    return lambda value: None if value is None else read(value)


def _choice(kind: type[Enum]) -> Reader:
    values = {one.value: one for one in kind}

    def read(value: Any) -> Enum:
        if not isinstance(value, str) or value not in values:
            raise Misfit(f"not one of {', '.join(map(str, values))}")
        return values[value]

    return read


def _bounded(read: Reader, most: int | None) -> Reader:
    if most is None:
        return read

    def bounded(value: Any) -> Any:
        if isinstance(value, list | dict) and len(value) > most:
            raise Misfit(f"more than {most} entries")
        return read(value)

    return bounded


def entries(value: Any, most: int = MOST_ENTRIES) -> list[Any]:
    """A list of JSON data, no longer than it may be. Raises `Misfit`."""
    if type(value) is not list:
        raise misfit(value, "a list")
    if len(value) > most:
        raise Misfit(f"more than {most} entries")
    return value


def members(value: Any, most: int = MOST_ENTRIES) -> dict[str, Any]:
    """An object of JSON data, no larger than it may be. Raises `Misfit`."""
    if type(value) is not dict:
        raise misfit(value, "an object")
    if len(value) > most:
        raise Misfit(f"more than {most} entries")
    return value


def _each(values: Iterable[tuple[Any, Any]], read: Reader) -> list[Any]:
    found, key = [], None
    try:
        for key, one in values:  # noqa: B007 - the error tells it
            found.append(read(one))
    except Misfit as error:
        raise error.inside(key) from None
    return found


def _sequence(read: Reader, made: type[Any]) -> Reader:
    return lambda value: made(_each(enumerate(entries(value)), read))


def _fixed(reads: Sequence[Reader]) -> Reader:
    def read(value: Any) -> tuple[Any, ...]:
        if len(entries(value)) != len(reads):
            raise Misfit(f"{len(value)} entries where {len(reads)} belong")
        return tuple(_each(enumerate(zip(reads, value, strict=True)), lambda pair: pair[0](pair[1])))

    return read


def _mapping(read: Reader) -> Reader:
    def mapping(value: Any) -> dict[str, Any]:
        names = [_text(name) for name in members(value)]
        return dict(zip(names, _each(value.items(), read), strict=True))

    return mapping


def _object(kind: Any, given: Mapping[str, Reader], needed: Sequence[str]) -> Reader:
    def read(value: Any) -> Any:
        for name in needed:
            if name not in members(value):
                raise Misfit(f"{name!r} is missing")
        found, name = {}, ""
        try:
            for name, one in members(value).items():
                if name in given:
                    found[name] = given[name](one)
        except Misfit as error:
            raise error.inside(name) from None
        return kind(**found)

    return read


def _row(kind: Any) -> Reader:
    """A named tuple: one check a value, because a file has a hundred thousand of them."""
    hints = _hints(kind)
    allowed = [get_args(hints[name]) or (hints[name],) for name in kind._fields]
    least = len(kind._fields) - len(kind._field_defaults)

    def read(value: Any) -> Any:
        if type(value) is not list:
            raise misfit(value, "a list")
        if not max(1, least) <= len(value) <= len(allowed):
            raise Misfit(f"a row of {len(value)} where {max(1, least)} to {len(allowed)} belong")
        for one, kinds in zip(value, allowed, strict=False):
            if type(one) not in kinds:
                raise misfit(one, " or ".join(WORDS[each] for each in kinds))
            if type(one) is str and len(one) > LONGEST_TEXT:
                raise Misfit(f"a text of more than {LONGEST_TEXT} characters")
            if type(one) is int and not -LARGEST_WHOLE < one < LARGEST_WHOLE:
                raise Misfit("a number of more than 64 bits")
        return kind(*value)

    return read
