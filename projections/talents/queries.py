"""Questions about the way to work. The tenant comes first; row-level security knows no other.

A membership of the pool ends with the last day that the consent covers, without an event: so whoever asks is shown who
is in the pool today.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, structs

from baseplus.apprenticeships.events import Destination
from baseplus.kernel.paging import ListQuery, Page, Query, page_of
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, Line, TenantId
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting
from projections.talents.views import TalentRow

_TODAY = "(now() AT TIME ZONE 'UTC')::date"
_IN_POOL = f"(pool_since IS NOT NULL AND consent AND (consent_until IS NULL OR consent_until >= {_TODAY}))"


class PoolMember(msgspec.Struct, frozen=True):
    """Somebody whom an enterprise may hire. enterprise: that trains or trained them. completed_on: None while it does.
    until: the last day that they agreed to be shown."""

    id: str
    name: str
    base: str
    enterprise: str
    occupation: str
    since: date
    until: date | None
    completed_on: date | None


class ListTalents(ListQuery, frozen=True, kw_only=True):
    """Which apprentices."""

    in_pool: Annotated[bool | None, Meta(description="only those who are in the pool today, or are not")] = None
    hired: Annotated[bool | None, Meta(description="only those who were hired, or were not")] = None
    hired_by: Annotated[Id | None, Meta(description="only those whom this enterprise hired")] = None
    completed: Annotated[bool | None, Meta(description="only those who completed their training, or have not")] = None
    confirmed: Annotated[Destination | None, Meta(description="only those who were last found there")] = None
    enterprise: Annotated[Id | None, Meta(description="only those whom this enterprise trains or trained")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    search: Annotated[Line | None, Meta(description="only those whose name has this in it")] = None
    sort: Annotated[Literal["id", "name", "completed_on", "consent_until", "hired_on"], SORT] = "id"
    descending: Descending = False


class ShowTalent(Query, frozen=True, kw_only=True):
    """Which apprenticeship."""

    apprenticeship: Id
    enterprise: Annotated[Id | None, Meta(description="only where this enterprise trains or trained them")] = None


class ListPool(ListQuery, frozen=True, kw_only=True):
    """Which members of the pool."""

    occupation: Annotated[Id | None, Meta(description="only those of this occupation")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    completed: Annotated[bool | None, Meta(description="only those who completed their training, or have not")] = None
    sort: Annotated[Literal["id", "name", "occupation", "since", "until", "completed_on"], SORT] = "id"
    descending: Descending = False


_NAME = {"name": "SELECT name FROM views.talents WHERE id = %(place_0)s"}
_SORTED = Sorting(ListTalents, TalentRow, private=_NAME)
_POOL_SORTED = Sorting(ListPool, PoolMember, private=_NAME)


def talents(reader: Reader, tenant: TenantId, asked: ListTalents, *, until: int | None = None) -> Page[TalentRow]:
    """List apprentices on their way to work, by id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(TalentRow)} FROM views.talents
        WHERE {order.after}
          AND (%(in_pool)s::boolean IS NULL OR {_IN_POOL} = %(in_pool)s)
          AND (%(hired)s::boolean IS NULL OR (hired_by IS NOT NULL) = %(hired)s)
          AND (%(hired_by)s::text IS NULL OR hired_by = %(hired_by)s)
          AND (%(completed)s::boolean IS NULL OR (completed_on IS NOT NULL) = %(completed)s)
          AND (%(confirmed)s::text IS NULL OR confirmed -> -1 ->> 'destination' = %(confirmed)s)
          AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(search)s::text IS NULL OR strpos(lower(name), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, TalentRow, until=until)
    return page_of(rows, asked.limit, order.place)


def one_talent(reader: Reader, tenant: TenantId, asked: ShowTalent, *, until: int | None = None) -> TalentRow:
    """Show an apprentice on their way to work.

    Consent and pool, every offer, who hired them, and where they were found afterwards.
    """
    sql = f"""
        SELECT {fields(TalentRow)} FROM views.talents
        WHERE id = %(apprenticeship)s AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)"""
    rows = reader.rows(tenant, sql, structs.asdict(asked), TalentRow, until=until)
    if not rows:
        raise NotFound(apprenticeship=asked.apprenticeship)
    return rows[0]


def pool(reader: Reader, tenant: TenantId, asked: ListPool, *, until: int | None = None) -> Page[PoolMember]:
    """List who is in the talent pool today, by id.

    What they agreed that enterprises are shown.
    """
    order = _POOL_SORTED.order(asked)
    sql = f"""
        SELECT * FROM (
            SELECT id, name, base, enterprise, occupation, pool_since AS since, consent_until AS until, completed_on
            FROM views.talents WHERE {_IN_POOL}
        ) AS members
        WHERE {order.after}
          AND (%(occupation)s::text IS NULL OR occupation = %(occupation)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(completed)s::boolean IS NULL OR (completed_on IS NOT NULL) = %(completed)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, PoolMember, until=until)
    return page_of(rows, asked.limit, order.place)
