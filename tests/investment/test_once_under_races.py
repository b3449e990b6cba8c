"""One payment settles what remains, and one poaching is declared, however many try at the same moment."""

from __future__ import annotations

from collections import Counter

import pytest

from baseplus.apprenticeships.events import Direction, ExitReason
from baseplus.apprenticeships.model import Exit, apprenticeships
from baseplus.investment.entries import IncurCost
from baseplus.investment.events import CompensationSettled, PoachingDeclared
from baseplus.investment.model import investment, of_enrolled
from baseplus.investment.poaching import AgreeCompensation, DeclarePoaching, SettleCompensation
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.store import Store
from tests.apprenticeships.story import day, enrol
from tests.investment.story import WAGE, cny
from tests.racing import CLIENTS, ROUNDS, race

NORTH = TenantId("north")


@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_clients_pay_seven_instalments_and_never_one_too_many(store: Store, rounds: int) -> None:
    """An apprentice a round: poached, declared by all, the compensation settled by all."""
    store.register(NORTH)
    for turn in range(rounds):
        thing = f"ap-{turn}"
        store.execute(NORTH, apprenticeships, thing, enrol, Exit(ExitReason.POACHED, Direction.WORK))
        store.execute(NORTH, investment, thing, IncurCost("wage", WAGE, cny("3000")), resolve=of_enrolled)

        def declare(_number: int, thing: str = thing) -> str:
            receipt = store.execute(NORTH, investment, thing, DeclarePoaching(), resolve=of_enrolled)
            return f"{len(receipt.events)} happened"

        assert race(declare) == {"1 happened": 1, "0 happened": CLIENTS - 1}, f"round {turn}"
        agree = AgreeCompensation("Hengtai", cny("700"), day(30, month=6))
        store.execute(NORTH, investment, thing, agree, resolve=of_enrolled)

        def settle(number: int, thing: str = thing) -> str:
            order = SettleCompensation(f"p-{number}", cny("100"))
            store.execute(NORTH, investment, thing, order, resolve=of_enrolled)
            return "paid"

        assert race(settle) == {"paid": 7, "more_than_agreed": CLIENTS - 7}, f"round {turn}"
    happened = Counter(event.type for event in store.history(NORTH))
    assert happened[PoachingDeclared.TYPE] == rounds
    assert happened[CompensationSettled.TYPE] == 7 * rounds
