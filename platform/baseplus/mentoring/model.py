"""Mentors: commands, state, rules.

The rule of capacity is the mentor's own: whoever assigns a mentor, the mentor's stream decides in the same transaction
whether there is room. `docs/domain/mentoring.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.days import check_happened
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, PersonId, Text
from baseplus.mentoring import dispatch
from baseplus.mentoring.dispatch import (
    CompleteSecondment,
    DeliverDispatch,
    DispatchCommand,
    Dispatches,
    Hours,
    MissDispatch,
    ScheduleDispatch,
    Teacher,
    check_hours,
)
from baseplus.mentoring.events import (
    ApprenticeReleased,
    ApprenticeTakenOn,
    Capacity,
    CapacitySet,
    Channel,
    GuidanceGiven,
    MentoringEvent,
    MentorQualified,
    MentorRegistered,
    TeacherDispatchDelivered,
    TeacherDispatchMissed,
    TeacherDispatchScheduled,
    TeacherSecondmentCompleted,
)

USUAL_CAPACITY = 6


class Register(Command, frozen=True):
    """Register a mentor.

    From then on apprentices may be assigned to them, up to their capacity.
    """

    person: Annotated[PersonId, Meta(description="the person, by a random id that says nothing about them")]
    name: Annotated[Line, Meta(description="the person's name")]
    kind: Annotated[MentorKind, Meta(description="of which side: the school's tutor or the enterprise's master")]
    organisation: Annotated[Id, Meta(description="the school or enterprise that they belong to")]
    capacity: Annotated[Capacity, Meta(description="apprentices at once, at most")] = USUAL_CAPACITY


class Qualify(Command, frozen=True):
    """Record that a mentor has shown what they can do.

    For a campus tutor it is practice in the trade, for an enterprise master practice in teaching it.
    """

    evidence: Annotated[Text, Meta(description="what shows it; it can be erased")]
    on: Annotated[Day | None, Meta(description="the day since which it shows; left out, that of the record")] = None


class SetCapacity(Command, frozen=True):
    """Set how many apprentices a mentor may guide at once.

    Not fewer than they guide: relieve them first.
    """

    capacity: Annotated[Capacity, Meta(description="apprentices at once, at most")]


class GiveGuidance(Command, frozen=True):
    """Record guidance.

    Hours that a mentor gave an apprentice on a day on which they guided them: what an agreement's obligation may ask
    for.
    """

    apprenticeship: Annotated[Id, Meta(description="whose apprenticeship")]
    hours: Hours
    channel: Annotated[Channel, Meta(description="where they met")] = Channel.OFFLINE
    on: Annotated[Day | None, Meta(description="the day, today or earlier; left out, today")] = None


class TakeOn(Command, frozen=True):
    """Take an apprentice on. It follows from an assignment and is never ordered by itself."""

    mentor: PersonId
    kind: MentorKind
    apprenticeship: Id
    on: Day


class Release(Command, frozen=True):
    """Release an apprentice. It follows from a relief and is never ordered by itself."""

    apprenticeship: Id
    on: Day


MentoringCommand = Register | Qualify | SetCapacity | GiveGuidance | TakeOn | Release | DispatchCommand


class Guided(msgspec.Struct, frozen=True):
    """From when to when a mentor guided an apprentice; None: ever before, and since, for all that was told."""

    since: date | None = None
    until: date | None = None

    def on(self, day: date) -> bool:
        """Whether they may have guided them on that day. On that of the relief they may, before it."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Mentor(msgspec.Struct, frozen=True):
    """What the rules need to know. `kind` None: nobody is registered. `guides`: apprenticeships. `guided`: when, of
    each that they ever took on."""

    person: str = ""
    kind: MentorKind | None = None
    qualified: bool = False
    capacity: int = 0
    guides: frozenset[str] = frozenset()
    guided: Mapping[str, tuple[Guided, ...]] = {}
    dispatches: Dispatches = Dispatches()


