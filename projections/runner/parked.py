"""What is noted about tenants that stand still in a view."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import ClassVar, NamedTuple

from baseplus.kernel.refusals import Refusal
from projections.runner.fold import Halted, Poison
from projections.runner.rows import AnyCursor, Table

LIVE = "views.parked p JOIN views.generations g ON g.view = p.view AND g.generation = p.generation AND g.state = 'live'"
"""Who stands still in the generations that are read, for a FROM."""

MISSING = "missing"
"""Stands for the type of an event that nobody has any more."""


class Gap(NamedTuple):
    """A tenant's positions, `first` to `last`, that neither the log nor the event store has."""

    tenant: str
    first: int
    last: int


class TooManyParked(Refusal):
    """So many tenants would stand still that the program is at fault, not the events. Facts: tenants, view, reason."""

    code = "too_many_parked"
    mend: ClassVar[str] = "deploy a version that can fold these events, then: baseplus resume VIEW TENANT"


def halted(cursor: AnyCursor, tables: Sequence[Table]) -> set[Halted]:
    """Who stands still in these generations."""
    index = {(table.view.name, table.generation): n for n, table in enumerate(tables)}
    cursor.execute("SELECT view, generation, tenant FROM views.parked")
    return {
        (index[view, generation], tenant)
        for view, generation, tenant in cursor.fetchall()
        if (view, generation) in index
    }


def park(cursor: AnyCursor, tables: Sequence[Table], poisons: Iterable[Poison], limit: int, window: float) -> None:
    """Note that these tenants stand still. Raises TooManyParked if more than `limit` did within `window` seconds."""
    note(cursor, tables, poisons)
    cursor.execute(
        f"SELECT count(DISTINCT p.tenant), max(p.view), max(p.reason) FROM {LIVE} "
        "WHERE p.parked_at > clock_timestamp() - make_interval(secs => %s) AND p.type <> %s",
        (window, MISSING),
    )
    ((tenants, view, reason),) = cursor.fetchall()
    if tenants > limit:
        raise TooManyParked(tenants=tenants, view=view, reason=reason)


def cut_off(cursor: AnyCursor) -> set[str]:
    """Who stands still behind a gap, where the log goes on without what came before."""
    cursor.execute(f"SELECT DISTINCT p.tenant FROM {LIVE} WHERE p.type = %s", (MISSING,))
    return {tenant for (tenant,) in cursor.fetchall()}


def note_gap(cursor: AnyCursor, tables: Sequence[Table], gap: Gap, halted: Container[Halted]) -> set[Halted]:
    """Note that a tenant stands still before a gap, in each view where it does not stand still already; which those
    are. It is no fault of the program's, so that no number of them is too many."""
    going = [n for n in range(len(tables)) if (n, gap.tenant) not in halted]
    reason = f"neither the log nor the event store has the events at positions {gap.first} to {gap.last}"
    note(cursor, tables, [Poison(tables[n].view.name, gap.tenant, gap.first, MISSING, reason) for n in going])
    return {(n, gap.tenant) for n in going}


def note(cursor: AnyCursor, tables: Sequence[Table], poisons: Iterable[Poison]) -> None:
    """Note where these tenants stand still; where one did already, its new place and reason."""
    generation = {table.view.name: table.generation for table in tables}
    for poison in poisons:
        cursor.execute(
            "INSERT INTO views.parked (view, generation, tenant, position, type, reason) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (view, generation, tenant) DO UPDATE "
            "SET position = excluded.position, type = excluded.type, reason = excluded.reason, "
            "parked_at = excluded.parked_at",
            (poison.view, generation[poison.view], poison.tenant, poison.position, poison.type, poison.reason),
        )


def carry_gaps(cursor: AnyCursor, table: Table) -> None:
    """Note in a generation that is about to go live who stands still behind a gap in the live ones: it has folded no
    more of their histories than those, and whoever looks for them must find them in it."""
    cursor.execute(
        "INSERT INTO views.parked (view, generation, tenant, position, type, reason, parked_at) "
        f"SELECT DISTINCT ON (p.tenant) %s, %s, p.tenant, p.position, p.type, p.reason, p.parked_at FROM {LIVE} "
        "WHERE p.type = %s ORDER BY p.tenant, p.parked_at ON CONFLICT DO NOTHING",
        (table.view.name, table.generation, MISSING),
    )


def stuck(cursor: AnyCursor, tables: Sequence[Table], tenant: str) -> dict[int, int]:
    """Where one tenant stands still: index of the table -> position of the event."""
    index = {(table.view.name, table.generation): n for n, table in enumerate(tables)}
    cursor.execute("SELECT view, generation, position FROM views.parked WHERE tenant = %s", (tenant,))
    return {index[view, number]: at for view, number, at in cursor.fetchall() if (view, number) in index}
