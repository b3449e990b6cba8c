"""The persistence module of the `eventsourcing` library: `PERSISTENCE_MODULE=infra.postgres.recorder`.

`TENANT` names the tenant, `DATABASE_URL` the database; all factories of a process share one store for each database.
The library finds the factory by looking for classes here, so there may be only one.
"""

from __future__ import annotations

import threading
from typing import cast

from eventsourcing import persistence
from eventsourcing.utils import Environment, EnvType, resolve_topic

from baseplus.kernel.events import EventTypes
from baseplus.kernel.vocabulary import tenant_id
from infra.postgres.database import Database
from infra.postgres.recorders import (
    TenantAggregateRecorder,
    TenantApplicationRecorder,
    TenantProcessRecorder,
    TenantTrackingRecorder,
)
from infra.postgres.store import Store

_shared: dict[str, Store] = {}
_sharing = threading.Lock()


class Factory(persistence.InfrastructureFactory[persistence.TrackingRecorder]):
    """Makes the recorders of one tenant. Closing it leaves the store open, which others share."""

    def __init__(self, env: Environment | EnvType | None = None, store: Store | None = None) -> None:
        """Raises OSError without `TENANT` (or, where no store is given, `DATABASE_URL`), Invalid for a bad tenant."""
        super().__init__(env)
        self.tenant = tenant_id(self._needed("TENANT"))
        self.store = store or _shared_store(self._needed("DATABASE_URL"))

    def aggregate_recorder(self, purpose: str = "events") -> TenantAggregateRecorder:  # noqa: ARG002
        """The recorder of snapshots, whatever the purpose: events have the application's recorder."""
        return TenantAggregateRecorder(self.store, self.tenant)

    def application_recorder(self) -> TenantApplicationRecorder:
        """The recorder of events; `APPLICATION_RECORDER_TOPIC` may name a subclass."""
        topic = self.env.get(self.APPLICATION_RECORDER_TOPIC)
        kind: type[TenantApplicationRecorder] = resolve_topic(topic) if topic else TenantApplicationRecorder
        return kind(self.store, self.tenant)

    def tracking_recorder(
        self, tracking_recorder_class: type[persistence.TrackingRecorder] | None = None
    ) -> persistence.TrackingRecorder:
        """The recorder of tracked positions; the argument or `TRACKING_RECORDER_TOPIC` may name a subclass."""
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        kind = tracking_recorder_class or (resolve_topic(topic) if topic else TenantTrackingRecorder)
        assert issubclass(kind, TenantTrackingRecorder)
        return cast("type[TenantTrackingRecorder]", kind)(self.store, self.tenant)

    def process_recorder(self) -> TenantProcessRecorder:
        """The recorder of events with tracked positions; `PROCESS_RECORDER_TOPIC` may name a subclass."""
        topic = self.env.get(self.PROCESS_RECORDER_TOPIC)
        kind: type[TenantProcessRecorder] = resolve_topic(topic) if topic else TenantProcessRecorder
        return kind(self.store, self.tenant)

    def _needed(self, name: str) -> str:
        value = self.env.get(name)
        if not value:
            raise OSError(f"{name} is missing from the environment")
        return value


def _shared_store(url: str) -> Store:
    with _sharing:
        store = _shared.get(url)
        if store is None:
            store = _shared[url] = Store(Database(url), EventTypes())
        return store
