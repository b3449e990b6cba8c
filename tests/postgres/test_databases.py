"""What tests are lent is as fresh as a new database, whatever others did to it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from infra.postgres.database import Database
from infra.schema import bring_up_to_date
from tests.databases import Databases, create, drop


@pytest.fixture(scope="module")
def template(postgres_server: Database) -> Iterator[str]:
    name = create(postgres_server, "template1")
    bring_up_to_date(postgres_server.named(name))
    yield name
    drop(postgres_server, name)


@pytest.fixture
def databases(postgres_server: Database, template: str) -> Iterator[Databases]:
    lender = Databases(postgres_server, template)
    yield lender
    lender.close()


def identity(database: Database) -> object:
    """What a database keeps for as long as it lives."""
    return asked(database, "SELECT oid FROM pg_database WHERE datname = current_database()")


def asked(database: Database, question: str) -> object:
    with database.connect("admin") as connection:
        return connection.execute(question).fetchall()


def told(database: Database, *orders: str) -> None:
    with database.connect("admin") as connection:
        for order in orders:
            connection.execute(order)


def test_what_happened_is_forgotten_and_what_the_template_says_is_said_again(databases: Databases) -> None:
    with databases.lend() as database:
        first = identity(database)
        views = asked(database, "SELECT * FROM views.generations ORDER BY 1, 2")
        assert views
        told(
            database,
            "DELETE FROM views.generations",
            "INSERT INTO store.tenants (tenant, partition) VALUES ('north', 1)",
            "CREATE TABLE views.another (tenant text)",
        )
        left = database.connect("app")
    with left, pytest.raises(psycopg.OperationalError, match="terminat"):
        left.execute("SELECT 1")
    with databases.lend() as database:
        assert identity(database) == first, "it was lent again"
        assert asked(database, "SELECT * FROM views.generations ORDER BY 1, 2") == views
        assert asked(database, "SELECT * FROM store.tenants") == []
        assert asked(database, "SELECT to_regclass('views.another') IS NULL") == [(True,)]
        assert (
            asked(
                database,
                "SELECT usename FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            == []
        )


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE store.tenants ADD COLUMN colour text",
        "DROP TABLE views.generations CASCADE",
        "GRANT SELECT ON store.events TO baseplus_stream",
        "ALTER TABLE store.events DISABLE ROW LEVEL SECURITY",
        "CREATE INDEX another ON store.tenants (partition)",
        "UPDATE pg_database SET datallowconn = false WHERE datname = current_database()",
        "CREATE FUNCTION store.another() RETURNS int LANGUAGE sql RETURN 1",
    ],
)
def test_one_whose_schema_has_changed_is_not_lent_again(databases: Databases, change: str) -> None:
    with databases.lend() as database:
        first = identity(database)
        told(database, change)
    with databases.lend() as database:
        assert identity(database) != first
