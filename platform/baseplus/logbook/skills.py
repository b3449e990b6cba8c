"""Skills of an apprentice: a mentor demonstrates, the apprentice imitates, a mentor signs off. In this order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id
from baseplus.logbook.events import SkillAttempted, SkillDemonstrated, SkillEvent, SkillSignedOff
from baseplus.logbook.standing import ByMentor, On, Standing
from baseplus.logbook.tasks import TaskId, Tasks
from baseplus.logbook.tasks import known as known_task

SkillId = Annotated[Id, Meta(description="the skill: a criterion of the standard, or the base's own")]


class Demonstrate(Command, frozen=True):
    """Record that a mentor demonstrated a skill.

    It comes before the apprentice's first attempt, and may be repeated until the skill is signed off.
    """

    skill: SkillId
    mentor: ByMentor
    on: On = None


class Attempt(Command, frozen=True):
    """Record an apprentice's attempt at a skill.

    After it was demonstrated, and as often as it takes.
    """

    skill: SkillId
    task: Annotated[TaskId | None, Meta(description="the task at which it was, by its id in this logbook")] = None
    on: On = None


class SignOff(Command, frozen=True):
    """Sign a skill off.

    A mentor says that the apprentice can do it: once, and only what they have attempted.
    """

    skill: SkillId
    mentor: ByMentor
    on: On = None


SkillCommand = Demonstrate | Attempt | SignOff


class Skill(msgspec.Struct, frozen=True):
    """What the rules need to know. latest: the day of the last thing that happened."""

    latest: date
    attempts: int = 0
    signed_off: bool = False


Skills = Mapping[str, Skill]


def decide_skill(command: SkillCommand, skills: Skills, tasks: Tasks, standing: Standing, now: datetime) -> SkillEvent:
    """What an order leads to. Raises Rejected."""
    name, skill = command.skill, skills.get(command.skill)
    if skill is None and not isinstance(command, Demonstrate):
        raise Rejected("not_demonstrated", skill=name)
    if skill and skill.signed_off:
        raise Rejected("signed_off_already", skill=name)
    on = day_of(command.on, now, skill.latest if skill else date.min)
    attempts = skill.attempts if skill else 0
    match command:
        case Demonstrate(_, mentor):
            standing.check_guides(mentor, on)
            return SkillDemonstrated(name, mentor, on)
        case Attempt(_, task):
            if task is not None:
                known_task(tasks, task)
            return SkillAttempted(name, attempts + 1, on, task)
        case SignOff(_, mentor):
            standing.check_guides(mentor, on)
            if not attempts:
                raise Rejected("not_attempted", skill=name)
            return SkillSignedOff(standing.apprentice, standing.base, name, mentor, attempts, on)
        case _:
            assert_never(command)


def evolve_skills(skills: Skills, event: SkillEvent) -> Skills:
    """The skills after the event."""
    skill = skills.get(event.skill, Skill(event.on))
    match event:
        case SkillDemonstrated(on=on):
            after = msgspec.structs.replace(skill, latest=on)
        case SkillAttempted(attempt=attempt, on=on):
            after = msgspec.structs.replace(skill, latest=on, attempts=attempt)
        case SkillSignedOff(on=on):
            after = msgspec.structs.replace(skill, latest=on, signed_off=True)
        case _:
            assert_never(event)
    return {**skills, event.skill: after}
