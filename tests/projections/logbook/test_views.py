from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.apprenticeships.events import ApprenticeshipCompleted, MentorReassigned, MentorRelieved
from baseplus.kernel.events import Event
from baseplus.logbook.events import (
    AttendanceDisputed,
    AttendanceWithdrawn,
    PlanTask,
    ReflectionReviewed,
    SkillDemonstrated,
    SkillSignedOff,
    TaskSubmitted,
    WitnessKind,
)
from projections.logbook.attendance import Attendance, AttendanceRow, Witness
from projections.logbook.views import (
    LearnerRow,
    Learners,
    ReflectionRow,
    Reflections,
    SkillRow,
    Skills,
    TaskRow,
    Tasks,
)
from projections.runner.view import View
from tests.apprenticeships.story import MASTER, TUTOR, day, in_training
from tests.logbook.story import (
    BASE,
    DAY,
    JOB,
    TEXT,
    TODAY,
    WHO,
    accepted,
    again,
    assigned,
    attempted,
    by_master,
    by_tool,
    claimed,
    demonstrated,
    reflection,
    returned,
    submitted,
)
from tests.projections.folding import fold, time

RECORDED = timedelta(hours=1)


def row(view: View[Any, Any], *history: Event) -> Any:
    (made,) = fold(view, "logbook/ap-1", history).values()
    return made


def test_a_learner_has_a_name_and_who_guides_them_now() -> None:
    (made,) = fold(Learners(), "apprenticeships/ap-1", in_training).values()
    assert made == LearnerRow(
        id="ap-1",
        apprentice="person-17",
        name="Shen Yutong",
        base="drives",
        enterprise="yunchuan",
        occupation="cnc-machinist",
        tutor="m-he",
        master="m-gao",
    )
    later = (
        MentorReassigned(MASTER, "m-xu", "m-gao", TODAY),
        MentorRelieved(TUTOR, "m-he", TODAY),
        ApprenticeshipCompleted("drives", day(16, month=2), TODAY),
    )
    (made,) = fold(Learners(), "apprenticeships/ap-1", (*in_training, *later)).values()
    assert (made.tutor, made.master, made.ended_on) == (None, "m-xu", TODAY)


def test_a_task_is_a_row_from_its_assignment_on() -> None:
    from_plan = msgspec.structs.replace(assigned, from_plan=PlanTask("plan-cnc", "shaft"))
    assert row(Tasks(), from_plan) == TaskRow(
        key="ap-1/shaft-3",
        apprenticeship="ap-1",
        task="shaft-3",
        title="Turn a shaft",
        work=JOB,
        state="open",
        assigned_by="m-gao",
        assigned_on=day(25, month=2),
        due=day(27, month=2),
        submissions=0,
        position=1,
        plan="plan-cnc",
        plan_task="shaft",
    )


def test_a_task_says_how_often_it_was_submitted_and_what_was_answered() -> None:
    made = row(Tasks(), assigned, submitted)
    assert (made.state, made.submissions, made.submitted_on, made.output) == ("submitted", 1, DAY, "In the rack")
    made = row(Tasks(), assigned, submitted, returned)
    assert (made.state, made.answered_by, made.answered_on) == ("returned", "m-gao", day(28, month=2))
    assert made.said == "The seat is too small"
    made = row(Tasks(), assigned, submitted, returned, again, accepted(2, TODAY, mentor="m-he"))
    assert (made.state, made.submissions, made.submitted_on, made.answered_by) == ("accepted", 2, TODAY, "m-he")
    assert (made.said, made.position) == (None, 5)


def test_a_skill_is_a_row_from_its_demonstration_on() -> None:
    assert row(Skills(), demonstrated) == SkillRow(
        key="ap-1/turning",
        apprenticeship="ap-1",
        skill="turning",
        state="demonstrated",
        demonstrated_by="m-gao",
        demonstrated_on=day(24, month=2),
        attempts=0,
        position=1,
    )
    signed = SkillSignedOff(WHO, BASE, "turning", "m-he", 1, TODAY)
    made = row(Skills(), demonstrated, attempted, signed)
    assert (made.state, made.attempts, made.attempted_on, made.last_task) == ("signed_off", 1, attempted.on, None)
    assert (made.signed_off_by, made.signed_off_on, made.signed_off_at) == ("m-he", TODAY, time(3) + RECORDED)
    shown_again = SkillDemonstrated("turning", "m-he", TODAY)
    made = row(Skills(), demonstrated, attempted, shown_again)
    assert (made.state, made.demonstrated_by, made.position) == ("attempted", "m-he", 3)


