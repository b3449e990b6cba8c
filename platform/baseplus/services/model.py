"""Services: commands, state, rules.

A service's own stream has its requests, so that none is taken once it is withdrawn. Both channels lead into one queue:
what is due first comes first, however it was asked for. `docs/domain/services.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Count, Day, Id, Instant, Line, PersonId, Text
from baseplus.mentoring.events import Channel
from baseplus.services.events import (
    CancelledBy,
    Promise,
    ServiceCancelled,
    ServiceDelivered,
    ServiceEvent,
    ServiceKind,
    ServiceOffered,
    ServiceRated,
    ServiceRequested,
    ServiceScheduled,
    ServiceWithdrawn,
    Stars,
)

On = Annotated[Day | None, Meta(description="the day: today or earlier; left out, today")]
RequestId = Annotated[Id, Meta(description="the request's own id")]
By = Annotated[Channel, Meta(description="by which channel")]

USUAL_PROMISE = 7
_HOURS_OF_A_DAY = 24


class Offer(Command, frozen=True):
    """Offer a service at a base.

    Online, offline or both, with a promise of how soon whoever asks is served.
    """

    base: Annotated[Id, Meta(description="the base")]
    kind: Annotated[ServiceKind, Meta(description="what it is")]
    title: Annotated[Line, Meta(description="what people call it")]
    channels: Annotated[
        tuple[Channel, ...], Meta(min_length=1, max_length=2, description="by which channels it can be had")
    ] = (Channel.OFFLINE, Channel.ONLINE)
    within_days: Annotated[Promise, Meta(description="delivered within so many days")] = USUAL_PROMISE
    provider: Annotated[Id | None, Meta(description="the organisation that provides it, if not the base")] = None
    on: On = None


class Request(Command, frozen=True):
    """Ask for a service.

    It joins the queue, with the day by which the base promises to deliver.
    """

    request: RequestId
    channel: By
    requester: Annotated[PersonId, Meta(description="who asks, by a random id that says nothing about them")]
    not_before: Annotated[Day | None, Meta(description="wanted on this day, where that is later than promised")] = None
    wish: Annotated[Text | None, Meta(description="what it is about; it can be erased")] = None
    on: On = None


class Schedule(Command, frozen=True):
    """Schedule what was asked for.

    Once more, where the time has to change.
    """

    request: RequestId
    at: Annotated[Instant, Meta(description="when it will be delivered")]
    channel: By
    assignee: Annotated[PersonId | None, Meta(description="who will deliver it")] = None


class Deliver(Command, frozen=True):
    """Record that a service was delivered.

    By any channel that it is offered by, also another one than it was asked for.
    """

    request: RequestId
    channel: By
    hours: Annotated[Count | None, Meta(description="how long it took, in hours: at most 24")] = None
    on: On = None


class Rate(Command, frozen=True):
    """Rate a service that was delivered, as the one who asked for it."""

    request: RequestId
    requester: Annotated[PersonId, Meta(description="who asked for it")]
    stars: Annotated[Stars, Meta(description="from 1, poor, to 5, excellent")]
    comment: Annotated[Text | None, Meta(description="what is worth knowing besides; it can be erased")] = None


class Cancel(Command, frozen=True):
    """Cancel what was asked for.

    Called off in time by whoever asked, it does not count against the base.
    """

    request: RequestId
    by: Annotated[CancelledBy, Meta(description="who calls it off")]
    reason: Annotated[Line, Meta(description="why, without personal data")]
    on: On = None


class Withdraw(Command, frozen=True):
    """Withdraw a service.

    It is asked for no more, and what is still open is cancelled: deliver first what can be delivered.
    """

    reason: Annotated[Line, Meta(description="why, without personal data")]
    on: On = None


class EndWithBase(Command, frozen=True):
    """Withdraw a service together with its base. It follows from a closing and is never ordered by itself."""

    on: Day


CaseCommand = Schedule | Deliver | Rate | Cancel
ServiceCommand = Offer | Request | CaseCommand | Withdraw | EndWithBase


class Stage(StrEnum):
    """Where a request stands. One that is rated or cancelled is over."""

    OPEN = "open"
    SCHEDULED = "scheduled"
    DELIVERED = "delivered"
    RATED = "rated"
    CANCELLED = "cancelled"


_WAITING = (Stage.OPEN, Stage.SCHEDULED)


class Plan(msgspec.Struct, frozen=True):
    """When, by which channel and by whom a request will be delivered."""

    at: datetime
    channel: Channel
    assignee: str | None


class Case(msgspec.Struct, frozen=True):
    """What the rules need to know of a request. delivered: by which channel."""

    asked: Channel
    requester: str
    requested: date
    due: date
    stage: Stage = Stage.OPEN
    plan: Plan | None = None
    delivered: Channel | None = None


class Service(msgspec.Struct, frozen=True):
    """What the rules need to know. base empty: there is no such service."""

    base: str = ""
    channels: tuple[Channel, ...] = ()
    within_days: int = 0
    since: date = date.min
    latest: date = date.min
    withdrawn: date | None = None
    cases: Mapping[str, Case] = {}


def decide(command: ServiceCommand, service: Service, now: datetime) -> Iterator[ServiceEvent]:
    """What an order leads to. Raises Rejected."""
    if isinstance(command, Offer):
        if service.base:
            raise Rejected("service_exists", base=service.base)
        if len(set(command.channels)) < len(command.channels):
            raise Rejected("channel_twice", channels=[channel.value for channel in command.channels])
        yield ServiceOffered(
            base=command.base,
            kind=command.kind,
            title=command.title,
            channels=command.channels,
            within_days=command.within_days,
            on=day_of(command.on, now),
            provider=command.provider,
        )
        return
    if not service.base:
        raise Rejected("no_such_service")
    match command:
        case Request():
            yield _requested(command, service, now)
        case Schedule() | Deliver() | Rate() | Cancel():
            case = service.cases.get(command.request)
            if not case:
                raise Rejected("no_such_request", request=command.request)
            yield from _served(command, case, service, now)
        case Withdraw(reason):
            _check_offered(service)
            yield from _withdrawn(service, reason, day_of(command.on, now, service.latest))
        case EndWithBase(on):
            # The base has decided it; there is nothing here to refuse.
            if not service.withdrawn:
                yield from _withdrawn(service, "The base was closed.", max(on, service.latest))
        case _:
            assert_never(command)


def _check_offered(service: Service) -> None:
    if service.withdrawn:
        raise Rejected("service_is_withdrawn", on=service.withdrawn.isoformat())


def _check_channel(channel: Channel, service: Service) -> None:
    if channel not in service.channels:
        raise Rejected("channel_not_offered", channel=channel.value, offered=[one.value for one in service.channels])


def _requested(command: Request, service: Service, now: datetime) -> ServiceRequested:
    _check_offered(service)
    if command.request in service.cases:
        raise Rejected("request_exists", request=command.request)
    _check_channel(command.channel, service)
    on = day_of(command.on, now, service.since)
    due = on + timedelta(days=service.within_days)
    return ServiceRequested(
        request=command.request,
        base=service.base,
        channel=command.channel,
        requester=command.requester,
        on=on,
        due=max(due, command.not_before or due),
        wish=command.wish,
    )


def _served(command: CaseCommand, case: Case, service: Service, now: datetime) -> Iterator[ServiceEvent]:
    request, base = command.request, service.base
    match command:
        case Schedule(_, at, channel, assignee):
            _check_stage(request, case, *_WAITING)
            _check_channel(channel, service)
            if at.date() < case.requested:
                raise Rejected("earlier_than_the_request", at=at.isoformat(), requested=case.requested.isoformat())
            if case.plan != Plan(at, channel, assignee):
                yield ServiceScheduled(request, at, channel, assignee)
        case Deliver(_, channel, hours):
            _check_stage(request, case, *_WAITING)
            _check_channel(channel, service)
            if hours is not None and Decimal(hours) > _HOURS_OF_A_DAY:
                raise Rejected("hours_of_no_day", hours=hours)
            on = day_of(command.on, now, case.requested)
            yield ServiceDelivered(request, base, channel, case.asked, case.requested, case.due, on, hours)
        case Rate(_, requester, stars, comment):
            _check_stage(request, case, Stage.DELIVERED)
            assert case.delivered is not None
            if requester != case.requester:
                raise Rejected("asked_for_by_another", request=request, requester=case.requester)
            yield ServiceRated(request, base, case.delivered, requester, stars, comment)
        case Cancel(_, by, reason):
            _check_stage(request, case, *_WAITING)
            yield _cancelled(request, case, base, by, reason, day_of(command.on, now, case.requested))
        case _:
            assert_never(command)


def _check_stage(request: str, case: Case, *needed: Stage) -> None:
    if case.stage not in needed:
        raise Rejected(
            "request_stands_elsewhere",
            request=request,
            state=case.stage.value,
            needed=[stage.value for stage in needed],
        )


def _cancelled(request: str, case: Case, base: str, by: CancelledBy, reason: str, on: date) -> ServiceCancelled:
    return ServiceCancelled(request, base, case.asked, by, reason, case.requested, case.due, on)


def _withdrawn(service: Service, reason: str, on: date) -> Iterator[ServiceEvent]:
    for request, case in service.cases.items():
        if case.stage in _WAITING:
            yield _cancelled(request, case, service.base, CancelledBy.BASE, reason, on)
    yield ServiceWithdrawn(service.base, reason, on)


def evolve(service: Service, event: ServiceEvent) -> Service:
    """The service after the event."""
    change = msgspec.structs.replace
    match event:
        case ServiceOffered():
            return change(
                service,
                base=event.base,
                channels=event.channels,
                within_days=event.within_days,
                since=event.on,
                latest=event.on,
            )
        case ServiceRequested(request, _, channel, requester, on, due):
            asked = Case(channel, requester, on, due)
            return change(service, cases={**service.cases, request: asked}, latest=max(service.latest, on))
        case ServiceScheduled(request, at, channel, assignee):
            return _moved(service, request, Stage.SCHEDULED, plan=Plan(at, channel, assignee))
        case ServiceDelivered(request, _, channel):
            return _moved(service, request, Stage.DELIVERED, event.on, delivered=channel)
        case ServiceRated(request):
            return _moved(service, request, Stage.RATED)
        case ServiceCancelled(request):
            return _moved(service, request, Stage.CANCELLED, event.on)
        case ServiceWithdrawn():
            return change(service, withdrawn=event.on)
        case _:
            assert_never(event)


def _moved(service: Service, request: str, stage: Stage, on: date = date.min, **facts: Any) -> Service:
    case = service.cases.get(request)
    if case is None:
        return service
    now = msgspec.structs.replace(case, stage=stage, **facts)
    return msgspec.structs.replace(service, cases={**service.cases, request: now}, latest=max(service.latest, on))


services = Decider("services", Service, decide, evolve)
