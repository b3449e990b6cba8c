"""What events contribute to indicators."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import hypothesis
import msgspec
import pytest
from hypothesis import settings

from baseplus.agreements.events import AgreementTookEffect, BreachCured, ObligationFellDue
from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    Direction,
    ExitReason,
)
from baseplus.apprenticeships.model import Stage, apprenticeships
from baseplus.kernel.refusals import NotFound
from baseplus.outcomes.events import OutcomeReturnCorrected, OutcomeReturnFiled
from projections.benchmarks.indicators import INDICATORS, indicator
from projections.benchmarks.views import Contributing, ContributionRow, Contributions
from projections.runner.view import At
from tests.mentoring.test_any_order import worlds
from tests.mentoring.world import World

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


def left(started: date | None, on: date) -> ApprenticeExited:
    return ApprenticeExited("person-17", "drives", ExitReason.POACHED, Direction.WORK, on, started)


FEBRUARY, MARCH, APRIL = date(2026, 2, 2), date(2026, 3, 2), date(2026, 4, 1)


def rates(indicator: str, *events: Contributing) -> dict[tuple[str, str], tuple[int, int, int]]:
    rows = [row for row in fold(*events).values() if row.indicator == indicator]
    return {(row.base, row.period): (row.numerator, row.denominator, row.people) for row in rows}


def test_completions_and_exits_count_in_the_month_of_the_end() -> None:
    ended: list[Contributing] = [
        ApprenticeshipCompleted("drives", FEBRUARY, MARCH),
        ApprenticeshipCompleted("drives", FEBRUARY, APRIL),
        ApprenticeshipCompleted("foundry", FEBRUARY, MARCH),
        left(FEBRUARY, MARCH),
        left(FEBRUARY, MARCH),
    ]
    assert rates("completion_rate", *ended) == {
        ("drives", "2026-03"): (100, 3, 3),
        ("drives", "2026-04"): (100, 1, 1),
        ("foundry", "2026-03"): (100, 1, 1),
    }


def test_an_early_exit_counts_among_those_who_started_in_the_same_month() -> None:
    started: list[Contributing] = [
        ApprenticeshipStarted("drives", day) for day in (FEBRUARY, FEBRUARY, FEBRUARY, MARCH)
    ]
    assert rates("early_exit_rate", *started, left(FEBRUARY, APRIL)) == {
        ("drives", "2026-02"): (100, 3, 3),
        ("drives", "2026-03"): (0, 1, 1),
    }


def test_who_never_started_is_in_no_rate() -> None:
    assert fold(left(None, MARCH)) == {}


@settings(max_examples=100, deadline=None)
@hypothesis.given(worlds())
def test_rates_are_shares_of_people_whatever_happened(world: World) -> None:
    happened: list[Any] = [event for _, event in world.events if isinstance(event, Contributions.events)]
    starts, exits, ends = Counter[str](), Counter[str](), Counter[bool]()
    for events in world.apprenticeships.values():
        state = apprenticeships.fold(events)
        if state.started:
            month = f"{state.started:%Y-%m}"
            starts[month] += 1
            exits[month] += state.stage is Stage.EXITED
            ends[state.stage is Stage.COMPLETED] += state.stage in (Stage.COMPLETED, Stage.EXITED)
    early, cohort, completed = Counter[str](), Counter[str](), [0, 0, 0]
    for (_, period), (numerator, denominator, people) in rates("early_exit_rate", *happened).items():
        assert 0 <= numerator <= 100 * denominator == 100 * people
        early[period] += numerator
        cohort[period] += people
    for figures in rates("completion_rate", *happened).values():
        completed = [total + figure for total, figure in zip(completed, figures, strict=True)]
    assert early == Counter({month: 100 * number for month, number in exits.items()})
    assert cohort == starts
    assert completed == [100 * ends[True], ends.total(), ends.total()]


def test_an_indicator_is_counted_from_events_or_from_days() -> None:
    assert all(bool(one.parts) is (one.days is None) for one in INDICATORS)


def test_the_view_handles_the_events_of_every_indicator_and_no_others() -> None:
    declared = {event for one in INDICATORS for event in one.parts}
    assert declared == set(Contributions.events)


def test_an_indicator_is_found_by_its_key() -> None:
    assert len({one.key for one in INDICATORS}) == len(INDICATORS)
    assert all(indicator(one.key) is one for one in INDICATORS)
    with pytest.raises(NotFound):
        indicator("happiness")


def test_what_was_done_in_time_and_recorded_late_corrects_the_month_it_fell_due_in() -> None:
    march = date(2026, 3, 31)
    fell_due = ObligationFellDue("guide", 1, march)
    late, in_time = BreachCured("guide", 1, (), march), BreachCured("guide", 1, (), march, in_time=True)
    assert figures(fold(fell_due, late)) == {("all", "2026-03"): (0, 1, 0)}
    assert figures(fold(fell_due, in_time)) == {("all", "2026-03"): (100, 1, 0)}


def test_days_to_signature_are_counted_in_the_month_of_the_last_signature() -> None:
    proposed, signed = date(2026, 2, 16), date(2026, 3, 2)
    first = AgreementTookEffect(date(2026, 9, 1), "a" * 64, proposed, signed)
    second = AgreementTookEffect(signed, "b" * 64, signed, signed)
    from_before = AgreementTookEffect(signed, "c" * 64)
    (row,) = fold(first, second, from_before).values()
    assert (row.indicator, row.period, row.numerator, row.denominator) == ("days_to_signature", "2026-03", 14, 2)


def test_what_an_agreement_about_a_base_counts_is_that_bases() -> None:
    march = date(2026, 3, 31)
    due, cured = ObligationFellDue("c", 1, march, base="drives"), BreachCured("c", 1, (), march, True, "drives")
    signed = AgreementTookEffect(march, "a" * 64, date(2026, 3, 1), march, "drives")
    assert rates("obligation_on_time_rate", due, cured, signed) == {("drives", "2026-03"): (100, 1, 0)}
    assert rates("days_to_signature", due, cured, signed) == {("drives", "2026-03"): (30, 1, 0)}
