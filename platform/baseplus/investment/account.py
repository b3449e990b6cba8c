"""What the rules know of an apprenticeship's money, and what follows from it without any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import assert_never

import msgspec

from baseplus.investment.events import (
    CompensationAgreed,
    CompensationSettled,
    CostApportioned,
    CostCorrected,
    CostIncurred,
    CostShareAgreed,
    InvestmentEvent,
    OutputCorrected,
    OutputValued,
    PoachingDeclared,
    ReturnStatementIssued,
)
from baseplus.investment.terms import Bearer, CostKind, Part, Share, borne_by, split, summed, written
from baseplus.kernel.vocabulary import Money


class Cost(msgspec.Struct, frozen=True):
    """A cost as it stands. paid_by: who bears it where nothing is agreed."""

    kind: CostKind
    amount: Money
    borne: tuple[Part, ...]
    on: date
    paid_by: Bearer


class Output(msgspec.Struct, frozen=True):
    """A value as it stands."""

    amount: Money
    on: date


class Agreed(msgspec.Struct, frozen=True):
    """How costs of these kinds are borne from a day on."""

    kinds: tuple[CostKind, ...]
    shares: tuple[Share, ...]
    since: date


class Claim(msgspec.Struct, frozen=True):
    """The compensation that was agreed, and on which day. payments: those that came, by id."""

    amount: Money
    agreed: date
    payments: Mapping[str, str] = {}

    @property
    def remaining(self) -> Decimal:
        """What is still to come."""
        return self.amount.value - sum(map(Decimal, self.payments.values()))


class Account(msgspec.Struct, frozen=True):
    """What the rules need to know. shares: in the order in which they were agreed. poached: on which day who was
    poached had left."""

    costs: Mapping[str, Cost] = {}
    shares: tuple[Agreed, ...] = ()
    outputs: Mapping[str, Output] = {}
    statement: ReturnStatementIssued | None = None
    poached: date | None = None
    claim: Claim | None = None

    @property
    def cost(self) -> dict[str, Decimal]:
        """What the enterprise bears, by currency."""
        return summed((cost.amount.currency, borne_by(Bearer.ENTERPRISE, cost.borne)) for cost in self.costs.values())

    @property
    def output(self) -> dict[str, Decimal]:
        """What the work was worth, by currency."""
        return summed((output.amount.currency, output.amount.value) for output in self.outputs.values())

    @property
    def compensation(self) -> dict[str, Decimal]:
        """What was paid for the poaching, by currency."""
        return {self.claim.amount.currency: self.claim.amount.value - self.claim.remaining} if self.claim else {}

    @property
    def unrecovered(self) -> tuple[Money, ...]:
        """What the enterprise bore and work has not brought back: by currency, where something is."""
        return tuple(Money(written(value), currency) for currency, value in unrecovered(self.cost, self.output))

    def borne(self, kind: CostKind, amount: Decimal, on: date, paid_by: Bearer) -> tuple[Part, ...]:
        """Who bears which part of such a cost of that day: as agreed last for it, else whoever paid."""
        for agreed in reversed(self.shares):
            if kind in agreed.kinds and on >= agreed.since:
                return split(amount, agreed.shares)
        return (Part(paid_by, written(amount)),)

    def is_first(self, on: date, currency: str) -> bool:
        """Whether no cost of that month and currency has been recorded."""
        month = (on.year, on.month)
        return all(
            (one.on.year, one.on.month) != month or one.amount.currency != currency for one in self.costs.values()
        )


def unrecovered(cost: Mapping[str, Decimal], output: Mapping[str, Decimal]) -> Iterable[tuple[str, Decimal]]:
    """What a cost is above what it brought back: by currency in their order, where something is.

    A surplus in one currency makes up for nothing in another one: nobody has said at which rate.
    """
    for currency in sorted(cost):
        if (lost := cost[currency] - output.get(currency, Decimal(0))) > 0:
            yield currency, lost


def evolve(account: Account, event: InvestmentEvent) -> Account:
    """The account after the event."""
    change = msgspec.structs.replace
    match event:
        case CostIncurred():
            cost = Cost(event.kind, event.amount, event.borne, event.on, event.paid_by)
            return change(account, costs={**account.costs, event.cost: cost})
        case CostCorrected() | CostApportioned():
            if (there := account.costs.get(event.cost)) is None:
                return account
            mended = change(there, amount=event.amount, borne=event.borne)
            return change(account, costs={**account.costs, event.cost: mended})
        case CostShareAgreed(kinds, shares, since):
            return change(account, shares=(*account.shares, Agreed(kinds, shares, since)))
        case OutputValued() | OutputCorrected():
            valued = Output(event.amount, event.on)
            return change(account, outputs={**account.outputs, event.output: valued})
        case ReturnStatementIssued():
            return change(account, statement=event)
        case PoachingDeclared():
            return change(account, poached=event.left)
        case CompensationAgreed():
            return change(account, claim=Claim(event.amount, event.on))
        case CompensationSettled(payment, amount):
            if account.claim is None:
                return account
            payments = {**account.claim.payments, payment: amount.amount}
            return change(account, claim=change(account.claim, payments=payments))
        case _:
            assert_never(event)
