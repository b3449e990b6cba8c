"""An assessment as the rules know it: its two sides, and how far each has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import assert_never

import msgspec

from baseplus.assessment.criteria import AdoptedVersion, Evidence, Mark, Side, total_of
from baseplus.assessment.events import (
    AfterEvent,
    AppealDecided,
    AssessmentAppealed,
    AssessmentCertified,
    AssessmentCorrected,
    AssessmentModerated,
    AssessmentRecorded,
    AssessmentReleased,
    AssessmentResat,
    SideEvent,
)


class Stage(StrEnum):
    """Where one side's assessment stands."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    MODERATED = "moderated"
    APPEALED = "appealed"
    DECIDED = "decided"


class OneSide(msgspec.Struct, frozen=True):
    """What the rules need to know of one side. given: the assessor's own total; marks: those that count."""

    assessor: str
    given: str
    marks: tuple[Mark, ...]
    stage: Stage = Stage.RECORDED
    moderator: str | None = None

    @property
    def total(self) -> str:
        """The total that counts."""
        return total_of(self.marks)


class Assessment(msgspec.Struct, frozen=True):
    """What the rules need to know. `against` None: nothing is recorded yet. weights: of the criteria, in order.

    resat: the assessment of the next sitting, which makes this one final. certificates: those that rest on its marks.
    """

    apprentice: str = ""
    base: str = ""
    against: AdoptedVersion | None = None
    weights: tuple[tuple[str, int], ...] = ()
    began: date | None = None
    sides: Mapping[Side, OneSide] = {}
    apprenticeship: str | None = None
    enterprise: str | None = None
    sitting: int = 1
    resit_of: str | None = None
    resat: str | None = None
    certificates: tuple[str, ...] = ()

    @property
    def assessors(self) -> frozenset[str]:
        """Who assessed, on either side."""
        return frozenset(side.assessor for side in self.sides.values())

    @property
    def moderators(self) -> frozenset[str]:
        """Who moderated, on either side."""
        return frozenset(side.moderator for side in self.sides.values() if side.moderator)

    def given_by_the_other(self, side: Side) -> str | None:
        """The total that the other side's own assessor gave, if they have."""
        return next((one.given for other, one in self.sides.items() if other is not side), None)

    def without(self, *void: str) -> Assessment:
        """The assessment without the certificates that are void: none of them rests on its marks."""
        return msgspec.structs.replace(self, certificates=tuple(one for one in self.certificates if one not in void))

    def evidence(self) -> Iterator[tuple[str, Evidence]]:
        """What counts on either side as evidence, each piece with its criterion: the school's first, in their order."""
        for side in Side:
            if one := self.sides.get(side):
                for mark in one.marks:
                    yield from ((mark.criterion, piece) for piece in mark.evidence)


def evolve(assessment: Assessment, event: SideEvent | AfterEvent) -> Assessment:
    """The assessment after the event."""
    change = msgspec.structs.replace
    match event:
        case AssessmentRecorded():
            return change(
                assessment,
                apprentice=event.apprentice,
                base=event.base,
                against=event.against,
                weights=tuple((mark.criterion, mark.weight) for mark in event.marks),
                began=event.began,
                sides={**assessment.sides, event.side: OneSide(event.assessor, event.total, event.marks)},
                apprenticeship=event.apprenticeship,
                enterprise=event.enterprise,
                sitting=event.sitting,
                resit_of=event.resit_of,
            )
        case AssessmentResat(by):
            return change(assessment, resat=by)
        case AssessmentCertified(certificate):
            return change(assessment, certificates=(*assessment.certificates, certificate))
        case AssessmentReleased(certificate):
            return assessment.without(certificate)
        case _:
            return _later(assessment, event)


def _later(
    assessment: Assessment, event: AssessmentCorrected | AssessmentModerated | AssessmentAppealed | AppealDecided
) -> Assessment:
    change = msgspec.structs.replace
    one = assessment.sides.get(event.side)
    if one is None:  # what happened is never refused
        return assessment
    match event:
        case AssessmentCorrected():
            one = change(one, stage=Stage.CORRECTED, given=event.total, marks=event.marks)
        case AssessmentModerated():
            one = change(one, stage=Stage.MODERATED, moderator=event.moderator, marks=event.marks)
        case AssessmentAppealed():
            one = change(one, stage=Stage.APPEALED)
        case AppealDecided():
            one = change(one, stage=Stage.DECIDED, marks=event.marks)
        case _:
            assert_never(event)
    return change(assessment, sides={**assessment.sides, event.side: one})
