"""The `eventsourcing` library's own cases for recorders and factories, on ours. Each test has a database of its own and
each recorder a tenant of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from eventsourcing.tests import persistence as cases
from eventsourcing.utils import Environment

from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.recorder import Factory
from infra.postgres.recorders import (
    TenantAggregateRecorder,
    TenantApplicationRecorder,
    TenantProcessRecorder,
    TenantTrackingRecorder,
)
from infra.postgres.store import Store
from tests.postgres.accounts import TYPES


class OnOurStore:
    """Gives each test a store, each recorder a registered tenant, and text ids, which is what our streams have."""

    shared: Store

    @pytest.fixture(autouse=True)
    def _store(self, database: Database) -> Iterator[None]:
        with closing(Store(database, TYPES)) as store:
            self.shared = store
            yield

    def new_tenant(self) -> TenantId:
        tenant = TenantId(f"t-{uuid4().hex}")
        self.shared.register(tenant)
        return tenant

    def new_originator_id(self) -> str:
        return f"thing/{uuid4()}"


class TestAggregateRecorder(OnOurStore, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> TenantAggregateRecorder:
        return TenantAggregateRecorder(self.shared, self.new_tenant())


class TestApplicationRecorder(OnOurStore, cases.ApplicationRecorderTestCase[TenantApplicationRecorder]):
    def create_recorder(self) -> TenantApplicationRecorder:
        return TenantApplicationRecorder(self.shared, self.new_tenant())

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(OnOurStore, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> TenantApplicationRecorder:
        return TenantApplicationRecorder(self.shared, self.new_tenant())


class TestTrackingRecorder(OnOurStore, cases.TrackingRecorderTestCase):
    def create_recorder(self) -> TenantTrackingRecorder:
        return TenantTrackingRecorder(self.shared, self.new_tenant())


class TestProcessRecorder(OnOurStore, cases.ProcessRecorderTestCase):
    def create_recorder(self) -> TenantProcessRecorder:
        return TenantProcessRecorder(self.shared, self.new_tenant())


class FollowingRecorder(TenantTrackingRecorder):
    """A subclass that an environment may name."""


class TestFactory(cases.InfrastructureFactoryTestCase[Factory]):
    @pytest.fixture(autouse=True)
    def _environment(self, database: Database) -> Iterator[None]:
        self.env = Environment("TestCase")
        self.env.update(PERSISTENCE_MODULE="infra.postgres.recorder", TENANT="north", DATABASE_URL=database.url)
        yield
        self.factory.store.close()

    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> type[TenantAggregateRecorder]:
        return TenantAggregateRecorder

    def expected_application_recorder_class(self) -> type[TenantApplicationRecorder]:
        return TenantApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TenantTrackingRecorder]:
        return TenantTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TenantTrackingRecorder]:
        return FollowingRecorder

    def expected_process_recorder_class(self) -> type[TenantProcessRecorder]:
        return TenantProcessRecorder
