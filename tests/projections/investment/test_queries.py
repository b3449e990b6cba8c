from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.apprenticeships.events import Direction, ExitReason
from baseplus.apprenticeships.model import Enrol, Exit, apprenticeships
from baseplus.investment.entries import AgreeShare, CorrectCost, IncurCost, ValueOutput
from baseplus.investment.model import Order, investment, of_enrolled
from baseplus.investment.poaching import AgreeCompensation, DeclarePoaching, SettleCompensation
from baseplus.investment.returns import IssueStatement
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Invalid, NotFound
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.investment import queries
from projections.investment.entries import Entries, Statements
from projections.investment.views import Accounts
from projections.runner.reader import Reader
from tests.apprenticeships.story import day
from tests.investment.story import FEE, SCHOOL, WAGE, cny, eur, halves
from tests.projections.paging import page_by_page
from tests.projections.runner.stage import Stage

NORTH, SOUTH = TenantId("north"), TenantId("south")
VIEWS = (Accounts(), Entries(), Statements())
APPRENTICES = {
    "ap-1": ("Shen Yutong", "yunchuan", "drives"),
    "ap-2": ("Lin Xiaoyu", "yunchuan", "drives"),
    "ap-3": ("Lin Mo", "hengtai", "foundry"),
    "ap-4": ("Zhou Yi", "hengtai", "foundry"),
}


def steps() -> Iterator[Step]:
    for thing, (name, enterprise, base) in APPRENTICES.items():
        on = day(1, month=2)
        enrol = Enrol(f"p-{thing}", name, base, enterprise, "cnc-machinist", "agr-1", on)
        yield Step(apprenticeships, thing, enrol)
    yield money("ap-1", IncurCost("wage-2", WAGE, cny("3000"), on=day(28, month=2)))
    yield money("ap-1", IncurCost("wage-3", WAGE, cny("3200"), on=day(31)))
    yield money("ap-1", IncurCost("fee-1", FEE, eur("80"), SCHOOL, on=day(2)))
    yield money("ap-1", ValueOutput("out-3", cny("1500"), on=day(31)))
    yield money("ap-1", CorrectCost("wage-3", cny("3100"), "A day was unpaid"))
    yield money("ap-1", AgreeShare((WAGE,), halves, day(1)))
    yield money("ap-2", IncurCost("wage-3", WAGE, cny("2000"), on=day(31)))
    yield money("ap-2", IssueStatement(cny("900"), cny("400")))
    yield money("ap-2", ValueOutput("out-3", cny("5000"), on=day(31)))
    yield money("ap-2", IssueStatement(cny("900"), cny("400")))
    yield money("ap-3", IncurCost("wage-3", WAGE, cny("4000"), on=day(31)))
    yield Step(apprenticeships, "ap-3", Exit(ExitReason.POACHED, Direction.WORK, on=day(31)))
    yield money("ap-3", DeclarePoaching())
    yield money("ap-3", AgreeCompensation("Yunchuan", cny("1000"), day(30, month=6)))
    yield money("ap-3", SettleCompensation("p-1", cny("400")))
    yield Step(apprenticeships, "ap-4", Exit(ExitReason.DROPPED_OUT, Direction.STUDY, on=day(31)))
    yield money("ap-4", IncurCost("wage-3", WAGE, cny("100"), on=day(31)))


def money(thing: str, order: Order) -> Step:
    return Step(investment, thing, order, of_enrolled)


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    """North has four apprentices who cost something, two of whom left. South has one who cost nothing."""
    with closing(Stage(database, EVENT_TYPES, FOLLOWERS)) as stage:
        stage.store.register(NORTH, SOUTH)
        for step in steps():
            stage.store.execute_all(NORTH, [step])
        stage.store.execute_all(SOUTH, [next(steps())])
        stage.fold_all(VIEWS)
        yield stage


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def listed(reader: Reader, **asked: Any) -> list[tuple[str, str]]:
    rows = queries.balances(reader, NORTH, queries.ListBalances(**asked)).rows
    return [(row.id, row.currency) for row in rows]


def entered(reader: Reader, **asked: Any) -> list[tuple[str, str]]:
    rows = queries.entries(reader, NORTH, queries.ListEntries(**asked)).rows
    return [(row.apprenticeship, row.entry) for row in rows]


def test_what_an_apprentice_cost_and_brought_back_stands_in_each_currency(reader: Reader) -> None:
    rows = queries.balances(reader, NORTH, queries.ListBalances(enterprise="yunchuan")).rows
    told = [
        (row.id, row.currency, *map(int, (row.cost, row.borne, row.output, row.net_cost, row.unrecovered)))
        for row in rows
    ]
    assert told == [
        ("ap-1", "CNY", 6100, 4550, 1500, 3050, 3050),
        ("ap-1", "EUR", 80, 0, 0, 0, 0),
        ("ap-2", "CNY", 2000, 2000, 5000, -3000, 0),
    ]
    assert rows[0].name == "Shen Yutong"


def test_balances_are_asked_for_by_enterprise_base_currency_poaching_exit_and_name(reader: Reader) -> None:
    everything = [("ap-1", "CNY"), ("ap-1", "EUR"), ("ap-2", "CNY"), ("ap-3", "CNY"), ("ap-4", "CNY")]
    assert listed(reader) == everything
    assert listed(reader, enterprise="hengtai") == everything[3:]
    assert listed(reader, base="drives", currency="EUR") == [("ap-1", "EUR")]
    assert listed(reader, poaching="agreed") == [("ap-3", "CNY")]
    assert listed(reader, poaching="settled") == []
    assert listed(reader, exited=True) == everything[3:]
    assert listed(reader, exited=False, currency="CNY") == [("ap-1", "CNY"), ("ap-2", "CNY")]
    assert listed(reader, search="lin") == [("ap-2", "CNY"), ("ap-3", "CNY")]


