"""Lists in the order that was asked for, page by page: declared by the question, one mechanism for all of them.

    class ListMentors(ListQuery, frozen=True, kw_only=True):
        sort: Annotated[Literal["id", "name", "load"], SORT] = "id"
        descending: Descending = False

    _SORTED = Sorting(ListMentors, MentorRow)

    order = _SORTED.order(asked)
    sql = f"SELECT … WHERE {order.after} AND … {order.by} LIMIT %(limit)s + 1"
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, MentorRow, until=until)
    return page_of(rows, asked.limit, order.place)

Each choice of `sort` is a column of the row. Rows that are alike there come by their key, so a cursor names one place.
A cursor goes into addresses, so it never has anybody's name in it: a column of names is declared `private`, with the
SQL that finds it again by the key.

    Sorting(ListMentors, MentorRow, private={"name": "SELECT name FROM views.mentors WHERE id = %(place_0)s"})
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, Protocol, TypeAlias

import msgspec
from msgspec import Meta

from baseplus.kernel.paging import read_cursor

SORT = Meta(description="by which column; rows that have nothing there come last, or first where it is descending")
Descending: TypeAlias = Annotated[bool, Meta(description="the largest, latest or last first")]


class Asked(Protocol):
    """A question about a sorted list."""

    @property
    def sort(self) -> str: ...
    @property
    def descending(self) -> bool: ...
    @property
    def cursor(self) -> str | None: ...


class Order(NamedTuple):
    """after: what is true of the rows behind the cursor, in SQL. by: the clause that sorts. params: what both need.
    place: a row's place, for its cursor."""

    after: str
    by: str
    params: dict[str, Any]
    place: Callable[[Any], tuple[Any, ...]]


class _Kind(NamedTuple):
    """How values of a type are compared. read: what a cursor has of them. cast: what PostgreSQL takes that for. absent:
    what stands for none: later than all others."""

    read: type
    cast: str
    absent: date | None = None


_KINDS: tuple[tuple[type, _Kind], ...] = (
    (datetime, _Kind(datetime, "timestamptz", datetime(9999, 12, 31, tzinfo=UTC))),
    (date, _Kind(date, "date", date.max)),
    (Decimal, _Kind(float, "float8")),
    (int, _Kind(int, "numeric")),
    (str, _Kind(str, "text")),
)


@dataclass(frozen=True)
class _Column:
    name: str
    kind: _Kind
    optional: bool

    @property
    def sql(self) -> str:
        if self.optional:
            return f"coalesce({self.name}, '{self.kind.absent}'::{self.kind.cast})"
        return f"{self.name}::float8" if self.kind.read is float else self.name

    def value(self, row: Any) -> Any:
        value = getattr(row, self.name)
        return self.kind.absent if value is None else float(value) if self.kind.read is float else value


class Sorting:
    """The orders that a question offers; its defaults are the usual one. row: what it lists. key: the columns that no
    two rows share. private: columns of text that no cursor holds, and what finds them by the key. Raises TypeError for
    a choice that is no column, or none by which rows could be sorted."""

    def __init__(
        self,
        question: type[msgspec.Struct],
        row: type[msgspec.Struct],
        *key: str,
        private: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._private = private
        declared = {field.name: field for field in msgspec.structs.fields(question)}
        asked, key = declared["sort"], key or ("id",)
        self._usual = (asked.default, declared["descending"].default)
        self._key = key
        hints = typing.get_type_hints(row)
        self._columns = {
            name: _column(row, name, hints) for name in (*key, *typing.get_args(typing.get_args(asked.type)[0]))
        }

    def order(self, asked: Asked) -> Order:
        """The order that is asked for, from the cursor on. Raises Invalid for a cursor of another order."""
        columns = [self._columns[name] for name in (asked.sort, *(name for name in self._key if name != asked.sort))]
        # the usual order is not named: its cursors hold the row's place and nothing else
        mark = () if (asked.sort, asked.descending) == self._usual else (f"{asked.sort} {asked.descending}",)
        told = [column for column in columns if column.name not in self._private]
        by = ", ".join(f"{column.sql}{' DESC' if asked.descending else ''}" for column in columns)
        after, params = "true", dict[str, Any]()
        if asked.cursor is not None:
            marks = (Annotated[str, Meta(pattern=f"^{one}$")] for one in mark)
            written: Any = types.GenericAlias(tuple, (*(column.kind.read for column in told), *marks))
            place: tuple[Any, ...] = read_cursor(asked.cursor, written)
            params = {f"place_{n}": value for n, value in enumerate(place[: len(told)])}
            given = {column.name: f"%(place_{n})s::{column.kind.cast}" for n, column in enumerate(told)}
            values = ", ".join(given.get(column.name) or f"({self._private[column.name]})" for column in columns)
            after = f"({', '.join(column.sql for column in columns)}) {'<' if asked.descending else '>'} ({values})"
        return Order(after, f"ORDER BY {by}", params, lambda row: (*(column.value(row) for column in told), *mark))


def _column(row: type, name: str, hints: Mapping[str, Any]) -> _Column:
    hint = hints.get(name)
    one_of = (
        [one for one in typing.get_args(hint) if one is not type(None)] if type(None) in typing.get_args(hint) else []
    )
    optional, hint = bool(one_of), one_of[0] if one_of else hint
    if typing.get_origin(hint) is typing.Literal:
        hint = str
    for known, kind in _KINDS:
        if isinstance(hint, type) and issubclass(hint, known) and not (optional and kind.absent is None):
            return _Column(name, kind, optional)
    raise TypeError(f"{row.__name__} cannot be sorted by {name}")
