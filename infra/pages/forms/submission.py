"""What a browser sent, as the values of a command: nested as JSON has them.

A control is named by the JSON pointer to its value, `/parties/0/id`, so that a refusal, which says where by a pointer,
names the control that it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from baseplus.kernel.forms import Field, Kind

Values = dict[str, Any]


def sent_values(fields: Iterable[Field], sent: MultiDict[str, str], *, as_shown: bool = False) -> Values:
    """The values of the fields as far as they were filled in. Rows that were left empty are dropped, so that the rows
    that count are numbered 0, 1, 2 …; `as_shown` keeps them."""
    return _Reading(sent, as_shown).values(fields, "")


def is_optional(field: Field) -> bool:
    """Whether a value with parts may be left out as a whole, which a box beside it says."""
    return field.kind is Kind.PARTS and not field.many and not field.required and field.default is None


class _Reading(NamedTuple):
    sent: MultiDict[str, str]
    as_shown: bool

    def values(self, fields: Iterable[Field], at: str) -> Values:
        found: Values = {}
        for field in fields:
            value = self._value(field, f"{at}/{field.name}")
            if value not in (None, [], {}):
                found[field.name] = value
        return found

    def _value(self, field: Field, at: str) -> Any:
        if field.many:
            return self._rows(field, at)
        if field.kind is not Kind.PARTS:
            return self._one(field, at)
        if is_optional(field) and at not in self.sent:
            return None
        return self._parts(field, at)

    def _one(self, field: Field, at: str) -> str | bool | None:
        if field.kind is Kind.FLAG:
            return True if at in self.sent else None
        # browsers end lines with CR LF, whatever was typed
        return self.sent.get(at, "").replace("\r\n", "\n").strip() or None

    def _parts(self, field: Field, at: str) -> Values | None:
        if field.tag is None:
            return self.values(field.parts, at)
        which = self.sent.get(f"{at}/{field.tag}", "")
        if which not in field.variants:
            return None
        return {field.tag: which, **self.values(field.variants[which], at)}

    def _rows(self, field: Field, at: str) -> list[Any]:
        if field.kind is Kind.CHOICE:
            return self.sent.getlist(at)
        places = [f"{at}/{row}" for row in self._numbers(at)]
        if field.kind is not Kind.PARTS:
            return [value or "" for place in places if (value := self._one(field, place)) or self.as_shown]
        rows = [self._parts(field, place) or {} for place in places]
        return [row for row in rows if self.as_shown or _written(row, field.parts)]

    def _numbers(self, at: str) -> Sequence[int]:
        """The numbers of the rows that were sent."""
        rests = (name.removeprefix(f"{at}/").partition("/")[0] for name in self.sent if name.startswith(f"{at}/"))
        return sorted({int(rest) for rest in rests if rest.isascii() and rest.isdigit() and len(rest) < 4})


def _written(row: Mapping[str, Any], parts: Iterable[Field]) -> bool:
    """Whether anybody wrote something into it. A choice says nothing: it always has a value."""
    return any(row.get(part.name) for part in parts if part.kind not in (Kind.CHOICE, Kind.FLAG))
