from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from baseplus.training_plans.events import (
    PilotEvaluated,
    PilotOutcome,
    PlanActivated,
    PlanSuperseded,
    TheoryUnitLinkedToTask,
    TrainingPlanEvent,
)
from baseplus.training_plans.parts import Link, Side
from projections.training_plans.views import ActiveVersion, Endorsement, PilotRun, PlanRow, TrainingPlans
from tests.apprenticeships.story import day
from tests.projections.folding import fold, time
from tests.training_plans.story import (
    FEWER,
    FIRST,
    MODULES,
    SECOND,
    TITLE,
    TODAY,
    active,
    amended,
    by_association,
    by_school,
    drafted,
    endorsed,
    piloting,
)

RECORDED = timedelta(hours=1)
LINKED = TheoryUnitLinkedToTask("steel", "shaft")


def plan(*history: TrainingPlanEvent) -> Any:
    return fold(TrainingPlans(), "training_plans/plan-cnc", history)["plan-cnc"]


def test_a_drafted_plan_waits_for_three_endorsements() -> None:
    assert plan(drafted) == PlanRow(
        id="plan-cnc",
        title=TITLE,
        occupation="cnc-machinist",
        school="qinglan",
        enterprise="yunchuan",
        association="machinists",
        state="draft",
        version=1,
        digest=FIRST,
        electives=1,
        hours=Decimal(120),
        modules=list(MODULES),
        links=[],
        endorsements=[],
        missing=[Side.SCHOOL, Side.ENTERPRISE, Side.ASSOCIATION],
        active=[],
        pilots=[],
        drafted_at=time(1) + RECORDED,
        position=1,
    )


def test_a_plan_says_who_has_endorsed_it_and_who_has_not() -> None:
    row = plan(drafted, by_school, by_association)
    assert row.missing == [Side.ENTERPRISE]
    assert row.endorsements == [
        Endorsement(Side.SCHOOL, "qinglan", 1, time(2) + RECORDED, 2),
        Endorsement(Side.ASSOCIATION, "machinists", 1, time(3) + RECORDED, 3),
    ]


def test_an_active_plan_says_since_when_and_a_superseded_version_until_when() -> None:
    row = plan(*active)
    assert (row.state, row.active_version, row.active_since) == ("active", 1, day(2, month=2))
    later = (*active, amended, *endorsed(2, SECOND), PlanActivated(2, SECOND, TODAY), PlanSuperseded(1, 2, TODAY))
    row = plan(*later)
    assert (row.state, row.active_version, row.active_since, row.version) == ("active", 2, TODAY, 2)
    assert row.active == [ActiveVersion(1, FIRST, day(2, month=2), TODAY), ActiveVersion(2, SECOND, TODAY)]


def test_an_amended_plan_waits_anew_and_the_active_version_stays() -> None:
    row = plan(*active, LINKED, amended)
    assert (row.state, row.version, row.active_version, row.digest) == ("being_amended", 2, 1, SECOND)
    assert (row.modules, row.reason, row.missing, len(row.endorsements)) == (
        list(FEWER),
        "Robots come later",
        list(Side),
        3,
    )
    assert plan(drafted, amended).state == "draft"


def test_links_are_those_of_the_latest_version() -> None:
    assert plan(drafted, LINKED).links == [Link("steel", "shaft")]
    assert plan(drafted, LINKED, amended).links == []


def test_a_pilot_says_how_it_went() -> None:
    begun = PilotRun("pilot-1", 1, "Mechatronics, second year", ["ap-1", "ap-2"], day(16, month=2))
    assert plan(*piloting).pilots == [begun]
    evaluated = PilotEvaluated("pilot-1", 1, PilotOutcome.AMEND, "Too few lathes", TODAY)
    (pilot,) = plan(*piloting, evaluated).pilots
    assert (pilot.outcome, pilot.findings, pilot.evaluated_on) == (PilotOutcome.AMEND, "Too few lathes", TODAY)


def test_what_happens_to_a_plan_that_was_never_drafted_makes_no_row() -> None:
    assert fold(TrainingPlans(), "training_plans/plan-cnc", [by_school]) == {}
