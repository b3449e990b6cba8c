"""What must happen together with an adoption, with the first side of an assessment, and with a certificate."""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.assessment.assessments import Certify, Release, Resit, assessments
from baseplus.assessment.certified import Hold, Lose, certified
from baseplus.assessment.events import (
    AssessmentRecorded,
    CertificateAwarded,
    CertificateRevoked,
    Once,
    StandardAdopted,
)
from baseplus.assessment.evidence import Count, Free, evidence
from baseplus.assessment.once import TakePlace, once, place
from baseplus.kernel.decisions import Step


def adopted(adoption: str, event: StandardAdopted) -> Iterator[Step]:
    """One version of a standard is adopted once."""
    unique = place(Once.ADOPTION, event.association, event.standard, event.version)
    yield Step(once, unique, TakePlace(Once.ADOPTION, adoption))


def assessed(assessment: str, event: AssessmentRecorded) -> Iterator[Step]:
    """An apprentice is assessed under an adoption once, by both sides; again only where that one is settled."""
    if event.other_total is not None:
        return
    if event.resit_of is None:
        unique = place(Once.ASSESSMENT, event.apprentice, event.against.adoption)
        yield Step(once, unique, TakePlace(Once.ASSESSMENT, assessment))
    else:
        yield Step(assessments, event.resit_of, Resit(assessment, event.sitting))


def awarded(certificate: str, event: CertificateAwarded) -> Iterator[Step]:
    """The assessment is settled, the apprentice holds no other certificate of the kind, and no other one of the kind
    counts the same evidence."""
    yield Step(
        assessments, event.assessment, Certify(certificate, event.kind, event.school_total, event.enterprise_total)
    )
    hold = Hold(event.kind, certificate, event.apprentice, event.base, event.on, event.expires)
    yield Step(certified, event.apprenticeship, hold)
    for one in event.counted:
        yield Step(evidence, str(one.evidence.position), Count(event.kind, certificate, one.through))


def revoked(certificate: str, event: CertificateRevoked) -> Iterator[Step]:
    """It rests on the assessment no longer, the apprentice holds it no longer, and another one may count its
    evidence."""
    if event.assessment is not None:
        yield Step(assessments, event.assessment, Release(certificate, event.kind))
    yield Step(certified, event.apprenticeship, Lose(event.kind, certificate, event.on))
    for one in event.counted:
        yield Step(evidence, str(one.evidence.position), Free(event.kind, certificate))
