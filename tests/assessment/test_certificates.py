from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from baseplus.assessment.assessments import Certify, Release, assessments
from baseplus.assessment.certificates import Award, Revoke, by_assessment, certificates
from baseplus.assessment.certified import Hold, Lose, RecogniseDual, certified
from baseplus.assessment.criteria import Counted, Pair
from baseplus.assessment.crosswalks import ApproveCrosswalk, between_adopted, crosswalks
from baseplus.assessment.events import (
    CertificateHeld,
    CertificateLost,
    CertificateRevoked,
    DualCertificationAchieved,
    EvidenceCounted,
    EvidenceReleased,
)
from baseplus.assessment.evidence import Count, Free, evidence
from baseplus.assessment.followers import awarded as follow_award
from baseplus.assessment.followers import revoked as follow_revocation
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.scenario import Scenario
from baseplus.kernel.vocabulary import TenantId
from tests.assessment.certifying import (
    OWN,
    SHAFT,
    TIDY,
    VOCATIONAL,
    adopted_shop,
    approve,
    approved,
    award,
    award_by,
    awarded,
    between,
    cnc,
    counted,
    shop,
)
from tests.assessment.story import TODAY, adopted, by_school, loading

given, given_held = Scenario(certificates), Scenario(certified)
given_evidence, given_crosswalk = Scenario(evidence), Scenario(crosswalks)
QINGLAN = TenantId("qinglan")
found = assessments.fold(cnc)
revoked = CertificateRevoked(
    VOCATIONAL, "person-17", "ap-17", "drives", counted, "The shaft was another's", TODAY, "as-1"
)
held = CertificateHeld(VOCATIONAL, "cert-1", "person-17", "drives", TODAY)
held_too = CertificateHeld(OWN, "cert-2", "person-17", "drives", TODAY - timedelta(days=9))
dual = DualCertificationAchieved("person-17", "drives", "cert-2", "cert-1", TODAY)


def put(order: Award, evidence_at_the_shop: tuple[object, ...] = (SHAFT,)) -> tuple[Counted, ...]:
    """What the order would count, of what the university's history holds."""
    load = loading(
        qinglan__assessments__as1=cnc,
        qinglan__assessments__asshop=shop(*evidence_at_the_shop),  # type: ignore[arg-type]
        qinglan__crosswalks__cw1=(approved,),
    )
    return by_assessment(load, QINGLAN, "cert-1", order).counted


def test_a_certificate_is_awarded_by_an_assessment_of_both_sides_on_its_evidence() -> None:
    given().when(award_by(award, found)).then(awarded())
    expires = TODAY + timedelta(days=700)
    given().when(award_by(msgspec.structs.replace(award, expires=expires), found)).then(awarded(expires=expires))


def test_what_one_side_alone_has_assessed_earns_no_certificate() -> None:
    given().when(award_by(award, assessments.fold(cnc[:1]))).then_rejected(
        "not_assessed_by_both", missing=["enterprise"]
    )


def test_without_evidence_there_is_no_certificate() -> None:
    given().when(award_by(award, found, ())).then_rejected("no_evidence", assessment="as-1")


def test_a_certificate_is_awarded_once_and_not_before_the_assessment() -> None:
    given(awarded()).when(award_by(award, found)).then_rejected("certificate_exists", kind="vocational")
    early = TODAY - timedelta(days=1)
    given().when(award_by(msgspec.structs.replace(award, on=early), found)).then_rejected(
        "earlier_than_the_assessment", on=early.isoformat(), began=TODAY.isoformat()
    )
    given().when(award_by(msgspec.structs.replace(award, expires=early), found)).then_rejected(
        "ends_before_it_begins", on=TODAY.isoformat(), until=early.isoformat()
    )
    given().when(award_by(msgspec.structs.replace(award, on=TODAY + timedelta(days=9)), found)).then_rejected(
        "not_happened_yet"
    )


def test_an_unknown_assessment_earns_no_certificate_nor_does_one_from_before_apprenticeships_were_named() -> None:
    old = tuple(msgspec.structs.replace(one, apprenticeship=None) for one in cnc)
    for events in ((), old):
        with pytest.raises(Rejected) as refused:
            by_assessment(loading(qinglan__assessments__as1=events), QINGLAN, "cert-1", award)
        assert (refused.value.code, refused.value.facts) == ("unknown_assessment", {"assessment": "as-1"})


