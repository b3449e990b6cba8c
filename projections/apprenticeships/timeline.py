"""What happened to each apprenticeship: one row per event, in codes and facts that a page puts into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Literal, TypeAlias, assert_never

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipEvent,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    Direction,
    ExitReason,
    MentorAssigned,
    MentorKind,
    MentorReassigned,
    MentorRelieved,
)
from projections.runner.view import At, Row, View

Happening: TypeAlias = Literal[
    "enrolled",
    "mentor_assigned",
    "mentor_reassigned",
    "mentor_relieved",
    "started",
    "break_started",
    "break_ended",
    "completed",
    "exited",
]
Side: TypeAlias = Literal["school", "work", "none"]


class TimelineRow(Row):
    """One thing that happened.

    key: apprenticeship:position. what: what happened. day: from which on it holds. happened_at, recorded_at: as
    the event says. side: whose it is. mentor, previous, reason, direction: of whom and why, where there is such.
    """

    key: str
    apprenticeship: str
    position: int
    what: Happening
    day: date
    happened_at: datetime
    recorded_at: datetime
    side: Side
    mentor: str | None = None
    previous: str | None = None
    reason: ExitReason | None = None
    direction: Direction | None = None


class Timeline(View[TimelineRow, ApprenticeshipEvent]):
    """One row per event of an apprenticeship."""

    name: ClassVar = "timeline"
    indexes: ClassVar = (("apprenticeship", "position"),)

    def keys(self, event: ApprenticeshipEvent, at: At) -> Iterable[str]:  # noqa: ARG002 - each is a row of its own
        return (f"{at.thing}:{at.position}",)

    def evolve(self, row: TimelineRow | None, event: ApprenticeshipEvent, at: At) -> TimelineRow:  # noqa: ARG002
        match event:
            case ApprenticeEnrolled():
                return _row("enrolled", event, at)
            case MentorAssigned(kind, mentor):
                return _row("mentor_assigned", event, at, _SIDES[kind], mentor=mentor)
            case MentorReassigned(kind, mentor, previous):
                return _row("mentor_reassigned", event, at, _SIDES[kind], mentor=mentor, previous=previous)
            case MentorRelieved(kind, mentor):
                return _row("mentor_relieved", event, at, _SIDES[kind], previous=mentor)
            case ApprenticeshipStarted():
                return _row("started", event, at)
            case BreakStarted():
                return _row("break_started", event, at)
            case BreakEnded():
                return _row("break_ended", event, at)
            case ApprenticeshipCompleted():
                return _row("completed", event, at)
            case ApprenticeExited(reason=reason, direction=direction):
                return _row("exited", event, at, reason=reason, direction=direction)
            case _:
                assert_never(event)


_SIDES: Mapping[MentorKind, Side] = {MentorKind.CAMPUS_TUTOR: "school", MentorKind.ENTERPRISE_MASTER: "work"}


def _row(what: Happening, event: ApprenticeshipEvent, at: At, side: Side = "none", **facts: Any) -> TimelineRow:
    return TimelineRow(
        key=at.key,
        apprenticeship=at.thing,
        position=at.position,
        what=what,
        day=event.on,
        happened_at=at.time,
        recorded_at=at.recorded,
        side=side,
        **facts,
    )
