"""A database as this program needs it: migrated, and with a table for every read model."""

from __future__ import annotations

from contextlib import suppress

from infra.postgres.database import Database
from infra.postgres.migrate import migrate
from infra.wiring import EVENT_TYPES, VIEWS
from projections.runner.generations import ViewOutdated, prepare_views


def bring_up_to_date(database: Database) -> list[str]:
    """Run what has not run yet, and make the tables of new read models. Returns the migrations that ran."""
    ran = migrate(database)
    # A view that needs a rebuild is no obstacle here: its workers say so, and `rebuild` must be able to run.
    with suppress(ViewOutdated), database.connect("worker") as connection:
        prepare_views(connection, VIEWS, EVENT_TYPES, worker="")
    return ran
