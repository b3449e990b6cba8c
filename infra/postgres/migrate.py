"""Brings a database to the program's schema. Safe to run at any time, by several processes at once.

The SQL files beside the migrations are what is read and reviewed; Alembic keeps their order and what has run.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from infra.postgres.database import Database

HERE = Path(__file__).parent / "migrations"
_LOCK = 4_242_001
_ROLES = {
    "baseplus_owner": "NOLOGIN",
    "baseplus_app": "LOGIN",
    "baseplus_relay": "LOGIN",
    "baseplus_worker": "LOGIN",
    "baseplus_stream": "LOGIN",
}


def run_file(name: str) -> None:
    """Run one SQL file in the migration's transaction."""
    connection = op.get_bind().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    # not through SQLAlchemy: it would read the colons and percent signs of PL/pgSQL as parameters
    connection.execute((HERE / name).read_bytes())


def migrate(database: Database) -> list[str]:
    """Make the roles and run what has not run yet. Returns the names of the migrations that ran."""
    engine = _engine(database)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
            connection.commit()
            try:
                _make_roles(connection)
                config = _config(connection)
                todo = _pending(connection, config)
                if todo:
                    command.upgrade(config, "head")
                    connection.commit()
            finally:
                connection.rollback()
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
                connection.commit()
        return todo
    finally:
        engine.dispose()


def pending(database: Database) -> list[str]:
    """The migrations that have not run yet, in order."""
    engine = _engine(database)
    try:
        with engine.connect() as connection:
            return _pending(connection, _config(connection))
    finally:
        engine.dispose()


def _engine(database: Database) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: database.connect("admin", autocommit=False),
        poolclass=sqlalchemy.NullPool,
    )


def _config(connection: sqlalchemy.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


def _pending(connection: sqlalchemy.Connection, config: Config) -> list[str]:
    done = MigrationContext.configure(connection, opts={"version_table_schema": "public"}).get_current_heads()
    script = ScriptDirectory.from_config(config)
    steps = script.iterate_revisions("head", done[0] if done else "base")
    return [step.revision for step in reversed(list(steps)) if step.revision not in done]


def _make_roles(connection: sqlalchemy.Connection) -> None:
    # Roles belong to the whole server: another database of it may have made them, even at this moment.
    for role, login in _ROLES.items():
        connection.exec_driver_sql(
            f"DO $$ BEGIN CREATE ROLE {role} {login} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        connection.exec_driver_sql(
            f"DO $$ BEGIN GRANT {role} TO CURRENT_USER; EXCEPTION WHEN OTHERS THEN "
            f"IF NOT pg_has_role('{role}', 'MEMBER') THEN RAISE; END IF; END $$"
        )
    connection.commit()
