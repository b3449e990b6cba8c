"""What an apprentice is and takes while they learn: two time-boxed roles, and the modules of a personal plan.

A part of an apprenticeship and of its stream. Roles and modules have days of their own order, since a module is often
entered long after a mentor was changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, NamedTuple, assert_never

import msgspec
from msgspec import Meta

from baseplus.apprenticeships.days import On, in_order
from baseplus.apprenticeships.events import (
    LearnerRole,
    LearningEvent,
    ModulePassed,
    ModuleSelected,
    Points,
    RoleAssumed,
    RoleRelinquished,
)
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id

Role = Annotated[LearnerRole, Meta(description="which one: at school a student, at work an apprentice")]
Module = Annotated[Id, Meta(description="the module, by its id in the plan")]


class AssumeRole(Command, frozen=True):
    """Let the person have a role.

    One person is a student and an apprentice, each for a time of its own.
    """

    role: Role
    on: On = None
    until: Annotated[Day | None, Meta(description="the last day of it; left out, until it is relinquished")] = None


class RelinquishRole(Command, frozen=True):
    """Record that the person has a role no longer.

    An apprentice's role ends with the training by itself; a student's may last longer.
    """

    role: Role
    on: On = None


class SelectModule(Command, frozen=True):
    """Select a module of a training plan.

    Common modules and elective ones: together they make the plan personal.
    """

    plan: Annotated[Id, Meta(description="the training plan that it belongs to")]
    module: Module
    on: On = None


class PassModule(Command, frozen=True):
    """Record that the apprentice passed a module.

    One that they had selected. It may be entered after the training has ended, with the day of it.
    """

    module: Module
    on: On = None
    points: Annotated[Points | None, Meta(description="how well, 0 to 100, where that is told")] = None


LearningCommand = AssumeRole | RelinquishRole | SelectModule | PassModule


class Box(msgspec.Struct, frozen=True):
    """The time of a role: its first day, and its last one; None: open."""

    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the role is held on that day or later."""
        return self.until is None or on <= self.until


class Taken(msgspec.Struct, frozen=True):
    """A module that was selected on that day, of that plan."""

    plan: str
    since: date
    passed: bool = False


class Learning(msgspec.Struct, frozen=True):
    """What the rules need to know. roles: the latest time of each."""

    roles: Mapping[LearnerRole, Box] = {}
    modules: Mapping[str, Taken] = {}


class Span(NamedTuple):
    """Whose training it is, and from when to when: from enrolment to its end, None while it goes on."""

    apprentice: str
    enrolled: date
    ended: date | None


def decide(command: LearningCommand, learning: Learning, span: Span, now: datetime) -> Iterator[LearningEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case AssumeRole(role, on, until):
            _check_goes_on(span)
            held = learning.roles.get(role)
            on = in_order(on, held.since if held else span.enrolled, now)
            if held and held.holds(on):
                raise Rejected("role_held_already", role=role.value, since=held.since.isoformat())
            if until and until < on:
                raise Rejected("ends_before_it_begins", on=on.isoformat(), until=until.isoformat())
            yield RoleAssumed(span.apprentice, role, on, until)
        case RelinquishRole(role, on):
            held = learning.roles.get(role)
            on = in_order(on, held.since if held else span.enrolled, now)
            if held is None or not held.holds(on):
                raise Rejected("role_not_held", role=role.value)
            yield RoleRelinquished(span.apprentice, role, on)
        case SelectModule(plan, module, on):
            _check_goes_on(span)
            if taken := learning.modules.get(module):
                raise Rejected("module_selected_already", module=module, since=taken.since.isoformat())
            yield ModuleSelected(plan, module, in_order(on, span.enrolled, now))
        case PassModule(module, on, points):
            taken = learning.modules.get(module)
            if taken is None:
                raise Rejected("module_not_selected", module=module)
            if taken.passed:
                raise Rejected("module_passed_already", module=module)
            yield ModulePassed(taken.plan, module, taken.since, _passed_on(on, taken.since, span, now), points)
        case _:
            assert_never(command)


def _passed_on(on: date | None, selected: date, span: Span, now: datetime) -> date:
    if on is None and span.ended:
        on = max(selected, min(span.ended, now.date()))
    on = in_order(on, selected, now)
    if span.ended and on > span.ended:
        raise Rejected("later_than_the_end", on=on.isoformat(), ended=span.ended.isoformat())
    return on


def _check_goes_on(span: Span) -> None:
    if span.ended:
        raise Rejected("apprenticeship_has_ended", ended=span.ended.isoformat())


def ended(learning: Learning, apprentice: str, on: date) -> Iterator[RoleRelinquished]:
    """What the end of the training means for the roles: nobody is an apprentice after it."""
    held = learning.roles.get(LearnerRole.APPRENTICE)
    if held and held.holds(on):
        yield RoleRelinquished(apprentice, LearnerRole.APPRENTICE, on)


def evolve(learning: Learning, event: LearningEvent) -> Learning:
    """What the rules need to know after the event."""
    change = msgspec.structs.replace
    match event:
        case RoleAssumed(_, role, on, until):
            return change(learning, roles={**learning.roles, role: Box(on, until)})
        case RoleRelinquished(_, role):
            return change(learning, roles={one: box for one, box in learning.roles.items() if one is not role})
        case ModuleSelected(plan, module, on):
            return change(learning, modules={**learning.modules, module: Taken(plan, on)})
        case ModulePassed(plan, module, selected):
            return change(learning, modules={**learning.modules, module: Taken(plan, selected, passed=True)})
        case _:
            assert_never(event)
