"""How the fields of a row struct become columns, and how their values go in, come out and are copied.

str, int, bool, float, Decimal, date and datetime have column types of their own; Literals and enums are stored as what
they are made of; lists, tuples, sets, dicts, structs and unions of them are `jsonb`. `| None` makes a column nullable.
Floats must be finite and datetimes must carry an offset: anything else could not be read back as it was. `jsonb`
keeps no order of keys, so `evolve` must not depend on a dict's order.
"""

from __future__ import annotations

import enum
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, NewType, TypeVar

import msgspec

from projections.runner.view import Row

R = TypeVar("R")
Change = Callable[[Any], Any]

_TYPES: Mapping[Any, str] = {
    str: "text",
    int: "bigint",
    bool: "boolean",
    float: "double precision",
    Decimal: "numeric",
    date: "date",
    datetime: "timestamptz",
}


@dataclass(frozen=True)
class Column:
    """read: what makes the field's value of a value that PostgreSQL gives; None where it is that value already."""

    name: str
    type: str
    nullable: bool
    read: Change | None


def columns(row: type[Row]) -> tuple[Column, ...]:
    """The columns of a row struct, in the order of its fields; the first is the key.

    Raises TypeError for a field that has no column type, and for a key that is not text.
    """
    hints = typing.get_type_hints(row)
    found = tuple(_column(row, name, hints[name]) for name in row.__struct_fields__)
    if not found or found[0].type != "text" or found[0].nullable:
        raise TypeError(f"{row.__name__}: the first field is the key and must be text")
    if any(column.name == "tenant" for column in found):
        raise TypeError(f"{row.__name__}.tenant: every row has its tenant already")
    return found


def copier(row: type[R]) -> Callable[[R], R]:
    """A function that copies such a row so deeply that changing the copy in place leaves the original alone."""
    return _copier(row) or (lambda value: value)


# An entry of a B-tree takes 2,704 bytes at the most; this leaves room for the tenant and what each value costs beside.
_INDEX_ENTRY = 2_400


def check_storable(column: Column, indexed_with: int = 0) -> Change | None:
    """A function that raises ValueError for what the column cannot take and give back; None where it takes all.

    indexed_with: how many columns the widest index has that the column stands in; 0: in none.
    """
    if column.type == "text" and indexed_with:
        return partial(_fits_index, _INDEX_ENTRY // indexed_with)
    if column.type == "double precision":
        return _finite
    if column.type == "timestamptz":
        return _with_offset
    return None


def _fits_index(most: int, value: str | None) -> None:
    # A character takes 4 bytes at the most: most values are known to fit by their length alone.
    if value is not None and len(value) * 4 > most and (size := len(value.encode())) > most:
        raise ValueError(f"{value[:20]}… has {size} bytes, and {most} fit the index")


def _finite(value: float | None) -> None:
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")


def _with_offset(value: datetime | None) -> None:
    if value is not None and value.tzinfo is None:
        raise ValueError(f"{value} has no offset from UTC")


def _column(row: type[Row], name: str, hint: Any) -> Column:
    kind, nullable = _without_none(_plain(hint))
    if typing.get_origin(kind) is Literal:
        values = {type(value) for value in typing.get_args(kind)}
        if values not in ({str}, {int}):
            raise TypeError(f"{row.__name__}.{name}: a Literal must be of strings or of whole numbers")
        return Column(name, _TYPES[values.pop()], nullable, None)
    if kind in _TYPES:
        return Column(name, _TYPES[kind], nullable, None)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        stored = {type(member.value) for member in kind}
        if stored not in ({str}, {int}):
            raise TypeError(f"{row.__name__}.{name}: an enum must be of strings or of whole numbers")
        return Column(name, _TYPES[stored.pop()], nullable, kind)
    origin = typing.get_origin(kind) or kind
    if origin in (typing.Union, types.UnionType) or (
        isinstance(origin, type) and issubclass(origin, (list, tuple, set, frozenset, dict, msgspec.Struct))
    ):
        return Column(name, "jsonb", nullable, msgspec.json.Decoder(kind).decode)
    raise TypeError(f"{row.__name__}.{name}: no column type for {hint}")


def _plain(hint: Any) -> Any:
    """The type below NewType and Annotated."""
    while True:
        if isinstance(hint, NewType):
            hint = hint.__supertype__
        elif typing.get_origin(hint) is Annotated:
            hint = typing.get_args(hint)[0]
        else:
            return hint


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint, False
    members = [member for member in typing.get_args(hint) if member is not types.NoneType]
    nullable = len(members) < len(typing.get_args(hint))
    if len(members) == 1:
        return _plain(members[0]), nullable
    return typing.Union[tuple(members)], nullable  # noqa: UP007  the members are known at run time only


def _copier(hint: Any) -> Change | None:
    """None: values of this type never change, and need no copy."""
    kind, nullable = _without_none(_plain(hint))
    origin, members = typing.get_origin(kind) or kind, typing.get_args(kind)
    made: Change | None = None
    if origin in (typing.Union, types.UnionType):
        each = {_plain(member): _copier(member) for member in members}
        if any(each.values()):
            made = _by_type(each)
    elif origin in (list, set):
        made = _of_items(origin, _copier(members[0]) if members else None)
    elif origin is tuple and members:
        inner = [_copier(member) for member in members if member is not Ellipsis]
        made = _of_tuple(inner, endless=Ellipsis in members)
    elif origin is dict:
        made = _of_dict(_copier(members[1]) if members else None)
    elif isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        made = _of_struct(origin)
    return _optional(made) if made is not None and nullable else made


def _optional(copied: Change) -> Change:
    return lambda value: None if value is None else copied(value)


def _by_type(each: Mapping[Any, Change | None]) -> Change:
    known = {typing.get_origin(kind) or kind: copied for kind, copied in each.items()}

    def copied(value: Any) -> Any:
        change = known.get(type(value))
        return value if change is None else change(value)

    return copied


def _of_items(kind: Any, item: Change | None) -> Change:
    copied: Change = kind.copy
    return copied if item is None else lambda value: kind(item(one) for one in value)


def _of_tuple(inner: list[Change | None], *, endless: bool) -> Change | None:
    if not any(inner):
        return None
    if endless:
        (only,) = inner
        return lambda value: tuple(only(one) for one in value) if only else value
    return lambda value: tuple(one if change is None else change(one) for one, change in zip(value, inner, strict=True))


def _of_dict(item: Change | None) -> Change:
    return dict.copy if item is None else lambda value: {key: item(one) for key, one in value.items()}


def _of_struct(kind: Any) -> Change | None:
    hints = typing.get_type_hints(kind)
    inner = [(name, change) for name in kind.__struct_fields__ if (change := _copier(hints[name])) is not None]
    if kind.__struct_config__.frozen and not inner:
        return None
    shallow: Change = kind.__copy__
    if not inner:
        return shallow
    replace = msgspec.structs.force_setattr

    def copied(value: Any) -> Any:
        made = shallow(value)
        for name, change in inner:
            replace(made, name, change(getattr(made, name)))
        return made

    return copied
