"""What a logbook is told of its apprenticeship, together with what happens there."""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    MentorAssigned,
    MentorReassigned,
    MentorRelieved,
)
from baseplus.kernel.decisions import Step
from baseplus.logbook.model import logbook
from baseplus.logbook.standing import CloseDays, EnterMentor, LetMentorGo, Open, OpenDays


def enrolled(apprenticeship: str, event: ApprenticeEnrolled) -> Iterator[Step]:
    """Who is enrolled has a logbook."""
    yield Step(logbook, apprenticeship, Open(event.apprentice, event.base, event.on))


def assigned(apprenticeship: str, event: MentorAssigned | MentorReassigned) -> Iterator[Step]:
    """Who guides may vouch."""
    yield Step(logbook, apprenticeship, EnterMentor(event.mentor, event.kind, event.on))


def reassigned(apprenticeship: str, event: MentorReassigned) -> Iterator[Step]:
    """The one may vouch, the other no longer."""
    yield Step(logbook, apprenticeship, LetMentorGo(event.previous, event.on))
    yield from assigned(apprenticeship, event)


def relieved(apprenticeship: str, event: MentorRelieved) -> Iterator[Step]:
    """Who guides no longer vouches no longer."""
    yield Step(logbook, apprenticeship, LetMentorGo(event.mentor, event.on))


def went_on(apprenticeship: str, event: ApprenticeshipStarted | BreakEnded) -> Iterator[Step]:
    """Days of training may be claimed."""
    yield Step(logbook, apprenticeship, OpenDays(event.on))


def rested(apprenticeship: str, event: BreakStarted | ApprenticeshipCompleted | ApprenticeExited) -> Iterator[Step]:
    """No further days may be claimed."""
    yield Step(logbook, apprenticeship, CloseDays(event.on))
