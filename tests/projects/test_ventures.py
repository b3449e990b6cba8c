from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from baseplus.kernel.vocabulary import Money
from baseplus.projects.events import IncubationEnded, IncubationGraduated, VentureBudgetSet
from baseplus.projects.parts import GATE_TO, Gate, IncubationStage, next_gate, next_stage
from baseplus.projects.ventures import Admit, Advance, EndIncubation, FailGate, Graduate, PassGate, SetBudget
from tests.projects.story import (
    TODAY,
    accepted,
    admitted,
    advanced,
    at_work,
    budget,
    failed,
    feasible,
    funded,
    given,
    incubated,
    last_stage,
    limit,
    passed,
    reported,
    venture,
)

FEASIBILITY, PROTOTYPE, MARKET, INDEPENDENCE = Gate
pass_first = PassGate(FEASIBILITY, "m-xu", "The risk can be borne")
fail_first = FailGate(FEASIBILITY, "m-xu", "Nobody asked a customer")


def test_a_budget_makes_a_project_a_venture_and_says_how_much_may_be_lost() -> None:
    given(*at_work).when(SetBudget(budget, limit)).then(funded)
    more = Money("9000", "CNY")
    given(*venture).when(SetBudget(budget, more)).then(VentureBudgetSet(budget, more, TODAY))
    given(*venture).when(SetBudget(Money("20000.00", "CNY"), limit)).then()


@pytest.mark.parametrize("lost", ["0", "-1", "20000.01"])
def test_not_more_than_the_budget_may_be_lost_and_not_nothing(lost: str) -> None:
    given(*at_work).when(SetBudget(budget, Money(lost, "CNY"))).then_rejected(
        "loss_limit_out_of_budget", loss_limit=lost, budget="20000"
    )


def test_a_budget_stays_in_its_currency() -> None:
    mixed = SetBudget(budget, Money("1", "EUR"))
    given(*at_work).when(mixed).then_rejected("another_currency", currency="EUR", needed="CNY")
    changed = SetBudget(Money("9", "EUR"), Money("1", "EUR"))
    given(*venture).when(changed).then_rejected("another_currency", currency="EUR", needed="CNY")


def test_a_gate_is_passed_or_failed_by_the_judgement_of_somebody_outside_the_team() -> None:
    given(*venture).when(pass_first).then(passed(FEASIBILITY))
    given(*venture).when(fail_first).then(failed())
    for person in ("person-17", "person-18"):
        own = msgspec.structs.replace(pass_first, assessor=person)
        given(*venture).when(own).then_rejected("judges_their_own", person=person)


def test_a_project_without_a_budget_has_no_gates() -> None:
    given(*at_work).when(pass_first).then_rejected("no_budget")


def test_gates_are_passed_in_their_order_and_once() -> None:
    given(*venture).when(PassGate(MARKET, "m-xu", "…")).then_rejected(
        "gates_in_order", gate="market", next="feasibility"
    )
    given(*feasible).when(pass_first).then_rejected("gates_in_order", gate="feasibility", next="prototype")
    given(*venture, *map(passed, Gate)).when(PassGate(MARKET, "m-xu", "…")).then_rejected(
        "gates_in_order", gate="market", next=None
    )


def test_a_failed_gate_is_tried_again_once_the_team_has_reported() -> None:
    given(*venture, failed()).when(pass_first).then_rejected("nothing_reported_since", gate="feasibility")
    given(*venture, reported, failed()).when(fail_first).then_rejected("nothing_reported_since", gate="feasibility")
    given(*venture, failed(), reported).when(pass_first).then(passed(FEASIBILITY, 2))
    given(*venture, failed(), reported).when(fail_first).then(failed(attempt=2))


def test_a_venture_over_its_budget_passes_no_gate() -> None:
    over = msgspec.structs.replace(reported, spent=Money("20000.01", "CNY"))
    given(*venture, over).when(pass_first).then_rejected("over_budget", spent="20000.01", budget="20000")
    given(*venture, over).when(fail_first).then(failed())
    just = msgspec.structs.replace(reported, spent=budget)
    given(*venture, just).when(pass_first).then(passed(FEASIBILITY))


def test_a_venture_is_admitted_to_incubation_once_and_through_the_gate_of_feasibility() -> None:
    given(*feasible).when(Admit()).then(admitted)
    given(*venture).when(Admit()).then_rejected("gate_not_passed", gate="feasibility")
    given(*incubated).when(Admit()).then_rejected("admitted_already", on=TODAY.isoformat())
    ended = IncubationEnded("drives", IncubationStage.IDEA, "No money", TODAY, TODAY)
    given(*incubated, ended).when(Admit()).then_rejected("admitted_already", on=TODAY.isoformat())
    given(*accepted, funded, passed(FEASIBILITY)).when(Admit()).then_rejected("nobody_in_the_team")


def test_a_stage_is_entered_only_through_its_gate_and_in_its_order() -> None:
    given(*incubated, passed(PROTOTYPE)).when(Advance(IncubationStage.PROTOTYPE)).then(
        advanced(IncubationStage.PROTOTYPE, IncubationStage.IDEA)
    )
    given(*incubated).when(Advance(IncubationStage.PROTOTYPE)).then_rejected("gate_not_passed", gate="prototype")
    given(*incubated).when(Advance(IncubationStage.MARKET)).then_rejected(
        "stages_in_order", stage="market", next="prototype"
    )
    given(*last_stage).when(Advance(IncubationStage.MARKET)).then_rejected("stages_in_order", stage="market", next=None)


def test_a_venture_graduates_from_the_last_stage_through_the_gate_of_independence() -> None:
    graduated = IncubationGraduated("drives", TODAY, TODAY, "Grip Ltd")
    given(*last_stage, passed(INDEPENDENCE)).when(Graduate("Grip Ltd")).then(graduated)
    given(*last_stage).when(Graduate()).then_rejected("gate_not_passed", gate="independence")
    given(*incubated).when(Graduate()).then_rejected("stages_in_order", stage="idea", next="prototype")
    given(*last_stage, passed(INDEPENDENCE), graduated).when(Graduate()).then_rejected("not_in_incubation")


def test_a_venture_may_leave_incubation_without_graduating() -> None:
    ended = IncubationEnded("drives", IncubationStage.IDEA, "No money", TODAY, TODAY)
    given(*incubated).when(EndIncubation("No money")).then(ended)
    given(*feasible).when(EndIncubation("No money")).then_rejected("not_in_incubation")
    given(*incubated, ended).when(EndIncubation("No money")).then_rejected("not_in_incubation")


def test_incubation_ends_no_earlier_than_it_began() -> None:
    given(*incubated).when(EndIncubation("…", on=TODAY - timedelta(days=1))).then_rejected(
        "earlier_than_the_last_change", on="2026-03-01", last="2026-03-02"
    )


def test_each_stage_has_its_gate_and_the_last_gate_is_for_graduation() -> None:
    assert [GATE_TO[stage] for stage in IncubationStage] == [*Gate][:-1]
    assert [next_stage(stage) for stage in IncubationStage] == [IncubationStage.PROTOTYPE, IncubationStage.MARKET, None]
    assert [next_gate([*Gate][:number]) for number in range(5)] == [*Gate, None]
