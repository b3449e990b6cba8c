from __future__ import annotations

from datetime import date, timedelta

import pytest

from baseplus.bases.events import (
    BookingCancelled,
    ResourceBooked,
    ResourceContributed,
    ResourceKind,
    ResourceRetired,
    ResourceUsed,
    RetiredFor,
)
from baseplus.bases.resources import Book, CancelBooking, Contribute, EndWithBase, ResourceCommand, Retire, Use
from baseplus.kernel.days import minutes_by_day
from baseplus.kernel.scenario import NOON
from baseplus.kernel.vocabulary import Money
from tests.bases.story import TODAY, at, contributed, day
from tests.bases.story import of_resource as given


def book(since: int, until: int, name: str = "b-2", on: int = 10) -> Book:
    return Book(name, at(on, since), at(on, until), "p-shen", "Milling the shaft")


def use(since: int, until: int, booking: str | None = None, name: str = "u-1", on: int = 10) -> Use:
    return Use(name, at(on, since), at(on, until), "p-shen", booking)


booked = (*contributed, ResourceBooked("b-1", "drives", at(10, 9), at(10, 11), "p-shen", "Milling the shaft"))
used = (*booked, ResourceUsed("u-1", "drives", at(10, 9), at(10, 12), "p-shen", "b-1"))
retired = (*contributed, ResourceRetired("drives", RetiredFor.RETURNED, day(12)))
B1 = {"by": "b-1", "since": "2026-02-10T09:00:00+08:00", "until": "2026-02-10T11:00:00+08:00"}


def test_a_resource_cannot_be_booked_twice_for_the_same_time_or_after_it_is_retired() -> None:
    given(*contributed).when(book(9, 11, "b-1")).then(booked[-1])
    for since, until in ((9, 11), (8, 10), (10, 12), (8, 12), (10, 11)):
        given(*booked).when(book(since, until)).then_rejected("taken_for_that_time", **B1)
    given(*retired).when(book(9, 11, on=10)).then_rejected("resource_is_retired", on="2026-02-12")


def test_bookings_may_touch() -> None:
    given(*booked).when(book(11, 13)).then(
        ResourceBooked("b-2", "drives", at(10, 11), at(10, 13), "p-shen", "Milling the shaft")
    )
    given(*booked).when(book(7, 9)).then(
        ResourceBooked("b-2", "drives", at(10, 7), at(10, 9), "p-shen", "Milling the shaft")
    )


def test_a_cancelled_booking_frees_its_time_and_keeps_its_id() -> None:
    cancelled = BookingCancelled("b-1", "drives", "The class is ill")
    given(*booked).when(CancelBooking("b-1", "The class is ill")).then(cancelled)
    given(*booked, cancelled).when(book(9, 11)).then(
        ResourceBooked("b-2", "drives", at(10, 9), at(10, 11), "p-shen", "Milling the shaft")
    )
    given(*booked, cancelled).when(book(9, 11, "b-1")).then_rejected("booking_exists", booking="b-1")
    given(*booked, cancelled).when(CancelBooking("b-1", "…")).then_rejected("booking_is_over", booking="b-1")
    given(*contributed).when(CancelBooking("b-1", "…")).then_rejected("no_such_booking", booking="b-1")


def test_what_was_used_is_taken_for_the_time_of_its_use() -> None:
    given(*booked).when(use(9, 12, "b-1")).then(used[-1])
    given(*used).when(book(11, 13)).then_rejected("taken_for_that_time")
    given(*used).when(CancelBooking("b-1", "…")).then_rejected("booking_is_over", booking="b-1")
    given(*used).when(use(13, 14, "b-1", "u-2")).then_rejected("booking_is_over", booking="b-1")
    given(*used).when(use(13, 14)).then_rejected("use_exists", use="u-1")


def test_a_resource_is_used_without_a_booking_where_nobody_else_has_it() -> None:
    given(*booked).when(use(11, 12)).then(ResourceUsed("u-1", "drives", at(10, 11), at(10, 12), "p-shen"))
    given(*booked).when(use(10, 12)).then_rejected("taken_for_that_time", **B1)
    given(*booked).when(use(11, 12, "b-9")).then_rejected("no_such_booking", booking="b-9")


