"""Assessments of an apprentice by both sides: commands, state, rules. The stream is `assessments/<id>`.

Each side goes its own way: recorded, perhaps corrected by its assessor, perhaps moderated once by somebody else,
perhaps appealed once, and then decided for good. `docs/domain/assessment.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import date, datetime
from typing import Annotated, assert_never

from msgspec import Meta

from baseplus.apprenticeships.model import apprenticeships
from baseplus.assessment.adoptions import adoptions, version_of
from baseplus.assessment.criteria import AdoptedVersion, Score, Side, Sitting, Total, marked, total_of
from baseplus.assessment.events import (
    AfterEvent,
    AppealDecided,
    AppealOutcome,
    AssessmentAppealed,
    AssessmentCertified,
    AssessmentCorrected,
    AssessmentModerated,
    AssessmentRecorded,
    AssessmentReleased,
    AssessmentResat,
    CertificateKind,
    SideEvent,
    StandardAdopted,
)
from baseplus.assessment.sides import Assessment, OneSide, Stage, evolve
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

    apprenticeship: Annotated[Id, Meta(description="the apprenticeship: it says who is assessed, and where")]
    adoption: Annotated[Id, Meta(description="the university's adoption of the standard")]
    side: OfSide
    assessor: Assessor
    scores: Scores
    on: On = None
    comment: Comment = None
    resit_of: Annotated[
        Id | None, Meta(description="the assessment that the apprentice sits again, where it is not the first time")
    ] = None


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

    Only its own assessor does, and only before it was moderated, appealed or certified. What was recorded stays
    recorded.
    """

    side: OfSide
    assessor: Assessor
    scores: Scores
    reason: Reason


