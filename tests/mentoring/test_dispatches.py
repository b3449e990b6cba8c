from __future__ import annotations

from baseplus.kernel.days import day_of_event
from baseplus.mentoring.dispatch import (
    CompleteSecondment,
    DeliverDispatch,
    DispatchCommand,
    MissDispatch,
    ScheduleDispatch,
)
from baseplus.mentoring.events import (
    TeacherDispatchDelivered,
    TeacherDispatchMissed,
    TeacherDispatchScheduled,
    TeacherSecondmentCompleted,
)
from tests.apprenticeships.story import MASTER, at, day
from tests.mentoring.test_mentors import given, registered

scheduled = TeacherDispatchScheduled("d-1", MASTER, "drives", "4", day(2))
delivered = TeacherDispatchDelivered("d-1", MASTER, "drives", "4", "4", day(2), day(2))
missed = TeacherDispatchMissed("person-3", "d-1", MASTER, "drives", "4", day(2), "Ill")
schedule = ScheduleDispatch("d-1", "drives", "4", day(2))
seconded = TeacherSecondmentCompleted("person-3", MASTER, "qinglan", day(1, month=2), day(20, month=2), "120")


def test_a_dispatch_is_scheduled_also_for_a_day_ahead() -> None:
    given(*registered).when(schedule).then(scheduled)
    given(*registered).when(ScheduleDispatch("d-2", "drives", "4", day(30))).then(
        TeacherDispatchScheduled("d-2", MASTER, "drives", "4", day(30))
    )
    given(*registered, scheduled).when(schedule).then_rejected("dispatch_exists", dispatch="d-1")


def test_nobody_is_sent_for_more_hours_than_a_day_has() -> None:
    given(*registered, scheduled).when(ScheduleDispatch("d-2", "foundry", "20.5", day(2))).then_rejected(
        "day_is_full", on="2026-03-02", scheduled="4"
    )
    for hours in ("0", "25"):
        given(*registered).when(ScheduleDispatch("d-2", "drives", hours, day(2))).then_rejected(
            "hours_of_no_day", hours=hours
        )


def test_a_day_is_filled_up_to_its_last_hour_whatever_the_days_around_it_have() -> None:
    given(*registered, scheduled).when(ScheduleDispatch("d-2", "foundry", "20", day(2))).then(
        TeacherDispatchScheduled("d-2", MASTER, "foundry", "20", day(2))
    )
    around = [TeacherDispatchScheduled(f"d-{on}", MASTER, "drives", "24", day(on)) for on in (1, 3)]
    given(*registered, *around).when(ScheduleDispatch("d-2", "foundry", "0.5", day(2))).then(
        TeacherDispatchScheduled("d-2", MASTER, "foundry", "0.5", day(2))
    )


def test_a_dispatch_is_delivered_as_scheduled_or_for_other_hours() -> None:
    given(*registered, scheduled).when(DeliverDispatch("d-1")).then(delivered)
    given(*registered, scheduled).when(DeliverDispatch("d-1", "3", day(4)), at=at(day(5))).then(
        TeacherDispatchDelivered("d-1", MASTER, "drives", "3", "4", day(2), day(4))
    )
    given(*registered, scheduled).when(DeliverDispatch("d-1", "25")).then_rejected("hours_of_no_day", hours="25")
    given(*registered, scheduled).when(DeliverDispatch("d-1", None, day(1))).then_rejected(
        "earlier_than_scheduled", on="2026-03-01", scheduled="2026-03-02"
    )


def test_a_dispatch_ahead_is_neither_delivered_nor_missed_yet() -> None:
    ahead = TeacherDispatchScheduled("d-1", MASTER, "drives", "4", day(30))
    for order in (DeliverDispatch("d-1"), MissDispatch("d-1")):
        given(*registered, ahead).when(order).then_rejected("not_happened_yet", on="2026-03-30")


