"""Certificates: commands, state, rules. The stream is `certificates/<id>`.

A certificate is awarded by an assessment of both sides, on its evidence. What several streams must agree on follows in
the same transaction (`followers.py`): that the assessment is settled, that the apprentice holds no other certificate of
the kind, and that each piece of evidence is counted once for each kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.assessment.assessments import assessments
from baseplus.assessment.criteria import Counted, Side
from baseplus.assessment.crosswalks import crosswalks
from baseplus.assessment.events import CertificateAwarded, CertificateEvent, CertificateKind, CertificateRevoked
from baseplus.assessment.sides import Assessment
from baseplus.kernel.days import check_happened
from baseplus.kernel.decisions import Command, Decider, Load
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, TenantId, Text


class Award(Command, frozen=True):
    """Award a certificate.

    By an assessment that both sides have made and that no appeal is pending against. With a crosswalk it shares
    evidence with the assessment that the other certificate is awarded by: the same piece then counts for both.
    """

    kind: Annotated[CertificateKind, Meta(description="the enterprise's own, or the vocational one")]
    assessment: Annotated[Id, Meta(description="the assessment that it is awarded by")]
    awarded_by: Annotated[Id, Meta(description="the awarding body, by its id as an organisation")]
    crosswalk: Annotated[Id | None, Meta(description="the crosswalk by which evidence is shared")] = None
    other_assessment: Annotated[Id | None, Meta(description="the assessment that it is shared with")] = None
    on: Annotated[Day | None, Meta(description="the day of the award: today or earlier; left out, today")] = None
    expires: Annotated[Day | None, Meta(description="its last day; left out, it does not expire")] = None


class Revoke(Command, frozen=True):
    """Revoke a certificate, for good.

    What it counted may then be counted by another one, and the marks that it rested on may be corrected.
    """

    reason: Annotated[Text, Meta(description="why; it can be erased")]
    on: Annotated[Day | None, Meta(description="the day of it: today or earlier; left out, today")] = None


class AwardBy(Command, frozen=True):
    """An order to award, and the assessment with what it counts: what the rules decide. Made by `by_assessment`."""

    order: Award
    assessment: Assessment
    counted: tuple[Counted, ...]


class Certificate(msgspec.Struct, frozen=True):
    """What the rules need to know."""

    awarded: CertificateAwarded | None = None
    revoked: date | None = None


def by_assessment(load: Load, tenant: TenantId, _certificate: str, command: Award) -> AwardBy:
    """The order, with the assessment and its evidence. Raises Rejected.

    That the assessment has not changed since is decided by itself, in the same transaction.
    """
    found, _ = load(tenant, assessments, command.assessment)
    if found.against is None or found.apprenticeship is None:
        raise Rejected("unknown_assessment", assessment=command.assessment)
    shared = {}
    if command.crosswalk is not None and command.other_assessment is not None:
        other, _ = load(tenant, assessments, command.other_assessment)
        shared = _shared(load, tenant, command.crosswalk, found, other)
    elif command.crosswalk != command.other_assessment:
        raise Rejected("crosswalk_and_other_assessment", crosswalk=command.crosswalk, other=command.other_assessment)
    return AwardBy(command, found, tuple(_each_once([*_own(found, shared, command.crosswalk), *shared.values()])))


def _shared(load: Load, tenant: TenantId, crosswalk: str, found: Assessment, other: Assessment) -> dict[int, Counted]:
    """What the other assessment's evidence meets here, by its place in the history."""
    if other.against is None or other.apprentice != found.apprentice:
        raise Rejected("assessment_of_another_apprentice")
    assert found.against is not None
    state, _ = load(tenant, crosswalks, crosswalk)
    met = state.met_by(found.against.adoption, other.against.adoption)
    if met is None:
        raise Rejected("crosswalk_of_other_standards", crosswalk=crosswalk)
    return {
        piece.position: Counted(criterion, piece, crosswalk)
        for theirs, piece in other.evidence()
        for criterion in met.get(theirs, ())[:1]
    }


def _own(found: Assessment, shared: dict[int, Counted], crosswalk: str | None) -> Iterator[Counted]:
    for criterion, piece in found.evidence():
        yield Counted(criterion, piece, crosswalk if piece.position in shared else None)


def _each_once(counted: Iterable[Counted]) -> Iterator[Counted]:
    """Each piece of evidence for the first criterion that it is there for: nothing counts twice for a certificate."""
    seen: set[int] = set()
    for one in counted:
        if one.evidence.position not in seen:
            seen.add(one.evidence.position)
            yield one


def decide(command: AwardBy | Revoke, certificate: Certificate, now: datetime) -> Iterator[CertificateEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case AwardBy(order, assessment, counted):
            if certificate.awarded:
                raise Rejected("certificate_exists", kind=certificate.awarded.kind.value)
            yield _awarded(order, assessment, counted, now)
        case Revoke(reason, on):
            awarded = certificate.awarded
            if awarded is None:
                raise Rejected("no_such_certificate")
            if certificate.revoked:
                raise Rejected("certificate_revoked_already", on=certificate.revoked.isoformat())
            on = on or max(now.date(), awarded.on)
            check_happened(on, now)
            if on < awarded.on:
                raise Rejected("earlier_than_the_award", on=on.isoformat(), awarded=awarded.on.isoformat())
            yield CertificateRevoked(
                kind=awarded.kind,
                apprentice=awarded.apprentice,
                apprenticeship=awarded.apprenticeship,
                base=awarded.base,
                counted=awarded.counted,
                reason=reason,
                on=on,
                assessment=awarded.assessment,
            )
        case _:
            assert_never(command)


def _awarded(order: Award, assessment: Assessment, counted: tuple[Counted, ...], now: datetime) -> CertificateAwarded:
    assert assessment.against is not None
    assert assessment.apprenticeship is not None
    assert assessment.began is not None
    if missing := [side.value for side in Side if side not in assessment.sides]:
        raise Rejected("not_assessed_by_both", missing=missing)
    if not counted:
        raise Rejected("no_evidence", assessment=order.assessment)
    on = order.on or now.date()
    check_happened(on, now)
    if on < assessment.began:
        raise Rejected("earlier_than_the_assessment", on=on.isoformat(), began=assessment.began.isoformat())
    if order.expires and order.expires < on:
        raise Rejected("ends_before_it_begins", on=on.isoformat(), until=order.expires.isoformat())
    return CertificateAwarded(
        kind=order.kind,
        apprentice=assessment.apprentice,
        apprenticeship=assessment.apprenticeship,
        base=assessment.base,
        assessment=order.assessment,
        against=assessment.against,
        school_total=assessment.sides[Side.SCHOOL].total,
        enterprise_total=assessment.sides[Side.ENTERPRISE].total,
        counted=counted,
        awarded_by=order.awarded_by,
        on=on,
        crosswalk=order.crosswalk,
        expires=order.expires,
    )


def evolve(certificate: Certificate, event: CertificateEvent) -> Certificate:
    """The certificate after the event."""
    match event:
        case CertificateAwarded():
            return Certificate(event)
        case CertificateRevoked(on=on):
            return msgspec.structs.replace(certificate, revoked=on)
        case _:
            assert_never(event)


certificates = Decider("certificates", Certificate, decide, evolve)
