"""What can happen in the logbook of an apprenticeship. The stream is `logbook/<apprenticeship>`.

`on` is the day on which it happened, whenever it was recorded. Events that indicators are counted from carry the base,
and which one of the apprentice's in that month they are (`nth`: 1, 2, 3 …), so that people are counted once.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Count, Id, Line, PersonId, Sha256, Text


class LogbookOpened(Event):
    """An apprentice was enrolled, and has a logbook from then on."""

    TYPE: ClassVar = "logbook.logbook_opened.v1"
    apprentice: PersonId
    base: Id
    on: date


class MentorEntered(Event):
    """The mentor may vouch for what the apprentice does, from this day on."""

    TYPE: ClassVar = "logbook.mentor_entered.v1"
    mentor: PersonId
    kind: MentorKind
    since: date


class MentorLeft(Event):
    """The mentor vouches no longer for what happens from this day on."""

    TYPE: ClassVar = "logbook.mentor_left.v1"
    mentor: PersonId
    until: date


class DaysOpened(Event):
    """The apprentice is in training from this day on: their attendance may be claimed."""

    TYPE: ClassVar = "logbook.days_opened.v1"
    since: date


class DaysClosed(Event):
    """The training rests or has ended; this is the first day without it."""

    TYPE: ClassVar = "logbook.days_closed.v1"
    until: date


class Work(StrEnum):
    """What an apprentice learns by: real work of the enterprise, practice in a workshop, or theory in a classroom."""

    JOB = "job"
    EXERCISE = "exercise"
    CLASSROOM = "classroom"


class PlanTask(Struct, frozen=True):
    """The task of a training plan that one in a logbook comes from."""

    plan: Annotated[Id, Meta(description="the training plan")]
    task: Annotated[Id, Meta(description="the task, by its id in the plan")]


class TaskAssigned(Event):
    """A mentor gave the apprentice a task. due: the last day on which it is in time."""

    TYPE: ClassVar = "logbook.task_assigned.v1"
    task: Id
    title: Line
    work: Work
    mentor: PersonId
    on: date
    due: date | None = None
    from_plan: PlanTask | None = None


class TaskSubmitted(Event):
    """The apprentice says that the task is done. submission: 1 for the first time, 2 after it was returned once …"""

    TYPE: ClassVar = "logbook.task_submitted.v1"
    apprentice: PersonId
    task: Id
    submission: int
    on: date
    output: Annotated[Text | None, Personal("apprentice")] = None


class TaskAccepted(Event):
    """The mentor took what was submitted on the day `submitted`. nth: of the tasks accepted in that month."""

    TYPE: ClassVar = "logbook.task_accepted.v1"
    apprentice: PersonId
    base: Id
    task: Id
    mentor: PersonId
    submission: int
    submitted: date
    on: date
    nth: int
    comment: Annotated[Text | None, Personal("apprentice")] = None


class TaskReturned(Event):
    """The mentor gave it back: it is to be submitted again."""

    TYPE: ClassVar = "logbook.task_returned.v1"
    apprentice: PersonId
    task: Id
    mentor: PersonId
    submission: int
    on: date
    reason: Annotated[Text, Personal("apprentice")]


class SkillDemonstrated(Event):
    """The mentor showed how it is done."""

    TYPE: ClassVar = "logbook.skill_demonstrated.v1"
    skill: Id
    mentor: PersonId
    on: date


class SkillAttempted(Event):
    """The apprentice did it after the mentor. attempt: 1, 2, 3 … task: at which one."""

    TYPE: ClassVar = "logbook.skill_attempted.v1"
    skill: Id
    attempt: int
    on: date
    task: Id | None = None


class SkillSignedOff(Event):
    """The mentor says that the apprentice can do it, after so many attempts."""

    TYPE: ClassVar = "logbook.skill_signed_off.v1"
    apprentice: PersonId
    base: Id
    skill: Id
    mentor: PersonId
    attempts: int
    on: date


class ReflectionSubmitted(Event):
    """The apprentice wrote what they learnt, perhaps at a task.

    fingerprint: SHA-256 of its letters and digits alone, in one case, so that a copy is known by it.
    """

    TYPE: ClassVar = "logbook.reflection_submitted.v1"
    apprentice: PersonId
    base: Id
    reflection: Id
    on: date
    text: Annotated[Text, Personal("apprentice")]
    fingerprint: Annotated[Sha256, Personal("apprentice")]
    task: Id | None = None


class ReflectionReviewed(Event):
    """The mentor answered what was written on the day `submitted`. nth: of the reviews in that month."""

    TYPE: ClassVar = "logbook.reflection_reviewed.v1"
    apprentice: PersonId
    base: Id
    reflection: Id
    mentor: PersonId
    submitted: date
    on: date
    nth: int
    text: Annotated[Text, Personal("apprentice")]


class AttendanceClaimed(Event):
    """The apprentice says that they were there, for so many hours of this work. nth: of the claims for that month."""

    TYPE: ClassVar = "logbook.attendance_claimed.v1"
    apprentice: PersonId
    base: Id
    on: date
    work: Work
    hours: Count
    nth: int


class WitnessKind(StrEnum):
    """What says that an apprentice was there. Where a phone was says nothing of it: that is how it is forged."""

    MENTOR = "mentor"
    TOOL_LOG = "tool_log"
    TASK_OUTPUT = "task_output"


class AttendanceCorroborated(Event):
    """A witness agrees. by: the mentor, the entry of the tool's log, or the task. behind: the mentor who stands behind
    it; None: nobody does.

    counts: with this one the attendance counts; it is which one of those of that month that do. None: it does not yet,
    or did already.
    """

    TYPE: ClassVar = "logbook.attendance_corroborated.v1"
    apprentice: PersonId
    base: Id
    on: date
    work: Work
    hours: Count
    witness: WitnessKind
    by: Id
    behind: PersonId | None = None
    counts: int | None = None


class AttendanceDisputed(Event):
    """Somebody who should know says that it was not so: what witnesses said before counts no more.

    by: the mentor; None, the staff. left: the attendance counted until now; how many of that month still do.
    """

    TYPE: ClassVar = "logbook.attendance_disputed.v1"
    apprentice: PersonId
    base: Id
    on: date
    work: Work
    hours: Count
    reason: Annotated[Text, Personal("apprentice")]
    by: PersonId | None = None
    left: int | None = None


class AttendanceWithdrawn(Event):
    """It was claimed by mistake; it may be claimed anew.

    claims_left: how many claims for that month there still are. left: as with AttendanceDisputed.
    """

    TYPE: ClassVar = "logbook.attendance_withdrawn.v1"
    apprentice: PersonId
    base: Id
    on: date
    work: Work
    hours: Count
    claims_left: int
    reason: Annotated[Text, Personal("apprentice")]
    left: int | None = None


StandingEvent = LogbookOpened | MentorEntered | MentorLeft | DaysOpened | DaysClosed
TaskEvent = TaskAssigned | TaskSubmitted | TaskAccepted | TaskReturned
SkillEvent = SkillDemonstrated | SkillAttempted | SkillSignedOff
ReflectionEvent = ReflectionSubmitted | ReflectionReviewed
AttendanceEvent = AttendanceClaimed | AttendanceCorroborated | AttendanceDisputed | AttendanceWithdrawn
LogbookEvent = StandingEvent | TaskEvent | SkillEvent | ReflectionEvent | AttendanceEvent
