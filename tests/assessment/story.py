"""A standard, its adoption and an assessment by both sides, event by event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from baseplus.assessment.adoptions import AdoptPublished, AdoptStandard, adoptions
from baseplus.assessment.assessments import Correct, Record, RecordAgainst, RecordOtherSide, assessments
from baseplus.assessment.criteria import AdoptedVersion, Criterion, Evidence, Mark, Score, Side, total_of
from baseplus.assessment.events import (
    AssessmentAppealed,
    AssessmentModerated,
    AssessmentRecorded,
    SkillStandardPublished,
    StandardAdopted,
)
from baseplus.assessment.standards import Publish, standards
from baseplus.assessment.text import StandardText
from baseplus.kernel.decisions import Decider
from baseplus.kernel.events import Event
from baseplus.kernel.scenario import NOON, Scenario
from baseplus.kernel.vocabulary import TenantId

SCHOOL, ENTERPRISE = Side.SCHOOL, Side.ENTERPRISE
ASSOCIATION, TODAY = "machinists", NOON.date()
TITLE = "CNC machining"
CRITERIA = (
    Criterion("turning", "Turns a shaft to a drawing", 50),
    Criterion("measuring", "Measures what was made", 30),
    Criterion("safety", "Works safely", 20),
)
WEIGHTS = tuple((criterion.id, criterion.weight) for criterion in CRITERIA)
DIGEST = StandardText(occupation="cnc-machinist", title=TITLE, version=1, criteria=CRITERIA).digest

given_standard, given_adoption, given = Scenario(standards), Scenario(adoptions), Scenario(assessments)

publish = Publish("cnc-machinist", TITLE, CRITERIA)
published = SkillStandardPublished("cnc-machinist", TITLE, 1, CRITERIA, DIGEST)
order = AdoptStandard(ASSOCIATION, "cnc", 1, DIGEST)
adopt = AdoptPublished(order, published)
adopted = StandardAdopted(ASSOCIATION, "cnc", 1, DIGEST, "cnc-machinist", TITLE, CRITERIA)
against = AdoptedVersion("cnc-1", ASSOCIATION, "cnc", 1, DIGEST, "cnc-machinist")


def scores(turning: int, measuring: int, safety: int) -> tuple[Score, ...]:
    seen = (Evidence("logbook/shaft-3", 41),)
    return (Score("turning", turning, seen), Score("measuring", measuring), Score("safety", safety))


def marks(turning: int, measuring: int, safety: int) -> tuple[Mark, ...]:
    weights = dict(WEIGHTS)
    return tuple(
        Mark(score.criterion, weights[score.criterion], score.points, score.evidence)
        for score in scores(turning, measuring, safety)
    )


def record(
    side: Side = SCHOOL,
    assessor: str = "t-he",
    given_scores: Iterable[Score] = scores(80, 70, 100),
    on: date | None = None,
    apprentice: str = "person-17",
    adoption: str = "cnc-1",
) -> Record:
    return Record(apprentice, "drives", adoption, side, assessor, tuple(given_scores), on)


def known(order: Record) -> RecordAgainst:
    return RecordAgainst(order, adopted)


def recorded(
    points: tuple[int, int, int] = (80, 70, 100),
    side: Side = SCHOOL,
    assessor: str = "t-he",
    other_total: str | None = None,
    on: date = TODAY,
    began: date = TODAY,
) -> AssessmentRecorded:
    made = marks(*points)
    return AssessmentRecorded(
        "person-17", "drives", against, side, assessor, made, total_of(made), on, began, other_total
    )


by_school = recorded()
by_enterprise = recorded((60, 70, 90), ENTERPRISE, "m-gao", "81.00")
joint = (by_school, by_enterprise)
other_side = RecordOtherSide(ENTERPRISE, "m-gao", scores(60, 70, 90))
correct = Correct(SCHOOL, "t-he", scores(90, 70, 100), "Two scores were swapped")
moderated = AssessmentModerated("person-17", SCHOOL, "t-lin", marks(70, 70, 100), "76.00", "81.00", "As elsewhere")
appealed = AssessmentAppealed("person-17", SCHOOL, "The fixture was worn out")


def loading(**things: tuple[Event, ...]) -> Any:
    """Reads what these streams hold: `tenant__capability__thing`, with hyphens left out."""

    def load(tenant: TenantId, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        events = things.get(f"{tenant}__{decider.name}__{thing}".replace("-", ""), ())
        return decider.fold(events), len(events)

    return load
