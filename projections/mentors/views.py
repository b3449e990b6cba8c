"""Mentors with their load, and where they are sent, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.days import day_of_event
from baseplus.mentoring.events import (
    ApprenticeReleased,
    ApprenticeTakenOn,
    CapacitySet,
    MentorQualified,
    MentorRegistered,
    TeacherDispatchDelivered,
    TeacherDispatchMissed,
    TeacherDispatchScheduled,
    TeacherSecondmentCompleted,
)
from projections.runner.view import At, Row, View

DispatchState: TypeAlias = Literal["scheduled", "delivered", "missed"]


class MentorRow(Row):
    """One mentor as they stand.

    organisation: by its id as a party. load: how many apprentices they guide, of `capacity` at most. apprenticeships:
    which ones, in the order in which they took them on. qualified_on: the day since which they have shown what they can
    do; qualified_at: when that was recorded. secondments, seconded_hours: how often and how long they worked
    at the other side. position: of the last event shown.
    """

    id: str
    person: str
    name: str
    kind: MentorKind
    organisation: str
    capacity: int
    load: int
    qualified: bool
    qualified_at: datetime | None
    registered_at: datetime
    apprenticeships: list[str]
    position: int
    secondments: int = 0
    seconded_hours: Decimal = Decimal(0)
    qualified_on: date | None = None


MentorChange = (
    MentorRegistered
    | MentorQualified
    | CapacitySet
    | ApprenticeTakenOn
    | ApprenticeReleased
    | TeacherSecondmentCompleted
)


class Mentors(View[MentorRow, MentorChange]):
    """One row per mentor."""

    name: ClassVar = "mentors"
    indexes: ClassVar = (("kind", "id"), ("organisation", "id"))

    def evolve(self, row: MentorRow | None, event: MentorChange, at: At) -> MentorRow | None:
        if isinstance(event, MentorRegistered):
            return _registered(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case MentorQualified():
                row.qualified, row.qualified_at, row.qualified_on = True, at.time, day_of_event(event, at.time)
            case CapacitySet(capacity):
                row.capacity = capacity
            case ApprenticeTakenOn(apprenticeship):
                row.apprenticeships.append(apprenticeship)
            case ApprenticeReleased(released):
                row.apprenticeships = [one for one in row.apprenticeships if one != released]
            case TeacherSecondmentCompleted(hours=hours):
                row.secondments, row.seconded_hours = row.secondments + 1, row.seconded_hours + Decimal(hours)
            case _:
                assert_never(event)
        row.load = len(row.apprenticeships)
        return row


def _registered(event: MentorRegistered, at: At) -> MentorRow:
    return MentorRow(
        id=at.thing,
        person=event.person,
        name=event.name,
        kind=event.kind,
        organisation=event.organisation,
        capacity=0,
        load=0,
        qualified=False,
        qualified_at=None,
        registered_at=at.time,
        apprenticeships=[],
        position=at.position,
    )


class DispatchRow(Row):
    """One dispatch of a teacher as it stands.

    key: mentor:dispatch. on_day: the day that it is scheduled for. hours: delivered ones, None so far. Why it was
    missed is in no row. position: of the last event shown.
    """

    key: str
    dispatch: str
    mentor: str
    kind: MentorKind
    base: str
    on_day: date
    scheduled_hours: Decimal
    state: DispatchState
    position: int
    hours: Decimal | None = None
    delivered_on: date | None = None


DispatchChange = TeacherDispatchScheduled | TeacherDispatchDelivered | TeacherDispatchMissed


class Dispatches(View[DispatchRow, DispatchChange]):
    """One row per dispatch."""

    name: ClassVar = "dispatches"
    indexes: ClassVar = (("mentor", "key"), ("base", "on_day"), ("state", "key"))

    def keys(self, event: DispatchChange, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.dispatch}",)

    def evolve(self, row: DispatchRow | None, event: DispatchChange, at: At) -> DispatchRow | None:
        if isinstance(event, TeacherDispatchScheduled):
            return DispatchRow(
                key=at.key,
                dispatch=event.dispatch,
                mentor=at.thing,
                kind=event.kind,
                base=event.base,
                on_day=event.on,
                scheduled_hours=Decimal(event.hours),
                state="scheduled",
                position=at.position,
            )
        if row is None:
            return None
        row.position = at.position
        match event:
            case TeacherDispatchDelivered():
                row.state, row.hours, row.delivered_on = "delivered", Decimal(event.hours), event.delivered_on
            case TeacherDispatchMissed():
                row.state = "missed"
            case _:
                assert_never(event)
        return row
