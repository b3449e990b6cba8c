"""What a base's days are made of: major events and their decisions, inspections, culture, partners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.bases.events import (
    CultureActivityHeld,
    DailyEvent,
    InspectionCompleted,
    InspectionKind,
    MajorEventDecided,
    MajorEventEscalated,
    MatterEvent,
    PartnerContacted,
    People,
    PostKind,
)
from baseplus.bases.posts import Posts
from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, PersonId, Text
from baseplus.mentoring.events import Channel

Matter = Annotated[Id, Meta(description="the major event's own id")]
On = Annotated[Day | None, Meta(description="the day: today or earlier; left out, today")]


class Escalate(Command, frozen=True):
    """Escalate a major event to the teacher in charge.

    Nobody else decides it. A base is not closed while one waits.
    """

    matter: Matter
    title: Annotated[Line, Meta(description="what it is about, in a line without personal data")]
    raised_by: Annotated[PersonId, Meta(description="who brings it up")]
    account: Annotated[Text, Meta(description="what happened; it can be erased")]
    decide_by: Annotated[Day | None, Meta(description="by when a decision is needed")] = None
    on: On = None


class DecideMatter(Command, frozen=True):
    """Decide a major event, as the teacher in charge.

    That is who held the post on the day of the decision, which may be recorded later.
    """

    matter: Matter
    decided_by: Annotated[PersonId, Meta(description="the teacher in charge")]
    decision: Annotated[Text, Meta(description="what is to be done; no personal data")]
    on: On = None


class CompleteInspection(Command, frozen=True):
    """Record an inspection.

    What was found, and when to look again.
    """

    inspection: Annotated[Id, Meta(description="the inspection's own id")]
    kind: Annotated[InspectionKind, Meta(description="what was looked at")]
    inspector: Annotated[PersonId, Meta(description="who looked")]
    passed: Annotated[bool, Meta(description="whether all was as it should be")]
    findings: Annotated[tuple[Line, ...], Meta(max_length=50, description="what was not, one thing a line")] = ()
    site: Annotated[Id | None, Meta(description="the site; left out, all of the base")] = None
    next_due: Annotated[Day | None, Meta(description="when to look again")] = None
    on: On = None


class HoldActivity(Command, frozen=True):
    """Record an activity that the people of the base held together."""

    activity: Annotated[Id, Meta(description="the activity's own id")]
    title: Annotated[Line, Meta(description="what it was, without personal data")]
    organiser: Annotated[PersonId, Meta(description="who organised it")]
    participants: Annotated[People, Meta(description="how many took part")]
    on: On = None


class ContactPartner(Command, frozen=True):
    """Record that somebody spoke with a partner of the base."""

    contact: Annotated[Id, Meta(description="the contact's own id")]
    partner: Annotated[Id, Meta(description="the enterprise or association")]
    person: Annotated[PersonId, Meta(description="who of the base")]
    channel: Annotated[Channel, Meta(description="where they met")]
    about: Annotated[Line, Meta(description="what about, without personal data")]
    follow_up: Annotated[Day | None, Meta(description="by when to come back to it")] = None
    on: On = None


MatterCommand = Escalate | DecideMatter
DailyCommand = CompleteInspection | HoldActivity | ContactPartner


class Daily(msgspec.Struct, frozen=True):
    """What the rules need to know. waiting: major events without a decision, and since when; known: ids of all else."""

    waiting: Mapping[str, date] = {}
    decided: frozenset[str] = frozenset()
    inspections: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()


def decide_matter(
    command: MatterCommand, daily: Daily, posts: Posts, founded: date, now: datetime
) -> Iterator[MatterEvent]:
    """What an order about a major event leads to. Raises Rejected."""
    matter, since = command.matter, daily.waiting.get(command.matter)
    if matter in daily.decided:
        raise Rejected("matter_decided_already", matter=matter)
    match command:
        case Escalate(_, title, raised_by, account, decide_by):
            if since:
                raise Rejected("matter_exists", matter=matter)
            on = day_of(command.on, now, founded)
            if decide_by and decide_by < on:
                raise Rejected("due_before_it_happened", due=decide_by.isoformat(), on=on.isoformat())
            yield MajorEventEscalated(matter, title, raised_by, account, on, decide_by)
        case DecideMatter(_, decided_by, decision):
            if since is None:
                raise Rejected("no_such_matter", matter=matter)
            on = day_of(command.on, now, since)
            _check_in_charge(decided_by, posts, on)
            yield MajorEventDecided(matter, decided_by, decision, since, on)
        case _:
            assert_never(command)


def decide_daily(
    command: DailyCommand, daily: Daily, sites: frozenset[str], founded: date, now: datetime
) -> Iterator[DailyEvent]:
    """What the report of a day leads to. Raises Rejected."""
    on = day_of(command.on, now, founded)
    match command:
        case CompleteInspection(inspection, kind, inspector, passed, findings, site, next_due):
            _check_new("inspection", inspection, daily.inspections)
            if site is not None and site not in sites:
                raise Rejected("no_such_site", site=site)
            if not passed and not findings:
                raise Rejected("findings_missing", inspection=inspection)
            _check_later(next_due, on)
            yield InspectionCompleted(inspection, kind, inspector, passed, on, findings, site, next_due)
        case HoldActivity(activity, title, organiser, participants):
            _check_new("activity", activity, daily.activities)
            yield CultureActivityHeld(activity, title, organiser, participants, on)
        case ContactPartner(contact, partner, person, channel, about, follow_up):
            _check_new("contact", contact, daily.contacts)
            _check_later(follow_up, on)
            yield PartnerContacted(contact, partner, person, channel, about, on, follow_up)
        case _:
            assert_never(command)


def evolve_daily(daily: Daily, event: MatterEvent | DailyEvent) -> Daily:
    """What is known after the event."""
    change = msgspec.structs.replace
    match event:
        case MajorEventEscalated(matter):
            return change(daily, waiting={**daily.waiting, matter: event.on})
        case MajorEventDecided(matter):
            waiting = {one: since for one, since in daily.waiting.items() if one != matter}
            return change(daily, waiting=waiting, decided=daily.decided | {matter})
        case InspectionCompleted(inspection):
            return change(daily, inspections=daily.inspections | {inspection})
        case CultureActivityHeld(activity):
            return change(daily, activities=daily.activities | {activity})
        case PartnerContacted(contact):
            return change(daily, contacts=daily.contacts | {contact})
        case _:
            assert_never(event)


def _check_in_charge(person: str, posts: Posts, on: date) -> None:
    in_charge = [
        holder for post in posts.values() if post.kind is PostKind.TEACHER_IN_CHARGE for holder in post.holders_on(on)
    ]
    if person not in in_charge:
        raise Rejected("not_the_teacher_in_charge", person=person, in_charge=in_charge, on=on.isoformat())


def _check_new(what: str, one: str, known: frozenset[str]) -> None:
    if one in known:
        raise Rejected("recorded_already", what=what, id=one)


def _check_later(due: date | None, on: date) -> None:
    if due and due <= on:
        raise Rejected("due_before_it_happened", due=due.isoformat(), on=on.isoformat())
