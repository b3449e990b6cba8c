"""A mentor's last place is taken once, however many race for it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from baseplus.apprenticeships.model import AssignMentor, Enrol, ReassignMentor, RelieveMentor, apprenticeships
from baseplus.kernel.decisions import Metadata, Step
from baseplus.kernel.refusals import Rejected, VersionConflict
from baseplus.kernel.vocabulary import TenantId
from baseplus.mentoring.events import ApprenticeReleased, ApprenticeTakenOn, CapacitySet
from baseplus.mentoring.model import Register, mentoring
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES
from tests.apprenticeships.story import MASTER

NORTH = TenantId("north")
CLIENTS = 16
ROUNDS = 200
ROOM = {"m-1": 5, "m-2": 3}
THINGS = [f"ap-{number}" for number in range(CLIENTS)]


@pytest.fixture
def base(store: Store) -> Store:
    """Two masters with room for five and three, and an apprentice for each client."""
    store.register(NORTH)
    masters = [
        Step(mentoring, mentor, Register(f"person-{mentor}", "Gao Mingze", MASTER, "yunchuan", room))
        for mentor, room in ROOM.items()
    ]
    apprentices = [
        Step(apprenticeships, thing, Enrol(f"person-{thing}", "Shen Yutong", "drives", "yunchuan", "cnc", "agr-1"))
        for thing in THINGS
    ]
    store.execute_all(NORTH, [*masters, *apprentices])
    return store


def race(client: Callable[[int, int], str], between: Callable[[int, Counter[str]], None], rounds: int) -> None:
    """`client(number, round)` of all clients at once, round by round, and `between` after each with their answers."""
    answers: list[str] = []
    numbers = iter(range(rounds))

    def look() -> None:
        between(next(numbers), Counter(answers))
        answers.clear()

    ended = threading.Barrier(CLIENTS, action=look)
    raised: list[BaseException] = []

    def run(number: int) -> None:
        try:
            for turn in range(rounds):
                answers.append(client(number, turn))
                ended.wait()
        except threading.BrokenBarrierError:
            pass
        except BaseException as error:
            raised.append(error)
            ended.abort()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def guided(store: Store, mentor: str) -> set[str]:
    return set(store.load(NORTH, mentoring, mentor)[0].guides)


def assigned(store: Store, mentor: str) -> set[str]:
    return {thing for thing in THINGS if mentor in store.load(NORTH, apprenticeships, thing)[0].mentors.values()}


def put(store: Store, thing: str, order: AssignMentor | ReassignMentor | RelieveMentor, key: str | None = None) -> str:
    while True:
        try:
            store.execute(NORTH, apprenticeships, thing, order, metadata=Metadata(key=key))
        except Rejected as refusal:
            return refusal.code
        except VersionConflict:  # tried often enough: the caller decides, and decides to try on
            continue
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


def test_sixteen_clients_race_for_five_places_and_five_get_one(base: Store) -> None:
    def assign(number: int, turn: int) -> str:
        return put(base, THINGS[number], AssignMentor(MASTER, "m-1"), f"{turn}-{number}")

    def empty(turn: int, told: Counter[str]) -> None:
        assert told == {"done": ROOM["m-1"], "mentor_at_capacity": CLIENTS - ROOM["m-1"]}, f"round {turn}"
        winners = guided(base, "m-1")
        assert len(winners) == ROOM["m-1"]
        base.execute_all(NORTH, [Step(apprenticeships, thing, RelieveMentor(MASTER)) for thing in sorted(winners)])

    race(assign, empty, ROUNDS)
    assert guided(base, "m-1") == assigned(base, "m-1") == set()
    check_history(base)


def test_both_sides_agree_while_clients_assign_reassign_and_relieve(base: Store) -> None:
    chances = [random.Random(number) for number in range(CLIENTS)]

    def anything(number: int, turn: int) -> str:
        mentor = chances[number].choice([*ROOM])
        orders: Sequence[AssignMentor | ReassignMentor | RelieveMentor] = (
            AssignMentor(MASTER, mentor),
            AssignMentor(MASTER, mentor),
            ReassignMentor(MASTER, mentor),
            RelieveMentor(MASTER),
        )
        # Not always their own apprentice: two clients may meet at one as well.
        return put(base, THINGS[number if turn % 3 else number // 2], chances[number].choice(orders))

    codes = Counter[str]()

    def look(turn: int, told: Counter[str]) -> None:
        codes.update(told)
        for mentor, room in ROOM.items():
            assert guided(base, mentor) == assigned(base, mentor), f"round {turn}"
            assert len(guided(base, mentor)) <= room, f"round {turn}"

    race(anything, look, ROUNDS // 4)
    assert {"done", "mentor_at_capacity", "mentor_assigned_already", "no_mentor_of_this_kind"} == set(codes)
    check_history(base)
