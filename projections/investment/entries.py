"""Entries and statements as people look them up: a row for each.

What is noted at an entry is personal, and goes from the row where it is erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, assert_never

from baseplus.investment.events import (
    CostApportioned,
    CostCorrected,
    CostIncurred,
    EntryEvent,
    OutputCorrected,
    OutputValued,
    ReturnStatementIssued,
)
from baseplus.investment.terms import Bearer, CostKind, Part, Rate, borne_by
from projections.runner.view import At, Row, View


class EntryRow(Row):
    """A cost, or what work was worth.

    key: apprenticeship:cost:id or apprenticeship:output:id. kind, paid_by, borne, enterprise_part: of a cost only.
    corrections: how often its amount was corrected. entered_on: its day; recorded_at: when it was recorded.
    """

    key: str
    apprenticeship: str
    apprentice: str
    base: str
    enterprise: str
    what: Literal["cost", "output"]
    entry: str
    amount: Decimal
    currency: str
    entered_on: date
    recorded_at: datetime
    corrections: int
    position: int
    kind: CostKind | None = None
    paid_by: Bearer | None = None
    borne: list[Part] | None = None
    enterprise_part: Decimal | None = None
    note: str | None = None


class Entries(View[EntryRow, EntryEvent]):
    """One row per entry."""

    name: ClassVar = "entries"
    indexes: ClassVar = (("apprenticeship", "entered_on"), ("enterprise", "entered_on"))

    def keys(self, event: EntryEvent, at: At) -> Iterable[str]:
        if isinstance(event, OutputValued | OutputCorrected):
            return (f"{at.thing}:output:{event.output}",)
        return (f"{at.thing}:cost:{event.cost}",)

    def evolve(self, row: EntryRow | None, event: EntryEvent, at: At) -> EntryRow | None:
        if isinstance(event, CostIncurred | OutputValued):
            return _entered(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case CostCorrected():
                _amended(row, event)
                _borne(row, event.borne)
            case OutputCorrected():
                _amended(row, event)
            case CostApportioned():
                _borne(row, event.borne)
            case _:
                assert_never(event)
        return row


def _entered(event: CostIncurred | OutputValued, at: At) -> EntryRow:
    row = EntryRow(
        key=at.key,
        apprenticeship=at.thing,
        apprentice=event.apprentice,
        base=event.base,
        enterprise=event.enterprise,
        what="cost" if isinstance(event, CostIncurred) else "output",
        entry=event.cost if isinstance(event, CostIncurred) else event.output,
        amount=event.amount.value,
        currency=event.amount.currency,
        entered_on=event.on,
        recorded_at=at.recorded,
        corrections=0,
        position=at.position,
        note=event.note,
    )
    if isinstance(event, CostIncurred):
        row.kind, row.paid_by = event.kind, event.paid_by
        _borne(row, event.borne)
    return row


def _amended(row: EntryRow, event: CostCorrected | OutputCorrected) -> None:
    row.amount = event.amount.value
    row.corrections += 1


def _borne(row: EntryRow, parts: tuple[Part, ...]) -> None:
    row.borne, row.enterprise_part = list(parts), borne_by(Bearer.ENTERPRISE, parts)


class StatementRow(Row):
    """A return statement as it was issued, all amounts in its currency. payback_months None: never."""

    key: str
    apprenticeship: str
    number: int
    apprentice: str
    base: str
    enterprise: str
    issued_on: date
    currency: str
    cost: Decimal
    output: Decimal
    compensation: Decimal
    net_cost: Decimal
    hiring: Decimal
    monthly_gain: Decimal
    advantage: Decimal
    payback_months: int | None
    rates: list[Rate]
    position: int


class Statements(View[StatementRow, ReturnStatementIssued]):
    """One row per statement."""

    name: ClassVar = "statements"
    indexes: ClassVar = (("apprenticeship", "number"), ("enterprise", "key"))

    def keys(self, event: ReturnStatementIssued, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.number:06}",)

    def evolve(self, row: StatementRow | None, event: ReturnStatementIssued, at: At) -> StatementRow:  # noqa: ARG002
        return StatementRow(
            key=at.key,
            apprenticeship=at.thing,
            number=event.number,
            apprentice=event.apprentice,
            base=event.base,
            enterprise=event.enterprise,
            issued_on=event.on,
            currency=event.cost.currency,
            cost=event.cost.value,
            output=event.output.value,
            compensation=event.compensation.value,
            net_cost=event.net_cost.value,
            hiring=event.hiring.value,
            monthly_gain=event.monthly_gain.value,
            advantage=event.advantage.value,
            payback_months=event.payback_months,
            rates=list(event.rates),
            position=at.position,
        )
