"""A base: commands, state, rules.

One stream has its posts, regulations, decisions and daily reports, so that each rule that joins two of them is decided
in one place. Its resources and services have streams of their own and end with it. `docs/domain/bases.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.bases.daily import (
    CompleteInspection,
    ContactPartner,
    Daily,
    DailyCommand,
    DecideMatter,
    Escalate,
    HoldActivity,
    MatterCommand,
    decide_daily,
    decide_matter,
    evolve_daily,
)
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
    MajorEventDecided,
    MajorEventEscalated,
    ManagerAppointed,
    PartnerContacted,
    PostAbolished,
    PostCreated,
    PostHandedOver,
    PostVacated,
    RegulationAdopted,
    RegulationAmended,
    RegulationBreachRecorded,
    Setting,
    SiteRegistered,
)
from baseplus.bases.posts import (
    AbolishPost,
    Appoint,
    CreatePost,
    HandOver,
    Post,
    PostCommand,
    Vacate,
    decide_post,
    evolve_posts,
    vacate_all,
)
from baseplus.bases.regulations import (
    AdoptRegulation,
    AmendRegulation,
    RecordBreach,
    RegulationCommand,
    Regulations,
    decide_regulation,
    evolve_regulations,
)
from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Count, Day, Id, Line, Text

On = Annotated[Day | None, Meta(description="the day: today or earlier; left out, today")]


class Found(Command, frozen=True):
    """Found a base.

    Where a university and its partners train together. Its posts, regulations and resources come next.
    """

    name: Annotated[Line, Meta(description="what people call it")]
    industry: Annotated[Id, Meta(description="the industry that it trains for")]
    region: Annotated[Line, Meta(description="where it is")]
    agreement: Annotated[Id | None, Meta(description="the agreement that it is built on")] = None
    on: On = None


class RegisterSite(Command, frozen=True):
    """Register a site where the base works."""

    site: Annotated[Id, Meta(description="the site's own id within the base")]
    name: Annotated[Line, Meta(description="what people call it")]
    setting: Annotated[Setting, Meta(description="where it lies")]
    address: Annotated[Line, Meta(description="its address")]
    area: Annotated[Count | None, Meta(description="in square metres")] = None
    on: On = None


class Close(Command, frozen=True):
    """Close a base for good.

    Whoever trains there completes or leaves before. Its posts are vacated, its resources retired and its services
    withdrawn with it, and it takes nothing new.
    """

    reason: Annotated[Text, Meta(description="why; no personal data")]
    on: On = None


class TakeOn(Command, frozen=True):
    """Answer for a resource or service. It follows from a contribution or an offer and is never ordered by itself."""

    base: Id
    what: Holding
    thing: Id
    on: Day
    site: Id | None = None


class Receive(Command, frozen=True):
    """Receive an apprentice. It follows from an enrolment and is never ordered by itself."""

    base: Id
    apprenticeship: Id
    on: Day


class NoteDeparture(Command, frozen=True):
    """Note that an apprenticeship is over. It follows from its end and is never ordered by itself."""

    apprenticeship: Id
    on: Day


FollowingCommand = TakeOn | Receive | NoteDeparture
BaseCommand = (
    Found | RegisterSite | RegulationCommand | PostCommand | MatterCommand | DailyCommand | FollowingCommand | Close
)


class Base(msgspec.Struct, frozen=True):
    """What the rules need to know. founded None: there is no such base. latest: the last day that anything is of.
    apprentices: the apprenticeships that it received and that are not over."""

    founded: date | None = None
    closed: date | None = None
    latest: date = date.min
    sites: frozenset[str] = frozenset()
    posts: Mapping[str, Post] = {}
    regulations: Regulations = Regulations()
    daily: Daily = Daily()
    resources: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    apprentices: frozenset[str] = frozenset()


def decide(command: BaseCommand, base: Base, now: datetime) -> Iterator[BaseEvent]:
    """What an order leads to. Raises Rejected."""
    if isinstance(command, Found):
        if base.founded:
            raise Rejected("base_exists", founded=base.founded.isoformat())
        on = day_of(command.on, now)
        yield BaseFounded(command.name, command.industry, command.region, on, command.agreement)
        return
    if isinstance(command, NoteDeparture):
        # it follows from what is over, so that nothing about the base may stand against it
        if command.apprenticeship in base.apprentices:
            yield ApprenticeDeparted(command.apprenticeship, command.on)
        return
    # Another thing's order names the base that refuses it.
    who = {"base": command.base} if isinstance(command, TakeOn | Receive) else {}
    if not base.founded:
        if isinstance(command, Receive):
            return  # a base may be named whose founding nobody has recorded
        raise Rejected("no_such_base", **who)
    if base.closed:
        raise Rejected("base_is_closed", **who, on=base.closed.isoformat())
    match command:
        case RegisterSite(site, name, setting, address, area):
            if site in base.sites:
                raise Rejected("site_exists", site=site)
            yield SiteRegistered(site, name, setting, address, day_of(command.on, now, base.founded), area)
        case AdoptRegulation() | AmendRegulation() | RecordBreach():
            yield from decide_regulation(command, base.regulations, base.founded, now)
        case CreatePost() | Appoint() | HandOver() | Vacate() | AbolishPost():
            yield from decide_post(command, base.posts, base.founded, now)
        case Escalate() | DecideMatter():
            yield from decide_matter(command, base.daily, base.posts, base.founded, now)
        case CompleteInspection() | HoldActivity() | ContactPartner():
            yield from decide_daily(command, base.daily, base.sites, base.founded, now)
        case TakeOn(_, what, thing, on, site):
            if on < base.founded:
                raise Rejected("base_not_founded_yet", **who, founded=base.founded.isoformat())
            if site is not None and site not in base.sites:
                raise Rejected("no_such_site", **who, site=site)
            yield HoldingTakenOn(what, thing, on)
        case Receive(_, apprenticeship, on):
            yield ApprenticeReceived(apprenticeship, on)
        case Close(reason):
            yield from _closed(base, reason, day_of(command.on, now, base.latest))
        case _:
            assert_never(command)


def _closed(base: Base, reason: str, on: date) -> Iterator[BaseEvent]:
    if base.daily.waiting:
        raise Rejected("major_events_undecided", matters=sorted(base.daily.waiting))
    if base.apprentices:
        raise Rejected("apprentices_train_there", apprenticeships=sorted(base.apprentices))
    yield from vacate_all(base.posts, on)
    yield BaseClosed(reason, on, base.resources, base.services)


def evolve(base: Base, event: BaseEvent) -> Base:
    """The base after the event."""
    change = msgspec.structs.replace
    now = change(base, latest=max(base.latest, event.on))
    match event:
        case BaseFounded():
            return change(now, founded=event.on)
        case SiteRegistered(site):
            return change(now, sites=base.sites | {site})
        case RegulationAdopted() | RegulationAmended() | RegulationBreachRecorded():
            return change(now, regulations=evolve_regulations(base.regulations, event))
        case PostCreated() | ManagerAppointed() | PostHandedOver() | PostVacated() | PostAbolished():
            return change(now, posts=evolve_posts(base.posts, event))
        case (
            MajorEventEscalated()
            | MajorEventDecided()
            | InspectionCompleted()
            | CultureActivityHeld()
            | PartnerContacted()
        ):
            return change(now, daily=evolve_daily(base.daily, event))
        case HoldingTakenOn(Holding.RESOURCE, thing):
            return change(now, resources=(*base.resources, thing))
        case HoldingTakenOn(_, thing):
            return change(now, services=(*base.services, thing))
        case ApprenticeReceived(apprenticeship):
            return change(now, apprentices=base.apprentices | {apprenticeship})
        case ApprenticeDeparted(apprenticeship):
            return change(now, apprentices=base.apprentices - {apprenticeship})
        case BaseClosed():
            return change(now, closed=event.on)
        case _:
            assert_never(event)


bases = Decider("bases", Base, decide, evolve, state_version=2)
