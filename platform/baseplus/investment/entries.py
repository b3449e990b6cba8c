"""Entries of an account: costs, who bears them, and what the work was worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias, assert_never

from msgspec import Meta

from baseplus.investment.account import Account, Output, evolve
from baseplus.investment.enrolment import Enrolment, OfEnterprise, On
from baseplus.investment.events import (
    CostApportioned,
    CostCorrected,
    CostIncurred,
    CostShareAgreed,
    EntryEvent,
    OutputCorrected,
    OutputValued,
)
from baseplus.investment.terms import Bearer, CostKind, Share, check_amount, check_currency, check_shares
from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Money, Text

Note = Annotated[Text | None, Meta(description="what is worth knowing besides; it can be erased")]
Reason = Annotated[Text, Meta(description="why; it can be erased")]


class IncurCost(Command, frozen=True):
    """Record what an apprentice's training cost.

    It is borne as agreed for such costs of that day, and without an agreement by whoever paid.
    """

    cost: Annotated[Id, Meta(description="the cost's own id in this apprenticeship, like wage-2026-03")]
    kind: Annotated[CostKind, Meta(description="what was paid for")]
    amount: Annotated[Money, Meta(description="how much, more than 0")]
    paid_by: Annotated[Bearer, Meta(description="who paid")] = Bearer.ENTERPRISE
    on: On = None
    enterprise: OfEnterprise = None
    note: Note = None


class CorrectCost(Command, frozen=True):
    """Correct the amount of a cost.

    What was recorded stays recorded. The currency stays: where it was wrong, correct to 0 and record it anew.
    """

    cost: Annotated[Id, Meta(description="the cost")]
    amount: Annotated[Money, Meta(description="how much it was; 0 where there was none")]
    reason: Reason
    enterprise: OfEnterprise = None


class AgreeShare(Command, frozen=True):
    """Record how costs are shared from a day on.

    It holds until it is agreed otherwise. Costs that have been recorded for that day or later are borne anew.
    """

    kinds: Annotated[tuple[CostKind, ...], Meta(min_length=1, max_length=4, description="for which costs")]
    shares: Annotated[tuple[Share, ...], Meta(min_length=1, max_length=4, description="who bears how much, in all 100")]
    since: Annotated[Day, Meta(description="the first day of it; it may have passed, or be still to come")]


class ValueOutput(Command, frozen=True):
    """Record what an apprentice's work was worth to the enterprise."""

    output: Annotated[Id, Meta(description="the output's own id in this apprenticeship, like output-2026-03")]
    amount: Annotated[Money, Meta(description="what it was worth, more than 0")]
    on: On = None
    enterprise: OfEnterprise = None
    note: Note = None


class CorrectOutput(Command, frozen=True):
    """Correct what an apprentice's work was worth.

    What was recorded stays recorded. The currency stays: where it was wrong, correct to 0 and record it anew.
    """

    output: Annotated[Id, Meta(description="the output")]
    amount: Annotated[Money, Meta(description="what it was worth; 0 where nothing")]
    reason: Reason
    enterprise: OfEnterprise = None


EntryOrder: TypeAlias = IncurCost | CorrectCost | AgreeShare | ValueOutput | CorrectOutput


def decide_entry(
    order: EntryOrder, account: Account, enrolment: Enrolment, now: datetime
) -> Iterator[EntryEvent | CostShareAgreed]:
    """What an order about an entry leads to. Raises Rejected."""
    match order:
        case IncurCost():
            yield _incurred(order, account, enrolment, now)
        case CorrectCost():
            yield _cost_corrected(order, account, enrolment)
        case AgreeShare():
            yield from _share_agreed(order, account, enrolment)
        case ValueOutput():
            yield _valued(order, account, enrolment, now)
        case CorrectOutput():
            yield _output_corrected(order, account, enrolment)
        case _:
            assert_never(order)


def _incurred(order: IncurCost, account: Account, enrolment: Enrolment, now: datetime) -> CostIncurred:
    if order.cost in account.costs:
        raise Rejected("cost_exists", cost=order.cost)
    check_amount(order.amount)
    on = day_of(order.on, now)
    return CostIncurred(
        cost=order.cost,
        kind=order.kind,
        amount=order.amount,
        paid_by=order.paid_by,
        borne=account.borne(order.kind, order.amount.value, on, order.paid_by),
        on=on,
        apprentice=enrolment.apprentice,
        base=enrolment.base,
        enterprise=enrolment.enterprise,
        first=account.is_first(on, order.amount.currency),
        note=order.note,
    )


def _cost_corrected(order: CorrectCost, account: Account, enrolment: Enrolment) -> CostCorrected:
    if (there := account.costs.get(order.cost)) is None:
        raise Rejected("no_such_cost", cost=order.cost)
    _check_correction(there.amount, order.amount)
    return CostCorrected(
        cost=order.cost,
        kind=there.kind,
        amount=order.amount,
        borne=account.borne(there.kind, order.amount.value, there.on, there.paid_by),
        previous=there.amount,
        previously_borne=there.borne,
        on=there.on,
        apprentice=enrolment.apprentice,
        base=enrolment.base,
        reason=order.reason,
    )


def _valued(order: ValueOutput, account: Account, enrolment: Enrolment, now: datetime) -> OutputValued:
    if order.output in account.outputs:
        raise Rejected("output_exists", output=order.output)
    check_amount(order.amount)
    return OutputValued(
        output=order.output,
        amount=order.amount,
        on=day_of(order.on, now),
        apprentice=enrolment.apprentice,
        base=enrolment.base,
        enterprise=enrolment.enterprise,
        note=order.note,
    )


def _output_corrected(order: CorrectOutput, account: Account, enrolment: Enrolment) -> OutputCorrected:
    there: Output | None = account.outputs.get(order.output)
    if there is None:
        raise Rejected("no_such_output", output=order.output)
    _check_correction(there.amount, order.amount)
    return OutputCorrected(
        output=order.output,
        amount=order.amount,
        previous=there.amount,
        on=there.on,
        apprentice=enrolment.apprentice,
        base=enrolment.base,
        reason=order.reason,
    )


def _check_correction(there: Money, now: Money) -> None:
    check_currency(now, there.currency)
    check_amount(now, least=Decimal(0))
    if now.value == there.value:
        raise Rejected("correction_changes_nothing")


def _share_agreed(
    order: AgreeShare, account: Account, enrolment: Enrolment
) -> Iterator[CostShareAgreed | CostApportioned]:
    if len(set(order.kinds)) < len(order.kinds):
        raise Rejected("kind_named_twice", kinds=[kind.value for kind in order.kinds])
    check_shares(order.shares)
    agreed = CostShareAgreed(order.kinds, order.shares, order.since)
    after = evolve(account, agreed)
    if account.shares and account.shares[-1] == after.shares[-1]:
        return
    yield agreed
    for id_, cost in account.costs.items():
        borne = after.borne(cost.kind, cost.amount.value, cost.on, cost.paid_by)
        if borne != cost.borne:
            yield CostApportioned(id_, cost.kind, cost.amount, borne, cost.borne, cost.on, enrolment.base)
