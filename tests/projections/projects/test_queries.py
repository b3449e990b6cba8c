from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.apprenticeships.model import Enrol, apprenticeships
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Invalid, NotFound
from baseplus.kernel.vocabulary import Money, TenantId
from baseplus.mentoring.model import Register, mentoring
from baseplus.projects.model import ProjectCommand
from baseplus.projects.model import projects as deciding
from baseplus.projects.parts import Gate, Health
from baseplus.projects.proposals import Approve, Discuss, Propose, Reject
from baseplus.projects.ventures import Admit, FailGate, PassGate, SetBudget
from baseplus.projects.work import RegisterProduct, ReportStatus, Staff, VerifyProduct
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.projects import queries
from projections.projects.views import Products, ProjectPeople, Projects
from projections.runner.reader import Reader
from tests.apprenticeships.story import MASTER, day
from tests.projections.paging import page_by_page
from tests.projections.runner.stage import Stage
from tests.projects.story import budget, limit, team

NORTH, SOUTH = TenantId("north"), TenantId("south")
VIEWS = (Projects(), Products(), ProjectPeople())
FEBRUARY = day(1, month=2)


def steps() -> Iterator[Step]:
    yield Step(mentoring, "m-xu", Register("p-9", "Xu Anqi", MASTER, "hengtai"))
    enrol = Enrol("person-17", "Shen Yutong", "drives", "yunchuan", "cnc-machinist", "agr-1", FEBRUARY)
    yield Step(apprenticeships, "ap-1", enrol)
    for thing, title, base, enterprise in (
        ("p-1", "A gripper", "drives", "yunchuan"),
        ("p-2", "A press", "drives", None),
        ("p-3", "A grip for bottles", "foundry", "hengtai"),
    ):
        yield work(thing, Propose(title, "…", base, "person-17", enterprise, FEBRUARY))
        yield work(thing, Discuss(("person-17", "t-he"), "t-he", "Worth trying", FEBRUARY))
    yield work("p-1", Approve("t-lin", FEBRUARY))
    yield work("p-1", Staff(team, "m-xu"))
    yield work("p-1", SetBudget(budget, limit))
    yield work("p-1", FailGate(Gate.FEASIBILITY, "m-xu", "…", day(3)))
    yield work("p-1", ReportStatus("r-1", "person-17", Health.AT_RISK, 30, "…", Money("30000", "CNY"), day(4)))
    yield work("p-1", SetBudget(Money("40000", "CNY"), limit))
    yield work("p-1", PassGate(Gate.FEASIBILITY, "m-xu", "…", day(5)))
    yield work("p-1", SetBudget(budget, limit))
    yield work("p-1", Admit())
    yield work("p-1", RegisterProduct("gripper-1", "Gripper", ("person-18",)))
    yield work("p-1", RegisterProduct("gripper-2", "Better gripper", ("person-17", "person-18")))
    yield work("p-1", VerifyProduct("gripper-1", "m-xu", "…"))
    yield work("p-2", Reject("t-lin", "…", day(6)))
    yield work("p-3", Approve("t-lin", day(7)))
    yield work("p-3", SetBudget(budget, limit))


def work(thing: str, order: ProjectCommand) -> Step:
    return Step(deciding, thing, order)


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    """North has three projects: a venture in incubation, a rejected one, and one that has a budget only."""
    with closing(Stage(database, EVENT_TYPES, FOLLOWERS)) as stage:
        stage.store.register(NORTH, SOUTH)
        stage.store.execute_all(NORTH, [*steps()])
        stage.store.execute_all(SOUTH, [*steps()][:3])
        stage.fold_all(VIEWS)
        yield stage


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def listed(reader: Reader, **asked: Any) -> list[str]:
    return [row.id for row in queries.projects(reader, NORTH, queries.ListProjects(**asked)).rows]


def made(reader: Reader, **asked: Any) -> list[str]:
    return [row.product for row in queries.products(reader, NORTH, queries.ListProducts(**asked)).rows]


def judged(reader: Reader, **asked: Any) -> list[str]:
    return [row.outcome for row in queries.gates(reader, NORTH, queries.ListGates(**asked)).rows]


def incubating(reader: Reader, **asked: Any) -> list[str]:
    return [row.id for row in queries.incubation(reader, NORTH, queries.ListIncubation(**asked)).rows]


