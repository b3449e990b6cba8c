"""What an agreement is made of: parties, clauses, and obligations that say which events fulfil them.

These parts are stored inside events and are what the parties sign, so a new field needs a default: stored events stay
readable, and earlier texts keep their digest.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from baseplus.kernel.vocabulary import Count, Day, EventTypeName, Id, Line, Position, StreamName, Text


class PartyKind(StrEnum):
    """What a party is. A school and an enterprise are needed; the others may join."""

    SCHOOL = "school"
    ENTERPRISE = "enterprise"
    ASSOCIATION = "association"
    APPRENTICE = "apprentice"


class Party(Struct, frozen=True):
    """Who signs: an organisation with its name, or an apprentice by a pseudonymous id alone."""

    id: Annotated[Id, Meta(description="the organisation's or the person's id")]
    kind: PartyKind
    name: Annotated[
        Line | None,
        Meta(
            description="the name that the parties read: an organisation needs one, a person none",
            examples=["Qinglan University", "Yunchuan Drives"],
        ),
    ] = None


class ContractTerm(StrEnum):
    """What a contract of vocational training must at least say, in the order of the law.

    Source: section 11 (1) of the German Vocational Training Act (BBiG) in force since 1 August 2022, numbers 1 to 12.
    Until then there were ten: `names_and_addresses` and `overtime` came with it.
    """

    NAMES_AND_ADDRESSES = "names_and_addresses"
    CONTENT_AND_AIM = "content_and_aim"
    START_AND_DURATION = "start_and_duration"
    PLACES_OF_TRAINING = "places_of_training"
    DAILY_HOURS = "daily_hours"
    PROBATION = "probation"
    PAY = "pay"
    OVERTIME = "overtime"
    LEAVE = "leave"
    NOTICE = "notice"
    COLLECTIVE_AGREEMENTS = "collective_agreements"
    TRAINING_RECORD = "training_record"


class Quantity(Struct, frozen=True):
    """How much is owed: 8 hours, or once (1 times)."""

    amount: Count = "1"
    unit: Annotated[Line, Meta(description="what is counted", examples=["hours"])] = "times"

    @property
    def value(self) -> Decimal:
        """The amount as a number, in `unit`."""
        return Decimal(self.amount)


class ByDate(Struct, frozen=True, tag_field="rule", tag="by_date"):
    """Due once."""

    due: Annotated[Day, Meta(description="the last day on which it is in time")]


class Every(Struct, frozen=True, tag_field="rule", tag="every"):
    """Due again and again, until the agreement ends or the day `until`."""

    months: Annotated[int, Meta(ge=1, le=120, description="months between two due dates")]
    first: Annotated[Day, Meta(description="the first due date")]
    until: Annotated[Day | None, Meta(description="no due date later than this")] = None


class Obligation(Struct, frozen=True):
    """What a party owes: which events fulfil it, how much, and by when."""

    fulfilled_by: Annotated[
        tuple[EventTypeName, ...], Meta(min_length=1, max_length=20, description="event types that fulfil it")
    ]
    due: ByDate | Every
    quantity: Quantity = Quantity()


class Clause(Struct, frozen=True):
    """A right of a party or, with an obligation, its duty."""

    id: Id
    party: Annotated[Id, Meta(description="whose right or duty it is")]
    text: Annotated[Text, Meta(description="the clause as the parties read it; no personal data")]
    obligation: Annotated[
        Obligation | None, Meta(description="what makes it executable; left out, the clause is a right")
    ] = None
    covers: Annotated[
        tuple[ContractTerm, ...], Meta(max_length=12, description="the mandatory contract terms that it settles")
    ] = ()


class Evidence(Struct, frozen=True):
    """An event that counts towards an obligation."""

    type: EventTypeName
    stream: StreamName
    position: Annotated[Position, Meta(description="its place in the university's history")]
    amount: Annotated[Count, Meta(description="how much of what is owed, in the obligation's unit")] = "1"
    on: Annotated[
        Day | None, Meta(description="the day on which it happened; left out, the day on which it is counted")
    ] = None
