"""From training to work: the talent pool, offers, and where somebody is months later.

A part of an apprenticeship and of its stream, so that one version check orders consent and membership: nobody joins the
pool in the moment in which they withdraw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple, assert_never

import msgspec
from msgspec import Meta

from baseplus.apprenticeships.days import On, in_order
from baseplus.apprenticeships.events import (
    CareerEvent,
    Destination,
    EmploymentConfirmed,
    Months,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    PoolConsentGiven,
    PoolConsentWithdrawn,
    PoolLeaving,
    TalentPoolJoined,
    TalentPoolLeft,
)
from baseplus.kernel.days import check_happened, months_later
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, Money

CHECKPOINTS = (3, 6, 12)
"""Months after which somebody asks where a person is."""

OfferId = Annotated[Id, Meta(description="the offer, by an id that the enterprise chooses")]
Enterprise = Annotated[Id, Meta(description="the enterprise whose offer it is")]


class GiveConsent(Command, frozen=True):
    """Record that the person agrees to be in the talent pool.

    Enterprises that look for people are shown who is in it, and nobody is without having agreed.
    """

    on: On = None
    until: Annotated[Day | None, Meta(description="the last day that it covers; left out, until withdrawn")] = None


class WithdrawConsent(Command, frozen=True):
    """Record that the person agrees no longer.

    They are in the pool no longer from that moment on.
    """

    on: On = None


class JoinPool(Command, frozen=True):
    """Let the person join the talent pool.

    With their consent, in training or after it, and not once they are hired.
    """

    on: On = None


class LeavePool(Command, frozen=True):
    """Let the person leave the talent pool, because they wish to."""

    on: On = None


class MakeOffer(Command, frozen=True):
    """Offer the person work.

    The enterprise that trains them may do so at any time, another one while they are in the talent pool.
    """

    offer: OfferId
    enterprise: Enterprise
    position: Annotated[Line, Meta(description="as what")]
    wage: Annotated[Money | None, Meta(description="of a month, before tax")] = None
    on: On = None


class DeclineOffer(Command, frozen=True):
    """Record that the person does not take an offer."""

    offer: OfferId
    on: On = None


class AcceptOffer(Command, frozen=True):
    """Record that the person takes an offer.

    They are hired, and leave the talent pool.
    """

    offer: OfferId
    starts: Annotated[Day | None, Meta(description="the first day of work; left out, the day of the acceptance")] = None
    on: On = None


class ConfirmEmployment(Command, frozen=True):
    """Record where the person is, 3, 6 or 12 months on.

    Counted from the first day of work, or from the completion where nobody has hired them. Said again it corrects, but
    for what was said before they were hired.
    """

    months: Annotated[Months, Meta(description="after how many months: 3, 6 or 12")]
    destination: Annotated[Destination, Meta(description="where they are")]
    on: Annotated[Day | None, Meta(description="the day on which somebody asked; left out, today")] = None


CareerCommand = (
    GiveConsent | WithdrawConsent | JoinPool | LeavePool | MakeOffer | DeclineOffer | AcceptOffer | ConfirmEmployment
)


class Trained(NamedTuple):
    """What is known of the training. began: it has; ended: also by leaving; completed: the day of the completion."""

    apprentice: str
    base: str
    enterprise: str
    enrolled: date
    began: bool
    left: bool
    completed: date | None


class Consent(msgspec.Struct, frozen=True):
    """The days that the person agreed to, the last one included; None: open."""

    since: date
    until: date | None = None

    def covers(self, on: date) -> bool:
        """Whether that day is one of them."""
        return self.since <= on and (self.until is None or on <= self.until)


class Offer(msgspec.Struct, frozen=True):
    """An offer, and since when the person was in the pool when it was made."""

    enterprise: str
    pooled: date | None
    on: date
    open: bool = True


class Hired(msgspec.Struct, frozen=True):
    """By whom and since when. by_trainer: it is the enterprise that trained them."""

    enterprise: str
    by_trainer: bool
    on: date
    starts: date


class Career(msgspec.Struct, frozen=True):
    """What the rules need to know. pooled: since when they are in the pool. latest: the day of the last change.

    unhired: months after which it was last said where they are before anybody had hired them: once somebody has, those
    are asked for anew.
    """

    consent: Consent | None = None
    pooled: date | None = None
    offers: Mapping[str, Offer] = {}
    hired: Hired | None = None
    confirmed: Mapping[int, Destination] = {}
    unhired: frozenset[int] = frozenset()
    latest: date | None = None

    def member_since(self, on: date) -> date | None:
        """Since when they are in the pool, if they are on that day: membership ends with consent."""
        return self.pooled if self.pooled and self.consent and self.consent.covers(on) else None


def decide(command: CareerCommand, career: Career, trained: Trained, now: datetime) -> Iterator[CareerEvent]:
    """What an order leads to. Raises Rejected."""
    if isinstance(command, ConfirmEmployment):
        yield _confirmed(command, career, trained, now)
        return
    on = in_order(command.on, max(career.latest or date.min, trained.enrolled), now)
    match command:
        case GiveConsent() | WithdrawConsent():
            yield from _consent(command, career, trained, on)
        case JoinPool() | LeavePool():
            yield from _pool(command, career, trained, on)
        case MakeOffer() | DeclineOffer() | AcceptOffer():
            yield from _offer(command, career, trained, on)
        case _:
            assert_never(command)


def _consent(
    command: GiveConsent | WithdrawConsent, career: Career, trained: Trained, on: date
) -> Iterator[CareerEvent]:
    consent = career.consent
    match command:
        case GiveConsent(_, until):
            _check_present(trained)
            if until and until < on:
                raise Rejected("ends_before_it_begins", on=on.isoformat(), until=until.isoformat())
            if consent and consent.covers(on) and consent.until == until:
                raise Rejected("consent_given_already", since=consent.since.isoformat())
            yield from _expired(career, trained, on)
            yield PoolConsentGiven(trained.apprentice, on, until)
        case WithdrawConsent():
            if consent is None or not consent.covers(on):
                raise Rejected("no_consent")
            if since := career.member_since(on):
                yield _left(trained, PoolLeaving.CONSENT_WITHDRAWN, since, on)
            yield PoolConsentWithdrawn(trained.apprentice, on)
        case _:
            assert_never(command)


def _pool(command: JoinPool | LeavePool, career: Career, trained: Trained, on: date) -> Iterator[CareerEvent]:
    since = career.member_since(on)
    match command:
        case JoinPool():
            _check_present(trained)
            if since:
                raise Rejected("in_the_pool_already", since=since.isoformat())
            if career.hired:
                raise Rejected("hired_already", enterprise=career.hired.enterprise)
            if career.consent is None or not career.consent.covers(on):
                raise Rejected("no_consent")
            yield TalentPoolJoined(trained.apprentice, trained.base, on, career.consent.until)
        case LeavePool():
            if since is None:
                raise Rejected("not_in_the_pool")
            yield _left(trained, PoolLeaving.OWN_WISH, since, on)
        case _:
            assert_never(command)


def _offer(
    command: MakeOffer | DeclineOffer | AcceptOffer, career: Career, trained: Trained, on: date
) -> Iterator[CareerEvent]:
    since = career.member_since(on)
    if career.hired:
        raise Rejected("hired_already", enterprise=career.hired.enterprise)
    match command:
        case MakeOffer(offer, enterprise, position, wage):
            _check_present(trained)
            if offer in career.offers:
                raise Rejected("offer_exists", offer=offer)
            if since is None and enterprise != trained.enterprise:
                raise Rejected("not_in_the_pool")
            yield OfferMade(offer, enterprise, position, on, since, wage)
        case DeclineOffer(offer):
            yield OfferDeclined(offer, _open(career, offer).enterprise, on)
        case AcceptOffer(offer, starts):
            one = _open(career, offer)
            starts = starts or on
            if starts < on:
                raise Rejected("starts_before_it_was_accepted", starts=starts.isoformat(), on=on.isoformat())
            by_trainer = one.enterprise == trained.enterprise
            yield OfferAccepted(
                trained.apprentice, trained.base, offer, one.enterprise, by_trainer, starts, on, one.pooled
            )
            if since:
                yield _left(trained, PoolLeaving.HIRED, since, on)
        case _:
            assert_never(command)


def _open(career: Career, offer: str) -> Offer:
    one = career.offers.get(offer)
    if one is None:
        raise Rejected("no_such_offer", offer=offer)
    if not one.open:
        raise Rejected("offer_declined_already", offer=offer)
    return one


def _confirmed(command: ConfirmEmployment, career: Career, trained: Trained, now: datetime) -> EmploymentConfirmed:
    months, destination = command.months, command.destination
    if months not in CHECKPOINTS:
        raise Rejected("no_such_checkpoint", months=months, checkpoints=list(CHECKPOINTS))
    if trained.completed is None:
        raise Rejected("not_completed")
    hired = career.hired
    due = months_later(max(hired.starts, trained.completed) if hired else trained.completed, months)
    on = command.on or now.date()
    check_happened(on, now)
    if due is None or on < due:
        raise Rejected("too_early", on=on.isoformat(), due=due and due.isoformat())
    previous = career.confirmed.get(months)
    anew = hired is not None and months in career.unhired
    if previous is destination and not anew:
        raise Rejected("confirmed_already", months=months, destination=destination.value)
    return EmploymentConfirmed(
        apprentice=trained.apprentice,
        base=trained.base,
        months=months,
        destination=destination,
        completed=trained.completed,
        on=on,
        hired=hired.on if hired and hired.by_trainer else None,
        previous=previous,
        anew=anew,
    )


def _check_present(trained: Trained) -> None:
    """Raises Rejected for whom no enterprise should look at: their training has not begun, or they have left it."""
    if trained.left or not trained.began:
        raise Rejected("not_trained_here", left=trained.left)


def _expired(career: Career, trained: Trained, on: date) -> Iterator[TalentPoolLeft]:
    """A membership that has ended by itself is not taken up again by another consent."""
    if career.pooled and career.member_since(on) is None:
        until = career.consent.until if career.consent else None
        yield _left(trained, PoolLeaving.CONSENT_EXPIRED, career.pooled, until + timedelta(days=1) if until else on)


def _left(trained: Trained, reason: PoolLeaving, since: date, on: date) -> TalentPoolLeft:
    return TalentPoolLeft(trained.apprentice, trained.base, reason, since, on)


def exited(career: Career, trained: Trained, on: date) -> Iterator[TalentPoolLeft]:
    """What leaving the training means for the pool: nobody is in it who was not trained to the end."""
    if career.pooled:
        yield _left(trained, PoolLeaving.LEFT_TRAINING, career.pooled, max(on, career.pooled))


def evolve(career: Career, event: CareerEvent) -> Career:
    """What the rules need to know after the event."""
    change = msgspec.structs.replace
    if isinstance(event, EmploymentConfirmed):
        unhired = career.unhired - {event.months} if career.hired else career.unhired | {event.months}
        return change(career, confirmed={**career.confirmed, event.months: event.destination}, unhired=unhired)
    now = change(career, latest=max(career.latest or date.min, event.on))
    match event:
        case PoolConsentGiven(_, on, until):
            since = career.consent.since if career.consent and career.consent.covers(on) else on
            return change(now, consent=Consent(since, until))
        case PoolConsentWithdrawn():
            return change(now, consent=None)
        case TalentPoolJoined(_, _, on):
            return change(now, pooled=on)
        case TalentPoolLeft():
            return change(now, pooled=None)
        case OfferMade(offer, enterprise, _, on, pooled):
            return change(now, offers={**career.offers, offer: Offer(enterprise, pooled, on)})
        case OfferDeclined(offer, enterprise, on):
            return change(now, offers={**career.offers, offer: Offer(enterprise, None, on, open=False)})
        case OfferAccepted(_, _, _, enterprise, by_trainer, starts, on):
            return change(now, hired=Hired(enterprise, by_trainer, on, starts))
        case _:
            assert_never(event)
