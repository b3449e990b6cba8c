"""The money of an apprenticeship, event by event, for the tests to take up where they need it."""

from __future__ import annotations

from datetime import date
from typing import Any

from baseplus.apprenticeships.events import ExitReason
from baseplus.investment.enrolment import Enrolment
from baseplus.investment.events import (
    CompensationAgreed,
    CompensationSettled,
    CostIncurred,
    CostShareAgreed,
    OutputValued,
    PoachingDeclared,
)
from baseplus.investment.model import Order, OrderFor, investment
from baseplus.investment.terms import Bearer, CostKind, Part, Share
from baseplus.kernel.scenario import NOON, Scenario
from baseplus.kernel.vocabulary import Money
from tests.apprenticeships.story import day

WAGE, FEE = CostKind.WAGE, CostKind.TRAINING_FEE
ENTERPRISE, SCHOOL = Bearer.ENTERPRISE, Bearer.SCHOOL
TODAY = NOON.date()

given = Scenario(investment)

enrolment = Enrolment("person-17", "drives", "yunchuan")
poached = Enrolment("person-17", "drives", "yunchuan", TODAY, ExitReason.POACHED)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


_WAGE, _WORTH = cny("3000"), cny("1000")


def known(order: Order, of: Enrolment = enrolment) -> OrderFor:
    """The order, with what is known of the apprenticeship."""
    return OrderFor(order, of)


def incurred(
    cost: str = "wage-1", amount: Money = _WAGE, on: date = TODAY, *, first: bool = True, **more: Any
) -> CostIncurred:
    """A wage that the enterprise paid and bears."""
    fields: dict[str, Any] = {"kind": WAGE, "paid_by": ENTERPRISE, "borne": (Part(ENTERPRISE, amount.amount),)} | more
    return CostIncurred(
        cost=cost,
        amount=amount,
        on=on,
        apprentice="person-17",
        base="drives",
        enterprise="yunchuan",
        first=first,
        **fields,
    )


def valued(output: str = "output-1", amount: Money = _WORTH, on: date = TODAY) -> OutputValued:
    return OutputValued(output, amount, on, "person-17", "drives", "yunchuan")


halves = (Share(ENTERPRISE, 50), Share(SCHOOL, 50))
shared = CostShareAgreed((WAGE,), halves, day(1, month=2))
declared = PoachingDeclared("person-17", "drives", "yunchuan", TODAY, (cny("2000"),))
agreed = CompensationAgreed("Hengtai", cny("1500"), day(30, month=6), TODAY, (cny("2000"),))
instalment = CompensationSettled("p-1", cny("500"), cny("1000"), TODAY)
trained = (incurred(), valued())
lost = (*trained, declared)
claimed = (*lost, agreed)
