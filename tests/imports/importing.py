"""An import in a process of its own, that may be killed."""

from __future__ import annotations

from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

from infra.imports.outcomes import import_outcomes
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES


def run_import(database: Database, path: Path, progress: Connection) -> None:
    """Import, and send how many rows are done after each provider."""
    with closing(Store(database, EVENT_TYPES)) as store:
        import_outcomes(store, path, on_progress=lambda done, _total: progress.send(done))
