"""Teachers on the way: dispatches to a base that are scheduled, and delivered or missed; secondments to the other side.

A part of a mentor and of their stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple, assert_never

import msgspec
from msgspec import Meta

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.days import check_happened
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Count, Day, Id, Text
from baseplus.mentoring.events import (
    DispatchEvent,
    TeacherDispatchDelivered,
    TeacherDispatchMissed,
    TeacherDispatchScheduled,
    TeacherSecondmentCompleted,
)

HOURS_OF_A_DAY = 24

DispatchId = Annotated[Id, Meta(description="the dispatch, by an id that whoever schedules it chooses")]
Hours = Annotated[Count, Meta(description="how long, in hours: more than 0 and at most 24")]


class ScheduleDispatch(Command, frozen=True):
    """Schedule a dispatch.

    The mentor is to teach at a base for some hours on a day, which may lie ahead.
    """

    dispatch: DispatchId
    base: Annotated[Id, Meta(description="the base where they are to teach")]
    hours: Hours
    on: Annotated[Day, Meta(description="the day")]


class DeliverDispatch(Command, frozen=True):
    """Record that a dispatch was delivered.

    Also one that was said to have been missed, where it was made up for or that was a mistake.
    """

    dispatch: DispatchId
    hours: Annotated[Count | None, Meta(description="how long, in hours; left out, as scheduled")] = None
    delivered_on: Annotated[Day | None, Meta(description="the day of it; left out, as scheduled")] = None


class MissDispatch(Command, frozen=True):
    """Record that a dispatch was missed."""

    dispatch: DispatchId
    reason: Annotated[Text | None, Meta(description="why; it can be erased")] = None


class CompleteSecondment(Command, frozen=True):
    """Record a completed secondment.

    The mentor worked at the other side for a time, a tutor in the trade or a master at a school. It overlaps with none
    before it.
    """

    host: Annotated[Id, Meta(description="where, by its id as a party")]
    since: Annotated[Day, Meta(description="the first day")]
    until: Annotated[Day, Meta(description="the last day: today or earlier")]
    hours: Annotated[Count, Meta(description="how many hours they worked there")]
    report: Annotated[Text | None, Meta(description="what they did there; it can be erased")] = None


DispatchCommand = ScheduleDispatch | DeliverDispatch | MissDispatch | CompleteSecondment


class Status(StrEnum):
    """How far a dispatch is."""

    SCHEDULED = "scheduled"
    DELIVERED = "delivered"
    MISSED = "missed"


class Dispatch(msgspec.Struct, frozen=True):
    """A dispatch, and how far it is."""

    base: str
    hours: str
    on: date
    status: Status = Status.SCHEDULED


class Dispatches(msgspec.Struct, frozen=True):
    """What the rules need to know. seconded: first and last day of each secondment."""

    known: Mapping[str, Dispatch] = {}
    seconded: tuple[tuple[date, date], ...] = ()


class Teacher(NamedTuple):
    """Who is sent."""

    person: str
    kind: MentorKind


def decide(
    command: DispatchCommand, dispatches: Dispatches, teacher: Teacher, now: datetime
) -> Iterator[DispatchEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case ScheduleDispatch(dispatch, base, hours, on):
            if dispatch in dispatches.known:
                raise Rejected("dispatch_exists", dispatch=dispatch)
            check_hours(hours)
            day = [Decimal(one.hours) for one in dispatches.known.values() if one.on == on]
            if sum(day, Decimal(hours)) > HOURS_OF_A_DAY:
                raise Rejected("day_is_full", on=on.isoformat(), scheduled=str(sum(day, Decimal())))
            yield TeacherDispatchScheduled(dispatch, teacher.kind, base, hours, on)
        case DeliverDispatch(dispatch, hours, delivered_on):
            one = _awaited(dispatches, dispatch, Status.SCHEDULED, Status.MISSED)
            delivered_on = delivered_on or one.on
            check_happened(delivered_on, now)
            if delivered_on < one.on:
                raise Rejected("earlier_than_scheduled", on=delivered_on.isoformat(), scheduled=one.on.isoformat())
            hours = hours or one.hours
            check_hours(hours)
            yield TeacherDispatchDelivered(
                dispatch, teacher.kind, one.base, hours, one.hours, one.on, delivered_on, one.status is Status.MISSED
            )
        case MissDispatch(dispatch, reason):
            one = _awaited(dispatches, dispatch, Status.SCHEDULED)
            check_happened(one.on, now)
            yield TeacherDispatchMissed(teacher.person, dispatch, teacher.kind, one.base, one.hours, one.on, reason)
        case CompleteSecondment(host, since, until, hours, report):
            if until < since:
                raise Rejected("ends_before_it_begins", on=since.isoformat(), until=until.isoformat())
            check_happened(until, now)
            days = (until - since).days + 1
            if not 0 < Decimal(hours) <= days * HOURS_OF_A_DAY:
                raise Rejected("hours_of_no_day", hours=hours)
            for first, last in dispatches.seconded:
                if since <= last and first <= until:
                    raise Rejected("seconded_already", since=first.isoformat(), until=last.isoformat())
            yield TeacherSecondmentCompleted(teacher.person, teacher.kind, host, since, until, hours, report)
        case _:
            assert_never(command)


_DONE = {Status.DELIVERED: "dispatch_delivered_already", Status.MISSED: "dispatch_missed_already"}


def _awaited(dispatches: Dispatches, dispatch: str, *statuses: Status) -> Dispatch:
    one = dispatches.known.get(dispatch)
    if one is None:
        raise Rejected("no_such_dispatch", dispatch=dispatch)
    if one.status not in statuses:
        raise Rejected(_DONE[one.status], dispatch=dispatch)
    return one


def check_hours(hours: str) -> None:
    """Raises Rejected where nobody could teach so long on a day."""
    if not 0 < Decimal(hours) <= HOURS_OF_A_DAY:
        raise Rejected("hours_of_no_day", hours=hours)


def evolve(dispatches: Dispatches, event: DispatchEvent) -> Dispatches:
    """What the rules need to know after the event."""
    change, known = msgspec.structs.replace, dispatches.known
    match event:
        case TeacherDispatchScheduled(dispatch, _, base, hours, on):
            return change(dispatches, known={**known, dispatch: Dispatch(base, hours, on)})
        case TeacherDispatchDelivered(dispatch, _, base, _, scheduled, on):
            one = Dispatch(base, scheduled, on, Status.DELIVERED)
            return change(dispatches, known={**known, dispatch: one})
        case TeacherDispatchMissed(_, dispatch, _, base, scheduled, on):
            return change(dispatches, known={**known, dispatch: Dispatch(base, scheduled, on, Status.MISSED)})
        case TeacherSecondmentCompleted(since=since, until=until):
            return change(dispatches, seconded=(*dispatches.seconded, (since, until)))
        case _:
            assert_never(event)
