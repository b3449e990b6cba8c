"""A university's own figures: of months, terms and years, of bases and of the university as one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from baseplus.agreements.events import ObligationFellDue
from baseplus.apprenticeships.events import ApprenticeshipCompleted
from baseplus.kernel.refusals import Invalid
from baseplus.logbook.events import TaskAccepted
from baseplus.outcomes.events import OutcomeReturnFiled
from infra.postgres.database import Database
from infra.wiring import VIEWS
from projections.benchmarks.indicators import INDICATORS
from projections.benchmarks.own import ListFigures, ListIndicators, indicators, own_figures
from projections.benchmarks.periods import Per
from tests.apprenticeships.story import both_relieved, day
from tests.bases.story import hr_post
from tests.projections.benchmarks.counting import NORTH, Town, a_town
from tests.projections.benchmarks.test_days import training
from tests.projections.paging import page_by_page

Found = dict[tuple[str, str], tuple[int, int, int]]
TERM, YEAR = "2025-26-spring", "2025-26"


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    with a_town(database, VIEWS) as town:
        yield town


def asked(town: Town, key: str, **more: Any) -> Found:
    page = own_figures(town.reader, NORTH, ListFigures(indicator=key, limit=1000, **more))
    return {(row.base, row.period): (row.numerator, row.denominator, row.people) for row in page.rows}


def ended(month: int, base: str = "drives") -> ApprenticeshipCompleted:
    return ApprenticeshipCompleted(base, day(12, month=1), day(21, month=month))


def test_months_add_up_to_terms_and_years_and_bases_to_the_university(town: Town) -> None:
    completed = [ended(2), ended(3), ended(8), ended(9), ended(3, "foundry")]
    town.tell({f"apprenticeships/ap-{number}": (event,) for number, event in enumerate(completed)})
    assert asked(town, "completion_rate", per=Per.TERM) == {
        ("drives", "2025-26-autumn"): (100, 1, 1),
        ("drives", TERM): (200, 2, 2),
        ("drives", "2026-27-autumn"): (100, 1, 1),
        ("foundry", TERM): (100, 1, 1),
    }
    assert asked(town, "completion_rate", per=Per.TERM, whole=True, period=TERM) == {("", TERM): (300, 3, 3)}
    assert asked(town, "completion_rate", per=Per.YEAR, whole=True) == {
        ("", YEAR): (400, 4, 4),
        ("", "2026-27"): (100, 1, 1),
    }


def accepted(number: int, month: int, nth: int, base: str = "drives") -> TaskAccepted:
    return TaskAccepted("person-17", base, f"t-{number}", "m-gao", 1, day(1, month=month), day(2, month=month), nth)


def test_of_people_who_count_in_each_month_there_are_at_least_as_many_as_in_the_fullest(town: Town) -> None:
    town.tell(
        {
            "logbook/ap-1": (accepted(1, 3, 1), accepted(2, 3, 2), accepted(3, 4, 1)),
            "logbook/ap-2": (accepted(4, 4, 1),),
            "logbook/ap-3": (accepted(5, 4, 1, "foundry"),),
        }
    )
    rate = "task_first_pass_rate"
    assert asked(town, rate, per=Per.TERM) == {("drives", TERM): (400, 4, 2), ("foundry", TERM): (100, 1, 1)}
    assert asked(town, rate, per=Per.TERM, whole=True) == {("", TERM): (500, 5, 3)}


def test_a_mentor_at_two_bases_is_one_mentor_of_the_university(town: Town) -> None:
    ends = (ended(2), *both_relieved(day(21, month=2))), (ended(2, "foundry"), *both_relieved(day(21, month=2)))
    bases = {"ap-1": ("drives", ends[0]), "ap-2": ("foundry", ends[1])}
    town.tell({f"apprenticeships/{name}": (*training(base), *end) for name, (base, end) in bases.items()})
    # From 10 January to 20 February 42 days, with two mentors; in training since the 12th.
    load = asked(town, "mentor_load", period="2025-26-autumn")
    assert load == {(base, "2025-26-autumn"): (84, 84, 1) for base in ("drives", "foundry")}
    assert asked(town, "mentor_load", whole=True, period=YEAR) == {("", YEAR): (168, 84, 2)}
    assert asked(town, "dual_mentor_coverage", whole=True, period=YEAR) == {("", YEAR): (8000, 80, 2)}
    tutors = asked(town, "practice_qualified_tutors", whole=True, period=YEAR)
    assert tutors == {("", YEAR): (0, 1, 1)}


def test_who_is_there_in_two_months_is_one_apprentice_of_the_term(town: Town) -> None:
    town.tell({"apprenticeships/ap-1": (*training(), ended(2), *both_relieved(day(21, month=2)))})
    key = "joint_assessment_coverage"
    assert asked(town, key) == {("drives", "2026-01"): (0, 1, 1), ("drives", "2026-02"): (0, 1, 1)}
    assert asked(town, key, per=Per.TERM) == {("drives", "2025-26-autumn"): (0, 1, 1)}


def test_posts_of_the_same_name_at_two_bases_are_two_posts(town: Town) -> None:
    town.tell({"bases/drives": (hr_post,), "bases/foundry": (hr_post,)})
    february = "2026-02"
    assert asked(town, "post_vacancy_days", period=february) == {
        (base, february): (26, 1, 0) for base in ("drives", "foundry")
    }
    assert asked(town, "post_vacancy_days", period=february, whole=True) == {("", february): (52, 2, 0)}


def test_a_return_of_a_year_stands_beside_what_apprentices_of_that_year_became(town: Town) -> None:
    town.tell(
        {"outcomes/2025-26": (OutcomeReturnFiled("2025-26", "Level 2", 20, 88),), "apprenticeships/a": (ended(3),)}
    )
    key = "sustained_destination_rate"
    page = own_figures(town.reader, NORTH, ListFigures(indicator=key, whole=True, period=YEAR))
    assert [(row.category, row.value, row.people) for row in page.rows] == [("Level 2", 88.0, 20), ("all", 0.0, 1)]
    assert asked(town, key) == {("drives", "2026-03"): (0, 1, 1)}


def test_figures_are_found_by_what_they_are_of_and_read_a_page_at_a_time(town: Town) -> None:
    due = [ObligationFellDue("c", number, day(5, month=number), number > 1) for number in (1, 2, 3)]
    done = {f"apprenticeships/ap-{month}": (ended(month),) for month in (2, 3)}
    town.tell({"agreements/a": due, **done, "apprenticeships/x": (*training("foundry"),)})
    rows = page_by_page(own_figures, town.reader, NORTH, ListFigures(first="2026-02", last="2026-03"), limit=3)
    assert [(row.period, row.indicator, row.base) for row in rows] == sorted(
        (row.period, row.indicator, row.base) for row in rows
    )
    assert {row.indicator for row in rows} >= {"completion_rate", "mentor_load", "obligation_on_time_rate"}
    latest = page_by_page(own_figures, town.reader, NORTH, ListFigures(indicator="completion_rate", sort="latest"))
    assert [row.period for row in latest] == ["2026-03", "2026-02"]
    assert {
        row.base for row in page_by_page(own_figures, town.reader, NORTH, ListFigures(base="foundry"), limit=9)
    } == {"foundry"}
    sides = ListFigures(category="school", base="foundry", period="2026-02")
    assert [row.indicator for row in own_figures(town.reader, NORTH, sides).rows] == ["guidance_hours"]


def test_by_value_those_that_have_none_come_last(town: Town) -> None:
    due = [ObligationFellDue("c", month, day(5, month=month), month == 2) for month in (1, 2, 3)]
    town.tell({"agreements/a": due, "outcomes/2025-26": (OutcomeReturnFiled("2025-26", "Level 2", None, None),)})
    rate, other = "obligation_on_time_rate", "sustained_destination_rate"
    for sort, periods in (
        ("highest", ["2026-02", "2026-01", "2026-03"]),
        ("lowest", ["2026-01", "2026-03", "2026-02"]),
    ):
        rows = page_by_page(own_figures, town.reader, NORTH, ListFigures(indicator=rate, sort=sort))  # type: ignore[arg-type]
        assert [row.period for row in rows] == periods
    rows = page_by_page(own_figures, town.reader, NORTH, ListFigures(per=Per.YEAR, sort="lowest"))
    assert [(row.indicator, row.value) for row in rows] == [(rate, pytest.approx(100 / 3)), (other, None)]


def test_a_base_of_the_whole_and_a_period_that_is_none_are_refused(town: Town) -> None:
    with pytest.raises(Invalid, match="base"):
        own_figures(town.reader, NORTH, ListFigures(base="drives", whole=True))
    with pytest.raises(Invalid, match="period"):
        own_figures(town.reader, NORTH, ListFigures(period="spring"))


def test_the_indicators_are_listed_with_what_they_mean(town: Town) -> None:
    rows = page_by_page(indicators, town.reader, NORTH, ListIndicators(), limit=7)
    assert [row.key for row in rows] == sorted(one.key for one in INDICATORS)
    lower = {row.key for row in indicators(town.reader, NORTH, ListIndicators(better="lower", search="days")).rows}
    assert lower == {"days_to_signature", "feedback_lag_days", "post_vacancy_days"}
