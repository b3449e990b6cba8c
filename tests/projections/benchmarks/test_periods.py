"""Months, terms and academic years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from baseplus.kernel.refusals import Invalid
from infra.postgres.database import Database
from projections.benchmarks.periods import Per, after, named, per_of


def by_the_calendar(day: date) -> dict[Per, str]:
    first = day.year if day.month >= 9 else day.year - 1
    year = f"{first}-{(first + 1) % 100:02}"
    return {
        Per.MONTH: f"{day.year}-{day.month:02}",
        Per.TERM: f"{year}-{'spring' if day.month in (3, 4, 5, 6, 7, 8) else 'autumn'}",
        Per.YEAR: year,
    }


def test_every_day_lies_in_the_periods_of_the_calendar(database: Database) -> None:
    days = [date(2025, 12, 31) + timedelta(days=number) for number in range(800)]
    with database.connect("worker") as connection:
        for per in Per:
            found = connection.execute(
                f"SELECT day, {named('day')} FROM unnest(%(days)s::date[]) AS one(day)",
                {"per": per.value, "days": days},
            ).fetchall()
            assert dict(found) == {day: by_the_calendar(day)[per] for day in days}


def test_a_period_says_how_long_it_is_and_is_over_when_the_next_begins() -> None:
    for day in (date(2025, 9, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 8, 31), date(2099, 12, 31)):
        for per, name in by_the_calendar(day).items():
            assert per_of(name) is per
            year, month = after(name)
            assert by_the_calendar(date(year, month, 1) - timedelta(days=1))[per] == name
            assert by_the_calendar(date(year, month, 1))[per] > name


@pytest.mark.parametrize(
    "name", ["2026", "2026-13", "2026-00", "2025-27-spring", "2026-03-spring", "2026-3", "spring", ""]
)
def test_what_is_no_period_has_no_length(name: str) -> None:
    with pytest.raises(Invalid):
        per_of(name)


def test_what_could_be_both_is_an_academic_year() -> None:
    assert per_of("2011-12") is Per.YEAR
    assert per_of("2012-12") is Per.MONTH
