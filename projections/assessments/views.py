"""Assessments as people look them up: one row per side; and what apprentices think of themselves.

What assessor, moderator, apprentice and whoever decides an appeal wrote is in the row: one side's course is read by the
others. It is personal, and goes from the row where it is erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.assessment.criteria import Mark, Side
from baseplus.assessment.events import (
    AppealDecided,
    AppealOutcome,
    AssessmentAppealed,
    AssessmentCertified,
    AssessmentCorrected,
    AssessmentModerated,
    AssessmentRecorded,
    AssessmentReleased,
    AssessmentResat,
    CompetenceSelfAssessed,
)
from projections.runner.view import At, Row, View

SideState: TypeAlias = Literal["recorded", "corrected", "moderated", "appealed", "decided"]


class Change(msgspec.Struct):
    """What happened to a side. by: who did it; None for the apprentice's appeal. total: the one that counts from then
    on. outcome: of an appeal. text: comment, reason or grounds."""

    what: SideState
    at: datetime
    position: int
    total: Decimal
    by: str | None = None
    outcome: AppealOutcome | None = None
    text: str | None = None


class AssessmentRow(Row):
    """One side's assessment of an apprentice, as it stands.

    key: assessment:side. adoption, association, standard, version: what the apprentice was assessed against. marks,
    total (0.00 to 100.00): those that count. given: the total that the assessor gave, corrections of slips included.
    assessed_on: the day of the assessment; assessed_at: when it was recorded. sitting: which time it was sat; resit_of:
    the assessment before; resat_by: the one after, which makes this one final. certificates: those that rest on its
    marks, which only an appeal changes then. position: of the last event shown.
    """

    key: str
    assessment: str
    apprentice: str
    base: str
    occupation: str
    adoption: str
    association: str
    standard: str
    version: int
    side: Side
    assessor: str
    marks: list[Mark]
    total: Decimal
    given: Decimal
    state: SideState
    changes: list[Change]
    assessed_on: date
    assessed_at: datetime
    position: int
    certificates: list[str]
    moderator: str | None = None
    apprenticeship: str | None = None
    enterprise: str | None = None
    sitting: int = 1
    resit_of: str | None = None
    resat_by: str | None = None


SideChange = AssessmentRecorded | AssessmentCorrected | AssessmentModerated | AssessmentAppealed | AppealDecided

BothChange = AssessmentResat | AssessmentCertified | AssessmentReleased

AssessmentChange = SideChange | BothChange


class Assessments(View[AssessmentRow, AssessmentChange]):
    """One row per side of an assessment."""

    name: ClassVar = "assessments"
    indexes: ClassVar = (("assessment",), ("apprentice", "key"), ("assessor", "key"), ("state", "key"))

    def keys(self, event: AssessmentChange, at: At) -> Iterable[str]:
        sides = Side if isinstance(event, BothChange) else (event.side,)
        return [f"{at.thing}:{side.value}" for side in sides]

    def evolve(self, row: AssessmentRow | None, event: AssessmentChange, at: At) -> AssessmentRow | None:
        if isinstance(event, AssessmentRecorded):
            return _recorded(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case AssessmentCorrected():
                row.given = Decimal(event.total)
                _count(row, event)
                _note(row, "corrected", at, event.assessor, event.reason)
            case AssessmentModerated():
                row.moderator = event.moderator
                _count(row, event)
                _note(row, "moderated", at, event.moderator, event.reason)
            case AssessmentAppealed():
                _note(row, "appealed", at, None, event.grounds)
            case AppealDecided():
                _count(row, event)
                _note(row, "decided", at, event.decided_by, event.reason, event.outcome)
            case AssessmentResat(by):
                row.resat_by = by
            case AssessmentCertified(certificate):
                row.certificates = [*row.certificates, certificate]
            case AssessmentReleased(certificate):
                row.certificates = [one for one in row.certificates if one != certificate]
            case _:
                assert_never(event)
        return row


def _recorded(event: AssessmentRecorded, at: At) -> AssessmentRow:
    total, against = Decimal(event.total), event.against
    row = AssessmentRow(
        key=at.key,
        assessment=at.thing,
        apprentice=event.apprentice,
        base=event.base,
        occupation=against.occupation,
        adoption=against.adoption,
        association=against.association,
        standard=against.standard,
        version=against.version,
        side=event.side,
        assessor=event.assessor,
        marks=list(event.marks),
        total=total,
        given=total,
        state="recorded",
        changes=[],
        assessed_on=event.on,
        assessed_at=at.time,
        position=at.position,
        certificates=[],
        apprenticeship=event.apprenticeship,
        enterprise=event.enterprise,
        sitting=event.sitting,
        resit_of=event.resit_of,
    )
    _note(row, "recorded", at, event.assessor, event.comment)
    return row


def _count(row: AssessmentRow, event: AssessmentCorrected | AssessmentModerated | AppealDecided) -> None:
    row.marks, row.total = list(event.marks), Decimal(event.total)


def _note(
    row: AssessmentRow, what: SideState, at: At, by: str | None, text: str | None, outcome: AppealOutcome | None = None
) -> None:
    row.state = what
    row.changes.append(Change(what, at.time, at.position, row.total, by, outcome, text))


class SelfAssessmentRow(Row):
    """How an apprentice judged their own competence on a day. total: 0.00 to 100.00. position: of the event."""

    id: str
    apprentice: str
    apprenticeship: str
    base: str
    occupation: str
    adoption: str
    standard: str
    version: int
    marks: list[Mark]
    total: Decimal
    assessed_on: date
    reflection: str | None
    position: int


class SelfAssessments(View[SelfAssessmentRow, CompetenceSelfAssessed]):
    """One row per self-assessment."""

    name: ClassVar = "self_assessments"
    indexes: ClassVar = (("apprenticeship", "id"), ("apprentice",))

    def evolve(self, row: SelfAssessmentRow | None, event: CompetenceSelfAssessed, at: At) -> SelfAssessmentRow:  # noqa: ARG002
        return SelfAssessmentRow(
            id=at.thing,
            apprentice=event.apprentice,
            apprenticeship=event.apprenticeship,
            base=event.base,
            occupation=event.against.occupation,
            adoption=event.against.adoption,
            standard=event.against.standard,
            version=event.against.version,
            marks=list(event.marks),
            total=Decimal(event.total),
            assessed_on=event.on,
            reflection=event.reflection,
            position=at.position,
        )
