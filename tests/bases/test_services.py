from __future__ import annotations

import msgspec
import pytest

from baseplus.mentoring.events import Channel
from baseplus.services.events import (
    CancelledBy,
    ServiceCancelled,
    ServiceDelivered,
    ServiceEvent,
    ServiceKind,
    ServiceOffered,
    ServiceRated,
    ServiceRequested,
    ServiceScheduled,
    ServiceWithdrawn,
)
from baseplus.services.model import (
    Cancel,
    Deliver,
    EndWithBase,
    Offer,
    Rate,
    Request,
    Schedule,
    ServiceCommand,
    Withdraw,
)
from tests.bases.story import TODAY, asked, at, day, offered
from tests.bases.story import of_service as given

ONLINE, OFFLINE = Channel.ONLINE, Channel.OFFLINE
BASE, REQUESTER = CancelledBy.BASE, CancelledBy.REQUESTER
scheduled = ServiceScheduled("rq-1", at(16, 9), ONLINE, "p-lu")


def delivered(channel: Channel = ONLINE, on: int = 16) -> ServiceDelivered:
    return ServiceDelivered("rq-1", "drives", channel, ONLINE, day(10), day(17), day(on), "1.5")


def cancelled(by: CancelledBy, on: int, reason: str = "Too late for us") -> ServiceCancelled:
    return ServiceCancelled("rq-1", "drives", ONLINE, by, reason, day(10), day(17), day(on))


rated = ServiceRated("rq-1", "drives", ONLINE, "p-shen", 5, "Saved us a lawsuit")
only_online = (ServiceOffered("drives", ServiceKind.LEGAL, "Contracts", (ONLINE,), 3, day(5)),)


def test_a_service_is_offered_once_and_names_each_channel_once() -> None:
    offer = Offer("drives", ServiceKind.CONSULTING, "Advice for founders", on=day(5))
    given().when(offer).then(*offered)
    given(*offered).when(offer).then_rejected("service_exists", base="drives")
    given().when(Offer("drives", ServiceKind.LEGAL, "…", (ONLINE, ONLINE))).then_rejected(
        "channel_twice", channels=["online", "online"]
    )


def test_a_service_is_offered_by_one_channel_or_by_both() -> None:
    what = {"base": "drives", "kind": "legal", "title": "Contracts"}
    for channels in (["online"], ["online", "offline"]):
        assert [*msgspec.convert({**what, "channels": channels}, Offer).channels] == channels
    for channels in ([], ["online", "offline", "online"]):
        with pytest.raises(msgspec.ValidationError, match="length"):
            msgspec.convert({**what, "channels": channels}, Offer)


def test_one_queue_two_channels_consulting_training_lab_booking_roadshow_policy_help_finance_legal() -> None:
    assert [*ServiceKind] == ["consulting", "training", "lab_booking", "roadshow", "policy_help", "finance", "legal"]
    assert [*Channel] == ["offline", "online"]
    given(*offered).when(Request("rq-1", ONLINE, "p-shen", None, "A contract to look at", day(10))).then(asked[-1])
    given(*asked).when(Request("rq-2", OFFLINE, "p-lin", on=day(11))).then(
        ServiceRequested("rq-2", "drives", OFFLINE, "p-lin", day(11), day(18))
    )
    given(*asked).when(Request("rq-1", OFFLINE, "p-lin")).then_rejected("request_exists", request="rq-1")


def test_what_is_asked_for_is_due_as_promised_or_later_where_it_is_wanted_later() -> None:
    given(*offered).when(Request("rq-1", ONLINE, "p-shen", day(28), on=day(10))).then(
        ServiceRequested("rq-1", "drives", ONLINE, "p-shen", day(10), day(28))
    )
    given(*offered).when(Request("rq-1", ONLINE, "p-shen", day(11), on=day(10))).then(
        ServiceRequested("rq-1", "drives", ONLINE, "p-shen", day(10), day(17))
    )
    given(*offered).when(Request("rq-1", ONLINE, "p-shen", on=day(4))).then_rejected("earlier_than_the_last_change")


def test_a_service_is_had_by_the_channels_that_it_is_offered_by() -> None:
    facts = {"channel": "offline", "offered": ["online"]}
    given(*only_online).when(Request("rq-1", OFFLINE, "p-shen")).then_rejected("channel_not_offered", **facts)
    wanted = (*only_online, *asked[1:])
    given(*wanted).when(Schedule("rq-1", at(16, 9), OFFLINE)).then_rejected("channel_not_offered", **facts)
    given(*wanted).when(Deliver("rq-1", OFFLINE)).then_rejected("channel_not_offered", **facts)


def test_what_was_asked_for_is_scheduled_and_scheduled_anew() -> None:
    given(*asked).when(Schedule("rq-1", at(16, 9), ONLINE, "p-lu")).then(scheduled)
    given(*asked, scheduled).when(Schedule("rq-1", at(17, 9), OFFLINE)).then(
        ServiceScheduled("rq-1", at(17, 9), OFFLINE)
    )
    given(*asked, scheduled).when(Schedule("rq-1", at(16, 9), ONLINE, "p-lu")).then()
    given(*asked).when(Schedule("rq-1", at(9, 9), ONLINE)).then_rejected(
        "earlier_than_the_request", at="2026-02-09T09:00:00+08:00", requested="2026-02-10"
    )
    given(*asked).when(Schedule("rq-1", at(10, 9), ONLINE)).then(ServiceScheduled("rq-1", at(10, 9), ONLINE))


