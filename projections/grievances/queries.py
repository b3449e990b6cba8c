"""Questions about grievances. The tenant comes first; row-level security knows no other.

Each names the handler who asks, and gives what that person handles and nothing else. The mentor whom a grievance names
never sees it, also where they should be among its handlers by somebody's mistake.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, Query, page_of
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, PersonId, TenantId
from projections.grievances.views import GrievanceRow, GrievanceState
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

# Whoever handles it may have been registered as a mentor since, and be whom it names.
_HANDLED = """handlers @> to_jsonb(%(handler)s::text)
    AND about IS DISTINCT FROM %(handler)s AND about_person IS DISTINCT FROM %(handler)s
    AND NOT EXISTS (
        SELECT FROM views.grievance_mentors WHERE id = about AND person = %(handler)s
    ) AND NOT EXISTS (
        SELECT FROM views.grievance_mentors WHERE id = %(handler)s AND person IN (
            about, about_person, (SELECT person FROM views.grievance_mentors WHERE id = about)
        )
    )"""

Handler = Annotated[PersonId, Meta(description="who handles it: you")]


class ListGrievances(ListQuery, frozen=True, kw_only=True):
    """Which grievances."""

    handler: Handler
    state: Annotated[GrievanceState | None, Meta(description="only those in this state")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    apprenticeship: Annotated[Id | None, Meta(description="only those of this apprenticeship")] = None
    sort: Annotated[Literal["id", "state", "raised_on", "resolved_on"], SORT] = "id"
    descending: Descending = False


class ShowGrievance(Query, frozen=True, kw_only=True):
    """Which grievance."""

    grievance: Id
    handler: Handler


_SORTED = Sorting(ListGrievances, GrievanceRow)


def grievances(
    reader: Reader, tenant: TenantId, asked: ListGrievances, *, until: int | None = None
) -> Page[GrievanceRow]:
    """List the grievances that you handle, by id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(GrievanceRow)} FROM views.grievances
        WHERE {order.after} AND {_HANDLED}
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(apprenticeship)s::text IS NULL OR apprenticeship = %(apprenticeship)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, GrievanceRow, until=until)
    return page_of(rows, asked.limit, order.place)


def one_grievance(reader: Reader, tenant: TenantId, asked: ShowGrievance, *, until: int | None = None) -> GrievanceRow:
    """Show a grievance that you handle."""
    sql = f"SELECT {fields(GrievanceRow)} FROM views.grievances WHERE id = %(grievance)s AND {_HANDLED}"
    rows = reader.rows(tenant, sql, structs.asdict(asked), GrievanceRow, until=until)
    if not rows:
        raise NotFound(grievance=asked.grievance)
    return rows[0]
