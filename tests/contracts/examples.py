"""An example of any event, made from its type: the same one every time, and one that a base might have seen."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

E = TypeVar("E", bound=msgspec.Struct)

# The first that the field's pattern takes: those of the field in its struct, of its name, of its type, then these.
_TEXTS = (
    "qinglan",
    "mentoring.guidance_given.v1",
    "mentoring/m-7",
    "f3b1c7d2e8a94560f3b1c7d2e8a94560f3b1c7d2e8a94560f3b1c7d2e8a94560",
)
_BY_NAME = {
    "ApiKeyIssued.label": "Nightly import of attendance",
    "ApiKeyIssued.own": "yunchuan",
    "ApiKeyRevoked.reason": "Its token was in a mail",
    "ApprenticeEnrolled.name": "Shen Yutong",
    "ApprenticeNamed.name": "Lin Xiaoyu",
    "Clause.id": "guidance",
    "Money.amount": "480000",
    "MentorRegistered.name": "Gao Mingze",
    "AttendanceCorroborated.by": "m-gao",
    "PilotCohortSelected.apprenticeships": "ap-17",
    "Topic.id": "speeds-and-feeds",
    "AttendanceDisputed.by": "m-gao",
    "AttendanceDisputed.reason": "The machine stood still on that day.",
    "AttendanceWithdrawn.reason": "It was the day after.",
    "Module.description": "Turning and milling on the machines of the enterprise.",
    "Module.id": "machining",
    "Module.title": "Machining",
    "PilotCohortSelected.grade": "Mechatronics, second year",
    "PilotEvaluated.findings": "The workshop had too few lathes in the first weeks.",
    "PlanAmended.reason": "The new machine is taught from the second year on.",
    "PlanAmended.title": "CNC machinist, three years",
    "PlanDrafted.title": "CNC machinist, three years",
    "ReflectionReviewed.text": "Well seen. Next time measure before the second cut.",
    "ReflectionSubmitted.text": "I learnt to measure before I cut.",
    "TaskAccepted.comment": "Within the tolerance at first.",
    "TaskAssigned.title": "Turn a shaft to the drawing",
    "TaskReturned.reason": "The bearing seat is 0.02 too small.",
    "TaskSubmitted.output": "Shaft 3, in the rack at the second lathe",
    "TheoryUnitLinkedToTask.unit": "speeds-and-feeds",
    "Topic.title": "Speeds and feeds",
    "OrganisationRegistered.name": "Yunchuan Drives",
    "OutcomeReturnCorrected.reason": "Two learners were counted twice",
    "Criterion.description": "Every dimension within its tolerance.",
    "Criterion.id": "turning",
    "Criterion.title": "Turns a shaft to a drawing",
    "AssessmentRecorded.comment": "Works with care; measures too seldom.",
    "AssessmentCorrected.previous": "62.00",
    "AssessmentModerated.previous": "88.00",
    "AppealDecided.previous": "79.00",
    "AssessmentCorrected.reason": "Two scores were swapped.",
    "AssessmentModerated.reason": "Scored as in the other workshops.",
    "AppealDecided.reason": "The shaft was measured again.",
    "PlaceTaken.by": "cnc-2026",
    "SkillStandardPublished.title": "CNC machining, final assessment",
    "StandardAdopted.title": "CNC machining, final assessment",
    "BaseClosed.reason": "The enterprise moved to another region.",
    "BaseFounded.name": "Drives base",
    "BaseFounded.region": "Qingdao",
    "CultureActivityHeld.title": "Spring walk",
    "HoldingTakenOn.thing": "mill-5",
    "InspectionCompleted.findings": "No fire blanket at the mill",
    "MajorEventDecided.decision": "The hall stays shut for a week.",
    "MajorEventEscalated.account": "The mill overheated and its cover burnt.",
    "MajorEventEscalated.title": "A fire in hall 3",
    "ManagerAppointed.name": "Bai Yang",
    "PartnerContacted.about": "The next intake",
    "PostCreated.reports_to": "dean",
    "PostCreated.title": "Teacher in charge",
    "PostHandedOver.handed_over": "Keys of hall 3",
    "PostHandedOver.name": "Cao Rui",
    "PostVacated.reason": "Graduated",
    "RegulationAdopted.text": "Everybody signs in and out.",
    "RegulationAdopted.title": "Student management",
    "RegulationAmended.reason": "People were missed.",
    "RegulationAmended.text": "Everybody signs in and out.",
    "RegulationBreachRecorded.account": "Left without signing out.",
    "ResourceContributed.title": "Five-axis mill",
    "ServiceCancelled.reason": "Too late for us",
    "ServiceOffered.title": "Advice for founders",
    "ServiceRated.comment": "Saved us a lawsuit.",
    "ServiceRequested.wish": "A contract to look at.",
    "ServiceWithdrawn.reason": "Nobody here knows the law any more.",
    "SiteRegistered.name": "Hall 3",
    "activity": "walk-2026",
    "address": "88 Lake Road, Qingdao",
    "CompensationAgreed.payer": "Hengtai Machines",
    "CostCorrected.reason": "Two days were unpaid.",
    "CostIncurred.note": "Overtime included.",
    "IncubationEnded.reason": "No customer would pay for it.",
    "IncubationGraduated.company": "Grip Machines",
    "OutputCorrected.reason": "Forty parts were scrap.",
    "OutputValued.note": "Two hundred flanges turned.",
    "Part.amount": "1200.50",
    "ProductRegistered.title": "Gripper for castings",
    "ProductVerified.evidence": "It lifted forty castings in an hour.",
    "ProjectAbandoned.reason": "Too heavy for the robot.",
    "ProjectProposed.title": "A gripper for castings",
    "ProjectRejected.reason": "No machine is free.",
    "Rate.currency": "EUR",
    "GrievanceRaised.text": "Three weeks of sweeping, and not one hour at the lathe.",
    "GrievanceResolved.resolution": "Back at the lathe since Monday; talks every other week.",
    "CompetenceSelfAssessed.reflection": "Sure at the lathe; measuring takes me too long.",
    "CertificateRevoked.reason": "The shaft was made by somebody else.",
    "TeacherDispatchMissed.reason": "Ill",
    "TeacherSecondmentCompleted.report": "Six weeks in the tool shop.",
    "OfferMade.position": "Machinist, second shift",
    "EvidenceCounted.through": "cnc-to-shop",
    "GrievanceRaised.about": "m-xu",
    "assessment": "as-17",
    "awarded_by": "machinists",
    "certificate": "cert-2026-17",
    "crosswalk": "cnc-to-shop",
    "dispatch": "dispatch-4",
    "enterprise_certificate": "cert-2026-17",
    "handler": "t-zhou",
    "handlers": "t-zhou",
    "host": "qinglan",
    "left": "turning",
    "offer": "offer-3",
    "right": "shafts",
    "vocational_certificate": "cert-2026-18",
    "adoption": "cnc-2026",
    "agreement": "agr-2025-014",
    "aim": "Picks castings off the belt without marking them.",
    "ActionRaised.title": "Renew two lathes",
    "ActionClosed.result": "Two new lathes stand in the workshop.",
    "AssociationReviewIssued.association": "machinists",
    "AuthorityDriftCleared.reason": "Two masters were ill.",
    "JointReviewHeld.summary": "Two lathes are worn out.",
    "AssociationReviewIssued.summary": "Sound, but two lathes are worn out.",
    "RiskAppealed.grounds": "They wrote it together.",
    "RiskConfirmed.reason": "The texts are the same.",
    "SecondClassroomRiskCleared.reason": "It was a text that all had to copy.",
    "about": "ap-17",
    "appellant": "m-gao",
    "origin": "reviews/r-2026-1",
    "owner": "yunchuan",
    "amendment": "am-1",
    "amount": "16",
    "area": "420",
    "apprentice": "person-17",
    "apprenticeship": "ap-17",
    "assessor": "m-gao",
    "assignee": "person-33",
    "association": "machinists",
    "base": "drives",
    "booked_by": "person-17",
    "booking": "bk-204",
    "breach": "br-3",
    "category": "Engineering",
    "clause": "guidance",
    "contact": "call-12",
    "contributor": "yunchuan",
    "cost": "wage-2026-03",
    "criterion": "turning",
    "currency": "CNY",
    "decided_by": "m-he",
    "enterprise": "yunchuan",
    "evidence": "Twelve years at the lathe, of which four as head of the workshop",
    "findings": "Three customers were asked, and two would buy.",
    "grounds": "The fixture was worn out.",
    "hours": "2.5",
    "industry": "machinery",
    "inspection": "safety-9",
    "inspector": "person-31",
    "scheduled": "4",
    "indicator": "sustained_destination_rate",
    "matter": "fire",
    "joined": "person-17",
    "makers": "person-17",
    "mentor": "m-gao",
    "minutes": "Worth trying with the old robot first.",
    "moderator": "m-xu",
    "name": "Qinglan University",
    "note": "Will build machines at Hengtai.",
    "noted_by": "m-he",
    "occupation": "cnc-machinist",
    "organisation": "yunchuan",
    "organiser": "person-32",
    "outgoing": "person-30",
    "partner": "yunchuan",
    "output": "output-2026-03",
    "participants": "person-17",
    "payment": "payment-1",
    "person": "person-3",
    "post": "head",
    "previous": "m-xu",
    "provider": "yunchuan",
    "purpose": "Milling the shaft",
    "raised_by": "person-30",
    "product": "gripper-1",
    "proposer": "person-17",
    "reason": "The workshop was flooded.",
    "regulation": "students",
    "removed": "workshop",
    "request": "rq-88",
    "requester": "person-17",
    "resources": "mill-5",
    "services": "advice",
    "site": "hall-3",
    "report": "report-7",
    "reporter": "person-17",
    "result": "In use on two belts.",
    "standard": "cnc-machining",
    "summary": "Drawn and simulated; parts are ordered.",
    "text": "Yunchuan Drives guides each apprentice for 16 hours a month.",
    "title": "Joint training of drive technology apprentices",
    "tutor": "m-he",
    "unit": "hours",
    "use": "use-311",
    "used_by": "person-17",
    "verifier": "m-xu",
    "cohort": "pilot-2026",
    "behind": "m-gao",
    "module": "machining",
    "plan": "plan-cnc",
    "reflection": "r-12",
    "school": "qinglan",
    "skill": "turning",
    "task": "shaft-3",
}
_NUMBERS = {
    "by_school": 8,
    "by_enterprise": 12,
    "limit": 14,
    "share": 40,
    "threshold": 30,
    "by": 3,
    "capacity": 6,
    "completions": 120,
    "months": 12,
    "occurrence": 2,
    "participants": 31,
    "payback_months": 14,
    "people": 4,
    "percent": 100,
    "points": 84,
    "position": 48213,
    "positions": 48213,
    "progress": 40,
    "rate": 87,
    "sitting": 2,
    "stars": 5,
    "universities": 25,
    "version": 2,
    "weekly_hours": 40,
    "weight": 100,
    "attempt": 2,
    "attempts": 2,
    "claims_left": 11,
    "counts": 9,
    "electives": 1,
    "left": 8,
    "nth": 12,
    "submission": 1,
}
_TIMES = {"until": datetime(2026, 3, 2, 11, 30, tzinfo=UTC)}
_DAYS = {
    "admitted": date(2026, 1, 12),
    "approved": date(2026, 1, 12),
    "began": date(2026, 3, 2),
    "ends": date(2029, 2, 28),
    "escalated": date(2026, 2, 27),
    "left": date(2026, 3, 2),
    "on": date(2026, 3, 2),
    "requested": date(2026, 2, 27),
    "since": date(2026, 2, 1),
    "until": date(2026, 2, 28),
    "starts": date(2026, 3, 1),
    "submitted": date(2026, 2, 27),
}


def example(event: type[E]) -> E:
    """The example of an event type. Raises TypeError for a field that none is known for."""
    return msgspec.convert(_value(inspect.type_info(event), "", ()), event)


def _value(kind: inspect.Type, name: str, said: tuple[str, ...]) -> Any:
    """name: the field's, after its struct's. said: examples that the field's type gives."""
    field = name.rpartition(".")[2]
    match kind:
        case inspect.Metadata(inner, extra):
            return _value(inner, name, (*said, *map(str, (extra or {}).get("examples", ()))))
        case inspect.UnionType(types):
            return _value(next(one for one in types if not isinstance(one, inspect.NoneType)), name, said)
        case inspect.StructType():
            return _fields(kind)
        case inspect.VarTupleType(item) | inspect.ListType(item) | inspect.SetType(item) | inspect.FrozenSetType(item):
            return [_value(item, name, said)]
        case inspect.DictType(key, value):
            return {_value(key, name, said): _value(value, name, said)}
        case inspect.EnumType(cls):
            return next(iter(cls)).value
        case inspect.LiteralType(values):
            return values[0]
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return _NUMBERS.get(field, kind.ge or 7)
        case inspect.DateType():
            return _DAYS.get(field, date(2026, 3, 31))
        case inspect.DateTimeType():
            return _TIMES.get(field, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
        case inspect.StrType():
            return _text(kind, name, said)
        case _:
            raise TypeError(f"{name}: teach tests/contracts/examples.py to make a {type(kind).__name__}")


def _fields(struct: inspect.StructType) -> dict[str, Any]:
    names = ((field, f"{struct.cls.__name__}.{field.encode_name}") for field in struct.fields)
    made = {field.encode_name: _value(field.type, name, ()) for field, name in names}
    return {struct.tag_field: struct.tag, **made} if struct.tag_field else made


def _text(kind: inspect.StrType, name: str, said: tuple[str, ...]) -> str:
    named = (_BY_NAME[key] for key in (name, name.rpartition(".")[2]) if key in _BY_NAME)
    for text in (*named, *said, *_TEXTS):
        if re.search(kind.pattern or "", text):
            return text
    raise TypeError(f"{name}: give tests/contracts/examples.py a text that matches {kind.pattern}")
