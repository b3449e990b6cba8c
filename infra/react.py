"""A reactor as this program runs it."""

from __future__ import annotations

from infra.postgres.database import Database
from infra.postgres.source import StoreSource
from infra.postgres.store import Store
from infra.project import connect_worker
from infra.reactions.reactor import Clock, Reactor, utc_now
from infra.settings import Settings
from infra.wiring import EVENT_TYPES, REACTIONS


def make_reactor(
    database: Database, store: Store, settings: Settings, *, lease: float = 6.0, clock: Clock = utc_now
) -> Reactor:
    """A reactor with all reactions. It reads the event store, also where there is a Kafka: it writes there anyhow."""
    return Reactor(
        connect_worker(database),
        store,
        REACTIONS,
        EVENT_TYPES,
        StoreSource(database),
        partitions=settings.partitions,
        lease=lease,
        clock=clock,
    )
