"""Bases as those who run them look at them in the morning, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.apprenticeships.events import ApprenticeExited, ApprenticeshipCompleted, ApprenticeshipStarted
from baseplus.bases.events import (
    ApprenticeDeparted,
    ApprenticeReceived,
    BaseClosed,
    BaseEvent,
    BaseFounded,
    CultureActivityHeld,
    Holding,
    HoldingTakenOn,
    InspectionCompleted,
    InspectionKind,
    MajorEventDecided,
    MajorEventEscalated,
    ManagerAppointed,
    PartnerContacted,
    PostAbolished,
    PostCreated,
    PostEvent,
    PostHandedOver,
    PostKind,
    PostVacated,
    RegulationAdopted,
    RegulationAmended,
    RegulationBreachRecorded,
    ResourceRetired,
    Setting,
    SiteRegistered,
)
from baseplus.services.events import ServiceWithdrawn
from projections.runner.view import At, Row, View

BaseState: TypeAlias = Literal["open", "closed"]


class Site(msgspec.Struct):
    """A place where the base works."""

    site: str
    name: str
    setting: Setting
    address: str
    since: date


class OpenMatter(msgspec.Struct):
    """A major event that waits for the teacher in charge."""

    matter: str
    title: str
    since: date
    due: date | None


class PostOfBase(msgspec.Struct):
    """A post, and since when it stands empty (None: somebody holds it), which it may for `limit` days."""

    post: str
    kind: PostKind
    title: str
    limit: int
    vacant_since: date | None


class Inspected(msgspec.Struct):
    """What was looked at last, where (None: all of the base), and when to look again."""

    kind: InspectionKind
    site: str | None
    last: date
    passed: bool
    due: date | None


class Partner(msgspec.Struct):
    """Who of the partners was spoken with last, what about, and by when to come back to it."""

    partner: str
    last: date
    about: str
    due: date | None


class BaseRow(Row):
    """A base as it stands.

    teacher: who is in charge. vacant: how many posts stand empty. matters: major events without a decision. inspected:
    the last inspection of each kind and site. partners: the last contact with each. in_training: apprentices. position:
    of the last event shown.
    """

    id: str
    name: str
    industry: str
    region: str
    agreement: str | None
    state: BaseState
    founded_on: date
    position: int
    sites: list[Site]
    posts: list[PostOfBase]
    matters: list[OpenMatter]
    inspected: list[Inspected]
    partners: list[Partner]
    regulations: list[str]
    teacher: str | None = None
    teacher_name: str | None = None
    vacant: int = 0
    matters_decided: int = 0
    inspections: int = 0
    inspections_failed: int = 0
    activities: int = 0
    last_activity: date | None = None
    contacts: int = 0
    breaches: int = 0
    resources: int = 0
    services: int = 0
    in_training: int = 0
    closed_on: date | None = None


TrainingEvent = ApprenticeshipStarted | ApprenticeshipCompleted | ApprenticeExited
HoldingEvent = ResourceRetired | ServiceWithdrawn
OverviewEvent = BaseEvent | HoldingEvent | TrainingEvent


class Bases(View[BaseRow, OverviewEvent]):
    """One row per base."""

    name: ClassVar = "bases"
    indexes: ClassVar = (("state", "id"),)

    def keys(self, event: OverviewEvent, at: At) -> Iterable[str]:
        match event:
            case (
                ResourceRetired()
                | ServiceWithdrawn()
                | ApprenticeshipStarted()
                | ApprenticeshipCompleted()
                | ApprenticeExited()
            ):
                return (event.base,)
            case _:
                return (at.thing,)

    def evolve(self, row: BaseRow | None, event: OverviewEvent, at: At) -> BaseRow | None:
        if isinstance(event, BaseFounded):
            return _founded(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case SiteRegistered():
                row.sites.append(Site(event.site, event.name, event.setting, event.address, event.on))
            case RegulationAdopted():
                row.regulations = sorted({*row.regulations, event.regulation})
            case RegulationBreachRecorded():
                row.breaches += 1
            case PostCreated() | ManagerAppointed() | PostHandedOver() | PostVacated() | PostAbolished():
                _post(row, event)
            case MajorEventEscalated():
                row.matters.append(OpenMatter(event.matter, event.title, event.on, event.decide_by))
            case MajorEventDecided():
                row.matters = [one for one in row.matters if one.matter != event.matter]
                row.matters_decided += 1
            case InspectionCompleted():
                _inspected(row, event)
            case CultureActivityHeld():
                row.activities += 1
                row.last_activity = max(row.last_activity or event.on, event.on)
            case PartnerContacted():
                _contacted(row, event)
            case HoldingTakenOn(Holding.RESOURCE):
                row.resources += 1
            case HoldingTakenOn():
                row.services += 1
            case ResourceRetired():
                row.resources -= 1
            case ServiceWithdrawn():
                row.services -= 1
            case ApprenticeshipStarted():
                row.in_training += 1
            case ApprenticeshipCompleted():
                row.in_training -= 1
            case ApprenticeExited():
                row.in_training -= event.started is not None
            case BaseClosed():
                row.state, row.closed_on = "closed", event.on
                _nothing_due(row)
            case RegulationAmended() | ApprenticeReceived() | ApprenticeDeparted():
                pass
            case _:
                assert_never(event)
        return row


def _founded(event: BaseFounded, at: At) -> BaseRow:
    return BaseRow(
        id=at.thing,
        name=event.name,
        industry=event.industry,
        region=event.region,
        agreement=event.agreement,
        state="open",
        founded_on=event.on,
        position=at.position,
        sites=[],
        posts=[],
        matters=[],
        inspected=[],
        partners=[],
        regulations=[],
    )


def _post(row: BaseRow, event: PostEvent) -> None:
    match event:
        case PostCreated():
            row.posts.append(PostOfBase(event.post, event.kind, event.title, event.vacancy_limit, event.on))
        case ManagerAppointed() | PostHandedOver() | PostVacated():
            for post in row.posts:
                if post.post == event.post:
                    post.vacant_since = event.on if isinstance(event, PostVacated) else None
        case PostAbolished():
            row.posts = [post for post in row.posts if post.post != event.post]
        case _:
            assert_never(event)
    row.vacant = sum(post.vacant_since is not None for post in row.posts)
    if event.kind is PostKind.TEACHER_IN_CHARGE:
        if isinstance(event, ManagerAppointed | PostHandedOver):
            row.teacher, row.teacher_name = event.person, event.name
        else:
            row.teacher = row.teacher_name = None


def _inspected(row: BaseRow, event: InspectionCompleted) -> None:
    """Recorded late, it counts, and a later one says when to look again."""
    row.inspections += 1
    row.inspections_failed += not event.passed
    for known in row.inspected:
        if (known.kind, known.site) == (event.kind, event.site):
            if event.on >= known.last:
                known.last, known.passed, known.due = event.on, event.passed, event.next_due
            return
    row.inspected.append(Inspected(event.kind, event.site, event.on, event.passed, event.next_due))


def _contacted(row: BaseRow, event: PartnerContacted) -> None:
    """Recorded late, it counts, and a later one says what is still to be done."""
    row.contacts += 1
    for known in row.partners:
        if known.partner == event.partner:
            if event.on >= known.last:
                known.last, known.about, known.due = event.on, event.about, event.follow_up
            return
    row.partners.append(Partner(event.partner, event.on, event.about, event.follow_up))


def _nothing_due(row: BaseRow) -> None:
    for inspected in row.inspected:
        inspected.due = None
    for partner in row.partners:
        partner.due = None