def test_the_same_evidence_is_counted_once_per_certificate() -> None:
    # Both sides name the shaft, and the enterprise names it twice.
    assert put(award) == counted
    assert put(Award(OWN, "as-shop", "yunchuan"), (SHAFT, SHAFT, TIDY)) == (
        Counted("shafts", SHAFT),
        Counted("shafts", TIDY),
    )


def test_one_piece_of_evidence_may_count_for_both_certificates_through_a_crosswalk() -> None:
    shared = Award(OWN, "as-shop", "yunchuan", "cw-1", "as-1")
    assert put(shared) == (Counted("shafts", SHAFT, "cw-1"),)
    # Also where only the other assessment names it: what meets the one standard meets the other.
    assert put(shared, ()) == (Counted("shafts", SHAFT, "cw-1"),)
    assert put(shared, (TIDY,)) == (Counted("shafts", TIDY), Counted("shafts", SHAFT, "cw-1"))
    # A crosswalk reads in both directions.
    assert put(Award(VOCATIONAL, "as-1", "examiners", "cw-1", "as-shop")) == (Counted("turning", SHAFT, "cw-1"),)


def test_a_crosswalk_is_named_with_the_other_assessment_of_the_same_apprentice_between_the_same_standards() -> None:
    for order, code in (
        (Award(OWN, "as-shop", "yunchuan", "cw-1"), "crosswalk_and_other_assessment"),
        (Award(OWN, "as-shop", "yunchuan", None, "as-1"), "crosswalk_and_other_assessment"),
        (Award(OWN, "as-shop", "yunchuan", "cw-1", "as-9"), "assessment_of_another_apprentice"),
        (Award(OWN, "as-shop", "yunchuan", "cw-9", "as-1"), "crosswalk_of_other_standards"),
        (Award(OWN, "as-shop", "yunchuan", "cw-1", "as-shop"), "crosswalk_of_other_standards"),
    ):
        with pytest.raises(Rejected) as refused:
            put(order)
        assert refused.value.code == code


def test_evidence_counts_once_for_a_certificate_of_each_kind() -> None:
    given_evidence().when(Count(VOCATIONAL, "cert-1")).then(EvidenceCounted(VOCATIONAL, "cert-1"))
    given_evidence(EvidenceCounted(VOCATIONAL, "cert-1")).when(Count(VOCATIONAL, "cert-9", "cw-1")).then_rejected(
        "evidence_certified_already", certificate="cert-1", kind="vocational"
    )


def test_evidence_counts_for_the_other_kind_only_through_a_crosswalk() -> None:
    direct, through = EvidenceCounted(VOCATIONAL, "cert-1"), EvidenceCounted(VOCATIONAL, "cert-1", "cw-1")
    given_evidence(direct).when(Count(OWN, "cert-2")).then_rejected("crosswalk_needed", certificate="cert-1")
    given_evidence(direct).when(Count(OWN, "cert-2", "cw-1")).then(EvidenceCounted(OWN, "cert-2", "cw-1"))
    given_evidence(through).when(Count(OWN, "cert-2")).then(EvidenceCounted(OWN, "cert-2"))


def test_a_certificate_that_is_void_counts_nothing() -> None:
    counts = EvidenceCounted(VOCATIONAL, "cert-1")
    released = EvidenceReleased(VOCATIONAL, "cert-1")
    given_evidence(counts).when(Free(VOCATIONAL, "cert-1")).then(released)
    given_evidence(counts).when(Free(VOCATIONAL, "cert-9")).then()
    given_evidence(counts, released).when(Count(VOCATIONAL, "cert-9")).then(EvidenceCounted(VOCATIONAL, "cert-9"))


def test_a_certificate_is_revoked_once_and_not_before_it_was_awarded() -> None:
    revoke = Revoke("The shaft was another's")
    given(awarded()).when(revoke).then(revoked)
    given().when(revoke).then_rejected("no_such_certificate")
    given(awarded(), revoked).when(revoke).then_rejected("certificate_revoked_already", on=TODAY.isoformat())
    early = TODAY - timedelta(days=1)
    given(awarded()).when(Revoke("…", early)).then_rejected(
        "earlier_than_the_award", on=early.isoformat(), awarded=TODAY.isoformat()
    )


