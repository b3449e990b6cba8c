from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from infra.pages.charts import (
    Bar,
    Scale,
    in_month,
    percent,
    scale_around,
    scale_from_zero,
    stacked,
    twelve_months,
)


def test_a_bar_s_pieces_stand_side_by_side_and_fill_it() -> None:
    assert stacked([("done", 38), ("alarm", 1), ("todo", 4), ("later", 21)]) == [
        Bar("done", "0%", "59.4%"),
        Bar("alarm", "59.4%", "1.6%"),
        Bar("todo", "60.9%", "6.2%"),
        Bar("later", "67.2%", "32.8%"),
    ]


def test_a_piece_of_nothing_is_left_out() -> None:
    assert stacked([("done", 0), ("alarm", 2)]) == [Bar("alarm", "0%", "100%")]
    assert stacked([("done", 0)]) == []


@pytest.mark.parametrize(("most", "high"), [(0, 4), (3, 4), (6, 8), (8, 8), (9, 20), (17, 20), (30, 40), (81, 100)])
def test_a_scale_from_zero_counts_in_quarters_that_people_can_read(most: int, high: int) -> None:
    scale = scale_from_zero(most)

    assert (scale.low, scale.high) == (0, high)
    assert [tick.x for tick in scale.ticks] == ["0%", "25%", "50%", "75%", "100%"]
    assert [tick.anchor for tick in scale.ticks] == ["start", "middle", "middle", "middle", "end"]


def test_a_scale_of_rates_does_not_go_beyond_one_hundred() -> None:
    assert scale_around([83, 91, 97], ceiling=100) == Scale(80, 100)
    assert scale_around([3, 98], ceiling=100) == Scale(0, 100)


@given(some.lists(some.integers(0, 100), min_size=1))
def test_a_scale_holds_every_value(values: list[int]) -> None:
    scale = scale_around(values, ceiling=100)

    assert scale.low <= min(values)
    assert max(values) <= scale.high <= 100
    assert all(0 <= float(scale.at(value)[:-1]) <= 100 for value in values)


def test_the_months_of_a_year_end_with_the_current_one() -> None:
    months = twelve_months(date(2026, 11, 23))

    assert (months[0], months[-1]) == (date(2025, 12, 1), date(2026, 11, 1))
    assert in_month(months, date(2025, 12, 31)) == "4.2%"
    assert in_month(months, date(2026, 11, 1)) == "95.8%"
    assert in_month(months, date(2025, 11, 30)) is None


def test_a_place_has_one_decimal_at_most() -> None:
    assert [percent(value) for value in (0, 12.5, 33.333, 100.0)] == ["0%", "12.5%", "33.3%", "100%"]
