"""What can happen to a mentor. The stream is `mentoring/<mentor>`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Count, Id, Line, PersonId, Text

Capacity = Annotated[int, Meta(ge=0, le=100, extra={"form": "a number of apprentices, 0 to 100"})]


class MentorRegistered(Event):
    """A person of this organisation (by its id as a party) may be a mentor of this kind."""

    TYPE: ClassVar = "mentoring.mentor_registered.v1"
    person: PersonId
    name: Annotated[Line, Personal("person")]
    kind: MentorKind
    organisation: Id


class MentorQualified(Event):
    """The mentor has shown that they master what they are to teach. on: the day; None: that of the event."""

    TYPE: ClassVar = "mentoring.mentor_qualified.v1"
    person: PersonId
    evidence: Annotated[Text, Personal("person")]
    on: date | None = None


class CapacitySet(Event):
    """The mentor may guide so many apprentices at once."""

    TYPE: ClassVar = "mentoring.capacity_set.v1"
    capacity: Capacity


class ApprenticeTakenOn(Event):
    """The mentor guides the apprentice of this apprenticeship from now on. on: the day; None: it was not told."""

    TYPE: ClassVar = "mentoring.apprentice_taken_on.v1"
    apprenticeship: Id
    on: date | None = None


class ApprenticeReleased(Event):
    """The mentor guides the apprentice of this apprenticeship no longer. on: the day; None: it was not told."""

    TYPE: ClassVar = "mentoring.apprentice_released.v1"
    apprenticeship: Id
    on: date | None = None


class Channel(StrEnum):
    """Where people meet."""

    OFFLINE = "offline"
    ONLINE = "online"


class GuidanceGiven(Event):
    """The mentor, who is of this kind, guided the apprentice for some hours on that day."""

    TYPE: ClassVar = "mentoring.guidance_given.v1"
    apprenticeship: Id
    kind: MentorKind
    hours: Count
    channel: Channel
    on: date


class TeacherDispatchScheduled(Event):
    """The mentor is to teach at a base for some hours on that day: what one side sends a teacher for."""

    TYPE: ClassVar = "mentoring.teacher_dispatch_scheduled.v1"
    HAPPENED: ClassVar = None
    dispatch: Id
    kind: MentorKind
    base: Id
    hours: Count
    on: date


class TeacherDispatchDelivered(Event):
    """The mentor came and taught. scheduled: the hours that were; on: the day that they were scheduled for.

    delivered_on: the day on which it was, which may be later. was_missed: it was said to have been missed.
    """

    TYPE: ClassVar = "mentoring.teacher_dispatch_delivered.v1"
    HAPPENED: ClassVar = "delivered_on"
    dispatch: Id
    kind: MentorKind
    base: Id
    hours: Count
    scheduled: Count
    on: date
    delivered_on: date
    was_missed: bool = False


class TeacherDispatchMissed(Event):
    """The mentor did not come on the day that was scheduled."""

    TYPE: ClassVar = "mentoring.teacher_dispatch_missed.v1"
    person: PersonId
    dispatch: Id
    kind: MentorKind
    base: Id
    scheduled: Count
    on: date
    reason: Annotated[Text | None, Personal("person")] = None


class TeacherSecondmentCompleted(Event):
    """The mentor worked at the other side for a time: a tutor in the trade, a master at a school.

    host: where, by its id as a party. since, until: the first and the last day.
    """

    TYPE: ClassVar = "mentoring.teacher_secondment_completed.v1"
    HAPPENED: ClassVar = "until"
    person: PersonId
    kind: MentorKind
    host: Id
    since: date
    until: date
    hours: Count
    report: Annotated[Text | None, Personal("person")] = None


DispatchEvent = TeacherDispatchScheduled | TeacherDispatchDelivered | TeacherDispatchMissed | TeacherSecondmentCompleted
MentoringEvent = (
    MentorRegistered
    | MentorQualified
    | CapacitySet
    | ApprenticeTakenOn
    | ApprenticeReleased
    | GuidanceGiven
    | DispatchEvent
)
