"""A project, event by event, for the tests to take up where they need it."""

from __future__ import annotations

from baseplus.kernel.scenario import NOON, Scenario
from baseplus.kernel.vocabulary import Money
from baseplus.projects.events import (
    IncubationAdmitted,
    ProductRegistered,
    ProductVerified,
    ProjectApproved,
    ProjectDiscussed,
    ProjectProposed,
    ProjectStaffed,
    RiskGateFailed,
    RiskGatePassed,
    StageAdvanced,
    StatusReported,
    VentureBudgetSet,
)
from baseplus.projects.model import projects
from baseplus.projects.parts import Gate, Health, IncubationStage, Member, TeamRole
from tests.apprenticeships.story import day

TODAY = NOON.date()
APPROVED = day(20, month=2)

given = Scenario(projects)

lead, maker = Member("person-17", TeamRole.LEAD), Member("person-18")
team = (lead, maker)
budget = Money("20000", "CNY")
limit = Money("5000", "CNY")

proposed = ProjectProposed("A gripper", "Picks up castings", "drives", "person-17", day(2, month=2), "yunchuan")
discussed = ProjectDiscussed(day(10, month=2), ("person-17", "t-he"), "t-he", "Worth trying")
approved = ProjectApproved("drives", "t-lin", APPROVED)
staffed = ProjectStaffed("drives", team, ("person-17", "person-18"), TODAY, APPROVED, "m-gao")
reported = StatusReported("r-1", "person-17", Health.ON_TRACK, 40, "Drawn, not built", TODAY)
funded = VentureBudgetSet(budget, limit, TODAY)
registered = ProductRegistered("gripper-1", "Gripper", "drives", ("person-18",), TODAY)
verified = ProductVerified("gripper-1", "drives", "m-xu", "Lifted forty castings", TODAY)


def passed(gate: Gate, attempt: int = 1) -> RiskGatePassed:
    return RiskGatePassed("drives", gate, attempt, "m-xu", "The risk can be borne", TODAY)


def failed(gate: Gate = Gate.FEASIBILITY, attempt: int = 1) -> RiskGateFailed:
    return RiskGateFailed("drives", gate, attempt, "m-xu", "Nobody asked a customer", TODAY)


def advanced(stage: IncubationStage, previous: IncubationStage) -> StageAdvanced:
    return StageAdvanced(stage, previous, TODAY)


in_talk = (proposed, discussed)
accepted = (*in_talk, approved)
at_work = (*accepted, staffed)
venture = (*at_work, funded)
feasible = (*venture, passed(Gate.FEASIBILITY))
admitted = IncubationAdmitted("drives", IncubationStage.IDEA, 2, TODAY)
incubated = (*feasible, admitted)
last_stage = (
    *incubated,
    passed(Gate.PROTOTYPE),
    advanced(IncubationStage.PROTOTYPE, IncubationStage.IDEA),
    passed(Gate.MARKET),
    advanced(IncubationStage.MARKET, IncubationStage.PROTOTYPE),
)
