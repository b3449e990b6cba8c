"""The `eventsourcing` application of a tenant reads what the store writes, and the other way round."""

from __future__ import annotations

import gc

import pytest
from eventsourcing.persistence import IntegrityError, MapperDeserialisationError, StoredEvent
from eventsourcing.utils import Environment

from baseplus.kernel.decisions import Metadata
from infra.postgres.application import TenantApplication
from infra.postgres.mapper import EventMapper, Happened
from infra.postgres.recorder import Factory
from infra.postgres.recorders import AlreadyRecorded, TenantNotification
from infra.postgres.store import Store
from tests.postgres.accounts import NOON, NORTH, SOUTH, TYPES, Account, Deposit, Deposited, Open, Opened, accounts


def test_the_application_and_the_store_read_what_the_other_wrote(account_store: Store) -> None:
    application = TenantApplication(account_store, NORTH)
    application.decide(accounts, "a", Open(owner="ann"), now=NOON)
    account_store.execute(NORTH, accounts, "a", Deposit(amount=5))
    application.decide(accounts, "a", Deposit(amount=7))
    assert application.fold(accounts, "a") == account_store.load(NORTH, accounts, "a") == (Account("ann", 12), 3)
    assert TenantApplication(account_store, SOUTH).fold(accounts, "a") == (Account(), 0)


def test_recordings_carry_positions_and_notifications_the_metadata(account_store: Store) -> None:
    application = TenantApplication(account_store, NORTH)
    metadata = Metadata(actor="ann", correlation="c", key="k")
    recordings = application.decide(accounts, "a", Open(owner="ann"), metadata=metadata, now=NOON)
    assert [recording.notification.id for recording in recordings] == [1]
    (notification,) = application.recorder.select_notifications(start=1, limit=10)
    assert isinstance(notification, TenantNotification)
    assert (notification.topic, notification.state) == (Opened.TYPE, b'{"owner":"ann"}')
    assert (notification.actor, notification.correlation, notification.occurred_at) == ("ann", "c", NOON)
    assert application.notification_log.select(start=1, limit=10)[0].originator_id == "accounts/a"


def test_a_known_key_is_told_with_the_first_positions(account_store: Store) -> None:
    application = TenantApplication(account_store, NORTH)
    happened = Happened("accounts/a", 1, Opened(owner="ann"), NOON)
    application.events.put([happened], metadata=Metadata(key="k"))
    with pytest.raises(AlreadyRecorded) as told:
        application.events.put([happened], metadata=Metadata(key="k"))
    assert told.value.positions == range(1, 2)
    with pytest.raises(IntegrityError):
        application.events.put([happened])


def test_the_repository_folds_with_a_projector(account_store: Store) -> None:
    application = TenantApplication(account_store, NORTH)
    application.decide(accounts, "a", Open(owner="ann"))
    application.decide(accounts, "a", Deposit(amount=3))
    events = list(application.events.get("accounts/a", gt=1))
    assert [event.originator_version for event in events] == [2]
    assert isinstance(events[0], Happened) and events[0].event == Deposited(amount=3)


def test_an_application_that_is_gone_leaves_the_shared_store_open(account_store: Store) -> None:
    application = TenantApplication(account_store, NORTH)
    application.decide(accounts, "a", Open(owner="ann"))
    application.close()
    del application
    gc.collect()
    assert TenantApplication(account_store, NORTH).fold(accounts, "a")[1] == 1


def test_stored_data_that_cannot_be_read_names_the_event() -> None:
    mapper = EventMapper(TYPES)
    with pytest.raises(MapperDeserialisationError, match="event 3 of accounts/a"):
        mapper.to_domain_event(StoredEvent("accounts/a", 3, Opened.TYPE, b'{"owner":1}'))


@pytest.mark.parametrize("env", [{}, {"TENANT": "north"}])
def test_a_factory_says_what_its_environment_lacks(env: dict[str, str]) -> None:
    with pytest.raises(OSError, match="is missing from the environment"):
        Factory(Environment("Accounts", env))
