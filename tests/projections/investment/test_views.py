from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from baseplus.apprenticeships.events import ApprenticeExited, ApprenticeshipCompleted, Direction, ExitReason
from baseplus.investment.events import (
    CompensationSettled,
    CostApportioned,
    CostCorrected,
    InvestmentEvent,
    OutputCorrected,
)
from baseplus.investment.terms import Bearer, Part
from baseplus.kernel.events import Event
from projections.investment.entries import Entries, EntryRow, StatementRow, Statements
from projections.investment.views import AccountRow, Accounts, Balance, Claim, InForce
from tests.apprenticeships.story import day, enrolled
from tests.contracts.examples import example
from tests.investment.story import (
    ENTERPRISE,
    SCHOOL,
    TODAY,
    WAGE,
    agreed,
    claimed,
    cny,
    declared,
    eur,
    halves,
    incurred,
    instalment,
    lost,
    shared,
    trained,
    valued,
)
from tests.investment.test_returns import statement
from tests.projections.folding import fold, time

half = (Part(ENTERPRISE, "1500"), Part(SCHOOL, "1500"))
apportioned = CostApportioned("wage-1", WAGE, cny("3000"), half, incurred().borne, TODAY, "drives")
corrected = CostCorrected(
    "wage-1", WAGE, cny("2000"), (Part(ENTERPRISE, "2000"),), cny("3000"), incurred().borne, TODAY, "p", "drives", "…"
)


def account(*history: Event) -> AccountRow:
    row = fold(Accounts(), "investment/ap-17", [enrolled, *history])["ap-17"]
    assert isinstance(row, AccountRow)
    return row


def balances(*history: Event) -> list[tuple[str, int, int, int, int]]:
    return [
        (one.currency, int(one.cost), int(one.borne), int(one.output), int(one.compensation))
        for one in account(*history).balances
    ]


def test_an_enrolled_apprentice_has_an_account_without_money() -> None:
    assert account() == AccountRow(
        id="ap-17",
        apprentice="person-17",
        name="Shen Yutong",
        base="drives",
        enterprise="yunchuan",
        occupation="cnc-machinist",
        enrolled_on=enrolled.on,
        completed_on=None,
        exited_on=None,
        exit_reason=None,
        balances=[],
        shares=[],
        statements=0,
        poaching="none",
        unrecovered=[],
        claim=None,
        position=1,
    )


def test_a_balance_is_kept_for_each_currency() -> None:
    assert balances(*trained, incurred("fee-1", eur("80")), incurred("w", eur("20"))) == [
        ("CNY", 3000, 3000, 1000, 0),
        ("EUR", 100, 100, 0, 0),
    ]


def test_corrections_and_later_shares_change_the_balance() -> None:
    assert balances(incurred(), apportioned) == [("CNY", 3000, 1500, 0, 0)]
    assert balances(incurred(), corrected) == [("CNY", 2000, 2000, 0, 0)]
    mended = OutputCorrected("output-1", cny("400"), cny("1000"), TODAY, "person-17", "drives", "…")
    assert balances(valued(), mended) == [("CNY", 0, 0, 400, 0)]
    row = account(shared, statement)
    assert (row.shares, row.statements) == ([InForce((WAGE,), halves, day(1, month=2))], 1)


def test_an_account_says_how_the_apprenticeship_ended() -> None:
    left = ApprenticeExited("person-17", "drives", ExitReason.POACHED, Direction.WORK, TODAY, None)
    row = account(*trained, left)
    assert (row.exited_on, row.exit_reason, row.completed_on) == (TODAY, ExitReason.POACHED, None)
    assert account(ApprenticeshipCompleted("drives", enrolled.on, TODAY)).completed_on == TODAY


def test_a_poaching_is_declared_agreed_on_and_settled() -> None:
    row = account(*lost)
    assert (row.poaching, row.unrecovered, row.claim) == ("declared", [cny("2000")], None)
    row = account(*claimed, instalment)
    assert (row.poaching, row.position) == ("agreed", 6)
    assert row.claim == Claim("Hengtai", Decimal(1500), "CNY", Decimal(1000), TODAY, day(30, month=6))
    row = account(*claimed, instalment, CompensationSettled("p-2", cny("1000"), cny("0"), TODAY))
    assert row.poaching == "settled"
    assert row.balances == [Balance("CNY", Decimal(3000), Decimal(3000), Decimal(1000), Decimal(1500))]


@pytest.mark.parametrize("event", [incurred(), valued(), shared, declared, agreed, instalment, statement])
def test_money_of_whom_nobody_enrolled_makes_no_account(event: InvestmentEvent) -> None:
    assert fold(Accounts(), "investment/ap-17", [event]) == {}


def test_a_payment_without_an_agreement_is_still_a_payment() -> None:
    row = account(instalment)
    assert (row.claim, row.balances) == (None, [Balance("CNY", compensation=Decimal(500))])


def entries(*history: InvestmentEvent) -> dict[str, EntryRow]:
    return fold(Entries(), "investment/ap-17", history)


def test_an_entry_says_what_it_is_and_who_bears_it() -> None:
    noted = msgspec.structs.replace(valued(), note="Two hundred flanges")
    rows = entries(incurred(borne=half), noted)
    assert list(rows) == ["ap-17:cost:wage-1", "ap-17:output:output-1"]
    assert rows["ap-17:cost:wage-1"] == EntryRow(
        key="ap-17:cost:wage-1",
        apprenticeship="ap-17",
        apprentice="person-17",
        base="drives",
        enterprise="yunchuan",
        what="cost",
        entry="wage-1",
        amount=Decimal(3000),
        currency="CNY",
        entered_on=TODAY,
        recorded_at=time(61),
        corrections=0,
        position=1,
        kind=WAGE,
        paid_by=Bearer.ENTERPRISE,
        borne=list(half),
        enterprise_part=Decimal(1500),
    )
    output = rows["ap-17:output:output-1"]
    assert (output.what, output.kind, output.enterprise_part, output.note) == (
        "output",
        None,
        None,
        "Two hundred flanges",
    )


def test_an_entry_shows_its_latest_amount_and_how_often_it_was_corrected() -> None:
    row = entries(incurred(), corrected)["ap-17:cost:wage-1"]
    assert (row.amount, row.enterprise_part, row.corrections, row.position) == (Decimal(2000), Decimal(2000), 1, 2)
    row = entries(incurred(), apportioned)["ap-17:cost:wage-1"]
    assert (row.amount, row.enterprise_part, row.corrections) == (Decimal(3000), Decimal(1500), 0)
    mended = OutputCorrected("output-1", cny("400"), cny("1000"), TODAY, "person-17", "drives", "…")
    assert entries(valued(), mended)["ap-17:output:output-1"].amount == 400


def test_a_correction_of_no_entry_makes_none() -> None:
    assert entries(example(CostCorrected), example(CostApportioned), example(OutputCorrected)) == {}


def test_a_statement_stays_as_it_was_issued() -> None:
    second = msgspec.structs.replace(statement, number=2, payback_months=None)
    rows = fold(Statements(), "investment/ap-17", [statement, second])
    assert list(rows) == ["ap-17:000001", "ap-17:000002"]
    first = rows["ap-17:000001"]
    assert isinstance(first, StatementRow)
    assert (first.number, first.net_cost, first.advantage, first.payback_months) == (
        1,
        Decimal(2000),
        Decimal(-1200),
        3,
    )
    assert rows["ap-17:000002"].payback_months is None
