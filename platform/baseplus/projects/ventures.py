"""A project that may spend money is a venture: its budget, the gates at which its risk is judged, its incubation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, TypeAlias, assert_never

from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Line, Money, PersonId, Text
from baseplus.projects.events import (
    IncubationAdmitted,
    IncubationEnded,
    IncubationGraduated,
    RiskGateFailed,
    RiskGatePassed,
    StageAdvanced,
    VentureBudgetSet,
    VentureEvent,
)
from baseplus.projects.parts import GATE_TO, Gate, IncubationStage, next_gate, next_stage
from baseplus.projects.project import Incubation, On, Project, Stage, check_independent, check_stage, day_in

Assessor = Annotated[PersonId, Meta(description="who judged the risk: neither the proposer nor ever in the team")]
Findings = Annotated[Text, Meta(description="what was found; it can be erased")]
AtGate = Annotated[Gate, Meta(description="which gate: the first one that has not been passed")]


class SetBudget(Command, frozen=True):
    """Set what a venture may spend, and how much of it may be lost.

    Set anew it takes the place of the one before.
    """

    budget: Annotated[Money, Meta(description="what it may spend in all")]
    loss_limit: Annotated[Money, Meta(description="how much of it may be lost, at most; not more than the budget")]
    on: On = None


class PassGate(Command, frozen=True):
    """Let a venture pass a risk gate.

    The gates are passed in their order, and none while more was spent than the budget has.
    """

    gate: AtGate
    assessor: Assessor
    findings: Findings
    on: On = None


class FailGate(Command, frozen=True):
    """Let a venture fail at a risk gate.

    It may try again once its team has reported what it changed.
    """

    gate: AtGate
    assessor: Assessor
    findings: Findings
    on: On = None


class Admit(Command, frozen=True):
    """Admit a venture to incubation, in its first stage.

    Once, and through the gate of feasibility.
    """

    on: On = None


class Advance(Command, frozen=True):
    """Advance a venture to the next stage of incubation, through the gate to it."""

    stage: Annotated[IncubationStage, Meta(description="the stage that it reaches: the next one")]
    on: On = None


class Graduate(Command, frozen=True):
    """Let a venture graduate from incubation.

    From the last stage, through the gate of independence.
    """

    company: Annotated[Line | None, Meta(description="what it goes by now, if it has become a company")] = None
    on: On = None


class EndIncubation(Command, frozen=True):
    """End the incubation of a venture that does not graduate."""

    reason: Annotated[Text, Meta(description="why; no personal data")]
    on: On = None


IncubationOrder: TypeAlias = Advance | Graduate | EndIncubation
VentureOrder: TypeAlias = SetBudget | PassGate | FailGate | Admit | IncubationOrder


def decide_venture(order: VentureOrder, project: Project, now: datetime) -> Iterator[VentureEvent]:
    """What an order about a venture leads to. Raises Rejected."""
    check_stage(project, Stage.APPROVED, Stage.COMPLETED)
    match order:
        case Advance() | Graduate() | EndIncubation():
            yield _incubated(order, project, now)
        case SetBudget() | PassGate() | FailGate() | Admit():
            yield from _venture(order, project, day_in(order.on, project, now))
        case _:
            assert_never(order)


def _venture(
    order: SetBudget | PassGate | FailGate | Admit, project: Project, on: date
) -> Iterator[VentureBudgetSet | RiskGatePassed | RiskGateFailed | IncubationAdmitted]:
    match order:
        case SetBudget():
            yield from _budget_set(order, project, on)
        case PassGate() | FailGate():
            yield _judged(order, project, on)
        case Admit():
            if project.incubation:
                raise Rejected("admitted_already", on=project.incubation.admitted.isoformat())
            if not project.team:
                raise Rejected("nobody_in_the_team")
            first = next(iter(IncubationStage))
            _check_passed(GATE_TO[first], project)
            yield IncubationAdmitted(project.base, first, len(project.team), on)
        case _:
            assert_never(order)


def _budget_set(order: SetBudget, project: Project, on: date) -> Iterator[VentureBudgetSet]:
    budget, limit = order.budget, order.loss_limit
    needed = project.budget.budget.currency if project.budget else budget.currency
    for money in (budget, limit):
        if money.currency != needed:
            raise Rejected("another_currency", currency=money.currency, needed=needed)
    if not 0 < limit.value <= budget.value:
        raise Rejected("loss_limit_out_of_budget", loss_limit=limit.amount, budget=budget.amount)
    there = project.budget
    if there is None or (there.budget.value, there.loss_limit.value) != (budget.value, limit.value):
        yield VentureBudgetSet(budget, limit, on)


def check_spending(spent: Money, project: Project) -> None:
    """Raises Rejected for spending without a budget, in another currency than it, or below 0."""
    there = _budget(project)
    if spent.currency != there.budget.currency:
        raise Rejected("another_currency", currency=spent.currency, needed=there.budget.currency)
    if spent.value < 0:
        raise Rejected("spent_below_zero", spent=spent.amount)


def _budget(project: Project) -> VentureBudgetSet:
    if project.budget is None:
        raise Rejected("no_budget")
    return project.budget


def _judged(order: PassGate | FailGate, project: Project, on: date) -> RiskGatePassed | RiskGateFailed:
    budget, gates = _budget(project).budget, project.gates
    upcoming = next_gate(gates.passed)
    if order.gate is not upcoming:
        raise Rejected("gates_in_order", gate=order.gate.value, next=upcoming.value if upcoming else None)
    check_independent(order.assessor, project)
    if gates.failed and not gates.reported:
        raise Rejected("nothing_reported_since", gate=gates.failed.value)
    attempt = gates.attempts.get(order.gate, 0) + 1
    if isinstance(order, FailGate):
        return RiskGateFailed(project.base, order.gate, attempt, order.assessor, order.findings, on)
    if project.spent and project.spent.value > budget.value:
        raise Rejected("over_budget", spent=project.spent.amount, budget=budget.amount)
    return RiskGatePassed(project.base, order.gate, attempt, order.assessor, order.findings, on)


def _check_passed(gate: Gate, project: Project) -> None:
    if gate not in project.gates.passed:
        raise Rejected("gate_not_passed", gate=gate.value)


def _incubated(
    order: IncubationOrder, project: Project, now: datetime
) -> StageAdvanced | IncubationGraduated | IncubationEnded:
    incubation = project.incubation
    if incubation is None or incubation.over:
        raise Rejected("not_in_incubation")
    on = day_of(order.on, now, incubation.admitted)
    upcoming = next_stage(incubation.stage)
    match order:
        case Advance(stage):
            if stage is not upcoming:
                raise Rejected("stages_in_order", stage=stage.value, next=upcoming.value if upcoming else None)
            _check_passed(GATE_TO[stage], project)
            return StageAdvanced(stage, incubation.stage, on)
        case Graduate(company):
            if upcoming:
                raise Rejected("stages_in_order", stage=incubation.stage.value, next=upcoming.value)
            _check_passed(Gate.INDEPENDENCE, project)
            return IncubationGraduated(project.base, on, incubation.admitted, company)
        case EndIncubation(reason):
            return ended(project.base, incubation, reason, on)
        case _:
            assert_never(order)


def ended(base: str, incubation: Incubation, reason: str, on: date) -> IncubationEnded:
    """The end of an incubation that does not lead to a graduation."""
    return IncubationEnded(base, incubation.stage, reason, on, incubation.admitted)
