"""A worker over the shop's views in a process of its own, which a test may kill: it reads the event store.

python -m tests.projections.runner.worker_process URL LEASE BATCH
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator

from infra.postgres.database import Database
from infra.postgres.source import StoreSource
from projections.runner.source import Delivered
from projections.runner.worker import Worker, tune_collector
from tests.projections.runner.shop import TYPES, VIEWS


def no_heal(tenant: str, after: int, upto: int) -> Iterator[Delivered]:
    """The store leaves nothing out."""
    raise AssertionError(f"a gap in the store: {tenant} {after} {upto}")


def main() -> None:
    """Until SIGTERM."""
    url, lease, batch = sys.argv[1:]
    database = Database(url)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker = Worker(
        lambda: database.connect("worker"),
        VIEWS,
        TYPES,
        StoreSource(database),
        no_heal,
        lease=float(lease),
        batch=int(batch),
    )
    tune_collector()
    worker.run(stop)


if __name__ == "__main__":
    main()
