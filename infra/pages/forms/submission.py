"""What a browser sent, as the values of a command: nested as JSON has them.

A control is named by the JSON pointer to its value, `/parties/0/id`, so that a refusal, which says where by a pointer,
names the control that it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from baseplus.kernel.forms import Field, Kind

Values = dict[str, Any]


def sent_values(fields: Iterable[Field], sent: MultiDict[str, str], at: str = "") -> Values:
    """The values of the fields as far as they were filled in. Rows that were left empty are dropped."""
    values: Values = {}
    for field in fields:
        value = _value(field, sent, f"{at}/{field.name}")
        if value not in (None, [], {}):
            values[field.name] = value
    return values


def _value(field: Field, sent: MultiDict[str, str], at: str) -> Any:
    if field.many:
        return _rows(field, sent, at)
    if field.kind is not Kind.PARTS:
        return _one(field, sent, at)
    if is_optional(field) and at not in sent:
        return None
    return _parts(field, sent, at)


def is_optional(field: Field) -> bool:
    """Whether a value with parts may be left out as a whole, which a box beside it says."""
    return field.kind is Kind.PARTS and not field.many and not field.required and field.default is None


def _one(field: Field, sent: MultiDict[str, str], at: str) -> str | bool | None:
    if field.kind is Kind.FLAG:
        return True if at in sent else None
    # browsers end lines with CR LF, whatever was typed
    return sent.get(at, "").replace("\r\n", "\n").strip() or None


def _parts(field: Field, sent: MultiDict[str, str], at: str) -> Values | None:
    if field.tag is None:
        return sent_values(field.parts, sent, at)
    which = sent.get(f"{at}/{field.tag}", "")
    if which not in field.variants:
        return None
    return {field.tag: which, **sent_values(field.variants[which], sent, at)}


def _rows(field: Field, sent: MultiDict[str, str], at: str) -> list[Any]:
    if field.kind is Kind.CHOICE:
        return sent.getlist(at)
    if field.kind is not Kind.PARTS:
        return [value for row in _numbers(sent, at) if (value := _one(field, sent, f"{at}/{row}"))]
    rows = [_parts(field, sent, f"{at}/{row}") or {} for row in _numbers(sent, at)]
    return [row for row in rows if _written(row, field.parts)]


def _numbers(sent: MultiDict[str, str], at: str) -> Sequence[int]:
    """The numbers of the rows that were sent."""
    rests = (name.removeprefix(f"{at}/").partition("/")[0] for name in sent if name.startswith(f"{at}/"))
    return sorted({int(rest) for rest in rests if rest.isascii() and rest.isdigit() and len(rest) < 4})


def _written(row: Mapping[str, Any], parts: Iterable[Field]) -> bool:
    """Whether anybody wrote something into it. A choice says nothing: it always has a value."""
    return any(row.get(part.name) for part in parts if part.kind not in (Kind.CHOICE, Kind.FLAG))