def decide(command: MentoringCommand, mentor: Mentor, now: datetime) -> Iterator[MentoringEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case Register(person, name, kind, organisation, capacity):
            if mentor.kind:
                raise Rejected("mentor_registered_already", kind=mentor.kind.value)
            yield MentorRegistered(person, name, kind, organisation)
            yield CapacitySet(capacity)
        case Qualify(evidence, on):
            _check_registered(mentor)
            if mentor.qualified:
                raise Rejected("mentor_qualified_already")
            if on:
                check_happened(on, now)
            yield MentorQualified(mentor.person, evidence, on)
        case SetCapacity(capacity):
            _check_registered(mentor)
            if capacity < len(mentor.guides):
                raise Rejected("capacity_below_load", capacity=capacity, load=len(mentor.guides))
            if capacity != mentor.capacity:
                yield CapacitySet(capacity)
        case GiveGuidance():
            yield _guidance(command, mentor, now)
        case TakeOn():
            yield from _take_on(command, mentor)
        case ScheduleDispatch() | DeliverDispatch() | MissDispatch() | CompleteSecondment():
            kind = _check_registered(mentor)
            yield from dispatch.decide(command, mentor.dispatches, Teacher(mentor.person, kind), now)
        case Release(apprenticeship, on):
            # The apprenticeship has decided it; there is nothing here to refuse.
            if apprenticeship in mentor.guides:
                yield ApprenticeReleased(apprenticeship, on)
        case _:
            assert_never(command)


def _check_registered(mentor: Mentor) -> MentorKind:
    if not mentor.kind:
        raise Rejected("mentor_not_registered")
    return mentor.kind


def _guidance(command: GiveGuidance, mentor: Mentor, now: datetime) -> GuidanceGiven:
    spans = mentor.guided.get(command.apprenticeship)
    if not mentor.kind or not spans:
        raise Rejected("apprentice_of_another_mentor", apprenticeship=command.apprenticeship)
    check_hours(command.hours)
    # where it is tomorrow already, they may have been assigned tomorrow
    on = command.on or max([now.date(), *(span.since for span in spans if span.since and not span.until)])
    check_happened(on, now)
    if not any(span.on(on) for span in spans):
        raise Rejected("not_guided_on_that_day", apprenticeship=command.apprenticeship, on=on.isoformat())
    return GuidanceGiven(command.apprenticeship, mentor.kind, command.hours, command.channel, on)


def _take_on(command: TakeOn, mentor: Mentor) -> Iterator[MentoringEvent]:
    who = {"mentor": command.mentor}
    if not mentor.kind:
        raise Rejected("mentor_not_registered", **who)
    if mentor.kind is not command.kind:
        raise Rejected("mentor_of_another_kind", **who, kind=mentor.kind.value, needed=command.kind.value)
    if command.apprenticeship in mentor.guides:
        raise Rejected("apprentice_taken_on_already", **who, apprenticeship=command.apprenticeship)
    if len(mentor.guides) >= mentor.capacity:
        raise Rejected("mentor_at_capacity", **who, capacity=mentor.capacity)
    yield ApprenticeTakenOn(command.apprenticeship, command.on)


def evolve(mentor: Mentor, event: MentoringEvent) -> Mentor:
    """The mentor after the event."""
    change, guided = msgspec.structs.replace, mentor.guided
    match event:
        case MentorRegistered(person, _, kind):
            return change(mentor, person=person, kind=kind)
        case GuidanceGiven():
            return mentor
        case MentorQualified():
            return change(mentor, qualified=True)
        case CapacitySet(capacity):
            return change(mentor, capacity=capacity)
        case ApprenticeTakenOn(apprenticeship, on):
            spans = (*guided.get(apprenticeship, ()), Guided(since=on))
            return change(mentor, guides=mentor.guides | {apprenticeship}, guided={**guided, apprenticeship: spans})
        case ApprenticeReleased(apprenticeship, on) if apprenticeship in mentor.guides:
            *before, last = guided[apprenticeship]
            # without a day nobody knows how long they guided: they would guide for ever
            spans = (*before, change(last, until=on)) if on else tuple(before)
            return change(mentor, guides=mentor.guides - {apprenticeship}, guided={**guided, apprenticeship: spans})
        case ApprenticeReleased():
            return mentor
        case (
            TeacherDispatchScheduled()
            | TeacherDispatchDelivered()
            | TeacherDispatchMissed()
            | TeacherSecondmentCompleted()
        ):
            return change(mentor, dispatches=dispatch.evolve(mentor.dispatches, event))
        case _:
            assert_never(event)


mentoring = Decider("mentoring", Mentor, decide, evolve, state_version=3)
