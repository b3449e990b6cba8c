"""What can happen to a base (the stream is `bases/<base>`) and to a resource of it (`resources/<resource>`).

`on` is the day on which, or from which on, a thing holds. A day belongs to what stands at its end: a post that is
handed over on a day is not vacant on it.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from baseplus.kernel.days import minutes_by_day
from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Count, Id, Instant, Line, Money, PersonId, Sha256, Text
from baseplus.mentoring.events import Channel

DaysLong = Annotated[int, Meta(ge=0, le=3650, extra={"form": "a number of days, 0 to 3650"})]
WeeklyHours = Annotated[int, Meta(ge=1, le=168, extra={"form": "a number of hours in a week, 1 to 168"})]
People = Annotated[int, Meta(ge=1, le=100_000, extra={"form": "a number of people, 1 to 100,000"})]


class Setting(StrEnum):
    """Where a site lies."""

    ON_CAMPUS = "on_campus"
    AT_THE_ENTERPRISE = "at_the_enterprise"
    ELSEWHERE = "elsewhere"


class PostKind(StrEnum):
    """What a post is there for. Source: section 3.1 of the paper that the domain comes from."""

    TEACHER_IN_CHARGE = "teacher_in_charge"
    STUDENT_GENERAL_MANAGER = "student_general_manager"
    HR_MANAGER = "hr_manager"
    PROJECT_MANAGER = "project_manager"
    BACK_OFFICE_MANAGER = "back_office_manager"
    LIAISON_MANAGER = "liaison_manager"
    OTHER = "other"


class Severity(StrEnum):
    """How much a breach of a regulation matters."""

    MINOR = "minor"
    SERIOUS = "serious"


class InspectionKind(StrEnum):
    """What is looked at."""

    SAFETY = "safety"
    HYGIENE = "hygiene"
    EQUIPMENT = "equipment"
    OTHER = "other"


class ResourceKind(StrEnum):
    """What a resource is."""

    LABORATORY = "laboratory"
    EQUIPMENT = "equipment"
    SOFTWARE = "software"
    ROOM = "room"
    OTHER = "other"


class RetiredFor(StrEnum):
    """Why a resource is there no longer."""

    RETURNED = "returned"
    WORN_OUT = "worn_out"
    REPLACED = "replaced"
    LOST = "lost"
    BASE_CLOSED = "base_closed"


class Holding(StrEnum):
    """What a base answers for and what ends with it."""

    RESOURCE = "resource"
    SERVICE = "service"


class BaseFounded(Event):
    """A university founded a base. agreement: the one that it is built on, where there is one yet."""

    TYPE: ClassVar = "bases.base_founded.v1"
    name: Line
    industry: Id
    region: Line
    on: date
    agreement: Id | None = None


class SiteRegistered(Event):
    """The base works at this place. area: in square metres."""

    TYPE: ClassVar = "bases.site_registered.v1"
    site: Id
    name: Line
    setting: Setting
    address: Line
    on: date
    area: Count | None = None


class RegulationAdopted(Event):
    """A regulation is in force. previous: the digest of the text that it takes the place of, where there was one.

    version: 1, 2, 3 … counts the texts of this regulation. digest: SHA-256 of its canonical text.
    """

    TYPE: ClassVar = "bases.regulation_adopted.v1"
    regulation: Id
    version: int
    title: Line
    text: Text
    digest: Sha256
    on: date
    previous: Sha256 | None = None


class RegulationAmended(Event):
    """The regulation in force reads otherwise. previous: the digest of the text that was changed."""

    TYPE: ClassVar = "bases.regulation_amended.v1"
    regulation: Id
    version: int
    text: Text
    digest: Sha256
    previous: Sha256
    reason: Text
    on: date


class RegulationBreachRecorded(Event):
    """Somebody did not keep to a regulation. version, digest: of the text that was in force on that day."""

    TYPE: ClassVar = "bases.regulation_breach_recorded.v1"
    breach: Id
    regulation: Id
    version: int
    digest: Sha256
    person: PersonId
    severity: Severity
    account: Annotated[Text, Personal("person")]
    on: date


class PostCreated(Event):
    """The base has a post, which is vacant. vacancy_limit: for how many days it may stand empty."""

    TYPE: ClassVar = "bases.post_created.v1"
    post: Id
    kind: PostKind
    title: Line
    vacancy_limit: DaysLong
    on: date
    reports_to: Id | None = None


class ManagerAppointed(Event):
    """A person holds the post, which was vacant."""

    TYPE: ClassVar = "bases.manager_appointed.v1"
    post: Id
    kind: PostKind
    person: PersonId
    name: Annotated[Line, Personal("person")]
    on: date


class PostHandedOver(Event):
    """The post went from one person to another, together with what belongs to it."""

    TYPE: ClassVar = "bases.post_handed_over.v1"
    post: Id
    kind: PostKind
    outgoing: PersonId
    person: PersonId
    name: Annotated[Line, Personal("person")]
    handed_over: tuple[Line, ...]
    on: date


class PostVacated(Event):
    """The person holds the post no longer, and nobody does."""

    TYPE: ClassVar = "bases.post_vacated.v1"
    post: Id
    kind: PostKind
    person: PersonId
    on: date
    reason: Annotated[Text | None, Personal("person")] = None


class PostAbolished(Event):
    """The base needs the post no longer."""

    TYPE: ClassVar = "bases.post_abolished.v1"
    post: Id
    kind: PostKind
    on: date


class MajorEventEscalated(Event):
    """Something happened that only the teacher in charge may decide."""

    TYPE: ClassVar = "bases.major_event_escalated.v1"
    matter: Id
    title: Line
    raised_by: PersonId
    account: Annotated[Text, Personal("raised_by")]
    on: date
    decide_by: date | None = None


class MajorEventDecided(Event):
    """The teacher in charge decided. escalated: on which day it was brought to them."""

    TYPE: ClassVar = "bases.major_event_decided.v1"
    matter: Id
    decided_by: PersonId
    decision: Text
    escalated: date
    on: date


class InspectionCompleted(Event):
    """Somebody looked whether all is as it should be. findings: what was not. next_due: when to look again."""

    TYPE: ClassVar = "bases.inspection_completed.v1"
    inspection: Id
    kind: InspectionKind
    inspector: PersonId
    passed: bool
    on: date
    findings: tuple[Line, ...] = ()
    site: Id | None = None
    next_due: date | None = None


class CultureActivityHeld(Event):
    """The people of the base did something together."""

    TYPE: ClassVar = "bases.culture_activity_held.v1"
    activity: Id
    title: Line
    organiser: PersonId
    participants: People
    on: date


class PartnerContacted(Event):
    """Somebody of the base spoke with a partner. follow_up: by when to come back to it."""

    TYPE: ClassVar = "bases.partner_contacted.v1"
    contact: Id
    partner: Id
    person: PersonId
    channel: Channel
    about: Line
    on: date
    follow_up: date | None = None


class HoldingTakenOn(Event):
    """The base answers for this resource or service. It ends with the base."""

    TYPE: ClassVar = "bases.holding_taken_on.v1"
    what: Holding
    thing: Id
    on: date


class ApprenticeReceived(Event):
    """Somebody is to be trained at the base, in this apprenticeship."""

    TYPE: ClassVar = "bases.apprentice_received.v1"
    apprenticeship: Id
    on: date


class ApprenticeDeparted(Event):
    """The apprenticeship that the base received is over, completed or not."""

    TYPE: ClassVar = "bases.apprentice_departed.v1"
    apprenticeship: Id
    on: date


class BaseClosed(Event):
    """The base is no more. resources, services: all that it ever answered for."""

    TYPE: ClassVar = "bases.base_closed.v1"
    reason: Text
    on: date
    resources: tuple[Id, ...] = ()
    services: tuple[Id, ...] = ()


class ResourceContributed(Event):
    """An organisation lets the base use something. weekly_hours: for how long in a week it can be used."""

    TYPE: ClassVar = "bases.resource_contributed.v1"
    base: Id
    contributor: Id
    kind: ResourceKind
    title: Line
    weekly_hours: WeeklyHours
    on: date
    site: Id | None = None
    value: Money | None = None


class ResourceBooked(Event):
    """Nobody else may have it from the one time until, and without, the other."""

    TYPE: ClassVar = "bases.resource_booked.v1"
    booking: Id
    base: Id
    since: Instant
    until: Instant
    booked_by: PersonId
    purpose: Line


class BookingCancelled(Event):
    """The booked time is free again."""

    TYPE: ClassVar = "bases.booking_cancelled.v1"
    booking: Id
    base: Id
    reason: Line


class ResourceUsed(Event):
    """Somebody used it from the one time until the other; booking: under which, where it had been booked.

    Days are those of the clock of `since`, which its offset tells.
    """

    TYPE: ClassVar = "bases.resource_used.v1"
    HAPPENED: ClassVar = "since"
    use: Id
    base: Id
    since: Instant
    until: Instant
    used_by: PersonId
    booking: Id | None = None

    @property
    def minutes(self) -> dict[date, int]:
        """How many whole minutes of each day."""
        return minutes_by_day(self.since, self.until)


class ResourceRetired(Event):
    """It can be used no longer. What was booked is cancelled."""

    TYPE: ClassVar = "bases.resource_retired.v1"
    base: Id
    why: RetiredFor
    on: date


RegulationEvent = RegulationAdopted | RegulationAmended | RegulationBreachRecorded
PostEvent = PostCreated | ManagerAppointed | PostHandedOver | PostVacated | PostAbolished
MatterEvent = MajorEventEscalated | MajorEventDecided
DailyEvent = InspectionCompleted | CultureActivityHeld | PartnerContacted
BaseEvent = (
    BaseFounded
    | SiteRegistered
    | RegulationEvent
    | PostEvent
    | MatterEvent
    | DailyEvent
    | HoldingTakenOn
    | ApprenticeReceived
    | ApprenticeDeparted
    | BaseClosed
)
ResourceEvent = ResourceContributed | ResourceBooked | BookingCancelled | ResourceUsed | ResourceRetired
BasesEvent = BaseEvent | ResourceEvent
