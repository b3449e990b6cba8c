"""Apprenticeships: commands, state, rules.

An apprentice is enrolled, is given a mentor of each kind, starts, may rest, and completes or leaves. Roles and modules
(`learning.py`), the talent pool and work afterwards (`career.py`) are parts of the same stream.
`docs/domain/apprenticeships.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.apprenticeships import career, learning
from baseplus.apprenticeships.career import Career, CareerCommand, Trained
from baseplus.apprenticeships.days import On, in_order
from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipEvent,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    Direction,
    EmploymentConfirmed,
    ExitReason,
    MentorAssigned,
    MentorKind,
    MentorReassigned,
    MentorRelieved,
    ModulePassed,
    ModuleSelected,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    PoolConsentGiven,
    PoolConsentWithdrawn,
    RoleAssumed,
    RoleRelinquished,
    TalentPoolJoined,
    TalentPoolLeft,
)
from baseplus.apprenticeships.learning import Learning, LearningCommand, Span
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id, Line, PersonId, Text

Mentor = Annotated[PersonId, Meta(description="the mentor, by the id under which they are registered")]
Kind = Annotated[MentorKind, Meta(description="of which side: the school's tutor or the enterprise's master")]


class Enrol(Command, frozen=True):
    """Enrol an apprentice.

    It opens an apprenticeship. Training starts later, when there is a mentor of each kind.
    """

    apprentice: Annotated[PersonId, Meta(description="the person, by a random id that says nothing about them")]
    name: Annotated[Line, Meta(description="the person's name")]
    base: Annotated[Id, Meta(description="the base where they are trained")]
    enterprise: Annotated[Id, Meta(description="the enterprise that trains them, as a party of the agreement")]
    occupation: Annotated[Id, Meta(description="the occupation that they learn")]
    agreement: Annotated[Id, Meta(description="the agreement under which they are trained")]
    on: On = None


class AssignMentor(Command, frozen=True):
    """Assign a mentor.

    The mentor must be registered, be of this kind and have room for one more apprentice.
    """

    kind: Kind
    mentor: Mentor
    on: On = None


class ReassignMentor(Command, frozen=True):
    """Reassign an apprentice to another mentor.

    The one takes over from the other without a day between them. The new one must have room.
    """

    kind: Kind
    mentor: Mentor
    on: On = None


class RelieveMentor(Command, frozen=True):
    """Relieve a mentor.

    Nobody of this kind guides the apprentice until another one is assigned.
    """

    kind: Kind
    on: On = None


class Start(Command, frozen=True):
    """Start the training.

    Possible with a mentor of each kind only.
    """

    on: On = None


class StartBreak(Command, frozen=True):
    """Let the training rest."""

    on: On = None


class EndBreak(Command, frozen=True):
    """Go on with the training after a break."""

    on: On = None


class Complete(Command, frozen=True):
    """Complete an apprenticeship.

    The apprentice has learnt what there was to learn. Their mentors are relieved.
    """

    on: On = None


class Exit(Command, frozen=True):
    """Record that an apprentice left before completing.

    Also who never started. Their mentors are relieved.
    """

    reason: Annotated[ExitReason, Meta(description="why")]
    direction: Annotated[Direction, Meta(description="where the apprentice went")]
    on: On = None
    note: Annotated[Text | None, Meta(description="what is worth knowing besides; it can be erased")] = None


MentorCommand = AssignMentor | ReassignMentor | RelieveMentor
CourseCommand = Start | StartBreak | EndBreak | Complete | Exit
ApprenticeshipCommand = Enrol | MentorCommand | CourseCommand | LearningCommand | CareerCommand


class Stage(StrEnum):
    """Where an apprenticeship stands."""

    NONE = "none"
    ENROLLED = "enrolled"
    IN_TRAINING = "in_training"
    ON_BREAK = "on_break"
    COMPLETED = "completed"
    EXITED = "exited"


class Apprenticeship(msgspec.Struct, frozen=True):
    """What the rules need to know, and whoever asks where a person is trained. `latest`: the day of the last change of
    mentors and course."""

    stage: Stage = Stage.NONE
    apprentice: str = ""
    base: str = ""
    enterprise: str = ""
    mentors: Mapping[MentorKind, str] = {}
    enrolled: date = date.min
    started: date | None = None
    ended: date | None = None
    latest: date | None = None
    learning: Learning = Learning()
    career: Career = Career()

    @property
    def span(self) -> Span:
        """Whose training it is, and from when to when."""
        return Span(self.apprentice, self.enrolled, self.ended)

    @property
    def trained(self) -> Trained:
        """What is known of the training afterwards."""
        return Trained(
            apprentice=self.apprentice,
            base=self.base,
            enterprise=self.enterprise,
            enrolled=self.enrolled,
            began=self.started is not None,
            left=self.stage is Stage.EXITED,
            completed=self.ended if self.stage is Stage.COMPLETED else None,
        )


def decide(
    command: ApprenticeshipCommand, apprenticeship: Apprenticeship, now: datetime
) -> Iterator[ApprenticeshipEvent]:
    """What an order leads to. Raises Rejected."""
    if isinstance(command, Enrol):
        if apprenticeship.stage is not Stage.NONE:
            raise Rejected("apprenticeship_exists", state=apprenticeship.stage.value)
        yield ApprenticeEnrolled(
            apprentice=command.apprentice,
            name=command.name,
            base=command.base,
            enterprise=command.enterprise,
            occupation=command.occupation,
            agreement=command.agreement,
            on=in_order(command.on, apprenticeship.latest, now),
        )
        return
    if apprenticeship.stage is Stage.NONE:
        raise Rejected("no_such_apprenticeship")
    if isinstance(command, LearningCommand):
        yield from learning.decide(command, apprenticeship.learning, apprenticeship.span, now)
        return
    if isinstance(command, CareerCommand):
        yield from career.decide(command, apprenticeship.career, apprenticeship.trained, now)
        return
    if apprenticeship.stage in (Stage.COMPLETED, Stage.EXITED):
        raise Rejected("apprenticeship_has_ended", state=apprenticeship.stage.value)
    on = in_order(command.on, apprenticeship.latest, now)
    match command:
        case AssignMentor() | ReassignMentor() | RelieveMentor():
            yield _mentor(command, apprenticeship, on)
        case Start() | StartBreak() | EndBreak() | Complete() | Exit():
            yield from _course(command, apprenticeship, on)
        case _:
            assert_never(command)


def _mentor(
    command: MentorCommand, apprenticeship: Apprenticeship, on: date
) -> MentorAssigned | MentorReassigned | MentorRelieved:
    present = apprenticeship.mentors.get(command.kind)
    match command:
        case AssignMentor(kind, mentor):
            if present:
                raise Rejected("mentor_assigned_already", kind=kind.value, mentor=present)
            return MentorAssigned(kind, mentor, on)
        case ReassignMentor(kind, mentor):
            if not present:
                raise Rejected("no_mentor_of_this_kind", kind=kind.value)
            if present == mentor:
                raise Rejected("mentor_assigned_already", kind=kind.value, mentor=present)
            return MentorReassigned(kind, mentor, present, on)
        case RelieveMentor(kind):
            if not present:
                raise Rejected("no_mentor_of_this_kind", kind=kind.value)
            return MentorRelieved(kind, present, on)
        case _:
            assert_never(command)


def _course(command: CourseCommand, apprenticeship: Apprenticeship, on: date) -> Iterator[ApprenticeshipEvent]:
    base, started = apprenticeship.base, apprenticeship.started
    match command:
        case Start():
            _check_stage(apprenticeship, Stage.ENROLLED)
            if missing := [kind.value for kind in MentorKind if kind not in apprenticeship.mentors]:
                raise Rejected("mentors_missing", missing=missing)
            yield ApprenticeshipStarted(base, on)
        case StartBreak():
            _check_stage(apprenticeship, Stage.IN_TRAINING)
            yield BreakStarted(on)
        case EndBreak():
            _check_stage(apprenticeship, Stage.ON_BREAK)
            yield BreakEnded(on)
        case Complete():
            _check_stage(apprenticeship, Stage.IN_TRAINING)
            assert started is not None
            yield ApprenticeshipCompleted(base, started, on)
            yield from _ended(apprenticeship, on)
        case Exit(reason, direction, _, note):
            yield ApprenticeExited(apprenticeship.apprentice, base, reason, direction, on, started, note)
            yield from _ended(apprenticeship, on)
            yield from career.exited(apprenticeship.career, apprenticeship.trained, on)
        case _:
            assert_never(command)


def _check_stage(apprenticeship: Apprenticeship, needed: Stage) -> None:
    if apprenticeship.stage is not needed:
        raise Rejected("wrong_state", state=apprenticeship.stage.value, needed=[needed.value])


def _ended(apprenticeship: Apprenticeship, on: date) -> Iterator[MentorRelieved | RoleRelinquished]:
    for kind in MentorKind:
        if mentor := apprenticeship.mentors.get(kind):
            yield MentorRelieved(kind, mentor, on)
    yield from learning.ended(apprenticeship.learning, apprenticeship.apprentice, on)


def evolve(apprenticeship: Apprenticeship, event: ApprenticeshipEvent) -> Apprenticeship:
    """The apprenticeship after the event."""
    change, mentors = msgspec.structs.replace, apprenticeship.mentors
    match event:
        case RoleAssumed() | RoleRelinquished() | ModuleSelected() | ModulePassed():
            return change(apprenticeship, learning=learning.evolve(apprenticeship.learning, event))
        case (
            PoolConsentGiven()
            | PoolConsentWithdrawn()
            | TalentPoolJoined()
            | TalentPoolLeft()
            | OfferMade()
            | OfferDeclined()
            | OfferAccepted()
            | EmploymentConfirmed()
        ):
            return change(apprenticeship, career=career.evolve(apprenticeship.career, event))
    now = change(apprenticeship, latest=event.on)
    match event:
        case ApprenticeEnrolled(apprentice, _, base, enterprise, on=on):
            return change(
                now, stage=Stage.ENROLLED, apprentice=apprentice, base=base, enterprise=enterprise, enrolled=on
            )
        case MentorAssigned(kind, mentor) | MentorReassigned(kind, mentor):
            return change(now, mentors={**mentors, kind: mentor})
        case MentorRelieved(kind):
            return change(now, mentors={one: mentor for one, mentor in mentors.items() if one != kind})
        case ApprenticeshipStarted(_, on):
            return change(now, stage=Stage.IN_TRAINING, started=on)
        case BreakStarted():
            return change(now, stage=Stage.ON_BREAK)
        case BreakEnded():
            return change(now, stage=Stage.IN_TRAINING)
        case ApprenticeshipCompleted(on=on):
            return change(now, stage=Stage.COMPLETED, ended=on)
        case ApprenticeExited(on=on):
            return change(now, stage=Stage.EXITED, ended=on)
        case _:
            assert_never(event)


apprenticeships = Decider("apprenticeships", Apprenticeship, decide, evolve, state_version=3)
