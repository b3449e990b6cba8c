"""A mentor's last place is taken once, however many race for it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from baseplus.apprenticeships.model import AssignMentor, Enrol, ReassignMentor, RelieveMentor, apprenticeships
from baseplus.kernel.decisions import Metadata, Step
from baseplus.kernel.vocabulary import TenantId
from baseplus.mentoring.events import ApprenticeReleased, ApprenticeTakenOn, CapacitySet
from baseplus.mentoring.model import Register, mentoring
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES
from tests.apprenticeships.story import MASTER
from tests.racing import CLIENTS, ROUNDS, race, racing

NORTH = TenantId("north")
ROOM = {"m-1": 5, "m-2": 3}
THINGS = [f"ap-{number}" for number in range(CLIENTS)]


@pytest.fixture
def stores(database: Database) -> Iterator[list[Store]]:
    """Two masters with room for five and three, and an apprentice for each client."""
    masters = [
        Step(mentoring, mentor, Register(f"person-{mentor}", "Gao Mingze", MASTER, "yunchuan", room))
        for mentor, room in ROOM.items()
    ]
    apprentices = [
        Step(apprenticeships, thing, Enrol(f"person-{thing}", "Shen Yutong", "drives", "yunchuan", "cnc", "agr-1"))
        for thing in THINGS
    ]
    with racing(database) as stores:
        stores[0].register(NORTH)
        stores[0].execute_all(NORTH, [*masters, *apprentices])
        yield stores


def guided(store: Store, mentor: str) -> set[str]:
    return set(store.load(NORTH, mentoring, mentor)[0].guides)


def assigned(store: Store, mentor: str) -> set[str]:
    return {thing for thing in THINGS if mentor in store.load(NORTH, apprenticeships, thing)[0].mentors.values()}


def put(store: Store, thing: str, order: AssignMentor | ReassignMentor | RelieveMentor, key: str | None = None) -> str:
    store.execute(NORTH, apprenticeships, thing, order, metadata=Metadata(key=key))
    return "done"


def check_history(store: Store) -> None:
    """At no position of the history did a mentor guide more than they may."""
    load, room = Counter[str](), Counter[str]()
    for one in store.history(NORTH):
        event, mentor = EVENT_TYPES.decode(one.type, one.data), one.stream.partition("/")[2]
        match event:
            case CapacitySet(capacity):
                room[mentor] = capacity
            case ApprenticeTakenOn():
                load[mentor] += 1
            case ApprenticeReleased():
                load[mentor] -= 1
        assert all(load[one] <= room[one] for one in load)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_mentor_over_capacity_is_refused_also_when_two_assignments_race(stores: list[Store], rounds: int) -> None:
    base = stores[0]
    for turn in range(rounds):

        def assign(number: int, turn: int = turn) -> str:
            return put(stores[number], THINGS[number], AssignMentor(MASTER, "m-1"), f"{turn}-{number}")

        told = race(assign)
        assert told == {"done": ROOM["m-1"], "mentor_at_capacity": CLIENTS - ROOM["m-1"]}, f"round {turn}"
        winners = guided(base, "m-1")
        assert len(winners) == ROOM["m-1"]
        base.execute_all(NORTH, [Step(apprenticeships, thing, RelieveMentor(MASTER)) for thing in sorted(winners)])
    assert guided(base, "m-1") == assigned(base, "m-1") == set()
    check_history(base)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_both_sides_agree_while_clients_assign_reassign_and_relieve(stores: list[Store], rounds: int) -> None:
    chances = [random.Random(number) for number in range(CLIENTS)]
    codes = Counter[str]()
    for turn in range(rounds):

        def anything(number: int, turn: int = turn) -> str:
            mentor = chances[number].choice([*ROOM])
            orders: Sequence[AssignMentor | ReassignMentor | RelieveMentor] = (
                AssignMentor(MASTER, mentor),
                AssignMentor(MASTER, mentor),
                ReassignMentor(MASTER, mentor),
                RelieveMentor(MASTER),
            )
            # Not always their own apprentice: two clients may meet at one as well.
            thing = THINGS[number if turn % 3 else number // 2]
            return put(stores[number], thing, chances[number].choice(orders))

        codes.update(race(anything))
        for mentor, room in ROOM.items():
            assert guided(stores[0], mentor) == assigned(stores[0], mentor), f"round {turn}"
            assert len(guided(stores[0], mentor)) <= room, f"round {turn}"
    assert {"done", "mentor_at_capacity", "mentor_assigned_already", "no_mentor_of_this_kind"} == set(codes)
    check_history(stores[0])
