"""An apprenticeship, event by event, for the tests to take up where they need it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeshipStarted,
    BreakStarted,
    MentorAssigned,
    MentorKind,
    MentorRelieved,
)
from baseplus.apprenticeships.model import Enrol, apprenticeships
from baseplus.kernel.scenario import Scenario

TUTOR, MASTER = MentorKind.CAMPUS_TUTOR, MentorKind.ENTERPRISE_MASTER

given = Scenario(apprenticeships)


def day(number: int, month: int = 3) -> date:
    """A day of the year 2026."""
    return date(2026, month, number)


def at(day: date) -> datetime:
    """Nine in the morning of that day."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


enrol = Enrol(
    apprentice="person-17",
    name="Shen Yutong",
    base="drives",
    enterprise="yunchuan",
    occupation="cnc-machinist",
    agreement="agr-2025-014",
    on=day(1, month=2),
)
enrolled = ApprenticeEnrolled(
    apprentice="person-17",
    name="Shen Yutong",
    base="drives",
    enterprise="yunchuan",
    occupation="cnc-machinist",
    agreement="agr-2025-014",
    on=day(1, month=2),
)
with_tutor = MentorAssigned(TUTOR, "m-he", day(10, month=2))
with_master = MentorAssigned(MASTER, "m-gao", day(12, month=2))
with_both = (enrolled, with_tutor, with_master)
in_training = (*with_both, ApprenticeshipStarted("drives", day(16, month=2)))
on_break = (*in_training, BreakStarted(day(23, month=2)))


def both_relieved(on: date) -> tuple[MentorRelieved, MentorRelieved]:
    """What follows from an end."""
    return MentorRelieved(TUTOR, "m-he", on), MentorRelieved(MASTER, "m-gao", on)
