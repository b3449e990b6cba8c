"""A day is claimed once, a witness counts once and a plan becomes active once, however many race for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from baseplus.apprenticeships.model import AssignMentor, Enrol, Start, apprenticeships
from baseplus.kernel.decisions import Command, Decider, Step
from baseplus.kernel.vocabulary import TenantId
from baseplus.logbook.attendance import ClaimAttendance, MatchToolLog, Vouch
from baseplus.logbook.model import logbook
from baseplus.mentoring.model import Register, mentoring
from baseplus.training_plans.model import ActivatePlan, EndorsePlan, training_plans
from infra.postgres.database import Database
from infra.postgres.store import Store
from tests.apprenticeships.story import MASTER, TUTOR
from tests.logbook.story import JOB
from tests.racing import CLIENTS, ROUNDS, race, racing
from tests.training_plans.story import FIRST, PARTIES, draft

NORTH = TenantId("north")
BEGAN = date(2025, 3, 3)


@pytest.fixture
def stores(database: Database) -> Iterator[list[Store]]:
    """An apprentice in training with a tutor and a master; a store for each client."""
    with racing(database) as stores:
        stores[0].register(NORTH)
        mentors = {"m-he": TUTOR, "m-gao": MASTER}
        register = [
            Step(mentoring, mentor, Register(f"person-{mentor}", "Gao Mingze", kind, "yunchuan"))
            for mentor, kind in mentors.items()
        ]
        enrol = Enrol("person-17", "Shen Yutong", "drives", "yunchuan", "cnc-machinist", "agr-1", BEGAN)
        course: list[Command] = [enrol, *(AssignMentor(kind, mentor, BEGAN) for mentor, kind in mentors.items())]
        course.append(Start(BEGAN))
        stores[0].execute_all(NORTH, [*register, *(Step(apprenticeships, "ap-1", one) for one in course)])
        yield stores


def put(store: Store, decider: Decider[Any, Any, Any], thing: str, command: Command) -> str:
    """What comes of it."""
    store.execute(NORTH, decider, thing, command)
    return "done"


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_day_is_claimed_once_and_counts_once_however_many_race_for_it(stores: list[Store], rounds: int) -> None:
    for turn in range(rounds):
        on = BEGAN + timedelta(days=turn)

        def enter(number: int, on: date = on) -> str:
            return put(stores[number], logbook, "ap-1", ClaimAttendance(JOB, "8", on))

        assert race(enter) == {"done": 1, "claimed_already": CLIENTS - 1}, f"round {turn}"

        def agree(number: int, on: date = on) -> str:
            witness: Command = Vouch(JOB, "m-gao", on) if number % 2 else MatchToolLog(JOB, f"lathe-{number}", on)
            return put(stores[number], logbook, "ap-1", witness)

        assert race(agree) == {"done": 2, "witness_not_independent": CLIENTS - 2}, f"round {turn}"
    book, _ = stores[0].load(NORTH, logbook, "ap-1")
    assert Counter(claim.counts for claim in book.attendance.values()) == {True: rounds}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_version_is_endorsed_once_by_each_side_and_becomes_active_once(stores: list[Store], rounds: int) -> None:
    for turn in range(rounds):
        plan = f"plan-{turn}"
        stores[0].execute(NORTH, training_plans, plan, draft)

        def endorse(number: int, plan: str = plan) -> str:
            return put(stores[number], training_plans, plan, EndorsePlan(PARTIES[number % 3], FIRST))

        assert race(endorse) == {"done": 3, "endorsed_already": CLIENTS - 3}, f"round {turn}"

        def activate(number: int, plan: str = plan) -> str:
            return put(stores[number], training_plans, plan, ActivatePlan())

        assert race(activate) == {"done": 1, "active_already": CLIENTS - 1}, f"round {turn}"
