"""What an event counts for: how much, when, and by whom. Read off its fields, whatever its type.

So a clause can name a new event of any capability, and nothing has to be added here for it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from baseplus.agreements.nameable import TIMES
from baseplus.agreements.terms import Party, PartyKind
from baseplus.kernel.days import day_of_event
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Place
from baseplus.kernel.vocabulary import Amount, Money

_AT_MOST = Decimal("999999999.9999")  # what evidence can carry, as `Count` says; no more can be owed either

# On whose side somebody is, as the fields below say it.
_SIDES = {
    "campus_tutor": PartyKind.SCHOOL,
    "enterprise_master": PartyKind.ENTERPRISE,
    "school": PartyKind.SCHOOL,
    "enterprise": PartyKind.ENTERPRISE,
    "association": PartyKind.ASSOCIATION,
}
_SIDE = ("side", "kind", "paid_by")
_ORGANISATION = ("party", "organisation", "contributor")
_OF_KIND = {
    PartyKind.ENTERPRISE: "enterprise",
    PartyKind.ASSOCIATION: "association",
    PartyKind.APPRENTICE: "apprentice",
}


def amount_of(event: Event, unit: str) -> str | None:
    """How much of the unit an event is: once, so many hours, so much money; None where it is nothing of the kind.

    A unit is "times", the name of a field with a number ("hours"), or the currency of a sum of money. Parties may once
    have signed any other word, so what it names may be no number at all: then nothing is counted by it.
    """
    if unit == TIMES:
        return "1"
    named = getattr(event, unit, None) if unit in event.__struct_fields__ else None
    if isinstance(named, str | int) and not isinstance(named, bool):
        return _count(named)
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if isinstance(value, Money) and value.currency == unit:
            return _count(value.amount)
    return None


def _count(given: str | int) -> str | None:
    try:
        value = Decimal(msgspec.convert(str(given), Amount))
    except msgspec.ValidationError:
        return None
    return format(min(value, _AT_MOST), "f") if value > 0 else None


def day_of(event: Event, at: Place) -> date:
    """The day on which it happened."""
    return day_of_event(event, at.occurred_at)


def side_of(event: Event) -> PartyKind | None:
    """On which side those stand who did it; None where it does not say."""
    for value in _named(event, _SIDE):
        if value in _SIDES:
            return _SIDES[value]
    return None


def may_count_for(event: Event, party: Party) -> bool:
    """Whether it may be this party's doing: a side or an organisation that it names must not be another one."""
    side = side_of(event)
    if side is not None and side is not party.kind:
        return False
    own = _OF_KIND.get(party.kind)
    named = _named(event, (*_ORGANISATION, own) if own else _ORGANISATION)
    return not named or party.id in named


def _named(event: Event, fields: tuple[str, ...]) -> list[str]:
    values = (getattr(event, field, None) for field in fields)
    return [value for value in values if isinstance(value, str)]
