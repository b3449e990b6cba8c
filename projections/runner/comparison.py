"""How a new generation of a view differs from the live one."""

from __future__ import annotations

import msgspec

from projections.runner.rows import AnyConnection, AnyCursor, Table


class Comparison(msgspec.Struct, frozen=True):
    """Rows of the tenants that both generations have folded equally far and that are parked in neither.

    equal, different: in both, by the columns that both have. added: in the new one only. gone: in the live one only.
    """

    tenants: int
    equal: int
    different: int
    added: int
    gone: int


def compare(connection: AnyConnection, table: Table) -> Comparison | None:
    """Compare a generation with the live one; None where there is none, or where the key is another one."""
    name = table.view.name
    with connection.transaction(), connection.cursor() as cursor:
        found = cursor.execute(
            "SELECT generation FROM views.generations WHERE view = %s AND state = 'live'", (name,)
        ).fetchone()
        if found is None:
            return None
        mine, theirs = _columns(cursor, name, table.generation), _columns(cursor, name, found[0])
        key = table.columns[0].name
        if key != next(column for column in theirs if column != "tenant"):
            return None
        both = [f'"{column}"' for column, type_ in mine.items() if theirs.get(column) == type_]
        old, new = (f"ROW({', '.join(f'{side}.{column}' for column in both)})" for side in ("o", "n"))
        cursor.execute(
            f"""
            WITH level AS MATERIALIZED (
                SELECT p.tenant FROM views.tenant_position p
                  JOIN views.generation_position g ON g.view = %(view)s AND g.generation = %(new)s
                   AND g.tenant = p.tenant AND g.position = p.position
                 WHERE NOT EXISTS (SELECT FROM views.parked s WHERE s.view = %(view)s AND s.tenant = p.tenant
                                      AND s.generation IN (%(new)s, %(live)s)))
            SELECT (SELECT count(*) FROM level),
                   count(*) FILTER (WHERE {new} IS NOT DISTINCT FROM {old}),
                   count(*) FILTER (WHERE n.tenant = o.tenant AND {new} IS DISTINCT FROM {old}),
                   count(*) FILTER (WHERE o.tenant IS NULL),
                   count(*) FILTER (WHERE n.tenant IS NULL)
              FROM (SELECT * FROM {table.name} WHERE tenant IN (SELECT tenant FROM level)) n
              FULL JOIN (SELECT * FROM views."{name}__{found[0]}" WHERE tenant IN (SELECT tenant FROM level)) o
                ON o.tenant = n.tenant AND o."{key}" = n."{key}"
            """,
            {"view": name, "new": table.generation, "live": found[0]},
        )
        (counts,) = cursor.fetchall()
        return Comparison(*counts)


def _columns(cursor: AnyCursor, view: str, generation: int) -> dict[str, int]:
    """Name -> type of a generation's columns, in order."""
    cursor.execute(
        "SELECT attname, atttypid FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped ORDER BY attnum",
        (f'views."{view}__{generation}"',),
    )
    return dict(cursor.fetchall())
