"""Whatever people order, in whatever order: what must hold for a base, its resources and its services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from baseplus.bases.daily import CompleteInspection, ContactPartner, DecideMatter, Escalate, HoldActivity
from baseplus.bases.events import (
    BaseClosed,
    BasesEvent,
    BookingCancelled,
    InspectionKind,
    MajorEventDecided,
    ManagerAppointed,
    PostAbolished,
    PostHandedOver,
    PostKind,
    PostVacated,
    RegulationAdopted,
    RegulationAmended,
    ResourceBooked,
    ResourceKind,
    ResourceRetired,
    ResourceUsed,
    RetiredFor,
    Setting,
    Severity,
)
from baseplus.bases.model import Close, Found, RegisterSite, bases
from baseplus.bases.posts import AbolishPost, Appoint, CreatePost, HandOver, Vacate
from baseplus.bases.regulations import AdoptRegulation, AmendRegulation, RecordBreach
from baseplus.bases.resources import Book, CancelBooking, Contribute, Retire, Use, resources
from baseplus.kernel.decisions import Command, Step
from baseplus.kernel.events import EventTypes
from baseplus.mentoring.events import Channel
from baseplus.services.events import (
    CancelledBy,
    ServiceCancelled,
    ServiceDelivered,
    ServiceEvent,
    ServiceKind,
    ServiceRated,
    ServiceRequested,
)
from baseplus.services.model import Cancel, Deliver, Offer, Rate, Request, Schedule, Withdraw, services
from tests.bases.story import BEIJING
from tests.mentoring.world import World
from tests.properties import Order, never_refused, played

TYPES = EventTypes(BasesEvent, ServiceEvent)
FIRST = datetime(2026, 1, 25, 12, tzinfo=BEIJING)
EXAMPLES = settings(max_examples=50, deadline=None)

days = st.none() | st.integers(-3, 1)
people = st.sampled_from(["p-lin", "p-bai", "p-cao"])
posts = st.sampled_from(["head", "hr", "lab"])
kinds = st.sampled_from([PostKind.TEACHER_IN_CHARGE, PostKind.HR_MANAGER])
names = st.sampled_from(["one", "two"])
channels = st.sampled_from([*Channel])


def opened(draw: st.DrawFn, first: Command, commands: st.SearchStrategy[Any]) -> list[Order]:
    """Orders at times that go on, most often from the opening on; each about a day up to three days back."""
    now = FIRST
    made: list[Order] = [(first, now)] if draw(st.integers(0, 9)) else []
    for _ in range(draw(st.sampled_from([30, 15, 5]))):
        now += timedelta(days=draw(st.sampled_from([0, 0, 1, 4])))
        make, back = draw(commands), draw(days)
        on: date | None = None if back is None else now.date() + timedelta(days=back)
        made.append((make(on, now), now))
    return made


def dated(kind: type[Command], *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An order about a day."""
    return st.tuples(*fields).map(lambda values: lambda on, _now: kind(*values, on=on))