def test_a_missed_dispatch_may_be_made_up_for_and_a_delivered_one_is_not_missed() -> None:
    given(*registered, scheduled).when(MissDispatch("d-1", "Ill")).then(missed)
    given(*registered, scheduled, missed).when(DeliverDispatch("d-1", None, day(9)), at=at(day(9))).then(
        TeacherDispatchDelivered("d-1", MASTER, "drives", "4", "4", day(2), day(9), was_missed=True)
    )
    given(*registered, scheduled, missed).when(MissDispatch("d-1")).then_rejected(
        "dispatch_missed_already", dispatch="d-1"
    )
    for order in (MissDispatch("d-1"), DeliverDispatch("d-1")):
        given(*registered, scheduled, delivered).when(order).then_rejected("dispatch_delivered_already", dispatch="d-1")
        given(*registered).when(order).then_rejected("no_such_dispatch", dispatch="d-1")


def test_a_secondment_is_recorded_when_it_is_over_and_overlaps_no_other() -> None:
    order = CompleteSecondment("qinglan", day(1, month=2), day(20, month=2), "120")
    given(*registered).when(order).then(seconded)
    given(*registered, seconded).when(CompleteSecondment("qinglan", day(20, month=2), day(1), "8")).then_rejected(
        "seconded_already", since="2026-02-01", until="2026-02-20"
    )
    given(*registered, seconded).when(CompleteSecondment("qinglan", day(21, month=2), day(1), "8")).then(
        TeacherSecondmentCompleted("person-3", MASTER, "qinglan", day(21, month=2), day(1), "8")
    )
    given(*registered).when(CompleteSecondment("qinglan", day(1), day(9), "8")).then_rejected("not_happened_yet")
    given(*registered).when(CompleteSecondment("qinglan", day(2), day(1), "8")).then_rejected(
        "ends_before_it_begins", on="2026-03-02", until="2026-03-01"
    )
    for hours in ("0", "49"):
        given(*registered).when(CompleteSecondment("qinglan", day(1), day(2), hours)).then_rejected(
            "hours_of_no_day", hours=hours
        )


def test_a_secondment_takes_at_most_all_hours_of_its_days_the_first_and_the_last_included() -> None:
    for since, until, hours in ((day(2), day(2), "24"), (day(1), day(2), "48"), (day(1), day(2), "0.5")):
        given(*registered).when(CompleteSecondment("qinglan", since, until, hours)).then(
            TeacherSecondmentCompleted("person-3", MASTER, "qinglan", since, until, hours)
        )
    for since, until, hours in ((day(2), day(2), "24.5"), (day(1), day(2), "48.5")):
        given(*registered).when(CompleteSecondment("qinglan", since, until, hours)).then_rejected(
            "hours_of_no_day", hours=hours
        )


def test_a_secondment_lies_neither_in_another_nor_at_its_edge_and_may_come_before_one_recorded_earlier() -> None:
    first, last, eve = day(1, month=2), day(20, month=2), day(31, month=1)
    for since, until in ((day(5, month=2), day(9, month=2)), (eve, first), (last, day(1))):
        given(*registered, seconded).when(CompleteSecondment("qinglan", since, until, "8")).then_rejected(
            "seconded_already", since="2026-02-01", until="2026-02-20"
        )
    given(*registered, seconded).when(CompleteSecondment("qinglan", day(9, month=1), eve, "8")).then(
        TeacherSecondmentCompleted("person-3", MASTER, "qinglan", day(9, month=1), eve, "8")
    )


def test_nobody_is_sent_who_is_no_mentor() -> None:
    orders: tuple[DispatchCommand, ...] = (
        schedule, DeliverDispatch("d-1"), MissDispatch("d-1"), CompleteSecondment("qinglan", day(1), day(2), "8")
    )  # fmt: skip
    for order in orders:
        given().when(order).then_rejected("mentor_not_registered")


def test_teaching_happened_on_the_day_on_which_it_was_not_on_the_scheduled_one() -> None:
    late = TeacherDispatchDelivered("d-1", MASTER, "drives", "4", "4", day(2), day(9), was_missed=True)
    for event, happened in ((late, day(9)), (missed, day(2)), (scheduled, day(30)), (seconded, day(20, month=2))):
        assert day_of_event(event, at(day(30))) == happened
