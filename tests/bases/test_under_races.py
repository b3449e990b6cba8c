"""A post has one holder and an hour one booking, however many try at the same moment; a base ends with all it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, cast

import pytest

from baseplus.apprenticeships.events import Direction, ExitReason
from baseplus.apprenticeships.model import Enrol, Exit, Stage, apprenticeships
from baseplus.bases.events import ApprenticeReceived, Holding, HoldingTakenOn, PostKind, ResourceKind
from baseplus.bases.model import Close, Found, bases
from baseplus.bases.posts import Appoint, CreatePost, HandOver, Vacate
from baseplus.bases.resources import Book, Contribute, resources
from baseplus.kernel.decisions import Decider, Metadata, Step
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId
from baseplus.services.events import ServiceKind
from baseplus.services.model import Offer, services
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES
from tests.bases.story import at
from tests.racing import CLIENTS, ROUNDS, race, racing

NORTH = TenantId("north")
FOUNDED = date(2026, 2, 2)


def mill(base: str = "drives") -> Contribute:
    return Contribute(base, "yunchuan", ResourceKind.EQUIPMENT, "Five-axis mill", on=FOUNDED)


def enrol(base: str) -> Enrol:
    return Enrol("person-17", "Shen Yutong", base, "yunchuan", "cnc-machinist", "agr-1", FOUNDED)


@pytest.fixture
def stores(database: Database) -> Iterator[list[Store]]:
    """A base with a vacant post and a mill."""
    with racing(database) as stores:
        stores[0].register(NORTH)
        opening = [
            Step(bases, "drives", Found("Drives base", "machinery", "Qingdao", on=FOUNDED)),
            Step(bases, "drives", CreatePost("hr", PostKind.HR_MANAGER, "HR manager", on=FOUNDED)),
            Step(resources, "mill", mill()),
        ]
        stores[0].execute_all(NORTH, opening)
        yield stores


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_clients_take_a_post_and_one_holds_it(stores: list[Store], rounds: int) -> None:
    for turn in range(rounds):

        def appoint(number: int, turn: int = turn) -> str:
            order, key = Appoint("hr", f"p-{number}", "Bai Yang"), Metadata(key=f"{turn}-{number}")
            stores[number].execute(NORTH, bases, "drives", order, metadata=key)
            return "done"

        assert race(appoint) == {"done": 1, "post_is_held": CLIENTS - 1}, f"round {turn}"
        stores[0].execute(NORTH, bases, "drives", Vacate("hr"))
    state, _ = stores[0].load(NORTH, bases, "drives")
    assert len(state.posts["hr"].terms) == rounds


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_post_is_handed_over_to_one_of_those_who_would_take_it(stores: list[Store], rounds: int) -> None:
    stores[0].execute(NORTH, bases, "drives", Appoint("hr", "p-0-first", "Bai Yang"))
    holder = "p-0-first"
    for turn in range(rounds):

        def take_over(number: int, turn: int = turn, holder: str = holder) -> str:
            order = HandOver("hr", holder, f"p-{turn}-{number}", "Cao Rui", ("Keys",))
            stores[number].execute(NORTH, bases, "drives", order)
            return "done"

        assert race(take_over) == {"done": 1, "not_the_holder": CLIENTS - 1}, f"round {turn}"
        holder = str(stores[0].load(NORTH, bases, "drives")[0].posts["hr"].holder)
        assert holder.startswith(f"p-{turn}-")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_clients_book_the_same_hour_and_one_has_it(stores: list[Store], rounds: int) -> None:
    for turn in range(rounds):

        def book(number: int, turn: int = turn) -> str:
            since = at(10, 9) + timedelta(hours=turn, minutes=number)
            order = Book(f"b-{turn}-{number}", since, at(10, 10) + timedelta(hours=turn), f"p-{number}", "Milling")
            stores[number].execute(NORTH, resources, "mill", order)
            return "done"

        # Each begins a minute later and all end together, so that any two of them meet.
        assert race(book) == {"done": 1, "taken_for_that_time": CLIENTS - 1}, f"round {turn}"
    state, _ = stores[0].load(NORTH, resources, "mill")
    assert len(state.booked) == rounds
    taken = sorted(state.booked.values(), key=lambda one: one.since)
    assert all(one.until <= other.since for one, other in pairwise(taken))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_base_that_is_closed_meanwhile_leaves_no_resource_and_no_service_behind_and_enrols_nobody(
    stores: list[Store], rounds: int
) -> None:
    told = Counter[str]()
    for turn in range(rounds):
        base = f"base-{turn}"
        stores[0].execute(NORTH, bases, base, Found("Foundry base", "machinery", "Qingdao", on=FOUNDED))

        def join_or_close(number: int, base: str = base) -> str:
            store, thing = stores[number], f"{base}-{number}"
            match number % 4:
                case 0 if number == 8:
                    close(store, base)
                case 0 | 1:
                    store.execute(NORTH, services, thing, Offer(base, ServiceKind.LEGAL, "Contracts", on=FOUNDED))
                case 2:
                    store.execute(NORTH, resources, thing, mill(base))
                case _:
                    store.execute(NORTH, apprenticeships, thing, enrol(base))
            return "done"

        told += race(join_or_close)
        check_closed(stores[0], base)
    assert set(told) <= {"done", "base_is_closed"}


def close(store: Store, base: str) -> None:
    """Whoever trains there leaves before, however many came meanwhile."""
    while True:
        try:
            store.execute(NORTH, bases, base, Close("The enterprise moved."))
        except Rejected as refusal:
            if refusal.code != "apprentices_train_there":
                raise
            for one in cast("list[str]", refusal.facts["apprenticeships"]):
                store.execute(NORTH, apprenticeships, one, Exit(ExitReason.OTHER, Direction.UNKNOWN))
        else:
            return


def check_closed(store: Store, base: str) -> None:
    """All that the base ever took on ended with it, and nobody was left in training."""
    taken = [EVENT_TYPES.decode(one.type, one.data) for one in store.history(NORTH) if one.stream == f"bases/{base}"]
    things = [event for event in taken if isinstance(event, HoldingTakenOn)]
    received = {event.apprenticeship for event in taken if isinstance(event, ApprenticeReceived)}
    state, _ = store.load(NORTH, bases, base)
    assert state.closed
    assert all(store.load(NORTH, apprenticeships, one)[0].stage is Stage.EXITED for one in received)
    for event in things:
        if event.what is Holding.RESOURCE:
            assert store.load(NORTH, resources, event.thing)[0].retired
        else:
            assert store.load(NORTH, services, event.thing)[0].withdrawn
    openable: tuple[Decider[Any, Any, Any], ...] = (resources, services, apprenticeships)
    for number in range(CLIENTS):
        thing = f"{base}-{number}"
        opened = any(store.load(NORTH, decider, thing)[1] for decider in openable)
        assert opened is (thing in received | {event.thing for event in things})
