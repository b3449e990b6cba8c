from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from baseplus.assessment.assessments import Appeal, DecideAppeal, Moderate, assessments
from baseplus.assessment.events import (
    AppealOutcome,
    AssessmentCertified,
    AssessmentReleased,
    AssessmentResat,
    CertificateKind,
    SideEvent,
)
from projections.assessments.views import AssessmentRow, Assessments, Change
from tests.assessment.story import (
    ENTERPRISE,
    SCHOOL,
    TODAY,
    appealed,
    by_school,
    correct,
    given,
    joint,
    marks,
    moderated,
    scores,
)
from tests.projections.folding import fold, time

EIGHTY_ONE = Decimal("81.00")
told = msgspec.structs.replace(by_school, comment="Works with care")


def rows(*history: SideEvent) -> dict[str, AssessmentRow]:
    return fold(Assessments(), "assessments/as-1", history)


def after(*history: SideEvent) -> AssessmentRow:
    return rows(*history)["as-1:school"]


def course(*orders: object) -> list[SideEvent]:
    """What follows from these orders, the first side having been recorded."""
    history: list[SideEvent] = [by_school]
    for order in orders:
        history += given(*history).when(order).events  # type: ignore[arg-type]
    assert assessments.fold(history).sides
    return history


def test_a_recorded_side_has_its_marks_its_total_and_who_gave_them() -> None:
    assert rows(told) == {
        "as-1:school": AssessmentRow(
            key="as-1:school",
            assessment="as-1",
            apprentice="person-17",
            base="drives",
            occupation="cnc-machinist",
            adoption="cnc-1",
            association="machinists",
            standard="cnc",
            version=1,
            side=SCHOOL,
            assessor="t-he",
            marks=list(marks(80, 70, 100)),
            total=EIGHTY_ONE,
            given=EIGHTY_ONE,
            state="recorded",
            changes=[Change("recorded", time(1), 1, EIGHTY_ONE, "t-he", None, "Works with care")],
            assessed_on=TODAY,
            assessed_at=time(1),
            position=1,
            certificates=[],
            apprenticeship="ap-17",
            enterprise="yunchuan",
        )
    }


def test_each_side_has_a_row_and_what_happens_to_one_leaves_the_other_alone() -> None:
    found = rows(*joint, appealed)
    assert {key: (row.side, row.state, row.position) for key, row in found.items()} == {
        "as-1:school": (SCHOOL, "appealed", 3),
        "as-1:enterprise": (ENTERPRISE, "recorded", 2),
    }


def test_a_corrected_slip_is_what_the_assessor_gave_and_what_counts() -> None:
    row = after(*course(correct))
    assert (row.state, row.total, row.given, row.marks) == (
        "corrected",
        Decimal("86.00"),
        Decimal("86.00"),
        list(marks(90, 70, 100)),
    )


def test_a_moderators_marks_count_and_what_the_assessor_gave_stays_known() -> None:
    row = after(by_school, moderated)
    assert (row.state, row.moderator, row.total, row.given) == ("moderated", "t-lin", Decimal("76.00"), EIGHTY_ONE)
    assert row.marks == list(marks(70, 70, 100))


@pytest.mark.parametrize(
    ("outcome", "given_scores", "total"),
    [(AppealOutcome.UPHELD, scores(95, 70, 100), "88.50"), (AppealOutcome.DISMISSED, (), "76.00")],
)
def test_the_changes_tell_the_whole_course(outcome: AppealOutcome, given_scores: tuple[()], total: str) -> None:
    history = course(
        correct,
        Moderate(SCHOOL, "t-lin", scores(70, 70, 100), "As elsewhere"),
        Appeal(SCHOOL, "The fixture was worn out"),
        DecideAppeal(SCHOOL, "t-zhou", outcome, "Looked at again", given_scores),
    )
    row = after(*history)
    assert (row.state, row.total, row.given) == ("decided", Decimal(total), Decimal("86.00"))
    assert [(one.what, one.by, one.total, one.outcome, one.text) for one in row.changes] == [
        ("recorded", "t-he", Decimal("81.00"), None, None),
        ("corrected", "t-he", Decimal("86.00"), None, "Two scores were swapped"),
        ("moderated", "t-lin", Decimal("76.00"), None, "As elsewhere"),
        ("appealed", None, Decimal("76.00"), None, "The fixture was worn out"),
        ("decided", "t-zhou", Decimal(total), outcome, "Looked at again"),
    ]
    assert [(one.at, one.position) for one in row.changes] == [(time(n), n) for n in range(1, 6)]


@pytest.mark.parametrize("event", [moderated, appealed])
def test_an_event_about_what_was_never_recorded_makes_no_row(event: SideEvent) -> None:
    assert rows(event) == {}


def test_an_assessment_that_was_sat_again_names_the_next_one_on_both_sides() -> None:
    found = fold(Assessments(), "assessments/as-1", [*joint, AssessmentResat("as-2", 2)])
    assert {key: (row.resat_by, row.sitting, row.position) for key, row in found.items()} == {
        "as-1:school": ("as-2", 1, 3),
        "as-1:enterprise": ("as-2", 1, 3),
    }


def test_both_sides_say_which_certificates_rest_on_their_marks_until_these_are_void() -> None:
    kind = CertificateKind.VOCATIONAL
    history = (*joint, AssessmentCertified("cert-1", kind), AssessmentCertified("cert-2", CertificateKind.ENTERPRISE))
    for row in fold(Assessments(), "assessments/as-1", history).values():
        assert (row.certificates, row.state, row.position) == (["cert-1", "cert-2"], "recorded", 4)
    history_after = (*history, AssessmentReleased("cert-1", kind))
    for row in fold(Assessments(), "assessments/as-1", history_after).values():
        assert (row.certificates, row.position) == (["cert-2"], 5)
