"""Two standards, a crosswalk between them, and assessments of one apprentice against each, by both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from baseplus.assessment.certificates import Award, AwardBy
from baseplus.assessment.criteria import AdoptedVersion, Counted, Criterion, Evidence, Mark, Pair, Side
from baseplus.assessment.crosswalks import ApproveBetween, ApproveCrosswalk
from baseplus.assessment.events import (
    AssessmentRecorded,
    CertificateAwarded,
    CertificateKind,
    CrosswalkApproved,
    StandardAdopted,
)
from baseplus.assessment.sides import Assessment
from tests.assessment.story import ENTERPRISE, SCHOOL, TODAY, adopted, against, by_enterprise, by_school

VOCATIONAL, OWN = CertificateKind.VOCATIONAL, CertificateKind.ENTERPRISE

SHOP = (Criterion("shafts", "Makes the enterprise's shafts", 70), Criterion("order", "Keeps the place in order", 30))
adopted_shop = StandardAdopted("works", "shop", 1, "a" * 64, "cnc-machinist", "At Yunchuan", SHOP)
against_shop = AdoptedVersion("shop-1", "works", "shop", 1, "a" * 64, "cnc-machinist")

approve = ApproveCrosswalk("cnc-1", "shop-1", (Pair("turning", "shafts"),), "t-zhou")
between = ApproveBetween(approve, adopted, adopted_shop)
approved = CrosswalkApproved(against, against_shop, (Pair("turning", "shafts"),), "t-zhou", TODAY)

SHAFT, TIDY = Evidence("logbook/shaft-3", 41), Evidence("logbook/tidy-1", 77)


def at_the_shop(side: Side, assessor: str, evidence: Sequence[Evidence], other: str | None) -> AssessmentRecorded:
    marks = Mark("shafts", 70, 90, tuple(evidence)), Mark("order", 30, 80)
    return AssessmentRecorded(
        apprentice="person-17",
        base="drives",
        against=against_shop,
        side=side,
        assessor=assessor,
        marks=marks,
        total="87.00",
        on=TODAY,
        began=TODAY,
        other_total=other,
        apprenticeship="ap-17",
        enterprise="yunchuan",
    )


def shop(*evidence: Evidence) -> tuple[AssessmentRecorded, AssessmentRecorded]:
    """Both sides' assessment at the shop, with this evidence of the shafts on the enterprise's side."""
    return at_the_shop(SCHOOL, "t-he", (), None), at_the_shop(ENTERPRISE, "m-gao", evidence, "87.00")


cnc = (by_school, by_enterprise)
award = Award(VOCATIONAL, "as-1", "examiners")
counted = (Counted("turning", SHAFT),)


def award_by(order: Award, found: Assessment, counts: Sequence[Counted] = counted) -> AwardBy:
    return AwardBy(order, found, tuple(counts))


def awarded(
    kind: CertificateKind = VOCATIONAL,
    counts: tuple[Counted, ...] = counted,
    on: date = TODAY,
    crosswalk: str | None = None,
    expires: date | None = None,
) -> CertificateAwarded:
    vocational = kind is VOCATIONAL
    return CertificateAwarded(
        kind=kind,
        apprentice="person-17",
        apprenticeship="ap-17",
        base="drives",
        assessment="as-1" if vocational else "as-shop",
        against=against if vocational else against_shop,
        school_total="81.00" if vocational else "87.00",
        enterprise_total="69.00" if vocational else "87.00",
        counted=counts,
        awarded_by="examiners" if vocational else "yunchuan",
        on=on,
        crosswalk=crosswalk,
        expires=expires,
    )
