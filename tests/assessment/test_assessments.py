from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from baseplus.assessment.assessments import (
    Appeal,
    AssessmentCommand,
    Correct,
    DecideAppeal,
    Moderate,
    RecordOtherSide,
    against_adopted,
)
from baseplus.assessment.events import (
    AppealDecided,
    AppealOutcome,
    AssessmentModerated,
    Once,
)
from baseplus.assessment.followers import assessed as follow_assessment
from baseplus.assessment.once import TakePlace, once, place
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId
from tests.apprenticeships.story import enrolled
from tests.assessment.story import (
    ENTERPRISE,
    SCHOOL,
    TODAY,
    adopted,
    appealed,
    by_enterprise,
    by_school,
    correct,
    corrected,
    given,
    joint,
    known,
    loading,
    marks,
    moderated,
    other_side,
    record,
    recorded,
    scores,
)

moderate = Moderate(SCHOOL, "t-lin", scores(70, 70, 100), "As elsewhere")
appeal = Appeal(SCHOOL, "The fixture was worn out")
uphold = DecideAppeal(SCHOOL, "t-zhou", AppealOutcome.UPHELD, "Measured again", scores(95, 70, 100))
dismiss = DecideAppeal(SCHOOL, "t-zhou", AppealOutcome.DISMISSED, "The fixture was new")
decided = AppealDecided(
    "person-17", SCHOOL, "t-zhou", AppealOutcome.UPHELD, marks(95, 70, 100), "88.50", "81.00", "Measured again"
)
LATER: tuple[AssessmentCommand, ...] = (correct, moderate, appeal, uphold)


def test_an_assessment_names_the_standards_version_the_assessor_and_their_side_a_score_per_criterion_and() -> None:
    given().when(known(record())).then(by_school)
    assert (by_school.against.version, by_school.against.digest) == (1, adopted.digest)
    assert (by_school.assessor, by_school.side) == ("t-he", SCHOOL)
    assert [(mark.criterion, mark.points, len(mark.evidence)) for mark in by_school.marks] == [
        ("turning", 80, 1),
        ("measuring", 70, 0),
        ("safety", 100, 0),
    ]
    assert by_school.total == "81.00"  # 80 × 50 % + 70 × 30 % + 100 × 20 %


def test_an_assessment_is_against_what_the_university_has_adopted() -> None:
    load = loading(qinglan__adoptions__cnc1=(adopted,), qinglan__apprenticeships__ap17=(enrolled,))
    qinglan = TenantId("qinglan")
    assert against_adopted(load, qinglan, "as-1", record()) == known(record())
    for tenant, order in ((qinglan, record(adoption="welding-1")), (TenantId("yunchuan-college"), record())):
        with pytest.raises(Rejected) as refused:
            against_adopted(load, tenant, "as-1", order)
        assert (refused.value.code, refused.value.facts) == ("unknown_adoption", {"adoption": order.adoption})
    with pytest.raises(Rejected) as unknown:
        against_adopted(load, qinglan, "as-1", record(apprenticeship="ap-99"))
    assert (unknown.value.code, unknown.value.facts) == ("unknown_apprenticeship", {"apprenticeship": "ap-99"})


def test_missing_criteria_are_refused() -> None:
    full = scores(80, 70, 100)
    given().when(known(record(given_scores=full[:1]))).then_rejected(
        "missing_criteria", criteria=["measuring", "safety"]
    )
    strange = msgspec.structs.replace(full[0], criterion="welding")
    given().when(known(record(given_scores=(*full, strange)))).then_rejected("unknown_criteria", criteria=["welding"])
    given().when(known(record(given_scores=(*full, full[1])))).then_rejected(
        "criteria_scored_twice", criteria=["measuring"]
    )


def test_what_is_asked_of_the_first_scores_is_asked_of_all() -> None:
    short = {"scores": scores(1, 2, 3)[:2]}
    for history, order in ((joint[:1], other_side), (joint, correct), (joint, moderate), ((*joint, appealed), uphold)):
        given(*history).when(msgspec.structs.replace(order, **short)).then_rejected(
            "missing_criteria", criteria=["safety"]
        )


