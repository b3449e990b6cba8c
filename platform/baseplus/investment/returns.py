"""Train against hire: what an apprentice cost and brought back, beside what hiring somebody skilled would have cost.

Source: the surveys of costs and benefits of in-company training by Germany's BIBB: net cost is what training costs less
what apprentices' work is worth, and is paid back by what need not be spent on hiring and by what an own skilled worker
is better than a hired one afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from baseplus.investment.account import Account
from baseplus.investment.enrolment import Enrolment, OfEnterprise
from baseplus.investment.events import ReturnStatementIssued
from baseplus.investment.terms import Rate, changed, check_amount, check_currency, rates_by_currency, written
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Money

_NEVER = 12_000


class IssueStatement(Command, frozen=True):
    """Issue the enterprise's return statement: train against hire.

    From all that is recorded, in the currency of `hiring`. Amounts in another one need the rate to change them at. The
    same figures on the same day again change nothing.
    """

    hiring: Annotated[Money, Meta(description="what it costs to find and settle in somebody skilled instead")]
    monthly_gain: Annotated[
        Money, Meta(description="by how much an own skilled worker is better than a hired one, a month")
    ]
    rates: Annotated[tuple[Rate, ...], Meta(max_length=20, description="how other currencies are changed")] = ()
    enterprise: OfEnterprise = None


class Return(msgspec.Struct, frozen=True):
    """The figures of a statement, all in its currency. payback_months None: never."""

    cost: Decimal
    output: Decimal
    compensation: Decimal
    net_cost: Decimal
    advantage: Decimal
    payback_months: int | None


def weigh(account: Account, hiring: Decimal, monthly_gain: Decimal, rates: Mapping[str, Decimal]) -> Return:
    """What training one apprentice came to against hiring.

    hiring, monthly_gain: in the statement's currency. rates: what one unit of each currency is in it. Raises Rejected,
    naming them, where the rate of a currency is missing: nothing is added across currencies unless somebody says how.
    """
    sums = (account.cost, account.output, account.compensation)
    if missing := sorted({currency for one in sums for currency in one} - rates.keys()):
        raise Rejected("rates_missing", currencies=missing)
    cost, output, compensation = (changed(one, rates) for one in sums)
    net = cost - output - compensation
    return Return(cost, output, compensation, net, hiring - net, payback_months(net - hiring, monthly_gain))


def payback_months(dearer: Decimal, monthly_gain: Decimal) -> int | None:
    """After how many whole months a gain has made up for what training cost more than hiring. 0 where it did not cost
    more; None where the gain never does, or not within a thousand years."""
    if dearer <= 0:
        return 0
    if monthly_gain <= 0:
        return None
    months = int((dearer / monthly_gain).to_integral_value(ROUND_CEILING))
    return months if months <= _NEVER else None


def decide_statement(
    order: IssueStatement, account: Account, enrolment: Enrolment, now: datetime
) -> Iterator[ReturnStatementIssued]:
    """What an order to issue a statement leads to. Raises Rejected."""
    currency, last = order.hiring.currency, account.statement
    check_currency(order.monthly_gain, currency)
    for given in (order.hiring, order.monthly_gain):
        check_amount(given, least=Decimal(0))
    if not account.costs:
        raise Rejected("no_costs")
    made = weigh(account, order.hiring.value, order.monthly_gain.value, rates_by_currency(currency, order.rates))
    issued = ReturnStatementIssued(
        number=last.number if last else 1,
        apprentice=enrolment.apprentice,
        base=enrolment.base,
        enterprise=enrolment.enterprise,
        on=now.date(),
        cost=Money(written(made.cost), currency),
        output=Money(written(made.output), currency),
        compensation=Money(written(made.compensation), currency),
        net_cost=Money(written(made.net_cost), currency),
        hiring=order.hiring,
        monthly_gain=order.monthly_gain,
        advantage=Money(written(made.advantage), currency),
        payback_months=made.payback_months,
        rates=order.rates,
    )
    if last is None:
        yield issued
    elif issued != last:
        yield replace(issued, number=last.number + 1)
