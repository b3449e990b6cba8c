"""Resources, one row each; and the times for which somebody had or has one, one row for each booking or use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

from baseplus.bases.events import (
    BookingCancelled,
    ResourceBooked,
    ResourceContributed,
    ResourceEvent,
    ResourceKind,
    ResourceRetired,
    ResourceUsed,
    RetiredFor,
)
from projections.runner.view import At, Row, View

ResourceState: TypeAlias = Literal["in_service", "retired"]
BookingState: TypeAlias = Literal["booked", "used", "cancelled"]


class ResourceRow(Row):
    """A resource as it stands.

    value, currency: what it is worth, as whoever contributed it says. bookings_open: neither used nor cancelled.
    minutes_used: whole minutes, ever. last_used: the last day on which anybody did.
    """

    id: str
    base: str
    title: str
    kind: ResourceKind
    contributor: str
    site: str | None
    state: ResourceState
    weekly_hours: int
    value: Decimal | None
    currency: str | None
    contributed_on: date
    position: int
    bookings_open: int = 0
    bookings_cancelled: int = 0
    uses: int = 0
    minutes_used: int = 0
    last_used: date | None = None
    retired_on: date | None = None
    retired_for: RetiredFor | None = None


class Resources(View[ResourceRow, ResourceEvent]):
    """One row per resource."""

    name: ClassVar = "resources"
    indexes: ClassVar = (("base", "id"), ("contributor", "id"))

    def evolve(self, row: ResourceRow | None, event: ResourceEvent, at: At) -> ResourceRow | None:
        if isinstance(event, ResourceContributed):
            return _contributed(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case ResourceBooked():
                row.bookings_open += 1
            case BookingCancelled():
                row.bookings_open -= 1
                row.bookings_cancelled += 1
            case ResourceUsed():
                row.uses += 1
                row.minutes_used += sum(event.minutes.values())
                row.last_used = max([*event.minutes, *([row.last_used] if row.last_used else [])], default=None)
                row.bookings_open -= event.booking is not None
            case ResourceRetired(_, why, on):
                row.state, row.retired_on, row.retired_for = "retired", on, why
            case _:
                assert_never(event)
        return row


def _contributed(event: ResourceContributed, at: At) -> ResourceRow:
    return ResourceRow(
        id=at.thing,
        base=event.base,
        title=event.title,
        kind=event.kind,
        contributor=event.contributor,
        site=event.site,
        state="in_service",
        weekly_hours=event.weekly_hours,
        value=event.value.value if event.value else None,
        currency=event.value.currency if event.value else None,
        contributed_on=event.on,
        position=at.position,
    )


BookingEvent = ResourceBooked | BookingCancelled | ResourceUsed


class BookingRow(Row):
    """A time for which somebody has a resource, or had it.

    key: the resource, then the booking or, of a use without one, the use. since, until: of the use, once there is one;
    booked_since, booked_until: as it was booked. person: who booked or, once it was used, who used it.
    """

    key: str
    resource: str
    base: str
    state: BookingState
    since: datetime
    until: datetime
    person: str
    position: int
    booking: str | None = None
    use: str | None = None
    booked_since: datetime | None = None
    booked_until: datetime | None = None
    purpose: str | None = None
    reason: str | None = None
    minutes_used: int | None = None


class Bookings(View[BookingRow, BookingEvent]):
    """One row per booking, and per use that was not booked."""

    name: ClassVar = "bookings"
    indexes: ClassVar = (("since", "key"), ("resource", "since"), ("base", "since"), ("person",))

    def keys(self, event: BookingEvent, at: At) -> Iterable[str]:
        if isinstance(event, ResourceUsed) and event.booking is None:
            return (f"{at.thing}:use:{event.use}",)
        return (f"{at.thing}:booking:{event.booking}",)

    def evolve(self, row: BookingRow | None, event: BookingEvent, at: At) -> BookingRow | None:
        match event:
            case ResourceBooked():
                return BookingRow(
                    key=at.key,
                    resource=at.thing,
                    base=event.base,
                    state="booked",
                    since=event.since,
                    until=event.until,
                    person=event.booked_by,
                    position=at.position,
                    booking=event.booking,
                    booked_since=event.since,
                    booked_until=event.until,
                    purpose=event.purpose,
                )
            case BookingCancelled(_, _, reason):
                if row is not None:
                    row.state, row.reason, row.position = "cancelled", reason, at.position
            case ResourceUsed():
                return _used(row, event, at)
            case _:
                assert_never(event)
        return row


def _used(row: BookingRow | None, event: ResourceUsed, at: At) -> BookingRow:
    used = BookingRow(
        key=at.key,
        resource=at.thing,
        base=event.base,
        state="used",
        since=event.since,
        until=event.until,
        person=event.used_by,
        position=at.position,
        booking=event.booking,
        use=event.use,
        minutes_used=sum(event.minutes.values()),
    )
    if row is not None:
        used.booked_since, used.booked_until, used.purpose = row.booked_since, row.booked_until, row.purpose
    return used
