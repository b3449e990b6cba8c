"""What is asked about a base, answered by the real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from baseplus.bases.daily import CompleteInspection, ContactPartner, DecideMatter, Escalate
from baseplus.bases.events import InspectionKind, PostKind, ResourceKind, RetiredFor, Setting, Severity
from baseplus.bases.model import Found, RegisterSite, bases
from baseplus.bases.posts import Appoint, CreatePost, HandOver
from baseplus.bases.regulations import AdoptRegulation, AmendRegulation, RecordBreach
from baseplus.bases.resources import Book, CancelBooking, Contribute, Retire, Use, resources
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from baseplus.mentoring.events import Channel
from baseplus.services.events import ServiceKind
from baseplus.services.model import Deliver, Offer, Rate, Request, services
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.agreements.views import Agreements, Obligations
from projections.bases.queries import ListBases, OverviewRow, ShowBase, one_base
from projections.bases.queries import bases as list_bases
from projections.bases.views import Bases
from projections.oversight.views import Actions, AuthorityDrifts, DutyGaps, Risks
from projections.posts import queries as of_posts
from projections.posts.views import PostChanges, Posts
from projections.regulations import queries as of_regulations
from projections.regulations.views import Breaches, Editions, Regulations
from projections.resources import queries as of_resources
from projections.resources.views import Bookings, Resources
from projections.runner.reader import Reader
from projections.services import queries as of_services
from projections.services.views import Channels, Requests, Services
from tests.bases.story import RULES, TEXT, at, day, digest
from tests.projections.paging import page_by_page
from tests.projections.runner.stage import Stage

NORTH, SOUTH = TenantId("north"), TenantId("south")
VIEWS = (
    Bases(),
    Posts(),
    PostChanges(),
    Regulations(),
    Editions(),
    Breaches(),
    Resources(),
    Bookings(),
    Services(),
    Requests(),
    Channels(),
    Agreements(),
    Obligations(),
    Actions(),
    Risks(),
    DutyGaps(),
    AuthorityDrifts(),
)
ONLINE, OFFLINE = Channel.ONLINE, Channel.OFFLINE


def story() -> Iterator[Step]:
    """A base that is run, and one that was only founded."""

    def drives(*commands: Any) -> Iterator[Step]:
        return (Step(bases, "drives", command) for command in commands)

    yield Step(bases, "drives", Found("Drives base", "machinery", "Qingdao", on=day(2)))
    yield Step(bases, "foundry", Found("Foundry", "metals", "Jinan", on=day(2)))
    yield from drives(
        RegisterSite("hall-3", "Hall 3", Setting.ON_CAMPUS, "Lake Road 1", on=day(3)),
        CreatePost("head", PostKind.TEACHER_IN_CHARGE, "Teacher in charge", 7, on=day(3)),
        CreatePost("hr", PostKind.HR_MANAGER, "HR manager", 14, "head", day(3)),
        Appoint("head", "p-lin", "Lin Mei", day(4)),
        HandOver("head", "p-lin", "p-tan", "Tan Wei", ("The seal", "Keys"), day(9)),
        AdoptRegulation("students", RULES, TEXT, day(5)),
        AmendRegulation("students", "Everybody signs out.", "People were missed", day(12)),
        AdoptRegulation("hygiene", "Hygiene", "Sweep.", day(5)),
        RecordBreach("br-1", "students", "p-shen", Severity.SERIOUS, "…", day(6)),
        RecordBreach("br-2", "students", "p-lin", Severity.MINOR, "…", day(13)),
        Escalate("fire", "A fire in hall 3", "p-bai", "…", day(12), day(10)),
        Escalate("flood", "A flood", "p-bai", "…", None, day(10)),
        DecideMatter("flood", "p-tan", "…", day(11)),
        CompleteInspection("i-1", InspectionKind.SAFETY, "p-b", passed=True, next_due=day(20), on=day(6)),
        ContactPartner("c-1", "yunchuan", "p-lian", ONLINE, "…", day(25), day(6)),
    )
    yield Step(resources, "hall", Contribute("drives", "qinglan", ResourceKind.ROOM, "Hall 3", on=day(5)))
    yield Step(resources, "mill", Contribute("drives", "yunchuan", ResourceKind.EQUIPMENT, "Five-axis mill", on=day(5)))
    yield Step(resources, "saw", Contribute("drives", "yunchuan", ResourceKind.EQUIPMENT, "Saw", on=day(5)))
    yield Step(resources, "saw", Retire(RetiredFor.LOST, day(6)))
    yield Step(resources, "mill", Book("b-1", at(10, 9), at(10, 11), "p-shen", "Milling"))
    yield Step(resources, "mill", Book("b-2", at(10, 11), at(10, 13), "p-lin", "Milling"))
    yield Step(resources, "mill", CancelBooking("b-2", "Ill"))
    yield Step(resources, "mill", Use("u-1", at(10, 9), at(10, 10), "p-shen", "b-1"))
    yield Step(resources, "hall", Book("b-1", at(10, 8), at(10, 12), "p-lin", "A talk"))
    yield Step(services, "advice", Offer("drives", ServiceKind.CONSULTING, "Advice", on=day(5)))
    yield Step(services, "law", Offer("drives", ServiceKind.LEGAL, "Contracts", (ONLINE,), 3, "hengtai", day(5)))
    yield Step(services, "advice", Request("rq-1", ONLINE, "p-shen", on=day(10)))
    yield Step(services, "advice", Request("rq-2", OFFLINE, "p-lin", on=day(9)))
    yield Step(services, "law", Request("rq-1", ONLINE, "p-shen", on=day(10)))
    yield Step(services, "law", Deliver("rq-1", ONLINE, "1", day(12)))
    yield Step(services, "law", Rate("rq-1", "p-shen", 5))


@pytest.fixture(scope="module")
def reader(module_database: Database) -> Iterator[Reader]:
    with (
        closing(Stage(module_database, EVENT_TYPES, FOLLOWERS)) as stage,
        closing(Reader(module_database.dsn("app"), size=1)) as reader,
    ):
        stage.store.register(NORTH, SOUTH)
        stage.store.execute_all(NORTH, [*story()])
        stage.store.execute(SOUTH, bases, "drives", Found("Southern base", "machinery", "Sanya"))
        stage.fold_all(VIEWS)
        assert not stage.verify(VIEWS).differences
        yield reader


def found(reader: Reader, read: Callable[..., Any], query: type, field: str, **asked: Any) -> list[Any]:
    """What a list gives, page by page of one row, which is what it gives at once."""
    rows = read(reader, NORTH, query(**asked)).rows
    assert page_by_page(read, reader, NORTH, query(**asked)) == rows
    return [getattr(row, field) for row in rows]


def overview(reader: Reader, on: date) -> OverviewRow:
    return one_base(reader, NORTH, ShowBase(base="drives", as_of=on))


def test_a_base_shows_what_is_due_what_is_late_and_what_stands_empty(reader: Reader) -> None:
    row = overview(reader, day(12))
    assert (row.next_due, row.overdue, row.longest_vacancy, row.vacant_too_long) == (day(12), 0, 9, 0)
    row = overview(reader, day(26))
    assert (row.overdue, row.longest_vacancy, row.vacant_too_long, row.vacant) == (3, 23, 1, 1)
    assert (row.teacher_name, [one.matter for one in row.matters], row.resources) == ("Tan Wei", ["fire"], 2)
    empty = one_base(reader, NORTH, ShowBase(base="foundry", as_of=day(26)))
    assert (empty.next_due, empty.overdue, empty.longest_vacancy, empty.posts) == (None, 0, 0, [])
    with pytest.raises(NotFound):
        one_base(reader, NORTH, ShowBase(base="nowhere"))


def test_bases_are_asked_for_by_what_they_lack(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return found(reader, list_bases, ListBases, "id", as_of=day(26), **asked)

    assert listed() == ["drives", "foundry"]
    assert listed(vacant=True) == listed(undecided=True) == listed(late=True) == ["drives"]
    assert listed(vacant=False) == listed(undecided=False) == listed(late=False) == ["foundry"]
    assert listed(industry="metals") == listed(search="jinan") == ["foundry"]
    assert listed(state="closed") == []


def test_posts_are_asked_for_by_base_state_kind_holder_vacancy_and_name(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return found(reader, of_posts.posts, of_posts.ListPosts, "post", **asked)

    assert listed() == listed(base="drives") == ["head", "hr"]
    assert listed(state="vacant") == listed(kind=PostKind.HR_MANAGER) == listed(vacant_before=day(4)) == ["hr"]
    assert listed(holder="p-tan") == listed(search="tan wei") == ["head"]
    assert listed(vacant_before=day(3)) == listed(holder="p-lin") == listed(base="foundry") == []


def test_the_chain_of_handovers_names_who_left(reader: Reader) -> None:
    def listed(field: str, **asked: Any) -> list[Any]:
        return found(reader, of_posts.handovers, of_posts.ListHandovers, field, **asked)

    assert listed("what", post="head") == ["handed_over", "appointed", "created"]
    assert listed("outgoing_name", post="head") == ["Lin Mei", None, None]
    assert listed("what", person="p-lin") == ["handed_over", "appointed"]
    assert listed("handed_over", what="handed_over") == [["The seal", "Keys"]]
    assert listed("post", since=day(4), base="drives") == ["head", "head"]


def test_regulations_are_asked_for_with_their_texts_and_breaches(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return found(reader, of_regulations.regulations, of_regulations.ListRegulations, "regulation", **asked)

    assert listed() == listed(base="drives") == ["hygiene", "students"]
    assert listed(search="signs out") == listed(breached=True) == ["students"]
    assert listed(breached=False) == ["hygiene"]

    def texts(**asked: Any) -> list[int]:
        return found(reader, of_regulations.editions, of_regulations.ListEditions, "version", **asked)

    assert texts(regulation="students") == [1, 2]
    assert texts(digest=digest(RULES, TEXT)) == [1]
    assert texts(base="drives") == [1, 1, 2]

    def breached(**asked: Any) -> list[str]:
        return found(reader, of_regulations.breaches, of_regulations.ListBreaches, "breach", **asked)

    assert breached(base="drives", regulation="students") == ["br-2", "br-1"]
    assert breached(person="p-shen") == breached(severity=Severity.SERIOUS) == ["br-1"]
    assert breached(since=day(7)) == ["br-2"]


def test_resources_are_asked_for_by_whose_they_are_and_when_they_are_free(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return found(reader, of_resources.resources, of_resources.ListResources, "id", **asked)

    assert listed(base="drives") == ["hall", "mill", "saw"]
    assert listed(contributor="yunchuan") == listed(kind=ResourceKind.EQUIPMENT) == ["mill", "saw"]
    assert listed(state="retired") == listed(search="saw") == ["saw"]
    assert listed(free_since=at(10, 9)) == []
    assert listed(free_since=at(10, 10), free_until=at(10, 13)) == ["mill"]
    assert listed(free_since=at(10, 12)) == ["hall", "mill"]
    assert of_resources.one_resource(reader, NORTH, of_resources.ShowResource(resource="mill")).minutes_used == 60
    with pytest.raises(NotFound):
        of_resources.one_resource(reader, NORTH, of_resources.ShowResource(resource="mill", contributor="qinglan"))


def test_bookings_are_asked_for_by_resource_state_person_and_time(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return found(reader, of_resources.bookings, of_resources.ListBookings, "key", **asked)

    assert listed(base="drives") == ["hall:booking:b-1", "mill:booking:b-1", "mill:booking:b-2"]
    assert listed(resource="mill", state="used") == listed(person="p-shen") == ["mill:booking:b-1"]
    assert listed(after=at(10, 10), before=at(10, 11)) == ["hall:booking:b-1"]
    assert found(reader, of_resources.bookings, of_resources.ListBookings, "title", state="booked") == ["Hall 3"]


def test_services_are_asked_for_by_kind_channel_and_provider(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return found(reader, of_services.services, of_services.ListServices, "id", **asked)

    assert listed(base="drives", state="offered") == listed(channel=ONLINE) == ["advice", "law"]
    assert listed(channel=OFFLINE) == listed(kind=ServiceKind.CONSULTING) == ["advice"]
    assert listed(provider="hengtai") == listed(search="contr") == ["law"]
    assert of_services.one_service(reader, NORTH, of_services.ShowService(service="law")).delivered == 1
    with pytest.raises(NotFound):
        of_services.one_service(reader, NORTH, of_services.ShowService(service="advice", provider="hengtai"))


def test_the_queue_has_both_channels_and_what_is_due_first_comes_first(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return found(reader, of_services.requests, of_services.ListRequests, "key", **asked)

    assert listed(base="drives") == ["law:rq-1", "advice:rq-2", "advice:rq-1"]
    assert listed(waiting=True) == listed(service="advice") == ["advice:rq-2", "advice:rq-1"]
    assert listed(waiting=False) == listed(state="rated") == ["law:rq-1"]
    assert listed(channel=OFFLINE) == listed(requester="p-lin") == ["advice:rq-2"]
    assert listed(due_until=day(16)) == ["law:rq-1", "advice:rq-2"]
    assert found(reader, of_services.requests, of_services.ListRequests, "title", state="rated") == ["Contracts"]


def test_channels_are_compared(reader: Reader) -> None:
    def listed(what: str, **asked: Any) -> list[Any]:
        return found(reader, of_services.channels, of_services.ListChannels, what, **asked)

    assert listed("key") == listed("key", base="drives") == ["advice:offline", "advice:online", "law:online"]
    assert listed("in_time", service="law") == [1]
    assert listed("title", channel=OFFLINE) == ["Advice"]
    assert listed("kind", service="law") == [ServiceKind.LEGAL]


def test_a_tenant_sees_its_own_bases_only(reader: Reader) -> None:
    assert [row.name for row in list_bases(reader, SOUTH, ListBases()).rows] == ["Southern base"]
    assert of_posts.posts(reader, SOUTH, of_posts.ListPosts()).rows == []
    assert of_services.requests(reader, SOUTH, of_services.ListRequests()).rows == []
