"""How much of a unit an event is."""

from __future__ import annotations

import pytest

from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import Money
from baseplus.reactions.counting import amount_of


class Paid(Event):
    TYPE = "test.paid.v1"
    amount: Money
    pieces: int = 3
    by: str = "transfer"
    reading: str = "NaN"
    weight: str = "7.5"
    tokens: int = 10**12
    tiny: str = "0.00001"
    urgent: bool = True


@pytest.mark.parametrize(
    ("unit", "amount"),
    [
        ("times", "1"),
        ("CNY", "1200.50"),
        ("EUR", None),
        ("pieces", "3"),
        ("hours", None),
        ("weight", "7.5"),
        ("by", None),
        ("reading", None),
        ("tiny", None),
        ("urgent", None),
        ("tokens", "999999999.9999"),
    ],
)
def test_an_event_is_as_much_of_a_unit_as_it_says(unit: str, amount: str | None) -> None:
    assert amount_of(Paid(Money("1200.50", "CNY")), unit) == amount


def test_no_event_is_more_than_can_be_owed() -> None:
    assert amount_of(Paid(Money("100000000000000", "CNY")), "CNY") == "999999999.9999"
    assert amount_of(Paid(Money("0", "CNY")), "CNY") is None
