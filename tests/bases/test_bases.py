from __future__ import annotations

import pytest

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    Direction,
    ExitReason,
)
from baseplus.bases import followers
from baseplus.bases.daily import CompleteInspection, ContactPartner, DecideMatter, Escalate, HoldActivity
from baseplus.bases.events import (
    ApprenticeDeparted,
    ApprenticeReceived,
    BaseClosed,
    BaseFounded,
    CultureActivityHeld,
    Holding,
    HoldingTakenOn,
    InspectionCompleted,
    InspectionKind,
    MajorEventDecided,
    MajorEventEscalated,
    PartnerContacted,
    PostHandedOver,
    PostVacated,
    Setting,
    SiteRegistered,
)
from baseplus.bases.model import BaseCommand, Close, Found, NoteDeparture, Receive, RegisterSite, TakeOn, bases
from baseplus.bases.posts import CreatePost
from baseplus.bases.regulations import AdoptRegulation
from baseplus.bases.resources import EndWithBase, resources
from baseplus.kernel.decisions import Step
from baseplus.mentoring.events import Channel
from baseplus.services import followers as service_followers
from baseplus.services.model import EndWithBase as ServiceEndWithBase
from baseplus.services.model import services
from tests.bases.story import (
    HR,
    TEACHER,
    TODAY,
    contributed,
    day,
    founded,
    given,
    led,
    managed,
    offered,
    taken_on,
    with_posts,
    with_site,
)

escalated = MajorEventEscalated("fire", "A fire in hall 3", "p-bai", "The mill overheated", day(10), day(12))
decided = MajorEventDecided("fire", "p-lin", "The hall stays shut for a week.", day(10), day(11))
contact = ContactPartner("c-1", "yunchuan", "p-lian", Channel.ONLINE, "The next intake", day(20), day(9))
activity = HoldActivity("a-1", "Spring walk", "p-back", 31, day(9))


def decide(person: str = "p-lin", on: int = 11, matter: str = "fire") -> DecideMatter:
    return DecideMatter(matter, person, "The hall stays shut for a week.", day(on))


def inspection(name: str = "i-1", **more: object) -> CompleteInspection:
    given = {"findings": (), "site": None, "next_due": day(2, month=3), "on": day(2), **more}
    return CompleteInspection(name, InspectionKind.SAFETY, "p-back", passed=not given["findings"], **given)  # type: ignore[arg-type]


def test_a_base_is_founded_once() -> None:
    given().when(Found("Drives base", "machinery", "Qingdao", "agr-1", day(2))).then(*founded)
    given().when(Found("Drives base", "machinery", "Qingdao")).then(
        BaseFounded("Drives base", "machinery", "Qingdao", TODAY)
    )
    given(*founded).when(Found("Drives base", "machinery", "Qingdao")).then_rejected(
        "base_exists", founded="2026-02-02"
    )


def test_a_site_is_registered_once() -> None:
    site = RegisterSite("hall-3", "Hall 3", Setting.ON_CAMPUS, "Lake Road 1", "400", day(3))
    given(*founded).when(site).then(SiteRegistered("hall-3", "Hall 3", Setting.ON_CAMPUS, "Lake Road 1", day(3), "400"))
    given(*with_site).when(site).then_rejected("site_exists", site="hall-3")


def test_a_major_event_is_decided_only_by_the_teacher_in_charge() -> None:
    given(*led, escalated).when(decide()).then(decided)
    given(*led, escalated).when(decide("p-bai")).then_rejected(
        "not_the_teacher_in_charge", person="p-bai", in_charge=["p-lin"], on="2026-02-11"
    )
    given(*with_posts, escalated).when(decide()).then_rejected(
        "not_the_teacher_in_charge", person="p-lin", in_charge=[], on="2026-02-11"
    )
    given(*founded, escalated).when(decide()).then_rejected("not_the_teacher_in_charge")


def test_who_was_in_charge_on_the_day_of_a_decision_may_have_taken_it() -> None:
    handed = PostHandedOver("head", TEACHER, "p-lin", "p-tan", "Tan Wei", ("The seal",), day(15))
    history = (*led, escalated, handed)
    given(*history).when(decide("p-lin", 15)).then(
        MajorEventDecided("fire", "p-lin", "The hall stays shut for a week.", day(10), day(15))
    )
    given(*history).when(decide("p-tan", 15)).then(
        MajorEventDecided("fire", "p-tan", "The hall stays shut for a week.", day(10), day(15))
    )
    given(*history).when(decide("p-lin", 16)).then_rejected("not_the_teacher_in_charge")
    given(*history).when(decide("p-tan", 14)).then_rejected("not_the_teacher_in_charge")


