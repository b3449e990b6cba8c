"""A logbook, event by event, for the tests to take up where they need it.

In training from 16 February 2026; He Ruolin is the tutor, Gao Mingze the master, Xu Anqi was before him.
"""

from __future__ import annotations

from datetime import date

from baseplus.kernel.scenario import NOON, Scenario
from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    DaysOpened,
    LogbookOpened,
    MentorEntered,
    MentorLeft,
    ReflectionSubmitted,
    SkillAttempted,
    SkillDemonstrated,
    TaskAccepted,
    TaskAssigned,
    TaskReturned,
    TaskSubmitted,
    WitnessKind,
    Work,
)
from baseplus.logbook.model import logbook
from baseplus.logbook.reflections import fingerprint
from tests.apprenticeships.story import MASTER, TUTOR, day

TODAY = NOON.date()
JOB, EXERCISE, CLASSROOM = Work.JOB, Work.EXERCISE, Work.CLASSROOM
WHO, BASE = "person-17", "drives"
DAY = day(27, month=2)

given = Scenario(logbook)

opened = (
    LogbookOpened(WHO, BASE, day(1, month=2)),
    MentorEntered("m-he", TUTOR, day(10, month=2)),
    MentorEntered("m-xu", MASTER, day(12, month=2)),
    DaysOpened(day(16, month=2)),
    MentorLeft("m-xu", day(23, month=2)),
    MentorEntered("m-gao", MASTER, day(23, month=2)),
)
assigned = TaskAssigned("shaft-3", "Turn a shaft", JOB, "m-gao", day(25, month=2), due=day(27, month=2))
submitted = TaskSubmitted(WHO, "shaft-3", 1, day(27, month=2), "In the rack")
returned = TaskReturned(WHO, "shaft-3", "m-gao", 1, day(28, month=2), "The seat is too small")
again = TaskSubmitted(WHO, "shaft-3", 2, TODAY)
with_task = (*opened, assigned)
with_output = (*with_task, submitted)


def accepted(
    submission: int = 1, submitted_on: date = submitted.on, on: date = TODAY, mentor: str = "m-gao", nth: int = 1
) -> TaskAccepted:
    """What follows from the acceptance of the task."""
    return TaskAccepted(WHO, BASE, "shaft-3", mentor, submission, submitted_on, on, nth)


demonstrated = SkillDemonstrated("turning", "m-gao", day(24, month=2))
attempted = SkillAttempted("turning", 1, day(25, month=2))
TEXT = "I learnt to measure before I cut."
reflection = ReflectionSubmitted(WHO, BASE, "r-1", day(26, month=2), TEXT, fingerprint(TEXT))


def claimed(on: date = DAY, work: Work = JOB, hours: str = "7.5", nth: int = 1) -> AttendanceClaimed:
    """A claim."""
    return AttendanceClaimed(WHO, BASE, on, work, hours, nth)


def corroborated(
    witness: WitnessKind = WitnessKind.MENTOR,
    by: str = "m-gao",
    behind: str | None = "m-gao",
    counts: int | None = None,
    on: date = DAY,
    work: Work = JOB,
    hours: str = "7.5",
) -> AttendanceCorroborated:
    """A witness."""
    return AttendanceCorroborated(WHO, BASE, on, work, hours, witness, by, behind, counts)


by_master = corroborated()
by_tool = corroborated(WitnessKind.TOOL_LOG, "lathe-2-0815", None, 1)
counted = (*opened, claimed(), by_master, by_tool)
