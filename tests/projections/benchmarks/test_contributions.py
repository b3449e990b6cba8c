"""What events contribute to indicators."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest

from baseplus.agreements.events import ObligationFellDue
from baseplus.kernel.refusals import NotFound
from baseplus.outcomes.events import OutcomeReturnCorrected, OutcomeReturnFiled
from projections.benchmarks.indicators import INDICATORS, indicator
from projections.benchmarks.views import Contributing, ContributionRow, Contributions
from projections.runner.view import At

VIEW = Contributions()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fold(*events: Contributing) -> dict[str, ContributionRow]:
    rows: dict[str, ContributionRow] = {}
    for position, event in enumerate(events, 1):
        at = At("a-university", position, "a/thing", "", NOON, NOON)
        for key in VIEW.keys(event, at):
            row = VIEW.evolve(rows.get(key), event, msgspec.structs.replace(at, key=key))
            assert row is not None
            assert row.key == key
            rows[key] = row
    return rows


def filed(
    rate: int | None, completions: int | None, category: str = "Access to HE", year: str = "2013-14"
) -> OutcomeReturnFiled:
    return OutcomeReturnFiled(year=year, category=category, completions=completions, rate=rate)


def corrected(rate: int | None, completions: int | None) -> OutcomeReturnCorrected:
    return OutcomeReturnCorrected(
        year="2013-14", category="Access to HE", completions=completions, rate=rate, reason="counted twice"
    )


def figures(rows: dict[str, ContributionRow]) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {(row.category, row.period): (row.numerator, row.denominator, row.people) for row in rows.values()}


def test_a_return_contributes_its_people_to_its_year_and_category() -> None:
    (row,) = fold(filed(88, 20)).values()
    assert row == ContributionRow(
        key="/sustained_destination_rate/2013-14/Access to HE",
        base="",
        indicator="sustained_destination_rate",
        period="2013-14",
        category="Access to HE",
        numerator=1760,
        denominator=20,
        people=20,
    )


def test_each_year_and_each_category_has_a_row_of_its_own() -> None:
    rows = fold(filed(88, 20), filed(50, 10, category="Traineeships"), filed(90, 30, year="2014-15"))
    assert figures(rows) == {
        ("Access to HE", "2013-14"): (1760, 20, 20),
        ("Traineeships", "2013-14"): (500, 10, 10),
        ("Access to HE", "2014-15"): (2700, 30, 30),
    }


def test_a_correction_corrects_the_period_it_is_about_and_no_other() -> None:
    rows = fold(filed(88, 20), filed(90, 30, year="2014-15"), corrected(80, 10))
    assert figures(rows) == {("Access to HE", "2013-14"): (800, 10, 10), ("Access to HE", "2014-15"): (2700, 30, 30)}


def test_a_suppressed_return_is_known_and_counts_for_nothing() -> None:
    assert figures(fold(filed(None, None))) == {("Access to HE", "2013-14"): (0, 0, 0)}
    assert figures(fold(filed(None, 20))) == {("Access to HE", "2013-14"): (0, 0, 0)}
    assert figures(fold(filed(88, 20), corrected(None, None))) == {("Access to HE", "2013-14"): (0, 0, 0)}


def test_obligations_add_up_by_the_month_they_fell_due_in() -> None:
    due = [
        ObligationFellDue(clause="c-1", occurrence=number, due=day, fulfilled=fulfilled)
        for number, (day, fulfilled) in enumerate(
            [(date(2026, 3, 1), True), (date(2026, 3, 31), False), (date(2026, 3, 31), True), (date(2026, 4, 1), True)]
        )
    ]
    assert figures(fold(*due)) == {("all", "2026-03"): (200, 3, 0), ("all", "2026-04"): (100, 1, 0)}


def test_the_view_handles_the_events_of_every_indicator_and_no_others() -> None:
    declared = {event for one in INDICATORS for event in one.parts}
    assert declared == set(Contributions.events)


def test_an_indicator_is_found_by_its_key() -> None:
    assert len({one.key for one in INDICATORS}) == len(INDICATORS)
    assert all(indicator(one.key) is one for one in INDICATORS)
    with pytest.raises(NotFound):
        indicator("happiness")