def test_a_delivery_knows_what_was_asked_for_and_whether_it_came_in_time() -> None:
    given(*asked).when(Deliver("rq-1", ONLINE, "1.5", day(16))).then(delivered())
    given(*asked, scheduled).when(Deliver("rq-1", OFFLINE, "1.5", day(16))).then(delivered(OFFLINE))
    assert delivered(on=17).in_time
    assert not delivered(on=18).in_time
    given(*asked).when(Deliver("rq-1", ONLINE)).then(
        ServiceDelivered("rq-1", "drives", ONLINE, ONLINE, day(10), day(17), TODAY)
    )


def test_a_delivery_takes_some_hours_of_a_day_and_follows_its_request() -> None:
    given(*asked).when(Deliver("rq-1", ONLINE, "24.5")).then_rejected("hours_of_no_day", hours="24.5")
    given(*asked).when(Deliver("rq-1", ONLINE, "24", day(16))).then(
        ServiceDelivered("rq-1", "drives", ONLINE, ONLINE, day(10), day(17), day(16), "24")
    )
    given(*asked).when(Deliver("rq-1", ONLINE, on=day(9))).then_rejected("earlier_than_the_last_change")


def test_what_was_delivered_is_rated_once_by_who_asked_for_it() -> None:
    rate = Rate("rq-1", "p-shen", 5, "Saved us a lawsuit")
    given(*asked, delivered()).when(rate).then(rated)
    for another in ("p-lin", "p-wu"):
        given(*asked, delivered()).when(Rate("rq-1", another, 1)).then_rejected(
            "asked_for_by_another", request="rq-1", requester="p-shen"
        )
    given(*asked, scheduled).when(rate).then_rejected(
        "request_stands_elsewhere", request="rq-1", state="scheduled", needed=["delivered"]
    )
    given(*asked, delivered(), rated).when(rate).then_rejected(
        "request_stands_elsewhere", request="rq-1", state="rated", needed=["delivered"]
    )


def test_what_is_called_off_in_time_by_who_asked_is_excused() -> None:
    given(*asked).when(Cancel("rq-1", REQUESTER, "Too late for us", day(17))).then(cancelled(REQUESTER, 17))
    assert cancelled(REQUESTER, 17).excused
    assert not cancelled(REQUESTER, 18).excused
    assert not cancelled(BASE, 12).excused


OVER: list[tuple[ServiceEvent, str]] = [
    (delivered(), "delivered"),
    (cancelled(REQUESTER, 16), "cancelled"),
]


@pytest.mark.parametrize(("end", "state"), OVER)
@pytest.mark.parametrize(
    "order", [Schedule("rq-1", at(16, 9), ONLINE), Deliver("rq-1", ONLINE), Cancel("rq-1", BASE, "…")]
)
def test_what_is_over_is_over(order: ServiceCommand, end: ServiceEvent, state: str) -> None:
    given(*asked, end).when(order).then_rejected(
        "request_stands_elsewhere", request="rq-1", state=state, needed=["open", "scheduled"]
    )


def test_a_withdrawn_service_is_asked_for_no_more_and_cancels_what_is_open() -> None:
    gone = ServiceWithdrawn("drives", "Nobody knows the law", day(16))
    given(*asked, scheduled).when(Withdraw("Nobody knows the law", day(16))).then(
        cancelled(BASE, 16, "Nobody knows the law"), gone
    )
    given(*asked, delivered()).when(Withdraw("Nobody knows the law", day(16))).then(gone)
    given(*offered, gone).when(Request("rq-2", ONLINE, "p-shen")).then_rejected("service_is_withdrawn", on="2026-02-16")
    given(*offered, gone).when(Withdraw("…")).then_rejected("service_is_withdrawn", on="2026-02-16")
    given(*asked, delivered(), gone).when(Rate("rq-1", "p-shen", 5, "Saved us a lawsuit")).then(rated)
    given(*asked, delivered()).when(Withdraw("…", day(15))).then_rejected("earlier_than_the_last_change")


def test_a_service_ends_with_its_base() -> None:
    reason = "The base was closed."
    given(*asked).when(EndWithBase(day(20))).then(
        cancelled(BASE, 20, reason), ServiceWithdrawn("drives", reason, day(20))
    )
    given(*asked, delivered()).when(EndWithBase(day(9))).then(ServiceWithdrawn("drives", reason, day(16)))
    given(*offered, ServiceWithdrawn("drives", "…", day(16))).when(EndWithBase(day(20))).then()


@pytest.mark.parametrize("order", [Request("rq-1", ONLINE, "p-shen"), Deliver("rq-1", ONLINE), Withdraw("…")])
def test_nothing_is_asked_of_a_service_that_there_is_not(order: ServiceCommand) -> None:
    given().when(order).then_rejected("no_such_service")


def test_nothing_happens_to_a_request_that_there_is_not() -> None:
    given(*asked).when(Deliver("rq-9", ONLINE)).then_rejected("no_such_request", request="rq-9")
