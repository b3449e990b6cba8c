"""Questions about reviews, actions and findings. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, TenantId
from baseplus.oversight.terms import Month
from projections.oversight.views import (
    ActionRow,
    AuthorityDriftRow,
    DutyGapRow,
    ReviewKind,
    ReviewRow,
    RiskRow,
    RiskState,
)
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting
from projections.runner.view import Row

R = TypeVar("R", bound=Row)

OfBase = Annotated[Id | None, Meta(description="only those of this base")]
Open = Annotated[bool | None, Meta(description="only those that are open, or that are not")]
_OF_BASE = "(%(base)s::text IS NULL OR base = %(base)s)"


class ListReviews(ListQuery, frozen=True, kw_only=True):
    """Which reviews."""

    base: OfBase = None
    kind: Annotated[ReviewKind | None, Meta(description="only joint ones, or only associations'")] = None
    since: Annotated[Day | None, Meta(description="only those held on this day or later")] = None


class ListActions(ListQuery, frozen=True, kw_only=True):
    """Which actions."""

    base: OfBase = None
    owner: Annotated[Id | None, Meta(description="only those that this party or person is to do")] = None
    open: Open = None
    due_until: Annotated[Day | None, Meta(description="only what is due on this day or before")] = None
    sort: Annotated[Literal["due", "raised_on", "owner", "closed_on"], SORT] = "due"
    descending: Descending = False


class ListRisks(ListQuery, frozen=True, kw_only=True):
    """Which risks."""

    base: OfBase = None
    state: Annotated[RiskState | None, Meta(description="only those in this state")] = None
    month: Annotated[Month | None, Meta(description="only those of this month")] = None
    sort: Annotated[Literal["month", "base", "state", "raised_at"], SORT] = "month"
    descending: Descending = False


class ListDutyGaps(ListQuery, frozen=True, kw_only=True):
    """Which gaps."""

    base: OfBase = None
    open: Open = None


class ListAuthorityDrifts(ListQuery, frozen=True, kw_only=True):
    """Which drifts."""

    base: OfBase = None
    open: Open = None
    month: Annotated[Month | None, Meta(description="only those of this month")] = None


class ShowReview(Query, frozen=True, kw_only=True):
    """Which review."""

    review: Id


class ShowAction(Query, frozen=True, kw_only=True):
    """Which action."""

    action: Id
    owner: Annotated[Id | None, Meta(description="only where this party or person is to do it")] = None


class ShowRisk(Query, frozen=True, kw_only=True):
    """Which risk."""

    risk: Id


class ShowDutyGap(Query, frozen=True, kw_only=True):
    """Which gap."""

    duty_gap: Id


class ShowAuthorityDrift(Query, frozen=True, kw_only=True):
    """Which drift."""

    authority_drift: Id


def reviews(reader: Reader, tenant: TenantId, asked: ListReviews, *, until: int | None = None) -> Page[ReviewRow]:
    """List reviews, by their day."""
    after, key = read_cursor(asked.cursor, tuple[date, str]) if asked.cursor else (date.min, "")
    sql = f"""
        SELECT {fields(ReviewRow)} FROM views.reviews
        WHERE (held_on, id) > (%(after)s::date, %(key)s) AND {_OF_BASE}
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND (%(since)s::date IS NULL OR held_on >= %(since)s)
        ORDER BY held_on, id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after, "key": key}, ReviewRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.held_on, row.id))


_ACTIONS_SORTED = Sorting(ListActions, ActionRow)


def actions(reader: Reader, tenant: TenantId, asked: ListActions, *, until: int | None = None) -> Page[ActionRow]:
    """List actions, by the day on which they are due."""
    order = _ACTIONS_SORTED.order(asked)
    sql = f"""
        SELECT {fields(ActionRow)} FROM views.actions
        WHERE {order.after} AND {_OF_BASE}
          AND (%(owner)s::text IS NULL OR owner = %(owner)s)
          AND (%(open)s::boolean IS NULL OR (closed_on IS NULL) = %(open)s)
          AND (%(due_until)s::date IS NULL OR due <= %(due_until)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, ActionRow, until=until)
    return page_of(rows, asked.limit, order.place)


_RISKS_SORTED = Sorting(ListRisks, RiskRow)


def risks(reader: Reader, tenant: TenantId, asked: ListRisks, *, until: int | None = None) -> Page[RiskRow]:
    """List risks of a second classroom, by month."""
    order = _RISKS_SORTED.order(asked)
    sql = f"""
        SELECT {fields(RiskRow)} FROM views.risks
        WHERE {order.after} AND {_OF_BASE}
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(month)s::text IS NULL OR month = %(month)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, RiskRow, until=until)
    return page_of(rows, asked.limit, order.place)


