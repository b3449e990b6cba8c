"""A year at a university, told by commands: the same one for the same seed, whoever reacts to it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.model import Resume, Suspend, Terminate, agreements
from baseplus.agreements.terms import Clause, Every, Obligation, Quantity
from baseplus.agreements.text import AgreementText
from baseplus.apprenticeships.events import Direction, ExitReason, MentorKind
from baseplus.apprenticeships.model import AssignMentor, Enrol, Exit, Start, apprenticeships
from baseplus.kernel.decisions import Step
from baseplus.mentoring.events import Channel, GuidanceGiven
from baseplus.mentoring.model import GiveGuidance, Register, mentoring
from baseplus.oversight.events import JointReviewHeld
from baseplus.oversight.reviews import HoldJointReview, reviews
from baseplus.oversight.terms import Present, Standing
from tests.agreements.story import ENTERPRISE, SCHOOL

FIRST = date(2026, 1, 5)
_STEP = timedelta(days=10)
_AGREEMENTS = ("agr-1", "agr-2", "agr-3")


def clauses(agreement: str) -> tuple[Clause, ...]:
    """Hours of guidance every month, or every second one; a review every quarter."""
    months = 1 if agreement == "agr-1" else 2
    hours = Obligation((GuidanceGiven.TYPE,), Every(months, date(2026, 1, 31)), Quantity("12", "hours"))
    review = Obligation((JointReviewHeld.TYPE,), Every(3, date(2026, 3, 31)))
    return Clause("guide", "yunchuan", "…", hours), Clause("review", "qinglan", "…", review)


def days(seed: int) -> Iterator[tuple[date, list[Step]]]:
    """Every tenth day of the year, and what people do on it, in one request."""
    chance = random.Random(seed)
    today = FIRST
    yield today, list(_beginning(today))
    suspended = False
    for number in range(1, 37):
        today += _STEP
        steps = [step for pair in range(3) for step in _guidance(chance, pair, today)]
        if number % 9 == 4:
            steps.append(Step(reviews, f"r-{number}", _review(today)))
        if number in (14, 19):
            suspended = not suspended
            order = Suspend("yunchuan", "…") if suspended else Resume("yunchuan")
            steps.append(Step(agreements, "agr-2", order))
        if number == 24:
            steps.append(Step(apprenticeships, "ap-2", Exit(ExitReason.POACHED, Direction.WORK, today)))
        if number == 30:
            steps.append(Step(agreements, "agr-3", Terminate("qinglan", "…", today)))
        yield today, steps


def _beginning(today: date) -> Iterator[Step]:
    for mentor, kind in (("master", MentorKind.ENTERPRISE_MASTER), ("tutor", MentorKind.CAMPUS_TUTOR)):
        yield Step(mentoring, mentor, Register(mentor, "…", kind, "yunchuan"))
    for number, agreement in enumerate(_AGREEMENTS):
        told = clauses(agreement)
        ends = date(2026, 11, 30) if number == 1 else None
        text = AgreementText(title="…", parties=(SCHOOL, ENTERPRISE), clauses=told, ends=ends)
        yield Step(agreements, agreement, Draft("…", (SCHOOL, ENTERPRISE), None, ends))
        for clause in told:
            order = AddClause(clause.id, clause.party, clause.text, clause.obligation)
            yield Step(agreements, agreement, order)
        yield Step(agreements, agreement, Propose())
        for party in ("qinglan", "yunchuan"):
            yield Step(agreements, agreement, Sign(party, text.digest))
        person = f"ap-{number}"
        enrol = Enrol(person, "…", "drives", "yunchuan", "fitter", agreement, today)
        yield Step(apprenticeships, person, enrol)
        for mentor, kind in (("master", MentorKind.ENTERPRISE_MASTER), ("tutor", MentorKind.CAMPUS_TUTOR)):
            yield Step(apprenticeships, person, AssignMentor(kind, mentor, today))
        yield Step(apprenticeships, person, Start(today))


def _guidance(chance: random.Random, number: int, today: date) -> Iterator[Step]:
    """Mostly enough, sometimes too little, and at times recorded only after the due date had passed."""
    hours, late, mentor = chance.choice(("2", "4", "6.5")), chance.choice((0, 0, 9)), chance.choice(("master", "tutor"))
    if number != 2 or today < date(2026, 8, 1):
        on = today - timedelta(days=late)
        yield Step(mentoring, mentor, GiveGuidance(f"ap-{number}", hours, Channel.OFFLINE, max(on, FIRST)))


def _review(today: date) -> HoldJointReview:
    present = (Present("qinglan", Standing.SCHOOL), Present("yunchuan", Standing.ENTERPRISE))
    return HoldJointReview("drives", present, "…", today - timedelta(days=60), today, today)
