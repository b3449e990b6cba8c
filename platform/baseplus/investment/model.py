"""The money of an apprenticeship: what it is ordered by, and whose rules decide.

The apprenticeship's own account owns it all: costs, what is borne by whom, output, statements, and the case of a
poaching with its compensation. So what is unrecovered follows from one stream. `docs/domain/investment.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias, assert_never

from baseplus.investment.account import Account, evolve
from baseplus.investment.enrolment import Enrolment, enrolments
from baseplus.investment.entries import (
    AgreeShare,
    CorrectCost,
    CorrectOutput,
    EntryOrder,
    IncurCost,
    ValueOutput,
    decide_entry,
)
from baseplus.investment.events import InvestmentEvent
from baseplus.investment.poaching import (
    AgreeCompensation,
    CaseOrder,
    DeclarePoaching,
    SettleCompensation,
    decide_case,
)
from baseplus.investment.returns import IssueStatement, decide_statement
from baseplus.kernel.decisions import Command, Decider, Load
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId

Order: TypeAlias = EntryOrder | IssueStatement | CaseOrder


class OrderFor(Command, frozen=True):
    """An order, and the apprenticeship whose money it is about: what the rules decide. Made by `of_enrolled`."""

    order: Order
    enrolment: Enrolment


def of_enrolled(load: Load, tenant: TenantId, apprenticeship: str, order: Order) -> OrderFor:
    """The order, with what the apprenticeship's own history says of it. Raises Rejected."""
    enrolment, _ = load(tenant, enrolments, apprenticeship)
    if not enrolment.apprentice:
        raise Rejected("no_such_apprenticeship")
    return OrderFor(order, enrolment)


def decide(command: OrderFor, account: Account, now: datetime) -> Iterator[InvestmentEvent]:
    """What an order leads to. Raises Rejected."""
    order, enrolment = command.order, command.enrolment
    named = None if isinstance(order, AgreeShare) else order.enterprise
    if named not in (None, enrolment.enterprise):
        raise Rejected("another_enterprise", named=named, enterprise=enrolment.enterprise)
    match order:
        case IncurCost() | CorrectCost() | AgreeShare() | ValueOutput() | CorrectOutput():
            yield from decide_entry(order, account, enrolment, now)
        case IssueStatement():
            yield from decide_statement(order, account, enrolment, now)
        case DeclarePoaching() | AgreeCompensation() | SettleCompensation():
            yield from decide_case(order, account, enrolment, now)
        case _:
            assert_never(order)


investment = Decider("investment", Account, decide, evolve)
