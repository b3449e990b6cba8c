"""Tasks of an apprentice: assigned, submitted, and accepted or returned until they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, Text
from baseplus.logbook.events import (
    PlanTask,
    TaskAccepted,
    TaskAssigned,
    TaskEvent,
    TaskReturned,
    TaskSubmitted,
    Work,
)
from baseplus.logbook.standing import ByMentor, On, Standing

TaskId = Annotated[Id, Meta(description="the task, by its id in this logbook")]


class AssignTask(Command, frozen=True):
    """Assign a task.

    By a mentor who guides the apprentice. Its kind says whether it is real work, practice or theory.
    """

    task: TaskId
    title: Annotated[Line, Meta(description="what is to be done; no personal data")]
    work: Annotated[Work, Meta(description="a real job of the enterprise, an exercise, or theory in the classroom")]
    mentor: ByMentor
    due: Annotated[Day | None, Meta(description="the last day on which it is in time; left out, any is")] = None
    from_plan: Annotated[PlanTask | None, Meta(description="the task of a training plan that it comes from")] = None
    on: On = None


class SubmitTask(Command, frozen=True):
    """Submit a task.

    The apprentice says that it is done, for the first time or after it was returned.
    """

    task: TaskId
    output: Annotated[Text | None, Meta(description="what came of it and where it is; it can be erased")] = None
    on: On = None


class AcceptTask(Command, frozen=True):
    """Accept what was submitted.

    By a mentor of the apprentice, for good.
    """

    task: TaskId
    mentor: ByMentor
    comment: Annotated[Text | None, Meta(description="what the mentor has to say; it can be erased")] = None
    on: On = None


class ReturnTask(Command, frozen=True):
    """Return what was submitted.

    It is to be mended and submitted again.
    """

    task: TaskId
    mentor: ByMentor
    reason: Annotated[Text, Meta(description="what is to be mended; it can be erased")]
    on: On = None


TaskCommand = AssignTask | SubmitTask | AcceptTask | ReturnTask


class TaskStage(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Task(msgspec.Struct, frozen=True):
    """What the rules need to know. latest: the day of the last thing that happened. submitted: on which days."""

    work: Work
    latest: date
    stage: TaskStage = TaskStage.OPEN
    submitted: tuple[date, ...] = ()
    accepted_by: str | None = None


Tasks = Mapping[str, Task]


def known(tasks: Tasks, task: str) -> Task:
    """The task. Raises Rejected where the logbook has none of this id."""
    if task not in tasks:
        raise Rejected("no_such_task", task=task)
    return tasks[task]


def decide_task(command: TaskCommand, tasks: Tasks, standing: Standing, now: datetime) -> TaskEvent:
    """What an order leads to. Raises Rejected."""
    if isinstance(command, AssignTask):
        return _assigned(command, tasks, standing, day_of(command.on, now))
    name, task = command.task, known(tasks, command.task)
    on = day_of(command.on, now, task.latest)
    submission = len(task.submitted)
    match command:
        case SubmitTask(_, output):
            _check_stage(task, TaskStage.OPEN, TaskStage.RETURNED)
            return TaskSubmitted(standing.apprentice, name, submission + 1, on, output)
        case AcceptTask(_, mentor, comment):
            _check_stage(task, TaskStage.SUBMITTED)
            standing.check_has_guided(mentor, on)
            return TaskAccepted(
                apprentice=standing.apprentice,
                base=standing.base,
                task=name,
                mentor=mentor,
                submission=submission,
                submitted=task.submitted[-1],
                on=on,
                nth=_accepted_in_month(tasks, on) + 1,
                comment=comment,
            )
        case ReturnTask(_, mentor, reason):
            _check_stage(task, TaskStage.SUBMITTED)
            standing.check_has_guided(mentor, on)
            return TaskReturned(standing.apprentice, name, mentor, submission, on, reason)
        case _:
            assert_never(command)


def _assigned(command: AssignTask, tasks: Tasks, standing: Standing, on: date) -> TaskAssigned:
    if command.task in tasks:
        raise Rejected("task_exists", task=command.task)
    standing.check_guides(command.mentor, on)
    if command.due and command.due < on:
        raise Rejected("due_before_it_was_assigned", due=command.due.isoformat(), on=on.isoformat())
    return TaskAssigned(command.task, command.title, command.work, command.mentor, on, command.due, command.from_plan)


def _check_stage(task: Task, *needed: TaskStage) -> None:
    if task.stage not in needed:
        raise Rejected("wrong_state", state=task.stage.value, needed=[stage.value for stage in needed])


def _accepted_in_month(tasks: Tasks, on: date) -> int:
    return sum(
        task.stage is TaskStage.ACCEPTED and (task.latest.year, task.latest.month) == (on.year, on.month)
        for task in tasks.values()
    )


def evolve_tasks(tasks: Tasks, event: TaskEvent) -> Tasks:
    """The tasks after the event. What happened to one that was never assigned leaves no trace."""
    if isinstance(event, TaskAssigned):
        return {**tasks, event.task: Task(event.work, event.on)}
    task = tasks.get(event.task)
    if task is None:
        return tasks
    change = msgspec.structs.replace
    match event:
        case TaskSubmitted(on=on):
            after = change(task, stage=TaskStage.SUBMITTED, submitted=(*task.submitted, on), latest=on)
        case TaskAccepted(mentor=mentor, on=on):
            after = change(task, stage=TaskStage.ACCEPTED, accepted_by=mentor, latest=on)
        case TaskReturned(on=on):
            after = change(task, stage=TaskStage.RETURNED, latest=on)
        case _:
            assert_never(event)
    return {**tasks, event.task: after}
