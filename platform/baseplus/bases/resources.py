"""Resources of a base and their bookings: commands, state, rules. The stream is `resources/<resource>`.

That nobody has it twice at the same time is the resource's own rule: whoever books, its stream decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.bases.events import (
    BookingCancelled,
    ResourceBooked,
    ResourceContributed,
    ResourceEvent,
    ResourceKind,
    ResourceRetired,
    ResourceUsed,
    RetiredFor,
    WeeklyHours,
)
from baseplus.kernel.days import check_happened, day_of
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Instant, Line, Money, PersonId

On = Annotated[Day | None, Meta(description="the day from which on it holds: today or earlier; left out, today")]
BookingId = Annotated[Id, Meta(description="the booking's own id")]
Since = Annotated[Instant, Meta(description="from when on", examples=["2026-03-02T09:00:00+08:00"])]
Until = Annotated[Instant, Meta(description="until when, which is free again", examples=["2026-03-02T11:00:00+08:00"])]

LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=1100)


class Contribute(Command, frozen=True):
    """Contribute a resource to a base.

    An enterprise, the school or somebody else lets the base use a laboratory, a machine, software or a room.
    """

    base: Annotated[Id, Meta(description="the base")]
    contributor: Annotated[Id, Meta(description="whose it is: the school's or the enterprise's id")]
    kind: Annotated[ResourceKind, Meta(description="what it is")]
    title: Annotated[Line, Meta(description="what people call it")]
    weekly_hours: Annotated[WeeklyHours, Meta(description="for how many hours in a week it can be used")] = 40
    site: Annotated[Id | None, Meta(description="at which site of the base")] = None
    value: Annotated[Money | None, Meta(description="what it is worth")] = None
    on: On = None


class Book(Command, frozen=True):
    """Book a resource.

    Refused where it is taken for a part of that time, and after it was retired.
    """

    booking: BookingId
    since: Since
    until: Until
    booked_by: Annotated[PersonId, Meta(description="who books, by a random id that says nothing about them")]
    purpose: Annotated[Line, Meta(description="what for, without personal data")]


class CancelBooking(Command, frozen=True):
    """Cancel a booking.

    The time is free again. What was used cannot be cancelled.
    """

    booking: BookingId
    reason: Annotated[Line, Meta(description="why, without personal data")]


class Use(Command, frozen=True):
    """Record that a resource was used.

    Under a booking, perhaps at another time than the booked one, or without any. Nobody else may have had it then.
    """

    use: Annotated[Id, Meta(description="the use's own id")]
    since: Since
    until: Until
    used_by: Annotated[PersonId, Meta(description="who used it, by a random id that says nothing about them")]
    booking: Annotated[Id | None, Meta(description="the booking under which it was used")] = None


class Retire(Command, frozen=True):
    """Retire a resource.

    It can be booked no longer, and what is booked is cancelled.
    """

    why: Annotated[RetiredFor, Meta(description="why")]
    on: On = None


class EndWithBase(Command, frozen=True):
    """Retire a resource together with its base. It follows from a closing and is never ordered by itself."""

    on: Day


ResourceCommand = Contribute | Book | CancelBooking | Use | Retire | EndWithBase


class Taken(msgspec.Struct, frozen=True):
    """Nobody else may have it from the one time until, and without, the other."""

    since: datetime
    until: datetime


class Resource(msgspec.Struct, frozen=True):
    """What the rules need to know. base empty: nothing was contributed. booked: bookings that are neither cancelled nor
    used; used: by the id of the use. known: ids of bookings ever made. latest: the last day on which it was used."""

    base: str = ""
    since: date = date.min
    latest: date = date.min
    retired: date | None = None
    booked: Mapping[str, Taken] = {}
    used: Mapping[str, Taken] = {}
    known: frozenset[str] = frozenset()


def decide(command: ResourceCommand, resource: Resource, now: datetime) -> Iterator[ResourceEvent]:
    """What an order leads to. Raises Rejected."""
    if isinstance(command, Contribute):
        if resource.base:
            raise Rejected("resource_exists", base=resource.base)
        yield ResourceContributed(
            base=command.base,
            contributor=command.contributor,
            kind=command.kind,
            title=command.title,
            weekly_hours=command.weekly_hours,
            on=day_of(command.on, now),
            site=command.site,
            value=command.value,
        )
        return
    if not resource.base:
        raise Rejected("no_such_resource")
    match command:
        case Book():
            yield _booked(command, resource, now)
        case CancelBooking(booking, reason):
            _check_booked(booking, resource)
            yield BookingCancelled(booking, resource.base, reason)
        case Use():
            yield _used(command, resource, now)
        case Retire(why):
            _check_there(resource)
            yield from _retired(resource, why, day_of(command.on, now, max(resource.since, resource.latest)))
        case EndWithBase(on):
            # The base has decided it; there is nothing here to refuse.
            if not resource.retired:
                yield from _retired(resource, RetiredFor.BASE_CLOSED, max(on, resource.latest))
        case _:
            assert_never(command)


def _check_there(resource: Resource) -> None:
    if resource.retired:
        raise Rejected("resource_is_retired", on=resource.retired.isoformat())


def _check_booked(booking: str, resource: Resource) -> None:
    if booking not in resource.known:
        raise Rejected("no_such_booking", booking=booking)
    if booking not in resource.booked:
        raise Rejected("booking_is_over", booking=booking)


def _check_span(since: datetime, until: datetime) -> None:
    if until - since < timedelta(minutes=1) or until - since > LONGEST:
        raise Rejected("wrong_span_of_time", since=since.isoformat(), until=until.isoformat())


def _check_free(since: datetime, until: datetime, resource: Resource, own: str | None = None) -> None:
    """Raises Rejected, naming it, where another booking or use has a part of that time."""
    for taken in (resource.booked, resource.used):
        for name, other in taken.items():
            if name != own and since < other.until and other.since < until:
                meets = other.since.isoformat(), other.until.isoformat()
                raise Rejected("taken_for_that_time", by=name, since=meets[0], until=meets[1])


def _last_day(since: datetime, until: datetime) -> date:
    """The day on which it ends, by the clock of its beginning."""
    return until.astimezone(since.tzinfo).date()


def _booked(command: Book, resource: Resource, now: datetime) -> ResourceBooked:
    _check_there(resource)
    if command.booking in resource.known:
        raise Rejected("booking_exists", booking=command.booking)
    _check_span(command.since, command.until)
    if command.since.date() < resource.since:
        raise Rejected("not_contributed_yet", on=resource.since.isoformat())
    if command.until > now + FARTHEST:
        raise Rejected("too_far_ahead", until=command.until.isoformat())
    _check_free(command.since, command.until, resource)
    return ResourceBooked(
        command.booking, resource.base, command.since, command.until, command.booked_by, command.purpose
    )


def _used(command: Use, resource: Resource, now: datetime) -> ResourceUsed:
    """What was used before the resource was retired may be recorded afterwards."""
    if command.use in resource.used:
        raise Rejected("use_exists", use=command.use)
    if command.booking is not None:
        _check_booked(command.booking, resource)
    _check_span(command.since, command.until)
    if command.since.date() < resource.since:
        raise Rejected("not_contributed_yet", on=resource.since.isoformat())
    last = _last_day(command.since, command.until)
    check_happened(last, now)
    if resource.retired and last > resource.retired:
        raise Rejected("resource_is_retired", on=resource.retired.isoformat())
    _check_free(command.since, command.until, resource, command.booking)
    return ResourceUsed(command.use, resource.base, command.since, command.until, command.used_by, command.booking)


def _retired(resource: Resource, why: RetiredFor, on: date) -> Iterator[ResourceEvent]:
    for booking in resource.booked:
        yield BookingCancelled(booking, resource.base, "The resource was retired.")
    yield ResourceRetired(resource.base, why, on)


def evolve(resource: Resource, event: ResourceEvent) -> Resource:
    """The resource after the event."""
    change, booked = msgspec.structs.replace, resource.booked
    match event:
        case ResourceContributed():
            return change(resource, base=event.base, since=event.on)
        case ResourceBooked(booking, _, since, until):
            now = {**booked, booking: Taken(since, until)}
            return change(resource, booked=now, known=resource.known | {booking})
        case BookingCancelled(cancelled):
            return change(resource, booked={one: taken for one, taken in booked.items() if one != cancelled})
        case ResourceUsed(use, _, since, until):
            return change(
                resource,
                booked={one: taken for one, taken in booked.items() if one != event.booking},
                used={**resource.used, use: Taken(since, until)},
                latest=max(resource.latest, _last_day(since, until)),
            )
        case ResourceRetired():
            return change(resource, retired=event.on)
        case _:
            assert_never(event)


resources = Decider("resources", Resource, decide, evolve)
