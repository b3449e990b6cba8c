"""Append, execute, load and read back, one caller at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import datetime, timedelta

import msgspec
import pytest

from baseplus.kernel.decisions import Decider, Metadata, Receipt
from baseplus.kernel.refusals import Invalid, KeyReused, Rejected, Unavailable, UnknownTenant, VersionConflict
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import Appended, NewEvent, Store
from tests.postgres.accounts import (
    NOON,
    NORTH,
    SOUTH,
    TYPES,
    Account,
    AccountCommand,
    AccountEvent,
    Deposit,
    Deposited,
    Open,
    Opened,
    accounts,
    deposited,
    evolve,
)
from tests.postgres.consistency import check_consistency


def test_registering_answers_only_the_new_ones(account_store: Store) -> None:
    assert sorted(account_store.register(NORTH, TenantId("west"), TenantId("east"))) == ["east", "west"]
    assert account_store.register(NORTH) == []


def test_positions_count_a_tenants_events_across_streams(account_store: Store) -> None:
    assert account_store.append(NORTH, [deposited("a", 1), deposited("b", 1)]) == Appended(1, 2)
    assert account_store.append(SOUTH, [deposited("a", 1)]) == Appended(1, 1)
    assert account_store.append(NORTH, [deposited("a", 2)]) == Appended(3, 3)
    assert (account_store.position(NORTH), account_store.position(SOUTH)) == (3, 1)


def test_an_append_of_nothing_changes_nothing(account_store: Store) -> None:
    account_store.append(NORTH, [deposited("a", 1)])
    assert account_store.append(NORTH, []) == Appended(2, 1)
    assert account_store.position(NORTH) == 1


def test_several_streams_interleaved_in_one_append_keep_their_order(account_store: Store, database: Database) -> None:
    account_store.append(
        NORTH, [deposited("a", 1, 1), deposited("b", 1, 2), deposited("a", 2, 3), deposited("b", 2, 4)]
    )
    told = [(recorded.stream, recorded.version, recorded.data) for recorded in account_store.history(NORTH)]
    assert told == [
        ("accounts/a", 1, b'{"amount":1}'),
        ("accounts/b", 1, b'{"amount":2}'),
        ("accounts/a", 2, b'{"amount":3}'),
        ("accounts/b", 2, b'{"amount":4}'),
    ]
    assert check_consistency(database) == {"north": 4}


@pytest.mark.parametrize("version", [0, 2, 3, -1])
def test_a_version_that_does_not_follow_is_refused(account_store: Store, version: int) -> None:
    with pytest.raises(VersionConflict):
        account_store.append(NORTH, [deposited("a", version)])
    account_store.append(NORTH, [deposited("a", 1)])
    for wrong in (1, 3):
        with pytest.raises(VersionConflict) as refused:
            account_store.append(NORTH, [deposited("a", wrong)])
        assert refused.value.facts == {"stream": "accounts/a", "expected": wrong - 1}
    assert account_store.position(NORTH) == 1


def test_versions_that_skip_within_one_append_are_refused(account_store: Store) -> None:
    for versions in ((1, 1), (1, 3), (2, 1)):
        with pytest.raises(VersionConflict):
            account_store.append(NORTH, [deposited("a", version) for version in versions])
    assert account_store.position(NORTH) == 0


def test_one_stream_that_conflicts_refuses_the_whole_append(account_store: Store) -> None:
    account_store.append(NORTH, [deposited("b", 1)])
    with pytest.raises(VersionConflict):
        account_store.append(NORTH, [deposited("a", 1), deposited("b", 1)])
    assert account_store.position(NORTH) == 1


def test_an_unknown_tenant_is_refused(account_store: Store) -> None:
    nobody = TenantId("nobody")
    with pytest.raises(UnknownTenant):
        account_store.append(nobody, [deposited("a", 1)])
    with pytest.raises(UnknownTenant):
        account_store.execute(nobody, accounts, "a", Open(owner="ann"))
    with pytest.raises(UnknownTenant):
        account_store.position(nobody)
    assert list(account_store.history(nobody)) == []


def test_the_same_key_stores_once_and_another_body_is_refused(account_store: Store) -> None:
    key = Metadata(key="k")
    first = account_store.append(NORTH, [deposited("a", 1), deposited("a", 2)], key)
    account_store.append(NORTH, [deposited("a", 3)])
    later = [
        msgspec.structs.replace(event, occurred_at=NOON + timedelta(days=1))
        for event in (deposited("a", 1), deposited("a", 2))
    ]
    assert account_store.append(NORTH, later, key) == Appended(first.first, first.last, replayed=True)
    with pytest.raises(KeyReused):
        account_store.append(NORTH, [deposited("a", 4)], key)
    assert account_store.append(SOUTH, [deposited("a", 1)], key) == Appended(1, 1)
    assert account_store.position(NORTH) == 3


def test_a_refused_request_leaves_its_key_free(account_store: Store) -> None:
    with pytest.raises(VersionConflict):
        account_store.append(NORTH, [deposited("a", 2)], Metadata(key="k"))
    assert account_store.append(NORTH, [deposited("a", 1)], Metadata(key="k")) == Appended(1, 1)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_cannot_be_stored_is_refused_before_it_is_sent(account_store: Store, text: str) -> None:
    for metadata in (Metadata(actor=text), Metadata(key=text)):
        with pytest.raises(Invalid):
            account_store.append(NORTH, [deposited("a", 1)], metadata)
    with pytest.raises(Invalid):
        account_store.append(NORTH, [NewEvent(StreamId(text), 1, Deposited(amount=1), NOON)])


def test_a_time_without_offset_is_refused(account_store: Store) -> None:
    naive = NewEvent(StreamId("accounts/a"), 1, Deposited(amount=1), datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(Invalid):
        account_store.append(NORTH, [naive])


def test_a_value_that_postgresql_refuses_is_invalid_and_the_store_goes_on(account_store: Store) -> None:
    too_long_for_an_index = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(9000))
    with pytest.raises(Invalid):
        account_store.append(NORTH, [NewEvent(StreamId(too_long_for_an_index), 1, Deposited(amount=1), NOON)])
    assert account_store.append(NORTH, [deposited("a", 1)]) == Appended(1, 1)


def test_history_is_the_whole_envelope_in_order_of_position(account_store: Store) -> None:
    metadata = Metadata(actor="ann", correlation="c", causation="d", traceparent="00-1-2-3", key="k")
    account_store.append(NORTH, [deposited("a", 1, 7)], metadata)
    account_store.append(SOUTH, [deposited("x", 1)])
    account_store.append(NORTH, [deposited("b", version) for version in range(1, 4501)])
    history = list(account_store.history(NORTH))
    assert [recorded.position for recorded in history] == list(range(1, 4502))
    first = history[0]
    assert (first.tenant, first.stream, first.version, first.type) == (NORTH, "accounts/a", 1, "accounts.deposited.v1")
    assert (first.data, first.occurred_at) == (b'{"amount":7}', NOON)
    assert first.recorded_at.utcoffset() == timedelta(0)
    assert (first.actor, first.correlation, first.causation, first.traceparent) == ("ann", "c", "d", "00-1-2-3")
    assert history[1].actor is None


def test_history_is_read_from_and_up_to_a_place(account_store: Store) -> None:
    account_store.append(NORTH, [deposited("a", version) for version in range(1, 2101)])

    def positions(after: int, limit: int | None) -> list[int]:
        return [recorded.position for recorded in account_store.history(NORTH, after=after, limit=limit)]

    assert positions(2098, None) == [2099, 2100]
    assert positions(1, 2) == [2, 3]
    assert positions(2099, 5) == [2100]
    assert positions(50, 2010) == list(range(51, 2061))
    assert positions(2100, None) == positions(0, 0) == []


def test_who_stops_reading_halfway_leaves_the_connection_to_others(database: Database) -> None:
    with closing(Store(database, TYPES, readers=1)) as store:
        store.register(NORTH)
        store.append(NORTH, [deposited("a", version) for version in range(1, 6001)])
        history = store.history(NORTH)
        assert next(history).position == 1
        assert store.position(NORTH) == 6000, "with the page after it asked for already"
        assert isinstance(history, Generator)
        history.close()
        assert [recorded.position for recorded in store.history(NORTH)] == list(range(1, 6001))


def test_a_command_becomes_events_and_a_receipt(account_store: Store) -> None:
    receipt = account_store.execute(NORTH, accounts, "a", Open(owner="ann"), Deposit(amount=5), at=NOON)
    assert receipt == Receipt(NORTH, StreamId("accounts/a"), 2, 2, (Opened.TYPE, Deposited.TYPE))
    assert account_store.load(NORTH, accounts, "a") == (Account("ann", 5), 2)
    assert [recorded.occurred_at for recorded in account_store.history(NORTH)] == [NOON, NOON]
    assert account_store.load(NORTH, accounts, "b") == (Account(), 0)
    assert account_store.load(SOUTH, accounts, "a") == (Account(), 0)


def test_commands_of_one_request_are_all_stored_or_none(account_store: Store) -> None:
    with pytest.raises(Rejected):
        account_store.execute(NORTH, accounts, "a", Open(owner="ann"), Open(owner="bob"))
    assert account_store.position(NORTH) == 0


def test_a_command_that_changes_nothing_has_a_receipt(account_store: Store) -> None:
    account_store.execute(NORTH, accounts, "other", Open(owner="bob"))
    account_store.execute(NORTH, accounts, "a", Open(owner="ann"))
    assert account_store.execute(NORTH, accounts, "a", Open(owner="ann")) == Receipt(
        NORTH, StreamId("accounts/a"), 1, 2, ()
    )


def test_a_replay_is_answered_with_the_first_receipt(account_store: Store) -> None:
    key = Metadata(key="k")
    first = account_store.execute(NORTH, accounts, "a", Open(owner="ann"), Deposit(amount=5), metadata=key)
    account_store.execute(NORTH, accounts, "a", Deposit(amount=1))
    again = account_store.execute(
        NORTH, accounts, "a", Open(owner="ann"), Deposit(amount=5), metadata=key, at=NOON, expected=99
    )
    assert again == msgspec.structs.replace(first, replayed=True)
    assert account_store.position(NORTH) == 3


def test_a_replay_is_answered_before_deciding(account_store: Store) -> None:
    account_store.execute(NORTH, accounts, "a", Open(owner="ann"), metadata=Metadata(key="k"))

    def never(command: AccountCommand, account: Account, now: datetime) -> Iterator[AccountEvent]:
        raise AssertionError("decided again")

    asleep = Decider("accounts", Account, never, evolve)
    assert account_store.execute(NORTH, asleep, "a", Open(owner="ann"), metadata=Metadata(key="k")).replayed


def test_a_request_that_changed_nothing_is_remembered_too(account_store: Store) -> None:
    account_store.execute(NORTH, accounts, "a", Open(owner="ann"))
    account_store.execute(NORTH, accounts, "b", Open(owner="ann"))
    first = account_store.execute(NORTH, accounts, "a", Open(owner="ann"), metadata=Metadata(key="k"))
    assert (first.version, first.position, first.events) == (1, 2, ())
    account_store.execute(NORTH, accounts, "a", Deposit(amount=1))
    again = account_store.execute(NORTH, accounts, "a", Open(owner="ann"), metadata=Metadata(key="k"))
    assert again == msgspec.structs.replace(first, replayed=True)


def test_a_key_of_another_request_is_refused(account_store: Store) -> None:
    account_store.execute(NORTH, accounts, "a", Open(owner="ann"), metadata=Metadata(key="k"))
    for thing, command in (("a", Open(owner="bob")), ("b", Open(owner="ann")), ("a", Deposit(amount=1))):
        with pytest.raises(KeyReused):
            account_store.execute(NORTH, accounts, thing, command, metadata=Metadata(key="k"))


def test_an_expected_version_that_has_passed_is_refused(account_store: Store) -> None:
    account_store.execute(NORTH, accounts, "a", Open(owner="ann"), expected=0)
    with pytest.raises(VersionConflict) as refused:
        account_store.execute(NORTH, accounts, "a", Deposit(amount=1), expected=0)
    assert refused.value.facts["stream"] == "accounts/a"
    assert account_store.execute(NORTH, accounts, "a", Deposit(amount=1), expected=1).version == 2


def test_a_conflict_is_decided_anew_on_what_the_other_wrote(account_store: Store) -> None:
    account_store.execute(NORTH, accounts, "a", Open(owner="ann"))
    seen: list[int] = []

    def interrupted(command: AccountCommand, account: Account, now: datetime) -> Iterator[AccountEvent]:
        seen.append(account.amount)
        if len(seen) == 1:
            account_store.execute(NORTH, accounts, "a", Deposit(amount=10))
        yield Deposited(amount=1)

    slow = Decider("accounts", Account, interrupted, evolve)
    assert account_store.execute(NORTH, slow, "a", Deposit(amount=1)).version == 3
    assert seen == [0, 10]
    assert account_store.load(NORTH, accounts, "a") == (Account("ann", 11), 3)


def test_a_database_without_our_schema_is_unavailable_and_says_what_to_do(empty_database: Database) -> None:
    store = Store(empty_database, TYPES)
    with pytest.raises(Unavailable, match="baseplus migrate"):
        store.append(NORTH, [deposited("a", 1)])
    store.close()


def test_an_unreachable_database_is_unavailable() -> None:
    store = Store(Database("host=127.0.0.1 port=1 user=nobody connect_timeout=2"), TYPES)
    with pytest.raises(Unavailable):
        store.append(NORTH, [deposited("a", 1)], Metadata(key="k"))
    with pytest.raises(Unavailable):
        store.position(NORTH)
    store.close()