def test_an_assessment_is_opened_once() -> None:
    given(by_school).when(known(record(ENTERPRISE, "m-gao"))).then_rejected("assessment_exists", apprentice="person-17")


def test_the_first_side_takes_the_one_place_of_the_apprentice_and_the_second_side_none() -> None:
    (step,) = follow_assessment("as-1", by_school)
    assert step == Step(once, place(Once.ASSESSMENT, "person-17", "cnc-1"), TakePlace(Once.ASSESSMENT, "as-1"))
    assert not [*follow_assessment("as-1", by_enterprise)]


def test_the_other_sides_assessment_knows_the_first_ones_total_and_day() -> None:
    earlier = TODAY - timedelta(days=30)
    first = recorded(on=earlier, began=earlier)
    given().when(known(record(on=earlier))).then(first)
    given(first).when(other_side).then(recorded((60, 70, 90), ENTERPRISE, "m-gao", "81.00", began=earlier))


def test_a_side_assesses_once() -> None:
    again = RecordOtherSide(SCHOOL, "t-lin", scores(1, 2, 3))
    given(by_school).when(again).then_rejected("side_assessed_already", side="school", assessor="t-he")


def test_one_assessor_does_not_speak_for_both_sides() -> None:
    given(by_school).when(msgspec.structs.replace(other_side, assessor="t-he")).then_rejected(
        "assessed_the_other_side", assessor="t-he"
    )
    given(by_school, moderated).when(msgspec.structs.replace(other_side, assessor="t-lin")).then_rejected(
        "moderated_the_other_side", assessor="t-lin"
    )


def test_nobody_assesses_themselves() -> None:
    given().when(known(record(assessor="person-17"))).then_rejected("assesses_themselves", assessor="person-17")
    given(by_school).when(msgspec.structs.replace(other_side, assessor="person-17")).then_rejected(
        "assesses_themselves", assessor="person-17"
    )


def test_an_assessment_has_happened() -> None:
    given().when(known(record(on=TODAY + timedelta(days=2)))).then_rejected("not_happened_yet", on="2026-03-04")


@pytest.mark.parametrize("order", [other_side, *LATER])
def test_nothing_is_done_to_what_is_not_recorded(order: AssessmentCommand) -> None:
    given().when(order).then_rejected("no_such_assessment")


@pytest.mark.parametrize("order", LATER)
def test_nothing_is_done_to_a_side_that_has_not_assessed(order: AssessmentCommand) -> None:
    given(by_school).when(msgspec.structs.replace(order, side=ENTERPRISE)).then_rejected(
        "side_not_assessed", side="enterprise"
    )


def test_a_correction_adds_a_fact_and_never_edits_one() -> None:
    given(by_school).when(correct).then(corrected)
    # what it corrects is told with it: both stay in the history, and the later one counts
    assert corrected.previous == by_school.total
    assert given(by_school, corrected).state.sides[SCHOOL].total == corrected.total
    given(by_school, corrected).when(correct).then_rejected("correction_changes_nothing")


def test_a_correction_knows_what_the_other_assessor_gave() -> None:
    given(*joint).when(correct).then(msgspec.structs.replace(corrected, other_total="69.00"))


def test_the_other_assessors_own_total_stays_what_they_gave_whatever_a_moderator_says() -> None:
    given(by_school, moderated).when(other_side).then(by_enterprise)
    given(by_school, corrected).when(other_side).then(recorded((60, 70, 90), ENTERPRISE, "m-gao", "86.00"))


def test_slips_are_corrected_again_and_again() -> None:
    given(by_school, corrected).when(msgspec.structs.replace(correct, scores=scores(80, 70, 100))).then(
        msgspec.structs.replace(corrected, marks=marks(80, 70, 100), total="81.00", previous="86.00")
    )


