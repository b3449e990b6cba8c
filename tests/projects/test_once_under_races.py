"""One decision is taken and one product verified, however many try at the same moment."""

from __future__ import annotations

from collections import Counter

import pytest

from baseplus.kernel.vocabulary import TenantId
from baseplus.projects.events import ProductVerified, ProjectApproved, ProjectRejected
from baseplus.projects.model import projects
from baseplus.projects.proposals import Approve, Discuss, Propose, Reject
from baseplus.projects.work import RegisterProduct, Staff, VerifyProduct
from infra.postgres.store import Store
from tests.projects.story import team
from tests.racing import CLIENTS, ROUNDS, race

NORTH = TenantId("north")


@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_clients_decide_on_a_project_and_verify_a_product_and_one_does(store: Store, rounds: int) -> None:
    """A project a round: half of the clients approve and half reject it; then all verify its product."""
    store.register(NORTH)
    for turn in range(rounds):
        thing = f"p-{turn}"
        discuss = Discuss(("person-17", "t-he"), "t-he", "Worth trying")
        store.execute(NORTH, projects, thing, Propose("A gripper", "…", "drives", "person-17"), discuss)

        def decide(number: int, thing: str = thing) -> str:
            order = Approve(f"t-{number}") if number % 2 else Reject(f"t-{number}", "No machine is free")
            store.execute(NORTH, projects, thing, order)
            return "decided"

        assert race(decide) == {"decided": 1, "wrong_state": CLIENTS - 1}, f"round {turn}"
        again = f"{thing}-again"
        product = RegisterProduct("gripper", "Gripper", ("person-18",))
        opening = (Propose("A gripper", "…", "drives", "person-17"), discuss, Approve("t-lin"), Staff(team), product)
        store.execute(NORTH, projects, again, *opening)

        def verify(number: int, thing: str = again) -> str:
            store.execute(NORTH, projects, thing, VerifyProduct("gripper", f"m-{number}", "It grips"))
            return "verified"

        assert race(verify) == {"verified": 1, "product_verified_already": CLIENTS - 1}, f"round {turn}"
    happened = Counter(event.type for event in store.history(NORTH))
    assert happened[ProjectApproved.TYPE] + happened[ProjectRejected.TYPE] == 2 * rounds
    assert happened[ProductVerified.TYPE] == rounds