def test_an_award_is_put_to_the_assessment_to_what_is_held_and_to_each_piece_of_evidence() -> None:
    assert [*follow_award("cert-1", awarded())] == [
        Step(assessments, "as-1", Certify("cert-1", VOCATIONAL, "81.00", "69.00")),
        Step(certified, "ap-17", Hold(VOCATIONAL, "cert-1", "person-17", "drives", TODAY)),
        Step(evidence, "41", Count(VOCATIONAL, "cert-1", None)),
    ]
    lost = [
        Step(certified, "ap-17", Lose(VOCATIONAL, "cert-1", TODAY)),
        Step(evidence, "41", Free(VOCATIONAL, "cert-1")),
    ]
    assert [*follow_revocation("cert-1", revoked)] == [Step(assessments, "as-1", Release("cert-1", VOCATIONAL)), *lost]
    # Revocations from before it was said do not say what the certificate was awarded by.
    assert [*follow_revocation("cert-1", msgspec.structs.replace(revoked, assessment=None))] == lost


def test_an_apprentice_holds_one_certificate_of_each_kind() -> None:
    hold = Hold(VOCATIONAL, "cert-1", "person-17", "drives", TODAY)
    given_held().when(hold).then(held)
    given_held(held_too).when(hold).then(held)
    given_held(held).when(msgspec.structs.replace(hold, certificate="cert-9")).then_rejected(
        "certified_already", kind="vocational", certificate="cert-1"
    )
    lost = CertificateLost(VOCATIONAL, "cert-1", TODAY)
    given_held(held).when(Lose(VOCATIONAL, "cert-1", TODAY)).then(lost)
    given_held(held).when(Lose(VOCATIONAL, "cert-9", TODAY)).then()
    given_held(held, lost).when(msgspec.structs.replace(hold, certificate="cert-9")).then(
        CertificateHeld(VOCATIONAL, "cert-9", "person-17", "drives", TODAY)
    )


def test_a_dual_certification_is_achieved_with_both_certificates_on_the_day_of_the_later_one() -> None:
    given_held(held, held_too).when(RecogniseDual()).then(dual)


def test_a_dual_certification_is_recognised_once_however_often_it_is_asked_for() -> None:
    given_held().when(RecogniseDual()).then()
    given_held(held).when(RecogniseDual()).then()
    given_held(held, held_too, dual).when(RecogniseDual()).then()
    lost = CertificateLost(OWN, "cert-2", TODAY)
    given_held(held, held_too, dual, lost).when(RecogniseDual()).then()
    given_held(held, held_too, dual, lost, held_too).when(RecogniseDual()).then(dual)


def test_a_crosswalk_is_approved_between_two_adopted_standards() -> None:
    load = loading(qinglan__adoptions__cnc1=(adopted,), qinglan__adoptions__shop1=(adopted_shop,))
    assert between_adopted(load, QINGLAN, "cw-1", approve) == between
    given_crosswalk().when(between).then(approved)
    given_crosswalk(approved).when(between).then_rejected("crosswalk_exists")
    with pytest.raises(Rejected) as refused:
        between_adopted(load, QINGLAN, "cw-1", msgspec.structs.replace(approve, right="welding-1"))
    assert (refused.value.code, refused.value.facts) == ("unknown_adoption", {"adoption": "welding-1"})


def test_a_crosswalk_pairs_criteria_of_both_standards_each_pair_once() -> None:
    def with_pairs(*pairs: Pair, right: str = "shop-1") -> object:
        order = ApproveCrosswalk("cnc-1", right, pairs, "t-zhou")
        return msgspec.structs.replace(between, order=order)

    pair = Pair("turning", "shafts")
    for command, code, facts in (
        (with_pairs(pair, pair), "pairs_twice", {"pairs": ["turning=shafts"]}),
        (with_pairs(Pair("welding", "shafts")), "unknown_criteria", {"criteria": ["welding"]}),
        (with_pairs(Pair("turning", "welding")), "unknown_criteria", {"criteria": ["welding"]}),
        (with_pairs(pair, right="cnc-1"), "crosswalk_to_itself", {"adoption": "cnc-1"}),
    ):
        given_crosswalk().when(command).then_rejected(code, **facts)  # type: ignore[arg-type]


def test_an_unapproved_crosswalk_meets_nothing() -> None:
    assert crosswalks.initial().met_by("cnc-1", "shop-1") is None


def test_a_certificate_of_one_side_is_found_out_before_it_is_awarded() -> None:
    load = loading(qinglan__assessments__as1=(by_school,))
    given().when(by_assessment(load, QINGLAN, "cert-1", award)).then_rejected(
        "not_assessed_by_both", missing=["enterprise"]
    )
