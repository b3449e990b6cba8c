from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from baseplus.investment.events import CompensationSettled, ReturnStatementIssued
from baseplus.investment.returns import IssueStatement, payback_months
from baseplus.investment.terms import Rate
from baseplus.kernel.scenario import NOON
from tests.investment.story import (
    TODAY,
    claimed,
    cny,
    eur,
    given,
    incurred,
    instalment,
    known,
    trained,
    valued,
)

order = IssueStatement(hiring=cny("800"), monthly_gain=cny("500"))
statement = ReturnStatementIssued(
    number=1,
    apprentice="person-17",
    base="drives",
    enterprise="yunchuan",
    on=TODAY,
    cost=cny("3000"),
    output=cny("1000"),
    compensation=cny("0"),
    net_cost=cny("2000"),
    hiring=cny("800"),
    monthly_gain=cny("500"),
    advantage=cny("-1200"),
    payback_months=3,
)


def test_a_statement_compares_training_with_hiring() -> None:
    given(*trained).when(known(order)).then(statement)


def test_compensation_that_was_paid_lowers_the_net_cost() -> None:
    after = msgspec.structs.replace(
        statement, compensation=cny("500"), net_cost=cny("1500"), advantage=cny("-700"), payback_months=2
    )
    given(*claimed, instalment).when(known(order)).then(after)


def test_the_same_figures_on_the_same_day_change_nothing_and_others_make_the_next_statement() -> None:
    given(*trained, statement).when(known(order)).then()
    tomorrow = msgspec.structs.replace(statement, number=2, on=TODAY + timedelta(days=1))
    given(*trained, statement).when(known(order), at=NOON + timedelta(days=1)).then(tomorrow)
    more = msgspec.structs.replace(
        statement, number=2, output=cny("1400"), net_cost=cny("1600"), advantage=cny("-800"), payback_months=2
    )
    given(*trained, statement, valued("output-2", cny("400"))).when(known(order)).then(more)


def test_nothing_is_added_across_currencies_unless_somebody_says_at_which_rate() -> None:
    history = (*trained, incurred("fee-1", eur("100"), first=True))
    given(*history).when(known(order)).then_rejected("rates_missing", currencies=["EUR"])
    told = msgspec.structs.replace(order, rates=(Rate("EUR", "7.84125"),))
    given(*history).when(known(told)).then(
        msgspec.structs.replace(
            statement,
            cost=cny("3784.125"),
            net_cost=cny("2784.125"),
            advantage=cny("-1984.125"),
            payback_months=4,
            rates=told.rates,
        )
    )


def test_a_rate_is_given_once_and_is_of_another_currency_and_more_than_nothing() -> None:
    def with_rates(*rates: Rate) -> IssueStatement:
        return msgspec.structs.replace(order, rates=rates)

    twice = with_rates(Rate("EUR", "7"), Rate("EUR", "8"))
    given(*trained).when(known(twice)).then_rejected("rate_given_twice", currency="EUR")
    given(*trained).when(known(with_rates(Rate("CNY", "1")))).then_rejected("rate_given_twice", currency="CNY")
    given(*trained).when(known(with_rates(Rate("EUR", "0.0")))).then_rejected("rate_of_nothing", currency="EUR")


def test_a_statement_is_in_one_currency_of_what_cost_something() -> None:
    mixed = IssueStatement(hiring=cny("800"), monthly_gain=eur("1"))
    given(*trained).when(known(mixed)).then_rejected("another_currency", currency="EUR", needed="CNY")
    given().when(known(order)).then_rejected("no_costs")
    below = IssueStatement(hiring=cny("-1"), monthly_gain=cny("1"))
    given(*trained).when(known(below)).then_rejected("amount_out_of_range")


def test_a_figure_that_cannot_be_written_is_refused() -> None:
    dear = incurred("gold", eur("9999999999"), first=True)
    told = msgspec.structs.replace(order, rates=(Rate("EUR", "9999999"),))
    given(dear).when(known(told)).then_rejected("amount_out_of_range", most="1000000000000000")


@pytest.mark.parametrize(
    ("dearer", "gain", "months"),
    [("-1", "5", 0), ("0", "0", 0), ("10", "5", 2), ("10.01", "5", 3), ("1", "0", None), ("60001", "5", None)],
)
def test_payback_is_the_whole_months_in_which_the_gain_makes_up_for_what_training_cost_more(
    dearer: str, gain: str, months: int | None
) -> None:
    assert payback_months(Decimal(dearer), Decimal(gain)) == months


def test_a_payment_in_full_is_what_counts() -> None:
    paid = CompensationSettled("p-1", cny("1500"), cny("0"), TODAY)
    state = given(*claimed, paid).state
    assert state.compensation == {"CNY": Decimal(1500)}
    assert state.claim.remaining == 0
