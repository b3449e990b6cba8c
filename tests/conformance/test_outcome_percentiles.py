"""The published thresholds, from the events alone: the same decisions, view and formulas, without the machinery."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from baseplus.outcomes.model import outcomes
from infra.imports.outcome_file import read_outcome_file
from projections.benchmarks.percentiles import quintile
from projections.benchmarks.release import Contribution, Distribution, distributions
from projections.benchmarks.views import ContributionRow, Contributions
from projections.runner.view import At
from tests.conformance.published import QUINTILES, agreement, published, published_outcomes


@pytest.fixture(scope="module")
def contributions(shared: Path) -> list[Contribution]:
    file = read_outcome_file(published(shared, "outcomes.csv"))
    assert (len(file.good), len(file.refused)) == (23_844, 0)
    view, rows, states = Contributions(), dict[tuple[str, str], ContributionRow | None](), dict[Any, Any]()
    now = datetime.now(UTC)
    for row in file.good:
        stream = (row.provider, row.order.year)
        state = states.get(stream) or outcomes.initial()
        for event in outcomes.decide(row.order, state, now):
            state = outcomes.evolve(state, event)
            at = At(row.provider, 1, f"outcomes/{row.order.year}", "", now, now)
            for key in view.keys(event, at):
                place = (row.provider, key)
                rows[place] = view.evolve(rows.get(place), event, msgspec.structs.replace(at, key=key))
        states[stream] = state
    assert len(rows) == 23_844
    return [
        Contribution(tenant, row.period, row.category, row.numerator, row.denominator, row.people)
        for (tenant, _), row in rows.items()
        if row is not None
    ]


def thresholds(found: list[Distribution]) -> list[tuple[tuple[str, str], list[float] | None]]:
    return [((one.category, one.period), list(one.thresholds) or None) for one in found]


def test_weighted_by_completions_the_published_thresholds_come_out(
    shared: Path, contributions: list[Contribution]
) -> None:
    found = agreement(shared, thresholds(list(distributions(contributions))), suppressed_too=False)
    assert (found.cells, found.exact, found.within_one) == (480, 459, 472)
    assert found.meets_the_bar


def test_where_the_published_thresholds_are_suppressed_we_have_none(
    shared: Path, contributions: list[Contribution]
) -> None:
    found = agreement(shared, thresholds(list(distributions(contributions))), suppressed_too=True)
    assert (found.cells, found.exact, found.within_one) == (488, 467, 480)
    assert found.meets_the_bar


def test_without_weights_they_do_not(shared: Path, contributions: list[Contribution]) -> None:
    alike = [
        row._replace(numerator=row.numerator // row.denominator, denominator=1) if row.denominator else row
        for row in contributions
    ]
    found = agreement(shared, thresholds(list(distributions(alike))), suppressed_too=False)
    assert not found.meets_the_bar
    assert found.within_one < 0.7 * found.cells


def test_leaving_small_providers_out_of_the_distribution_would_move_it(
    shared: Path, contributions: list[Contribution]
) -> None:
    large = [row for row in contributions if row.people >= 23]
    assert not agreement(shared, thresholds(list(distributions(large))), suppressed_too=False).meets_the_bar


def test_published_quintiles_come_out_if_ties_may_go_either_way(
    shared: Path, contributions: list[Contribution]
) -> None:
    ours = {(one.category, one.period): one.thresholds for one in distributions(contributions)}
    agree: Counter[bool] = Counter()
    for row in published_outcomes(shared):
        if row["quintile"] == "x":
            continue
        rate, fifth = int(row["sustained_positive_rate"]), QUINTILES.index(row["quintile"]) + 1
        here = ours[row["category"], row["year"].replace("/", "-")]
        above_ties = quintile(rate + 0.5, here)
        agree[quintile(rate, here) <= fifth <= above_ties] += 1
    assert agree == {True: 20_048, False: 29}
