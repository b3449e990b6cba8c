"""One generation of a view as a table: its definition, and rows in bulk in and out.

Every generation has a table of its own, `views."<view>__<generation>"`; readers ask `views."<view>"`, which shows the
live one. Rows come back equal to what was written, to the microsecond and the last digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from projections.runner.columns import Change, check_storable, columns, copier
from projections.runner.view import Row, View

Key = tuple[str, str]
"""(tenant, key): what a row is found by."""

AnyView = View[Any, Any]
AnyConnection = psycopg.Connection[Any]
AnyCursor = psycopg.Cursor[Any]

_NAME = re.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Table:
    """The table of one generation of a view. Knows SQL, keeps no state, and uses the cursor it is given."""

    def __init__(self, view: AnyView, generation: int) -> None:
        if not _NAME.fullmatch(view.name) or len(view.name) > 40:
            raise TypeError(f"{view.name!r} is no name for a view: lower-case letters, digits and single underscores")
        self.view = view
        self.generation = generation
        self.row: type[Row] = view.row
        self.columns = columns(view.row)
        self.name = f'views."{view.name}__{generation}"'
        self.copy: Callable[[Any], Any] = copier(view.row)
        self.key = attrgetter(self.columns[0].name)
        self._names = [column.name for column in self.columns]
        self._reads: list[tuple[str, Change]] = [(c.name, c.read) for c in self.columns if c.read is not None]
        self._checks = [
            (attrgetter(column.name), check)
            for column in self.columns
            if (check := check_storable(column, self._indexed_with(column.name))) is not None
        ]
        fields = [("t", Any), *((f"c{n}", Any) for n in range(len(self.columns)))]
        self._wire = msgspec.defstruct(f"{view.row.__name__}Wire", fields, gc=False)
        self._encode = msgspec.json.Encoder(decimal_format="string").encode
        self._load_sql, self._write_sql, self._delete_sql = self._statements()

    def shape(self) -> str:
        """What the rows' form is known by: changes with any column, index or the view's version."""
        form = [(column.name, column.type, column.nullable) for column in self.columns]
        return f"{self.view.version} {form} {self.view.indexes}"

    def create(self, cursor: AnyCursor) -> None:
        """Make the bare table, for bulk loading: no index and, since COPY refuses it, no row-level security yet."""
        body = ", ".join(f'"{c.name}" {c.type}{"" if c.nullable else " NOT NULL"}' for c in self.columns)
        cursor.execute(f"CREATE TABLE {self.name} (tenant text NOT NULL, {body}) WITH (fillfactor = 80)")

    def finish(self, cursor: AnyCursor) -> None:
        """Add the key, the indexes and row-level security; only then may anybody else read the table."""
        cursor.execute(f'ALTER TABLE {self.name} ADD PRIMARY KEY (tenant, "{self._names[0]}")')
        for index in self.view.indexes:
            led = ", ".join(f'"{column}"' for column in ("tenant", *(name for name in index if name != "tenant")))
            cursor.execute(f"CREATE INDEX ON {self.name} ({led})")
        cursor.execute(f"ALTER TABLE {self.name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        cursor.execute(f"CREATE POLICY worker ON {self.name} TO baseplus_worker USING (true) WITH CHECK (true)")
        cursor.execute(
            f"CREATE POLICY own_tenant ON {self.name} FOR SELECT TO baseplus_app "
            "USING (tenant = (SELECT current_setting('app.tenant', true)))"
        )
        cursor.execute(f"GRANT SELECT ON {self.name} TO baseplus_app")

    def show(self, cursor: AnyCursor) -> None:
        """Make this generation what readers of `views."<view>"` see."""
        cursor.execute(f'DROP VIEW IF EXISTS views."{self.view.name}"')
        cursor.execute(
            f'CREATE VIEW views."{self.view.name}" WITH (security_invoker = true) AS '
            f"SELECT tenant, {self._list()} FROM {self.name}"
        )
        cursor.execute(f'GRANT SELECT ON views."{self.view.name}" TO baseplus_app')

    def drop(self, cursor: AnyCursor) -> None:
        """Remove the table where it is there."""
        cursor.execute(f"DROP TABLE IF EXISTS {self.name}")

    def load(self, cursor: AnyCursor, keys: Sequence[Key], into: dict[Key, Any]) -> None:
        """Put the rows of `keys` into `into`, None for those that are not there. One round trip."""
        cursor.execute(self._load_sql, ([key[0] for key in keys], [key[1] for key in keys]), binary=True)
        found = cursor.fetchall()
        into.update(dict.fromkeys(keys))
        for tenant, *values in found:
            into[tenant, values[0]] = self._row(values)

    def of_tenant(self, cursor: AnyCursor, tenant: str) -> dict[str, Any]:
        """All rows of a tenant, by key."""
        cursor.execute(f"SELECT {self._select()} FROM {self.name} t WHERE t.tenant = %s", (tenant,), binary=True)
        return {values[0]: self._row(values) for values in cursor.fetchall()}

    def write(self, cursor: AnyCursor, rows: Iterable[tuple[str, Any]]) -> int:
        """Insert or replace (tenant, row) pairs, each key once. One statement; returns its bytes.

        Raises ValueError, TypeError or psycopg.DataError / IntegrityError for a row that cannot be stored.
        """
        wire, astuple = self._wire, msgspec.structs.astuple
        checked = rows if not self._checks else self._checked(rows)
        body = self._encode([wire(tenant, *astuple(row)) for tenant, row in checked])
        cursor.execute(self._write_sql, (body.decode(),))
        return len(body)

    def delete(self, cursor: AnyCursor, keys: Sequence[Key]) -> None:
        """Remove the rows of `keys`."""
        cursor.execute(self._delete_sql, ([key[0] for key in keys], [key[1] for key in keys]))

    def copy_in(self, cursor: AnyCursor, rows: Iterable[tuple[str, Any]]) -> None:
        """Add (tenant, row) pairs to a table that is not finished yet, by one binary COPY. Raises as `write` does."""
        astuple = msgspec.structs.astuple
        turned = [self._turn(n) for n in range(len(self.columns))]
        plain = not any(turned)
        with cursor.copy(f"COPY {self.name} (tenant, {self._list()}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["text", *(column.type for column in self.columns)])
            for tenant, row in rows if not self._checks else self._checked(rows):
                values = astuple(row)
                copy.write_row((tenant, *values) if plain else (tenant, *map(_turned, turned, values)))

    def _indexed_with(self, name: str) -> int:
        indexes = [(self.columns[0].name,), *self.view.indexes]
        return max((len(index) for index in indexes if name in index), default=0)

    def _turn(self, n: int) -> Change | None:
        """What makes a value that psycopg can write in binary of a field's value."""
        column = self.columns[n]
        if column.type == "jsonb":
            return lambda value: Jsonb(value, dumps=self._encode)
        if column.read is not None:  # an enum
            return lambda member: member.value
        return None

    def _checked(self, rows: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
        for tenant, row in rows:
            for get, check in self._checks:
                check(get(row))
            yield tenant, row

    def _row(self, values: Sequence[Any]) -> Any:
        fields = dict(zip(self._names, values, strict=True))
        for name, read in self._reads:
            if fields[name] is not None:
                fields[name] = read(fields[name])
        return self.row(**fields)

    def _list(self) -> str:
        return ", ".join(f'"{name}"' for name in self._names)

    def _select(self) -> str:
        # jsonb as text: msgspec reads that straight into the field's type
        return ", ".join(f't."{c.name}"{"::text" if c.type == "jsonb" else ""}' for c in self.columns)

    def _statements(self) -> tuple[str, str, str]:
        key = self._names[0]
        load = (
            f"SELECT t.tenant, {self._select()} FROM unnest(%b::text[], %b::text[]) k(tenant, key) "
            f'JOIN {self.name} t ON t.tenant = k.tenant AND t."{key}" = k.key'
        )
        given = ", ".join(f"c{n} {column.type}" for n, column in enumerate(self.columns))
        put = ", ".join(f'"{name}" = excluded."{name}"' for name in self._names[1:])
        write = (
            f"INSERT INTO {self.name} (tenant, {self._list()}) SELECT * FROM json_to_recordset(%s::json) "
            f'AS r(t text, {given}) ON CONFLICT (tenant, "{key}") DO {f"UPDATE SET {put}" if put else "NOTHING"}'
        )
        delete = (
            f"DELETE FROM {self.name} t USING unnest(%b::text[], %b::text[]) k(tenant, key) "
            f'WHERE t.tenant = k.tenant AND t."{key}" = k.key'
        )
        return load, write, delete


def _turned(turn: Change | None, value: Any) -> Any:
    return value if turn is None or value is None else turn(value)
