"""A standard, its adoption and an assessment by both sides, event by event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from baseplus.apprenticeships.model import Enrol, apprenticeships
from baseplus.assessment.adoptions import AdoptPublished, AdoptStandard, adoptions
from baseplus.assessment.assessments import Correct, Record, RecordAgainst, RecordOtherSide, assessments
from baseplus.assessment.criteria import AdoptedVersion, Criterion, Evidence, Mark, Score, Side, total_of
from baseplus.assessment.events import (
    AssessmentAppealed,
    AssessmentCorrected,
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
from infra.postgres.store import Store

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
    apprenticeship: str = "ap-17",
    adoption: str = "cnc-1",
    resit_of: str | None = None,
) -> Record:
    return Record(apprenticeship, adoption, side, assessor, tuple(given_scores), on, resit_of=resit_of)


def known(order: Record, sitting: int = 1) -> RecordAgainst:
    return RecordAgainst(order, adopted, "person-17", "drives", "yunchuan", sitting)


def enrol(store: Store, tenant: TenantId, *apprenticeships_: str) -> None:
    """Enrol these: ap-17 is the apprenticeship of person-17."""
    for thing in apprenticeships_:
        person = thing.replace("ap-", "person-")
        order = Enrol(person, "Shen Yutong", "drives", "yunchuan", "cnc-machinist", "agr-2025-014")
        store.execute(tenant, apprenticeships, thing, order)


def recorded(
    points: tuple[int, int, int] = (80, 70, 100),
    side: Side = SCHOOL,
    assessor: str = "t-he",
    other_total: str | None = None,
    on: date = TODAY,
    began: date = TODAY,
    sitting: int = 1,
    resit_of: str | None = None,
) -> AssessmentRecorded:
    made = marks(*points)
    return AssessmentRecorded(
        apprentice="person-17",
        base="drives",
        against=against,
        side=side,
        assessor=assessor,
        marks=made,
        total=total_of(made),
        on=on,
        began=began,
        other_total=other_total,
        apprenticeship="ap-17",
        enterprise="yunchuan",
        sitting=sitting,
        resit_of=resit_of,
    )


by_school = recorded()
by_enterprise = recorded((60, 70, 90), ENTERPRISE, "m-gao", "81.00")
joint = (by_school, by_enterprise)
other_side = RecordOtherSide(ENTERPRISE, "m-gao", scores(60, 70, 90))
correct = Correct(SCHOOL, "t-he", scores(90, 70, 100), "Two scores were swapped")
corrected = AssessmentCorrected(
    apprentice="person-17",
    base="drives",
    side=SCHOOL,
    assessor="t-he",
    marks=marks(90, 70, 100),
    total="86.00",
    previous="81.00",
    began=TODAY,
    reason="Two scores were swapped",
)
moderated = AssessmentModerated("person-17", SCHOOL, "t-lin", marks(70, 70, 100), "76.00", "81.00", "As elsewhere")
appealed = AssessmentAppealed("person-17", SCHOOL, "The fixture was worn out")


def loading(**things: tuple[Event, ...]) -> Any:
    """Reads what these streams hold: `tenant__capability__thing`, with hyphens left out."""

    def load(tenant: TenantId, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        events = things.get(f"{tenant}__{decider.name}__{thing}".replace("-", ""), ())
        return decider.fold(events), len(events)

    return load
