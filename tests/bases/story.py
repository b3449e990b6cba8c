"""A base in its first weeks, to begin scenarios from. Its days lie in February 2026; it is told at noon on 2 March."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from baseplus.bases.events import (
    BaseFounded,
    Holding,
    HoldingTakenOn,
    ManagerAppointed,
    PostCreated,
    PostKind,
    RegulationAdopted,
    ResourceContributed,
    ResourceKind,
    Setting,
    SiteRegistered,
)
from baseplus.bases.model import bases
from baseplus.bases.regulations import RegulationText
from baseplus.bases.resources import resources
from baseplus.kernel.scenario import NOON, Scenario
from baseplus.kernel.vocabulary import Money
from baseplus.mentoring.events import Channel
from baseplus.services.events import ServiceKind, ServiceOffered, ServiceRequested
from baseplus.services.model import services

given = Scenario(bases)
of_resource = Scenario(resources)
of_service = Scenario(services)

TEACHER = PostKind.TEACHER_IN_CHARGE
HR = PostKind.HR_MANAGER
TODAY = NOON.date()
BEIJING = timezone(timedelta(hours=8))


def day(number: int, month: int = 2) -> date:
    return date(2026, month, number)


def at(number: int, hour: int, minute: int = 0, month: int = 2) -> datetime:
    """A time by the base's own clock."""
    return datetime(2026, month, number, hour, minute, tzinfo=BEIJING)


def digest(title: str, text: str) -> str:
    return RegulationText(title=title, text=text).digest


founded = (BaseFounded("Drives base", "machinery", "Qingdao", day(2), "agr-1"),)
with_site = (*founded, SiteRegistered("hall-3", "Hall 3", Setting.ON_CAMPUS, "Lake Road 1", day(3), "400"))
teacher_post = PostCreated("head", TEACHER, "Teacher in charge", 7, day(3))
hr_post = PostCreated("hr", HR, "HR manager", 14, day(3), "head")
with_posts = (*founded, teacher_post, hr_post)
led = (*with_posts, ManagerAppointed("head", TEACHER, "p-lin", "Lin Mei", day(4)))
managed = (*led, ManagerAppointed("hr", HR, "p-bai", "Bai Yang", day(5)))
RULES, TEXT = "Student management", "Everybody signs in."
adopted = (
    *founded,
    RegulationAdopted("students", 1, RULES, TEXT, digest(RULES, TEXT), day(5)),
)

contributed = (
    ResourceContributed(
        base="drives",
        contributor="yunchuan",
        kind=ResourceKind.EQUIPMENT,
        title="Five-axis mill",
        weekly_hours=35,
        on=day(5),
        site="hall-3",
        value=Money("480000", "CNY"),
    ),
)
taken_on = HoldingTakenOn(Holding.RESOURCE, "mill", day(5))

offered = (
    ServiceOffered(
        base="drives",
        kind=ServiceKind.CONSULTING,
        title="Advice for founders",
        channels=(Channel.OFFLINE, Channel.ONLINE),
        within_days=7,
        on=day(5),
    ),
)
asked = (
    *offered,
    ServiceRequested("rq-1", "drives", Channel.ONLINE, "p-shen", day(10), day(17), "A contract to look at"),
)
