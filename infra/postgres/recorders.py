"""The recorders of the `eventsourcing` library on our store: cheap objects, one tenant each, over one shared `Store`.

Appends go the way of all appends, so that positions have no gaps and a key stores once. One thing differs from the
library's own recorders: where a key is known already, `AlreadyRecorded` is raised with the first positions, since the
library would pair them with events that were not stored.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    DataError,
    IntegrityError,
    Notification,
    OperationalError,
    PersistenceError,
    ProcessRecorder,
    ProgrammingError,
    StoredEvent,
    Subscription,
    Tracking,
    TrackingRecorder,
)

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import Invalid, KeyReused, Unavailable, UnknownTenant, VersionConflict
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.lanes import UNDONE
from infra.postgres.mapper import TimedStoredEvent
from infra.postgres.store import NO_METADATA, Appended, Store
from infra.postgres.wire import Row

_POLL = 0.05
_BATCH = 500

_TRACK = """INSERT INTO store.tracking AS t (tenant, name, position) VALUES (%s, %s, %s)
    ON CONFLICT (tenant, name) DO UPDATE SET position = excluded.position WHERE t.position < excluded.position
    RETURNING 1"""


@dataclass(frozen=True)
class TenantNotification(Notification):
    """A notification with all that the store knows about the event."""

    occurred_at: datetime
    recorded_at: datetime
    actor: str | None
    correlation: str | None
    causation: str | None
    traceparent: str | None


class AlreadyRecorded(PersistenceError):
    """The key is known: nothing was stored. `positions` are those of the first time."""

    def __init__(self, positions: range) -> None:
        super().__init__(f"recorded already, at {positions.start} to {positions.stop - 1}")
        self.positions = positions


class OfTenant:
    """What all recorders of one tenant share."""

    def __init__(self, store: Store, tenant: TenantId) -> None:
        self.store = store
        self.tenant = tenant

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """One statement on this tenant's rows. Raises the library's errors."""
        with _library_errors(), self.store.lanes.borrow() as lane:
            return lane.query(self.tenant, sql, parameters)

    def select(
        self, table: str, originator_id: UUID | str, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> list[StoredEvent]:
        """Stored events of one stream, from `events` or `snapshots`."""
        rows = self.query(
            f"SELECT version, type, data FROM store.{table} WHERE tenant = %s AND stream = %s"
            f" AND version > %s::bigint AND version <= %s::bigint ORDER BY version {'DESC' if desc else 'ASC'}"
            " LIMIT %s::bigint",
            self.tenant,
            str(originator_id),
            -1 if gt is None else gt,
            2**62 if lte is None else lte,
            limit,
        )
        return [StoredEvent(str(originator_id), version, kind, data) for version, kind, data in rows]


class TenantAggregateRecorder(OfTenant, AggregateRecorder):
    """Snapshots, as the library keeps them."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Raises IntegrityError for a version that is there already."""
        if stored_events:
            self.query(
                "INSERT INTO store.snapshots (tenant, stream, version, type, data) SELECT %s, * FROM"
                " unnest(%s::text[], %s::bigint[], %s::text[], %s::bytea[])",
                self.tenant,
                [str(event.originator_id) for event in stored_events],
                [event.originator_version for event in stored_events],
                [event.topic for event in stored_events],
                [event.state for event in stored_events],
            )
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Snapshots of one stream by version."""
        return self.select("snapshots", originator_id, gt, lte, desc, limit)


class TenantApplicationRecorder(OfTenant, ApplicationRecorder):
    """Events. `insert_events(events, metadata=Metadata(...))` says who, why, and under which key."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, metadata: Metadata = NO_METADATA, **_: Any
    ) -> Sequence[int] | None:
        """Raises IntegrityError for a version that does not follow, AlreadyRecorded for a known key."""
        if not stored_events:
            return None
        with _library_errors():
            appended = self.store.append_rows(self.tenant, _rows(stored_events), metadata)
        return _positions(appended)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one stream by version."""
        return self.select("events", originator_id, gt, lte, desc, limit)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events of the tenant by position."""
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        rows = self.query(
            "SELECT stream, version, type, data, position, occurred_at, recorded_at, actor, correlation, causation,"
            " traceparent FROM store.events WHERE tenant = %s AND position > %s::bigint AND position <= %s::bigint"
            " AND (%s::text[] = '{}' OR type = ANY(%s::text[])) ORDER BY position LIMIT %s::bigint",
            self.tenant,
            after,
            2**62 if stop is None else stop,
            list(topics),
            list(topics),
            limit,
        )
        return [TenantNotification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        """The length of the tenant's history, None at its beginning."""
        with _library_errors():
            return self.store.position(self.tenant) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Events as they come, by polling."""
        return PollingSubscription(self, gt, topics)


class TenantTrackingRecorder(OfTenant, TrackingRecorder):
    """How far this tenant has followed other applications."""

    def insert_tracking(self, tracking: Tracking) -> None:
        """Raises IntegrityError where the tracked position is not after the one before."""
        if not self.query(_TRACK, self.tenant, tracking.application_name, tracking.notification_id):
            raise IntegrityError(f"{tracking} is not after the recorded one")

    def max_tracking_id(self, application_name: str) -> int | None:
        """The tracked position, None where there is none."""
        rows = self.query(
            "SELECT position FROM store.tracking WHERE tenant = %s AND name = %s", self.tenant, application_name
        )
        return rows[0][0] if rows else None


class TenantProcessRecorder(TenantTrackingRecorder, TenantApplicationRecorder, ProcessRecorder):
    """Events and the position they follow from, in one transaction."""

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        metadata: Metadata = NO_METADATA,
        tracking: Tracking | None = None,
        **_: Any,
    ) -> Sequence[int] | None:
        """Raises IntegrityError for events or a tracked position that do not follow."""
        if tracking is None:
            return super().insert_events(stored_events, metadata=metadata)
        if not stored_events:
            self.insert_tracking(tracking)
            return None
        with _library_errors():
            prepared = self.store.prepare(self.tenant, _rows(stored_events), metadata)
            with self.store.committer.alone(self.tenant) as (connection, append):
                followed = connection.execute(
                    _TRACK, (self.tenant, tracking.application_name, tracking.notification_id)
                )
                if not followed.fetchall():
                    raise IntegrityError(f"{tracking} is not after the recorded one")
                appended = prepared.appended(append(prepared.request))
        return _positions(appended)


class PollingSubscription(Subscription[ApplicationRecorder]):
    """Asks again every 50 ms at the end of the history."""

    def __init__(self, recorder: ApplicationRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._stopped = threading.Event()
        self._ahead: Iterator[Notification] = iter(())

    def stop(self) -> None:
        """End the iteration."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._stopped.is_set():
            for notification in self._ahead:
                self._last_notification_id = notification.id
                return notification
            found = self._recorder.select_notifications(
                self._last_notification_id, _BATCH, topics=self._topics, inclusive_of_start=False
            )
            self._ahead = iter(found)
            if not found:
                self._stopped.wait(_POLL)
        raise StopIteration


def _rows(stored_events: Sequence[StoredEvent]) -> list[Row]:
    now = datetime.now(UTC)
    rows = []
    for event in stored_events:
        occurred_at = event.occurred_at if isinstance(event, TimedStoredEvent) else None
        rows.append(
            Row(str(event.originator_id), event.originator_version, event.topic, occurred_at or now, event.state)
        )
    return rows


def _positions(appended: Appended) -> Sequence[int]:
    positions = range(appended.first, appended.last + 1)
    if appended.replayed:
        raise AlreadyRecorded(positions)
    return list(positions)


@contextmanager
def _library_errors() -> Iterator[None]:
    try:
        yield
    except (VersionConflict, KeyReused, psycopg.IntegrityError) as error:
        raise IntegrityError(str(error)) from error
    except (Unavailable, *UNDONE) as error:
        raise OperationalError(str(error)) from error
    except (Invalid, psycopg.DataError) as error:
        raise DataError(str(error)) from error
    except (UnknownTenant, psycopg.ProgrammingError) as error:
        raise ProgrammingError(str(error)) from error
