"""When somebody poaches an apprentice: what is lost is declared, its compensation agreed, and paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, TypeAlias, assert_never

from msgspec import Meta

from baseplus.apprenticeships.events import ExitReason
from baseplus.investment.account import Account, Claim
from baseplus.investment.enrolment import Enrolment, OfEnterprise, On
from baseplus.investment.events import CaseEvent, CompensationAgreed, CompensationSettled, PoachingDeclared
from baseplus.investment.terms import check_amount, check_currency, written
from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, Money


class DeclarePoaching(Command, frozen=True):
    """Declare that an apprentice was poached, and what is lost with them.

    It opens the case: possible once their exit says so. Declared again it changes nothing.
    """

    enterprise: OfEnterprise = None


class AgreeCompensation(Command, frozen=True):
    """Record what whoever hired a poached apprentice will pay."""

    payer: Annotated[Line, Meta(description="the enterprise that hired them")]
    amount: Annotated[Money, Meta(description="how much, more than 0")]
    due: Annotated[Day, Meta(description="by when")]
    on: On = None
    enterprise: OfEnterprise = None


class SettleCompensation(Command, frozen=True):
    """Record a payment of the compensation.

    The whole or a part; never more than was agreed.
    """

    payment: Annotated[Id, Meta(description="the payment's own id in this apprenticeship")]
    amount: Annotated[Money, Meta(description="how much came, more than 0")]
    on: On = None
    enterprise: OfEnterprise = None


CaseOrder: TypeAlias = DeclarePoaching | AgreeCompensation | SettleCompensation


def decide_case(order: CaseOrder, account: Account, enrolment: Enrolment, now: datetime) -> Iterator[CaseEvent]:
    """What an order about a poaching leads to. Raises Rejected."""
    match order:
        case DeclarePoaching():
            if enrolment.left is None:
                raise Rejected("apprentice_has_not_left")
            if enrolment.reason is not ExitReason.POACHED:
                raise Rejected("not_poached", reason=str(enrolment.reason))
            if account.poached is None:
                person, base, enterprise = enrolment.apprentice, enrolment.base, enrolment.enterprise
                yield PoachingDeclared(person, base, enterprise, enrolment.left, account.unrecovered)
        case AgreeCompensation():
            if account.poached is None:
                raise Rejected("no_poaching_declared")
            if account.claim is not None:
                raise Rejected("compensation_agreed_already", amount=account.claim.amount.amount)
            check_amount(order.amount)
            on = day_of(order.on, now, account.poached)
            yield CompensationAgreed(order.payer, order.amount, order.due, on, account.unrecovered)
        case SettleCompensation():
            if account.claim is None:
                raise Rejected("no_compensation_agreed")
            yield _settled(order, account.claim, now)
        case _:
            assert_never(order)


def _settled(order: SettleCompensation, claim: Claim, now: datetime) -> CompensationSettled:
    if order.payment in claim.payments:
        raise Rejected("payment_exists", payment=order.payment)
    check_currency(order.amount, claim.amount.currency)
    check_amount(order.amount)
    left = claim.remaining - order.amount.value
    if left < 0:
        raise Rejected("more_than_agreed", amount=order.amount.amount, remaining=written(claim.remaining))
    return CompensationSettled(
        order.payment, order.amount, Money(written(left), claim.amount.currency), day_of(order.on, now, claim.agreed)
    )
