"""Many streams are loaded in one round trip, and what is remembered of them never decides by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from unittest.mock import patch

import pytest

from baseplus.kernel.decisions import Metadata, Step
from baseplus.kernel.refusals import Rejected
from infra.postgres.database import Database
from infra.postgres.lanes import Lane
from infra.postgres.store import Store
from infra.postgres.streams import Loaded
from tests.postgres.accounts import NORTH, SOUTH, TYPES, Account, Deposit, Open, accounts

A, B, C = ((accounts, accounts.stream(name)) for name in "abc")


@pytest.fixture(params=[0, 100], ids=["forgetful", "remembering"])
def store(request: pytest.FixtureRequest, database: Database) -> Iterator[Store]:
    """A store with an account of 25 events, snapshots of which are kept, and one of 1."""
    with closing(Store(database, TYPES, snapshot_every=10, remembered=request.param)) as store:
        store.register(NORTH, SOUTH)
        store.execute(NORTH, accounts, "a", Open(owner="ann"))
        for _ in range(24):
            store.execute(NORTH, accounts, "a", Deposit(amount=2))
        store.execute(NORTH, accounts, "b", Open(owner="bob"))
        yield store


@pytest.fixture
def somebody_else(database: Database, store: Store) -> Iterator[Store]:
    with closing(Store(database, TYPES)) as other:
        yield other


def test_streams_are_loaded_together_as_each_is_alone(store: Store) -> None:
    found = store.gathering.load(NORTH, [A, B, C, A])
    assert {one: (loaded.state, loaded.version) for one, loaded in found.items()} == {
        A: (Account("ann", 48), 25),
        B: (Account("bob", 0), 1),
        C: (Account(), 0),
    }
    assert found[A].snapshot == 20
    assert store.gathering.load(SOUTH, [A])[A] == Loaded(Account(), 0, 0)


def test_of_what_is_remembered_only_what_is_new_is_read(database: Database) -> None:
    with closing(Store(database, TYPES, remembered=10)) as store:
        store.register(NORTH)
        store.execute(NORTH, accounts, "a", Open(owner="ann"), Deposit(amount=2))
        with patch.object(Lane, "query", autospec=True, side_effect=Lane.query) as asked:
            store.execute_all(NORTH, [Step(accounts, "a", Deposit(amount=1))])
        (call,) = asked.call_args_list
        assert call.args[3]["after"] == [2]


def test_what_somebody_else_wrote_is_seen(store: Store, somebody_else: Store) -> None:
    store.execute_all(NORTH, [Step(accounts, "a", Deposit(amount=1)), Step(accounts, "b", Deposit(amount=1))])
    somebody_else.execute(NORTH, accounts, "b", Deposit(amount=5))
    assert store.load(NORTH, accounts, "b") == (Account("bob", 6), 3)
    store.execute_all(NORTH, [Step(accounts, "b", Deposit(amount=1))], metadata=Metadata(key="k"))
    assert somebody_else.load(NORTH, accounts, "b") == (Account("bob", 7), 4)


def test_what_was_refused_is_not_remembered(store: Store) -> None:
    with pytest.raises(Rejected):
        store.execute_all(NORTH, [Step(accounts, "b", Deposit(amount=1)), Step(accounts, "c", Deposit(amount=1))])
    assert store.load(NORTH, accounts, "b") == (Account("bob", 0), 1)


def test_a_snapshot_that_cannot_be_read_is_done_without(store: Store, database: Database) -> None:
    with database.connect("admin") as connection:
        connection.execute("UPDATE store.snapshots SET data = %s", (b"[]",))
    with closing(Store(database, TYPES)) as fresh:
        assert list(fresh.gathering.load(NORTH, [A, B])) == [B]
        fresh.execute_all(NORTH, [Step(accounts, "a", Deposit(amount=1))])
        assert fresh.load(NORTH, accounts, "a") == (Account("ann", 49), 26)


def test_so_many_are_remembered_and_no_more(database: Database) -> None:
    with closing(Store(database, TYPES, remembered=2)) as store:
        store.register(NORTH)
        for name in ("a", "b", "c"):
            store.execute(NORTH, accounts, name, Open(owner=name))
        assert [store.gathering.knows(NORTH, *one) for one in (A, B, C)] == [False, True, True]