def test_only_its_assessor_corrects_an_assessment() -> None:
    given(*joint).when(msgspec.structs.replace(correct, assessor="m-gao")).then_rejected(
        "not_its_assessor", given="m-gao", assessor="t-he"
    )


def test_a_correction_changes_something() -> None:
    same = Correct(SCHOOL, "t-he", scores(80, 70, 100), "No slip after all")
    given(by_school).when(same).then_rejected("correction_changes_nothing")


def test_moderation_gives_the_marks_that_count() -> None:
    given(by_school).when(moderate).then(moderated)
    given(by_school, corrected).when(moderate).then(msgspec.structs.replace(moderated, previous="86.00"))


def test_a_moderator_may_find_an_assessment_right() -> None:
    same = Moderate(SCHOOL, "t-lin", scores(80, 70, 100), "Sound")
    given(by_school).when(same).then(
        AssessmentModerated("person-17", SCHOOL, "t-lin", marks(80, 70, 100), "81.00", "81.00", "Sound")
    )


@pytest.mark.parametrize("person", ["t-he", "m-gao", "person-17"])
def test_no_assessor_and_not_the_apprentice_moderates_or_decides(person: str) -> None:
    given(*joint).when(msgspec.structs.replace(moderate, moderator=person)).then_rejected(
        "not_independent", person=person
    )
    given(*joint, appealed).when(msgspec.structs.replace(uphold, decided_by=person)).then_rejected(
        "not_independent", person=person
    )


def test_a_moderator_does_not_decide_the_appeal() -> None:
    given(*joint, moderated, appealed).when(msgspec.structs.replace(dismiss, decided_by="t-lin")).then_rejected(
        "not_independent", person="t-lin"
    )


def test_an_appeal_is_recorded_at_any_stage_before_it() -> None:
    for history in ((by_school,), (by_school, corrected), (by_school, moderated)):
        given(*history).when(appeal).then(appealed)


def test_an_upheld_appeal_takes_new_scores() -> None:
    given(*joint, appealed).when(uphold).then(decided)


def test_a_dismissed_appeal_leaves_the_marks_as_they_were() -> None:
    given(by_school, moderated, appealed).when(dismiss).then(
        AppealDecided(
            "person-17",
            SCHOOL,
            "t-zhou",
            AppealOutcome.DISMISSED,
            marks(70, 70, 100),
            "76.00",
            "76.00",
            "The fixture was new",
        )
    )
    with_scores = msgspec.structs.replace(dismiss, scores=scores(1, 2, 3))
    given(by_school, appealed).when(with_scores).then_rejected("dismissed_with_scores")


def test_there_is_one_appeal_and_its_decision_is_final() -> None:
    given(by_school, appealed).when(appeal).then_rejected("appeal_pending", state="appealed")
    for order in (appeal, correct, moderate, uphold, dismiss):
        given(by_school, appealed, decided).when(order).then_rejected("appeal_decided", state="decided")


def test_while_an_appeal_is_pending_nothing_but_its_decision_changes_the_marks() -> None:
    for order in (correct, moderate):
        given(by_school, appealed).when(order).then_rejected("appeal_pending", state="appealed")


def test_after_moderation_there_is_an_appeal_and_nothing_else() -> None:
    for order in (correct, moderate):
        given(by_school, moderated).when(order).then_rejected("moderated_already", state="moderated")


def test_without_an_appeal_there_is_nothing_to_decide() -> None:
    for history, state in (((by_school,), "recorded"), ((by_school, corrected), "corrected")):
        given(*history).when(dismiss).then_rejected("no_appeal", state=state)
    given(by_school, moderated).when(dismiss).then_rejected("no_appeal", state="moderated")


def test_the_sides_go_their_own_ways() -> None:
    given(*joint, appealed, decided).when(msgspec.structs.replace(appeal, side=ENTERPRISE)).then(
        msgspec.structs.replace(appealed, side=ENTERPRISE)
    )
