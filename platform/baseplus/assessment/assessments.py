"""Assessments of an apprentice by both sides: commands, state, rules. The stream is `assessments/<id>`.

Each side goes its own way: recorded, perhaps corrected by its assessor, perhaps moderated once by somebody else,
perhaps appealed once, and then decided for good. `docs/domain/assessment.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.assessment.adoptions import adoptions
from baseplus.assessment.criteria import AdoptedVersion, Mark, Score, Side, marked, total_of
from baseplus.assessment.events import (
    AppealDecided,
    AppealOutcome,
    AssessmentAppealed,
    AssessmentCorrected,
    AssessmentModerated,
    AssessmentRecorded,
    SideEvent,
    StandardAdopted,
)
from baseplus.kernel.days import check_happened
from baseplus.kernel.decisions import Command, Decider, Load
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, PersonId, TenantId, Text

OfSide = Annotated[Side, Meta(description="of which side: the school's or the enterprise's")]
Assessor = Annotated[PersonId, Meta(description="who assessed, by the id under which they are registered as a mentor")]
Scores = Annotated[tuple[Score, ...], Meta(min_length=1, max_length=100, description="a score for every criterion")]
NewScores = Annotated[
    tuple[Score, ...], Meta(max_length=100, description="a score for every criterion; none where it is dismissed")
]
On = Annotated[Day | None, Meta(description="the day of the assessment: today or earlier; left out, today")]
Comment = Annotated[Text | None, Meta(description="what the assessor has to say to the apprentice; it can be erased")]
Reason = Annotated[Text, Meta(description="why; it can be erased")]


class Record(Command, frozen=True):
    """Record the first side's assessment of an apprentice.

    It opens an assessment that both sides share. Every criterion of the adopted standard is scored.
    """

    apprentice: Annotated[PersonId, Meta(description="the person, by a random id that says nothing about them")]
    base: Annotated[Id, Meta(description="the base where they are trained")]
    adoption: Annotated[Id, Meta(description="the university's adoption of the standard")]
    side: OfSide
    assessor: Assessor
    scores: Scores
    on: On = None
    comment: Comment = None


class RecordOtherSide(Command, frozen=True):
    """Record the other side's assessment.

    By another assessor than the first one's, and against the same version of the standard.
    """

    side: OfSide
    assessor: Assessor
    scores: Scores
    on: On = None
    comment: Comment = None


class Correct(Command, frozen=True):
    """Correct a slip in an assessment.

    Only its own assessor does, and only before it was moderated or appealed. What was recorded stays recorded.
    """

    side: OfSide
    assessor: Assessor
    scores: Scores
    reason: Reason


class Moderate(Command, frozen=True):
    """Moderate one side's assessment.

    Somebody who assessed neither side gives the scores that count from now on, perhaps the same ones.
    """

    side: OfSide
    moderator: Annotated[PersonId, Meta(description="who moderates")]
    scores: Scores
    reason: Reason


class Appeal(Command, frozen=True):
    """Record an apprentice's appeal against one side's assessment.

    Possible once; its decision is final.
    """

    side: OfSide
    grounds: Annotated[Text, Meta(description="what the apprentice objects to; it can be erased")]


class DecideAppeal(Command, frozen=True):
    """Decide an appeal, for good.

    By somebody who neither assessed nor moderated. Upheld it takes new scores, dismissed it takes none.
    """

    side: OfSide
    decided_by: Annotated[PersonId, Meta(description="who decides")]
    outcome: Annotated[AppealOutcome, Meta(description="whether the apprentice is right")]
    reason: Reason
    scores: NewScores = ()


class RecordAgainst(Command, frozen=True):
    """An order to record, and what the university has adopted: what the rules decide. Made by `against_adopted`."""

    order: Record
    adopted: StandardAdopted


LaterCommand = Correct | Moderate | Appeal | DecideAppeal
AssessmentCommand = RecordAgainst | RecordOtherSide | LaterCommand


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
    """What the rules need to know. `against` None: nothing is recorded yet. weights: of the criteria, in order."""

    apprentice: str = ""
    base: str = ""
    against: AdoptedVersion | None = None
    weights: tuple[tuple[str, int], ...] = ()
    began: date | None = None
    sides: Mapping[Side, OneSide] = {}

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


def against_adopted(load: Load, tenant: TenantId, _assessment: str, command: Record) -> RecordAgainst:
    """The order, with the standard as the university adopted it. Raises Rejected."""
    found, _ = load(tenant, adoptions, command.adoption)
    if found.adopted is None:
        raise Rejected("unknown_adoption", adoption=command.adoption)
    return RecordAgainst(command, found.adopted)


def decide(command: AssessmentCommand, assessment: Assessment, now: datetime) -> Iterator[SideEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case RecordAgainst(order, adopted):
            if assessment.against:
                raise Rejected("assessment_exists", apprentice=assessment.apprentice)
            against = AdoptedVersion(
                order.adoption,
                adopted.association,
                adopted.standard,
                adopted.version,
                adopted.digest,
                adopted.occupation,
            )
            weights = tuple((criterion.id, criterion.weight) for criterion in adopted.criteria)
            opened = Assessment(order.apprentice, order.base, against, weights)
            yield _recorded(order, opened, against, now)
        case RecordOtherSide():
            against = _existing(assessment)
            if there := assessment.sides.get(command.side):
                raise Rejected("side_assessed_already", side=command.side.value, assessor=there.assessor)
            if command.assessor in assessment.assessors:
                raise Rejected("assessed_the_other_side", assessor=command.assessor)
            if command.assessor in assessment.moderators:
                raise Rejected("moderated_the_other_side", assessor=command.assessor)
            yield _recorded(command, assessment, against, now)
        case Correct() | Moderate() | Appeal() | DecideAppeal():
            yield _later(command, assessment)
        case _:
            assert_never(command)


def _recorded(
    order: Record | RecordOtherSide, assessment: Assessment, against: AdoptedVersion, now: datetime
) -> AssessmentRecorded:
    if order.assessor == assessment.apprentice:
        raise Rejected("assesses_themselves", assessor=order.assessor)
    marks = marked(assessment.weights, order.scores)
    on = _day(order.on, now)
    return AssessmentRecorded(
        apprentice=assessment.apprentice,
        base=assessment.base,
        against=against,
        side=order.side,
        assessor=order.assessor,
        marks=marks,
        total=total_of(marks),
        on=on,
        began=assessment.began or on,
        other_total=assessment.given_by_the_other(order.side),
        comment=order.comment,
    )


def _day(on: date | None, now: datetime) -> date:
    if on is None:
        return now.date()
    check_happened(on, now)
    return on


def _later(command: LaterCommand, assessment: Assessment) -> SideEvent:
    _existing(assessment)
    side, one = command.side, assessment.sides.get(command.side)
    if one is None:
        raise Rejected("side_not_assessed", side=side.value)
    apprentice = assessment.apprentice
    match command:
        case Correct(_, assessor, scores, reason):
            _check_open(one, Stage.RECORDED, Stage.CORRECTED)
            if assessor != one.assessor:
                raise Rejected("not_its_assessor", given=assessor, assessor=one.assessor)
            marks = marked(assessment.weights, scores)
            if marks == one.marks:
                raise Rejected("correction_changes_nothing")
            assert assessment.began is not None
            return AssessmentCorrected(
                apprentice=apprentice,
                base=assessment.base,
                side=side,
                assessor=assessor,
                marks=marks,
                total=total_of(marks),
                previous=one.total,
                began=assessment.began,
                reason=reason,
                other_total=assessment.given_by_the_other(side),
            )
        case Moderate(_, moderator, scores, reason):
            _check_open(one, Stage.RECORDED, Stage.CORRECTED)
            _check_independent(moderator, assessment)
            marks = marked(assessment.weights, scores)
            return AssessmentModerated(apprentice, side, moderator, marks, total_of(marks), one.total, reason)
        case Appeal(_, grounds):
            _check_open(one, Stage.RECORDED, Stage.CORRECTED, Stage.MODERATED)
            return AssessmentAppealed(apprentice, side, grounds)
        case DecideAppeal():
            return _appeal_decided(command, one, assessment)
        case _:
            assert_never(command)


def _appeal_decided(command: DecideAppeal, one: OneSide, assessment: Assessment) -> AppealDecided:
    if one.stage is Stage.DECIDED:
        raise Rejected("appeal_decided", state=one.stage.value)
    if one.stage is not Stage.APPEALED:
        raise Rejected("no_appeal", state=one.stage.value)
    _check_independent(command.decided_by, assessment, assessment.moderators)
    if command.outcome is AppealOutcome.UPHELD:
        marks = marked(assessment.weights, command.scores)
    elif command.scores:
        raise Rejected("dismissed_with_scores")
    else:
        marks = one.marks
    return AppealDecided(
        apprentice=assessment.apprentice,
        side=command.side,
        decided_by=command.decided_by,
        outcome=command.outcome,
        marks=marks,
        total=total_of(marks),
        previous=one.total,
        reason=command.reason,
    )


def _existing(assessment: Assessment) -> AdoptedVersion:
    if assessment.against is None:
        raise Rejected("no_such_assessment")
    return assessment.against


_TOO_LATE = {
    Stage.MODERATED: "moderated_already",
    Stage.APPEALED: "appeal_pending",
    Stage.DECIDED: "appeal_decided",
}


def _check_open(one: OneSide, *open_in: Stage) -> None:
    """Raises Rejected, with a code that says what has happened already."""
    if one.stage not in open_in:
        raise Rejected(_TOO_LATE[one.stage], state=one.stage.value)


def _check_independent(person: str, assessment: Assessment, others: Set[str] = frozenset()) -> None:
    """Raises Rejected where the person assessed a side, is one of the others, or is whom it is about."""
    if person in {*assessment.assessors, *others, assessment.apprentice}:
        raise Rejected("not_independent", person=person)


def evolve(assessment: Assessment, event: SideEvent) -> Assessment:
    """The assessment after the event."""
    change = msgspec.structs.replace
    if isinstance(event, AssessmentRecorded):
        recorded = OneSide(event.assessor, event.total, event.marks)
        return Assessment(
            apprentice=event.apprentice,
            base=event.base,
            against=event.against,
            weights=tuple((mark.criterion, mark.weight) for mark in event.marks),
            began=event.began,
            sides={**assessment.sides, event.side: recorded},
        )
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


assessments = Decider("assessments", Assessment, decide, evolve)
