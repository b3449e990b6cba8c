"""Each party signs once and an agreement takes effect once, however many sign at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from baseplus.agreements.drafting import AddClause, Decline, Draft, Propose, Sign
from baseplus.agreements.events import AgreementSigned, AgreementTookEffect
from baseplus.agreements.model import agreements
from baseplus.kernel.decisions import Metadata
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from tests.agreements.story import DIGEST, ENDS, ENTERPRISE, SCHOOL, STARTS, found, guide, hire
from tests.racing import CLIENTS, ROUNDS, race, racing

NORTH = TenantId("north")
PARTIES = (SCHOOL.id, ENTERPRISE.id)


@pytest.fixture
def stores(database: Database) -> Iterator[list[Store]]:
    with racing(database) as stores:
        stores[0].register(NORTH)
        yield stores


def propose(store: Store, agreement: str) -> None:
    """An agreement that waits for both signatures."""
    clauses = [AddClause(one.id, one.party, one.text, one.obligation) for one in (found, guide, hire)]
    drafted = Draft("Joint training", (SCHOOL, ENTERPRISE), STARTS, ENDS)
    store.execute(NORTH, agreements, agreement, drafted, *clauses, Propose())


def happened(store: Store, agreement: str) -> Counter[str]:
    """How often each type of event stands in the agreement's history."""
    return Counter(one.type for one in store.history(NORTH) if one.stream == f"agreements/{agreement}")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_clients_sign_for_two_parties_and_each_party_signs_once(stores: list[Store], rounds: int) -> None:
    for turn in range(rounds):
        agreement = f"a-{turn}"
        propose(stores[0], agreement)

        def sign(number: int, agreement: str = agreement) -> str:
            order, key = Sign(PARTIES[number % 2], DIGEST), Metadata(key=f"{agreement}-{number}")
            stores[number].execute(NORTH, agreements, agreement, order, metadata=key)
            return "done"

        told = race(sign)
        assert told.pop("done") == len(PARTIES), f"round {turn}"
        # once it is in force nobody is waited for any more
        assert set(told) <= {"signed_already", "wrong_state"} and told.total() == CLIENTS - len(PARTIES), told
    for turn in range(rounds):
        counted = happened(stores[0], f"a-{turn}")
        assert (counted[AgreementSigned.TYPE], counted[AgreementTookEffect.TYPE]) == (2, 1), f"round {turn}"


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_what_one_party_declines_while_the_others_sign_is_never_in_force(stores: list[Store], rounds: int) -> None:
    for turn in range(rounds):
        agreement = f"a-{turn}"
        propose(stores[0], agreement)

        def sign_or_decline(number: int, agreement: str = agreement) -> str:
            order = Decline(ENTERPRISE.id, "not this year") if number % 2 else Sign(SCHOOL.id, DIGEST)
            stores[number].execute(NORTH, agreements, agreement, order)
            return "declined" if number % 2 else "signed"

        told = race(sign_or_decline)
        assert told["declined"] == 1, f"round {turn}"
        assert told["signed"] <= 1, f"round {turn}"
        counted = happened(stores[0], agreement)
        assert (counted[AgreementSigned.TYPE], counted[AgreementTookEffect.TYPE]) == (told["signed"], 0), counted
