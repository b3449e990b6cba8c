from __future__ import annotations

from datetime import date, timedelta

from baseplus.assessment.certified import Hold, Lose, RecogniseDual, certified
from baseplus.assessment.events import CertificateHeld, CertificateKind, CertificateLost, DualCertificationAchieved
from baseplus.assessment.followers import awarded as follow_award
from baseplus.kernel.decisions import Step
from baseplus.kernel.scenario import Scenario
from tests.assessment.certifying import OWN, VOCATIONAL, awarded
from tests.assessment.story import TODAY

given = Scenario(certified)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def hold(kind: CertificateKind, certificate: str, on: date, expires: date | None = None) -> Hold:
    return Hold(kind, certificate, "person-17", "drives", on, expires)


def held(kind: CertificateKind, certificate: str, on: date, expires: date | None = None) -> CertificateHeld:
    return CertificateHeld(kind, certificate, "person-17", "drives", on, expires)


def dual(enterprise: str, vocational: str, on: date) -> DualCertificationAchieved:
    return DualCertificationAchieved("person-17", "drives", enterprise, vocational, on)


old = held(VOCATIONAL, "cert-1", ago(90), ago(30))
renewed = held(VOCATIONAL, "cert-2", ago(29))
enterprise = held(OWN, "cert-3", ago(60))


def test_a_certificate_is_held_until_its_last_day_as_its_award_says() -> None:
    steps = follow_award("cert-1", awarded(expires=TODAY))
    assert Step(certified, "ap-17", hold(VOCATIONAL, "cert-1", TODAY, TODAY)) in [*steps]
    given().when(hold(VOCATIONAL, "cert-1", ago(90), ago(30))).then(old)


def test_an_expired_certificate_is_renewed_from_the_day_after_its_last_one() -> None:
    given(old).when(hold(VOCATIONAL, "cert-2", ago(29))).then(renewed)
    given(old, renewed).when(hold(VOCATIONAL, "cert-4", TODAY)).then_rejected(
        "certified_already", kind="vocational", certificate="cert-2"
    )


def test_a_certificate_is_renewed_before_its_last_day_by_one_that_lasts_longer() -> None:
    for on, expires in ((ago(40), None), (ago(90), None), (ago(30), ago(29))):
        early = hold(VOCATIONAL, "cert-2", on, expires)
        given(old).when(early).then(held(VOCATIONAL, "cert-2", on, expires))
    for on, expires in ((ago(40), ago(30)), (ago(40), ago(35)), (ago(91), None)):
        given(old).when(hold(VOCATIONAL, "cert-2", on, expires)).then_rejected(
            "certified_already", kind="vocational", certificate="cert-1"
        )


def test_what_was_held_before_a_revoked_renewal_is_held_still() -> None:
    void = CertificateLost(VOCATIONAL, "cert-2", ago(35))
    early = held(VOCATIONAL, "cert-2", ago(40))
    given(old, early, void).when(hold(VOCATIONAL, "cert-4", ago(34), ago(30))).then_rejected(
        "certified_already", kind="vocational", certificate="cert-1"
    )
    given(old, early, void, enterprise).when(RecogniseDual()).then(dual("cert-3", "cert-1", ago(60)))


def test_only_certificates_that_were_valid_on_one_day_make_a_dual_certification() -> None:
    given(old, enterprise).when(RecogniseDual()).then(dual("cert-3", "cert-1", ago(60)))
    for day, since in ((ago(30), (dual("cert-3", "cert-1", ago(30)),)), (ago(29), ())):
        given(old, held(OWN, "cert-3", day)).when(RecogniseDual()).then(*since)
        swapped = (held(OWN, "cert-3", ago(90), ago(30)), held(VOCATIONAL, "cert-1", day))
        given(*swapped).when(RecogniseDual()).then(*(since))


def test_a_renewed_certificate_makes_a_dual_certification_anew() -> None:
    both = (old, enterprise, dual("cert-3", "cert-1", ago(60)), renewed)
    again = dual("cert-3", "cert-2", ago(29))
    given(*both).when(RecogniseDual()).then(again)
    given(*both, again).when(RecogniseDual()).then()


def test_each_pair_that_was_valid_on_one_day_is_recognised_however_late_it_is_recorded() -> None:
    since = dual("cert-3", "cert-1", ago(60)), dual("cert-3", "cert-2", ago(29))
    given(old, renewed, enterprise).when(RecogniseDual()).then(*since)
    until = held(OWN, "cert-3", ago(60), ago(30))
    given(old, renewed, until).when(RecogniseDual()).then(since[0])


def test_what_was_renewed_since_is_lost_too_when_it_is_revoked() -> None:
    lost = CertificateLost(VOCATIONAL, "cert-1", TODAY)
    given(old, renewed).when(Lose(VOCATIONAL, "cert-1", TODAY)).then(lost)
    given(old, renewed, lost).when(Lose(VOCATIONAL, "cert-1", TODAY)).then()
    given(old, renewed).when(Lose(VOCATIONAL, "cert-2", TODAY)).then(CertificateLost(VOCATIONAL, "cert-2", TODAY))
    given(old).when(Lose(VOCATIONAL, "cert-1", TODAY)).then(lost)


def test_a_lost_certificate_leaves_the_pairs_that_it_is_not_of() -> None:
    recognised = (old, enterprise, dual("cert-3", "cert-1", ago(60)), renewed, dual("cert-3", "cert-2", ago(29)))
    for one in ("cert-1", "cert-2"):
        given(*recognised, CertificateLost(VOCATIONAL, one, TODAY)).when(RecogniseDual()).then()
