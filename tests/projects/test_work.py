from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from baseplus.kernel.vocabulary import Money
from baseplus.projects.events import (
    IncubationEnded,
    ProjectAbandoned,
    ProjectCompleted,
    ProjectEvent,
    ProjectStaffed,
)
from baseplus.projects.parts import Gate, Health, IncubationStage, Member, TeamRole
from baseplus.projects.work import Abandon, Complete, RegisterProduct, ReportStatus, Staff, VerifyProduct
from tests.apprenticeships.story import day
from tests.projects.story import (
    APPROVED,
    TODAY,
    accepted,
    admitted,
    at_work,
    failed,
    given,
    in_talk,
    incubated,
    lead,
    maker,
    passed,
    proposed,
    registered,
    reported,
    staffed,
    team,
    venture,
    verified,
)

report = ReportStatus("r-1", "person-17", Health.ON_TRACK, 40, "Drawn, not built")
register = RegisterProduct("gripper-1", "Gripper", ("person-18",))
verify = VerifyProduct("gripper-1", "m-xu", "Lifted forty castings")
completed = ProjectCompleted("drives", TODAY, APPROVED, "In use at Yunchuan")
abandoned = ProjectAbandoned("drives", "Too heavy", TODAY, APPROVED)


def test_a_team_has_one_lead_and_each_person_once() -> None:
    given(*accepted).when(Staff(team, "m-gao")).then(staffed)
    both = (lead, Member("person-18", TeamRole.LEAD))
    given(*accepted).when(Staff(both)).then_rejected("one_leads_a_team", leads=["person-17", "person-18"])
    given(*accepted).when(Staff((maker,))).then_rejected("one_leads_a_team", leads=[])
    given(*accepted).when(Staff((lead, maker, maker))).then_rejected("person_named_twice", people=["person-18"])


def test_a_team_that_changes_says_who_joined_and_the_same_team_again_changes_nothing() -> None:
    given(*at_work).when(Staff(team, "m-gao")).then()
    changed = (lead, Member("person-19"))
    third = ProjectStaffed("drives", changed, ("person-19",), TODAY, APPROVED, None)
    given(*at_work).when(Staff(changed)).then(third)
    given(*at_work, third).when(Staff(team)).then(ProjectStaffed("drives", team, (), TODAY, APPROVED))


def test_a_team_is_that_of_an_approved_project() -> None:
    given(*in_talk).when(Staff(team)).then_rejected("wrong_state", state="proposed", needed=["approved"])


def test_somebody_of_the_team_reports_and_each_report_once() -> None:
    given(*at_work).when(report).then(reported)
    given(*at_work, reported).when(report).then_rejected("report_exists", report="r-1")
    stranger = msgspec.structs.replace(report, reporter="person-99")
    given(*at_work).when(stranger).then_rejected("not_in_the_team", people=["person-99"])


def test_what_was_spent_is_of_the_budget_and_in_its_currency() -> None:
    spent = msgspec.structs.replace(report, spent=Money("7000", "CNY"))
    given(*venture).when(spent).then(msgspec.structs.replace(reported, spent=Money("7000", "CNY")))
    given(*at_work).when(spent).then_rejected("no_budget")
    given(*venture).when(msgspec.structs.replace(report, spent=Money("7", "EUR"))).then_rejected(
        "another_currency", currency="EUR", needed="CNY"
    )
    given(*venture).when(msgspec.structs.replace(report, spent=Money("-1", "CNY"))).then_rejected(
        "spent_below_zero", spent="-1"
    )


def test_a_product_is_made_by_people_of_the_team_and_registered_once() -> None:
    given(*at_work).when(register).then(registered)
    given(*at_work, registered).when(register).then_rejected("product_exists", product="gripper-1")
    strangers = RegisterProduct("p", "P", ("person-99", "person-17"))
    given(*at_work).when(strangers).then_rejected("not_in_the_team", people=["person-99"])
    twice = RegisterProduct("p", "P", ("person-17", "person-17"))
    given(*at_work).when(twice).then_rejected("person_named_twice", people=["person-17", "person-17"])
    without = ProjectStaffed("drives", (lead,), (), TODAY, APPROVED)
    given(*at_work, without).when(register).then(registered)


def test_a_product_is_verified_once_by_somebody_outside_the_team() -> None:
    given(*at_work, registered).when(verify).then(verified)
    given(*at_work, registered, verified).when(verify).then_rejected("product_verified_already", product="gripper-1")
    given(*at_work).when(verify).then_rejected("no_such_product", product="gripper-1")
    for person in ("person-17", "person-18"):
        own = msgspec.structs.replace(verify, verifier=person)
        given(*at_work, registered).when(own).then_rejected("judges_their_own", person=person)


@pytest.mark.parametrize("order", [report, register, verify])
def test_a_completed_project_may_still_be_reported_on_and_its_products_recorded_late(order: ReportStatus) -> None:
    before = (*at_work, registered) if isinstance(order, VerifyProduct) else at_work
    assert given(*before, completed).when(order).refusal is None
    given(*before, abandoned).when(order).then_rejected(
        "wrong_state", state="abandoned", needed=["approved", "completed"]
    )


def test_a_project_with_a_team_is_completed() -> None:
    given(*at_work).when(Complete("In use at Yunchuan")).then(completed)
    given(*accepted).when(Complete("…")).then_rejected("nobody_in_the_team")
    given(*at_work, completed).when(Complete("…")).then_rejected("wrong_state", state="completed", needed=["approved"])


def test_a_project_is_not_completed_while_the_gate_that_it_failed_last_is_not_passed() -> None:
    given(*venture, failed()).when(Complete("…")).then_rejected("gate_failed", gate="feasibility")
    mended = (*venture, failed(), reported, passed(Gate.FEASIBILITY, 2))
    given(*mended).when(Complete("In use at Yunchuan")).then(completed)


def test_a_project_is_abandoned_from_its_proposal_on_until_it_is_completed() -> None:
    given(proposed).when(Abandon("Too heavy")).then(ProjectAbandoned("drives", "Too heavy", TODAY))
    given(*at_work).when(Abandon("Too heavy")).then(abandoned)
    given(*at_work, abandoned).when(Abandon("…")).then_rejected("wrong_state")
    given(*at_work, completed).when(Abandon("…")).then_rejected("wrong_state")


def test_an_abandoned_project_leaves_incubation() -> None:
    ended = IncubationEnded("drives", IncubationStage.IDEA, "Too heavy", TODAY, TODAY)
    given(*incubated).when(Abandon("Too heavy")).then(abandoned, ended)
    given(*incubated, ended).when(Abandon("Too heavy")).then(abandoned)
    given(*incubated).when(Abandon("…", on=TODAY - timedelta(days=1))).then_rejected("earlier_than_the_last_change")


def test_what_nobody_said_before_is_not_refused_by_the_fold() -> None:
    lonely: tuple[ProjectEvent, ...] = (IncubationEnded("drives", IncubationStage.IDEA, "…", TODAY, day(1)), admitted)
    assert given(lonely[0]).state.incubation is None
    assert given(*lonely).state.incubation.over is False