def test_a_use_has_happened_and_a_booking_is_not_for_a_far_future() -> None:
    given(*contributed).when(use(9, 10, on=28)).then(ResourceUsed("u-1", "drives", at(28, 9), at(28, 10), "p-shen"))
    tomorrow = Use("u-1", at(4, 9, month=3), at(4, 10, month=3), "p-shen")
    given(*contributed).when(tomorrow).then_rejected("not_happened_yet", on="2026-03-04")
    far = NOON + timedelta(days=1100)
    given(*contributed).when(Book("b-1", far, far + timedelta(hours=1), "p-shen", "…")).then_rejected("too_far_ahead")


@pytest.mark.parametrize("minutes", [-60, 0, 0.5, 366 * 24 * 60 + 1])
def test_a_time_ends_after_it_begins_and_within_a_year(minutes: float) -> None:
    until = at(10, 9) + timedelta(minutes=minutes)
    facts = {"since": at(10, 9).isoformat(), "until": until.isoformat()}
    given(*contributed).when(Book("b-1", at(10, 9), until, "p-shen", "…")).then_rejected("wrong_span_of_time", **facts)
    given(*contributed).when(Use("u-1", at(10, 9), until, "p-shen")).then_rejected("wrong_span_of_time", **facts)


def test_nobody_has_a_resource_before_it_was_contributed() -> None:
    given(*contributed).when(book(9, 10, on=4)).then_rejected("not_contributed_yet", on="2026-02-05")
    given(*contributed).when(use(9, 10, on=4)).then_rejected("not_contributed_yet", on="2026-02-05")


def test_what_was_used_before_a_resource_was_retired_may_be_recorded_afterwards() -> None:
    given(*retired).when(use(9, 10, on=12)).then(ResourceUsed("u-1", "drives", at(12, 9), at(12, 10), "p-shen"))
    given(*retired).when(use(9, 10, on=13)).then_rejected("resource_is_retired", on="2026-02-12")


def test_a_retired_resource_cancels_what_is_booked_and_is_retired_once() -> None:
    gone = ResourceRetired("drives", RetiredFor.WORN_OUT, day(9))
    given(*booked).when(Retire(RetiredFor.WORN_OUT, day(9))).then(
        BookingCancelled("b-1", "drives", "The resource was retired."), gone
    )
    given(*contributed, gone).when(Retire(RetiredFor.LOST)).then_rejected("resource_is_retired", on="2026-02-09")
    given(*used).when(Retire(RetiredFor.LOST, day(9))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-09", last="2026-02-10"
    )


def test_a_resource_ends_with_its_base() -> None:
    given(*booked).when(EndWithBase(day(20))).then(
        BookingCancelled("b-1", "drives", "The resource was retired."),
        ResourceRetired("drives", RetiredFor.BASE_CLOSED, day(20)),
    )
    given(*used).when(EndWithBase(day(9))).then(ResourceRetired("drives", RetiredFor.BASE_CLOSED, day(10)))
    given(*retired).when(EndWithBase(day(20))).then()


def test_a_resource_is_contributed_once() -> None:
    order = Contribute(
        "drives", "yunchuan", ResourceKind.EQUIPMENT, "Five-axis mill", 35, "hall-3", Money("480000", "CNY"), day(5)
    )
    given().when(order).then(*contributed)
    given().when(Contribute("drives", "yunchuan", ResourceKind.ROOM, "Hall 3")).then(
        ResourceContributed("drives", "yunchuan", ResourceKind.ROOM, "Hall 3", 40, TODAY)
    )
    given(*contributed).when(order).then_rejected("resource_exists", base="drives")


@pytest.mark.parametrize("order", [book(9, 10), use(9, 10), CancelBooking("b-1", "…"), Retire(RetiredFor.LOST)])
def test_nothing_happens_to_a_resource_that_there_is_not(order: ResourceCommand) -> None:
    given().when(order).then_rejected("no_such_resource")


def test_minutes_are_those_of_each_day_by_the_clock_of_the_beginning() -> None:
    assert minutes_by_day(at(28, 22, 30), at(2, 1, month=3)) == {
        date(2026, 2, 28): 90,
        date(2026, 3, 1): 24 * 60,
        date(2026, 3, 2): 60,
    }
    late = at(28, 23, 59).replace(second=59)
    assert minutes_by_day(late, late + timedelta(seconds=62)) == {date(2026, 2, 28): 1, date(2026, 3, 1): 1}
    # Seven in the evening, universal time, is three in the morning there.
    assert minutes_by_day(at(28, 23), NOON.replace(month=2, day=28, hour=19)) == {
        date(2026, 2, 28): 60,
        date(2026, 3, 1): 180,
    }
