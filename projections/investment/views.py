"""The money of apprentices as people look it up: an account each. Amounts are decimals beside their currency."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.apprenticeships.events import ApprenticeEnrolled, ApprenticeExited, ApprenticeshipCompleted, ExitReason
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
from baseplus.investment.terms import Bearer, CostKind, Part, Share, borne_by
from baseplus.kernel.vocabulary import Money
from projections.runner.view import At, Row, View

PoachingState: TypeAlias = Literal["none", "declared", "agreed", "settled"]


class Balance(msgspec.Struct):
    """What stands in one currency. cost: in all. borne: of it, by the enterprise. compensation: that was paid."""

    currency: str
    cost: Decimal = Decimal(0)
    borne: Decimal = Decimal(0)
    output: Decimal = Decimal(0)
    compensation: Decimal = Decimal(0)


class InForce(msgspec.Struct):
    """How costs of a kind are borne from a day on; the last one for a kind and day holds."""

    kinds: tuple[CostKind, ...]
    shares: tuple[Share, ...]
    since: date


class Claim(msgspec.Struct):
    """What was agreed with whoever hired the apprentice, and what is still to come."""

    payer: str
    amount: Decimal
    currency: str
    remaining: Decimal
    agreed_on: date
    due: date


class AccountRow(Row):
    """The money of one apprenticeship.

    base, enterprise, occupation: by id. balances: one for each currency, in their order. unrecovered: what a declared
    poaching took away, as it was known then. claim: the compensation that was agreed. position: of the last
    event shown.
    """

    id: str
    apprentice: str
    name: str
    base: str
    enterprise: str
    occupation: str
    enrolled_on: date
    completed_on: date | None
    exited_on: date | None
    exit_reason: ExitReason | None
    balances: list[Balance]
    shares: list[InForce]
    statements: int
    poaching: PoachingState
    unrecovered: list[Money]
    claim: Claim | None
    position: int


AccountChange = ApprenticeEnrolled | ApprenticeshipCompleted | ApprenticeExited | InvestmentEvent


class Accounts(View[AccountRow, AccountChange]):
    """One row per apprenticeship, under its id."""

    name: ClassVar = "accounts"
    indexes: ClassVar = (("enterprise", "id"), ("base", "id"), ("poaching", "id"))

    def evolve(self, row: AccountRow | None, event: AccountChange, at: At) -> AccountRow | None:
        if isinstance(event, ApprenticeEnrolled):
            return _opened(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case ApprenticeshipCompleted():
                row.completed_on = event.on
            case ApprenticeExited():
                row.exited_on, row.exit_reason = event.on, event.reason
            case CostIncurred():
                _add(row, event.amount, event.borne)
            case CostCorrected():
                _add(row, event.previous, event.previously_borne, times=-1)
                _add(row, event.amount, event.borne)
            case CostApportioned():
                _add(row, event.amount, event.previously_borne, times=-1)
                _add(row, event.amount, event.borne)
            case CostShareAgreed(kinds, shares, since):
                row.shares.append(InForce(kinds, shares, since))
            case OutputValued():
                _balance(row, event.amount.currency).output += event.amount.value
            case OutputCorrected():
                _balance(row, event.amount.currency).output += event.amount.value - event.previous.value
            case ReturnStatementIssued():
                row.statements = event.number
            case PoachingDeclared() | CompensationAgreed() | CompensationSettled():
                _poached(row, event)
            case _:
                assert_never(event)
        return row


def _opened(event: ApprenticeEnrolled, at: At) -> AccountRow:
    return AccountRow(
        id=at.thing,
        apprentice=event.apprentice,
        name=event.name,
        base=event.base,
        enterprise=event.enterprise,
        occupation=event.occupation,
        enrolled_on=event.on,
        completed_on=None,
        exited_on=None,
        exit_reason=None,
        balances=[],
        shares=[],
        statements=0,
        poaching="none",
        unrecovered=[],
        claim=None,
        position=at.position,
    )


def _balance(row: AccountRow, currency: str) -> Balance:
    found = next((one for one in row.balances if one.currency == currency), None)
    if found is None:
        found = Balance(currency)
        row.balances = sorted([*row.balances, found], key=lambda one: one.currency)
    return found


def _add(row: AccountRow, amount: Money, borne: Iterable[Part], times: int = 1) -> None:
    balance = _balance(row, amount.currency)
    balance.cost += times * amount.value
    balance.borne += times * borne_by(Bearer.ENTERPRISE, borne)


def _poached(row: AccountRow, event: PoachingDeclared | CompensationAgreed | CompensationSettled) -> None:
    match event:
        case PoachingDeclared():
            row.poaching, row.unrecovered = "declared", list(event.unrecovered)
        case CompensationAgreed():
            amount = event.amount
            row.poaching = "agreed"
            row.claim = Claim(event.payer, amount.value, amount.currency, amount.value, event.on, event.due)
        case CompensationSettled():
            _balance(row, event.amount.currency).compensation += event.amount.value
            if row.claim is not None:
                row.claim.remaining = event.remaining.value
            if not event.remaining.value:
                row.poaching = "settled"
        case _:
            assert_never(event)
