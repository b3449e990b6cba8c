"""What is in logbooks: one row for each apprentice, task, skill, reflection and claim of attendance.

What apprentices and mentors wrote is in the rows of tasks, reflections and attendance. It is personal, and goes from
the row where it is erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Literal, TypeAlias, assert_never

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    MentorAssigned,
    MentorKind,
    MentorReassigned,
    MentorRelieved,
)
from baseplus.logbook.events import (
    ReflectionReviewed,
    ReflectionSubmitted,
    SkillAttempted,
    SkillDemonstrated,
    SkillSignedOff,
    TaskAccepted,
    TaskAssigned,
    TaskReturned,
    TaskSubmitted,
    Work,
)
from projections.runner.view import At, Row, View


class LearnerRow(Row):
    """Whose logbook it is, and who guides them now. ended_on: the first day after the training; None: it goes on."""

    id: str
    apprentice: str
    name: str
    base: str
    enterprise: str
    occupation: str
    tutor: str | None = None
    master: str | None = None
    ended_on: date | None = None


LearnerChange = (
    ApprenticeEnrolled | MentorAssigned | MentorReassigned | MentorRelieved | ApprenticeshipCompleted | ApprenticeExited
)


class Learners(View[LearnerRow, LearnerChange]):
    """One row per apprenticeship."""

    name: ClassVar = "learners"
    indexes: ClassVar = (("base", "id"), ("tutor",), ("master",))

    def evolve(self, row: LearnerRow | None, event: LearnerChange, at: At) -> LearnerRow | None:
        if isinstance(event, ApprenticeEnrolled):
            return LearnerRow(
                id=at.thing,
                apprentice=event.apprentice,
                name=event.name,
                base=event.base,
                enterprise=event.enterprise,
                occupation=event.occupation,
            )
        if row is None:
            return None
        match event:
            case MentorAssigned(kind, mentor) | MentorReassigned(kind, mentor):
                _guided_by(row, kind, mentor)
            case MentorRelieved(kind):
                _guided_by(row, kind, None)
            case ApprenticeshipCompleted(on=on) | ApprenticeExited(on=on):
                row.ended_on = on
            case _:
                assert_never(event)
        return row


def _guided_by(row: LearnerRow, kind: MentorKind, mentor: str | None) -> None:
    match kind:
        case MentorKind.CAMPUS_TUTOR:
            row.tutor = mentor
        case MentorKind.ENTERPRISE_MASTER:
            row.master = mentor
        case _:
            assert_never(kind)


TaskState: TypeAlias = Literal["open", "submitted", "returned", "accepted"]


class TaskRow(Row):
    """One task as it stands.

    key: apprenticeship/task. assigned_by, answered_by: mentors. submissions: how often it was submitted, on
    submitted_on the last time. said: what the mentor who answered last had to say. plan, plan_task: where it comes
    from.
    """

    key: str
    apprenticeship: str
    task: str
    title: str
    work: Work
    state: TaskState
    assigned_by: str
    assigned_on: date
    due: date | None
    submissions: int
    position: int
    submitted_on: date | None = None
    output: str | None = None
    answered_by: str | None = None
    answered_on: date | None = None
    said: str | None = None
    plan: str | None = None
    plan_task: str | None = None


TaskChange = TaskAssigned | TaskSubmitted | TaskAccepted | TaskReturned


class Tasks(View[TaskRow, TaskChange]):
    """One row per task."""

    name: ClassVar = "tasks"
    indexes: ClassVar = (("apprenticeship", "key"), ("state", "due", "key"))

    def keys(self, event: TaskChange, at: At) -> Iterable[str]:
        return (f"{at.thing}/{event.task}",)

    def evolve(self, row: TaskRow | None, event: TaskChange, at: At) -> TaskRow | None:
        if isinstance(event, TaskAssigned):
            plan = event.from_plan
            return TaskRow(
                key=at.key,
                apprenticeship=at.thing,
                task=event.task,
                title=event.title,
                work=event.work,
                state="open",
                assigned_by=event.mentor,
                assigned_on=event.on,
                due=event.due,
                submissions=0,
                position=at.position,
                plan=plan.plan if plan else None,
                plan_task=plan.task if plan else None,
            )
        if row is None:
            return None
        row.position = at.position
        match event:
            case TaskSubmitted(submission=submission, on=on, output=output):
                row.state, row.submissions, row.submitted_on, row.output = "submitted", submission, on, output
            case TaskAccepted(mentor=mentor, on=on, comment=comment):
                row.state, row.answered_by, row.answered_on, row.said = "accepted", mentor, on, comment
            case TaskReturned(mentor=mentor, on=on, reason=reason):
                row.state, row.answered_by, row.answered_on, row.said = "returned", mentor, on, reason
            case _:
                assert_never(event)
        return row


SkillState: TypeAlias = Literal["demonstrated", "attempted", "signed_off"]


class SkillRow(Row):
    """One skill of an apprentice as it stands.

    key: apprenticeship/skill. demonstrated_…: the last time. last_task: at which it was attempted last, where that is
    known. signed_off_at: when it was recorded, which a person compares with the last attempt.
    """

    key: str
    apprenticeship: str
    skill: str
    state: SkillState
    demonstrated_by: str
    demonstrated_on: date
    attempts: int
    position: int
    attempted_on: date | None = None
    last_task: str | None = None
    signed_off_by: str | None = None
    signed_off_on: date | None = None
    signed_off_at: datetime | None = None


SkillChange = SkillDemonstrated | SkillAttempted | SkillSignedOff


class Skills(View[SkillRow, SkillChange]):
    """One row per skill of an apprentice."""

    name: ClassVar = "skills"
    indexes: ClassVar = (("apprenticeship", "key"), ("skill", "key"))

    def keys(self, event: SkillChange, at: At) -> Iterable[str]:
        return (f"{at.thing}/{event.skill}",)

    def evolve(self, row: SkillRow | None, event: SkillChange, at: At) -> SkillRow | None:
        if row is None:
            if not isinstance(event, SkillDemonstrated):
                return None
            row = SkillRow(
                key=at.key,
                apprenticeship=at.thing,
                skill=event.skill,
                state="demonstrated",
                demonstrated_by=event.mentor,
                demonstrated_on=event.on,
                attempts=0,
                position=at.position,
            )
        row.position = at.position
        match event:
            case SkillDemonstrated(mentor=mentor, on=on):
                row.demonstrated_by, row.demonstrated_on = mentor, on
            case SkillAttempted(attempt=attempt, on=on, task=task):
                row.state, row.attempts, row.attempted_on, row.last_task = "attempted", attempt, on, task
            case SkillSignedOff(mentor=mentor, on=on):
                row.state, row.signed_off_by, row.signed_off_on = "signed_off", mentor, on
                row.signed_off_at = at.recorded
            case _:
                assert_never(event)
        return row


class ReflectionRow(Row):
    """One reflection and its review. key: apprenticeship/reflection. lag: days from the one to the other."""

    key: str
    apprenticeship: str
    reflection: str
    day: date
    text: str
    task: str | None
    position: int
    reviewed_by: str | None = None
    reviewed_on: date | None = None
    review: str | None = None
    lag: int | None = None


ReflectionChange = ReflectionSubmitted | ReflectionReviewed


class Reflections(View[ReflectionRow, ReflectionChange]):
    """One row per reflection."""

    name: ClassVar = "reflections"
    indexes: ClassVar = (("apprenticeship", "key"),)

    def keys(self, event: ReflectionChange, at: At) -> Iterable[str]:
        return (f"{at.thing}/{event.reflection}",)

    def evolve(self, row: ReflectionRow | None, event: ReflectionChange, at: At) -> ReflectionRow | None:
        if isinstance(event, ReflectionSubmitted):
            return ReflectionRow(
                key=at.key,
                apprenticeship=at.thing,
                reflection=event.reflection,
                day=event.on,
                text=event.text,
                task=event.task,
                position=at.position,
            )
        if row is not None:
            row.position, row.reviewed_by, row.review = at.position, event.mentor, event.text
            row.reviewed_on, row.lag = event.on, (event.on - event.submitted).days
        return row
