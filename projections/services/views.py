"""Services, one row each; what was asked of them, one row a request; and one row for each service and channel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

from baseplus.mentoring.events import Channel
from baseplus.services.events import (
    CancelledBy,
    ServiceCancelled,
    ServiceDelivered,
    ServiceEvent,
    ServiceKind,
    ServiceOffered,
    ServiceRated,
    ServiceRequested,
    ServiceScheduled,
    ServiceWithdrawn,
)
from projections.runner.view import At, Row, View

ServiceState: TypeAlias = Literal["offered", "withdrawn"]
RequestState: TypeAlias = Literal["open", "scheduled", "delivered", "rated", "cancelled"]


class ServiceRow(Row):
    """A service as it stands. waiting: requests that are neither delivered nor cancelled."""

    id: str
    base: str
    title: str
    kind: ServiceKind
    channels: list[Channel]
    state: ServiceState
    within_days: int
    provider: str | None
    offered_on: date
    position: int
    requested: int = 0
    waiting: int = 0
    delivered: int = 0
    withdrawn_on: date | None = None


class Services(View[ServiceRow, ServiceEvent]):
    """One row per service."""

    name: ClassVar = "services"
    indexes: ClassVar = (("base", "id"),)

    def evolve(self, row: ServiceRow | None, event: ServiceEvent, at: At) -> ServiceRow | None:
        if isinstance(event, ServiceOffered):
            return _offered(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case ServiceRequested():
                row.requested += 1
                row.waiting += 1
            case ServiceDelivered():
                row.waiting -= 1
                row.delivered += 1
            case ServiceCancelled():
                row.waiting -= 1
            case ServiceWithdrawn():
                row.state, row.withdrawn_on = "withdrawn", event.on
            case ServiceScheduled() | ServiceRated():
                pass
            case _:
                assert_never(event)
        return row


def _offered(event: ServiceOffered, at: At) -> ServiceRow:
    return ServiceRow(
        id=at.thing,
        base=event.base,
        title=event.title,
        kind=event.kind,
        channels=list(event.channels),
        state="offered",
        within_days=event.within_days,
        provider=event.provider,
        offered_on=event.on,
        position=at.position,
    )


CaseEvent = ServiceRequested | ServiceScheduled | ServiceDelivered | ServiceRated | ServiceCancelled


class RequestRow(Row):
    """What was asked of a service. The wish and the comment are in no row.

    key: service:request. channel: by which it was asked for; delivered_by: by which it came.
    """

    key: str
    service: str
    base: str
    request: str
    channel: Channel
    requester: str
    state: RequestState
    requested_on: date
    due: date
    position: int
    scheduled_at: datetime | None = None
    scheduled_by: Channel | None = None
    assignee: str | None = None
    delivered_on: date | None = None
    delivered_by: Channel | None = None
    in_time: bool | None = None
    hours: Decimal | None = None
    stars: int | None = None
    cancelled_on: date | None = None
    cancelled_by: CancelledBy | None = None
    reason: str | None = None


class Requests(View[RequestRow, CaseEvent]):
    """One row per request."""

    name: ClassVar = "service_requests"
    indexes: ClassVar = (("due", "key"), ("service", "due"), ("base", "due"), ("requester",))

    def keys(self, event: CaseEvent, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.request}",)

    def evolve(self, row: RequestRow | None, event: CaseEvent, at: At) -> RequestRow | None:
        if isinstance(event, ServiceRequested):
            return _requested(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case ServiceScheduled():
                row.state, row.scheduled_at = "scheduled", event.at
                row.scheduled_by, row.assignee = event.channel, event.assignee
            case ServiceDelivered():
                row.state, row.delivered_on, row.delivered_by = "delivered", event.on, event.channel
                row.in_time = event.in_time
                row.hours = Decimal(event.hours) if event.hours is not None else None
            case ServiceRated():
                row.state, row.stars = "rated", event.stars
            case ServiceCancelled():
                row.state, row.cancelled_on = "cancelled", event.on
                row.cancelled_by, row.reason = event.by, event.reason
            case _:
                assert_never(event)
        return row


def _requested(event: ServiceRequested, at: At) -> RequestRow:
    return RequestRow(
        key=at.key,
        service=at.thing,
        base=event.base,
        request=event.request,
        channel=event.channel,
        requester=event.requester,
        state="open",
        requested_on=event.on,
        due=event.due,
        position=at.position,
    )


ChannelEvent = ServiceRequested | ServiceDelivered | ServiceRated | ServiceCancelled


class ChannelRow(Row):
    """How a service does by one channel.

    key: service:channel. requested … failed: of what was asked for by it; delivered in time, late, called off in time
    by whoever asked (excused), otherwise cancelled (failed). delivered, hours, ratings, stars: of what was delivered by
    it; stars: their mean to two places.
    """

    key: str
    service: str
    base: str
    channel: Channel
    requested: int = 0
    in_time: int = 0
    late: int = 0
    excused: int = 0
    failed: int = 0
    delivered: int = 0
    hours: Decimal = Decimal(0)
    ratings: int = 0
    stars_given: int = 0
    stars: Decimal | None = None
    position: int = 0


class Channels(View[ChannelRow, ChannelEvent]):
    """One row per service and channel."""

    name: ClassVar = "service_channels"
    indexes: ClassVar = (("service", "channel"), ("base", "key"))

    def keys(self, event: ChannelEvent, at: At) -> Iterable[str]:
        match event:
            case ServiceRequested() | ServiceRated():
                concerned = {event.channel}
            case ServiceDelivered():
                concerned = {event.asked, event.channel}
            case ServiceCancelled():
                concerned = {event.asked}
            case _:
                assert_never(event)
        return [f"{at.thing}:{channel.value}" for channel in sorted(concerned)]

    def evolve(self, row: ChannelRow | None, event: ChannelEvent, at: At) -> ChannelRow:
        channel = Channel(at.key.rpartition(":")[2])
        row = row or ChannelRow(key=at.key, service=at.thing, base=event.base, channel=channel)
        row.position = at.position
        match event:
            case ServiceRequested():
                row.requested += 1
            case ServiceDelivered():
                if event.asked is channel:
                    row.in_time += event.in_time
                    row.late += not event.in_time
                if event.channel is channel:
                    row.delivered += 1
                    row.hours += Decimal(event.hours or 0)
            case ServiceRated():
                row.ratings += 1
                row.stars_given += event.stars
                row.stars = (Decimal(row.stars_given) / row.ratings).quantize(Decimal("0.01"))
            case ServiceCancelled():
                row.excused += event.excused
                row.failed += not event.excused
            case _:
                assert_never(event)
        return row
