"""A projection worker as this program runs it: which source it reads, and whence it gets what the log left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from baseplus.kernel.refusals import Unavailable
from infra.observability.tracing import follow, recording
from infra.postgres.database import Database
from infra.settings import Settings
from infra.wiring import EVENT_TYPES, VIEWS
from projections.runner.session import Connect
from projections.runner.source import Delivered, Source

if TYPE_CHECKING:
    from projections.runner.worker import Worker

_PAGE = 2_000
_HISTORY = """
    SELECT tenant, position, type, stream, occurred_at, recorded_at, data, traceparent
      FROM store.events
     WHERE tenant = %s AND position > %s AND position <= %s ORDER BY position LIMIT %s"""


def connect_worker(database: Database) -> Connect:
    """How the runner connects."""
    return lambda: database.connect("worker")


@contextmanager
def project_spans(events: Sequence[Delivered]) -> Iterator[None]:
    """A span for each event of a batch whose trace is recorded, as long as the batch takes."""
    spans = [
        span
        for event in (events if recording() else ())
        if (span := follow("project", event.traceparent, event.tenant, event.type, event.position))
    ]
    try:
        yield
    except BaseException as error:
        for span in spans:
            span.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        for span in spans:
            span.end()


def make_worker(database: Database, settings: Settings, bootstrap: str | None) -> Worker:
    """A worker over all read models, for a process of its own. bootstrap: Kafka's; None: it reads the event store."""
    # here, since its metrics are this process's alone
    from projections.runner.worker import Worker, tune_collector

    source: Source
    if bootstrap is None:
        from infra.postgres.source import StoreSource

        source = StoreSource(database)
    else:
        from infra.kafka.source import KafkaSource  # kafka-python takes a while to import, and may not be needed

        source = KafkaSource(bootstrap, settings.topic)

    connect = connect_worker(database)

    def heal(tenant: str, after: int, upto: int) -> Iterator[Delivered]:
        try:
            with connect() as connection:
                connection.execute("SET TimeZone = 'UTC'")
                while after < upto:
                    rows = connection.execute(_HISTORY, (tenant, after, upto, _PAGE), binary=True).fetchall()
                    for row in rows:
                        yield Delivered(*row)
                    if len(rows) < _PAGE:
                        return
                    after = rows[-1][1]
        except psycopg.OperationalError as error:
            raise Unavailable(what="PostgreSQL", reason=str(error).partition("\n")[0]) from error

    tune_collector()
    return Worker(connect, VIEWS, EVENT_TYPES, source, heal, partitions=settings.partitions, around=project_spans)
