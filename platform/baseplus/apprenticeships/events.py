"""What can happen to an apprenticeship. The stream is `apprenticeships/<id>`.

`on` is the day from which on a thing holds. A day belongs to what stands at its end: who starts and leaves on the same
day was in training for no day, and a mentor who hands over on a day leaves none without a mentor.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Id, Line, PersonId, Text


class MentorKind(StrEnum):
    """The two kinds of mentors: the school's and the enterprise's. An apprenticeship needs one of each."""

    CAMPUS_TUTOR = "campus_tutor"
    ENTERPRISE_MASTER = "enterprise_master"


class ExitReason(StrEnum):
    """Why an apprentice left before completing."""

    CAREER_CHANGE = "career_change"
    POACHED = "poached"
    DROPPED_OUT = "dropped_out"
    TRANSFERRED = "transferred"
    DISMISSED = "dismissed"
    OTHER = "other"


class Direction(StrEnum):
    """Where an apprentice went who left. Most of those who leave go on learning elsewhere."""

    ANOTHER_APPRENTICESHIP = "another_apprenticeship"
    STUDY = "study"
    WORK = "work"
    NONE = "none"
    UNKNOWN = "unknown"


class ApprenticeEnrolled(Event):
    """A person is to be trained at a base and an enterprise, under an agreement.

    base, agreement, enterprise: their ids; the enterprise's is its id as a party of the agreement.
    """

    TYPE: ClassVar = "apprenticeships.apprentice_enrolled.v1"
    apprentice: PersonId
    name: Annotated[Line, Personal("apprentice")]
    base: Id
    enterprise: Id
    occupation: Id
    agreement: Id
    on: date


class MentorAssigned(Event):
    """A mentor guides the apprentice from now on."""

    TYPE: ClassVar = "apprenticeships.mentor_assigned.v1"
    kind: MentorKind
    mentor: PersonId
    on: date


class MentorReassigned(Event):
    """A mentor guides the apprentice in place of `previous`, who does no longer."""

    TYPE: ClassVar = "apprenticeships.mentor_reassigned.v1"
    kind: MentorKind
    mentor: PersonId
    previous: PersonId
    on: date


class MentorRelieved(Event):
    """The mentor guides the apprentice no longer, and nobody of this kind does."""

    TYPE: ClassVar = "apprenticeships.mentor_relieved.v1"
    kind: MentorKind
    mentor: PersonId
    on: date


class ApprenticeshipStarted(Event):
    """The training began, with a mentor of each kind."""

    TYPE: ClassVar = "apprenticeships.apprenticeship_started.v1"
    base: Id
    on: date


class BreakStarted(Event):
    """The training rests. `on`: the first day without it."""

    TYPE: ClassVar = "apprenticeships.break_started.v1"
    on: date


class BreakEnded(Event):
    """The training goes on. `on`: its first day."""

    TYPE: ClassVar = "apprenticeships.break_ended.v1"
    on: date


class ApprenticeshipCompleted(Event):
    """The apprentice has learnt what there was to learn. started: on which day the training began."""

    TYPE: ClassVar = "apprenticeships.apprenticeship_completed.v1"
    base: Id
    started: date
    on: date


class ApprenticeExited(Event):
    """The apprentice left before completing. started: on which day the training began; None: it never did."""

    TYPE: ClassVar = "apprenticeships.apprentice_exited.v1"
    apprentice: PersonId
    base: Id
    reason: ExitReason
    direction: Direction
    on: date
    started: date | None = None
    note: Annotated[Text | None, Personal("apprentice")] = None


ApprenticeshipEvent = (
    ApprenticeEnrolled
    | MentorAssigned
    | MentorReassigned
    | MentorRelieved
    | ApprenticeshipStarted
    | BreakStarted
    | BreakEnded
    | ApprenticeshipCompleted
    | ApprenticeExited
)