def plain(kind: type[Command], *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(*fields).map(lambda values: lambda _on, _now: kind(*values))


said = st.just("…")
of_base = st.one_of(
    dated(RegisterSite, names, said, st.sampled_from([*Setting]), said),
    *(dated(CreatePost, posts, kinds, said, st.just(7), st.none() | posts) for _ in range(3)),
    *(dated(Appoint, posts, people, said) for _ in range(4)),
    *(dated(HandOver, posts, people, people, said, st.just(("Keys",))) for _ in range(4)),
    dated(Vacate, posts, said),
    dated(AbolishPost, posts),
    dated(AdoptRegulation, names, said, st.sampled_from(["Sign in.", "Sign out."])),
    dated(AmendRegulation, names, st.sampled_from(["Sign in.", "Sign both."]), said),
    dated(RecordBreach, names, names, people, st.sampled_from([*Severity]), said),
    *(dated(Escalate, names, said, people, said) for _ in range(2)),
    *(dated(DecideMatter, names, people, said) for _ in range(2)),
    dated(
        CompleteInspection,
        names,
        st.sampled_from([*InspectionKind]),
        people,
        st.booleans(),
        st.just(()) | st.just(("Dust",)),
        st.none() | names,
    ),
    dated(HoldActivity, names, said, people, st.just(9)),
    dated(ContactPartner, names, names, people, channels, said),
    st.one_of(dated(Close, said), *(dated(Vacate, posts, said) for _ in range(9))),
)


@st.composite
def of_a_base(draw: st.DrawFn) -> list[Order]:
    return opened(draw, Found("Drives base", "machinery", "Qingdao"), of_base)


def timed(kind: type[Command], *fields: st.SearchStrategy[Any], then: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """An order about some hours around now."""
    spans = st.tuples(st.integers(-48, 24), st.integers(0, 30))

    def order(drawn: tuple[tuple[Any, ...], tuple[int, int], tuple[Any, ...]]) -> Any:
        values, (begin, hours), more = drawn

        def made(_on: date | None, now: datetime) -> Command:
            since = now + timedelta(hours=begin)
            return kind(*values, since, since + timedelta(hours=hours), *more)

        return made

    return st.tuples(st.tuples(*fields), spans, st.tuples(*then)).map(order)


bookings = st.sampled_from(["b-1", "b-2", "b-3", "b-4", "b-5"])
uses = st.sampled_from(["u-1", "u-2", "u-3"])
of_resource = st.one_of(
    *(timed(Book, bookings, then=(people, said)) for _ in range(4)),
    plain(CancelBooking, bookings, said),
    *(timed(Use, uses, then=(people, st.none() | bookings)) for _ in range(3)),
    st.one_of(dated(Retire, st.sampled_from([*RetiredFor])), *(timed(Book, bookings, then=(people, said)),) * 9),
)


@st.composite
def of_a_resource(draw: st.DrawFn) -> list[Order]:
    return opened(draw, Contribute("drives", "yunchuan", ResourceKind.ROOM, "Hall 3"), of_resource)


requests = st.sampled_from(["rq-1", "rq-2", "rq-3", "rq-4"])


def scheduled(drawn: tuple[str, int, Channel]) -> Any:
    request, ahead, channel = drawn
    return lambda _on, now: Schedule(request, now + timedelta(days=ahead), channel)


of_service = st.one_of(
    *(dated(Request, requests, channels, people) for _ in range(3)),
    st.tuples(requests, st.integers(-5, 5), channels).map(scheduled),
    *(dated(Deliver, requests, channels, st.sampled_from([None, "2.5", "25"])) for _ in range(3)),
    plain(Rate, requests, people, st.integers(1, 5)),
    dated(Cancel, requests, st.sampled_from([*CancelledBy]), said),
    st.one_of(dated(Withdraw, said), *(dated(Request, requests, channels, people),) * 9),
)


@st.composite
def of_a_service(draw: st.DrawFn) -> list[Order]:
    both = (Channel.ONLINE, Channel.OFFLINE)
    offer = Offer("drives", ServiceKind.LEGAL, "Contracts", draw(st.just(both) | st.just(both[:1])), 3)
    return opened(draw, offer, of_service)


@EXAMPLES
@given(of_a_base())
def test_a_post_has_one_holder_and_its_chain_has_no_gap(orders: list[Order]) -> None:
    held: dict[str, str | None] = {}
    for event in played(bases, TYPES, orders):
        match event:
            case ManagerAppointed():
                assert held.get(event.post) is None
                held[event.post] = event.person
            case PostHandedOver():
                assert held[event.post] == event.outgoing != event.person
                held[event.post] = event.person
            case PostVacated():
                assert held[event.post] == event.person
                held[event.post] = None
            case PostAbolished():
                assert held.get(event.post) is None


@EXAMPLES
@given(of_a_base())
def test_whoever_decides_a_major_event_is_or_was_in_charge(orders: list[Order]) -> None:
    in_charge = set[str]()
    for event in played(bases, TYPES, orders):
        if isinstance(event, ManagerAppointed | PostHandedOver) and event.kind is PostKind.TEACHER_IN_CHARGE:
            in_charge.add(event.person)
        if isinstance(event, MajorEventDecided):
            assert event.decided_by in in_charge
            assert event.escalated <= event.on


@EXAMPLES
@given(of_a_base())
def test_each_text_of_a_regulation_names_the_one_before_it(orders: list[Order]) -> None:
    digests: dict[str, list[str]] = {}
    for event in played(bases, TYPES, orders):
        if isinstance(event, RegulationAdopted | RegulationAmended):
            before = digests.setdefault(event.regulation, [])
            assert event.previous == (before[-1] if before else None) != event.digest
            before.append(event.digest)
            assert event.version == len(before)


@EXAMPLES
@given(of_a_base())
def test_nothing_follows_the_closing_of_a_base(orders: list[Order]) -> None:
    history = played(bases, TYPES, orders)
    assert all(not isinstance(event, BaseClosed) for event in history[:-1])
    assert all(event.on >= history[0].on for event in history)


@EXAMPLES
@given(of_a_resource())
def test_nobody_has_a_resource_while_another_has_it_or_after_it_is_retired(orders: list[Order]) -> None:
    taken: dict[str, tuple[datetime, datetime]] = {}
    gone = False
    for event in played(resources, TYPES, orders):
        match event:
            case ResourceBooked():
                assert not gone
                name = event.booking
            case BookingCancelled():
                del taken[event.booking]
                continue
            case ResourceUsed():
                taken.pop(str(event.booking), None)
                name = event.use
            case ResourceRetired():
                assert not gone
                gone = True
                continue
            case _:
                continue
        assert all(event.until <= since or until <= event.since for since, until in taken.values())
        taken[name] = (event.since, event.until)
    assert not (gone and [name for name in taken if name.startswith("b-")])


@EXAMPLES
@given(of_a_service())
def test_each_request_ends_once_and_knows_how_it_was_asked_for(orders: list[Order]) -> None:
    asked: dict[str, ServiceRequested] = {}
    ended = dict[str, str]()
    for event in played(services, TYPES, orders):
        match event:
            case ServiceRequested():
                assert event.request not in asked
                asked[event.request] = event
            case ServiceDelivered() | ServiceCancelled():
                assert event.request not in ended
                one = asked[event.request]
                assert (event.asked, event.requested, event.due) == (one.channel, one.on, one.due)
                ended[event.request] = event.TYPE
            case ServiceRated():
                assert ended[event.request] == ServiceDelivered.TYPE
                assert event.requester == asked[event.request].requester


@EXAMPLES
@given(st.data())
def test_what_happened_is_never_refused_whatever_its_order(data: st.DataObject) -> None:
    for decider, orders in ((bases, of_a_base()), (resources, of_a_resource()), (services, of_a_service())):
        history = played(decider, TYPES, data.draw(orders))
        never_refused(decider, data.draw(st.permutations(history + history[:3])))


@EXAMPLES
@given(st.lists(st.tuples(st.sampled_from(["mill", "hall", "advice", "close"]), st.integers(0, 9)), max_size=12))
def test_a_base_ends_with_all_that_it_has(steps: list[tuple[str, int]]) -> None:
    world = World()
    world.put([Step(bases, "drives", Found("Drives base", "machinery", "Qingdao"))], FIRST)
    for number, (what, chance) in enumerate(steps):
        match what:
            case "advice":
                step = Step(services, f"advice-{number}", Offer("drives", ServiceKind.LEGAL, "Contracts"))
            case "close" if chance > 5:
                step = Step(bases, "drives", Close("The enterprise moved."))
            case "close":
                step = Step(bases, "drives", HoldActivity(f"a-{number}", "Walk", "p-lin", 4))
            case _:
                hall = Contribute("drives", "yunchuan", ResourceKind.ROOM, "Hall 3")
                step = Step(resources, f"{what}-{number}", hall)
        world.put([step], FIRST + timedelta(days=number))
    base = world.state(bases, "drives")
    assert all(bool(world.state(resources, one).retired) is bool(base.closed) for one in base.resources)
    assert all(bool(world.state(services, one).withdrawn) is bool(base.closed) for one in base.services)
    things = {stream.partition("/")[2] for stream in world.streams if not stream.startswith("bases/")}
    assert things == {*base.resources, *base.services}
