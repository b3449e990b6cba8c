"""What figures about apprentices are counted from: hours of guidance, assessments by both sides, certificates of those
who completed, and which mentors are qualified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import product
from typing import ClassVar, assert_never

import msgspec

from baseplus.apprenticeships.events import ApprenticeshipCompleted, MentorKind
from baseplus.assessment.criteria import Side
from baseplus.assessment.events import (
    AssessmentCorrected,
    AssessmentRecorded,
    CertificateAwarded,
    CertificateEvent,
    CertificateKind,
    CertificateRevoked,
)
from baseplus.kernel.days import day_of_event
from baseplus.mentoring.events import GuidanceGiven, MentorQualified
from projections.runner.view import At, Row, View

PLACES = 10_000
"""Hours have four decimal places at most: so many make a whole one."""


class GuidanceHoursRow(Row):
    """Guidance of an apprentice by one side on a day. key: apprenticeship:kind:day. hours: in units of 1 / PLACES."""

    key: str
    apprenticeship: str
    kind: MentorKind
    day: date
    hours: int


class GuidanceHours(View[GuidanceHoursRow, GuidanceGiven]):
    """One row per apprenticeship, side and day."""

    name: ClassVar = "guidance_hours"
    indexes: ClassVar = (("apprenticeship", "day"),)

    def keys(self, event: GuidanceGiven, at: At) -> Iterable[str]:  # noqa: ARG002 - the event names its day
        return (f"{event.apprenticeship}:{event.kind.value}:{event.on}",)

    def evolve(self, row: GuidanceHoursRow | None, event: GuidanceGiven, at: At) -> GuidanceHoursRow:
        row = row or GuidanceHoursRow(
            key=at.key, apprenticeship=event.apprenticeship, kind=event.kind, day=event.on, hours=0
        )
        row.hours += int(Decimal(event.hours) * PLACES)
        return row


class AssessedRow(Row):
    """An assessment by one side or both: what each assessor gave, in hundredths of a point, and on which day.

    began: the day of the side that was recorded first. Moderation and appeal are a third person's and change nothing.
    """

    assessment: str
    apprentice: str
    apprenticeship: str | None
    base: str
    began: date
    school_on: date | None = None
    school_given: int | None = None
    enterprise_on: date | None = None
    enterprise_given: int | None = None


class Assessed(View[AssessedRow, AssessmentRecorded | AssessmentCorrected]):
    """One row per assessment."""

    name: ClassVar = "assessed"
    indexes: ClassVar = (("apprenticeship",),)

    def evolve(
        self, row: AssessedRow | None, event: AssessmentRecorded | AssessmentCorrected, at: At
    ) -> AssessedRow | None:
        if isinstance(event, AssessmentRecorded):
            row = row or AssessedRow(
                assessment=at.thing,
                apprentice=event.apprentice,
                apprenticeship=event.apprenticeship,
                base=event.base,
                began=event.began,
            )
            if event.side is Side.SCHOOL:
                row.school_on = event.on
            else:
                row.enterprise_on = event.on
        if row is not None:
            given = int(Decimal(event.total) * 100)
            if event.side is Side.SCHOOL:
                row.school_given = given
            else:
                row.enterprise_given = given
        return row


class Stood(msgspec.Struct):
    """A certificate that was not revoked, since the day of its award. expires: its last day; None: none."""

    certificate: str
    kind: CertificateKind
    since: date
    expires: date | None = None


class DualRow(Row):
    """Who completed their training, and since when they are certified by both sides. base: where they were trained.

    dual_since: the first day on which one of the certificates of either kind was valid. One that expires, or is
    renewed, leaves the day as it is; one that is revoked counts no more, also where it was renewed.
    """

    apprenticeship: str
    base: str
    certificates: list[Stood]
    completed: date | None = None
    dual_since: date | None = None


class Dual(View[DualRow, ApprenticeshipCompleted | CertificateEvent]):
    """One row per apprenticeship. Awards and revocations name it."""

    name: ClassVar = "dual"
    version: ClassVar = 3

    def keys(self, event: ApprenticeshipCompleted | CertificateEvent, at: At) -> Iterable[str]:
        return (at.thing if isinstance(event, ApprenticeshipCompleted) else event.apprenticeship,)

    def evolve(self, row: DualRow | None, event: ApprenticeshipCompleted | CertificateEvent, at: At) -> DualRow:
        row = row or DualRow(apprenticeship=at.key, base=event.base, certificates=[])
        match event:
            case ApprenticeshipCompleted(on=on):
                row.completed = on
            case CertificateAwarded(kind, on=on, expires=expires):
                row.certificates.append(Stood(at.thing, kind, on, expires))
            case CertificateRevoked():
                row.certificates = [one for one in row.certificates if one.certificate != at.thing]
            case _:
                assert_never(event)
        row.dual_since = _since(row.certificates)
        return row


def _since(certificates: Iterable[Stood]) -> date | None:
    """The first day on which one of either kind was valid."""
    of: dict[CertificateKind, list[Stood]] = {kind: [] for kind in CertificateKind}
    for one in certificates:
        of[one.kind].append(one)
    begun = ((max(one.since for one in pair), pair) for pair in product(*of.values()))
    return min((day for day, pair in begun if all(not one.expires or day <= one.expires for one in pair)), default=None)


class QualifiedRow(Row):
    """Since which day a mentor has shown what they can do."""

    mentor: str
    since: date


class Qualified(View[QualifiedRow, MentorQualified]):
    """One row per qualified mentor."""

    name: ClassVar = "qualified"

    def evolve(self, row: QualifiedRow | None, event: MentorQualified, at: At) -> QualifiedRow:  # noqa: ARG002 - once
        return QualifiedRow(mentor=at.thing, since=day_of_event(event, at.time))
