"""Questions about bases. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, Line, TenantId
from projections.bases.views import BaseRow, BaseState
from projections.runner.reader import Reader, fields

AsOf = Annotated[Day | None, Meta(description="the day on which things are due or late; left out, today")]

# What a base has to see to, by day: undecided major events, inspections, follow-ups. And how long posts stand empty.
_LOOKED_AT = f"""
    WITH today AS (SELECT coalesce(%(as_of)s::date, (now() AT TIME ZONE 'UTC')::date) AS day),
    looked_at AS (
        SELECT {fields(BaseRow)}, dues.next AS next_due, coalesce(dues.overdue, 0) AS overdue,
            coalesce(empty.longest, 0) AS longest_vacancy, coalesce(empty.too_long, 0) AS vacant_too_long
        FROM today, views.bases
        CROSS JOIN LATERAL (
            SELECT min(due) AS next, count(*) FILTER (WHERE due < day) AS overdue
            FROM (SELECT due FROM jsonb_to_recordset(matters) AS one(due date)
                UNION ALL SELECT due FROM jsonb_to_recordset(inspected) AS one(due date)
                UNION ALL SELECT due FROM jsonb_to_recordset(partners) AS one(due date)) AS every
        ) AS dues
        CROSS JOIN LATERAL (
            SELECT max(day - vacant_since) AS longest, count(*) FILTER (WHERE day - vacant_since > "limit") AS too_long
            FROM jsonb_to_recordset(posts) AS one(vacant_since date, "limit" integer)
            WHERE vacant_since <= day AND state = 'open'
        ) AS empty
    )"""


class OverviewRow(BaseRow):
    """A base, with what is due.

    next_due: the first day by which something is to be done. overdue: how many things should have been.
    longest_vacancy: for how many days a post stands empty. vacant_too_long: how many do for longer than they may.
    """

    next_due: date | None = None
    overdue: int = 0
    longest_vacancy: int = 0
    vacant_too_long: int = 0


class ListBases(ListQuery, frozen=True, kw_only=True):
    """Which bases."""

    state: Annotated[BaseState | None, Meta(description="only those in this state")] = None
    industry: Annotated[Id | None, Meta(description="only those of this industry")] = None
    vacant: Annotated[bool | None, Meta(description="only those with a post that stands empty, or without")] = None
    undecided: Annotated[bool | None, Meta(description="only those where a major event waits, or without")] = None
    late: Annotated[bool | None, Meta(description="only those where something should have been done, or without")] = (
        None
    )
    search: Annotated[Line | None, Meta(description="only those whose name or region has this in it")] = None
    as_of: AsOf = None


class ShowBase(Query, frozen=True, kw_only=True):
    """Which base."""

    base: Id
    as_of: AsOf = None


def one_base(reader: Reader, tenant: TenantId, asked: ShowBase, *, until: int | None = None) -> OverviewRow:
    """Show a base.

    Its sites and posts, what waits for a decision, what is due and what stands empty.
    """
    sql = f"{_LOOKED_AT} SELECT {fields(OverviewRow)} FROM looked_at WHERE id = %(base)s"
    rows = reader.rows(tenant, sql, structs.asdict(asked), OverviewRow, until=until)
    if not rows:
        raise NotFound(base=asked.base)
    return rows[0]


def bases(reader: Reader, tenant: TenantId, asked: ListBases, *, until: int | None = None) -> Page[OverviewRow]:
    """List bases with what is due and what stands empty, by id."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""{_LOOKED_AT}
        SELECT {fields(OverviewRow)} FROM looked_at
        WHERE id > %(after)s
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(industry)s::text IS NULL OR industry = %(industry)s)
          AND (%(vacant)s::boolean IS NULL OR (vacant > 0 AND state = 'open') = %(vacant)s)
          AND (%(undecided)s::boolean IS NULL OR (jsonb_array_length(matters) > 0) = %(undecided)s)
          AND (%(late)s::boolean IS NULL OR (overdue > 0) = %(late)s)
          AND (%(search)s::text IS NULL OR strpos(lower(concat_ws(' ', name, region)), lower(%(search)s)) > 0)
        ORDER BY id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, OverviewRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.id,))
