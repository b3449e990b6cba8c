"""What happened to each apprentice: one row per event, in codes and facts that a page puts into words.

It says that and by whom an apprentice was assessed, and no mark: nobody shall see the other side's before giving their
own. Grievances are not in it, for mentors read it; nor are consent and the offers of other enterprises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeAlias, assert_never

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    CourseEvent,
    Direction,
    EmploymentConfirmed,
    ExitReason,
    LearnerRole,
    LearningEvent,
    MentorAssigned,
    MentorKind,
    MentorReassigned,
    MentorRelieved,
    ModulePassed,
    ModuleSelected,
    OfferAccepted,
    RoleAssumed,
    RoleRelinquished,
    TalentPoolJoined,
    TalentPoolLeft,
)
from baseplus.assessment.criteria import Side as AssessedSide
from baseplus.assessment.events import (
    AppealDecided,
    AssessmentAppealed,
    AssessmentCorrected,
    AssessmentModerated,
    AssessmentRecorded,
    CertificateAwarded,
    CertificateKind,
    CertificateRevoked,
    CompetenceSelfAssessed,
    DualCertificationAchieved,
)
from baseplus.mentoring.events import GuidanceGiven
from projections.runner.view import At, Row, View

Happening: TypeAlias = Literal[
    "enrolled",
    "mentor_assigned",
    "mentor_reassigned",
    "mentor_relieved",
    "started",
    "break_started",
    "break_ended",
    "completed",
    "exited",
    "guidance_given",
    "assessment_recorded",
    "assessment_corrected",
    "assessment_moderated",
    "assessment_appealed",
    "appeal_decided",
    "self_assessed",
    "role_assumed",
    "role_relinquished",
    "module_selected",
    "module_passed",
    "certificate_awarded",
    "certificate_revoked",
    "dual_certified",
    "pool_joined",
    "pool_left",
    "hired",
    "destination_confirmed",
]
Side: TypeAlias = Literal["school", "work", "none"]


class TimelineRow(Row):
    """One thing that happened.

    key: the position. apprenticeship: None of what concerns the person, apprentice, in all their apprenticeships. what:
    what happened. day: on which, or from which on it holds. happened_at, recorded_at: as the event says. side: whose it
    is. mentor, previous, reason, direction, hours, assessment: of whom, why and so on, where there is such. subject:
    the role, module, kind of certificate, destination or enterprise that it is about.
    """

    key: str
    apprenticeship: str | None
    apprentice: str | None
    position: int
    what: Happening
    day: date
    happened_at: datetime
    recorded_at: datetime
    side: Side
    mentor: str | None = None
    previous: str | None = None
    reason: ExitReason | None = None
    direction: Direction | None = None
    hours: Decimal | None = None
    assessment: str | None = None
    subject: str | None = None


AssessmentChange = AssessmentRecorded | AssessmentCorrected | AssessmentModerated | AssessmentAppealed | AppealDecided
CertifiedChange = CompetenceSelfAssessed | CertificateAwarded | CertificateRevoked | DualCertificationAchieved
CareerChange = TalentPoolJoined | TalentPoolLeft | OfferAccepted | EmploymentConfirmed
TimelineEvent = CourseEvent | LearningEvent | CareerChange | GuidanceGiven | AssessmentChange | CertifiedChange


class Timeline(View[TimelineRow, TimelineEvent]):
    """One row per event."""

    name: ClassVar = "timeline"
    indexes: ClassVar = (("apprenticeship", "position"), ("apprentice", "position"))

    def keys(self, event: TimelineEvent, at: At) -> Iterable[str]:  # noqa: ARG002 - each is a row of its own
        return (str(at.position),)

    def evolve(self, row: TimelineRow | None, event: TimelineEvent, at: At) -> TimelineRow:  # noqa: ARG002
        match event:
            case GuidanceGiven(apprenticeship, kind, hours, _, on):
                spent = Decimal(hours)
                return _row("guidance_given", at, on, _SIDES[kind], apprenticeship, mentor=at.thing, hours=spent)
            case (
                AssessmentRecorded()
                | AssessmentCorrected()
                | AssessmentModerated()
                | AssessmentAppealed()
                | AppealDecided()
            ):
                return _assessed(event, at)
            case CompetenceSelfAssessed() | CertificateAwarded() | CertificateRevoked() | DualCertificationAchieved():
                return _certified(event, at)
            case (
                RoleAssumed()
                | RoleRelinquished()
                | ModuleSelected()
                | ModulePassed()
                | TalentPoolJoined()
                | TalentPoolLeft()
                | OfferAccepted()
                | EmploymentConfirmed()
            ):
                return _learnt(event, at)
            case _:
                return _of_apprenticeship(event, at)


_SIDES: Mapping[MentorKind | AssessedSide, Side] = {
    MentorKind.CAMPUS_TUTOR: "school",
    MentorKind.ENTERPRISE_MASTER: "work",
    AssessedSide.SCHOOL: "school",
    AssessedSide.ENTERPRISE: "work",
}
_ROLES: Mapping[LearnerRole, Side] = {LearnerRole.STUDENT: "school", LearnerRole.APPRENTICE: "work"}
_KINDS: Mapping[CertificateKind, Side] = {CertificateKind.VOCATIONAL: "school", CertificateKind.ENTERPRISE: "work"}


def _of_apprenticeship(event: CourseEvent, at: At) -> TimelineRow:
    def row(what: Happening, side: Side = "none", **facts: Any) -> TimelineRow:
        return _row(what, at, event.on, side, apprenticeship=at.thing, **facts)

    match event:
        case ApprenticeEnrolled():
            return row("enrolled")
        case MentorAssigned(kind, mentor):
            return row("mentor_assigned", _SIDES[kind], mentor=mentor)
        case MentorReassigned(kind, mentor, previous):
            return row("mentor_reassigned", _SIDES[kind], mentor=mentor, previous=previous)
        case MentorRelieved(kind, mentor):
            return row("mentor_relieved", _SIDES[kind], previous=mentor)
        case ApprenticeshipStarted():
            return row("started")
        case BreakStarted():
            return row("break_started")
        case BreakEnded():
            return row("break_ended")
        case ApprenticeshipCompleted():
            return row("completed")
        case ApprenticeExited(reason=reason, direction=direction):
            return row("exited", reason=reason, direction=direction)
        case _:
            assert_never(event)


def _learnt(event: LearningEvent | CareerChange, at: At) -> TimelineRow:
    def row(what: Happening, side: Side, subject: str) -> TimelineRow:
        return _row(what, at, event.on, side, apprenticeship=at.thing, subject=subject)

    match event:
        case RoleAssumed(role=role):
            return row("role_assumed", _ROLES[role], role.value)
        case RoleRelinquished(role=role):
            return row("role_relinquished", _ROLES[role], role.value)
        case ModuleSelected(module=module):
            return row("module_selected", "school", module)
        case ModulePassed(module=module):
            return row("module_passed", "school", module)
        case TalentPoolJoined(base=base):
            return row("pool_joined", "none", base)
        case TalentPoolLeft(reason=reason):
            return row("pool_left", "none", reason.value)
        case OfferAccepted(enterprise=enterprise):
            return row("hired", "work", enterprise)
        case EmploymentConfirmed(destination=destination):
            return row("destination_confirmed", "none", destination.value)
        case _:
            assert_never(event)


def _certified(event: CertifiedChange, at: At) -> TimelineRow:
    match event:
        case CompetenceSelfAssessed(apprenticeship=apprenticeship, on=on):
            return _row("self_assessed", at, on, "none", apprenticeship=apprenticeship)
        case CertificateAwarded(kind, apprenticeship=apprenticeship, on=on):
            side = _KINDS[kind]
            return _row("certificate_awarded", at, on, side, apprenticeship=apprenticeship, subject=kind.value)
        case CertificateRevoked(kind, apprenticeship=apprenticeship, on=on):
            side = _KINDS[kind]
            return _row("certificate_revoked", at, on, side, apprenticeship=apprenticeship, subject=kind.value)
        case DualCertificationAchieved(on=on):
            return _row("dual_certified", at, on, "none", apprenticeship=at.thing)
        case _:
            assert_never(event)


def _assessed(event: AssessmentChange, at: At) -> TimelineRow:
    def row(what: Happening, day: date, mentor: str | None = None) -> TimelineRow:
        side = _SIDES[event.side]
        return _row(what, at, day, side, apprentice=event.apprentice, assessment=at.thing, mentor=mentor)

    match event:
        case AssessmentRecorded(assessor=assessor, on=on):
            return row("assessment_recorded", on, assessor)
        case AssessmentCorrected(assessor=assessor):
            return row("assessment_corrected", at.time.date(), assessor)
        case AssessmentModerated():
            return row("assessment_moderated", at.time.date())
        case AssessmentAppealed():
            return row("assessment_appealed", at.time.date())
        case AppealDecided():
            return row("appeal_decided", at.time.date())
        case _:
            assert_never(event)


def _row(
    what: Happening,
    at: At,
    day: date,
    side: Side,
    apprenticeship: str | None = None,
    apprentice: str | None = None,
    **facts: Any,
) -> TimelineRow:
    return TimelineRow(
        key=at.key,
        apprenticeship=apprenticeship,
        apprentice=apprentice,
        position=at.position,
        what=what,
        day=day,
        happened_at=at.time,
        recorded_at=at.recorded,
        side=side,
        **facts,
    )