def test_the_largest_loss_comes_first_where_it_is_asked_for(reader: Reader) -> None:
    assert listed(reader, sort="unrecovered", descending=True) == [
        ("ap-3", "CNY"),
        ("ap-1", "CNY"),
        ("ap-4", "CNY"),
        ("ap-2", "CNY"),
        ("ap-1", "EUR"),
    ]
    assert listed(reader, sort="net_cost", descending=True, currency="CNY")[-1] == ("ap-2", "CNY")


def test_an_enterprise_sees_what_training_came_to_and_what_was_lost_to_poaching(reader: Reader) -> None:
    rows = queries.returns(reader, NORTH, queries.ListReturns()).rows
    assert rows == [
        queries.ReturnRow(
            enterprise="hengtai",
            currency="CNY",
            apprentices=2,
            cost=Decimal(4100),
            borne=Decimal(4100),
            output=Decimal(0),
            compensation=Decimal(400),
            net_cost=Decimal(3700),
            exited=2,
            lost=Decimal(3700),
            poached=1,
            lost_to_poaching=Decimal(3600),
        ),
        queries.ReturnRow(
            enterprise="yunchuan",
            currency="CNY",
            apprentices=2,
            cost=Decimal(8100),
            borne=Decimal(6550),
            output=Decimal(6500),
            compensation=Decimal(0),
            net_cost=Decimal(50),
            exited=0,
            lost=Decimal(0),
            poached=0,
            lost_to_poaching=Decimal(0),
        ),
        queries.ReturnRow(
            enterprise="yunchuan",
            currency="EUR",
            apprentices=1,
            cost=Decimal(80),
            borne=Decimal(0),
            output=Decimal(0),
            compensation=Decimal(0),
            net_cost=Decimal(0),
            exited=0,
            lost=Decimal(0),
            poached=0,
            lost_to_poaching=Decimal(0),
        ),
    ]
    narrow = queries.ListReturns(enterprise="yunchuan", base="drives", currency="EUR")
    assert [row.currency for row in queries.returns(reader, NORTH, narrow).rows] == ["EUR"]


def test_entries_are_asked_for_by_apprentice_kind_currency_and_day_and_the_latest_come_first(reader: Reader) -> None:
    own = [("ap-1", "out-3"), ("ap-1", "wage-3"), ("ap-1", "fee-1"), ("ap-1", "wage-2")]
    assert entered(reader, apprenticeship="ap-1") == own
    assert entered(reader, apprenticeship="ap-1", what="output") == [("ap-1", "out-3")]
    assert entered(reader, kind="training_fee") == [("ap-1", "fee-1")]
    assert entered(reader, currency="EUR", enterprise="yunchuan") == [("ap-1", "fee-1")]
    assert entered(reader, first_day=day(1), last_day=day(30)) == [("ap-1", "fee-1")]
    assert entered(reader, base="foundry") == [("ap-4", "wage-3"), ("ap-3", "wage-3")]


def test_statements_name_the_apprentice(reader: Reader) -> None:
    rows = queries.statements(reader, NORTH, queries.ListStatements(enterprise="yunchuan", base="drives")).rows
    assert [(row.apprenticeship, row.number, row.name) for row in rows] == [
        ("ap-2", 1, "Lin Xiaoyu"),
        ("ap-2", 2, "Lin Xiaoyu"),
    ]
    assert [(int(row.net_cost), int(row.advantage), row.payback_months) for row in rows] == [
        (2000, -1100, 3),
        (-3000, 3900, 0),
    ]
    assert queries.statements(reader, NORTH, queries.ListStatements(apprenticeship="ap-1")).rows == []


def test_what_is_not_ones_own_is_not_found(reader: Reader) -> None:
    row = queries.one_account(reader, NORTH, queries.ShowAccount(apprenticeship="ap-3", enterprise="hengtai"))
    assert (row.name, row.unrecovered, row.poaching) == ("Lin Mo", [cny("4000")], "agreed")
    assert row.claim is not None
    assert row.claim.remaining == 600
    with pytest.raises(NotFound, match="ap-3"):
        queries.one_account(reader, NORTH, queries.ShowAccount(apprenticeship="ap-3", enterprise="yunchuan"))
    with pytest.raises(NotFound, match="ap-3"):
        queries.one_account(reader, SOUTH, queries.ShowAccount(apprenticeship="ap-3"))


def test_another_tenants_money_is_not_seen(reader: Reader) -> None:
    assert queries.balances(reader, SOUTH, queries.ListBalances()).rows == []
    assert queries.returns(reader, SOUTH, queries.ListReturns()).rows == []
    assert queries.entries(reader, SOUTH, queries.ListEntries()).rows == []
    assert queries.statements(reader, SOUTH, queries.ListStatements()).rows == []


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (queries.balances, queries.ListBalances()),
        (queries.balances, queries.ListBalances(sort="unrecovered", descending=True)),
        (queries.balances, queries.ListBalances(sort="net_cost", descending=True)),
        (queries.returns, queries.ListReturns()),
        (queries.entries, queries.ListEntries()),
        (queries.statements, queries.ListStatements()),
    ],
)
def test_pages_follow_one_another_without_gap_or_overlap(reader: Reader, query: Any, asked: Any) -> None:
    whole = query(reader, NORTH, asked).rows
    assert page_by_page(query, reader, NORTH, asked) == whole
    with pytest.raises(Invalid, match="cursor"):
        query(reader, NORTH, msgspec.structs.replace(asked, cursor="nonsense"))


def test_the_live_rows_equal_a_fold_of_the_store(stage: Stage) -> None:
    assert stage.verify(VIEWS).differences == ()
