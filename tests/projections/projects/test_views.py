from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from baseplus.kernel.vocabulary import Money
from baseplus.mentoring.events import MentorRegistered
from baseplus.projects.events import (
    IncubationEnded,
    IncubationGraduated,
    ProjectAbandoned,
    ProjectCompleted,
    ProjectEvent,
    ProjectRejected,
    ProjectStaffed,
)
from baseplus.projects.parts import Gate, Health, IncubationStage
from projections.projects.views import Judged, ProductRow, Products, ProjectPeople, ProjectRow, Projects
from tests.apprenticeships.story import MASTER, day, enrolled
from tests.projections.folding import fold
from tests.projects.story import (
    APPROVED,
    TODAY,
    accepted,
    at_work,
    discussed,
    failed,
    feasible,
    funded,
    in_talk,
    incubated,
    last_stage,
    maker,
    passed,
    proposed,
    registered,
    reported,
    team,
    venture,
    verified,
)


def project(*history: ProjectEvent) -> ProjectRow:
    row = fold(Projects(), "projects/p-1", history)["p-1"]
    assert isinstance(row, ProjectRow)
    return row


def test_a_proposal_is_in_the_list() -> None:
    assert project(proposed) == ProjectRow(
        id="p-1",
        title="A gripper",
        aim="Picks up castings",
        base="drives",
        enterprise="yunchuan",
        proposer="person-17",
        state="proposed",
        proposed_on=day(2, month=2),
        discussions=0,
        team=[],
        products=0,
        verified=0,
        gates=[],
        over_budget=False,
        incubation="none",
        position=1,
    )


def test_a_proposal_is_decided_on() -> None:
    row = project(*accepted)
    assert (row.state, row.discussions, row.decided_on, row.decided_by) == ("approved", 1, APPROVED, "t-lin")
    row = project(*in_talk, discussed, ProjectRejected("drives", "t-lin", "…", TODAY))
    assert (row.state, row.discussions, row.decided_on, row.ended_on) == ("rejected", 2, TODAY, TODAY)
    assert row.outcome is None


def test_a_project_says_who_works_on_it_how_it_goes_and_what_it_made() -> None:
    row = project(*at_work, reported, registered, verified)
    assert (row.team, row.lead, row.tutor) == ([*team], "person-17", "m-gao")
    assert (row.health, row.progress, row.reported_on) == (Health.ON_TRACK, 40, TODAY)
    assert (row.products, row.verified, row.position) == (1, 1, 7)
    headless = project(*at_work, ProjectStaffed("drives", (maker,), (), TODAY, APPROVED))
    assert (headless.lead, headless.tutor) == (None, None)


def test_a_project_ends_with_its_outcome() -> None:
    row = project(*at_work, ProjectCompleted("drives", TODAY, APPROVED, "In use"))
    assert (row.state, row.ended_on, row.outcome) == ("completed", TODAY, "In use")
    row = project(*at_work, ProjectAbandoned("drives", "Too heavy", TODAY, APPROVED))
    assert (row.state, row.ended_on, row.outcome) == ("abandoned", TODAY, "Too heavy")


def test_a_venture_shows_its_budget_and_whether_it_is_over_it() -> None:
    row = project(*venture)
    assert (row.budget, row.loss_limit, row.currency, row.spent) == (Decimal(20000), Decimal(5000), "CNY", None)
    spent = msgspec.structs.replace(reported, spent=Money("20000", "CNY"))
    assert (project(*venture, spent).spent, project(*venture, spent).over_budget) == (Decimal(20000), False)
    less = msgspec.structs.replace(funded, budget=Money("100", "CNY"))
    assert project(*venture, spent, less).over_budget is True
    assert project(*venture, spent, less, reported).spent == 20000


def test_a_venture_shows_every_attempt_at_a_gate_and_the_gate_before_it() -> None:
    row = project(*venture, failed(), reported, passed(Gate.FEASIBILITY, 2))
    assert row.gates == [
        Judged(Gate.FEASIBILITY, "failed", 1, "m-xu", TODAY),
        Judged(Gate.FEASIBILITY, "passed", 2, "m-xu", TODAY),
    ]
    assert row.next_gate is Gate.PROTOTYPE
    assert (project(*at_work).next_gate, project(*venture).next_gate) == (None, Gate.FEASIBILITY)
    assert project(*venture, *map(passed, Gate)).next_gate is None


def test_a_venture_goes_through_incubation() -> None:
    row = project(*incubated)
    assert (row.incubation, row.stage, row.admitted_on) == ("incubated", IncubationStage.IDEA, TODAY)
    row = project(*last_stage, IncubationGraduated("drives", TODAY, TODAY, "Grip Ltd"))
    assert (row.incubation, row.stage, row.company) == ("graduated", IncubationStage.MARKET, "Grip Ltd")
    assert row.left_incubation_on == TODAY
    row = project(*incubated, IncubationEnded("drives", IncubationStage.IDEA, "…", TODAY, TODAY))
    assert (row.incubation, row.left_incubation_on, row.company) == ("ended", TODAY, None)


@pytest.mark.parametrize("event", [*feasible[1:], reported, registered, verified])
def test_what_happened_to_what_nobody_proposed_makes_no_row(event: ProjectEvent) -> None:
    assert fold(Projects(), "projects/p-1", [event]) == {}


def test_a_product_is_there_and_then_verified() -> None:
    assert fold(Products(), "projects/p-1", [registered])["p-1:gripper-1"] == ProductRow(
        key="p-1:gripper-1",
        project="p-1",
        product="gripper-1",
        title="Gripper",
        base="drives",
        makers=["person-18"],
        registered_on=TODAY,
        verified_on=None,
        verifier=None,
        position=1,
    )
    row = fold(Products(), "projects/p-1", [registered, verified])["p-1:gripper-1"]
    assert (row.verified_on, row.verifier, row.position) == (TODAY, "m-xu", 2)
    assert fold(Products(), "projects/p-1", [verified]) == {}


def test_people_are_called_by_their_names() -> None:
    rows = fold(ProjectPeople(), "apprenticeships/ap-17", [enrolled])
    assert rows["person-17"].name == "Shen Yutong"
    mentor = MentorRegistered("person-3", "Gao Mingze", MASTER, "yunchuan")
    assert fold(ProjectPeople(), "mentoring/m-gao", [mentor])["m-gao"].name == "Gao Mingze"