def test_a_reflection_has_its_review_and_how_long_that_took() -> None:
    made = row(Reflections(), reflection)
    assert made == ReflectionRow(
        key="ap-1/r-1",
        apprenticeship="ap-1",
        reflection="r-1",
        day=day(26, month=2),
        text=TEXT,
        task=None,
        position=1,
    )
    review = ReflectionReviewed(WHO, BASE, "r-1", "m-he", reflection.on, TODAY, 1, "Well seen")
    made = row(Reflections(), reflection, review)
    assert (made.reviewed_by, made.reviewed_on, made.review, made.lag) == ("m-he", TODAY, "Well seen", 4)


def test_an_attendance_names_its_witnesses() -> None:
    made = row(Attendance(), claimed())
    assert made == AttendanceRow(
        key="ap-1/2026-02-27/job",
        apprenticeship="ap-1",
        day=DAY,
        work=JOB,
        hours=Decimal("7.5"),
        state="claimed",
        agree=0,
        witnesses=[],
        claimed_at=time(1) + RECORDED,
        position=1,
    )
    made = row(Attendance(), claimed(), by_master)
    assert (made.state, made.agree, made.counted_at) == ("claimed", 1, None)
    made = row(Attendance(), claimed(), by_master, by_tool)
    assert (made.state, made.agree, made.counted_at) == ("counted", 2, time(3) + RECORDED)
    assert made.witnesses == [
        Witness(WitnessKind.MENTOR, "m-gao", time(2) + RECORDED, 2),
        Witness(WitnessKind.TOOL_LOG, "lathe-2-0815", time(3) + RECORDED, 3),
    ]


def test_a_dispute_voids_what_witnesses_said_and_what_was_withdrawn_is_gone() -> None:
    disputed = AttendanceDisputed(WHO, BASE, DAY, JOB, "7.5", "It stood still", "m-he", 0)
    made = row(Attendance(), claimed(), by_master, by_tool, disputed)
    assert (made.state, made.agree, made.counted_at) == ("disputed", 0, None)
    assert [witness.void for witness in made.witnesses] == [True, True]
    assert (made.disputed_by, made.disputed_at, made.dispute) == ("m-he", time(4) + RECORDED, "It stood still")
    made = row(Attendance(), claimed(), by_master, by_tool, disputed, by_master, by_tool)
    assert (made.state, made.agree, [one.void for one in made.witnesses]) == ("counted", 2, [True, True, False, False])
    withdrawn = AttendanceWithdrawn(WHO, BASE, DAY, JOB, "7.5", 0, "By mistake", 0)
    assert fold(Attendance(), "logbook/ap-1", [claimed(), by_master, by_tool]).keys() == {"ap-1/2026-02-27/job"}
    assert Attendance().evolve(made, withdrawn, _at(made.key)) is None


def _at(key: str) -> Any:
    from projections.runner.view import At

    return At("qinglan", 9, "logbook/ap-1", key, time(9), time(9))


@pytest.mark.parametrize(
    ("view", "event"),
    [
        (Tasks(), TaskSubmitted(WHO, "shaft-3", 1, TODAY)),
        (Skills(), attempted),
        (Reflections(), ReflectionReviewed(WHO, BASE, "r-1", "m-he", TODAY, TODAY, 1, "…")),
        (Attendance(), by_master),
        (Learners(), MentorRelieved(TUTOR, "m-he", TODAY)),
    ],
)
def test_what_happens_to_what_was_never_there_makes_no_row(view: View[Any, Any], event: Event) -> None:
    assert fold(view, "logbook/ap-1", [event]) == {}
