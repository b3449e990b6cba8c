from __future__ import annotations

import pytest

from baseplus.assessment.assessments import Appeal, Certify, RecordOtherSide, Resit, against_adopted, assessments
from baseplus.assessment.events import AssessmentCertified, AssessmentResat, CertificateKind
from baseplus.assessment.followers import assessed
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId
from tests.apprenticeships.story import enrolled
from tests.assessment.story import (
    ENTERPRISE,
    SCHOOL,
    adopted,
    appealed,
    by_school,
    correct,
    given,
    joint,
    known,
    loading,
    other_side,
    record,
    recorded,
    scores,
)

resat = AssessmentResat("as-2", 2)
resit = record(resit_of="as-1")
QINGLAN = TenantId("qinglan")


def test_an_assessment_that_both_sides_have_made_is_sat_again() -> None:
    load = loading(
        qinglan__adoptions__cnc1=(adopted,), qinglan__apprenticeships__ap17=(enrolled,), qinglan__assessments__as1=joint
    )
    assert against_adopted(load, QINGLAN, "as-2", resit) == known(resit, sitting=2)
    again = recorded(sitting=2, resit_of="as-1")
    given().when(known(resit, sitting=2)).then(again)
    given(again).when(other_side).then(recorded((60, 70, 90), ENTERPRISE, "m-gao", "81.00", sitting=2, resit_of="as-1"))


def test_the_next_sitting_is_put_to_the_one_before_and_takes_no_place_of_its_own() -> None:
    (step,) = assessed("as-2", recorded(sitting=2, resit_of="as-1"))
    assert step == Step(assessments, "as-1", Resit("as-2", 2))
    given(*joint).when(step.command).then(resat)


def test_only_the_same_apprentices_assessment_under_the_same_version_is_sat_again() -> None:
    load = loading(
        qinglan__adoptions__cnc1=(adopted,),
        qinglan__adoptions__cnc2=(adopted,),
        qinglan__apprenticeships__ap17=(enrolled,),
        qinglan__assessments__as1=joint,
    )
    for order in (record(resit_of="as-9"), record(resit_of="as-1", adoption="cnc-2")):
        with pytest.raises(Rejected) as refused:
            against_adopted(load, QINGLAN, "as-2", order)
        assert (refused.value.code, refused.value.facts) == ("resit_of_another", {"assessment": order.resit_of})


def test_what_one_side_has_not_assessed_is_not_sat_again() -> None:
    given().when(Resit("as-2", 2)).then_rejected("no_such_assessment")
    given(by_school).when(Resit("as-2", 2)).then_rejected("not_assessed_by_both", missing=["enterprise"])


def test_nobody_sits_an_assessment_again_while_an_appeal_is_pending() -> None:
    given(*joint, appealed).when(Resit("as-2", 2)).then_rejected("appeal_pending", side="school")


def test_an_assessment_is_sat_again_once_and_the_next_time_by_the_last_one() -> None:
    given(*joint, resat).when(Resit("as-3", 3)).then_rejected("resat_already", assessment="as-2")


def test_an_assessment_that_was_sat_again_is_final() -> None:
    for order in (correct, Appeal(SCHOOL, "The fixture was worn out")):
        given(*joint, resat).when(order).then_rejected("resat_already", assessment="as-2")
    given(by_school).when(RecordOtherSide(SCHOOL, "t-lin", scores(1, 2, 3))).then_rejected("side_assessed_already")


def test_a_certificate_is_awarded_by_a_settled_assessment_as_it_was_found() -> None:
    vocational = CertificateKind.VOCATIONAL
    certify = Certify("cert-1", vocational, "81.00", "69.00")
    given(*joint).when(certify).then(AssessmentCertified("cert-1", vocational))
    given(by_school).when(certify).then_rejected("not_assessed_by_both", missing=["enterprise"])
    given(*joint, appealed).when(certify).then_rejected("appeal_pending", side="school")
    given(*joint, resat).when(certify).then_rejected("resat_already", assessment="as-2")
    given(*joint).when(Certify("cert-1", vocational, "80.00", "69.00")).then_rejected("assessment_changed_meanwhile")
