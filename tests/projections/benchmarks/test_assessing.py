"""What assessments contribute to the indicators of how both sides assess together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from baseplus.assessment.assessments import AssessmentCommand, Correct, Moderate, RecordOtherSide, assessments
from baseplus.assessment.criteria import Side
from baseplus.assessment.events import SideEvent
from baseplus.kernel.scenario import NOON
from projections.benchmarks.views import Contributions
from tests.assessment.story import (
    ENTERPRISE,
    SCHOOL,
    by_enterprise,
    by_school,
    correct,
    joint,
    known,
    moderated,
    other_side,
    record,
    recorded,
    scores,
)
from tests.projections.folding import fold

FEBRUARY = date(2026, 2, 20)


def figures(*events: SideEvent) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    rows = fold(Contributions(), "assessments/as-1", events).values()
    return {(row.indicator, row.base, row.period): (row.numerator, row.denominator, row.people) for row in rows}


def decided(*orders: AssessmentCommand) -> list[SideEvent]:
    """What the rules make of these orders, one after the other."""
    history: list[SideEvent] = []
    for order in orders:
        history += assessments.decide(order, assessments.fold(history), NOON)
    return history


def test_an_apprentice_whom_one_side_assessed_is_not_covered_yet() -> None:
    assert figures(by_school) == {("joint_assessment_coverage", "drives", "2026-03"): (0, 1, 1)}


def test_an_apprentice_whom_both_sides_assessed_is_covered_and_has_a_gap() -> None:
    assert (by_school.total, by_enterprise.total) == ("81.00", "69.00")
    assert figures(*joint) == {
        ("joint_assessment_coverage", "drives", "2026-03"): (100, 1, 1),
        ("assessor_gap", "drives", "2026-03"): (1200, 100, 1),
    }


def test_a_side_that_follows_counts_in_the_month_in_which_the_assessment_began() -> None:
    first = recorded(on=FEBRUARY, began=FEBRUARY)
    second = recorded((60, 70, 90), ENTERPRISE, "m-gao", "81.00", began=FEBRUARY)
    assert figures(first, second) == {
        ("joint_assessment_coverage", "drives", "2026-02"): (100, 1, 1),
        ("assessor_gap", "drives", "2026-02"): (1200, 100, 1),
    }


def test_a_corrected_slip_corrects_the_gap_and_counts_nobody_twice() -> None:
    history = decided(known(record()), other_side, correct)
    assert figures(*history)["assessor_gap", "drives", "2026-03"] == (1700, 100, 1)
    before_the_other = decided(known(record()), correct, other_side)
    assert figures(*before_the_other)["assessor_gap", "drives", "2026-03"] == (1700, 100, 1)


def test_a_moderators_marks_leave_the_gap_between_the_assessors_as_it_was() -> None:
    assert figures(*joint, moderated) == figures(*joint)
    assert figures(by_school, moderated, by_enterprise) == figures(*joint)


points = st.integers(0, 100)
corrections = st.lists(st.tuples(st.sampled_from([*Side]), points, points, points), max_size=6)


@given(corrections, st.booleans())
def test_however_slips_are_corrected_the_gap_is_that_of_what_the_assessors_gave(
    slips: Sequence[tuple[Side, int, int, int]], moderates: bool
) -> None:
    history = decided(known(record()), RecordOtherSide(ENTERPRISE, "m-gao", scores(60, 70, 90)))
    for side, *given_points in slips:
        assessor = "t-he" if side is SCHOOL else "m-gao"
        order = Correct(side, assessor, scores(*given_points), "A slip")
        state = assessments.fold(history)
        if order.scores != tuple(
            msgspec.structs.replace(new, points=mark.points)
            for new, mark in zip(order.scores, state.sides[side].marks, strict=True)
        ):
            history += assessments.decide(order, state, NOON)
    if moderates:
        history += assessments.decide(
            Moderate(SCHOOL, "t-lin", scores(1, 2, 3), "Far off"), assessments.fold(history), NOON
        )
    sides = assessments.fold(history).sides
    gap = int(abs(Decimal(sides[SCHOOL].given) - Decimal(sides[ENTERPRISE].given)) * 100)
    assert figures(*history)["assessor_gap", "drives", "2026-03"] == (gap, 100, 1)
