"""Questions about regulations. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.bases.events import Severity
from baseplus.kernel.paging import ListQuery, Page, page_of, read_cursor
from baseplus.kernel.vocabulary import Day, Id, Line, PersonId, Sha256, TenantId
from projections.regulations.views import BreachRow, EditionRow, RegulationRow
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting


class ListRegulations(ListQuery, frozen=True, kw_only=True):
    """Which regulations."""

    base: Annotated[Id | None, Meta(description="only those of this base")] = None
    search: Annotated[Line | None, Meta(description="only those whose title or text has this in it")] = None
    breached: Annotated[bool | None, Meta(description="only those with a recorded breach, or without")] = None
    sort: Annotated[Literal["base", "title", "since", "breaches", "serious"], SORT] = "base"
    descending: Descending = False


class ListEditions(ListQuery, frozen=True, kw_only=True):
    """Which texts."""

    base: Annotated[Id | None, Meta(description="only those of this base")] = None
    regulation: Annotated[Id | None, Meta(description="only those of this regulation")] = None
    digest: Annotated[Sha256 | None, Meta(description="only the text with this digest")] = None


class ListBreaches(ListQuery, frozen=True, kw_only=True):
    """Which breaches."""

    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    regulation: Annotated[Id | None, Meta(description="only those of this regulation")] = None
    person: Annotated[PersonId | None, Meta(description="only those by this person")] = None
    severity: Annotated[Severity | None, Meta(description="only those that matter so much")] = None
    since: Annotated[Day | None, Meta(description="only those on this day or later")] = None
    sort: Annotated[Literal["day", "person", "regulation"], SORT] = "day"
    descending: Descending = True


_SORTED = Sorting(ListRegulations, RegulationRow, "base", "regulation")
_BREACHES_SORTED = Sorting(ListBreaches, BreachRow, "key")


def regulations(
    reader: Reader, tenant: TenantId, asked: ListRegulations, *, until: int | None = None
) -> Page[RegulationRow]:
    """List the regulations in force, by base and id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(RegulationRow)} FROM views.regulations
        WHERE {order.after}
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(search)s::text IS NULL OR strpos(lower(concat_ws(' ', title, text)), lower(%(search)s)) > 0)
          AND (%(breached)s::boolean IS NULL OR (breaches > 0) = %(breached)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, RegulationRow, until=until)
    return page_of(rows, asked.limit, order.place)


def editions(reader: Reader, tenant: TenantId, asked: ListEditions, *, until: int | None = None) -> Page[EditionRow]:
    """Show every text that was in force, by base, regulation and version."""
    first = ("", "", 0)
    base, regulation, version = read_cursor(asked.cursor, tuple[str, str, int]) if asked.cursor else first
    sql = f"""
        SELECT {fields(EditionRow)} FROM views.regulation_editions
        WHERE (base, regulation, version) > (%(after_base)s, %(after)s, %(after_version)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(regulation)s::text IS NULL OR regulation = %(regulation)s)
          AND (%(digest)s::text IS NULL OR digest = %(digest)s)
        ORDER BY base, regulation, version LIMIT %(limit)s + 1"""
    given = {**structs.asdict(asked), "after_base": base, "after": regulation, "after_version": version}
    rows = reader.rows(tenant, sql, given, EditionRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.base, row.regulation, row.version))


def breaches(reader: Reader, tenant: TenantId, asked: ListBreaches, *, until: int | None = None) -> Page[BreachRow]:
    """List where somebody did not keep to a regulation, the latest day first."""
    order = _BREACHES_SORTED.order(asked)
    sql = f"""
        SELECT {fields(BreachRow)} FROM views.regulation_breaches
        WHERE {order.after}
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(regulation)s::text IS NULL OR regulation = %(regulation)s)
          AND (%(person)s::text IS NULL OR person = %(person)s)
          AND (%(severity)s::text IS NULL OR severity = %(severity)s)
          AND (%(since)s::date IS NULL OR day >= %(since)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, BreachRow, until=until)
    return page_of(rows, asked.limit, order.place)
