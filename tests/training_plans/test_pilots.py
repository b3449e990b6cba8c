from __future__ import annotations

import msgspec

from baseplus.training_plans.events import PilotEvaluated, PilotOutcome, PlanActivated, PlanSuperseded
from baseplus.training_plans.model import EvaluatePilot, SelectPilotCohort
from tests.apprenticeships.story import day
from tests.training_plans.story import (
    SECOND,
    TODAY,
    active,
    amended,
    drafted,
    endorsed,
    given,
    piloting,
    select,
    selected,
)

evaluate = EvaluatePilot("pilot-1", PilotOutcome.AMEND, "Too few lathes")
evaluated = PilotEvaluated("pilot-1", 1, PilotOutcome.AMEND, "Too few lathes", TODAY)
superseded = (*piloting, amended, *endorsed(2, SECOND), PlanActivated(2, SECOND, day(1)), PlanSuperseded(1, 2, day(1)))


def test_a_plan_is_tried_with_a_cohort_when_it_is_active() -> None:
    given(*active).when(select).then(selected)
    given(drafted).when(select).then_rejected("plan_not_active")


def test_a_cohort_names_each_apprenticeship_once() -> None:
    given(*active).when(msgspec.structs.replace(select, apprenticeships=("ap-1", "ap-2", "ap-1"))).then(selected)


def test_a_version_is_tried_with_one_cohort() -> None:
    given(*piloting).when(select).then_rejected("cohort_exists", cohort="pilot-1")
    other = SelectPilotCohort("pilot-2", "First year", ("ap-9",))
    given(*piloting).when(other).then_rejected("piloted_already", version=1, cohort="pilot-1")
    (event,) = given(*superseded).when(other).events
    assert event == msgspec.structs.replace(
        selected, cohort="pilot-2", version=2, grade="First year", apprenticeships=("ap-9",), on=TODAY
    )


def test_a_pilot_is_evaluated_once() -> None:
    given(*piloting).when(evaluate).then(evaluated)
    given(*piloting, evaluated).when(evaluate).then_rejected("evaluated_already", cohort="pilot-1", outcome="amend")
    given(*active).when(evaluate).then_rejected("no_such_cohort", cohort="pilot-1")


def test_a_pilot_may_be_evaluated_after_its_version_was_superseded() -> None:
    given(*superseded).when(evaluate).then(evaluated)


def test_a_pilot_is_recorded_in_the_order_in_which_it_went() -> None:
    given(*active).when(msgspec.structs.replace(select, on=day(1, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-01", last="2026-02-02"
    )
    given(*piloting).when(msgspec.structs.replace(evaluate, on=day(15, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-15", last="2026-02-16"
    )