class Moderate(Command, frozen=True):
    """Moderate one side's assessment.

    Somebody who assessed neither side gives the scores that count from now on, perhaps the same ones. Not once a
    certificate rests on it.
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
    """An order to record, what was adopted, and who is assessed: what the rules decide. Made by `against_adopted`."""

    order: Record
    adopted: StandardAdopted
    apprentice: PersonId
    base: Id
    enterprise: Id
    sitting: Sitting = 1


class Resit(Command, frozen=True):
    """Let the apprentice sit an assessment again. It follows from the next one and is never ordered by itself."""

    by: Id
    sitting: Sitting


class Certify(Command, frozen=True):
    """Award a certificate by an assessment. It follows from the award and is never ordered by itself.

    school_total, enterprise_total: as whoever awards it has found them.
    """

    certificate: Id
    kind: CertificateKind
    school_total: Total
    enterprise_total: Total


class Release(Command, frozen=True):
    """Let a void certificate rest on an assessment no longer. It follows from the revocation, never by itself."""

    certificate: Id
    kind: CertificateKind


class Reopened(Command, frozen=True):
    """An order to change marks, and which certificates on them are void. Made by `void.reopened`."""

    order: Correct | Moderate
    void: tuple[Id, ...]


LaterCommand = Correct | Moderate | Appeal | DecideAppeal
AssessmentCommand = RecordAgainst | RecordOtherSide | LaterCommand | Reopened | Resit | Certify | Release


def against_adopted(load: Load, tenant: TenantId, _assessment: str, command: Record) -> RecordAgainst:
    """The order, with the standard as the university adopted it, and who is assessed. Raises Rejected.

    What is read here never changes: who is trained where, and whom an earlier assessment was of. The rest is decided by
    the earlier assessment itself.
    """
    found, _ = load(tenant, adoptions, command.adoption)
    if found.adopted is None:
        raise Rejected("unknown_adoption", adoption=command.adoption)
    trained, _ = load(tenant, apprenticeships, command.apprenticeship)
    if not trained.apprentice:
        raise Rejected("unknown_apprenticeship", apprenticeship=command.apprenticeship)
    sitting = 1
    if command.resit_of is not None:
        earlier, _ = load(tenant, assessments, command.resit_of)
        known = earlier.against and (earlier.apprentice, earlier.against.adoption)
        if known != (trained.apprentice, command.adoption):
            raise Rejected("resit_of_another", assessment=command.resit_of)
        sitting = earlier.sitting + 1
    return RecordAgainst(command, found.adopted, trained.apprentice, trained.base, trained.enterprise, sitting)


def decide(command: AssessmentCommand, assessment: Assessment, now: datetime) -> Iterator[SideEvent | AfterEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case RecordAgainst():
            if assessment.against:
                raise Rejected("assessment_exists", apprentice=assessment.apprentice)
            opened = _opened(command)
            yield _recorded(command.order, opened, _existing(opened), now)
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
        case Reopened(order, void):
            yield _later(order, assessment.without(*void))
        case Resit(by, sitting):
            _check_settled(assessment)
            yield AssessmentResat(by, sitting)
        case Certify(certificate, kind, school_total, enterprise_total):
            school, enterprise = _check_settled(assessment)
            if (school.total, enterprise.total) != (school_total, enterprise_total):
                raise Rejected("assessment_changed_meanwhile")
            yield AssessmentCertified(certificate, kind)
        case Release(certificate, kind):
            # The revocation has decided it; there is nothing here to refuse.
            if certificate in assessment.certificates:
                yield AssessmentReleased(certificate, kind)
        case _:
            assert_never(command)


def _opened(command: RecordAgainst) -> Assessment:
    order, adopted = command.order, command.adopted
    return Assessment(
        apprentice=command.apprentice,
        base=command.base,
        against=version_of(order.adoption, adopted),
        weights=tuple((criterion.id, criterion.weight) for criterion in adopted.criteria),
        apprenticeship=order.apprenticeship,
        enterprise=command.enterprise,
        sitting=command.sitting,
        resit_of=order.resit_of,
    )


def _check_settled(assessment: Assessment) -> tuple[OneSide, OneSide]:
    """The school's and the enterprise's side. Raises Rejected where one is missing, appealed, or was sat again."""
    _existing(assessment)
    if missing := [side.value for side in Side if side not in assessment.sides]:
        raise Rejected("not_assessed_by_both", missing=missing)
    for side, one in assessment.sides.items():
        if one.stage is Stage.APPEALED:
            raise Rejected("appeal_pending", side=side.value)
    _check_not_resat(assessment)
    return assessment.sides[Side.SCHOOL], assessment.sides[Side.ENTERPRISE]


def _check_not_resat(assessment: Assessment) -> None:
    if assessment.resat:
        raise Rejected("resat_already", assessment=assessment.resat)


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
        apprenticeship=assessment.apprenticeship,
        enterprise=assessment.enterprise,
        sitting=assessment.sitting,
        resit_of=assessment.resit_of,
    )


def _day(on: date | None, now: datetime) -> date:
    if on is not None:
        check_happened(on, now)
    return on or now.date()


def _later(command: LaterCommand, assessment: Assessment) -> SideEvent:
    _existing(assessment)
    _check_not_resat(assessment)
    side, one = command.side, assessment.sides.get(command.side)
    if one is None:
        raise Rejected("side_not_assessed", side=side.value)
    apprentice = assessment.apprentice
    match command:
        case Correct(_, assessor, scores, reason):
            _check_marks_open(one, assessment)
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
            _check_marks_open(one, assessment)
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
        certificates=assessment.certificates,
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


def _check_marks_open(one: OneSide, assessment: Assessment) -> None:
    """Raises Rejected where others than an appeal may change the marks no more."""
    _check_open(one, Stage.RECORDED, Stage.CORRECTED)
    if assessment.certificates:
        raise Rejected("assessment_certified_already", certificate=assessment.certificates[0])


def _check_independent(person: str, assessment: Assessment, others: Set[str] = frozenset()) -> None:
    """Raises Rejected where the person assessed a side, is one of the others, or is whom it is about."""
    if person in {*assessment.assessors, *others, assessment.apprentice}:
        raise Rejected("not_independent", person=person)


assessments = Decider("assessments", Assessment, decide, evolve, state_version=3)
