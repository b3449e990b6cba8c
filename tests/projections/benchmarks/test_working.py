"""What becomes of apprentices: the rates of cohorts, which only what is found out later completes."""

from __future__ import annotations

import msgspec

from baseplus.apprenticeships.events import (
    ApprenticeshipCompleted,
    CareerEvent,
    Destination,
    EmploymentConfirmed,
    PoolLeaving,
)
from projections.benchmarks.views import Contributions
from tests.apprenticeships.story import day
from tests.apprenticeships.test_talent_pool import accepted, joined, left, taken_over
from tests.projections.folding import fold

completed = ApprenticeshipCompleted("drives", day(16, month=2), day(20))
SUSTAINED, RETAINED, HIRED = "sustained_destination_rate", "retention_12m", "pool_to_hire_rate"


def figures(key: str, *events: CareerEvent | ApprenticeshipCompleted) -> dict[str, tuple[int, int, int]]:
    rows = [row for row in fold(Contributions(), "apprenticeships/ap-1", events).values() if row.indicator == key]
    assert all((row.base, row.category) == ("drives", "all") for row in rows)
    return {row.period: (row.numerator, row.denominator, row.people) for row in rows}


def found(months: int, destination: Destination, previous: Destination | None = None) -> EmploymentConfirmed:
    hired = day(4) if destination is Destination.TRAINING_ENTERPRISE or previous else None
    return EmploymentConfirmed("person-17", "drives", months, destination, day(20), day(30, month=12), hired, previous)


def test_who_completed_has_a_sustained_destination_when_it_is_confirmed_at_6_months() -> None:
    assert figures(SUSTAINED, completed) == {"2026-03": (0, 1, 1)}
    assert figures(SUSTAINED, completed, found(6, Destination.STUDY)) == {"2026-03": (100, 1, 1)}
    for months, destination in ((3, Destination.STUDY), (12, Destination.STUDY), (6, Destination.NEITHER)):
        assert figures(SUSTAINED, completed, found(months, destination)) == {"2026-03": (0, 1, 1)}


def test_a_corrected_finding_takes_back_what_it_had_counted() -> None:
    history = (completed, found(6, Destination.STUDY))
    assert figures(SUSTAINED, *history, found(6, Destination.UNKNOWN, Destination.STUDY)) == {"2026-03": (0, 1, 1)}
    assert figures(SUSTAINED, *history, found(6, Destination.ANOTHER_EMPLOYER, Destination.STUDY)) == {
        "2026-03": (100, 1, 1)
    }


def test_who_was_hired_by_the_training_enterprise_is_retained_when_they_are_there_after_12_months() -> None:
    here = Destination.TRAINING_ENTERPRISE
    assert figures(RETAINED, taken_over) == {"2026-03": (0, 1, 1)}
    assert figures(RETAINED, taken_over, found(12, here)) == {"2026-03": (100, 1, 1)}
    assert figures(RETAINED, taken_over, found(6, here)) == {"2026-03": (0, 1, 1)}
    gone = found(12, Destination.ANOTHER_EMPLOYER, here)
    assert figures(RETAINED, taken_over, found(12, here), gone) == {"2026-03": (0, 1, 1)}
    assert figures(RETAINED, accepted) == {}  # another enterprise retains nobody of ours


def test_what_was_found_before_a_hire_is_taken_back_of_no_retention() -> None:
    here = Destination.TRAINING_ENTERPRISE
    early = msgspec.structs.replace(found(12, here), hired=None)
    for destination, counted in ((here, 100), (Destination.ANOTHER_EMPLOYER, 0)):
        late = msgspec.structs.replace(found(12, destination, here), anew=True)
        assert figures(RETAINED, early, taken_over, late) == {"2026-03": (counted, 1, 1)}


def test_a_destination_is_sustained_once_whether_it_was_found_before_a_hire_or_after_it() -> None:
    work, here = found(6, Destination.ANOTHER_EMPLOYER), Destination.TRAINING_ENTERPRISE
    late = msgspec.structs.replace(found(6, here, Destination.ANOTHER_EMPLOYER), anew=True)
    assert figures(SUSTAINED, completed, work, taken_over, late) == {"2026-03": (100, 1, 1)}


def test_who_joined_the_pool_is_hired_from_it_in_the_month_in_which_they_joined() -> None:
    assert figures(HIRED, joined) == {"2026-03": (0, 1, 1)}
    assert figures(HIRED, joined, accepted, left(PoolLeaving.HIRED, 4)) == {"2026-03": (100, 1, 1)}
    assert figures(HIRED, joined, left(PoolLeaving.OWN_WISH, 3), taken_over) == {"2026-03": (0, 1, 1)}
