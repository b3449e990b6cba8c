"""Logbooks and training plans as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from baseplus.apprenticeships.model import AssignMentor, Complete, Enrol, Start, apprenticeships
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from baseplus.logbook.attendance import ClaimAttendance, DisputeAttendance, MatchOutput, MatchToolLog, Vouch
from baseplus.logbook.events import Work
from baseplus.logbook.model import LogbookCommand, logbook
from baseplus.logbook.reflections import ReviewReflection, SubmitReflection
from baseplus.logbook.skills import Attempt, Demonstrate, SignOff
from baseplus.logbook.tasks import AcceptTask, AssignTask, ReturnTask, SubmitTask
from baseplus.mentoring.model import Register, mentoring
from baseplus.training_plans.model import ActivatePlan, AmendPlan, EndorsePlan, training_plans
from baseplus.training_plans.parts import Side
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.benchmarks.presence import Presence
from projections.benchmarks.queries import contributions
from projections.benchmarks.reflecting import ReflectionDays
from projections.benchmarks.views import Contributions
from projections.logbook import queries
from projections.logbook.attendance import Attendance
from projections.logbook.views import Learners, Reflections, Skills, Tasks
from projections.runner.reader import Reader
from projections.training_plans.queries import ListPlans, ShowPlan, one_plan, plans
from projections.training_plans.views import TrainingPlans
from tests.apprenticeships.story import MASTER, TUTOR
from tests.projections.runner.stage import Stage
from tests.training_plans.story import FEWER, FIRST, PARTIES, SECOND, TITLE, draft

NORTH, SOUTH = TenantId("north"), TenantId("south")
VIEWS = (
    Learners(), Tasks(), Skills(), Reflections(), Attendance(), TrainingPlans(), Presence(), ReflectionDays(),
    Contributions(),
)  # fmt: skip
JOB, CLASSROOM = Work.JOB, Work.CLASSROOM
MENTORS = {"m-he": TUTOR, "m-gao": MASTER, "m-lu": TUTOR, "m-xu": MASTER}
PEOPLE = {
    "ap-1": ("Shen Yutong", "drives", "yunchuan", "m-he", "m-gao"),
    "ap-2": ("Lin Xiaoyu", "drives", "yunchuan", "m-he", "m-gao"),
    "ap-3": ("Zhao Lin", "foundry", "hengtai", "m-lu", "m-xu"),
}
FIRST_DAY = date(2026, 1, 5)
"""A Monday."""


def on(number: int) -> date:
    """A day of the training, the first being 0."""
    return FIRST_DAY + timedelta(days=number)


ENTRIES: dict[str, list[LogbookCommand]] = {
    "ap-1": [
        AssignTask("shaft", "Turn a shaft", JOB, "m-gao", on(3), on=on(0)),
        SubmitTask("shaft", "In the rack", on(2)),
        AcceptTask("shaft", "m-gao", on=on(3)),
        AssignTask("slot", "Mill a slot", JOB, "m-gao", on(9), on=on(4)),
        AssignTask("report", "Write a report", CLASSROOM, "m-he", on=on(4)),
        SubmitTask("report", on=on(5)),
        Demonstrate("turning", "m-gao", on(0)),
        Attempt("turning", "shaft", on(1)),
        SignOff("turning", "m-gao", on(3)),
        Demonstrate("milling", "m-gao", on(4)),
        SubmitReflection("r-1", "I measured", "shaft", on(2)),
        ReviewReflection("r-1", "m-he", "Well seen", on(4)),
        SubmitReflection("r-2", "I milled", on=on(5)),
        ClaimAttendance(JOB, "7.5", on(2)),
        Vouch(JOB, "m-he", on(2)),
        MatchOutput(JOB, "shaft", on(2)),
        ClaimAttendance(CLASSROOM, "2", on(3)),
        DisputeAttendance(CLASSROOM, "Nobody saw them", "m-he", on(3)),
        ClaimAttendance(JOB, "8", on(4)),
    ],
    "ap-3": [
        AssignTask("mould", "Make a mould", JOB, "m-xu", on(2), on=on(0)),
        SubmitTask("mould", on=on(1)),
        ReturnTask("mould", "m-xu", "It broke", on(2)),
        ClaimAttendance(JOB, "8", on(2)),
        Vouch(JOB, "m-xu", on(2)),
        MatchToolLog(JOB, "oven-1", on(2)),
    ],
}


def opening() -> Iterator[Step]:
    for mentor, kind in MENTORS.items():
        yield Step(mentoring, mentor, Register(f"person-{mentor}", "…", kind, "yunchuan"))
    for thing, (name, base, enterprise, tutor, master) in PEOPLE.items():
        enrol = Enrol(f"p-{thing}", name, base, enterprise, "cnc-machinist", "agr-1", FIRST_DAY)
        for order in (enrol, AssignMentor(TUTOR, tutor, FIRST_DAY), AssignMentor(MASTER, master, FIRST_DAY)):
            yield Step(apprenticeships, thing, order)
        yield Step(apprenticeships, thing, Start(FIRST_DAY))


def course() -> Iterator[Step]:
    for thing, orders in ENTRIES.items():
        yield from (Step(logbook, thing, order) for order in orders)
    yield Step(apprenticeships, "ap-3", Complete(on(14)))
    for plan in ("plan-1", "plan-2"):
        yield Step(training_plans, plan, draft)
    for party in PARTIES:
        yield Step(training_plans, "plan-1", EndorsePlan(party, FIRST))
    yield Step(training_plans, "plan-1", ActivatePlan())
    yield Step(training_plans, "plan-1", AmendPlan(TITLE, FEWER, "Robots come later", 1))
    yield Step(training_plans, "plan-1", EndorsePlan("qinglan", SECOND))


@pytest.fixture(scope="module")
def stage(module_database: Database) -> Iterator[Stage]:
    """North has three apprentices and two plans, South the three without logbook entries."""
    with closing(Stage(module_database, EVENT_TYPES, FOLLOWERS)) as stage:
        stage.store.register(NORTH, SOUTH)
        stage.store.execute_all(NORTH, [*opening(), *course()])
        stage.store.execute_all(SOUTH, [*opening()])
        stage.fold_all(VIEWS)
        yield stage


@pytest.fixture(scope="module")
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def tasks(reader: Reader, **asked: Any) -> list[str]:
    return [row.task for row in queries.tasks(reader, NORTH, queries.ListTasks(**asked)).rows]


def skills(reader: Reader, **asked: Any) -> list[str]:
    return [row.skill for row in queries.skills(reader, NORTH, queries.ListSkills(**asked)).rows]


def reflections(reader: Reader, **asked: Any) -> list[str]:
    return [row.reflection for row in queries.reflections(reader, NORTH, queries.ListReflections(**asked)).rows]


def attendance(reader: Reader, **asked: Any) -> list[str]:
    return [row.key for row in queries.attendance(reader, NORTH, queries.ListAttendance(**asked)).rows]


def test_a_logbook_is_shown_in_figures(reader: Reader) -> None:
    row = queries.one_logbook(reader, NORTH, queries.ShowLogbook(apprenticeship="ap-1"))
    assert (row.name, row.tutor, row.master, row.ended_on) == ("Shen Yutong", "m-he", "m-gao", None)
    assert (row.tasks_open, row.tasks_late, row.tasks_waiting, row.tasks_accepted) == (1, 1, 1, 1)
    assert (row.skills_begun, row.skills_signed_off) == (1, 1)
    assert (row.reflections, row.reflections_waiting) == (2, 1)
    assert (row.days_claimed, row.days_counted, row.days_disputed) == (3, 1, 1)
    assert (row.hours_job, row.hours_exercise, row.hours_classroom) == (Decimal("7.5"), Decimal(0), Decimal(0))
    assert row.last_on == on(5)
    row = queries.one_logbook(reader, NORTH, queries.ShowLogbook(apprenticeship="ap-2"))
    assert (row.tasks_open, row.reflections, row.days_claimed, row.last_on) == (0, 0, 0, None)


def test_logbooks_are_asked_for_by_mentor_enterprise_base_name_and_whether_training_goes_on(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return [row.id for row in queries.logbooks(reader, NORTH, queries.ListLogbooks(**asked)).rows]

    assert listed() == ["ap-1", "ap-2", "ap-3"]
    assert listed(mentor="m-gao") == ["ap-1", "ap-2"]
    assert listed(enterprise="hengtai") == ["ap-3"]
    assert listed(base="drives", search="lin") == ["ap-2"]
    assert listed(in_training=False) == ["ap-3"]
    assert listed(in_training=True) == ["ap-1", "ap-2"]


def test_tasks_are_asked_for_by_state_work_lateness_and_due_day(reader: Reader) -> None:
    assert tasks(reader) == ["mould", "shaft", "slot", "report"]
    assert tasks(reader, state="open") == ["slot"]
    assert tasks(reader, late=True) == ["mould", "slot"]
    assert tasks(reader, late=False) == ["shaft", "report"]
    assert tasks(reader, work="classroom") == ["report"]
    assert tasks(reader, due_until=on(3)) == ["mould", "shaft"]
    assert tasks(reader, apprenticeship="ap-3") == tasks(reader, base="foundry") == ["mould"]
    assert tasks(reader, mentor="m-he", late=True) == ["slot"]
    assert tasks(reader, mentor="m-xu") == []
    assert tasks(reader, enterprise="yunchuan", search="yutong", state="submitted") == ["report"]


def test_sign_offs_are_asked_for_by_skill_and_state(reader: Reader) -> None:
    assert skills(reader) == ["milling", "turning"]
    assert skills(reader, state="signed_off") == ["turning"]
    assert skills(reader, skill="milling", apprenticeship="ap-1") == ["milling"]
    assert skills(reader, enterprise="hengtai") == []


def test_reflections_are_asked_for_by_whether_they_were_reviewed_and_by_day(reader: Reader) -> None:
    assert reflections(reader) == ["r-2", "r-1"]
    assert reflections(reader, reviewed=True) == ["r-1"]
    assert reflections(reader, reviewed=False) == ["r-2"]
    assert reflections(reader, since=on(3)) == ["r-2"]
    assert reflections(reader, upto=on(3), mentor="m-gao") == ["r-1"]


def test_attendance_is_asked_for_by_state_work_and_day(reader: Reader) -> None:
    everything = [
        f"ap-1/{on(4)}/job",
        f"ap-1/{on(3)}/classroom",
        f"ap-3/{on(2)}/job",
        f"ap-1/{on(2)}/job",
    ]
    assert attendance(reader) == everything
    assert attendance(reader, state="counted") == everything[2:]
    assert attendance(reader, state="disputed") == attendance(reader, work="classroom") == everything[1:2]
    assert attendance(reader, state="claimed", base="drives") == everything[:1]
    assert attendance(reader, since=on(3), upto=on(3)) == everything[1:2]
    assert attendance(reader, apprenticeship="ap-3", search="zhao") == everything[2:3]


def test_pages_follow_one_another_without_gap_or_overlap(reader: Reader) -> None:
    def pages(query: Any, asked: type[Any], place: str) -> list[str]:
        seen, cursor = [], None
        while True:
            page = query(reader, NORTH, asked(limit=1, cursor=cursor))
            seen += [getattr(row, place) for row in page.rows]
            cursor = page.cursor
            if cursor is None:
                return seen

    assert pages(queries.logbooks, queries.ListLogbooks, "id") == ["ap-1", "ap-2", "ap-3"]
    assert pages(queries.tasks, queries.ListTasks, "task") == tasks(reader)
    assert pages(queries.skills, queries.ListSkills, "skill") == skills(reader)
    assert pages(queries.reflections, queries.ListReflections, "reflection") == reflections(reader)
    assert pages(queries.attendance, queries.ListAttendance, "key") == attendance(reader)
    assert pages(plans, ListPlans, "id") == ["plan-1", "plan-2"]


def test_what_is_not_ones_own_or_another_tenants_is_not_found(reader: Reader) -> None:
    for own in ({"mentor": "m-lu"}, {"enterprise": "hengtai"}):
        with pytest.raises(NotFound, match="ap-1"):
            queries.one_logbook(reader, NORTH, queries.ShowLogbook(apprenticeship="ap-1", **own))
    assert queries.tasks(reader, SOUTH, queries.ListTasks()).rows == []
    assert plans(reader, SOUTH, ListPlans()).rows == []
    with pytest.raises(NotFound, match="plan-1"):
        one_plan(reader, NORTH, ShowPlan(plan="plan-1", enterprise="hengtai"))


def test_training_plans_are_asked_for_by_state_party_title_and_missing_endorsement(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        return [row.id for row in plans(reader, NORTH, ListPlans(**asked)).rows]

    row = one_plan(reader, NORTH, ShowPlan(plan="plan-1"))
    assert (row.state, row.version, row.active_version, row.missing) == (
        "being_amended",
        2,
        1,
        [Side.ENTERPRISE, Side.ASSOCIATION],
    )
    assert (row.modules, row.digest) == (list(FEWER), SECOND)
    assert listed() == ["plan-1", "plan-2"]
    assert listed(state="draft") == listed(missing="school") == ["plan-2"]
    assert listed(missing="enterprise", enterprise="yunchuan") == ["plan-1", "plan-2"]
    assert listed(occupation="toolmaker") == listed(association="nobody") == listed(search="robots") == []
    assert listed(search="cnc") == ["plan-1", "plan-2"]


def test_the_cadence_is_reflections_in_a_week_of_training(reader: Reader) -> None:
    def cadence(as_of: date) -> dict[tuple[str, str], tuple[int, int, int]]:
        rows = contributions(reader, NORTH, "reflection_cadence", as_of=as_of)
        return {(row.base, row.period): (row.numerator, row.denominator, row.people) for row in rows}

    # two apprentices at drives for a week; one at the foundry, who wrote nothing
    assert cadence(on(7)) == {("drives", "2026-01"): (14, 14, 2), ("foundry", "2026-01"): (0, 7, 1)}
    # what is about the day itself is not counted yet, as the day is not
    assert cadence(on(5)) == {("drives", "2026-01"): (7, 10, 2), ("foundry", "2026-01"): (0, 5, 1)}
    # who has completed trains no more
    assert cadence(date(2026, 2, 2)) == {
        ("drives", "2026-01"): (14, 54, 2),
        ("drives", "2026-02"): (0, 2, 2),
        ("foundry", "2026-01"): (0, 14, 1),
    }


def test_the_live_rows_equal_a_fold_of_the_store(stage: Stage) -> None:
    assert stage.verify(VIEWS).differences == ()
