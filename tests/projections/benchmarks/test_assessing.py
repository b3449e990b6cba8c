"""How both sides assess together, and who is certified by both: counted when asked, by what was known at a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from baseplus.apprenticeships.events import ApprenticeshipCompleted
from baseplus.assessment.assessments import AssessmentCommand, assessments
from baseplus.assessment.events import CertificateKind, CertificateRevoked
from baseplus.kernel.events import Event
from baseplus.kernel.scenario import NOON
from infra.postgres.database import Database
from tests.apprenticeships.story import day
from tests.assessment.certifying import awarded
from tests.assessment.story import (
    ENTERPRISE,
    by_enterprise,
    by_school,
    correct,
    joint,
    known,
    moderated,
    other_side,
    record,
    recorded,
)
from tests.projections.benchmarks.counting import Town, a_town
from tests.projections.benchmarks.test_days import training

COVERAGE, GAP = "joint_assessment_coverage", "assessor_gap"
MARCH = ("drives", "2026-03", "all")
APRIL_1 = day(1, month=4)


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    with a_town(database) as town:
        yield town


def decided(*orders: AssessmentCommand) -> list[Event]:
    """What the rules make of these orders, one after the other."""
    history: list[Any] = []
    for order in orders:
        history += assessments.decide(order, assessments.fold(history), NOON)
    return history


def of(apprenticeship: str, *events: Any) -> list[Event]:
    """The same assessment, of another apprentice."""
    person = apprenticeship.replace("ap-", "person-")
    return [msgspec.structs.replace(one, apprenticeship=apprenticeship, apprentice=person) for one in events]


def test_coverage_is_of_all_apprentices_in_training_also_of_those_nobody_assessed(town: Town) -> None:
    town.tell({f"apprenticeships/ap-{number}": training() for number in (17, 18, 19)})
    assert town.figures(COVERAGE, APRIL_1)[MARCH] == (0, 3, 3)
    town.tell({"assessments/as-1": (by_school,)})
    assert town.figures(COVERAGE, APRIL_1)[MARCH] == (0, 3, 3)
    town.tell({"assessments/as-1": (by_enterprise,), "assessments/as-2": of("ap-18", *joint)})
    assert town.figures(COVERAGE, APRIL_1)[MARCH] == (200, 3, 3)
    # In January and February nobody had been assessed by both.
    assert town.figures(COVERAGE, APRIL_1)["drives", "2026-02", "all"] == (0, 3, 3)


def test_coverage_counts_what_both_sides_had_assessed_by_the_day_that_is_asked_for(town: Town) -> None:
    late = recorded((60, 70, 90), ENTERPRISE, "m-gao", "81.00", on=day(10, month=4))
    town.tell({"apprenticeships/ap-17": training(), "assessments/as-1": (by_school, late)})
    assert town.figures(COVERAGE, day(10, month=4)) == {
        ("drives", "2026-01", "all"): (0, 1, 1),
        ("drives", "2026-02", "all"): (0, 1, 1),
        MARCH: (0, 1, 1),
        ("drives", "2026-04", "all"): (0, 1, 1),
    }
    assert town.figures(COVERAGE, day(11, month=4))["drives", "2026-04", "all"] == (100, 1, 1)
    assert town.figures(COVERAGE, day(11, month=4))[MARCH] == (0, 1, 1)


def test_who_is_assessed_twice_is_one_person_with_two_gaps(town: Town) -> None:
    again = (
        recorded(sitting=2, resit_of="as-1"),
        recorded((80, 70, 90), ENTERPRISE, "m-gao", "81.00", sitting=2, resit_of="as-1"),
    )
    town.tell({"apprenticeships/ap-17": training(), "assessments/as-1": joint, "assessments/as-2": again})
    assert town.figures(GAP, APRIL_1) == {MARCH: (1200 + 200, 200, 1)}
    assert town.figures(COVERAGE, APRIL_1)[MARCH] == (100, 1, 1)
    town.tell({"assessments/as-3": of("ap-18", *joint)})
    assert town.figures(GAP, APRIL_1) == {MARCH: (1200 + 200 + 1200, 300, 2)}


def test_an_apprentice_whom_one_side_assessed_has_no_gap(town: Town) -> None:
    town.tell({"assessments/as-1": (by_school,)})
    assert town.figures(GAP, APRIL_1) == {}


def test_a_side_that_follows_counts_in_the_month_in_which_the_assessment_began(town: Town) -> None:
    february = date(2026, 2, 20)
    first = recorded(on=february, began=february)
    town.tell({"assessments/as-1": (first, recorded((60, 70, 90), ENTERPRISE, "m-gao", "81.00", began=february))})
    assert town.figures(GAP, APRIL_1) == {("drives", "2026-02", "all"): (1200, 100, 1)}
    assert town.figures(GAP, day(2)) == {}  # the second side came that day


def test_a_corrected_slip_corrects_the_gap_and_a_moderator_leaves_it_as_it_was(town: Town) -> None:
    town.tell(
        {
            "assessments/as-1": decided(known(record()), other_side, correct),
            "assessments/as-2": of("ap-18", *decided(known(record()), correct, other_side)[:1]),
        }
    )
    assert town.figures(GAP, APRIL_1) == {MARCH: (1700, 100, 1)}
    town.tell({"assessments/as-3": (by_school, moderated, *of("ap-17", by_enterprise))})
    assert town.figures(GAP, APRIL_1) == {MARCH: (1700 + 1200, 200, 1)}


KEY = "dual_certification_rate"
OWN, VOCATIONAL = CertificateKind.ENTERPRISE, CertificateKind.VOCATIONAL
done = ApprenticeshipCompleted("drives", day(16, month=2), day(20))


def awards(apprenticeship: str, *terms: tuple[str, CertificateKind, date, date | None]) -> dict[str, tuple[Event, ...]]:
    """Certificates by name, kind, day of the award and last day."""
    return {
        f"certificates/{name}": (
            msgspec.structs.replace(awarded(kind, on=on, expires=expires), apprenticeship=apprenticeship),
        )
        for name, kind, on, expires in terms
    }


def void(apprenticeship: str, name: str, kind: CertificateKind) -> dict[str, tuple[Event, ...]]:
    return {
        f"certificates/{name}": (
            CertificateRevoked(kind, "person-17", apprenticeship, "drives", (), "Forged", day(25), "as-1"),
        )
    }


def test_who_completed_is_dual_certified_whatever_came_first_until_a_certificate_is_revoked(town: Town) -> None:
    def pair(number: int) -> dict[str, tuple[Event, ...]]:
        return awards(f"ap-{number}", *((f"{kind.value}-{number}", kind, day(9), None) for kind in CertificateKind))

    town.tell(pair(1) | {"apprenticeships/ap-2": (done,)})
    assert town.figures(KEY, APRIL_1) == {MARCH: (0, 1, 1)}  # ap-1 has not completed yet
    town.tell(pair(2) | {"apprenticeships/ap-1": (done,)})
    assert town.figures(KEY, APRIL_1) == {MARCH: (200, 2, 2)}
    assert town.figures(KEY, day(20)) == {}
    town.tell(void("ap-2", "vocational-2", VOCATIONAL))
    assert town.figures(KEY, APRIL_1) == {MARCH: (100, 2, 2)}


RENEWED = (
    ("cert-1", OWN, day(3), None),
    ("cert-2", VOCATIONAL, day(4), day(22)),
    ("cert-3", VOCATIONAL, day(21), None),
)


def test_who_was_dual_certified_stays_so_when_a_certificate_expires_and_when_it_is_renewed(town: Town) -> None:
    town.tell(awards("ap-1", *RENEWED[:2]) | {"apprenticeships/ap-1": (done,)})
    assert town.figures(KEY, APRIL_1) == {MARCH: (100, 1, 1)}
    town.tell(awards("ap-1", RENEWED[2]))
    assert town.figures(KEY, APRIL_1) == town.figures(KEY, day(21)) == {MARCH: (100, 1, 1)}  # as before the renewal
    town.tell(void("ap-1", "cert-1", OWN))
    assert town.figures(KEY, APRIL_1) == {MARCH: (0, 1, 1)}


def test_a_forged_certificate_counts_no_more_though_it_was_renewed(town: Town) -> None:
    town.tell(awards("ap-1", *RENEWED) | {"apprenticeships/ap-1": (done,)} | void("ap-9", "cert-9", OWN))
    town.tell(void("ap-1", "cert-2", VOCATIONAL))
    assert town.figures(KEY, day(21)) == {MARCH: (0, 1, 1)}
    assert town.figures(KEY, day(22)) == {MARCH: (100, 1, 1)}  # by the renewal


def test_a_revoked_renewal_leaves_what_was_certified_by_the_one_before(town: Town) -> None:
    town.tell(awards("ap-1", *RENEWED) | {"apprenticeships/ap-1": (done,)})
    town.tell(void("ap-1", "cert-3", VOCATIONAL))
    assert town.figures(KEY, day(21)) == town.figures(KEY, APRIL_1) == {MARCH: (100, 1, 1)}
    town.tell(void("ap-1", "cert-2", VOCATIONAL))
    assert town.figures(KEY, APRIL_1) == {MARCH: (0, 1, 1)}


def test_certificates_that_were_never_valid_on_one_day_certify_nobody_by_both(town: Town) -> None:
    apart = ("cert-1", OWN, day(6), None), ("cert-2", VOCATIONAL, day(3), day(5))
    town.tell(awards("ap-1", *apart) | {"apprenticeships/ap-1": (done,)})
    assert town.figures(KEY, APRIL_1) == {MARCH: (0, 1, 1)}
