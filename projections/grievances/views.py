"""Grievances as their handlers look them up. What was written is in the row, and goes from it where it is erased."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal, TypeAlias, assert_never

from baseplus.apprenticeships.events import (
    GrievanceEntrusted,
    GrievanceEvent,
    GrievanceOutcome,
    GrievanceRaised,
    GrievanceResolved,
)
from baseplus.mentoring.events import MentorRegistered
from projections.runner.view import At, Row, View

GrievanceState: TypeAlias = Literal["open", "resolved"]


class GrievanceRow(Row):
    """One grievance as it stands.

    about: the mentor whom it names; about_person: the person who that is. handlers: who alone may read
    this row. outcome, resolution, resolved_…: once it is settled. position: of the last event shown.
    """

    id: str
    apprenticeship: str
    apprentice: str
    base: str
    about: str | None
    handlers: list[str]
    state: GrievanceState
    text: str
    raised_on: date
    position: int
    outcome: GrievanceOutcome | None = None
    resolution: str | None = None
    resolved_by: str | None = None
    resolved_on: date | None = None
    about_person: str | None = None


class GrievanceMentorRow(Row):
    """A mentor, by their id, and which person that is."""

    id: str
    person: str


class GrievanceMentors(View[GrievanceMentorRow, MentorRegistered]):
    """One row per mentor: whoever is named by one of their ids must not read by another one."""

    name: ClassVar = "grievance_mentors"

    def evolve(
        self,
        row: GrievanceMentorRow | None,  # noqa: ARG002 - a mentor is registered once
        event: MentorRegistered,
        at: At,
    ) -> GrievanceMentorRow:
        return GrievanceMentorRow(id=at.thing, person=event.person)


class Grievances(View[GrievanceRow, GrievanceEvent]):
    """One row per grievance."""

    name: ClassVar = "grievances"
    indexes: ClassVar = (("state", "id"), ("apprenticeship",))

    def evolve(self, row: GrievanceRow | None, event: GrievanceEvent, at: At) -> GrievanceRow | None:
        if isinstance(event, GrievanceRaised):
            return GrievanceRow(
                id=at.thing,
                apprenticeship=event.apprenticeship,
                apprentice=event.apprentice,
                base=event.base,
                about=event.about,
                handlers=list(event.handlers),
                state="open",
                text=event.text,
                raised_on=event.on,
                position=at.position,
                about_person=event.about_person,
            )
        if row is None:
            return None
        row.position = at.position
        match event:
            case GrievanceEntrusted(handlers):
                row.handlers = list(handlers)
            case GrievanceResolved():
                row.state, row.outcome, row.resolution = "resolved", event.outcome, event.resolution
                row.resolved_by, row.resolved_on = event.handler, event.on
            case _:
                assert_never(event)
        return row
