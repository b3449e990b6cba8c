"""The spans that days are counted from: when an apprentice was in training, and when they were guided by whom."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, assert_never

import msgspec

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    CourseEvent,
    MentorAssigned,
    MentorKind,
    MentorReassigned,
    MentorRelieved,
)
from projections.runner.view import At, Row, View


class Training(msgspec.Struct):
    """In training from the one day until, and without, the other; None: it goes on."""

    since: date
    until: date | None = None


class Guidance(msgspec.Struct):
    """Guided by this mentor from the one day until, and without, the other; None: still."""

    mentor: str
    kind: MentorKind
    since: date
    until: date | None = None


class PresenceRow(Row):
    """The spans of one apprenticeship, in their order. A day belongs to what stands at its end."""

    apprenticeship: str
    base: str
    training: list[Training]
    guidance: list[Guidance]


class Presence(View[PresenceRow, CourseEvent]):
    """One row per apprenticeship."""

    name: ClassVar = "presence"

    def evolve(self, row: PresenceRow | None, event: CourseEvent, at: At) -> PresenceRow | None:
        if isinstance(event, ApprenticeEnrolled):
            return PresenceRow(apprenticeship=at.thing, base=event.base, training=[], guidance=[])
        if row is None:
            return None
        match event:
            case MentorAssigned(kind, mentor, on):
                row.guidance.append(Guidance(mentor, kind, on))
            case MentorReassigned(kind, mentor, previous, on):
                _let_go(row, previous, on)
                row.guidance.append(Guidance(mentor, kind, on))
            case MentorRelieved(_, mentor, on):
                _let_go(row, mentor, on)
            case ApprenticeshipStarted() | BreakEnded():
                row.training.append(Training(event.on))
            case BreakStarted() | ApprenticeshipCompleted() | ApprenticeExited():
                for span in row.training:
                    span.until = span.until or event.on
            case _:
                assert_never(event)
        return row


def _let_go(row: PresenceRow, mentor: str, on: date) -> None:
    for span in row.guidance:
        if span.mentor == mentor:
            span.until = span.until or on
