"""What people look up about a base: its posts, regulations, resources and services, folded from what happened."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    Direction,
    ExitReason,
)
from baseplus.bases.events import (
    BaseClosed,
    BookingCancelled,
    CultureActivityHeld,
    Holding,
    HoldingTakenOn,
    InspectionCompleted,
    InspectionKind,
    MajorEventDecided,
    MajorEventEscalated,
    PartnerContacted,
    PostAbolished,
    PostHandedOver,
    PostVacated,
    RegulationAmended,
    RegulationBreachRecorded,
    ResourceBooked,
    ResourceRetired,
    ResourceUsed,
    RetiredFor,
    Severity,
)
from baseplus.kernel.events import Event
from baseplus.mentoring.events import Channel
from baseplus.services.events import (
    CancelledBy,
    ServiceCancelled,
    ServiceDelivered,
    ServiceRated,
    ServiceRequested,
    ServiceScheduled,
    ServiceWithdrawn,
)
from projections.bases.views import BaseRow, Bases, Inspected, OpenMatter, Partner, PostOfBase
from projections.posts.views import PostChanges, PostRow, Posts
from projections.regulations.views import Breaches, Editions, RegulationRow, Regulations
from projections.resources.views import BookingRow, Bookings, ResourceRow, Resources
from projections.runner.view import At
from projections.services.views import ChannelRow, Channels, RequestRow, Requests, ServiceRow, Services
from tests.bases.story import (
    HR,
    RULES,
    TEACHER,
    TEXT,
    adopted,
    asked,
    at,
    contributed,
    day,
    digest,
    founded,
    led,
    managed,
    offered,
    taken_on,
    with_posts,
    with_site,
)
from tests.projections.folding import fold, time

handed = PostHandedOver("hr", HR, "p-bai", "p-cao", "Cao Rui", ("Keys of hall 3",), day(20))


def base(*history: Event) -> BaseRow:
    row = fold(Bases(), "bases/drives", history)["drives"]
    assert isinstance(row, BaseRow)
    return row


def post(*history: Event) -> PostRow:
    row = fold(Posts(), "bases/drives", history)["drives:hr"]
    assert isinstance(row, PostRow)
    return row


def inspected(name: str, on: int, due: int | None, *, passed: bool = True) -> InspectionCompleted:
    again = day(due) if due else None
    return InspectionCompleted(name, InspectionKind.SAFETY, "p-back", passed, day(on), ("…",), None, again)


def test_a_post_says_who_holds_it_and_since_when_it_stands_as_it_does() -> None:
    row = post(*with_posts)
    assert (row.state, row.since, row.holder, row.vacancy_limit, row.reports_to) == ("vacant", day(3), None, 14, "head")
    row = post(*managed, handed)
    assert (row.state, row.since, row.holder, row.holder_name, row.holders) == (
        "held",
        day(20),
        "p-cao",
        "Cao Rui",
        2,
    )
    row = post(*managed, PostVacated("hr", HR, "p-bai", day(9)))
    assert (row.state, row.since, row.holder, row.holder_name) == ("vacant", day(9), None, None)
    assert post(*with_posts, PostAbolished("hr", HR, day(9))).state == "abolished"
    assert fold(Posts(), "bases/drives", [handed]) == {}


def test_the_chain_of_a_post_names_who_came_who_went_and_what_was_handed_over() -> None:
    history = (*managed, handed, PostVacated("hr", HR, "p-cao", day(22)), PostAbolished("hr", HR, day(23)))
    rows = [row for row in fold(PostChanges(), "bases/drives", history).values() if row.post == "hr"]
    assert [(row.what, row.outgoing, row.person, row.name, row.day) for row in rows] == [
        ("created", None, None, None, day(3)),
        ("appointed", None, "p-bai", "Bai Yang", day(5)),
        ("handed_over", "p-bai", "p-cao", "Cao Rui", day(20)),
        ("vacated", "p-cao", None, None, day(22)),
        ("abolished", None, None, None, day(23)),
    ]
    assert rows[2].handed_over == ["Keys of hall 3"]
    assert rows[2].recorded_at > time(6)


STRICTER = "Everybody signs in and out."
amended = RegulationAmended(
    "students", 2, STRICTER, digest(RULES, STRICTER), digest(RULES, TEXT), "People were missed", day(12)
)
breach = RegulationBreachRecorded(
    "br-1", "students", 1, digest(RULES, TEXT), "p-shen", Severity.SERIOUS, "Left without signing out", day(6)
)


def test_a_regulation_says_what_is_in_force_and_every_text_stays_known() -> None:
    rows = fold(Regulations(), "bases/drives", (*adopted, breach, amended))
    row = rows["drives:students"]
    assert isinstance(row, RegulationRow)
    assert (row.title, row.version, row.text, row.since, row.adopted_on) == (RULES, 2, STRICTER, day(12), day(5))
    assert (row.digest, row.previous, row.breaches, row.serious) == (amended.digest, amended.previous, 1, 1)
    again = (*adopted, breach, amended, adopted[-1])
    assert fold(Regulations(), "bases/drives", again)["drives:students"].breaches == 1
    assert fold(Regulations(), "bases/drives", [amended, breach]) == {}
    editions = fold(Editions(), "bases/drives", (*adopted, breach, amended))
    assert [(row.key, row.digest, row.previous, row.reason) for row in editions.values()] == [
        ("drives:students:1", digest(RULES, TEXT), None, None),
        ("drives:students:2", digest(RULES, STRICTER), digest(RULES, TEXT), "People were missed"),
    ]


def test_a_breach_is_listed_without_what_is_told_of_it() -> None:
    (row,) = fold(Breaches(), "bases/drives", (*adopted, breach)).values()
    assert (row.key, row.person, row.severity, row.version, row.day) == (
        "drives:br-1",
        "p-shen",
        Severity.SERIOUS,
        1,
        day(6),
    )
    assert "Left without" not in repr(row)


booked = ResourceBooked("b-1", "drives", at(10, 9), at(10, 11), "p-shen", "Milling the shaft")
used = ResourceUsed("u-1", "drives", at(10, 9), at(10, 10), "p-lin", "b-1")
unbooked = ResourceUsed("u-2", "drives", at(11, 23), at(12, 1), "p-lin")


def test_a_resource_says_how_much_it_is_booked_and_used() -> None:
    history = (*contributed, booked, used, unbooked, ResourceRetired("drives", RetiredFor.RETURNED, day(20)))
    row = fold(Resources(), "resources/mill", history)["mill"]
    assert isinstance(row, ResourceRow)
    assert (row.title, row.base, row.weekly_hours, row.value, row.currency) == (
        "Five-axis mill",
        "drives",
        35,
        Decimal(480000),
        "CNY",
    )
    assert (row.bookings_open, row.uses, row.minutes_used, row.last_used) == (0, 2, 180, day(12))
    assert (row.state, row.retired_on, row.retired_for) == ("retired", day(20), RetiredFor.RETURNED)
    cancelled = (*contributed, booked, BookingCancelled("b-1", "drives", "The class is ill"))
    row = fold(Resources(), "resources/mill", cancelled)["mill"]
    assert (row.bookings_open, row.bookings_cancelled, row.last_used) == (0, 1, None)
    assert fold(Resources(), "resources/mill", [booked]) == {}


def test_a_booking_says_what_became_of_it() -> None:
    rows = fold(Bookings(), "resources/mill", (*contributed, booked, used, unbooked))
    assert list(rows) == ["mill:booking:b-1", "mill:use:u-2"]
    row = rows["mill:booking:b-1"]
    assert isinstance(row, BookingRow)
    assert (row.state, row.person, row.until, row.booked_until) == ("used", "p-lin", at(10, 10), at(10, 11))
    assert (row.purpose, row.minutes_used) == ("Milling the shaft", 60)
    assert (rows["mill:use:u-2"].booking, rows["mill:use:u-2"].minutes_used) == (None, 120)
    history = (*contributed, booked, BookingCancelled("b-1", "drives", "The class is ill"))
    row = fold(Bookings(), "resources/mill", history)["mill:booking:b-1"]
    assert (row.state, row.reason, row.person) == ("cancelled", "The class is ill", "p-shen")


scheduled = ServiceScheduled("rq-1", at(16, 9), Channel.OFFLINE, "p-lu")
delivered = ServiceDelivered("rq-1", "drives", Channel.OFFLINE, Channel.ONLINE, day(10), day(17), day(18), "1.5")
rated = ServiceRated("rq-1", "drives", Channel.OFFLINE, "p-shen", 4, "Saved us a lawsuit")
second = ServiceRequested("rq-2", "drives", Channel.OFFLINE, "p-lin", day(11), day(18))


def called_off(by: CancelledBy, on: int = 12) -> ServiceCancelled:
    return ServiceCancelled("rq-2", "drives", Channel.OFFLINE, by, "…", day(11), day(18), day(on))


def test_a_service_says_how_many_wait_for_it() -> None:
    row = fold(Services(), "services/advice", (*asked, second, scheduled, delivered, rated))["advice"]
    assert isinstance(row, ServiceRow)
    assert (row.title, row.state, row.requested, row.waiting, row.delivered) == (
        "Advice for founders",
        "offered",
        2,
        1,
        1,
    )
    gone = (called_off(CancelledBy.BASE), ServiceWithdrawn("drives", "…", day(20)))
    row = fold(Services(), "services/advice", (*asked, second, *gone))["advice"]
    assert (row.waiting, row.state, row.withdrawn_on) == (1, "withdrawn", day(20))
    assert fold(Services(), "services/advice", [second]) == {}


def test_a_request_says_where_it_stands_without_what_was_written() -> None:
    row = fold(Requests(), "services/advice", asked)["advice:rq-1"]
    assert isinstance(row, RequestRow)
    assert (row.state, row.channel, row.requested_on, row.due) == ("open", Channel.ONLINE, day(10), day(17))
    row = fold(Requests(), "services/advice", (*asked, scheduled, delivered, rated))["advice:rq-1"]
    assert (row.state, row.scheduled_at, row.assignee, row.stars) == ("rated", at(16, 9), "p-lu", 4)
    assert (row.delivered_by, row.in_time, row.hours) == (Channel.OFFLINE, False, Decimal("1.5"))
    assert "lawsuit" not in repr(row)
    assert "contract" not in repr(row)
    row = fold(Requests(), "services/advice", (*offered, second, called_off(CancelledBy.BASE)))["advice:rq-2"]
    assert (row.state, row.cancelled_by, row.cancelled_on) == ("cancelled", CancelledBy.BASE, day(12))
    assert fold(Requests(), "services/advice", [delivered]) == {}


def test_services_are_counted_by_the_channel_they_were_asked_for_and_by_the_one_they_came() -> None:
    rows = fold(Channels(), "services/advice", (*asked, second, delivered, rated, called_off(CancelledBy.REQUESTER)))
    online, offline = rows["advice:online"], rows["advice:offline"]
    assert isinstance(online, ChannelRow)
    assert (online.requested, online.in_time, online.late, online.delivered, online.stars) == (1, 0, 1, 0, None)
    assert (offline.requested, offline.excused, offline.failed, offline.delivered) == (1, 1, 0, 1)
    assert (offline.hours, offline.ratings, offline.stars) == (Decimal("1.5"), 1, Decimal("4.00"))
    late = fold(Channels(), "services/advice", (*offered, second, called_off(CancelledBy.REQUESTER, 19)))
    assert (late["advice:offline"].excused, late["advice:offline"].failed) == (0, 1)


def test_a_base_shows_where_it_works_and_who_is_in_charge() -> None:
    row = base(*with_site)
    assert (row.name, row.state, row.teacher, [site.site for site in row.sites]) == (
        "Drives base",
        "open",
        None,
        ["hall-3"],
    )
    row = base(*led)
    assert (row.teacher, row.teacher_name, row.vacant) == ("p-lin", "Lin Mei", 1)
    assert row.posts[1] == PostOfBase("hr", HR, "HR manager", 14, day(3))
    assert base(*managed).vacant == 0
    row = base(*managed, PostVacated("head", TEACHER, "p-lin", day(9)))
    assert (row.teacher, row.teacher_name, row.vacant, row.posts[0].vacant_since) == (None, None, 1, day(9))
    assert [one.post for one in base(*with_posts, PostAbolished("hr", HR, day(9))).posts] == ["head"]


def test_a_base_shows_what_waits_for_a_decision() -> None:
    escalated = MajorEventEscalated("fire", "A fire in hall 3", "p-bai", "…", day(10), day(12))
    row = base(*led, escalated)
    assert row.matters == [OpenMatter("fire", "A fire in hall 3", day(10), day(12))]
    row = base(*led, escalated, MajorEventDecided("fire", "p-lin", "…", day(10), day(11)))
    assert (row.matters, row.matters_decided) == ([], 1)


def test_the_latest_inspection_and_contact_say_what_is_due_also_when_earlier_ones_are_recorded_late() -> None:
    row = base(*founded, inspected("i-1", 10, 24, passed=False), inspected("i-2", 4, 11))
    assert row.inspected == [Inspected(InspectionKind.SAFETY, None, day(10), False, day(24))]
    assert (row.inspections, row.inspections_failed) == (2, 1)
    assert base(*founded, inspected("i-1", 10, 24), inspected("i-2", 12, None)).inspected[0].due is None

    def spoken(name: str, on: int, due: int | None) -> PartnerContacted:
        return PartnerContacted(name, "yunchuan", "p-lian", Channel.ONLINE, name, day(on), day(due) if due else None)

    row = base(*founded, spoken("c-1", 10, 20), spoken("c-2", 4, 5))
    assert (row.partners, row.contacts) == ([Partner("yunchuan", day(10), "c-1", day(20))], 2)
    assert base(*founded, spoken("c-1", 10, 20), spoken("c-2", 12, None)).partners[0].due is None


def test_a_base_counts_what_it_has() -> None:
    service = HoldingTakenOn(Holding.SERVICE, "advice", day(6))
    activities = [CultureActivityHeld(f"a-{on}", "Walk", "p-back", 9, day(on)) for on in (9, 7)]
    row = base(*adopted, amended, breach, taken_on, service, *activities)
    assert (row.regulations, row.breaches, row.resources, row.services) == (["students"], 1, 1, 1)
    assert (row.activities, row.last_activity) == (2, day(9))


def test_what_ends_elsewhere_is_counted_at_the_base() -> None:
    rows: dict[str, Any] = fold(Bases(), "bases/drives", (*founded, taken_on))
    view = Bases()
    left = ApprenticeExited("p-1", "drives", ExitReason.OTHER, Direction.NONE, day(9), day(5))
    never = ApprenticeExited("p-1", "drives", ExitReason.OTHER, Direction.NONE, day(9))
    started = ApprenticeshipStarted("drives", day(5))
    done = ApprenticeshipCompleted("drives", day(5), day(9))
    counts = []
    for event in (started, started, started, left, never, done):
        assert fold(view, "apprenticeships/ap-1", [event]) == {}
        rows = fold_on(rows, "apprenticeships/ap-1", event)
        counts.append(rows["drives"].in_training)
    assert counts == [1, 2, 3, 2, 2, 1]
    rows = fold_on(rows, "resources/mill", ResourceRetired("drives", RetiredFor.LOST, day(9)))
    rows = fold_on(rows, "services/advice", ServiceWithdrawn("drives", "…", day(9)))
    assert (rows["drives"].resources, rows["drives"].services) == (0, -1)


def fold_on(rows: dict[str, Any], stream: str, event: Any) -> dict[str, Any]:
    """The rows after one more event, of another stream."""
    view = Bases()
    where = At("qinglan", 9, stream, "drives", time(9), time(10))
    assert view.keys(event, where) == ("drives",)
    return {"drives": view.evolve(rows["drives"], event, where)}


def test_nothing_is_due_at_a_closed_base() -> None:
    spoken = PartnerContacted("c-1", "yunchuan", "p-lian", Channel.ONLINE, "…", day(10), day(20))
    row = base(*founded, inspected("i-1", 10, 24), spoken, BaseClosed("…", day(20)))
    assert (row.state, row.closed_on) == ("closed", day(20))
    assert (row.inspected[0].due, row.partners[0].due) == (None, None)
    assert fold(Bases(), "bases/drives", [spoken]) == {}
