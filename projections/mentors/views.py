"""Mentors with their load, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, assert_never

from baseplus.apprenticeships.events import MentorKind
from baseplus.mentoring.events import (
    ApprenticeReleased,
    ApprenticeTakenOn,
    CapacitySet,
    MentorQualified,
    MentorRegistered,
)
from projections.runner.view import At, Row, View


class MentorRow(Row):
    """One mentor as they stand.

    organisation: by its id as a party. load: how many apprentices they guide, of `capacity` at most. apprenticeships:
    which ones, in the order in which they took them on. position: of the last event shown.
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


MentorChange = MentorRegistered | MentorQualified | CapacitySet | ApprenticeTakenOn | ApprenticeReleased


class Mentors(View[MentorRow, MentorChange]):
    """One row per mentor."""

    name: ClassVar = "mentors"
    indexes: ClassVar = (("kind", "id"), ("organisation", "id"))

    def keys(self, event: MentorChange, at: At) -> Iterable[str]:  # noqa: ARG002 - each concerns its stream's row
        return (at.thing,)

    def evolve(self, row: MentorRow | None, event: MentorChange, at: At) -> MentorRow | None:
        if isinstance(event, MentorRegistered):
            return _registered(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case MentorQualified():
                row.qualified, row.qualified_at = True, at.time
            case CapacitySet(capacity):
                row.capacity = capacity
            case ApprenticeTakenOn(apprenticeship):
                row.apprenticeships.append(apprenticeship)
            case ApprenticeReleased(released):
                row.apprenticeships = [one for one in row.apprenticeships if one != released]
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
