from __future__ import annotations

import msgspec

from baseplus.assessment.assessments import Appeal, Correct, DecideAppeal, Moderate, Release, Resit
from baseplus.assessment.events import (
    AppealDecided,
    AppealOutcome,
    AssessmentCertified,
    AssessmentReleased,
    AssessmentResat,
    CertificateKind,
    CertificateRevoked,
)
from baseplus.assessment.void import reopened
from baseplus.kernel.vocabulary import TenantId
from tests.assessment.certifying import awarded, counted
from tests.assessment.story import (
    ENTERPRISE,
    SCHOOL,
    TODAY,
    appealed,
    correct,
    corrected,
    given,
    joint,
    loading,
    marks,
    scores,
)

QINGLAN = TenantId("qinglan")
vocational, own = CertificateKind.VOCATIONAL, CertificateKind.ENTERPRISE
certified, certified_too = AssessmentCertified("cert-1", vocational), AssessmentCertified("cert-2", own)
released = AssessmentReleased("cert-1", vocational)
moderate = Moderate(SCHOOL, "t-lin", scores(20, 20, 20), "As elsewhere")
appeal = Appeal(SCHOOL, "The fixture was worn out")
decide = DecideAppeal(SCHOOL, "t-qian", AppealOutcome.UPHELD, "Measured again", scores(90, 70, 100))


def test_marks_that_a_certificate_rests_on_are_neither_corrected_nor_moderated() -> None:
    others = Correct(ENTERPRISE, "m-gao", scores(1, 2, 3), "Two scores were swapped")
    for order in (correct, others, moderate):
        given(*joint, certified).when(order).then_rejected("assessment_certified_already", certificate="cert-1")


def test_a_certified_assessment_may_still_be_appealed_and_sat_again() -> None:
    given(*joint, certified).when(appeal).then(appealed)
    given(*joint, certified).when(Resit("as-2", 2)).then(AssessmentResat("as-2", 2))


def test_an_appeal_says_which_certificates_rest_on_the_marks_before() -> None:
    upheld = AppealDecided(
        "person-17",
        SCHOOL,
        "t-qian",
        AppealOutcome.UPHELD,
        marks(90, 70, 100),
        "86.00",
        "81.00",
        "Measured again",
        ("cert-1", "cert-2"),
    )
    given(*joint, certified, certified_too, appealed).when(decide).then(upheld)
    given(*joint, appealed).when(decide).then(msgspec.structs.replace(upheld, certificates=()))
    given(*joint, certified, certified_too, released, appealed).when(decide).then(
        msgspec.structs.replace(upheld, certificates=("cert-2",))
    )


def test_once_the_certificate_is_void_marks_are_corrected_again() -> None:
    release = Release("cert-1", vocational)
    given(*joint, certified).when(release).then(released)
    beside = msgspec.structs.replace(corrected, other_total="69.00")
    given(*joint, certified, released).when(correct).then(beside)


def test_certificates_that_were_void_before_revocations_named_the_assessment_lock_no_marks() -> None:
    void = CertificateRevoked(vocational, "person-17", "ap-17", "drives", counted, "The shaft was another's", TODAY)
    beside = msgspec.structs.replace(corrected, other_total="69.00")
    beneath = (*joint, certified, certified_too)
    for revoked, locking in (((), "cert-1"), (("cert-1",), "cert-2"), (("cert-2",), "cert-1")):
        load = loading(
            qinglan__assessments__as1=beneath,
            **{f"qinglan__certificates__{one.replace('-', '')}": (awarded(), void) for one in revoked},
        )
        for order in (correct, moderate):
            known = reopened(load, QINGLAN, "as-1", order)
            given(*beneath).when(known).then_rejected("assessment_certified_already", certificate=locking)
    load = loading(qinglan__assessments__as1=(*joint, certified), qinglan__certificates__cert1=(awarded(), void))
    given(*joint, certified).when(reopened(load, QINGLAN, "as-1", correct)).then(beside)


def test_an_order_to_what_no_void_certificate_rests_on_is_decided_as_it_stands() -> None:
    assert reopened(loading(), QINGLAN, "as-9", correct) == correct
    load = loading(qinglan__assessments__as1=(*joint, certified), qinglan__certificates__cert1=(awarded(),))
    assert reopened(load, QINGLAN, "as-1", moderate) == moderate
