"""Snapshots make long streams quick to load and never change what is loaded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import msgspec
import pytest

from baseplus.kernel.decisions import Decider
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.postgres.streams import Loaded
from tests.postgres.accounts import (
    NORTH,
    SOUTH,
    TYPES,
    Account,
    AccountCommand,
    AccountEvent,
    Deposit,
    Open,
    Opened,
    accounts,
    decide,
    evolve,
)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """A store that keeps a snapshot every ten events, with one account of 25."""
    with closing(Store(database, TYPES, snapshot_every=10)) as store:
        store.register(NORTH, SOUTH)
        store.execute(NORTH, accounts, "a", Open(owner="ann"))
        for _ in range(24):
            store.execute(NORTH, accounts, "a", Deposit(amount=2))
        yield store


def loaded(store: Store, decider: Decider[AccountCommand, Account, AccountEvent], tenant: TenantId = NORTH) -> Loaded:
    found = store._streams.load(tenant, decider, decider.stream("a"), None)
    assert isinstance(found, Loaded)
    return found


def snapshots(database: Database) -> list[tuple[object, ...]]:
    with database.connect("admin") as connection:
        return connection.execute("SELECT tenant, stream, version, type FROM store.snapshots").fetchall()


def test_only_the_newest_snapshot_is_kept_and_loads_begin_there(store: Store, database: Database) -> None:
    assert snapshots(database) == [("north", "accounts/a", 20, "accounts.snapshot.v1")]
    assert loaded(store, accounts) == Loaded(Account("ann", 48), 25, 20)
    assert loaded(store, accounts, SOUTH) == Loaded(Account(), 0, 0)


def test_a_snapshot_of_another_state_version_is_not_read(store: Store, database: Database) -> None:
    newer = dataclasses.replace(accounts, state_version=2)
    assert loaded(store, newer) == Loaded(Account("ann", 48), 25, 0)
    store.execute(NORTH, newer, "a", Deposit(amount=2))
    assert snapshots(database) == [("north", "accounts/a", 26, "accounts.snapshot.v2")]
    assert loaded(store, newer) == Loaded(Account("ann", 50), 26, 26)
    assert loaded(store, accounts) == Loaded(Account("ann", 50), 26, 0)


def test_a_snapshot_that_cannot_be_read_is_passed_over(store: Store, database: Database) -> None:
    with database.connect("admin") as connection:
        connection.execute("UPDATE store.snapshots SET data = '[1'")
    assert loaded(store, accounts) == Loaded(Account("ann", 48), 25, 0)
    assert store.execute(NORTH, accounts, "a", Deposit(amount=1)).version == 26


def test_many_events_at_once_make_a_snapshot_too(store: Store, database: Database) -> None:
    store.execute(SOUTH, accounts, "a", Open(owner="bob"), *[Deposit(amount=1)] * 34)
    assert ("south", "accounts/a", 35, "accounts.snapshot.v1") in snapshots(database)
    assert store.load(SOUTH, accounts, "a") == (Account("bob", 34), 35)


class Set(msgspec.Struct, frozen=True):
    """A state that JSON does not carry: its keys come back as text."""

    seen: dict[object, int] = {}


def test_a_state_that_json_does_not_carry_has_no_snapshot(store: Store, database: Database) -> None:
    def remember(state: Set, event: AccountEvent) -> Set:
        return Set({**state.seen, (len(state.seen),): 1})

    def always(command: AccountCommand, state: Set, now: datetime) -> Iterator[AccountEvent]:
        yield Opened(owner="ann")

    odd: Decider[AccountCommand, Set, AccountEvent] = Decider("odd", Set, always, remember)
    for _ in range(12):
        store.execute(NORTH, odd, "a", Open(owner="ann"))
    assert [row for row in snapshots(database) if row[1] == "odd/a"] == []
    assert store.load(NORTH, odd, "a")[1] == 12


def test_a_stream_with_snapshots_folds_to_the_same_as_without(store: Store, database: Database) -> None:
    with database.connect("admin") as connection:
        connection.execute("DELETE FROM store.snapshots")
    fresh = Decider("accounts", Account, decide, evolve)
    assert loaded(store, fresh) == Loaded(Account("ann", 48), 25, 0)
