"""Apprentices on their way to work, one row each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    CareerEvent,
    Destination,
    EmploymentConfirmed,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    PoolConsentGiven,
    PoolConsentWithdrawn,
    PoolLeaving,
    TalentPoolJoined,
    TalentPoolLeft,
)
from projections.runner.view import At, Row, View

OfferState: TypeAlias = Literal["open", "declined", "accepted"]


class Offer(msgspec.Struct):
    """An offer of work. wage: of a month, before tax. through_pool: the person was in the pool when it was made."""

    offer: str
    enterprise: str
    position: str
    made_on: date
    state: OfferState
    through_pool: bool
    wage: Decimal | None = None
    currency: str | None = None
    answered_on: date | None = None


class Confirmation(msgspec.Struct):
    """Where the person was, so many months on, as was found on a day."""

    months: int
    destination: Destination
    on: date


class TalentRow(Row):
    """One apprentice on the way to work.

    enterprise: that trains them. consent_until: the last day that their consent covers, and of their membership; None
    with `consent` true: open. pool_since: since when they are in the pool. hired_by, hired_on, work_starts: once they
    are. confirmed: the latest finding for each number of months. position: of the last event shown.
    """

    id: str
    apprentice: str
    name: str
    base: str
    enterprise: str
    occupation: str
    position: int
    completed_on: date | None = None
    left_training: bool = False
    consent: bool = False
    consent_until: date | None = None
    pool_since: date | None = None
    pool_left: PoolLeaving | None = None
    pool_left_on: date | None = None
    offers: list[Offer] = msgspec.field(default_factory=list)
    hired_by: str | None = None
    hired_on: date | None = None
    work_starts: date | None = None
    by_trainer: bool | None = None
    through_pool: bool | None = None
    confirmed: list[Confirmation] = msgspec.field(default_factory=list)


TalentEvent = ApprenticeEnrolled | ApprenticeshipCompleted | ApprenticeExited | CareerEvent


class Talents(View[TalentRow, TalentEvent]):
    """One row per apprenticeship."""

    name: ClassVar = "talents"
    indexes: ClassVar = (("pool_since", "id"), ("enterprise", "id"), ("hired_by", "id"))

    def evolve(self, row: TalentRow | None, event: TalentEvent, at: At) -> TalentRow | None:
        if isinstance(event, ApprenticeEnrolled):
            return TalentRow(
                id=at.thing,
                apprentice=event.apprentice,
                name=event.name,
                base=event.base,
                enterprise=event.enterprise,
                occupation=event.occupation,
                position=at.position,
            )
        if row is None:
            return None
        row.position = at.position
        match event:
            case ApprenticeshipCompleted(on=on):
                row.completed_on = on
            case ApprenticeExited():
                row.left_training = True
            case OfferMade() | OfferDeclined() | OfferAccepted():
                _offer(row, event)
            case EmploymentConfirmed(months=months, destination=destination, on=on):
                others = [one for one in row.confirmed if one.months != months]
                row.confirmed = sorted([*others, Confirmation(months, destination, on)], key=lambda one: one.months)
            case PoolConsentGiven(_, _, until):
                row.consent, row.consent_until = True, until
            case PoolConsentWithdrawn():
                row.consent, row.consent_until = False, None
            case TalentPoolJoined(on=on):
                row.pool_since, row.pool_left, row.pool_left_on = on, None, None
            case TalentPoolLeft(reason=reason, on=on):
                row.pool_since, row.pool_left, row.pool_left_on = None, reason, on
            case _:
                assert_never(event)
        return row


def _offer(row: TalentRow, event: OfferMade | OfferDeclined | OfferAccepted) -> None:
    match event:
        case OfferMade(offer, enterprise, position, on, pooled, wage):
            made = Offer(offer, enterprise, position, on, "open", pooled is not None)
            if wage is not None:
                made.wage, made.currency = wage.value, wage.currency
            row.offers.append(made)
        case OfferDeclined(offer, _, on):
            _answered(row, offer, "declined", on)
        case OfferAccepted(offer=offer, on=on):
            _answered(row, offer, "accepted", on)
            row.hired_by, row.hired_on, row.work_starts = event.enterprise, on, event.starts
            row.by_trainer, row.through_pool = event.by_trainer, event.pooled is not None
        case _:
            assert_never(event)


def _answered(row: TalentRow, offer: str, state: OfferState, on: date) -> None:
    for one in row.offers:
        if one.offer == offer:
            one.state, one.answered_on = state, on
