"""Whatever is ordered, in whatever order: what must hold for certificates, what is held, and evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import hypothesis
from hypothesis import settings
from hypothesis import strategies as st

from baseplus.assessment.assessments import Certify, Moderate, RecordOtherSide, Release, Resit, assessments
from baseplus.assessment.certificates import AwardBy, Revoke, certificates
from baseplus.assessment.certified import Hold, Lose, RecogniseDual, certified
from baseplus.assessment.crosswalks import crosswalks
from baseplus.assessment.events import (
    AssessmentCertified,
    AssessmentCorrected,
    AssessmentEvent,
    AssessmentModerated,
    AssessmentReleased,
    AssessmentResat,
    CertificateAwarded,
    CertificateHeld,
    CertificateKind,
    CertificateLost,
    CertificateRevoked,
    DualCertificationAchieved,
    EvidenceCounted,
    EvidenceReleased,
)
from baseplus.assessment.evidence import Count, Free, evidence
from baseplus.assessment.self_assessments import self_assessments
from baseplus.kernel.events import EventTypes
from baseplus.kernel.scenario import NOON
from tests.assessment.certifying import award, between, cnc, counted
from tests.assessment.story import ENTERPRISE, SCHOOL, TODAY, correct, known, record, scores
from tests.assessment.test_self_assessments import known as self_assess
from tests.properties import Order, never_refused, played

TYPES = EventTypes(AssessmentEvent)
EXAMPLES = settings(max_examples=150, deadline=None)
at_noon: Callable[[Any], Order] = lambda order: (order, NOON)  # noqa: E731

kinds, ids = st.sampled_from([*CertificateKind]), st.sampled_from(["cert-1", "cert-2", "cert-3"])
days = st.integers(-9, 0).map(lambda back: TODAY + timedelta(days=back))


terms = st.tuples(st.integers(0, 4), st.sampled_from([None, 1, 4]))
"""How many days ago a certificate was awarded, and how many it lasts."""


def _name(back: int, lasts: int | None) -> str:
    """A certificate is awarded once, so that its terms may name it."""
    return f"cert-{back}-{lasts or 'ever'}"


def _hold(kind: CertificateKind, back: int, lasts: int | None) -> Hold:
    on = TODAY - timedelta(days=back)
    expires = None if lasts is None else on + timedelta(days=lasts)
    return Hold(kind, _name(back, lasts), "person-17", "drives", on, expires)


holding: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda kind, named: _hold(kind, *named), kinds, terms),
    st.builds(lambda kind, named, on: Lose(kind, _name(*named), on), kinds, terms, days),
    st.just(RecogniseDual()),
)
using: st.SearchStrategy[Any] = st.one_of(
    *(st.builds(Count, kinds, ids, st.none() | st.just("cw-1")) for _ in range(2)), st.builds(Free, kinds, ids)
)


def expired(one: CertificateHeld, day: date) -> bool:
    return one.expires is not None and one.expires < day


def longer(one: CertificateHeld, than: CertificateHeld) -> bool:
    return than.expires is not None and (one.expires is None or one.expires > than.expires)


@EXAMPLES
@hypothesis.given(st.lists(holding.map(at_noon), max_size=25))
def test_whoever_is_certified_by_both_holds_certificates_of_each_kind_that_renew_one_another(
    given: list[Order],
) -> None:
    held: dict[CertificateKind, list[CertificateHeld]] = {kind: [] for kind in CertificateKind}
    dual: list[tuple[str, str]] = []
    for event in played(certified, TYPES, given):
        match event:
            case CertificateHeld(kind=kind):
                assert all(longer(event, there) and there.on <= event.on for there in held[kind])
                held[kind].append(event)
            case CertificateLost(kind=kind, certificate=certificate):
                assert certificate in [one.certificate for one in held[kind]]
                held[kind] = [one for one in held[kind] if one.certificate != certificate]
                place = (CertificateKind.ENTERPRISE, CertificateKind.VOCATIONAL).index(kind)
                dual = [pair for pair in dual if pair[place] != certificate]
            case DualCertificationAchieved():
                pair = event.enterprise_certificate, event.vocational_certificate
                assert pair not in dual
                assert any(
                    event.on == max(own.on, other.on) and not expired(own, event.on) and not expired(other, event.on)
                    for own in held[CertificateKind.ENTERPRISE]
                    for other in held[CertificateKind.VOCATIONAL]
                    if (own.certificate, other.certificate) == pair
                )
                dual.append(pair)


@EXAMPLES
@hypothesis.given(st.lists(using.map(at_noon), max_size=25))
def test_evidence_counts_once_for_each_kind_and_for_both_only_through_a_crosswalk(given: list[Order]) -> None:
    uses: dict[CertificateKind, EvidenceCounted] = {}
    for event in played(evidence, TYPES, given):
        match event:
            case EvidenceCounted(kind=kind):
                assert kind not in uses
                uses[kind] = event
            case EvidenceReleased(kind=kind, certificate=certificate):
                assert uses.pop(kind).certificate == certificate
        assert len(uses) < 2 or any(use.through for use in uses.values())


revoking = st.builds(Revoke, st.just("…"), st.none() | days)
awarding = st.just(AwardBy(award, assessments.fold(cnc), counted))


@EXAMPLES
@hypothesis.given(st.lists((awarding | revoking).map(at_noon), max_size=8))
def test_a_certificate_is_awarded_once_and_revoked_once(given: list[Order]) -> None:
    history = played(certificates, TYPES, given)
    assert [type(event) for event in history] in (
        [],
        [CertificateAwarded],
        [CertificateAwarded, CertificateRevoked],
    )


after: st.SearchStrategy[Any] = st.one_of(
    st.just(known(record())),
    st.just(RecordOtherSide(ENTERPRISE, "m-gao", scores(60, 70, 90))),
    st.builds(Resit, st.sampled_from(["as-2", "as-3"]), st.just(2)),
    st.builds(Certify, ids, kinds, st.just("81.00"), st.sampled_from(["69.00", "70.00"])),
)


@EXAMPLES
@hypothesis.given(st.lists(after.map(at_noon), max_size=12))
def test_an_assessment_is_sat_again_once_and_certifies_nothing_after_it(given: list[Order]) -> None:
    history = played(assessments, TYPES, given, repeatable=(Certify,))
    places = [place for place, event in enumerate(history) if isinstance(event, AssessmentResat)]
    assert places in ([], [len(history) - 1])


under_certificates: st.SearchStrategy[Any] = st.one_of(
    after,
    st.just(correct),
    st.just(Moderate(SCHOOL, "t-lin", scores(70, 70, 100), "As elsewhere")),
    st.builds(Certify, ids, kinds, st.sampled_from(["81.00", "86.00"]), st.just("69.00")),
    st.builds(Release, ids, kinds),
)


@EXAMPLES
@hypothesis.given(st.lists(under_certificates.map(at_noon), max_size=16))
def test_nobody_corrects_or_moderates_marks_that_a_certificate_rests_on(given: list[Order]) -> None:
    resting: list[str] = []
    for event in played(assessments, TYPES, given, repeatable=(Certify, Release)):
        match event:
            case AssessmentCertified(certificate):
                resting.append(certificate)
            case AssessmentReleased(certificate):
                assert certificate in resting
                resting = [one for one in resting if one != certificate]
            case AssessmentCorrected() | AssessmentModerated():
                assert not resting


def test_what_is_approved_or_recorded_once_changes_nothing_when_it_is_ordered_again() -> None:
    assert len(played(crosswalks, TYPES, [at_noon(between)] * 3)) == 1
    assert len(played(self_assessments, TYPES, [at_noon(self_assess)] * 3)) == 1


@EXAMPLES
@hypothesis.given(st.lists(holding.map(at_noon), max_size=12), st.lists(using.map(at_noon), max_size=12), st.randoms())
def test_what_happened_is_never_refused_whatever_its_order(held: list[Order], used: list[Order], chance: Any) -> None:
    for decider, given in ((certified, held), (evidence, used)):
        history = played(decider, TYPES, given)
        history += history[:3]
        chance.shuffle(history)
        never_refused(decider, history)
