"""How much guidance apprentices are given, by whom, and whether teachers come when they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from baseplus.apprenticeships.events import MentorKind
from baseplus.mentoring.events import (
    Channel,
    GuidanceGiven,
    MentorQualified,
    TeacherDispatchDelivered,
    TeacherDispatchMissed,
    TeacherDispatchScheduled,
)
from infra.postgres.database import Database
from tests.apprenticeships.story import MASTER, TUTOR, day
from tests.projections.benchmarks.counting import Town, a_town
from tests.projections.benchmarks.test_days import training

FEBRUARY, MARCH = "2026-02", "2026-03"
APRIL_1 = day(1, month=4)


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    with a_town(database) as town:
        yield town


def given(hours: str, kind: MentorKind, on: int, month: int = 3, apprenticeship: str = "ap-1") -> GuidanceGiven:
    return GuidanceGiven(apprenticeship, kind, hours, Channel.OFFLINE, day(on, month=month))


def test_hours_of_guidance_are_by_side_for_a_month_of_30_days_in_training(town: Town) -> None:
    town.tell(
        {
            "apprenticeships/ap-1": training(),
            "apprenticeships/ap-2": training(),
            "mentoring/m-he": [given("2.5", TUTOR, 3), given("0.0001", TUTOR, 3), given("8", TUTOR, 2, month=2)],
            "mentoring/m-gao": [given("16", MASTER, 5), given("16", MASTER, 9, apprenticeship="ap-2")],
        }
    )
    found = town.figures("guidance_hours", APRIL_1)
    days = 10_000 * 2 * 31
    assert found["drives", MARCH, "school"] == (30 * 25_001, days, 2)
    assert found["drives", MARCH, "enterprise"] == (30 * 320_000, days, 2)
    # Two apprentices of 31 days: 32 hours by masters are 15.5 hours for 30 days.
    assert 30 * 320_000 / days == pytest.approx(32 / (2 * 31) * 30)
    assert found["drives", FEBRUARY, "school"] == (30 * 80_000, 10_000 * 2 * 28, 2)
    assert found["drives", FEBRUARY, "enterprise"] == (0, 10_000 * 2 * 28, 2)


def test_guidance_counts_up_to_and_without_the_day_that_is_asked_for(town: Town) -> None:
    town.tell({"apprenticeships/ap-1": training(), "mentoring/m-he": [given("2", TUTOR, 3), given("2", TUTOR, 4)]})
    assert town.figures("guidance_hours", day(4))["drives", MARCH, "school"] == (30 * 20_000, 10_000 * 3, 1)
    # What is entered late corrects the month that it belongs to.
    town.tell({"mentoring/m-he": [given("4", TUTOR, 20, month=2)]})
    assert town.figures("guidance_hours", day(4))["drives", FEBRUARY, "school"] == (30 * 40_000, 10_000 * 28, 1)


def test_tutors_who_guide_in_the_month_are_qualified_from_the_day_on_which_they_showed_it(town: Town) -> None:
    town.tell({"apprenticeships/ap-1": training(), "apprenticeships/ap-2": training(tutor="m-lin", master="m-xu")})
    evidence = [MentorQualified("person-3", "Two years in the trade")]
    town.tell({"mentoring/m-he": evidence, "mentoring/m-gao": evidence}, at=datetime(2026, 3, 31, 9, tzinfo=UTC))
    found = town.figures("practice_qualified_tutors", day(2, month=4))
    assert found == {
        ("drives", "2026-01", "all"): (0, 2, 2),
        ("drives", FEBRUARY, "all"): (0, 2, 2),
        ("drives", MARCH, "all"): (100, 2, 2),  # a master is no tutor, whatever he has shown
        ("drives", "2026-04", "all"): (100, 2, 2),
    }
    assert town.figures("practice_qualified_tutors", day(31))["drives", MARCH, "all"] == (0, 2, 2)


def test_what_tutors_showed_counts_from_its_day_however_late_it_is_recorded(town: Town) -> None:
    town.tell({"apprenticeships/ap-1": training()})
    evidence = [MentorQualified("person-3", "Two years in the trade", day(28, month=2))]
    town.tell({"mentoring/m-he": evidence}, at=datetime(2026, 3, 31, 9, tzinfo=UTC))
    assert town.figures("practice_qualified_tutors", APRIL_1) == {
        ("drives", "2026-01", "all"): (0, 1, 1),
        ("drives", FEBRUARY, "all"): (100, 1, 1),
        ("drives", MARCH, "all"): (100, 1, 1),
    }


def test_hours_of_dispatches_are_delivered_or_not_in_the_month_that_they_were_scheduled_for(town: Town) -> None:
    def scheduled(dispatch: str, hours: str) -> TeacherDispatchScheduled:
        return TeacherDispatchScheduled(dispatch, MASTER, "drives", hours, day(30))

    def delivered(dispatch: str, hours: str, planned: str) -> TeacherDispatchDelivered:
        return TeacherDispatchDelivered(dispatch, MASTER, "drives", hours, planned, day(30), day(2, month=4))

    town.tell(
        {
            "mentoring/m-gao": [
                scheduled("d-1", "4"),
                scheduled("d-2", "4"),
                scheduled("d-3", "2.5"),
                delivered("d-1", "3", "4"),
                TeacherDispatchMissed("person-3", "d-2", MASTER, "drives", "4", day(30)),
                delivered("d-3", "6", "2.5"),  # who stays longer makes up for nobody who did not come
            ]
        }
    )
    assert town.figures("dispatch_delivery_rate", APRIL_1) == {
        ("drives", MARCH, "all"): (100 * (30_000 + 25_000), 105_000, 0)
    }
