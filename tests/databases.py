"""Databases for tests. One whose schema is what it was, but for tables of its own, is emptied and given to the next:
making and dropping a database costs half a second or more, nearly all of it the system's time for its 900 files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from baseplus.kernel.refusals import Unavailable
from infra.postgres.database import Database

# One that a test has filled is not emptied: dead rows would slow down whoever comes next.
_GROWN = 16 * 1024 * 1024  # bytes

# Every object of ours with the transaction that wrote it last.
_SCHEMA = sql.SQL("""
SELECT md5(string_agg(found, ' ' ORDER BY found)) FROM ({}) AS objects (found)
""").format(
    sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {name} || ':' || {of} || ':' || xmin::text FROM {catalog} WHERE {of} >= 16384").format(
            name=sql.Literal(catalog), catalog=sql.Identifier(catalog), of=sql.Identifier(of)
        )
        for catalog, of in [
            ("pg_attribute", "attrelid"),
            ("pg_class", "oid"),
            ("pg_constraint", "oid"),
            ("pg_default_acl", "oid"),
            ("pg_index", "indexrelid"),
            ("pg_namespace", "oid"),
            ("pg_policy", "oid"),
            ("pg_proc", "oid"),
            ("pg_trigger", "oid"),
        ]
    )
)
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.oid >= 16384 ORDER BY c.oid
"""


class Databases:
    """The databases of one kind: each is a copy of the template, `template` in the server."""

    def __init__(self, server: Database, template: str) -> None:
        self._server = server
        self._template = template
        self._free: list[_Made] = []
        self._first_rows: list[tuple[sql.Identifier, bytes]] = []

    @contextmanager
    def lend(self) -> Iterator[Database]:
        """One for whoever asks, as fresh as the template, under a name that nobody knows from before."""
        name = f"test_{uuid4().hex}"
        made = self._free.pop() if self._free else self._make()
        self._rename(made.name, name)
        database = self._server.named(name)
        try:
            yield database
        finally:
            if self._emptied(database, made):
                self._free.append(_Made(name, made.schema, made.size))
            else:
                drop(self._server, name)

    def close(self) -> None:
        """Drop those that nobody has."""
        while self._free:
            drop(self._server, self._free.pop().name)

    def _make(self) -> _Made:
        name = create(self._server, self._template)
        with self._server.named(name).connect("admin") as connection:
            if not self._first_rows:
                self._first_rows = [(table, _rows(connection, table)) for table in _tables(connection)]
            return _Made(name, _schema(connection), _size(connection))

    def _rename(self, old: str, new: str) -> None:
        with self._server.connect("admin") as connection:
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (old, new))))

    def _emptied(self, database: Database, made: _Made) -> bool:
        """Back to the template's rows; False: it cannot be lent again. Whoever is still connected is cut off."""
        known = [table for table, _ in self._first_rows]
        # It may have been shut by its test. Where we are no superuser, each test has a new database.
        with (
            suppress(Unavailable, psycopg.errors.InsufficientPrivilege),
            database.connect("admin", autocommit=False) as connection,
        ):
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            for table in _tables(connection):
                if table not in known:
                    connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(table))
            if _schema(connection) != made.schema or _size(connection) > made.size + _GROWN:
                return False
            connection.execute("SET session_replication_role = replica")  # no trigger protects what happened
            for table, rows in self._first_rows:
                connection.execute(sql.SQL("DELETE FROM {}").format(table))
                if rows:
                    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
                        copy.write(rows)
            return True
        return False


@dataclass(frozen=True)
class _Made:
    name: str
    schema: str
    size: int


def create(server: Database, template: str) -> str:
    """A new database, a copy of `template`; its name."""
    name = f"test_{uuid4().hex}"
    with server.connect("admin") as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template))))
    return name


def drop(server: Database, name: str) -> None:
    """The end of a database, whoever is still connected."""
    with server.connect("admin") as connection:
        # FORCE: the test may have left connections, or processes that it killed may not have ended yet
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _tables(connection: psycopg.Connection[Any]) -> list[sql.Identifier]:
    return [sql.Identifier(*names) for names in connection.execute(_TABLES).fetchall()]


def _rows(connection: psycopg.Connection[Any], table: sql.Identifier) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as copy:
        return b"".join(bytes(part) for part in copy)


def _schema(connection: psycopg.Connection[Any]) -> str:
    (found,) = connection.execute(_SCHEMA).fetchone() or ("",)
    return str(found)


def _size(connection: psycopg.Connection[Any]) -> int:
    (found,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    return int(found)