def test_a_major_event_is_escalated_and_decided_once() -> None:
    raise_it = Escalate("fire", "A fire in hall 3", "p-bai", "The mill overheated", day(12), day(10))
    given(*led).when(raise_it).then(escalated)
    given(*led, escalated).when(raise_it).then_rejected("matter_exists", matter="fire")
    given(*led, escalated, decided).when(raise_it).then_rejected("matter_decided_already", matter="fire")
    given(*led, escalated, decided).when(decide()).then_rejected("matter_decided_already", matter="fire")
    given(*led).when(decide()).then_rejected("no_such_matter", matter="fire")


def test_a_decision_follows_its_matter_and_is_due_no_earlier() -> None:
    given(*led, escalated).when(decide(on=9)).then_rejected("earlier_than_the_last_change")
    given(*led).when(Escalate("fire", "…", "p-bai", "…", day(9), day(10))).then_rejected(
        "due_before_it_happened", due="2026-02-09", on="2026-02-10"
    )
    given(*led).when(Escalate("fire", "…", "p-bai", "…", None, day(10))).then(
        MajorEventEscalated("fire", "…", "p-bai", "…", day(10))
    )


def test_an_inspection_says_what_was_found_and_when_to_look_again() -> None:
    found = InspectionCompleted(
        "i-1", InspectionKind.SAFETY, "p-back", False, day(9), ("No fire blanket",), "hall-3", day(9, month=3)
    )
    order = inspection(findings=("No fire blanket",), site="hall-3", next_due=day(9, month=3), on=day(9))
    given(*with_site).when(order).then(found)
    given(*with_site, found).when(order).then_rejected("recorded_already", what="inspection", id="i-1")


def test_an_inspection_is_of_a_site_that_there_is_and_a_failed_one_says_why() -> None:
    given(*founded).when(inspection(site="hall-3")).then_rejected("no_such_site", site="hall-3")
    failed = CompleteInspection("i-1", InspectionKind.SAFETY, "p-back", passed=False)
    given(*founded).when(failed).then_rejected("findings_missing", inspection="i-1")
    given(*founded).when(inspection(next_due=day(2))).then_rejected(
        "due_before_it_happened", due="2026-02-02", on="2026-02-02"
    )
    given(*founded).when(inspection(next_due=None)).then(
        InspectionCompleted("i-1", InspectionKind.SAFETY, "p-back", True, day(2))
    )


def test_an_activity_and_a_contact_are_recorded_once() -> None:
    held = CultureActivityHeld("a-1", "Spring walk", "p-back", 31, day(9))
    spoken = PartnerContacted("c-1", "yunchuan", "p-lian", Channel.ONLINE, "The next intake", day(9), day(20))
    given(*founded).when(activity).then(held)
    given(*founded).when(contact).then(spoken)
    given(*founded, held).when(activity).then_rejected("recorded_already", what="activity", id="a-1")
    given(*founded, spoken).when(contact).then_rejected("recorded_already", what="contact", id="c-1")


def test_a_closed_base_vacates_its_posts_and_takes_all_that_it_answers_for_along() -> None:
    holdings = (taken_on, HoldingTakenOn(Holding.SERVICE, "advice", day(6)))
    given(*managed, *holdings).when(Close("The enterprise moved.", day(20))).then(
        PostVacated("head", TEACHER, "p-lin", day(20)),
        PostVacated("hr", HR, "p-bai", day(20)),
        BaseClosed("The enterprise moved.", day(20), ("mill",), ("advice",)),
    )
    given(*with_posts).when(Close("…")).then(BaseClosed("…", TODAY))


def test_a_base_is_not_closed_while_a_major_event_waits_or_before_what_happened_last() -> None:
    given(*led, escalated).when(Close("…")).then_rejected("major_events_undecided", matters=["fire"])
    given(*led, escalated, decided).when(Close("…", day(10))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-10", last="2026-02-11"
    )


ANYTHING: list[BaseCommand] = [
    RegisterSite("hall-4", "Hall 4", Setting.ELSEWHERE, "…"),
    AdoptRegulation("students", "…", "…"),
    CreatePost("lab", HR, "…"),
    Escalate("fire", "…", "p-bai", "…"),
    activity,
    contact,
    Close("…"),
]


