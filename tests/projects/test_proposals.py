from __future__ import annotations

from datetime import timedelta

import pytest

from baseplus.projects.events import ProjectApproved, ProjectDiscussed, ProjectProposed, ProjectRejected
from baseplus.projects.model import ProjectCommand
from baseplus.projects.proposals import Approve, Discuss, Propose, Reject
from baseplus.projects.ventures import Admit, SetBudget
from baseplus.projects.work import Abandon, Complete, Staff
from tests.apprenticeships.story import day
from tests.projects.story import TODAY, accepted, approved, budget, given, in_talk, limit, proposed, team

propose = Propose("A gripper", "Picks up castings", "drives", "person-17", "yunchuan")


def test_a_project_is_proposed_once() -> None:
    given().when(propose).then(
        ProjectProposed("A gripper", "Picks up castings", "drives", "person-17", TODAY, "yunchuan")
    )
    given(proposed).when(propose).then_rejected("project_exists", state="proposed")


def test_a_proposal_is_talked_over_by_two_or_more_as_often_as_is_needed() -> None:
    discuss = Discuss(("person-17", "t-he"), "t-he", "Worth trying")
    again = ProjectDiscussed(TODAY, ("person-17", "t-he"), "t-he", "Worth trying")
    given(proposed).when(discuss).then(again)
    given(*in_talk).when(discuss).then(again)
    given(proposed).when(Discuss(("t-he", "t-he"), "t-he", "…")).then_rejected(
        "person_named_twice", people=["t-he", "t-he"]
    )


@pytest.mark.parametrize("decide", [Approve, lambda by: Reject(by, "No machine is free")])
def test_nobody_decides_before_it_was_talked_over_nor_on_their_own_proposal(decide: type[Approve]) -> None:
    given(proposed).when(decide("t-lin")).then_rejected("not_discussed")
    given(*in_talk).when(decide("person-17")).then_rejected("judges_their_own", person="person-17")


def test_a_proposal_is_approved_or_rejected() -> None:
    given(*in_talk).when(Approve("t-lin")).then(ProjectApproved("drives", "t-lin", TODAY))
    rejected = ProjectRejected("drives", "t-lin", "No machine is free", TODAY)
    given(*in_talk).when(Reject("t-lin", "No machine is free")).then(rejected)
    given(*in_talk, rejected).when(Approve("t-lin")).then_rejected("wrong_state", state="rejected", needed=["proposed"])
    given(*accepted).when(Reject("t-lin", "…")).then_rejected("wrong_state", state="approved", needed=["proposed"])


@pytest.mark.parametrize(
    "order", [Approve("t-lin"), Discuss(("a", "b"), "a", "…"), Staff(team), Complete("…"), Abandon("…"), Admit()]
)
def test_nothing_is_done_to_what_nobody_proposed(order: ProjectCommand) -> None:
    given().when(order).then_rejected("no_such_project")


def test_a_decision_is_no_earlier_than_the_proposal_and_work_no_earlier_than_the_approval() -> None:
    given(*in_talk).when(Approve("t-lin", on=day(1, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-01", last="2026-02-02"
    )
    given(*accepted).when(Staff(team, on=day(19, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-19", last=approved.on.isoformat()
    )
    given(*accepted).when(SetBudget(budget, limit, on=TODAY + timedelta(days=2))).then_rejected(
        "not_happened_yet", on="2026-03-04"
    )
