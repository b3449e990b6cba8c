"""Questions about bases. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, Query, page_of
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, Line, TenantId
from projections.bases.views import BaseRow, BaseState
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

AsOf = Annotated[Day | None, Meta(description="the day on which things are due or late; left out, today")]

# What a base has to see to, by day: undecided major events, inspections, follow-ups; what agreements about it promise,
# and actions. How long posts stand empty. What was found about it and is not settled, as it stands now.
_LOOKED_AT = f"""
    WITH today AS (SELECT coalesce(%(as_of)s::date, (now() AT TIME ZONE 'UTC')::date) AS day),
    promised AS (
        SELECT base, min(due) AS next, count(*) FILTER (WHERE due < day AND owed) AS obligations,
            count(*) FILTER (WHERE due < day AND NOT owed) AS actions
        FROM today, (
            SELECT base, due, true AS owed FROM views.obligations o JOIN views.agreements a ON a.id = o.agreement
            WHERE (o.state = 'breached' AND a.state IN ('in_force', 'suspended'))
                OR (o.state = 'open' AND a.state = 'in_force')
            UNION ALL SELECT base, due, false FROM views.actions WHERE closed_on IS NULL
        ) AS every GROUP BY base
    ),
    found AS (
        SELECT base, count(*) FILTER (WHERE what = 'risk') AS risks, count(*) FILTER (WHERE what = 'gap') AS gaps,
            count(*) FILTER (WHERE what = 'drift') AS drifts
        FROM (
            SELECT base, 'risk' AS what FROM views.risks WHERE state <> 'cleared'
            UNION ALL SELECT base, 'gap' FROM views.duty_gaps WHERE closed_on IS NULL
            UNION ALL SELECT base, 'drift' FROM views.authority_drifts WHERE cleared_by IS NULL
        ) AS every GROUP BY base
    ),
    counted AS (
        SELECT {fields(BaseRow)}, least(dues.next, promised.next) AS next_due, dues.overdue AS own_overdue,
            coalesce(empty.longest, 0) AS longest_vacancy, coalesce(empty.too_long, 0) AS vacant_too_long,
            coalesce(promised.obligations, 0) AS obligations_late, coalesce(promised.actions, 0) AS actions_late,
            coalesce(found.risks, 0) AS risks_open, coalesce(found.gaps, 0) AS duty_gaps_open,
            coalesce(found.drifts, 0) AS authority_drifts_open
        FROM today CROSS JOIN views.bases
        LEFT JOIN promised ON promised.base = id
        LEFT JOIN found ON found.base = id
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
    ),
    looked_at AS (
        SELECT *, own_overdue + obligations_late + actions_late AS overdue,
            obligations_late + actions_late + risks_open + duty_gaps_open + authority_drifts_open AS at_risk
        FROM counted
    )"""


class OverviewRow(BaseRow):
    """A base, with what is due and what is at risk.

    next_due: the first day by which something is to be done: a major event, an inspection or a follow-up of the base,
    an obligation of an agreement about it, an action. overdue: how many of them should have been. longest_vacancy: for
    how many days a post stands empty. vacant_too_long: how many do for longer than they may.

    at_risk: what puts the base at risk, all five added up: obligations_late and actions_late, which are overdue, too;
    risks_open, of a second classroom, until one is cleared; duty_gaps_open; authority_drifts_open.
    """

    next_due: date | None = None
    overdue: int = 0
    longest_vacancy: int = 0
    vacant_too_long: int = 0
    at_risk: int = 0
    obligations_late: int = 0
    actions_late: int = 0
    risks_open: int = 0
    duty_gaps_open: int = 0
    authority_drifts_open: int = 0


class ListBases(ListQuery, frozen=True, kw_only=True):
    """Which bases."""

    state: Annotated[BaseState | None, Meta(description="only those in this state")] = None
    industry: Annotated[Id | None, Meta(description="only those of this industry")] = None
    vacant: Annotated[bool | None, Meta(description="only those with a post that stands empty, or without")] = None
    undecided: Annotated[bool | None, Meta(description="only those where a major event waits, or without")] = None
    late: Annotated[bool | None, Meta(description="only those where something should have been done, or without")] = (
        None
    )
    at_risk: Annotated[
        bool | None, Meta(description="only those with something late or found that is at risk, or without")
    ] = None
    search: Annotated[Line | None, Meta(description="only those whose name or region has this in it")] = None
    as_of: AsOf = None
    sort: Annotated[Literal["id", "name", "in_training", "next_due", "overdue", "at_risk"], SORT] = "id"
    descending: Descending = False


class ShowBase(Query, frozen=True, kw_only=True):
    """Which base."""

    base: Id
    as_of: AsOf = None


def one_base(reader: Reader, tenant: TenantId, asked: ShowBase, *, until: int | None = None) -> OverviewRow:
    """Show a base.

    Its sites and posts, what waits for a decision, what is due, what stands empty and what is at risk.
    """
    sql = f"{_LOOKED_AT} SELECT {fields(OverviewRow)} FROM looked_at WHERE id = %(base)s"
    rows = reader.rows(tenant, sql, structs.asdict(asked), OverviewRow, until=until)
    if not rows:
        raise NotFound(base=asked.base)
    return rows[0]


_SORTED = Sorting(ListBases, OverviewRow)


def bases(reader: Reader, tenant: TenantId, asked: ListBases, *, until: int | None = None) -> Page[OverviewRow]:
    """List bases with what is due, what stands empty and what is at risk, by id."""
    order = _SORTED.order(asked)
    sql = f"""{_LOOKED_AT}
        SELECT {fields(OverviewRow)} FROM looked_at
        WHERE {order.after}
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(industry)s::text IS NULL OR industry = %(industry)s)
          AND (%(vacant)s::boolean IS NULL OR (vacant > 0 AND state = 'open') = %(vacant)s)
          AND (%(undecided)s::boolean IS NULL OR (jsonb_array_length(matters) > 0) = %(undecided)s)
          AND (%(late)s::boolean IS NULL OR (overdue > 0) = %(late)s)
          AND (%(at_risk)s::boolean IS NULL OR (at_risk > 0) = %(at_risk)s)
          AND (%(search)s::text IS NULL OR strpos(lower(concat_ws(' ', name, region)), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, OverviewRow, until=until)
    return page_of(rows, asked.limit, order.place)
