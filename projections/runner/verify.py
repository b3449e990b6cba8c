"""Every row of every live view, compared with a fold of the event store up to where the tenant has been folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Literal

import msgspec
from psycopg import IsolationLevel

from baseplus.kernel.events import EventTypes
from projections.runner import parked
from projections.runner.fold import Fold
from projections.runner.generations import live_tables
from projections.runner.history import fold_history
from projections.runner.rows import AnyConnection, AnyCursor, AnyView, Table
from projections.runner.session import Connect, open_session
from projections.runner.workforce import Report, spread


class Difference(msgspec.Struct, frozen=True):
    """A row that is not what the history says.

    missing: the view lacks it. surplus: the view has it for nothing. different: in these fields. unfoldable: the tenant
    cannot be folded by this program, though it is not parked; the key is the event's position.
    """

    view: str
    tenant: str
    key: str
    kind: Literal["missing", "surplus", "different", "unfoldable"]
    fields: tuple[str, ...] = ()


class Checked(msgspec.Struct, frozen=True):
    """What was compared. parked: (view, tenant, position) of those that stand still; their rows are compared with the
    fold up to there."""

    tenants: int
    rows: int
    differences: tuple[Difference, ...]
    parked: tuple[tuple[str, str, int], ...]


def verify_views(
    connect: Connect,
    views: Sequence[AnyView],
    types: EventTypes,
    *,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Checked:
    """Compare all live views of all tenants, each tenant in one consistent snapshot; workers may go on meanwhile.

    processes: more than one are forked. progress: (tenants done, all of them). Raises ViewOutdated, Unavailable.
    """
    with open_session(connect) as connection, connection.transaction(), connection.cursor() as cursor:
        tables = live_tables(cursor, views, types)
        union = " UNION ".join(f"SELECT tenant FROM {table.name}" for table in tables)
        cursor.execute(f"SELECT tenant FROM views.tenant_position {'UNION ' + union if union else ''} ORDER BY 1")
        tenants = [tenant for (tenant,) in cursor.fetchall()]
    found: list[Checked] = []

    def note(checked: Checked) -> None:
        found.append(checked)
        progress(len(found), len(tenants))

    task = partial(_verify, connect, views, types, tenants, processes)
    if processes > 1:
        for checked in spread(task, processes):
            note(checked)
    else:
        task(0, note)
    if len(found) != len(tenants):
        raise RuntimeError(f"{len(tenants) - len(found)} tenants were not compared: a process died")
    return Checked(
        len(tenants),
        sum(each.rows for each in found),
        tuple(difference for each in found for difference in each.differences),
        tuple(sorted(stuck for each in found for stuck in each.parked)),
    )


def _verify(
    connect: Connect,
    views: Sequence[AnyView],
    types: EventTypes,
    tenants: Sequence[str],
    processes: int,
    number: int,
    report: Report,
) -> None:
    with open_session(connect) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for tenant in tenants[number::processes]:
            with connection.transaction(), connection.cursor() as cursor:
                # A switch may come between two tenants.
                report(_check(connection, cursor, live_tables(cursor, views, types), types, tenant))


def _check(
    connection: AnyConnection, cursor: AnyCursor, tables: Sequence[Table], types: EventTypes, tenant: str
) -> Checked:
    (position,) = cursor.execute(
        "SELECT position FROM views.tenant_position WHERE tenant = %s", (tenant,)
    ).fetchone() or (0,)
    stuck = parked.stuck(cursor, tables, tenant)
    # Tables that stand at the same place are folded together.
    places: dict[int, tuple[Table, ...]] = {}
    for n, table in enumerate(tables):
        place = stuck.get(n, position + 1) - 1
        places[place] = (*places.get(place, ()), table)
    rows = 0
    differences: list[Difference] = []
    for upto, level in places.items():
        expected, poisons = fold_history(connection, _fold(level, types), tenant, upto)
        differences += [Difference(each.view, tenant, str(each.position), "unfoldable") for each in poisons]
        for table, wanted in zip(level, expected, strict=True):
            have = table.of_tenant(cursor, tenant)
            want = {key: row for key, row in wanted.items() if row is not None}
            rows += len(want.keys() | have.keys())
            if table.view.name not in {each.view for each in poisons}:
                differences += _differences(table, tenant, want, have)
    names = tuple((tables[n].view.name, tenant, at) for n, at in stuck.items())
    return Checked(1, rows, tuple(differences), names)


@lru_cache(maxsize=64)
def _fold(tables: tuple[Table, ...], types: EventTypes) -> Fold:
    return Fold(tables, types)


def _differences(
    table: Table, tenant: str, want: dict[str, msgspec.Struct], have: dict[str, msgspec.Struct]
) -> list[Difference]:
    view = table.view.name
    found = [Difference(view, tenant, key, "missing") for key in sorted(want.keys() - have.keys())]
    found += [Difference(view, tenant, key, "surplus") for key in sorted(have.keys() - want.keys())]
    for key in sorted(want.keys() & have.keys()):
        if want[key] != have[key]:
            names = (column.name for column in table.columns)
            unequal = tuple(name for name in names if getattr(want[key], name) != getattr(have[key], name))
            found.append(Difference(view, tenant, key, "different", unequal))
    return found
