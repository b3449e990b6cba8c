"""Questions about training plans. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, Query, page_of
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, Line, TenantId
from baseplus.training_plans.parts import Side
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting
from projections.training_plans.views import PlanRow, PlanState

Enterprise = Annotated[Id | None, Meta(description="only those that this enterprise makes with the school")]
_OF_ENTERPRISE = "(%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)"


class ListPlans(ListQuery, frozen=True, kw_only=True):
    """Which training plans."""

    state: Annotated[PlanState | None, Meta(description="only those in this state")] = None
    occupation: Annotated[Id | None, Meta(description="only those for this occupation")] = None
    enterprise: Enterprise = None
    association: Annotated[Id | None, Meta(description="only those with this association")] = None
    missing: Annotated[Side | None, Meta(description="only those whose latest version this side has not endorsed")] = (
        None
    )
    search: Annotated[Line | None, Meta(description="only those whose title has this in it")] = None
    sort: Annotated[Literal["id", "title", "occupation", "state", "hours", "drafted_at"], SORT] = "id"
    descending: Descending = False


class ShowPlan(Query, frozen=True, kw_only=True):
    """Which training plan."""

    plan: Id
    enterprise: Enterprise = None


def one_plan(reader: Reader, tenant: TenantId, asked: ShowPlan, *, until: int | None = None) -> PlanRow:
    """Show a training plan.

    Its modules in their layers, who has endorsed which version, the digest that they endorse, and its pilots.
    """
    sql = f"SELECT {fields(PlanRow)} FROM views.training_plans WHERE id = %(plan)s AND {_OF_ENTERPRISE}"
    rows = reader.rows(tenant, sql, structs.asdict(asked), PlanRow, until=until)
    if not rows:
        raise NotFound(plan=asked.plan)
    return rows[0]


_SORTED = Sorting(ListPlans, PlanRow)


def plans(reader: Reader, tenant: TenantId, asked: ListPlans, *, until: int | None = None) -> Page[PlanRow]:
    """List training plans with their endorsements, by id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(PlanRow)} FROM views.training_plans
        WHERE {order.after} AND {_OF_ENTERPRISE}
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(occupation)s::text IS NULL OR occupation = %(occupation)s)
          AND (%(association)s::text IS NULL OR association = %(association)s)
          AND (%(missing)s::text IS NULL OR missing ? %(missing)s::text)
          AND (%(search)s::text IS NULL OR strpos(lower(title), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, PlanRow, until=until)
    return page_of(rows, asked.limit, order.place)