def duty_gaps(reader: Reader, tenant: TenantId, asked: ListDutyGaps, *, until: int | None = None) -> Page[DutyGapRow]:
    """List posts that stood empty too long, by their first day without anybody."""
    after, key = read_cursor(asked.cursor, tuple[date, str]) if asked.cursor else (date.min, "")
    sql = f"""
        SELECT {fields(DutyGapRow)} FROM views.duty_gaps
        WHERE (since, id) > (%(after)s::date, %(key)s) AND {_OF_BASE}
          AND (%(open)s::boolean IS NULL OR (closed_on IS NULL) = %(open)s)
        ORDER BY since, id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after, "key": key}, DutyGapRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.since, row.id))


def authority_drifts(
    reader: Reader, tenant: TenantId, asked: ListAuthorityDrifts, *, until: int | None = None
) -> Page[AuthorityDriftRow]:
    """List months in which the school did too many of the enterprise's duties."""
    after, key = read_cursor(asked.cursor, tuple[str, str]) if asked.cursor else ("", "")
    sql = f"""
        SELECT {fields(AuthorityDriftRow)} FROM views.authority_drifts
        WHERE (month, id) > (%(after)s, %(key)s) AND {_OF_BASE}
          AND (%(open)s::boolean IS NULL OR (cleared_by IS NULL) = %(open)s)
          AND (%(month)s::text IS NULL OR month = %(month)s)
        ORDER BY month, id LIMIT %(limit)s + 1"""
    params = {**structs.asdict(asked), "after": after, "key": key}
    rows = reader.rows(tenant, sql, params, AuthorityDriftRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.month, row.id))


def one_review(reader: Reader, tenant: TenantId, asked: ShowReview, *, until: int | None = None) -> ReviewRow:
    """Show a review.

    A joint one of school and enterprise, or one by an association.
    """
    return _one(reader, tenant, "reviews", ReviewRow, until, review=asked.review)


def one_action(reader: Reader, tenant: TenantId, asked: ShowAction, *, until: int | None = None) -> ActionRow:
    """Show an action.

    Who is to do what by when, and what came of it.
    """
    row = _one(reader, tenant, "actions", ActionRow, until, action=asked.action)
    if asked.owner not in (None, row.owner):
        raise NotFound(action=asked.action)
    return row


def one_risk(reader: Reader, tenant: TenantId, asked: ShowRisk, *, until: int | None = None) -> RiskRow:
    """Show a risk of a second classroom.

    With its reasons and the events behind them.
    """
    return _one(reader, tenant, "risks", RiskRow, until, risk=asked.risk)


def one_duty_gap(reader: Reader, tenant: TenantId, asked: ShowDutyGap, *, until: int | None = None) -> DutyGapRow:
    """Show a post that stood empty too long."""
    return _one(reader, tenant, "duty_gaps", DutyGapRow, until, duty_gap=asked.duty_gap)


def one_authority_drift(
    reader: Reader, tenant: TenantId, asked: ShowAuthorityDrift, *, until: int | None = None
) -> AuthorityDriftRow:
    """Show a month in which the school did too many of the enterprise's duties."""
    return _one(reader, tenant, "authority_drifts", AuthorityDriftRow, until, authority_drift=asked.authority_drift)


def _one(reader: Reader, tenant: TenantId, view: str, row: type[R], until: int | None, **wanted: str) -> R:
    ((_, id_),) = wanted.items()
    sql = f"SELECT {fields(row)} FROM views.{view} WHERE id = %(id)s"
    rows = reader.rows(tenant, sql, {"id": id_}, row, until=until)
    if not rows:
        raise NotFound(**wanted)
    return rows[0]
