"""Reflections of an apprentice, and what a mentor answers. What both write is personal."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.canonical import sha256
from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id, Text
from baseplus.logbook.events import ReflectionEvent, ReflectionReviewed, ReflectionSubmitted
from baseplus.logbook.standing import ByMentor, On, Standing
from baseplus.logbook.tasks import TaskId, Tasks
from baseplus.logbook.tasks import known as known_task

ReflectionId = Annotated[Id, Meta(description="the reflection, by its id in this logbook")]


class SubmitReflection(Command, frozen=True):
    """Submit a reflection.

    What the apprentice learnt, perhaps at a task, in their own words.
    """

    reflection: ReflectionId
    text: Annotated[Text, Meta(description="what the apprentice writes; it can be erased")]
    task: Annotated[TaskId | None, Meta(description="the task that it is about, by its id in this logbook")] = None
    on: On = None


class ReviewReflection(Command, frozen=True):
    """Review a reflection.

    A mentor of the apprentice answers it, once.
    """

    reflection: ReflectionId
    mentor: ByMentor
    text: Annotated[Text, Meta(description="what the mentor answers; it can be erased")]
    on: On = None


ReflectionCommand = SubmitReflection | ReviewReflection


class Reflection(msgspec.Struct, frozen=True):
    """What the rules need to know: when it was submitted and when it was reviewed."""

    submitted: date
    reviewed: date | None = None


Reflections = Mapping[str, Reflection]


def fingerprint(text: str) -> str:
    """SHA-256 of a text's letters and digits in one case: the same however it is spaced, punctuated or typeset."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return sha256("".join(filter(str.isalnum, plain)).encode())


def decide_reflection(
    command: ReflectionCommand, reflections: Reflections, tasks: Tasks, standing: Standing, now: datetime
) -> ReflectionEvent:
    """What an order leads to. Raises Rejected."""
    name, reflection = command.reflection, reflections.get(command.reflection)
    match command:
        case SubmitReflection(_, text, task):
            if reflection:
                raise Rejected("reflection_exists", reflection=name)
            if task is not None:
                known_task(tasks, task)
            on = day_of(command.on, now)
            return ReflectionSubmitted(standing.apprentice, standing.base, name, on, text, fingerprint(text), task)
        case ReviewReflection(_, mentor, text):
            if not reflection:
                raise Rejected("no_such_reflection", reflection=name)
            if reflection.reviewed:
                raise Rejected("reviewed_already", reflection=name, on=reflection.reviewed.isoformat())
            on = day_of(command.on, now, reflection.submitted)
            standing.check_has_guided(mentor, on)
            nth = _reviewed_in_month(reflections, on) + 1
            return ReflectionReviewed(
                standing.apprentice, standing.base, name, mentor, reflection.submitted, on, nth, text
            )
        case _:
            assert_never(command)


def _reviewed_in_month(reflections: Reflections, on: date) -> int:
    days = (reflection.reviewed for reflection in reflections.values())
    return sum(day is not None and (day.year, day.month) == (on.year, on.month) for day in days)


def evolve_reflections(reflections: Reflections, event: ReflectionEvent) -> Reflections:
    """The reflections after the event."""
    match event:
        case ReflectionSubmitted(on=on):
            after = Reflection(on)
        case ReflectionReviewed(submitted=submitted, on=on):
            after = Reflection(submitted, on)
        case _:
            assert_never(event)
    return {**reflections, event.reflection: after}
