"""A query without a tenant returns nothing, on every table there is, also through a connection used before."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest
from eventsourcing.persistence import Tracking
from psycopg import sql

from baseplus.kernel.decisions import Metadata
from infra.postgres.database import Database
from infra.postgres.recorders import TenantTrackingRecorder
from infra.postgres.store import Store
from tests.postgres.accounts import NORTH, SOUTH, TYPES, Deposit, Open, accounts

# Written by the relay's role, and about no tenant or about all: the application's role may not read them at all.
NOT_FOR_THE_APPLICATION = {"news", "relayed", "relay_partitions"}


def tables(database: Database) -> dict[str, bool]:
    """Every table of the schema, and whether it has a column `tenant`. Asked of the catalogue: none is forgotten."""
    with database.connect("admin") as connection:
        return dict(
            connection.execute(
                "SELECT c.relname,"
                " EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant')"
                " FROM pg_class c WHERE c.relnamespace = 'store'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
            ).fetchall()
        )


@pytest.fixture
def full(database: Database) -> Database:
    """A database where every table that the application may read has rows of two tenants."""
    with closing(Store(database, TYPES, snapshot_every=2)) as store:
        store.register(NORTH, SOUTH)
        for tenant in (NORTH, SOUTH):
            store.execute(tenant, accounts, "a", Open(owner="ann"), Deposit(amount=1), metadata=Metadata(key="k"))
            TenantTrackingRecorder(store, tenant).insert_tracking(Tracking("upstream", 1))
    return database


def seen(connection: psycopg.Connection[tuple[object, ...]], table: str) -> set[object]:
    """The tenants whose rows the connection sees."""
    return {row[0] for row in connection.execute(sql.SQL("SELECT tenant FROM store.{}").format(sql.Identifier(table)))}


def test_every_table_is_secured_or_out_of_the_applications_reach(full: Database) -> None:
    with full.connect("admin") as admin:
        secured = {
            name
            for (name,) in admin.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'store'::regnamespace"
                " AND relrowsecurity AND relforcerowsecurity"
            )
        }
    found = tables(full)
    assert set(found) - secured <= {"news"}
    readable = set()
    with full.connect("app") as app:
        for table in found:
            try:
                app.execute(sql.SQL("SELECT 1 FROM store.{}").format(sql.Identifier(table)))
            except psycopg.errors.InsufficientPrivilege:
                continue
            readable.add(table)
    assert set(found) - readable <= NOT_FOR_THE_APPLICATION
    assert all(found[table] for table in readable)


def test_without_a_tenant_nothing_is_seen_and_with_one_only_its_rows(full: Database) -> None:
    readable = set(tables(full)) - NOT_FOR_THE_APPLICATION
    assert {"tenants", "events", "idempotency", "snapshots", "tracking"} <= readable
    with full.connect("admin") as admin, full.connect("app") as app:
        for table in sorted(readable):
            assert seen(admin, table) == {NORTH, SOUTH}, f"{table} has no rows to hide"
            assert seen(app, table) == set()
            with app.transaction():
                app.execute("SELECT set_config('app.tenant', %s, true)", (NORTH,))
                assert seen(app, table) == {NORTH}
            assert seen(app, table) == set(), "a tenant was left behind"


def test_a_connection_of_the_pool_forgets_the_tenant_that_used_it(full: Database) -> None:
    with closing(Store(full, TYPES, readers=1)) as store:
        assert store.load(NORTH, accounts, "a")[1] == 2
        assert len(list(store.history(NORTH))) == 2
        with store.lanes.borrow() as lane:
            assert lane.query(NORTH, "SELECT DISTINCT tenant FROM store.events", ()) == [(NORTH,)]
            assert lane.query("", "SELECT DISTINCT tenant FROM store.events", ()) == []
            assert lane.query("' OR true --", "SELECT DISTINCT tenant FROM store.events", ()) == []
            with lane.transaction(SOUTH) as connection:
                assert seen(connection, "events") == {SOUTH}
            for table in set(tables(full)) - NOT_FOR_THE_APPLICATION:
                assert seen(connection, table) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO store.events VALUES ('north', 9, 'x', 1, 'x', now(), now(), NULL, NULL, NULL, NULL, '')",
        "UPDATE store.events SET data = ''",
        "DELETE FROM store.events",
        "TRUNCATE store.events",
        "UPDATE store.tenants SET last_position = 0",
        "INSERT INTO store.tenants (tenant, partition) VALUES ('x', 0)",
        "DELETE FROM store.idempotency",
        "DELETE FROM store.tenants",
        "ALTER TABLE store.events DISABLE ROW LEVEL SECURITY",
        "SET ROLE baseplus_owner",
        "SET ROLE baseplus_relay",
    ],
)
def test_the_applications_role_cannot_change_history(full: Database, statement: str) -> None:
    # as a login of its own: a session that only became the role could become another
    if not full.direct:
        pytest.fail("these tests need a server where roles log in by name")
    with full.connect("app") as app, app.transaction():
        app.execute("SELECT set_config('app.tenant', 'north', true)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO store.snapshots VALUES ('south', 'accounts/b', 1, 'x', '')",
        "INSERT INTO store.tracking VALUES ('south', 'other', 1)",
        "UPDATE store.tracking SET tenant = 'south', name = 'other'",
    ],
)
def test_a_row_of_another_tenant_cannot_be_written(full: Database, statement: str) -> None:
    with full.connect("app") as app, app.transaction():
        app.execute("SELECT set_config('app.tenant', 'north', true)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


def test_what_another_tenant_keeps_cannot_be_removed(full: Database) -> None:
    with full.connect("app") as app:
        with app.transaction():
            app.execute("SELECT set_config('app.tenant', 'north', true)")
            assert app.execute("DELETE FROM store.snapshots WHERE tenant = 'south'").rowcount == 0
            assert app.execute("DELETE FROM store.snapshots").rowcount == 1
        assert app.execute("DELETE FROM store.snapshots").rowcount == 0
