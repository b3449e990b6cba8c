"""What logbooks contribute to indicators."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import hypothesis
import msgspec
from hypothesis import settings

from baseplus.kernel.events import Event
from baseplus.logbook.events import (
    AttendanceDisputed,
    AttendanceWithdrawn,
    ReflectionReviewed,
    TaskAccepted,
    Work,
)
from baseplus.logbook.model import logbook
from projections.benchmarks.reflecting import ReflectionDayRow, ReflectionDays
from projections.benchmarks.views import Contributions
from tests.apprenticeships.story import day
from tests.logbook.story import (
    BASE,
    CLASSROOM,
    DAY,
    JOB,
    WHO,
    accepted,
    by_master,
    by_tool,
    claimed,
    corroborated,
    reflection,
)
from tests.logbook.test_any_order import histories
from tests.projections.folding import fold


def figures(indicator: str, *events: Event) -> dict[tuple[str, str], tuple[int, int, int]]:
    rows = fold(Contributions(), "logbook/ap-1", events).values()
    return {
        (row.base, row.period): (row.numerator, row.denominator, row.people)
        for row in rows
        if row.indicator == indicator
    }


FEBRUARY, MARCH = ("drives", "2026-02"), ("drives", "2026-03")
disputed = AttendanceDisputed(WHO, BASE, DAY, JOB, "7.5", "It stood still", "m-he", 0)
withdrawn = AttendanceWithdrawn(WHO, BASE, DAY, JOB, "7.5", 0, "By mistake", 0)
both = (claimed(), by_master, by_tool)


def test_claimed_attendance_is_corroborated_when_it_counts() -> None:
    rate = "corroborated_attendance_rate"
    assert figures(rate, claimed()) == {FEBRUARY: (0, 1, 1)}
    assert figures(rate, claimed(), by_master) == {FEBRUARY: (0, 1, 1)}
    assert figures(rate, *both) == {FEBRUARY: (100, 1, 1)}
    assert figures(rate, *both, corroborated(by="m-he", behind="m-he")) == {FEBRUARY: (100, 1, 1)}


def test_what_is_disputed_is_not_corroborated_and_what_was_withdrawn_was_not_claimed() -> None:
    rate = "corroborated_attendance_rate"
    assert figures(rate, *both, disputed) == {FEBRUARY: (0, 1, 1)}
    assert figures(rate, claimed(), msgspec.structs.replace(disputed, left=None)) == {FEBRUARY: (0, 1, 1)}
    assert figures(rate, *both, withdrawn) == {FEBRUARY: (0, 0, 0)}
    assert figures(rate, claimed(), msgspec.structs.replace(withdrawn, left=None)) == {FEBRUARY: (0, 0, 0)}


def test_attendance_counts_in_the_month_of_its_day_and_an_apprentice_once() -> None:
    more = (claimed(day(26, month=2), nth=2), claimed(day(1), CLASSROOM, "2"))
    assert figures("corroborated_attendance_rate", *both, *more) == {FEBRUARY: (100, 2, 1), MARCH: (0, 1, 1)}


def test_real_work_is_a_share_of_the_hours_that_count() -> None:
    share = "real_work_share"
    assert figures(share, claimed(), by_master) == {}
    assert figures(share, *both) == {FEBRUARY: (7_500_000, 75_000, 1)}
    theory = corroborated(counts=2, work=CLASSROOM, hours="2.5")
    assert figures(share, *both, theory) == {FEBRUARY: (7_500_000, 100_000, 1)}
    assert figures(share, *both, theory, msgspec.structs.replace(disputed, left=1)) == {FEBRUARY: (0, 25_000, 1)}
    assert figures(share, *both, disputed) == figures(share, *both, withdrawn) == {FEBRUARY: (0, 0, 0)}
    assert figures(share, *both, msgspec.structs.replace(disputed, left=None)) == figures(share, *both)


def test_the_lag_of_feedback_is_the_days_from_submission_to_review() -> None:
    first = ReflectionReviewed(WHO, BASE, "r-1", "m-he", day(26, month=2), day(2), 1, "…")
    second = ReflectionReviewed(WHO, BASE, "r-2", "m-he", day(2), day(2), 2, "…")
    assert figures("feedback_lag_days", first) == {MARCH: (4, 1, 1)}
    assert figures("feedback_lag_days", first, second) == {MARCH: (4, 2, 1)}


def test_a_task_passes_at_first_or_it_does_not() -> None:
    assert figures("task_first_pass_rate", accepted()) == {MARCH: (100, 1, 1)}
    assert figures("task_first_pass_rate", accepted(), accepted(2, day(1), nth=2)) == {MARCH: (100, 2, 1)}


def test_reflections_are_counted_by_the_day_that_they_are_about() -> None:
    another = msgspec.structs.replace(reflection, reflection="r-2")
    rows = fold(ReflectionDays(), "logbook/ap-1", [reflection, another])
    assert rows == {
        "drives/2026-02-26": ReflectionDayRow(
            key="drives/2026-02-26", base="drives", day=day(26, month=2), reflections=2
        )
    }


@settings(max_examples=60, deadline=None)
@hypothesis.given(histories)
def test_whatever_was_entered_figures_are_those_of_what_stands_in_the_logbook(history: list[Any]) -> None:
    book = logbook.fold(history)
    claims, counts = Counter[str](), Counter[str]()
    hours, jobs = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for claim in book.attendance.values():
        month = f"{claim.on:%Y-%m}"
        claims[month] += 1
        counts[month] += claim.counts
        hours[month] += Decimal(claim.hours) if claim.counts else 0
        jobs[month] += Decimal(claim.hours) if claim.counts and claim.work is Work.JOB else 0
    attendance = figures("corroborated_attendance_rate", *history)
    for (_, month), (numerator, denominator, people) in attendance.items():
        assert (numerator, denominator, people) == (100 * counts[month], claims[month], int(claims[month] > 0))
    for (_, month), (numerator, denominator, people) in figures("real_work_share", *history).items():
        assert Decimal(numerator) == jobs[month] * 1_000_000
        assert Decimal(denominator) == hours[month] * 10_000
        assert people == int(counts[month] > 0)
    accepted = [event for event in history if isinstance(event, TaskAccepted)]
    passed = figures("task_first_pass_rate", *history)
    assert sum(figure[1] for figure in passed.values()) == len(accepted)
    assert sum(figure[0] for figure in passed.values()) == 100 * sum(event.submission == 1 for event in accepted)
    months = {f"{event.on:%Y-%m}" for event in accepted}
    assert {month: figure[2] for (_, month), figure in passed.items()} == dict.fromkeys(months, 1)
