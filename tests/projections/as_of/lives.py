"""Random lives of apprentices and assessments, entered late and corrected, and an account of them that knows no view.

Everything is ordered through the rules. What comes out is put into the store as it would have been over months: each
event with the time at which it happened and the later one at which it was recorded.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    Direction,
    ExitReason,
    LearnerRole,
    MentorAssigned,
    MentorKind,
    MentorReassigned,
    MentorRelieved,
    ModulePassed,
    ModuleSelected,
    RoleAssumed,
    RoleRelinquished,
)
from baseplus.apprenticeships.learning import AssumeRole, PassModule, RelinquishRole, SelectModule
from baseplus.apprenticeships.model import (
    AssignMentor,
    Complete,
    EndBreak,
    Enrol,
    Exit,
    ReassignMentor,
    RelieveMentor,
    Start,
    StartBreak,
    apprenticeships,
)
from baseplus.assessment.assessments import Appeal, Correct, DecideAppeal, Moderate, RecordOtherSide, assessments
from baseplus.assessment.criteria import Side
from baseplus.assessment.events import (
    AppealDecided,
    AppealOutcome,
    AssessmentAppealed,
    AssessmentCorrected,
    AssessmentModerated,
    AssessmentRecorded,
)
from baseplus.kernel.decisions import Decider
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Rejected
from tests.assessment.story import known, record, scores

FIRST = date(2025, 9, 1)
TUTORS, MASTERS = ("t-he", "t-lin"), ("m-gao", "m-xu")


@dataclass(frozen=True)
class Fact:
    """An event with its two times, both UTC."""

    event: Event
    occurred_at: datetime
    recorded_at: datetime


def life(chance: random.Random, decider: Decider[Any, Any, Any], orders: Callable[..., Any], length: int) -> list[Fact]:
    """What follows from random orders, each recorded at its time and up to three weeks after it happened."""
    now = datetime(FIRST.year, FIRST.month, FIRST.day, 7, 30, tzinfo=UTC)
    state, facts = decider.initial(), list[Fact]()
    for number in range(length):
        now += timedelta(days=chance.choice([0, 0, 1, 2, 9]), hours=chance.choice([0, 1, 16]), microseconds=1)
        late = timedelta(days=chance.choice([0, 0, 0, 1, 6, 21]))
        on = max((now - late).date(), FIRST)
        try:
            happened = list(decider.decide(orders(chance, number, on), state, now))
        except Rejected:
            continue
        state = decider.fold(happened, state)
        facts += [Fact(event, now - late, now) for event in happened]
    return facts


def apprentice_orders(chance: random.Random, number: int, on: date) -> Any:
    """First somebody is enrolled, then anything."""
    if not number:
        return Enrol("person-17", "Shen Yutong", "drives", "yunchuan", "cnc-machinist", "agr-1", on)
    kind = chance.choice([*MentorKind])
    mentor = chance.choice(TUTORS if kind is MentorKind.CAMPUS_TUTOR else MASTERS)
    role, module = chance.choice([*LearnerRole]), chance.choice(["milling", "turning"])
    return chance.choices(
        [
            AssignMentor(kind, mentor, on),
            ReassignMentor(kind, mentor, on),
            RelieveMentor(kind, on),
            Start(on),
            StartBreak(on),
            EndBreak(on),
            AssumeRole(role, on),
            RelinquishRole(role, on),
            SelectModule("plan-1", module, on),
            PassModule(module, on, chance.randrange(101)),
            Complete(on),
            Exit(ExitReason.OTHER, Direction.WORK, on),
        ],
        weights=[9, 4, 2, 6, 3, 3, 3, 2, 4, 4, 0.3, 0.3],
    )[0]


def assessment_orders(chance: random.Random, number: int, on: date) -> Any:
    """First one side assesses, then anything."""
    given = scores(chance.randrange(101), chance.randrange(101), chance.randrange(101))
    side = chance.choice([*Side])
    assessor = "t-he" if side is Side.SCHOOL else "m-gao"
    if not number:
        return known(record(side, assessor, given, on))
    outcome = chance.choice([*AppealOutcome])
    return chance.choices(
        [
            RecordOtherSide(side, assessor, given, on),
            Correct(side, assessor, given, "A slip"),
            Moderate(side, "t-lin", given, "As elsewhere"),
            Appeal(side, "It was right"),
            DecideAppeal(side, "t-zhou", outcome, "…", given if outcome is AppealOutcome.UPHELD else ()),
        ],
        weights=[4, 5, 1, 1, 2],
    )[0]


def recorded_by(facts: Sequence[Fact], day: date | None) -> Iterator[Fact]:
    """Those recorded by the end of a day."""
    return (fact for fact in facts if day is None or fact.recorded_at.date() <= day)


def happened_by(facts: Sequence[Fact], day: date | None) -> Iterator[Fact]:
    """Those that had happened by the end of a day: the day they name, else their time's. What corrects an assessment is
    as old as that."""
    for fact in facts:
        at = _day_of(next(f for f in facts if _sided(f, fact))) if _corrects(fact) else _day_of(fact)
        if day is None or at <= day:
            yield fact


def _day_of(fact: Fact) -> date:
    return fact.event.on if "on" in fact.event.__struct_fields__ else fact.occurred_at.date()  # type: ignore[attr-defined]


def _corrects(fact: Fact) -> bool:
    return isinstance(fact.event, AssessmentCorrected)


def _sided(first: Fact, correction: Fact) -> bool:
    side = correction.event.side  # type: ignore[attr-defined]
    return isinstance(first.event, AssessmentRecorded) and first.event.side is side


@dataclass
class Apprentice:
    """An apprentice, as a person with the history before them would tell."""

    state: str = "enrolled"
    guides: dict[MentorKind, str] = field(default_factory=dict)
    former: int = 0
    roles: list[tuple[LearnerRole, bool]] = field(default_factory=list)
    modules: dict[str, int | None] = field(default_factory=dict)


def told_of_apprentice(facts: Iterator[Fact]) -> Apprentice | None:
    """The account of what these facts say; None where nobody was enrolled."""
    told: Apprentice | None = None
    for fact in facts:
        event = fact.event
        if isinstance(event, ApprenticeEnrolled):
            told = Apprentice()
        elif told is not None:
            _tell(told, event)
    return told


def _tell(told: Apprentice, event: Event) -> None:
    states: dict[type[Event], str] = {
        ApprenticeshipStarted: "in_training",
        BreakStarted: "on_break",
        BreakEnded: "in_training",
        ApprenticeshipCompleted: "completed",
        ApprenticeExited: "exited",
    }
    told.state = states.get(type(event), told.state)
    if isinstance(event, MentorReassigned | MentorRelieved) and event.kind in told.guides:
        del told.guides[event.kind]
        told.former += 1
    if isinstance(event, MentorAssigned | MentorReassigned):
        told.guides[event.kind] = event.mentor
    if isinstance(event, RoleAssumed):
        told.roles.append((event.role, True))
    if isinstance(event, RoleRelinquished):
        told.roles = [(role, held and role is not event.role) for role, held in told.roles]
    if isinstance(event, ModuleSelected):
        told.modules[event.module] = None
    if isinstance(event, ModulePassed) and event.module in told.modules:
        told.modules[event.module] = event.points


Sides = dict[Side, tuple[str, str, str]]
"""Per side: the total that counts, the one that the assessor gave, and what happened last."""


def told_of_assessment(facts: Iterator[Fact]) -> Sides:
    """The account of what these facts say of each side."""
    told: Sides = {}
    names: dict[type[Event], str] = {
        AssessmentCorrected: "corrected",
        AssessmentModerated: "moderated",
        AssessmentAppealed: "appealed",
        AppealDecided: "decided",
    }
    for fact in facts:
        event = fact.event
        if isinstance(event, AssessmentRecorded):
            told[event.side] = (event.total, event.total, "recorded")
        elif (side := event.side) in told:  # type: ignore[attr-defined]
            total, given, _ = told[side]
            total = getattr(event, "total", total)
            given = total if isinstance(event, AssessmentCorrected) else given
            told[side] = (total, given, names[type(event)])
    return told


def an_apprentice(chance: random.Random) -> list[Fact]:
    return life(chance, apprenticeships, apprentice_orders, 45)


def an_assessment(chance: random.Random) -> list[Fact]:
    return life(chance, assessments, assessment_orders, 14)