@pytest.mark.parametrize("order", ANYTHING, ids=lambda order: type(order).__name__)
def test_a_closed_base_takes_nothing_new(order: BaseCommand) -> None:
    closed = (*founded, BaseClosed("…", day(20)))
    given(*closed).when(order).then_rejected("base_is_closed", on="2026-02-20")
    given().when(order).then_rejected("no_such_base")


def take_on(site: str | None = None) -> TakeOn:
    return TakeOn("drives", Holding.RESOURCE, "mill", day(5), site)


def test_a_base_answers_for_what_is_contributed_to_it_and_what_it_offers() -> None:
    given(*with_site).when(take_on("hall-3")).then(taken_on)
    given(*founded).when(take_on("hall-3")).then_rejected("no_such_site", base="drives", site="hall-3")
    given(*founded, BaseClosed("…", day(20))).when(take_on()).then_rejected(
        "base_is_closed", base="drives", on="2026-02-20"
    )
    given().when(take_on()).then_rejected("no_such_base", base="drives")
    given(BaseFounded("…", "machinery", "…", day(6))).when(take_on()).then_rejected(
        "base_not_founded_yet", base="drives", founded="2026-02-06"
    )


receive = Receive("drives", "ap-17", day(5))


def test_a_base_receives_whoever_is_enrolled_there_until_it_is_closed() -> None:
    received = ApprenticeReceived("ap-17", day(5))
    given(*founded).when(receive).then(received)
    given(*founded, BaseClosed("…", day(20))).when(receive).then_rejected(
        "base_is_closed", base="drives", on="2026-02-20"
    )
    given(*founded, received).when(Close("…", day(4))).then_rejected("earlier_than_the_last_change")


def test_a_base_is_not_closed_while_somebody_trains_there() -> None:
    shen, lin = ApprenticeReceived("ap-17", day(5)), ApprenticeReceived("ap-4", day(6))
    given(*founded, shen, lin).when(Close("…")).then_rejected(
        "apprentices_train_there", apprenticeships=["ap-17", "ap-4"]
    )
    given(*founded, shen, lin, ApprenticeDeparted("ap-17", day(7))).when(Close("…")).then_rejected(
        "apprentices_train_there", apprenticeships=["ap-4"]
    )
    departed = (ApprenticeDeparted("ap-17", day(7)), ApprenticeDeparted("ap-4", day(8)))
    given(*founded, shen, lin, *departed).when(Close("…")).then(BaseClosed("…", TODAY))


def test_a_base_learns_of_the_end_of_whomever_it_received() -> None:
    gone = NoteDeparture("ap-17", day(9))
    received, departed = ApprenticeReceived("ap-17", day(5)), ApprenticeDeparted("ap-17", day(9))
    given(*founded, received).when(gone).then(departed)
    given(*founded, received, departed).when(gone).then()
    given(*founded).when(gone).then()
    given().when(gone).then()
    given(*founded, received, BaseClosed("…", day(8))).when(gone).then(departed)


def test_who_ends_is_told_to_the_base() -> None:
    completed = ApprenticeshipCompleted("drives", day(5), day(9))
    exited = ApprenticeExited("person-17", "drives", ExitReason.POACHED, Direction.WORK, day(9))
    for end in (completed, exited):
        assert list(followers.ended("ap-17", end)) == [Step(bases, "drives", NoteDeparture("ap-17", day(9)))]


def test_a_base_that_was_never_founded_is_named_and_not_asked() -> None:
    given().when(receive).then()


def test_who_is_enrolled_is_put_to_the_base() -> None:
    enrolled = ApprenticeEnrolled("person-17", "Shen Yutong", "drives", "yunchuan", "cnc-machinist", "agr-1", day(5))
    assert list(followers.enrolled("ap-17", enrolled)) == [Step(bases, "drives", receive)]


def test_what_happens_to_a_base_is_put_to_its_resources_and_services_and_back() -> None:
    assert list(followers.contributed("mill", contributed[0])) == [Step(bases, "drives", take_on("hall-3"))]
    assert list(followers.offered("advice", offered[0])) == [
        Step(bases, "drives", TakeOn("drives", Holding.SERVICE, "advice", day(5)))
    ]
    closed = BaseClosed("…", day(20), ("mill",), ("advice",))
    assert list(followers.closed("drives", closed)) == [Step(resources, "mill", EndWithBase(day(20)))]
    assert list(service_followers.closed("drives", closed)) == [Step(services, "advice", ServiceEndWithBase(day(20)))]
