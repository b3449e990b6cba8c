"""Events as people read them: a title in words, and the facts that are not personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

import msgspec

from baseplus.kernel.events import personal_fields
from baseplus.kernel.refusals import Refusal
from infra.pages import languages
from infra.pages.forms.controls import label_of, words_of
from infra.pages.languages import gettext as _
from infra.pages.names import named, side_of
from infra.pages.visit import Visit
from infra.wiring import EVENT_TYPES
from projections.history.queries import EventRow, ListEvents, events

_KINDS = {"campus_tutor": "school", "enterprise_master": "work", "school": "school", "enterprise": "work"}
_SHORT = 60  # characters of a fact that still stand in a line
_MANY = 5  # values beside each other: more are folded
_DATA = "SELECT position, type, data FROM store.events WHERE tenant = %s AND position = ANY(%s)"


class Happened(NamedTuple):
    """An event in a list. at: when it happened; when: that in words; side: whose it is, school, work or nobody's."""

    position: int
    title: str
    at: datetime
    when: str
    detail: str
    side: str


class Fact(NamedTuple):
    """A field of an event."""

    name: str
    value: Told


class Listed(NamedTuple):
    """Values that do not go into a line. folded: there are so many that only their number is shown at first."""

    each: Sequence[Told]
    folded: bool


Told: TypeAlias = str | Sequence[Fact] | Listed
"""A value as people read it: in a line, as labelled fields, or as a list of either."""


class _Stored(msgspec.Struct):
    position: int
    type: str
    data: bytes


def title(type_name: str) -> str:
    """What an event type is called: `agreements.agreement_signed.v1` is "Agreement signed"."""
    return _(title_text(type_name))


def title_text(type_name: str) -> str:
    """Its title before it is translated."""
    return words_of(type_name.split(".")[1]).replace("Api ", "API ")


def lately(
    visit: Visit, asked: ListEvents, *, whose_page: str = "", calls: Mapping[str, Mapping[str, str]] | None = None
) -> list[Happened]:
    """What happened last, as asked. On a thing's own page its name goes without saying; calls: what the page calls the
    values of a field. Raises Forbidden."""
    rows = visit.ask(events, asked).rows
    facts = _facts(visit, rows)
    for fields in facts.values():
        for name, called in (calls or {}).items():
            if name in fields:
                fields[name] = called.get(str(fields[name]), fields[name])
    return [_happened(row, facts.get(row.position, {}), whose_page) for row in rows]


def facts_of(visit: Visit, row: EventRow) -> list[Fact]:
    """What is in an event, without what is personal."""
    return _labelled(_facts(visit, [row]).get(row.position, {}))


_TITLES: Mapping[str, str] = {event.TYPE: title_text(event.TYPE) for event in EVENT_TYPES}


def _facts(visit: Visit, rows: list[EventRow]) -> dict[int, dict[str, Any]]:
    """Per position, the fields of the event that are not personal, as JSON has them. What nobody can read has none."""
    stored = visit.reader.rows(visit.tenant, _DATA, (visit.tenant, [row.position for row in rows]), _Stored)
    found = {}
    for one in stored:
        try:
            event = EVENT_TYPES.decode(one.type, one.data)
        except Refusal:
            continue
        personal = personal_fields(type(event))
        found[one.position] = {
            name: value for name, value in msgspec.to_builtins(event).items() if name not in personal
        }
    return found


def _happened(row: EventRow, facts: Mapping[str, Any], whose_page: str) -> Happened:
    party, kind = facts.get("party"), facts.get("kind")
    side = side_of(party) if isinstance(party, str) else _KINDS.get(str(kind), "")
    thing = row.stream.partition("/")[2]
    told = [named(thing)] if named(thing) != thing else []
    told += [shown for name, value in facts.items() if (shown := _in_a_line(name, value))]
    known = named(whose_page) if whose_page else ""
    told = [one for one in dict.fromkeys(told) if one != known]  # what a thing is called stands in its events, too
    return Happened(
        row.position,
        title(row.type),
        row.occurred_at,
        languages.clock(row.occurred_at),
        languages.joined(told[:4]),
        side,
    )


def _in_a_line(name: str, value: Any) -> str:
    """A fact among others in a line; empty where it is long or says nothing."""
    if isinstance(value, bool) or name == "digest":
        return ""
    shown = _field(name, value)
    if not isinstance(shown, str) or not shown or len(shown) > _SHORT:
        return ""
    return f"{label_of(name).lower()} {shown}" if name not in ("title", "name", "party") else shown


def _labelled(values: Mapping[str, Any]) -> list[Fact]:
    return [Fact(label_of(name), shown) for name, value in values.items() if (shown := _field(name, value))]


def _field(name: str, value: Any) -> Told:
    """A field's value. A role is a word of ours, though it looks like an id."""
    return label_of(value).lower() if name == "role" and isinstance(value, str) else _shown(value)


def _shown(value: Any) -> Told:
    """A value; empty where it says nothing."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case int() | float():
            return languages.number(value)
        case str():
            return _named(value)
        case dict():
            return _labelled(value)
        case _:
            return _listed([shown for one in value if (shown := _shown(one))])


def _listed(items: list[Told]) -> Told:
    """Several values: in a line where each of them is a word or two."""
    if all(isinstance(one, str) and len(one) <= _SHORT for one in items):
        return languages.joined(map(str, items))
    return items[0] if len(items) == 1 else Listed(items, len(items) > _MANY)


def _named(value: str) -> str:
    """A word of an event: a day as days are written, an event by its title, a party by its name where it is known."""
    if len(value) == 10 and value[4] == value[7] == "-":
        try:
            return languages.day(date.fromisoformat(value))
        except ValueError:
            return value
    if value in _TITLES:
        return _(_TITLES[value])
    # a word of an enumeration: ids have hyphens
    return label_of(value) if "_" in value and value.isidentifier() and value.islower() else named(value)
