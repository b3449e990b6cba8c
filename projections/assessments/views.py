"""Assessments as people look them up: one row per side.

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
    AssessmentCorrected,
    AssessmentModerated,
    AssessmentRecorded,
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
    assessed_on: the day of the assessment; assessed_at: when it was recorded. position: of the last event shown.
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
    moderator: str | None = None


SideChange = AssessmentRecorded | AssessmentCorrected | AssessmentModerated | AssessmentAppealed | AppealDecided


class Assessments(View[AssessmentRow, SideChange]):
    """One row per side of an assessment."""

    name: ClassVar = "assessments"
    indexes: ClassVar = (("assessment",), ("apprentice", "key"), ("assessor", "key"), ("state", "key"))

    def keys(self, event: SideChange, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.side.value}",)

    def evolve(self, row: AssessmentRow | None, event: SideChange, at: At) -> AssessmentRow | None:
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
