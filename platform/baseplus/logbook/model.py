"""The logbook of an apprenticeship: commands, state, rules. `docs/domain/logbook.md` draws it.

One apprenticeship has one logbook, which is one stream: whether a day was claimed before, who may vouch for it and what
came of it is decided there, however many write at the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

import msgspec

from baseplus.kernel.decisions import Decider
from baseplus.kernel.refusals import Rejected
from baseplus.logbook.attendance import (
    AttendanceCommand,
    Attendances,
    ClaimAttendance,
    DisputeAttendance,
    MatchOutput,
    MatchToolLog,
    Vouch,
    WithdrawAttendance,
    decide_attendance,
    evolve_attendance,
)
from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    AttendanceDisputed,
    AttendanceWithdrawn,
    DaysClosed,
    DaysOpened,
    LogbookEvent,
    LogbookOpened,
    MentorEntered,
    MentorLeft,
    ReflectionReviewed,
    ReflectionSubmitted,
    SkillAttempted,
    SkillDemonstrated,
    SkillSignedOff,
    TaskAccepted,
    TaskAssigned,
    TaskReturned,
    TaskSubmitted,
)
from baseplus.logbook.reflections import (
    ReflectionCommand,
    Reflections,
    ReviewReflection,
    SubmitReflection,
    decide_reflection,
    evolve_reflections,
)
from baseplus.logbook.skills import Attempt, Demonstrate, SignOff, SkillCommand, Skills, decide_skill, evolve_skills
from baseplus.logbook.standing import (
    Standing,
    StandingCommand,
    decide_standing,
    evolve_standing,
)
from baseplus.logbook.tasks import (
    AcceptTask,
    AssignTask,
    ReturnTask,
    SubmitTask,
    TaskCommand,
    Tasks,
    decide_task,
    evolve_tasks,
)

LogbookCommand = StandingCommand | TaskCommand | SkillCommand | ReflectionCommand | AttendanceCommand


class Logbook(msgspec.Struct, frozen=True):
    """What the rules need to know."""

    standing: Standing = Standing()
    tasks: Tasks = {}
    skills: Skills = {}
    reflections: Reflections = {}
    attendance: Attendances = {}


def decide(command: LogbookCommand, book: Logbook, now: datetime) -> Iterator[LogbookEvent]:
    """What an order leads to. Raises Rejected."""
    standing, tasks = book.standing, book.tasks
    if isinstance(command, StandingCommand):
        yield from decide_standing(command, standing)
        return
    if not standing.apprentice:
        raise Rejected("no_such_apprenticeship")
    match command:
        case AssignTask() | SubmitTask() | AcceptTask() | ReturnTask():
            yield decide_task(command, tasks, standing, now)
        case Demonstrate() | Attempt() | SignOff():
            yield decide_skill(command, book.skills, tasks, standing, now)
        case SubmitReflection() | ReviewReflection():
            yield decide_reflection(command, book.reflections, tasks, standing, now)
        case ClaimAttendance() | Vouch() | MatchToolLog() | MatchOutput() | DisputeAttendance() | WithdrawAttendance():
            yield decide_attendance(command, book.attendance, tasks, standing, now)
        case _:
            assert_never(command)


def evolve(book: Logbook, event: LogbookEvent) -> Logbook:
    """The logbook after the event."""
    change = msgspec.structs.replace
    match event:
        case LogbookOpened() | MentorEntered() | MentorLeft() | DaysOpened() | DaysClosed():
            return change(book, standing=evolve_standing(book.standing, event))
        case TaskAssigned() | TaskSubmitted() | TaskAccepted() | TaskReturned():
            return change(book, tasks=evolve_tasks(book.tasks, event))
        case SkillDemonstrated() | SkillAttempted() | SkillSignedOff():
            return change(book, skills=evolve_skills(book.skills, event))
        case ReflectionSubmitted() | ReflectionReviewed():
            return change(book, reflections=evolve_reflections(book.reflections, event))
        case AttendanceClaimed() | AttendanceCorroborated() | AttendanceDisputed() | AttendanceWithdrawn():
            return change(book, attendance=evolve_attendance(book.attendance, event))
        case _:
            assert_never(event)


logbook = Decider("logbook", Logbook, decide, evolve)
