"""Apprenticeships as people look them up: one row each, and one row for each thing that happened."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    CourseEvent,
    Direction,
    ExitReason,
    LearnerRole,
    LearningEvent,
    MentorAssigned,
    MentorKind,
    MentorReassigned,
    MentorRelieved,
    ModulePassed,
    ModuleSelected,
    RoleAssumed,
    RoleRelinquished,
)
from baseplus.mentoring.events import MentorRegistered
from projections.runner.view import At, Row, View

ApprenticeshipState: TypeAlias = Literal["enrolled", "in_training", "on_break", "completed", "exited"]


class FormerMentor(msgspec.Struct):
    """Who guided the apprentice, from the one day until (and without) the other."""

    mentor: str
    kind: MentorKind
    since: date
    until: date


class RoleHeld(msgspec.Struct):
    """A role, from the one day until the other: `until` is its last day as planned, `ended` the day from which it was
    held no longer."""

    role: LearnerRole
    since: date
    until: date | None = None
    ended: date | None = None


class ModuleTaken(msgspec.Struct):
    """A module of a plan, since when it is taken, and when and how well it was passed."""

    module: str
    plan: str
    since: date
    passed_on: date | None = None
    points: int | None = None


class ApprenticeshipRow(Row):
    """One apprenticeship as it stands.

    base, enterprise, occupation, agreement: by id. tutor, master: by whom the apprentice is guided now, on the side of
    the school and of the enterprise. former: who did before, the first one first. since: from which day on it is in
    this state. exit_…: of who left. What was noted at an exit is in no row. roles, modules: the first one first.
    passed: how many of the modules. position: of the last event shown.
    """

    id: str
    apprentice: str
    name: str
    base: str
    enterprise: str
    occupation: str
    agreement: str
    state: ApprenticeshipState
    since: date
    tutor: str | None
    tutor_since: date | None
    master: str | None
    master_since: date | None
    former: list[FormerMentor]
    enrolled_on: date
    position: int
    started_on: date | None = None
    ended_on: date | None = None
    exit_reason: ExitReason | None = None
    exit_direction: Direction | None = None
    roles: list[RoleHeld] = msgspec.field(default_factory=list)
    modules: list[ModuleTaken] = msgspec.field(default_factory=list)
    passed: int = 0


RecordEvent = CourseEvent | LearningEvent


class Apprenticeships(View[ApprenticeshipRow, RecordEvent]):
    """One row per apprenticeship."""

    name: ClassVar = "apprenticeships"
    indexes: ClassVar = (("state", "id"), ("enterprise", "id"), ("tutor",), ("master",))

    def evolve(self, row: ApprenticeshipRow | None, event: RecordEvent, at: At) -> ApprenticeshipRow | None:
        if isinstance(event, ApprenticeEnrolled):
            return _enrolled(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case MentorAssigned(kind, mentor, on):
                _guided(row, kind, mentor, on)
            case MentorReassigned(kind, mentor, _, on):
                _guided_no_longer(row, kind, on)
                _guided(row, kind, mentor, on)
            case MentorRelieved(kind, _, on):
                _guided_no_longer(row, kind, on)
            case ApprenticeshipStarted(_, on):
                row.state, row.since, row.started_on = "in_training", on, on
            case BreakStarted(on):
                row.state, row.since = "on_break", on
            case BreakEnded(on):
                row.state, row.since = "in_training", on
            case ApprenticeshipCompleted(on=on):
                row.state, row.since, row.ended_on = "completed", on, on
            case ApprenticeExited(reason=reason, direction=direction, on=on):
                row.state, row.since, row.ended_on = "exited", on, on
                row.exit_reason, row.exit_direction = reason, direction
            case RoleAssumed(_, role, on, until):
                row.roles.append(RoleHeld(role, on, until))
            case RoleRelinquished(_, role, on):
                for one in row.roles:
                    if one.role is role and one.ended is None:
                        one.ended = on
            case ModuleSelected(plan, module, on):
                row.modules.append(ModuleTaken(module, plan, on))
            case ModulePassed(_, module, _, on, points):
                for taken in row.modules:
                    if taken.module == module:
                        taken.passed_on, taken.points, row.passed = on, points, row.passed + 1
            case _:
                assert_never(event)
        return row


def _enrolled(event: ApprenticeEnrolled, at: At) -> ApprenticeshipRow:
    return ApprenticeshipRow(
        id=at.thing,
        apprentice=event.apprentice,
        name=event.name,
        base=event.base,
        enterprise=event.enterprise,
        occupation=event.occupation,
        agreement=event.agreement,
        state="enrolled",
        since=event.on,
        tutor=None,
        tutor_since=None,
        master=None,
        master_since=None,
        former=[],
        enrolled_on=event.on,
        position=at.position,
    )


def _guided(row: ApprenticeshipRow, kind: MentorKind, mentor: str, on: date) -> None:
    match kind:
        case MentorKind.CAMPUS_TUTOR:
            row.tutor, row.tutor_since = mentor, on
        case MentorKind.ENTERPRISE_MASTER:
            row.master, row.master_since = mentor, on
        case _:
            assert_never(kind)


def _guided_no_longer(row: ApprenticeshipRow, kind: MentorKind, until: date) -> None:
    match kind:
        case MentorKind.CAMPUS_TUTOR:
            mentor, since = row.tutor, row.tutor_since
            row.tutor = row.tutor_since = None
        case MentorKind.ENTERPRISE_MASTER:
            mentor, since = row.master, row.master_since
            row.master = row.master_since = None
        case _:
            assert_never(kind)
    if mentor is not None and since is not None:
        row.former.append(FormerMentor(mentor, kind, since, until))


class MentorNameRow(Row):
    """What a mentor is called."""

    id: str
    name: str


class MentorNames(View[MentorNameRow, MentorRegistered]):
    """One row per mentor, to name them beside their apprentices."""

    name: ClassVar = "mentor_names"

    def evolve(self, row: MentorNameRow | None, event: MentorRegistered, at: At) -> MentorNameRow:  # noqa: ARG002
        return MentorNameRow(id=at.key, name=event.name)
