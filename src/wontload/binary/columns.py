"""A table of named tuples kept as its columns: a file may name a hundred thousand symbols, and few are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat
from typing import Any, TypeVar, cast, overload

Row = TypeVar("Row", bound=tuple[Any, ...])


class Columns(Sequence[Row]):
    """Rows that are made when they are looked at; for everyone else a tuple of them, which it equals.

    Args:
        kind: the named tuple that a row is.
        columns: of its fields, the first in full; `None` for one that is `None` in all rows. Those left out have their
            default in all rows.
    """

    __slots__ = ("_columns", "_kind", "_length")

    def __init__(self, kind: type[Row], *columns: Sequence[object] | None) -> None:
        self._kind = kind
        self._columns = columns
        self._length = len(columns[0] or ())

    def column(self, field: str) -> Sequence[Any]:
        """One field of all rows, without making the rows."""
        kind: Any = self._kind
        index = kind._fields.index(field)
        found: Sequence[Any] | None = self._columns[index] if index < len(self._columns) else None
        if found is not None:
            return found
        default = kind._field_defaults[field] if index >= len(self._columns) else None
        return (default,) * self._length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Row]:
        # `kind(*fields)` without a Python frame for each row.
        make = cast("Callable[[Iterable[object]], Row]", partial(tuple.__new__, self._kind))
        columns = [repeat(None) if column is None else column for column in self._columns]
        defaults = map(repeat, self._defaults())
        return map(make, zip(*columns, *defaults, strict=False))  # `repeat` has no end

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        fields = [None if column is None else column[index] for column in self._columns]
        return tuple.__new__(self._kind, (*fields, *self._defaults()))

    def _defaults(self) -> tuple[object, ...]:
        kind: Any = self._kind
        left_out = kind._fields[len(self._columns) :]
        return tuple([kind._field_defaults[field] for field in left_out])

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (tuple, Columns)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
