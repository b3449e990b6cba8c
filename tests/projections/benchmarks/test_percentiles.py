"""Percentiles that count people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.benchmarks.percentiles import percentiles, quintile

SHARES = (20, 40, 60, 80)
Observations = list[tuple[float, int]]

observations = st.lists(st.tuples(st.integers(0, 100).map(float), st.integers(1, 30)), min_size=1, max_size=30)


def person_by_person(values: Observations) -> list[float]:
    """Each person in a row of its own; for 1 to 100 %, the first one with whom the share is reached."""
    people = sorted(value for value, weight in values for _ in range(weight))
    reached = {share: -(-share * len(people) // 100) for share in range(1, 101)}
    return [people[place - 1] for place in reached.values()]


@given(observations)
def test_weighing_is_counting_people_one_by_one(values: Observations) -> None:
    assert percentiles(values, range(1, 101)) == person_by_person(values)


@given(observations)
def test_a_larger_share_never_has_a_smaller_percentile(values: Observations) -> None:
    found = percentiles(values, range(1, 101))
    assert found == sorted(found)
    assert found[-1] == max(value for value, _ in values)


@given(observations, st.randoms())
def test_the_order_of_universities_does_not_matter(values: Observations, chance: object) -> None:
    shuffled = list(values)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert percentiles(shuffled, SHARES) == percentiles(values, SHARES)


@given(observations, st.integers(1, 1000))
def test_only_the_proportions_of_the_weights_matter(values: Observations, times: int) -> None:
    assert percentiles([(value, weight * times) for value, weight in values], SHARES) == percentiles(values, SHARES)


@given(observations, st.integers(0, 29))
def test_a_university_in_two_halves_weighs_what_it_weighed_whole(values: Observations, which: int) -> None:
    value, weight = values[which % len(values)]
    others = [one for place, one in enumerate(values) if place != which % len(values)]
    halves = [*others, (value, weight), (value, weight)]
    assert percentiles(halves, SHARES) == percentiles([*others, (value, 2 * weight)], SHARES)


@given(observations)
def test_a_percentile_is_a_value_that_somebody_has(values: Observations) -> None:
    assert set(percentiles(values, SHARES)) <= {value for value, _ in values}


def test_a_share_that_is_reached_exactly_is_reached() -> None:
    assert percentiles([(10.0, 2), (20.0, 3), (30.0, 5)], (20, 50, 51)) == [10.0, 20.0, 30.0]


def test_a_large_university_moves_what_a_headcount_of_universities_would_not() -> None:
    values = [(50.0, 1), (60.0, 1), (70.0, 1), (90.0, 97)]
    assert percentiles(values, SHARES) == [90.0] * 4
    assert percentiles([(value, 1) for value, _ in values], SHARES) == [50.0, 60.0, 70.0, 90.0]


def test_there_are_no_percentiles_of_nothing_or_of_weightless_values() -> None:
    with pytest.raises(ValueError, match="of nothing"):
        percentiles([], SHARES)
    with pytest.raises(ValueError, match="above 0"):
        percentiles([(50.0, 0)], SHARES)


@pytest.mark.parametrize(
    ("value", "fifth"), [(56.0, 1), (57.0, 1), (57.1, 2), (64.0, 2), (69.5, 4), (75.0, 4), (76.0, 5)]
)
def test_a_value_on_a_threshold_belongs_to_the_fifth_below_it(value: float, fifth: int) -> None:
    assert quintile(value, (57, 64, 69, 75)) == fifth


@given(observations)
def test_people_in_the_lowest_fifth_are_a_fifth_of_all_where_no_two_rates_are_equal(values: Observations) -> None:
    distinct: Observations = [(float(place), 1) for place in range(5 * len(values))]
    thresholds = percentiles(distinct, SHARES)
    counts = [sum(quintile(value, thresholds) == fifth for value, _ in distinct) for fifth in range(1, 6)]
    assert counts == [len(values)] * 5
