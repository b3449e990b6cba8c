"""What can happen to an apprenticeship, from enrolment to employment. The stream is `apprenticeships/<id>`; a grievance
has one of its own, `grievances/<id>`, since its handlers alone may read it.

`on` is the day from which on a thing holds. A day belongs to what stands at its end: who starts and leaves on the same
day was in training for no day, and a mentor who hands over on a day leaves none without a mentor.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Id, Line, Money, PersonId, Text


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


class LearnerRole(StrEnum):
    """The two roles of the one person who learns: at school, and at work."""

    STUDENT = "student"
    APPRENTICE = "apprentice"


class RoleAssumed(Event):
    """The person is a student, or an apprentice, from now on. until: the last day; None: until it is relinquished."""

    TYPE: ClassVar = "apprenticeships.role_assumed.v1"
    apprentice: PersonId
    role: LearnerRole
    on: date
    until: date | None = None


class RoleRelinquished(Event):
    """The person has this role no longer. An apprentice's ends with the training; a student's may last."""

    TYPE: ClassVar = "apprenticeships.role_relinquished.v1"
    apprentice: PersonId
    role: LearnerRole
    on: date


Points = Annotated[int, Meta(ge=0, le=100, extra={"form": "a whole number, 0 to 100"})]


class ModuleSelected(Event):
    """The apprentice takes this module of this training plan: plans are personal."""

    TYPE: ClassVar = "apprenticeships.module_selected.v1"
    plan: Id
    module: Id
    on: date


class ModulePassed(Event):
    """The apprentice has learnt what the module is about. selected: since when they took it."""

    TYPE: ClassVar = "apprenticeships.module_passed.v1"
    plan: Id
    module: Id
    selected: date
    on: date
    points: Points | None = None


class PoolConsentGiven(Event):
    """The person agrees to be shown to enterprises that look for people. until: the last day; None: until withdrawn."""

    TYPE: ClassVar = "apprenticeships.pool_consent_given.v1"
    apprentice: PersonId
    on: date
    until: date | None = None


class PoolConsentWithdrawn(Event):
    """The person agrees no longer. Membership of the pool ends with it."""

    TYPE: ClassVar = "apprenticeships.pool_consent_withdrawn.v1"
    apprentice: PersonId
    on: date


class TalentPoolJoined(Event):
    """The person is shown to enterprises from now on. until: the last day that their consent covers, None for open."""

    TYPE: ClassVar = "apprenticeships.talent_pool_joined.v1"
    apprentice: PersonId
    base: Id
    on: date
    until: date | None = None


class PoolLeaving(StrEnum):
    """Why somebody is in the talent pool no longer."""

    OWN_WISH = "own_wish"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    HIRED = "hired"
    LEFT_TRAINING = "left_training"


class TalentPoolLeft(Event):
    """The person is shown to enterprises no longer. joined: since when they were."""

    TYPE: ClassVar = "apprenticeships.talent_pool_left.v1"
    apprentice: PersonId
    base: Id
    reason: PoolLeaving
    joined: date
    on: date


class OfferMade(Event):
    """An enterprise offers the person work. pooled: since when they were in the pool; None: it trains them itself.

    wage: of a month, before tax.
    """

    TYPE: ClassVar = "apprenticeships.offer_made.v1"
    offer: Id
    enterprise: Id
    position: Line
    on: date
    pooled: date | None = None
    wage: Money | None = None


class OfferDeclined(Event):
    """The person does not take the offer."""

    TYPE: ClassVar = "apprenticeships.offer_declined.v1"
    offer: Id
    enterprise: Id
    on: date


class OfferAccepted(Event):
    """The person takes the offer: the enterprise has hired them.

    starts: the first day of work. by_trainer: the enterprise is the one that trained them. pooled: since when they were
    in the pool at the time of the offer; None: they were not.
    """

    TYPE: ClassVar = "apprenticeships.offer_accepted.v1"
    apprentice: PersonId
    base: Id
    offer: Id
    enterprise: Id
    by_trainer: bool
    starts: date
    on: date
    pooled: date | None = None


class Destination(StrEnum):
    """Where somebody is who completed their training. Work and study are what a base hopes for."""

    TRAINING_ENTERPRISE = "training_enterprise"
    ANOTHER_EMPLOYER = "another_employer"
    SELF_EMPLOYED = "self_employed"
    STUDY = "study"
    NEITHER = "neither"
    UNKNOWN = "unknown"

    @property
    def positive(self) -> bool:
        """Whether it is work or study."""
        return self not in (Destination.NEITHER, Destination.UNKNOWN)


Months = Annotated[int, Meta(ge=1, le=60, extra={"form": "a number of months: 3, 6 or 12"})]


class EmploymentConfirmed(Event):
    """Somebody asked where the person is, so many months after the training or after they were hired.

    completed: the day of the completion. hired: the day on which the training enterprise hired them; None: it did not.
    previous: what was said at an earlier time about the same month, which was a mistake; anew: which was none, for it
    was said before the person was hired.
    """

    TYPE: ClassVar = "apprenticeships.employment_confirmed.v1"
    apprentice: PersonId
    base: Id
    months: Months
    destination: Destination
    completed: date
    on: date
    hired: date | None = None
    previous: Destination | None = None
    anew: bool = False


class GrievanceRaised(Event):
    """An apprentice complains. about: the mentor whom it names, if any. handlers: who alone read and resolve it.

    about_person: the person who that mentor is; None: nobody was registered as one.
    """

    TYPE: ClassVar = "apprenticeships.grievance_raised.v1"
    apprenticeship: Id
    apprentice: PersonId
    base: Id
    text: Annotated[Text, Personal("apprentice")]
    handlers: tuple[PersonId, ...]
    on: date
    about: PersonId | None = None
    about_person: PersonId | None = None


class GrievanceEntrusted(Event):
    """Others handle the grievance from now on, and whoever handled it and is not among them may read it no longer."""

    TYPE: ClassVar = "apprenticeships.grievance_entrusted.v1"
    handlers: tuple[PersonId, ...]
    by: PersonId


class GrievanceOutcome(StrEnum):
    """How a grievance ends."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class GrievanceResolved(Event):
    """A handler has settled it. raised: the day on which it was raised."""

    TYPE: ClassVar = "apprenticeships.grievance_resolved.v1"
    apprentice: PersonId
    base: Id
    handler: PersonId
    outcome: GrievanceOutcome
    resolution: Annotated[Text, Personal("apprentice")]
    raised: date
    on: date


CourseEvent = (
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
LearningEvent = RoleAssumed | RoleRelinquished | ModuleSelected | ModulePassed
CareerEvent = (
    PoolConsentGiven
    | PoolConsentWithdrawn
    | TalentPoolJoined
    | TalentPoolLeft
    | OfferMade
    | OfferDeclined
    | OfferAccepted
    | EmploymentConfirmed
)
GrievanceEvent = GrievanceRaised | GrievanceEntrusted | GrievanceResolved
ApprenticeshipEvent = CourseEvent | LearningEvent | CareerEvent
"""All that can happen in the stream of an apprenticeship."""