def test_projects_are_asked_for_by_base_enterprise_state_health_member_budget_and_title(reader: Reader) -> None:
    assert listed(reader) == ["p-1", "p-2", "p-3"]
    assert listed(reader, base="drives") == ["p-1", "p-2"]
    assert listed(reader, enterprise="hengtai") == ["p-3"]
    assert listed(reader, state="rejected") == ["p-2"]
    assert listed(reader, health="at_risk") == ["p-1"]
    assert listed(reader, member="person-18") == ["p-1"]
    assert listed(reader, member="m-xu") == []
    assert listed(reader, venture=True) == ["p-1", "p-3"]
    assert listed(reader, venture=False) == ["p-2"]
    assert listed(reader, over_budget=True) == ["p-1"]
    assert listed(reader, over_budget=False) == ["p-2", "p-3"]
    assert listed(reader, search="grip") == ["p-1", "p-3"]
    assert listed(reader, search="%") == []


def test_the_project_not_heard_of_for_longest_comes_first_where_it_is_asked_for(reader: Reader) -> None:
    assert listed(reader, sort="heard_of") == ["p-1", "p-2", "p-3"]
    rows = queries.projects(reader, NORTH, queries.ListProjects(sort="heard_of")).rows
    assert [row.heard_of for row in rows] == [day(4), day(6), day(7)]


def test_a_project_names_who_leads_and_who_guides_it(reader: Reader) -> None:
    row = queries.one_project(reader, NORTH, queries.ShowProject(project="p-1"))
    assert (row.lead_name, row.tutor_name, row.over_budget, row.spent) == (
        "Shen Yutong",
        "Xu Anqi",
        True,
        Decimal(30000),
    )
    assert [one.outcome for one in row.gates] == ["failed", "passed"]


def test_products_are_asked_for_by_base_enterprise_project_maker_and_verification(reader: Reader) -> None:
    assert made(reader) == ["gripper-1", "gripper-2"]
    assert made(reader, maker="person-17") == ["gripper-2"]
    assert made(reader, verified=True) == ["gripper-1"]
    assert made(reader, verified=False, project="p-1", base="drives", enterprise="yunchuan") == ["gripper-2"]
    assert made(reader, enterprise="hengtai") == []
    (row, _) = queries.products(reader, NORTH, queries.ListProducts()).rows
    assert (row.project_title, row.verifier_name) == ("A gripper", "Xu Anqi")


def test_attempts_at_gates_are_asked_for_by_base_project_gate_and_outcome(reader: Reader) -> None:
    assert judged(reader) == ["failed", "passed"]
    assert judged(reader, gate="feasibility", base="drives", project="p-1", enterprise="yunchuan") == [
        "failed",
        "passed",
    ]
    assert judged(reader, outcome="passed") == ["passed"]
    assert judged(reader, gate="market") == judged(reader, base="foundry") == judged(reader, enterprise="hengtai") == []
    (first, _) = queries.gates(reader, NORTH, queries.ListGates()).rows
    assert (first.assessor_name, first.attempt, first.judged_on) == ("Xu Anqi", 1, day(3))


def test_ventures_are_asked_for_by_base_enterprise_incubation_and_stage(reader: Reader) -> None:
    assert incubating(reader) == ["p-1", "p-3"]
    assert incubating(reader, incubation="incubated") == incubating(reader, stage="idea") == ["p-1"]
    assert incubating(reader, base="foundry", enterprise="hengtai", incubation="none") == ["p-3"]


def test_what_is_not_ones_own_is_not_found(reader: Reader) -> None:
    assert queries.one_project(reader, NORTH, queries.ShowProject(project="p-3", enterprise="hengtai")).id == "p-3"
    with pytest.raises(NotFound, match="p-3"):
        queries.one_project(reader, NORTH, queries.ShowProject(project="p-3", enterprise="yunchuan"))
    with pytest.raises(NotFound, match="p-3"):
        queries.one_project(reader, SOUTH, queries.ShowProject(project="p-3"))


def test_another_tenants_projects_are_not_seen(reader: Reader) -> None:
    assert [row.state for row in queries.projects(reader, SOUTH, queries.ListProjects()).rows] == ["proposed"]
    assert queries.products(reader, SOUTH, queries.ListProducts()).rows == []
    assert queries.gates(reader, SOUTH, queries.ListGates()).rows == []
    assert queries.incubation(reader, SOUTH, queries.ListIncubation()).rows == []


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (queries.projects, queries.ListProjects()),
        (queries.projects, queries.ListProjects(sort="heard_of")),
        (queries.products, queries.ListProducts()),
        (queries.gates, queries.ListGates()),
        (queries.incubation, queries.ListIncubation()),
    ],
)
def test_pages_follow_one_another_without_gap_or_overlap(reader: Reader, query: Any, asked: Any) -> None:
    whole = query(reader, NORTH, asked).rows
    assert page_by_page(query, reader, NORTH, asked) == whole
    with pytest.raises(Invalid, match="cursor"):
        query(reader, NORTH, msgspec.structs.replace(asked, cursor="nonsense"))


def test_the_live_rows_equal_a_fold_of_the_store(stage: Stage) -> None:
    assert stage.verify(VIEWS).differences == ()
